package compliance

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

//go:embed catalog/cluster/*.yaml
var catalogFS embed.FS

// Catalogue is a set of rules with distinct IDs. It does not change.
type Catalogue struct {
	rules []*Rule // Sorted by ID.
	byID  map[string]*Rule
}

// UnknownRuleError is returned for an ID that no rule has.
type UnknownRuleError struct {
	ID         string
	Suggestion string // The nearest ID, or empty.
}

func (e *UnknownRuleError) Error() string {
	return fmt.Sprintf("no rule has the id %q", clean(e.ID)) + didYouMean(e.Suggestion)
}

var builtIn = sync.OnceValues(func() (*Catalogue, error) { return loadCatalogue(catalogFS, "catalog/cluster") })

// Load returns the built-in catalogue. It is compiled once per process, on first use; an error means that this build
// is broken.
func Load() (*Catalogue, error) { return builtIn() }

// NewCatalogue returns a catalogue of the given rules. Two rules of one ID are an error, and so is a rule whose test
// cases do not cover what can happen; the cases themselves are run by Rule.Verify.
func NewCatalogue(rules ...*Rule) (*Catalogue, error) {
	c := &Catalogue{byID: make(map[string]*Rule, len(rules))}
	var errs []error
	for _, r := range rules {
		if c.byID[r.ID] != nil {
			errs = append(errs, fmt.Errorf("rule %s: the id is used twice", r.ID))
			continue
		}
		errs = append(errs, r.checkCoverage())
		c.byID[r.ID] = r
		c.rules = append(c.rules, r)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(c.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return c, nil
}

func loadCatalogue(fsys fs.FS, dir string) (*Catalogue, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	var rules []*Rule
	var errs []error
	for _, entry := range entries {
		data, err := fs.ReadFile(fsys, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading the catalogue: %w", err)
		}
		rule, err := ParseRule(data)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", entry.Name(), err))
			continue
		}
		if entry.Name() != rule.ID+".yaml" {
			errs = append(errs, fmt.Errorf("%s: the file of rule %s is to be named %s.yaml", entry.Name(), rule.ID, rule.ID))
		}
		rules = append(rules, rule)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return NewCatalogue(rules...)
}

// Rules returns the rules in the order of their IDs.
func (c *Catalogue) Rules() []*Rule { return slices.Clone(c.rules) }

// IDs returns the IDs in order.
func (c *Catalogue) IDs() []string {
	ids := make([]string, len(c.rules))
	for i, r := range c.rules {
		ids[i] = r.ID
	}
	return ids
}

// Lookup returns the rule with that ID, or an *UnknownRuleError.
func (c *Catalogue) Lookup(id string) (*Rule, error) {
	if r := c.byID[id]; r != nil {
		return r, nil
	}
	return nil, &UnknownRuleError{ID: id, Suggestion: nearest.To(id, c.IDs())}
}

// Explain words an error of Lookup or Select for people: with what the catalogue has.
func (c *Catalogue) Explain(err error) string {
	return fmt.Sprintf("%s. The catalogue has: %s.", strings.TrimRight(err.Error(), "."), strings.Join(c.IDs(), ", "))
}

// Select returns the rules with the given IDs, each once, in the order of their IDs; all rules when ids is empty. The
// error joins an *UnknownRuleError for each ID that no rule has.
func (c *Catalogue) Select(ids []string) ([]*Rule, error) {
	if len(ids) == 0 {
		return c.Rules(), nil
	}
	var errs []error
	chosen := map[string]*Rule{}
	for _, id := range ids {
		r, err := c.Lookup(id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		chosen[id] = r
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var out []*Rule
	for _, id := range sortedKeys(chosen) {
		out = append(out, chosen[id])
	}
	return out, nil
}
