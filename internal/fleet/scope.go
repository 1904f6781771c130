// Package fleet turns a scope (account, region) into clients with the right
// credentials, and runs work over many scopes without losing one's error.
package fleet

import (
	"cmp"
	"errors"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Scope is where a call is made. Region is empty for what is not regional.
type Scope struct {
	AccountID string
	Region    string
}

// Compare orders scopes by account, then region.
func (s Scope) Compare(other Scope) int {
	return cmp.Or(cmp.Compare(s.AccountID, other.AccountID), cmp.Compare(s.Region, other.Region))
}

// Status is how the work in one scope ended.
type Status string

// The statuses, as the outcomes of data sources spell them.
const (
	OK           Status = "ok"
	Denied       Status = "denied"
	Throttled    Status = "throttled"
	NotActivated Status = "not_activated"
	Failed       Status = "error"
)

// Outcome is how the work in one scope ended, and what a person can do about it.
type Outcome struct {
	Scope
	Status       Status
	ErrorCode    string
	RequestID    string // for logs and diagnostics only: it changes with every run
	ActionNeeded string
	Err          error
}

// OutcomeOf classifies how work in a scope ended.
func OutcomeOf(scope Scope, err error) Outcome {
	o := Outcome{Scope: scope, Status: OK, Err: err}
	if err == nil {
		return o
	}
	o.Status, o.ActionNeeded = Failed, alicloud.Advice(err)
	var e *alicloud.Error
	if !errors.As(err, &e) {
		return o
	}
	o.ErrorCode, o.RequestID = e.Code, e.RequestID
	switch e.Kind {
	case alicloud.Denied:
		o.Status = Denied
	case alicloud.Throttled:
		o.Status = Throttled
	case alicloud.NotActivated:
		o.Status = NotActivated
	}
	return o
}
