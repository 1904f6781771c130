package inspector

import "slices"

// Dialect is how a configuration says which checks are on.
type Dialect string

// The dialects.
const (
	Grouped Dialect = "grouped" // a mapping per category, with ignore, warning and error
	Flat    Dialect = "flat"    // one mapping named checks, with ignore, warning and danger
)

// Off is the severity of a check that is off, in both dialects. A check without a key is off too.
const Off = "ignore"

const warning = "warning"

// severest is the severity that only one dialect has.
var severest = map[Dialect]string{Grouped: "error", Flat: "danger"}

// Severities are the words of a dialect.
func (d Dialect) Severities() []string { return []string{Off, warning, severest[d]} }

// Check is a published check: its id is that of the help page.
type Check struct {
	ID    string
	Group string // in the grouped dialect; empty where it is not known
	// Other is the spelling of the flat dialect, where it differs.
	Other string
	// Severe: the engine's default severity is the dialect's severest; else warning.
	Severe bool
}

// capabilities is the id without a severity of its own in the grouped dialect: there it stands for lists.
const capabilities = "capabilitiesAdded"

// Checks are the published ones, in the help page's order.
var Checks = []Check{
	{ID: "hostNetworkSet", Group: "networking"},
	{ID: "hostIPCSet", Group: "security", Severe: true},
	{ID: "hostPIDSet", Group: "security", Severe: true},
	{ID: "hostPortSet", Group: "networking"},
	{ID: "runAsRootAllowed", Group: "security"},
	{ID: "runAsPrivileged", Group: "security", Severe: true},
	{ID: "privilegeEscalationAllowed", Group: "security", Severe: true},
	{ID: capabilities, Group: "security", Other: "dangerousCapabilities", Severe: true},
	{ID: "notReadOnlyRootFileSystem", Group: "security", Other: "notReadOnlyRootFilesystem"},
	{ID: "cpuRequestsMissing", Group: "resources"},
	{ID: "cpuLimitsMissing", Group: "resources"},
	{ID: "memoryRequestsMissing", Group: "resources"},
	{ID: "memoryLimitsMissing", Group: "resources"},
	{ID: "readinessProbeMissing", Group: "healthChecks"},
	{ID: "livenessProbeMissing", Group: "healthChecks"},
	{ID: "tagNotSpecified", Group: "images", Severe: true},
	{ID: "anonymousUserRBACBinding"},
}

// groups are the mappings of the grouped dialect that hold severities.
var groups = []string{"resources", "images", "healthChecks", "networking", "security"}

// topLevel are the keys that either dialect has at the top: what tells a configuration from another text.
var topLevel = append(slices.Clone(groups),
	"checks", "customChecks", "exemptions", "disallowExemptions", "disallowConfigExemptions", "disallowAnnotationExemptions",
	"displayName", "mutations", "kubeContext", "controllers_to_scan")

// Canonical is the published id of a check, whichever spelling is given; an id that is not published is itself.
func Canonical(id string) string {
	for _, c := range Checks {
		if c.Other == id {
			return c.ID
		}
	}
	return id
}

// Known reports whether an id, in any spelling, is published.
func Known(id string) bool {
	id = Canonical(id)
	return slices.ContainsFunc(Checks, func(c Check) bool { return c.ID == id })
}

// IDs are the published ids.
func IDs() []string {
	ids := make([]string, 0, len(Checks))
	for _, c := range Checks {
		ids = append(ids, c.ID)
	}
	return ids
}

// spellings are the names that a check may have, the given one first.
func spellings(id string) []string {
	for _, c := range Checks {
		switch {
		case c.Other == "":
		case c.ID == id:
			return []string{id, c.Other}
		case c.Other == id:
			return []string{id, c.ID}
		}
	}
	return []string{id}
}

// on is the severity that the engine itself gives a check.
func (d Dialect) on(id string) string {
	id = Canonical(id)
	if i := slices.IndexFunc(Checks, func(c Check) bool { return c.ID == id }); i >= 0 && Checks[i].Severe {
		return severest[d]
	}
	return warning
}

// defaultCapabilities is what the grouped engine itself looks for, under error.ifAnyAdded.
var defaultCapabilities = []string{"SYS_ADMIN", "NET_ADMIN", "ALL"}
