package compliance

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/catalog"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// Identified is a rule of any kind.
type Identified interface {
	RuleID() string
	// OtherIDs are what other tools and versions call the rule; they are accepted wherever its ID is.
	OtherIDs() []string
	// CheckCoverage returns what the rule's own test cases leave out.
	CheckCoverage() error
}

// Set is rules with distinct IDs. It does not change.
type Set[R Identified] struct {
	rules []R // Sorted by ID.
	byID  map[string]R
	other map[string]R
}

// Catalogue is a set of rules on clusters.
type Catalogue = Set[*Rule]

// UnknownRuleError is returned for an ID that no rule has.
type UnknownRuleError struct {
	ID         string
	Suggestion string // The nearest ID, or empty.
}

func (e *UnknownRuleError) Error() string {
	return fmt.Sprintf("no rule has the id %q", Clean(e.ID)) + didYouMean(e.Suggestion)
}

var builtIn = sync.OnceValues(func() (*Catalogue, error) { return ReadSet(catalog.Files, "cluster", ParseRule) })

// Load returns the built-in catalogue. It is compiled once per process, on first use; an error means that this build
// is broken.
func Load() (*Catalogue, error) { return builtIn() }

// NewCatalogue returns a catalogue of the given rules. Two rules of one ID are an error, and so is a rule whose test
// cases do not cover what can happen; the cases themselves are run by Rule.Verify.
func NewCatalogue(rules ...*Rule) (*Catalogue, error) { return NewSet(rules...) }

// NewSet is NewCatalogue for rules of any kind.
func NewSet[R Identified](rules ...R) (*Set[R], error) {
	c := &Set[R]{byID: make(map[string]R, len(rules)), other: map[string]R{}}
	var errs []error
	for _, r := range rules {
		if _, taken := c.byID[r.RuleID()]; taken {
			errs = append(errs, fmt.Errorf("rule %s: the id is used twice", r.RuleID()))
			continue
		}
		errs = append(errs, r.CheckCoverage())
		c.byID[r.RuleID()] = r
		c.rules = append(c.rules, r)
	}
	for _, r := range c.rules {
		for _, id := range r.OtherIDs() {
			_, taken := c.byID[id]
			if _, again := c.other[id]; taken || again {
				errs = append(errs, fmt.Errorf("rule %s: the other id %s is used twice", r.RuleID(), id))
			}
			c.other[id] = r
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(c.rules, func(a, b R) int { return strings.Compare(a.RuleID(), b.RuleID()) })
	return c, nil
}

// ReadSet reads the rule files of a folder.
func ReadSet[R Identified](fsys fs.FS, dir string, parse func([]byte) (R, error)) (*Set[R], error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	var rules []R
	var errs []error
	for _, entry := range entries {
		data, err := fs.ReadFile(fsys, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading the catalogue: %w", err)
		}
		rule, err := parse(data)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", entry.Name(), err))
			continue
		}
		if entry.Name() != rule.RuleID()+".yaml" {
			errs = append(errs, fmt.Errorf("%s: the file of rule %s is to be named %s.yaml", entry.Name(), rule.RuleID(), rule.RuleID()))
		}
		rules = append(rules, rule)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return NewSet(rules...)
}

// Rules returns the rules in the order of their IDs.
func (c *Set[R]) Rules() []R { return slices.Clone(c.rules) }

// IDs returns the IDs in order.
func (c *Set[R]) IDs() []string {
	ids := make([]string, len(c.rules))
	for i, r := range c.rules {
		ids[i] = r.RuleID()
	}
	return ids
}

// Lookup returns the rule with that ID, or with that as one of its other IDs, or an *UnknownRuleError.
func (c *Set[R]) Lookup(id string) (R, error) {
	if r, ok := c.byID[id]; ok {
		return r, nil
	}
	if r, ok := c.other[id]; ok {
		return r, nil
	}
	var none R
	return none, &UnknownRuleError{ID: id, Suggestion: nearest.To(id, c.IDs())}
}

// Explain words an error of Lookup or Select for people: with what the catalogue has.
func (c *Set[R]) Explain(err error) string {
	return fmt.Sprintf("%s. The catalogue has: %s.", strings.TrimRight(err.Error(), "."), strings.Join(c.IDs(), ", "))
}

// Select returns the rules with the given IDs, each once, in the order of their IDs; all rules when ids is empty. The
// error joins an *UnknownRuleError for each ID that no rule has.
func (c *Set[R]) Select(ids []string) ([]R, error) {
	if len(ids) == 0 {
		return c.Rules(), nil
	}
	var errs []error
	chosen := map[string]R{}
	for _, id := range ids {
		r, err := c.Lookup(id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		chosen[r.RuleID()] = r
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var out []R
	for _, id := range sortedKeys(chosen) {
		out = append(out, chosen[id])
	}
	return out, nil
}
