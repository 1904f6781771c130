package cloudconfig

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Types of a delivery channel: what it delivers to.
const (
	DeliveryOSS = "OSS"
	DeliveryMNS = "MNS"
	DeliverySLS = "SLS"
)

// DeliveryEnabled is the status of a delivery channel that delivers; 0 is that of one that does not.
const DeliveryEnabled = 1

// Kinds of filter of a delivery channel, as they are documented.
const (
	filterResourceType = "ResourceType"
	filterRiskLevel    = "RuleRiskLevel"
)

// Delivery is what a delivery channel is set to.
type Delivery struct {
	Name, Description string
	Type              string
	TargetARN         string
	// Condition is a list of filters in JSON, as DeliveryCondition writes it; empty for none.
	Condition                                string
	ConfigurationChanges, NonCompliant       bool
	ConfigurationSnapshot, CompliantSnapshot bool
	SnapshotTime                             string // HH:mmZ; empty for the service's own times
	OversizedDataOSSTargetARN                string
	Status                                   int64
}

// StoredDelivery is a delivery channel as the service has it (GetConfigDeliveryChannel).
type StoredDelivery struct {
	Delivery
	ID string
}

type answeredDelivery struct {
	DeliveryChannelID                   string `json:"DeliveryChannelId"`
	DeliveryChannelName                 string
	DeliveryChannelType                 string
	DeliveryChannelTargetArn            string
	DeliveryChannelCondition            string
	ConfigurationItemChangeNotification bool
	NonCompliantNotification            bool
	ConfigurationSnapshot               bool
	CompliantSnapshot                   bool
	DeliverySnapshotTime                string
	OversizedDataOSSTargetArn           string
	Description                         string
	Status                              int64
}

func (a answeredDelivery) delivery() StoredDelivery {
	return StoredDelivery{ID: a.DeliveryChannelID, Delivery: Delivery{
		Name: a.DeliveryChannelName, Description: a.Description, Type: a.DeliveryChannelType, TargetARN: a.DeliveryChannelTargetArn,
		Condition: sameCondition(a.DeliveryChannelCondition), ConfigurationChanges: a.ConfigurationItemChangeNotification, NonCompliant: a.NonCompliantNotification,
		ConfigurationSnapshot: a.ConfigurationSnapshot, CompliantSnapshot: a.CompliantSnapshot, SnapshotTime: a.DeliverySnapshotTime,
		OversizedDataOSSTargetARN: a.OversizedDataOSSTargetArn, Status: a.Status,
	}}
}

// deliveryFilter is one filter of a channel; all of them have to hold.
type deliveryFilter struct {
	FilterType string   `json:"filterType"`
	Value      string   `json:"value,omitempty"`
	Values     []string `json:"values,omitempty"`
	Multiple   bool     `json:"multiple"`
}

// DeliveryCondition writes the filters of a channel: only these resource types,
// and only events of rules that are at least this grave (1 high to 3 low; 0 for
// any). It is empty if there is none.
func DeliveryCondition(resourceTypes []string, lowestRiskLevel int64) string {
	var filters []deliveryFilter
	if len(resourceTypes) > 0 {
		filters = append(filters, deliveryFilter{FilterType: filterResourceType, Values: slices.Sorted(slices.Values(resourceTypes)), Multiple: true})
	}
	if lowestRiskLevel != 0 {
		filters = append(filters, deliveryFilter{FilterType: filterRiskLevel, Value: strconv.FormatInt(lowestRiskLevel, 10)})
	}
	if filters == nil {
		return ""
	}
	return text(filters)
}

// DeliveryFilters reads the two filters out of a condition; what else it has is left out.
func DeliveryFilters(condition string) (resourceTypes []string, lowestRiskLevel int64) {
	filters, _ := conditionOf(condition)
	for _, f := range filters {
		switch f.FilterType {
		case filterResourceType:
			resourceTypes = f.Values
		case filterRiskLevel:
			lowestRiskLevel, _ = strconv.ParseInt(f.Value, 10, 64)
		}
	}
	return resourceTypes, lowestRiskLevel
}

// conditionOf reads filters strictly: what it does not know must not get lost.
func conditionOf(condition string) (filters []deliveryFilter, err error) {
	strict := json.NewDecoder(strings.NewReader(condition))
	strict.DisallowUnknownFields()
	err = strict.Decode(&filters)
	return filters, err
}

