package workload

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/catalog"
)

// Scope is what a rule looks at, and with it the variables of its expressions.
type Scope string

// The scopes.
const (
	ScopePod       Scope = "pod"       // variables.podSpec.
	ScopeContainer Scope = "container" // container, one after the other, and variables.podSpec.
	ScopeRBAC      Scope = "rbac"      // object: a Role, ClusterRole, RoleBinding or ClusterRoleBinding.
)

// Categories are those of the inspection's report.
var Categories = []string{"health", "image", "network", "resource", "security"}

// Rule is a compiled rule. It is not to be changed.
type Rule struct {
	compliance.Metadata
	compliance.Expressions
	// Aliases are spellings of the same check in other versions of the engine behind the inspection.
	Aliases []string
	// Published reports whether the inspection's documentation publishes the ID; others have a name of ours.
	Published bool
	Scope     Scope
	// InitContainers reports whether init containers are judged too. Ephemeral containers never are.
	InitContainers bool
	// ExceptKinds are workload kinds that the rule says nothing about.
	ExceptKinds []string
	// Kinds are the RBAC kinds that a rule of ScopeRBAC is about.
	Kinds []string
	// Field is the field that the rule is about, from the scope's variable on; [*] stands for FieldIndex.
	Field      string
	FieldIndex string // CEL, int; empty when Field has no [*].
	// Corrected is a manifest that complies.
	Corrected string
	// Admission says where the API server changes an object before admission, so that its verdict differs.
	Admission compliance.Text
	Tests     []Case

	applies, compliant, message, fieldIndex *expression
	reads                                   []read // Of applies and compliant.
}

// OtherIDs implements compliance.Identified.
func (r *Rule) OtherIDs() []string { return r.Aliases }

// Case is a test case that a rule brings along.
type Case struct {
	Name   string
	Object map[string]any // Whole, whatever the file's shorthand.
	Want   compliance.Verdict
	// Admission is the API server's verdict, COMPLIANT where it admits the object; Want unless the file says otherwise.
	// Empty where the API server would not store the object at all.
	Admission compliance.Verdict
	Message   string // Part of the message, or empty.
}

type ruleFile struct {
	compliance.Metadata    `yaml:",inline"`
	compliance.Expressions `yaml:",inline"`
	Aliases                []string        `yaml:"aliases"`
	Published              bool            `yaml:"published"`
	Scope                  Scope           `yaml:"scope"`
	InitContainers         bool            `yaml:"init_containers"`
	ExceptKinds            []string        `yaml:"except_kinds"`
	Kinds                  []string        `yaml:"kinds"`
	Field                  string          `yaml:"field"`
	FieldIndex             string          `yaml:"field_index"`
	Corrected              string          `yaml:"corrected"`
	Admission              compliance.Text `yaml:"admission"`
	Tests                  []caseFile      `yaml:"tests"`
}

