package simulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// DeliveryChannel is where Cloud Config sends what it finds, of an account or of an account group.
type DeliveryChannel struct {
	DeliveryChannelID                   string `json:"DeliveryChannelId,omitzero" jsonschema_description:"cdc- and letters or digits; left out, it is made up."`
	DeliveryChannelName                 string `json:"DeliveryChannelName,omitzero" jsonschema_description:"Name of the channel; it need not be unique."`
	DeliveryChannelType                 string `json:"DeliveryChannelType" jsonschema:"required,enum=OSS,enum=MNS,enum=SLS" jsonschema_description:"Kind of the target."`
	DeliveryChannelTargetARN            string `json:"DeliveryChannelTargetArn" jsonschema:"required" jsonschema_description:"acs:oss:{region}:{account}:{bucket}, acs:mns:{region}:{account}:/topics/{topic} or acs:log:{region}:{account}:project/{project}/logstore/{logstore}."`
	DeliveryChannelCondition            string `json:"DeliveryChannelCondition,omitzero" jsonschema_description:"JSON text: a list of filters by ResourceType or RuleRiskLevel."`
	DeliverySnapshotTime                string `json:"DeliverySnapshotTime,omitzero" jsonschema_description:"HH:mmZ."`
	Description                         string `json:"Description,omitzero" jsonschema_description:"For readers."`
	OversizedDataOSSTargetARN           string `json:"OversizedDataOSSTargetArn,omitzero" jsonschema_description:"Bucket for what is too big for the target."`
	Status                              *int64 `json:"Status,omitzero" jsonschema_description:"1, the default, or 0 for a channel that is switched off."`
	ConfigurationItemChangeNotification bool   `json:"ConfigurationItemChangeNotification,omitzero" jsonschema_description:"Whether changes of resources are sent."`
	ConfigurationSnapshot               bool   `json:"ConfigurationSnapshot,omitzero" jsonschema_description:"Whether snapshots of resources are sent."`
	CompliantSnapshot                   bool   `json:"CompliantSnapshot,omitzero" jsonschema_description:"Whether snapshots of compliance are sent."`
	NonCompliantNotification            bool   `json:"NonCompliantNotification,omitzero" jsonschema_description:"Whether non-compliant results are sent."`
}

// channelFilter is one entry of a DeliveryChannelCondition.
type channelFilter struct {
	FilterType string   `json:"filterType" jsonschema:"required,enum=ResourceType,enum=RuleRiskLevel"`
	Value      string   `json:"value" jsonschema:"enum=1,enum=2,enum=3"`
	Values     []string `json:"values"`
	Multiple   *bool    `json:"multiple"`
}

var (
	channelIDPattern    = regexp.MustCompile(`^cdc-[0-9A-Za-z]+$`)
	snapshotTimePattern = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\dZ$`)
	bucketARN           = regexp.MustCompile(`^acs:oss:[a-z0-9-]+:(\d+):[a-z0-9][a-z0-9-]+$`)
	// targetARNs has the documented form of each type; group 1 is the account.
	targetARNs = map[string]*regexp.Regexp{
		"OSS": bucketARN,
		"MNS": regexp.MustCompile(`^acs:mns:[a-z0-9-]+:(\d+):/topics/[^/]+$`),
		"SLS": regexp.MustCompile(`^acs:log:[a-z0-9-]+:(\d+):project/[^/]+/logstore/[^/]+$`),
	}
)

// complete fills in what has a default.
func (d *DeliveryChannel) complete() {
	if d.Status == nil {
		d.Status = new(int64(1))
	}
}

// targetAccount is the account that the target belongs to.
func (d *DeliveryChannel) targetAccount() string {
	return targetARNs[d.DeliveryChannelType].FindStringSubmatch(d.DeliveryChannelTargetARN)[1]
}

// problem names the first field that is not of its form, or nothing.
func (d *DeliveryChannel) problem() string {
	switch {
	case targetARNs[d.DeliveryChannelType] == nil:
		return "DeliveryChannelType"
	case !targetARNs[d.DeliveryChannelType].MatchString(d.DeliveryChannelTargetARN):
		return "DeliveryChannelTargetArn"
	case d.OversizedDataOSSTargetARN != "" && !bucketARN.MatchString(d.OversizedDataOSSTargetARN):
		return "OversizedDataOSSTargetArn"
	case d.DeliverySnapshotTime != "" && !snapshotTimePattern.MatchString(d.DeliverySnapshotTime):
		return "DeliverySnapshotTime"
	case d.Status != nil && *d.Status != 0 && *d.Status != 1:
		return "Status"
	case d.DeliveryChannelCondition != "" && !validCondition(d.DeliveryChannelCondition):
		return "DeliveryChannelCondition"
	}
	return ""
}

func validCondition(text string) bool {
	var filters []json.RawMessage
	if json.Unmarshal([]byte(text), &filters) != nil {
		return false
	}
	return !slices.ContainsFunc(filters, func(raw json.RawMessage) bool {
		f := &channelFilter{}
		return len(strict.JSON(raw, f)) > 0 || (f.FilterType == "RuleRiskLevel") != (f.Value != "") || (f.FilterType == "ResourceType") != (len(f.Values) > 0)
	})
}

func (k *checker) deliveryChannels(path string, channels []DeliveryChannel) {
	for i := range channels {
		d, at := &channels[i], fmt.Sprintf("%s[%d]", path, i)
		if d.DeliveryChannelID != "" {
			k.once("DeliveryChannelId", d.DeliveryChannelID, at+".DeliveryChannelId")
			if !channelIDPattern.MatchString(d.DeliveryChannelID) {
				k.add(at+".DeliveryChannelId", "DeliveryChannelId is %q, want cdc- and letters or digits", d.DeliveryChannelID)
			}
		}
		if field := d.problem(); field != "" {
			k.add(at+"."+field, "%s of the delivery channel is not of its form", field)
		}
	}
}