// sameCondition writes what the service has as DeliveryCondition would, so that
// what means the same is the same; what cannot be read stays as it is.
func sameCondition(condition string) string {
	filters, err := conditionOf(condition)
	switch {
	case err != nil:
		return condition
	case len(filters) == 0:
		return ""
	}
	for _, f := range filters {
		slices.Sort(f.Values)
	}
	slices.SortStableFunc(filters, func(a, b deliveryFilter) int { return strings.Compare(a.FilterType, b.FilterType) })
	return text(filters)
}

// parameters writes a channel. whole: also what is empty, so that an update takes it away.
func (d Delivery) parameters(whole bool) map[string]string {
	p := map[string]string{
		"DeliveryChannelTargetArn": d.TargetARN, "ConfigurationItemChangeNotification": strconv.FormatBool(d.ConfigurationChanges),
		"NonCompliantNotification": strconv.FormatBool(d.NonCompliant), "ConfigurationSnapshot": strconv.FormatBool(d.ConfigurationSnapshot),
		"CompliantSnapshot": strconv.FormatBool(d.CompliantSnapshot),
	}
	for name, value := range map[string]string{
		"DeliveryChannelName": d.Name, "Description": d.Description, "DeliveryChannelCondition": d.Condition,
		"DeliverySnapshotTime": d.SnapshotTime, "OversizedDataOSSTargetArn": d.OversizedDataOSSTargetARN,
	} {
		if whole || value != "" {
			p[name] = value
		}
	}
	return p
}

// CreateDelivery creates a delivery channel, which delivers at once
// (CreateConfigDeliveryChannel), and returns its ID. The same token creates it once.
func (o Owner) CreateDelivery(ctx context.Context, d Delivery, token string) (string, error) {
	p := d.parameters(false)
	p["DeliveryChannelType"], p["ClientToken"] = d.Type, token
	op := o.asked("CreateConfigDeliveryChannel", d.Name, p)
	op.Holds = []string{"DeliveryChannelId"}
	var answer struct {
		DeliveryChannelID string `json:"DeliveryChannelId"`
	}
	err := o.client.change(ctx, op, &answer)
	return answer.DeliveryChannelID, err
}

// UpdateDelivery sets a delivery channel (UpdateConfigDeliveryChannel): all of it but the type.
func (o Owner) UpdateDelivery(ctx context.Context, id string, d Delivery) error {
	p := d.parameters(true)
	p["DeliveryChannelId"], p["Status"] = id, strconv.FormatInt(d.Status, 10)
	return o.client.change(ctx, o.asked("UpdateConfigDeliveryChannel", id, p), nil)
}

// Delivery reads a delivery channel (GetConfigDeliveryChannel). found is false
// if it, or the account group that had it, is gone.
func (o Owner) Delivery(ctx context.Context, id string) (d StoredDelivery, found bool, err error) {
	var answer struct{ DeliveryChannel answeredDelivery }
	op := o.asked("GetConfigDeliveryChannel", id, map[string]string{"DeliveryChannelId": id})
	err = o.client.read(ctx, op, "DeliveryChannel", &answer)
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return d, false, nil
	case err != nil:
		return d, false, err
	case answer.DeliveryChannel.DeliveryChannelID != id:
		return d, false, o.client.caller.Malformed(op, fmt.Errorf("it is about delivery channel %q", answer.DeliveryChannel.DeliveryChannelID))
	}
	return answer.DeliveryChannel.delivery(), true, nil
}

// Deliveries lists all delivery channels (ListConfigDeliveryChannels), whole. The list has no pages.
func (o Owner) Deliveries(ctx context.Context) ([]StoredDelivery, error) {
	var answer struct{ DeliveryChannels []answeredDelivery }
	if err := o.client.read(ctx, o.asked("ListConfigDeliveryChannels", "", nil), "DeliveryChannels", &answer); err != nil {
		return nil, err
	}
	list := make([]StoredDelivery, 0, len(answer.DeliveryChannels))
	for _, d := range answer.DeliveryChannels {
		list = append(list, d.delivery())
	}
	return list, nil
}

// DeleteDelivery deletes a delivery channel (DeleteConfigDeliveryChannel).
func (o Owner) DeleteDelivery(ctx context.Context, id string) error {
	return o.client.change(ctx, o.asked("DeleteConfigDeliveryChannel", id, map[string]string{"DeliveryChannelId": id}), nil)
}
