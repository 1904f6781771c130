package permission

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// MaxPolicy is how many characters a custom policy of RAM may have (documented: CreatePolicy).
const MaxPolicy = 6144

// Choice is what somebody wants to use, and where.
type Choice struct {
	Features []string
	Rules    []string // of cluster compliance; all if empty
	Regions  []string // all if empty
	// Roles are those that the provider assumes.
	Roles []fleet.MemberRole
}

// choice is a Choice that was looked up.
type choice struct {
	regions []string
	sources map[compliance.Source]bool
}

// Action is an action that the choice needs.
type Action struct {
	Name       string
	Resources  []string
	NeededBy   []string
	Holder     Holder
	Provenance compliance.Provenance
	Why        []string // one for each use
}

// Required is what a choice needs.
type Required struct {
	Actions    []Action // by holder and name
	Kubernetes []KubernetesRule
}

// Require finds out what a choice needs. An unknown name is an *UnknownFeatureError or a *compliance.UnknownRuleError.
func Require(c Choice) (Required, error) {
	catalogue, err := compliance.Load()
	if err != nil {
		return Required{}, err
	}
	rules, err := catalogue.Select(c.Rules)
	if err != nil {
		return Required{}, err
	}
	where := choice{regions: slices.Compact(slices.Sorted(slices.Values(c.Regions))), sources: map[compliance.Source]bool{}}
	for _, rule := range rules {
		for _, s := range rule.Sources() {
			where.sources[s] = true
		}
	}
	found := map[string]*Action{}
	var required Required
	for _, name := range slices.Compact(slices.Sorted(slices.Values(c.Features))) {
		feature, err := lookup(name)
		if err != nil {
			return Required{}, err
		}
		needs, rights, err := feature.all()
		if err != nil {
			return Required{}, err
		}
		required.Kubernetes = append(required.Kubernetes, rights...)
		for _, n := range withRole(needs) {
			if n.in(where) {
				note(found, n, name)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		a := found[key]
		slices.Sort(a.Why)
		a.Resources = actions[a.Name].on.patterns(where.regions, c.Roles)
		required.Actions = append(required.Actions, *a)
	}
	slices.SortStableFunc(required.Actions, func(a, b Action) int { return cmp.Compare(a.Holder, b.Holder) })
	return required, nil
}

// withRole adds the way into the members where anything is to be done there.
func withRole(needs []need) []need {
	if slices.ContainsFunc(needs, func(n need) bool { return n.holder() == Member }) {
		return append(needs, need{action: "sts:AssumeRole", why: "becomes the role in each other account"})
	}
	return needs
}

// note adds a feature's need to what was found.
func note(found map[string]*Action, n need, feature string) {
	key := string(n.holder()) + " " + n.action
	a := found[key]
	if a == nil {
		a = &Action{Name: n.action, Holder: n.holder(), Provenance: actions[n.action].origin}
		found[key] = a
	}
	if !slices.Contains(a.NeededBy, feature) {
		a.NeededBy = append(a.NeededBy, feature)
	}
	if !slices.Contains(a.Why, n.why) {
		a.Why = append(a.Why, n.why)
	}
}

// patterns are the ARNs that an action has to be allowed on.
func (t target) patterns(regions []string, roles []fleet.MemberRole) []string {
	var list []string
	if len(regions) == 0 {
		regions = []string{"*"}
	}
	regional := func(product, resource string) {
		for _, region := range regions {
			list = append(list, "acs:"+product+":"+region+":*:"+resource)
		}
	}
	switch t {
	case clusters:
		regional("cs", "cluster/*")
	case logJobs:
		regional("log", "project/*/job/*")
	case logDashboards:
		regional("log", "project/*/dashboard/*")
	case logProjects:
		regional("log", "project/*")
	case logStores:
		regional("log", "project/*/logstore/*")
	case memberRoles:
		for _, role := range roles {
			list = append(list, fmt.Sprintf("acs:ram:*:%s:role/%s", cmp.Or(role.AccountID, "*"), role.Name))
		}
	case accounts:
		list = append(list, "acs:resourcemanager:*:*:account/*")
	default:
		list = append(list, "*")
	}
	slices.Sort(list)
	return list
}

// The documents that RAM takes, with the fields in the order in which its own pages show them.
type (
	document[S any] struct {
		Version   string `json:"Version"`
		Statement []S    `json:"Statement"`
	}
	statement struct {
		Effect   string   `json:"Effect"`
		Action   []string `json:"Action"`
		Resource []string `json:"Resource"`
	}
	trustStatement struct {
		Effect    string                         `json:"Effect"`
		Action    string                         `json:"Action"`
		Principal principal                      `json:"Principal"`
		Condition map[string]map[string][]string `json:"Condition,omitempty"`
	}
	principal struct {
		RAM []string `json:"RAM"`
	}
)

// Policy is the RAM policy of a holder, or "" if it needs none. There is one statement for each set of resources.
func (r Required) Policy(h Holder) (string, error) {
	byResources := map[string]*statement{}
	for _, a := range r.Actions {
		if a.Holder != h {
			continue
		}
		key := strings.Join(a.Resources, " ")
		if byResources[key] == nil {
			byResources[key] = &statement{Effect: "Allow", Resource: a.Resources}
		}
		byResources[key].Action = append(byResources[key].Action, a.Name)
	}
	if len(byResources) == 0 {
		return "", nil
	}
	d := document[statement]{Version: "1"}
	for _, key := range slices.Sorted(maps.Keys(byResources)) {
		d.Statement = append(d.Statement, *byResources[key])
	}
	text, err := d.text()
	if err == nil && len([]rune(text)) > MaxPolicy {
		err = &PolicySizeError{Holder: h, Size: len([]rune(text))}
	}
	return text, err
}

func (d document[S]) text() (string, error) {
	text, err := json.Marshal(d)
	return string(text), err
}

// PolicySizeError is a policy that RAM would not take.
type PolicySizeError struct {
	Holder Holder
	Size   int
}

// Error implements error.
func (e *PolicySizeError) Error() string {
	advice := "leave regions out, or choose fewer, or make one policy for some of the features and another for the rest: a role takes several policies"
	if e.Holder == Provider {
		advice = "give the member roles the same name, so that they need no member_role block each"
	}
	return fmt.Sprintf("The %s policy would have %d characters, and a RAM policy may have %d. What to do: %s.", e.Holder, e.Size, MaxPolicy, advice)
}

// Trust is the trust policy of the member role: who may become it. A principal is an account ID or an ARN.
func Trust(principals []string, externalID string) (string, error) {
	list := make([]string, 0, len(principals))
	for _, p := range principals {
		if !strings.HasPrefix(p, "acs:") {
			p = "acs:ram::" + p + ":root"
		}
		list = append(list, p)
	}
	slices.Sort(list)
	s := trustStatement{Effect: "Allow", Action: "sts:AssumeRole", Principal: principal{slices.Compact(list)}}
	if externalID != "" {
		s.Condition = map[string]map[string][]string{"StringEquals": {"sts:ExternalId": {externalID}}}
	}
	return document[trustStatement]{Version: "1", Statement: []trustStatement{s}}.text()
}
