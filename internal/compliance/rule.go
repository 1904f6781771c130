package compliance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/google/cel-go/cel"
	"go.yaml.in/yaml/v3"
)

// Text is a text in English and in Simplified Chinese.
type Text struct {
	EN string `yaml:"en"`
	ZH string `yaml:"zh"`
}

// Provenance says whether a published page states something, or whether it was inferred.
type Provenance string

// The provenances.
const (
	Documented Provenance = "documented"
	Inferred   Provenance = "inferred"
)

// The triggers of Cloud Config rules.
const (
	TriggerScheduled = "ScheduledNotification"
	TriggerChange    = "ConfigurationItemChangeNotification"
)

// frequencies are Cloud Config's MaximumExecutionFrequency values.
var frequencies = []string{"One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"}

// CloudConfig is how Cloud Config runs its managed rule of the same identifier.
type CloudConfig struct {
	Trigger    string     `yaml:"trigger"`    // TriggerScheduled or TriggerChange.
	Frequency  string     `yaml:"frequency"`  // Such as TwentyFour_Hours; empty for TriggerChange.
	RiskLevel  int        `yaml:"risk_level"` // 1 high, 2 medium, 3 low.
	Provenance Provenance `yaml:"provenance"` // Of trigger and risk level.
}

// Case is a test case that a rule brings along.
type Case struct {
	Name    string
	Cluster Cluster // Facts that the file leaves out are absent (Unavailable).
	Want    Verdict
	Message string // Part of the message, or empty.
}

// Metadata is what a rule says of itself, whatever it judges.
type Metadata struct {
	ID             string              `yaml:"id"` // The identifier of Cloud Config's managed rule where there is one.
	Title          Text                `yaml:"title"`
	Severity       Severity            `yaml:"severity"`
	SeveritySource Provenance          `yaml:"severity_source"`
	Category       string              `yaml:"category"`
	Why            Text                `yaml:"why"`
	Remediation    Text                `yaml:"remediation"`
	Maps           map[string][]string `yaml:"maps"`       // Controls of a framework, by the framework's name.
	References     []string            `yaml:"references"` // URLs.
}

// RuleID implements Identified.
func (m *Metadata) RuleID() string { return m.ID }

// About returns what the rule says of itself.
func (m *Metadata) About() *Metadata { return m }

// Expressions are the CEL of a rule.
type Expressions struct {
	Applies   string `yaml:"applies"`   // Bool: whether the rule has anything to say about its object.
	Compliant string `yaml:"compliant"` // Bool: asked only where the rule applies.
	Message   string `yaml:"message"`   // String: what is wrong where it is not compliant.
}

// Rule is a compiled rule. It is not to be changed.
type Rule struct {
	Metadata
	Expressions
	CloudConfig *CloudConfig // Nil for a rule that Cloud Config does not have.
	Tests       []Case

	applies, compliant, message *expression
	sources                     []Source
}

// Sources returns every source that the rule's expressions can ever touch, cheapest first.
func (r *Rule) Sources() []Source { return slices.Clone(r.sources) }

// OtherIDs implements Identified; Cloud Config's identifiers have no second spelling.
func (r *Rule) OtherIDs() []string { return nil }

type ruleFile struct {
	Metadata    `yaml:",inline"`
	Expressions `yaml:",inline"`
	CloudConfig *CloudConfig `yaml:"cloud_config"`
	Tests       []caseFile   `yaml:"tests"`
}

type caseFile struct {
	Name    string         `yaml:"name"`
	Cluster map[string]any `yaml:"cluster"`
	Want    Verdict        `yaml:"want"`
	Message string         `yaml:"message"`
}

// maxRuleFile is the size of a rule file in bytes.
const maxRuleFile = 64 << 10

