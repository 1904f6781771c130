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

// Rule is a compiled rule. It is not to be changed.
type Rule struct {
	ID             string // The identifier of Cloud Config's managed rule where there is one.
	Title          Text
	Severity       Severity
	SeveritySource Provenance
	Category       string
	Applies        string // CEL, bool: whether the rule has anything to say about a cluster.
	Compliant      string // CEL, bool: asked only where the rule applies.
	Message        string // CEL, string: what is wrong with a cluster that is not compliant.
	Why            Text
	Remediation    Text
	CloudConfig    *CloudConfig        // Nil for a rule that Cloud Config does not have.
	Maps           map[string][]string // Controls of a framework, by the framework's name.
	References     []string            // URLs.
	Tests          []Case

	applies, compliant, message *expression
	sources                     []Source
}

// Sources returns every source that the rule's expressions can ever touch, cheapest first.
func (r *Rule) Sources() []Source { return slices.Clone(r.sources) }

type ruleFile struct {
	ID             string              `yaml:"id"`
	Title          Text                `yaml:"title"`
	Severity       string              `yaml:"severity"`
	SeveritySource Provenance          `yaml:"severity_source"`
	Category       string              `yaml:"category"`
	Applies        string              `yaml:"applies"`
	Compliant      string              `yaml:"compliant"`
	Message        string              `yaml:"message"`
	Why            Text                `yaml:"why"`
	Remediation    Text                `yaml:"remediation"`
	CloudConfig    *CloudConfig        `yaml:"cloud_config"`
	Maps           map[string][]string `yaml:"maps"`
	References     []string            `yaml:"references"`
	Tests          []caseFile          `yaml:"tests"`
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
	if len(data) > maxRuleFile {
		return nil, fmt.Errorf("the rule file has %d bytes; the limit is %d", len(data), maxRuleFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var file ruleFile
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("decoding the rule: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("decoding the rule: a file holds one rule, and this one goes on after it")
	}
	rule, errs := file.rule()
	if len(errs) > 0 {
		name := file.ID
		if name == "" {
			name = "without an id"
		}
		return nil, fmt.Errorf("rule %s: %w", clean(name), errors.Join(errs...))
	}
	return rule, nil
}

// problems collects what is wrong with a rule file, field by field.
type problems []error

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", field, fmt.Errorf(format, args...)))
}

func (f *ruleFile) rule() (*Rule, []error) {
	r := &Rule{
		ID: f.ID, Title: f.Title, Severity: Severity(f.Severity), SeveritySource: f.SeveritySource, Category: f.Category,
		Applies: f.Applies, Compliant: f.Compliant, Message: f.Message, Why: f.Why, Remediation: f.Remediation,
		CloudConfig: f.CloudConfig, Maps: f.Maps, References: f.References,
	}
	var found problems
	f.checkTexts(&found)
	f.checkMetadata(&found)
	sources := map[Source]struct{}{}
	var err error
	if r.applies, err = compile(f.Applies, cel.BoolType, false, sources); err != nil {
		found.add("applies", "%w", err)
	}
	if r.compliant, err = compile(f.Compliant, cel.BoolType, false, sources); err != nil {
		found.add("compliant", "%w", err)
	}
	if r.message, err = compile(f.Message, cel.StringType, true, sources); err != nil {
		found.add("message", "%w", err)
	}
	r.sources = sortSources(sources)
	r.Tests = f.cases(&found)
	return r, found
}

func (f *ruleFile) checkTexts(found *problems) {
	for _, t := range []struct {
		name string
		text Text
	}{{"title", f.Title}, {"why", f.Why}, {"remediation", f.Remediation}} {
		if strings.TrimSpace(t.text.EN) == "" {
			found.add(t.name, "en is missing")
		}
		if !strings.ContainsFunc(t.text.ZH, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
			found.add(t.name, "zh is missing or not Chinese")
		}
	}
}

func (f *ruleFile) checkMetadata(found *problems) {
	if !ruleIDPattern.MatchString(f.ID) || len(f.ID) > 128 {
		found.add("id", "want lower-case words joined by hyphens, such as ack-cluster-public-endpoint-check")
	}
	if _, err := ParseSeverity(f.Severity); err != nil {
		found.add("severity", "%w", err)
	}
	if !validProvenance(f.SeveritySource) {
		found.add("severity_source", "want documented or inferred")
	}
	if !categoryPattern.MatchString(f.Category) {
		found.add("category", "want a lower-case word, such as network")
	}
	if err := f.CloudConfig.validate(); err != nil {
		found.add("cloud_config", "%w", err)
	}
	for _, framework := range sortedKeys(f.Maps) {
		if framework == "" || len(f.Maps[framework]) == 0 || slices.Contains(f.Maps[framework], "") {
			found.add("maps", "%q names no control", framework)
		}
	}
	for _, ref := range f.References {
		if u, err := url.Parse(ref); err != nil || u.Scheme != "https" || u.Host == "" {
			found.add("references", "%q is not an https URL", ref)
		}
	}
}

func (f *ruleFile) cases(found *problems) []Case {
	var cases []Case
	seen := map[string]bool{}
	for i, c := range f.Tests {
		at := fmt.Sprintf("tests[%d]", i)
		if c.Name == "" || seen[c.Name] {
			found.add(at, "want a name of its own, got %q", c.Name)
		}
		seen[c.Name] = true
		// IGNORED comes from an exemption, which a rule knows nothing of.
		if !slices.Contains(verdicts, c.Want) || c.Want == Ignored {
			found.add(at, "want: %q is not a verdict that a rule can give", c.Want)
		}
		parsed := Case{Name: c.Name, Want: c.Want, Message: c.Message}
		if err := decodeFacts("cluster", c.Cluster, &parsed.Cluster); err != nil {
			found.add(at, "%w", err)
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
	if err := r.checkCoverage(); err != nil {
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

func (r *Rule) checkCoverage() error {
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
