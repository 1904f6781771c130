package compliance

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// chinaTime is the zone of Cloud Config's dates. A fixed zone needs no time-zone database on the machine.
var chinaTime = time.FixedZone("UTC+8", 8*60*60)

// Exemption accepts violations of one rule. Empty selectors match everything.
type Exemption struct {
	RuleID    string // Required.
	AccountID string
	Region    string
	ClusterID string
	// Of workloads; an asterisk stands for any characters.
	Kind, Namespace, Name, Container string

	Reason  string // Required.
	Owner   string
	Expires string // The last day on which it holds, YYYY-MM-DD in UTC+8; empty for no end.
}

// FieldError is a mistake in one field of an exemption.
type FieldError struct {
	Field string // The name in a configuration: rule_id, reason or expires.
	Err   error  // An *UnknownRuleError for an ID that no rule has.
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns what is wrong with the field.
func (e *FieldError) Unwrap() error { return e.Err }

// Validate returns what is wrong with an exemption, field by field; nothing when it can be used with the rules.
func (c *Set[R]) Validate(e Exemption) []*FieldError {
	var errs []*FieldError
	if e.RuleID == "" {
		errs = append(errs, &FieldError{"rule_id", errors.New("an exemption names the rule that it is from")})
	} else if _, err := c.Lookup(e.RuleID); err != nil {
		errs = append(errs, &FieldError{"rule_id", err})
	}
	if strings.TrimSpace(e.Reason) == "" {
		errs = append(errs, &FieldError{"reason", errors.New("an exemption says why it is there")})
	}
	if _, err := e.end(); err != nil {
		errs = append(errs, &FieldError{"expires", err})
	}
	return errs
}

// end returns the first moment at which the exemption no longer holds; the zero time when it has no end.
func (e Exemption) end() (time.Time, error) {
	if e.Expires == "" {
		return time.Time{}, nil
	}
	day, err := ParseDay(e.Expires)
	if err != nil {
		return time.Time{}, err
	}
	return day.AddDate(0, 0, 1), nil
}

// ParseDay returns the first moment of a day, YYYY-MM-DD in UTC+8.
func ParseDay(text string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, text, chinaTime)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a day as YYYY-MM-DD", Clean(text))
	}
	return day, nil
}

// Expired reports whether the exemption no longer holds at now. One whose date cannot be read does not hold.
func (e Exemption) Expired(now time.Time) bool {
	end, err := e.end()
	return err != nil || (!end.IsZero() && !now.Before(end))
}

// Matches reports whether the exemption is meant for the finding, expired or not.
func (e Exemption) Matches(f Finding) bool {
	selects := func(selector, value string) bool { return selector == "" || selector == value }
	return e.RuleID == f.RuleID && e.RuleID != "" &&
		selects(e.AccountID, f.AccountID) && selects(e.Region, f.Region) && selects(e.ClusterID, f.ClusterID) &&
		like(e.Kind, f.Kind) && like(e.Namespace, f.Namespace) && like(e.Name, f.Name) && like(e.Container, f.Container)
}

// like reports whether a selector of a workload matches.
func like(selector, value string) bool {
	if selector == "" {
		return true
	}
	parts := strings.Split(selector, "*")
	if len(parts) == 1 {
		return selector == value
	}
	rest, ok := strings.CutPrefix(value, parts[0])
	for _, part := range parts[1 : len(parts)-1] {
		if !ok {
			return false
		}
		_, rest, ok = strings.Cut(rest, part)
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}

// exempt applies exemptions to a finding and marks those that it gave something to do in used.
func exempt(f Finding, exemptions []Exemption, now time.Time, used []bool) Finding {
	if f.Verdict != NonCompliant && f.Verdict.Decided() {
		return f
	}
	applied := false
	for i, e := range exemptions {
		if !e.Matches(f) {
			continue
		}
		used[i] = true
		switch {
		// What could not be judged may turn out worse than what was accepted, so it stays visible.
		case !f.Verdict.Decided():
		case e.Expired(now):
			// Of several, the one that lapsed last is the one to renew; these dates sort as text.
			f.ExpiredExemption = max(f.ExpiredExemption, e.Expires)
		case !applied:
			applied = true
			f.Verdict, f.ExemptionReason, f.ExemptionOwner, f.ExemptionExpires = Ignored, e.Reason, e.Owner, e.Expires
		}
	}
	if applied {
		f.ExpiredExemption = ""
	}
	return f
}
