// Package cloudconfig makes the calls of Cloud Config (Config, API version
// 2020-09-07). The service is central: one endpoint per site, no region.
package cloudconfig

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// ACKCluster is the resource type of ACK's clusters.
const ACKCluster = "ACS::ACK::Cluster"

// pageSize is the largest page of every list of this service.
const pageSize = 100

// codes are the service's own, as its help pages list them.
var codes = map[string]alicloud.Kind{
	"AccountNotExisted":              alicloud.NotActivated,
	"AggregatorMemberNoPermission":   alicloud.Denied,
	"ConfigRuleExists":               alicloud.Conflict,
	"AggregatorNameExists":           alicloud.Conflict,
	"CompliancePackExists":           alicloud.Conflict,
	"DeliveryChannelNameExists":      alicloud.Conflict,
	"ConfigRuleNotExists":            alicloud.NotFound,
	"Invalid.ConfigRuleId.Value":     alicloud.NotFound,
	"Invalid.AggregatorId.Value":     alicloud.NotFound,
	"Invalid.CompliancePackId.Value": alicloud.NotFound,
	"CompliancePackNotExists":        alicloud.NotFound,
	"DeliveryChannelNotExists":       alicloud.NotFound,
}

// Client makes calls with the credentials of one account.
type Client struct{ caller *alicloud.Caller }

// New prepares a client. It makes no call.
func New(config alicloud.Config) (*Client, error) {
	caller, err := alicloud.NewCaller(config, alicloud.ProductSpec{
		Product: "config", RAM: "config", Version: "2020-09-07", Style: "RPC",
		// The Chinese site's. Accounts of the international site name config.ap-southeast-1.aliyuncs.com in endpoints.
		PublicEndpoint: "config.cn-shanghai.aliyuncs.com",
		Codes:          codes,
	})
	if err != nil {
		return nil, err
	}
	return &Client{caller: caller}, nil
}

// Owner has rules, packs, results and channels: the client's own account, or an
// account group of it. Every call on the one has a twin on the other.
type Owner struct {
	client       *Client
	aggregatorID string
}

// Of is the owner that an aggregator ID names: the account itself if it is empty.
func (c *Client) Of(aggregatorID string) Owner { return Owner{c, aggregatorID} }

var verb = regexp.MustCompile(`^[A-Z][a-z]+`)

// Twin is the name of a call on an account, or of its twin on an account group.
func Twin(action string, group bool) string {
	if !group {
		return action
	}
	first := verb.FindString(action)
	return first + "Aggregate" + strings.TrimPrefix(action, first)
}

// asked is a call whose parameters go into the URL; sent is one whose go into the body. The API says for each which.
func (o Owner) asked(action, resource string, parameters map[string]string) alicloud.Operation {
	return alicloud.Operation{
		Action: Twin(action, o.aggregatorID != ""), Method: "POST", Query: o.named(parameters), Resource: resource,
	}
}

func (o Owner) sent(action, resource string, parameters map[string]string) alicloud.Operation {
	op := o.asked(action, resource, nil)
	op.Query, op.Form = map[string]string{}, o.named(parameters)
	for _, inQuery := range []string{"Tag"} {
		if value, ok := op.Form[inQuery]; ok {
			op.Query[inQuery] = value
			delete(op.Form, inQuery)
		}
	}
	return op
}

// named adds the account group.
func (o Owner) named(parameters map[string]string) map[string]string {
	all := maps.Clone(parameters)
	if all == nil {
		all = map[string]string{}
	}
	if o.aggregatorID != "" {
		all["AggregatorId"] = o.aggregatorID
	}
	return all
}

// read makes a call that changes nothing.
func (c *Client) read(ctx context.Context, op alicloud.Operation, holds string, out any) error {
	op.SafeToRepeat = true
	if holds != "" {
		op.Holds = []string{holds}
	}
	return advised(c.caller.Call(ctx, op, out))
}

// change makes a call that changes something. It may run twice without harm, for it
// says what is to be, or carries a client token.
func (c *Client) change(ctx context.Context, op alicloud.Operation, out any) error {
	op.Changes, op.SafeToRepeat = true, true
	return advised(c.caller.Call(ctx, op, out))
}