var (
	// idPattern: the inspection's own IDs are written so.
	idPattern    = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{2,62}$`)
	fieldPattern = regexp.MustCompile(`^[a-zA-Z]+(\[\*\])?(\.[a-zA-Z]+(\[\*\])?)*$`)
)

// Catalogue is a set of rules with distinct IDs.
type Catalogue = compliance.Set[*Rule]

var builtIn = sync.OnceValues(func() (*Catalogue, error) {
	return compliance.ReadSet(catalog.Files, "workload", parseBuiltIn)
})

// Load returns the built-in catalogue. It is compiled once per process, on first use; an error means that this build
// is broken.
func Load() (*Catalogue, error) { return builtIn() }

// parseBuiltIn grants our own tested rules their evaluation without cost tracking, which would triple its time.
func parseBuiltIn(data []byte) (*Rule, error) { return parse(data, true) }

// ParseRule reads one rule file and compiles its expressions, whose evaluation costs are limited as the API server
// limits them. All that is wrong with it is joined. The rule's test cases are read, not run: see Verify.
func ParseRule(data []byte) (*Rule, error) { return parse(data, false) }

func parse(data []byte, trusted bool) (*Rule, error) {
	var f ruleFile
	if err := compliance.DecodeRule(data, &f); err != nil {
		return nil, err
	}
	if f.Applies == "" {
		f.Applies = "true"
	}
	r := &Rule{
		Metadata: f.Metadata, Expressions: f.Expressions, Aliases: f.Aliases, Published: f.Published, Scope: f.Scope,
		InitContainers: f.InitContainers, ExceptKinds: f.ExceptKinds, Kinds: f.Kinds, Field: f.Field,
		FieldIndex: f.FieldIndex, Corrected: f.Corrected, Admission: f.Admission,
	}
	var found compliance.Problems
	f.Check(&found)
	f.check(&found)
	for _, e := range []struct {
		name, text string
		want       *cel.Type
		into       **expression
	}{
		{"applies", f.Applies, cel.BoolType, &r.applies},
		{"compliant", f.Compliant, cel.BoolType, &r.compliant},
		{"message", f.Message, cel.StringType, &r.message},
		{"field_index", f.FieldIndex, cel.IntType, &r.fieldIndex},
	} {
		if e.name == "field_index" && e.text == "" || !slices.Contains(scopes, f.Scope) {
			continue
		}
		var err error
		if *e.into, err = compile(f.Scope, e.text, e.want, trusted); err != nil {
			found.Add(e.name, "%w", err)
		}
	}
	if r.applies != nil && r.compliant != nil {
		r.reads = slices.Concat(r.applies.reads, r.compliant.reads)
	}
	for i, c := range f.Tests {
		parsed, err := c.parse(r)
		if err != nil {
			found.Add(fmt.Sprintf("tests[%d]", i), "%w", err)
		}
		r.Tests = append(r.Tests, parsed)
	}
	if err := found.Of(f.ID); err != nil {
		return nil, err
	}
	return r, nil
}

var scopes = []Scope{ScopePod, ScopeContainer, ScopeRBAC}

func (f *ruleFile) check(found *compliance.Problems) {
	for _, id := range append([]string{f.ID}, f.Aliases...) {
		if !idPattern.MatchString(id) {
			found.Add("id", "%q: want a word such as hostNetworkSet", id)
		}
	}
	if !slices.Contains(Categories, f.Category) {
		found.Add("category", "want one of %s", strings.Join(Categories, ", "))
	}
	if !slices.Contains(scopes, f.Scope) {
		found.Add("scope", "want pod, container or rbac")
	}
	if f.InitContainers && f.Scope != ScopeContainer {
		found.Add("init_containers", "only a rule of scope container judges them")
	}
	for _, k := range f.ExceptKinds {
		if !slices.ContainsFunc(templates, func(t template) bool { return t.kind == k }) || f.Scope == ScopeRBAC {
			found.Add("except_kinds", "%q is no kind that the rule would judge", k)
		}
	}
	if (f.Scope == ScopeRBAC) != (len(f.Kinds) > 0) {
		found.Add("kinds", "a rule of scope rbac, and no other, names them")
	}
	for _, k := range f.Kinds {
		if !slices.Contains(rbacKinds, k) {
			found.Add("kinds", "%q is none of %s", k, strings.Join(rbacKinds, ", "))
		}
	}
	if !fieldPattern.MatchString(f.Field) {
		found.Add("field", "want a path such as securityContext.privileged")
	}
	if strings.Count(f.Field, "[*]") > 1 || strings.Contains(f.Field, "[*]") != (f.FieldIndex != "") {
		found.Add("field_index", "goes with the one [*] of field")
	}
}

// CheckCoverage implements compliance.Identified: a passing and a failing case, one that is not known, and one that the
// rule does not apply to if there is such a thing.
func (r *Rule) CheckCoverage() error {
	want := []compliance.Verdict{compliance.Compliant, compliance.NonCompliant, compliance.InsufficientData}
	if strings.TrimSpace(r.Applies) != "true" || len(r.ExceptKinds) > 0 {
		want = append(want, compliance.NotApplicable)
	}
	var errs []error
	for _, v := range want {
		if !slices.ContainsFunc(r.Tests, func(c Case) bool { return c.Want == v }) {
			errs = append(errs, fmt.Errorf("rule %s: no test case wants %s", r.ID, v))
		}
	}
	return errors.Join(errs...)
}

// Verify runs the rule's test cases. The worst verdict of a case's findings is the case's.
func (r *Rule) Verify() error {
	var errs []error
	for _, c := range r.Tests {
		got, message := worst(Evaluate(c.Object, Options{Rules: []*Rule{r}}))
		switch {
		case got != c.Want:
			errs = append(errs, fmt.Errorf("rule %s: case %q: want %s, got %s (%s)", r.ID, c.Name, c.Want, got, message))
		case !strings.Contains(message, c.Message):
			errs = append(errs, fmt.Errorf("rule %s: case %q: the message %q lacks %q", r.ID, c.Name, message, c.Message))
		}
	}
	return errors.Join(errs...)
}

func worst(findings []compliance.Finding) (compliance.Verdict, string) {
	for _, v := range compliance.Verdicts() {
		for _, f := range findings {
			if f.Verdict == v {
				return v, f.Message
			}
		}
	}
	return "", "no finding"
}
