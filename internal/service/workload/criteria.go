package workload

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/podsecurity"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

// profileACK is the profile of the inspection's check items and ours beside them.
const profileACK = "ack"

func profiles() []string { return append([]string{profileACK}, podsecurity.Profiles()...) }

// criteria are what objects are judged by: the selected rules of a profile.
type criteria struct {
	rules  []*compliance.Metadata
	append func(findings []compliance.Finding, object map[string]any) []compliance.Finding
	// lookup returns a rule of the profile, selected or not, by any of its IDs, or an *compliance.UnknownRuleError.
	lookup   func(id string) (*compliance.Metadata, error)
	explain  func(error) string
	validate func(compliance.Exemption) []*compliance.FieldError
}

// rule is what every profile's rules are.
type rule interface {
	compliance.Identified
	About() *compliance.Metadata
}

// newCriteria returns the criteria of a profile (ack if empty), with rules of one's own beside the catalogue's. version
// is of the Pod Security Standards; the newest if empty. IDs that no rule has are errors of lookup, worded by explain.
func newCriteria(profile, version string, ids []string, own []*workload.Rule, templates workload.Templates) (*criteria, error) {
	if profile == "" || profile == profileACK {
		catalogue, err := workload.Load()
		if err != nil {
			return nil, fmt.Errorf("the rule catalogue is broken: %w", err)
		}
		c, rules, err := criteriaOf(catalogue, ids, own)
		if err != nil {
			return nil, err
		}
		o := workload.Options{Rules: rules, Templates: templates}
		c.append = func(findings []compliance.Finding, object map[string]any) []compliance.Finding {
			return workload.Append(findings, object, o)
		}
		return c, nil
	}
	if len(own) > 0 {
		return nil, fmt.Errorf("rules of one's own go with profile %s", profileACK)
	}
	if version == "" {
		version = podsecurity.Latest
	}
	p, err := podsecurity.New(profile, version)
	if err != nil {
		return nil, err
	}
	set, err := compliance.NewSet(p.Checks()...)
	if err != nil {
		return nil, err
	}
	c, _, err := criteriaOf(set, ids, nil)
	if err != nil {
		return nil, err
	}
	c.append = func(findings []compliance.Finding, object map[string]any) []compliance.Finding {
		for _, f := range p.Evaluate(object, templates) {
			if slices.ContainsFunc(c.rules, func(r *compliance.Metadata) bool { return r.ID == f.RuleID }) {
				findings = append(findings, f)
			}
		}
		return findings
	}
	return c, nil
}

func criteriaOf[R rule](set *compliance.Set[R], ids []string, own []R) (*criteria, []R, error) {
	chosen, err := set.Select(ids)
	if err != nil {
		return nil, nil, &unknownRules{err: err, text: set.Explain(err)}
	}
	chosen = append(chosen, own...)
	all, err := compliance.NewSet(append(set.Rules(), own...)...)
	if err != nil {
		return nil, nil, err
	}
	c := &criteria{explain: all.Explain, validate: all.Validate}
	for _, r := range chosen {
		c.rules = append(c.rules, r.About())
	}
	c.lookup = func(id string) (*compliance.Metadata, error) {
		r, err := all.Lookup(id)
		if err != nil {
			return nil, err
		}
		return r.About(), nil
	}
	return c, chosen, nil
}

// unknownRules is an error of the selection, with what the profile has.
type unknownRules struct {
	err  error
	text string
}

// Error implements error.
func (e *unknownRules) Error() string { return e.text }

// Unwrap gives the first *compliance.UnknownRuleError.
func (e *unknownRules) Unwrap() error { return e.err }

// exemption returns one that names its rule by the ID, whatever spelling it had.
func (c *criteria) exemption(e compliance.Exemption) compliance.Exemption {
	if r, err := c.lookup(e.RuleID); err == nil {
		e.RuleID = r.ID
	}
	return e
}

// selected reports whether a rule is among those that judge.
func (c *criteria) selected(id string) bool { return c.about(id) != nil }

func (c *criteria) about(id string) *compliance.Metadata {
	if i := slices.IndexFunc(c.rules, func(r *compliance.Metadata) bool { return r.ID == id }); i >= 0 {
		return c.rules[i]
	}
	return nil
}

// remediations are those of the rules, by ID.
func (c *criteria) remediations() map[string]string {
	m := map[string]string{}
	for _, r := range c.rules {
		m[r.ID] = strings.TrimSpace(r.Remediation.EN)
	}
	return m
}