var (
	ruleIDPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	categoryPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// ParseRule reads one rule file and compiles its expressions. An unknown key, a missing text, an expression that does
// not compile against the facts or that could get around their absence is an error; all that is found is joined.
// The rule's test cases are read, not run: see Verify.
func ParseRule(data []byte) (*Rule, error) {
	var file ruleFile
	if err := DecodeRule(data, &file); err != nil {
		return nil, err
	}
	rule, found := file.rule()
	if err := found.Of(file.ID); err != nil {
		return nil, err
	}
	return rule, nil
}

// DecodeRule reads the one rule of a file; an unknown key is an error.
func DecodeRule(data []byte, into any) error {
	if len(data) > maxRuleFile {
		return fmt.Errorf("the rule file has %d bytes; the limit is %d", len(data), maxRuleFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("decoding the rule: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("decoding the rule: a file holds one rule, and this one goes on after it")
	}
	return nil
}

// Problems collects what is wrong with a rule file, field by field.
type Problems []error

// Add notes what is wrong with a field.
func (p *Problems) Add(field, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", field, fmt.Errorf(format, args...)))
}

// Of joins what was found in the rule of that ID; nil when nothing was.
func (p Problems) Of(id string) error {
	if len(p) == 0 {
		return nil
	}
	if id == "" {
		id = "without an id"
	}
	return fmt.Errorf("rule %s: %w", Clean(id), errors.Join(p...))
}

func (f *ruleFile) rule() (*Rule, Problems) {
	r := &Rule{Metadata: f.Metadata, Expressions: f.Expressions, CloudConfig: f.CloudConfig}
	var found Problems
	f.Check(&found)
	if !ruleIDPattern.MatchString(f.ID) || len(f.ID) > 128 {
		found.Add("id", "want lower-case words joined by hyphens, such as ack-cluster-public-endpoint-check")
	}
	if err := f.CloudConfig.validate(); err != nil {
		found.Add("cloud_config", "%w", err)
	}
	sources := map[Source]struct{}{}
	var err error
	if r.applies, err = compile(f.Applies, cel.BoolType, false, sources); err != nil {
		found.Add("applies", "%w", err)
	}
	if r.compliant, err = compile(f.Compliant, cel.BoolType, false, sources); err != nil {
		found.Add("compliant", "%w", err)
	}
	if r.message, err = compile(f.Message, cel.StringType, true, sources); err != nil {
		found.Add("message", "%w", err)
	}
	r.sources = sortSources(sources)
	r.Tests = f.cases(&found)
	return r, found
}

// Check notes what is missing or wrong; the ID is the caller's affair.
func (m *Metadata) Check(found *Problems) {
	for _, t := range []struct {
		name string
		text Text
	}{{"title", m.Title}, {"why", m.Why}, {"remediation", m.Remediation}} {
		if strings.TrimSpace(t.text.EN) == "" {
			found.Add(t.name, "en is missing")
		}
		if !strings.ContainsFunc(t.text.ZH, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
			found.Add(t.name, "zh is missing or not Chinese")
		}
	}
	if _, err := ParseSeverity(string(m.Severity)); err != nil {
		found.Add("severity", "%w", err)
	}
	if !validProvenance(m.SeveritySource) {
		found.Add("severity_source", "want documented or inferred")
	}
	if !categoryPattern.MatchString(m.Category) {
		found.Add("category", "want a lower-case word, such as network")
	}
	for _, framework := range sortedKeys(m.Maps) {
		if framework == "" || len(m.Maps[framework]) == 0 || slices.Contains(m.Maps[framework], "") {
			found.Add("maps", "%q names no control", framework)
		}
	}
	for _, ref := range m.References {
		if u, err := url.Parse(ref); err != nil || u.Scheme != "https" || u.Host == "" {
			found.Add("references", "%q is not an https URL", ref)
		}
	}
}

func (f *ruleFile) cases(found *Problems) []Case {
	var cases []Case
	seen := map[string]bool{}
	for i, c := range f.Tests {
		at := fmt.Sprintf("tests[%d]", i)
		if c.Name == "" || seen[c.Name] {
			found.Add(at, "want a name of its own, got %q", c.Name)
		}
		seen[c.Name] = true
		// IGNORED comes from an exemption, which a rule knows nothing of.
		if !slices.Contains(verdicts, c.Want) || c.Want == Ignored {
			found.Add(at, "want: %q is not a verdict that a rule can give", c.Want)
		}
		parsed := Case{Name: c.Name, Want: c.Want, Message: c.Message}
		if err := decodeFacts("cluster", c.Cluster, &parsed.Cluster); err != nil {
			found.Add(at, "%w", err)
		}
		cases = append(cases, parsed)
	}
	return cases
}

func validProvenance(p Provenance) bool { return p == Documented || p == Inferred }

func (c *CloudConfig) validate() error {
	switch {
	case c == nil:
		return nil
	case c.Trigger != TriggerScheduled && c.Trigger != TriggerChange:
		return fmt.Errorf("trigger %q is neither %s nor %s", c.Trigger, TriggerScheduled, TriggerChange)
	case c.Trigger == TriggerScheduled && !slices.Contains(frequencies, c.Frequency):
		return fmt.Errorf("frequency %q is none of %s", c.Frequency, strings.Join(frequencies, ", "))
	case c.Trigger == TriggerChange && c.Frequency != "":
		return errors.New("a rule that runs on changes has no frequency")
	case c.RiskLevel < 1 || c.RiskLevel > 3:
		return fmt.Errorf("risk_level %d is none of 1, 2, 3", c.RiskLevel)
	case !validProvenance(c.Provenance):
		return errors.New("provenance: want documented or inferred")
	}
	return nil
}

// Verify runs the rule's test cases and checks that they cover what can happen: a passing, a failing and an
// insufficient-data case, and a not-applicable one unless the rule applies to every cluster. It joins what is wrong.
func (r *Rule) Verify() error {
	var errs []error
	if err := r.CheckCoverage(); err != nil {
		errs = append(errs, err)
	}
	for _, c := range r.Tests {
		got := Evaluate(r, &c.Cluster)
		if got.Verdict != c.Want {
			errs = append(errs, fmt.Errorf("rule %s: case %q: want %s, got %s (%s)", r.ID, c.Name, c.Want, got.Verdict, got.Message))
		} else if !strings.Contains(got.Message, c.Message) {
			errs = append(errs, fmt.Errorf("rule %s: case %q: the message %q lacks %q", r.ID, c.Name, got.Message, c.Message))
		}
	}
	return errors.Join(errs...)
}

// CheckCoverage implements Identified.
func (r *Rule) CheckCoverage() error {
	want := []Verdict{Compliant, NonCompliant, InsufficientData}
	if strings.TrimSpace(r.Applies) != "true" {
		want = append(want, NotApplicable)
	}
	var errs []error
	for _, v := range want {
		if !slices.ContainsFunc(r.Tests, func(c Case) bool { return c.Want == v }) {
			errs = append(errs, fmt.Errorf("rule %s: no test case wants %s", r.ID, v))
		}
	}
	return errors.Join(errs...)
}
