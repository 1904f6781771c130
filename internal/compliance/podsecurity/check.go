package podsecurity

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// The profiles.
const (
	Baseline   = "pss-baseline"
	Restricted = "pss-restricted"
)

// Profiles returns the profiles' names.
func Profiles() []string { return []string{Baseline, Restricted} }

// Latest is the newest version of the standards that this build knows.
const Latest = "latest"

// Check is a check of the library, of one version of the standards. Its ID is the library's behind that of the profile
// that first has it: both profiles have pss-baseline/hostPorts.
type Check struct {
	compliance.Metadata

	judge     policy.CheckPodFn
	reads     [][]string
	relaxedBy [][]string
	strict    bool // What is absent is allowed, and nothing takes back what one field got forbidden.
}

// Profile is the checks of a profile in one version. It is not to be changed.
type Profile struct {
	checks []*Check
}

// Checks returns the profile's checks in the library's order: baseline's before restricted's.
func (p *Profile) Checks() []*Check { return slices.Clone(p.checks) }

// description is what checks.yaml says of a check.
type description struct {
	ID          string          `yaml:"id"`
	Title       compliance.Text `yaml:"title"`
	Category    string          `yaml:"category"` // security if empty.
	Why         compliance.Text `yaml:"why"`
	Remediation compliance.Text `yaml:"remediation"`
	Reads       []string        `yaml:"reads"`
	RelaxedBy   []string        `yaml:"relaxed_by"`
	ForbidsOnly bool            `yaml:"forbids_only"`
}

//go:embed checks.yaml
var descriptionFile []byte

var descriptions = sync.OnceValues(func() (map[string]description, error) {
	var list []description
	dec := yaml.NewDecoder(bytes.NewReader(descriptionFile))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("checks.yaml: %w", err)
	}
	out := make(map[string]description, len(list))
	for _, d := range list {
		if d.Category == "" {
			d.Category = "security"
		}
		out[d.ID] = d
	}
	return out, nil
})

// New returns a profile. version is Latest, or one such as v1.36; a newer one than this build knows is Latest.
func New(profile, version string) (*Profile, error) {
	if !slices.Contains(Profiles(), profile) {
		return nil, fmt.Errorf("profile %q: want one of %s", profile, strings.Join(Profiles(), ", "))
	}
	v, err := api.ParseVersion(version)
	if err != nil {
		return nil, fmt.Errorf("version %q of the Pod Security Standards: %w", version, err)
	}
	texts, err := descriptions()
	if err != nil {
		return nil, err
	}
	overridden := map[policy.CheckID]bool{}
	byLevel := map[api.Level][]*Check{}
	all := policy.DefaultChecks()
	slices.SortFunc(all, func(a, b policy.Check) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, level := range []api.Level{api.LevelRestricted, api.LevelBaseline} {
		if level == api.LevelRestricted && profile == Baseline {
			continue
		}
		for _, c := range all {
			use := inVersion(c, v)
			if c.Level != level || use == nil || overridden[c.ID] {
				continue
			}
			for _, id := range use.OverrideCheckIDs {
				overridden[id] = true
			}
			check, err := newCheck(c, texts)
			if err != nil {
				return nil, err
			}
			check.judge = use.CheckPod
			byLevel[level] = append(byLevel[level], check)
		}
	}
	return &Profile{checks: append(byLevel[api.LevelBaseline], byLevel[api.LevelRestricted]...)}, nil
}

// inVersion returns the revision of a check that a version of the standards has, or nil.
func inVersion(c policy.Check, v api.Version) *policy.VersionedCheck {
	var use *policy.VersionedCheck
	for i := range c.Versions {
		if minimum := c.Versions[i].MinimumVersion; !v.Older(minimum) {
			use = &c.Versions[i]
		}
	}
	return use
}

func newCheck(c policy.Check, texts map[string]description) (*Check, error) {
	d, ok := texts[string(c.ID)]
	if !ok {
		return nil, fmt.Errorf("the library has a check %s that checks.yaml does not describe", c.ID)
	}
	prefix, severity := Baseline, compliance.High
	if c.Level == api.LevelRestricted {
		prefix, severity = Restricted, compliance.Medium
	}
	check := &Check{strict: d.ForbidsOnly}
	check.Metadata = compliance.Metadata{
		ID: prefix + "/" + d.ID, Title: d.Title, Severity: severity, SeveritySource: compliance.Inferred, Category: d.Category,
		Why: d.Why, Remediation: d.Remediation, References: []string{"https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
	}
	for _, field := range d.Reads {
		check.reads = append(check.reads, fieldSteps(field)...)
	}
	for _, field := range d.RelaxedBy {
		check.relaxedBy = append(check.relaxedBy, fieldSteps(field)...)
	}
	return check, nil
}

// OtherIDs implements compliance.Identified.
func (c *Check) OtherIDs() []string { return nil }

// CheckCoverage implements compliance.Identified: the checks are the library's, and tested there.
func (c *Check) CheckCoverage() error { return nil }