// advised adds what to do where a code says more than its kind.
func advised(err error) error {
	var e *alicloud.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case "AggregatorMemberNoPermission":
		e.Hint = "make the call from the management account of the resource directory, or from a delegated administrator for config.aliyuncs.com: " +
			"name it in account_id, for only they may have account groups"
	case "AccountNotExisted":
		e.Hint = "activate Cloud Config in account " + e.AccountID + ", e.g. with ackguard_config_recorder"
	case AggregatorLimit:
		e.Hint = "delete an account group that is not needed: an account has 5 at most, and one of them of type RD"
	}
	return err
}

// item is the result for one object of a call on several: the call's status is
// 200 whatever they are.
type item struct {
	id        string
	success   bool
	errorCode string
}

// verdict is the failure of the one object that a call named, or nil. An object
// that the answer leaves out did not change.
func (c *Client) verdict(op alicloud.Operation, id string, items []item) error {
	at := slices.IndexFunc(items, func(i item) bool { return i.id == id })
	switch {
	case at < 0:
		return c.caller.Refused(op, "", "the answer says nothing of "+id)
	case !items[at].success:
		return c.caller.Refused(op, items[at].errorCode, "refused for "+id+", in an answer with status 200")
	}
	return nil
}

// Tag is a tag of an object, or of the resources that a rule is about.
type Tag struct {
	Key   string `json:"TagKey"`
	Value string `json:"TagValue"`
}

// sentTags writes tags as requests have them, under other names than answers.
func sentTags(tags []Tag) string {
	type sent struct{ Key, Value string }
	list := make([]sent, 0, len(tags))
	for _, t := range tags {
		list = append(list, sent(t))
	}
	return text(list)
}

// text is JSON in a parameter.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of texts and numbers
	}
	return string(b)
}

// commas joins a list as the API has it.
func commas(list []string) string { return strings.Join(list, ",") }

// CommaList splits a list as the API has it.
func CommaList(s string) []string {
	if s == "" {
		return nil
	}
	list := strings.Split(s, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// numbered reads a list that pages by number. holds names the object around
// the page in the answer, list the page in it.
func numbered[T any](ctx context.Context, c *Client, op alicloud.Operation, holds string, key func(T) string, page func(json.RawMessage) ([]T, error)) ([]T, error) {
	items, err := alicloud.Numbered(key, func(number int) (alicloud.Page[T], error) {
		numberedOp := op
		numberedOp.Query = maps.Clone(op.Query)
		numberedOp.Query["PageNumber"], numberedOp.Query["PageSize"] = strconv.Itoa(number), strconv.Itoa(pageSize)
		var answer map[string]json.RawMessage
		if err := c.read(ctx, numberedOp, holds, &answer); err != nil {
			return alicloud.Page[T]{}, err
		}
		var head struct{ TotalCount *int }
		if err := json.Unmarshal(answer[holds], &head); err != nil {
			return alicloud.Page[T]{}, c.caller.Malformed(numberedOp, err)
		}
		items, err := page(answer[holds])
		return alicloud.Page[T]{Items: items, Total: head.TotalCount}, c.caller.Malformed(numberedOp, err)
	})
	return items, c.caller.Malformed(op, err)
}

// tokened goes through a list that pages by token, a page at a time, so that
// no more than one is held. each gets the object around the page.
func tokened(ctx context.Context, c *Client, op alicloud.Operation, holds string, each func(json.RawMessage) error) error {
	_, err := alicloud.Tokened(func(token string) ([]struct{}, string, error) {
		tokenedOp := op
		tokenedOp.Query = maps.Clone(op.Query)
		tokenedOp.Query["MaxResults"] = strconv.Itoa(pageSize)
		if token != "" {
			tokenedOp.Query["NextToken"] = token
		}
		var answer map[string]json.RawMessage
		if err := c.read(ctx, tokenedOp, holds, &answer); err != nil {
			return nil, "", err
		}
		var head struct{ NextToken string }
		if err := json.Unmarshal(answer[holds], &head); err != nil {
			return nil, "", c.caller.Malformed(tokenedOp, err)
		}
		return nil, head.NextToken, c.caller.Malformed(tokenedOp, each(answer[holds]))
	})
	return c.caller.Malformed(op, err)
}

// millis reads a timestamp; zero for none.
func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
