package logshipping

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// origin says how much of a condition's query is public knowledge.
type conditionOrigin string

// The origins.
const (
	fromDocuments  conditionOrigin = "documented" // fields and filter are those of a query on a help page
	composedHere   conditionOrigin = "composed"   // put together from fields that documented queries use
	inferredFields conditionOrigin = "inferred"   // looks at fields that no page names
)

// text is a text in both languages.
type bilingual struct{ en, zh string }

// in is the text in a language.
func (t bilingual) in(language string) string {
	if language == chinese {
		return t.zh
	}
	return t.en
}

// The languages of titles and messages.
const (
	english = "en"
	chinese = "zh"
)

// condition is a ready condition to alert on. Its query is a template: {accounts}
// and the like stand where filters go, and are empty without them.
type condition struct {
	ID       string
	Origin   conditionOrigin
	Source   string // whose rows it looks at, as log_source has it
	Severity string
	Title    bilingual
	Why      bilingual
	// Remediation is what to do when it fires.
	Remediation bilingual
	// Message is what the notification says; ${x} is column x of the result.
	Message bilingual
	// search and analysis are the two sides of the pipe.
	search, analysis string
	// Labels are the columns by which results become alerts of their own.
	Labels []string
	// MinimumCount is from how many requests (or findings) on it fires, in one window and per row of the result.
	MinimumCount int64
	// MinimumFailurePercent is from which share of failed requests on; zero for a condition that has none.
	MinimumFailurePercent int64
	// SystemUsers: the components of Kubernetes count too, unless the alert says otherwise.
	SystemUsers bool
}

// lookupCondition finds a ready condition.
func lookupCondition(id string) (*condition, bool) {
	i := slices.IndexFunc(conditions, func(c condition) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return &conditions[i], true
}

// conditionIDs are those of all ready conditions.
func conditionIDs() []string {
	ids := make([]string, 0, len(conditions))
	for _, c := range conditions {
		ids = append(ids, c.ID)
	}
	return ids
}

// has reports whether the query has a place for a filter.
func (c *condition) has(hole string) bool { return strings.Contains(c.search+c.analysis, hole) }

// settings are what an alert says about a ready condition.
type conditionSettings struct {
	Filters               auditFilters
	MinimumCount          int64
	MinimumFailurePercent int64
}

// defaults are the settings of an alert that says nothing.
func (c *condition) defaults() conditionSettings {
	return conditionSettings{Filters: auditFilters{SystemUsers: c.SystemUsers}, MinimumCount: c.MinimumCount, MinimumFailurePercent: c.MinimumFailurePercent}
}

// query is the condition's query with settings.
func (c *condition) query(s conditionSettings) string {
	return s.Filters.fill(c.search+" | "+c.analysis, map[string]string{
		holeCount: strconv.FormatInt(s.MinimumCount, 10), holePercent: strconv.FormatInt(s.MinimumFailurePercent, 10),
	})
}

// The numbers in a query.
const (
	holeCount   = "{count}"
	holePercent = "{percent}"
)

// recognize finds the condition and the settings that give a query: an alert
// keeps nothing but its query. It is false for any other query.
func recognize(query string) (*condition, conditionSettings, bool) {
	for i := range conditions {
		c := &conditions[i]
		if s, ok := c.recognize(query); ok {
			return c, s, true
		}
	}
	return nil, conditionSettings{}, false
}

func (c *condition) recognize(query string) (conditionSettings, bool) {
	form := forms()[c.ID]
	match := form.FindStringSubmatch(query)
	if match == nil {
		return conditionSettings{}, false
	}
	s := c.defaults()
	for i, name := range form.SubexpNames() {
		switch name {
		case "":
		case bare(holeCount):
			s.MinimumCount, _ = strconv.ParseInt(match[i], 10, 64)
		case bare(holePercent):
			s.MinimumFailurePercent, _ = strconv.ParseInt(match[i], 10, 64)
		default:
			s.Filters.read(name, match[i])
		}
	}
	// Whatever a form lets through by mistake is not the query that the settings give.
	return s, c.query(s) == query
}

// forms are the conditions' queries as regular expressions with a group for each filter.
var forms = sync.OnceValue(func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for _, c := range conditions {
		form := regexp.QuoteMeta(c.search + " | " + c.analysis)
		for hole, expression := range holeForms {
			form = strings.Replace(form, regexp.QuoteMeta(hole), "(?P<"+bare(hole)+">"+expression+")", 1)
		}
		all[c.ID] = regexp.MustCompile("^" + form + "$")
	}
	return all
})

// bare is the name of a place in a query.
func bare(hole string) string { return strings.Trim(hole, "{}") }

// maxSearchConditions is how many conditions the search part of a query may have (documented).
const maxSearchConditions = 30

// problem says why the condition cannot be used with settings, or nothing.
func (c *condition) problem(s conditionSettings) string {
	for hole, used := range s.Filters.used() {
		if used && !c.has(hole) {
			return fmt.Sprintf("The condition %s is about rows of the source %s, which have no field for filters.%s.", c.ID, c.Source, filterNames[hole])
		}
	}
	own := strings.Count(strings.NewReplacer(holeAccounts, "", holeClusters, "", holeNamespaces, "", holeNotNamespaces, "").Replace(c.search), ":") + strings.Count(c.search, " >= ") + strings.Count(c.search, " = ")
	if n := own + s.Filters.searched(); n > maxSearchConditions {
		return fmt.Sprintf("Log Service takes %d conditions in the search part of a query, and this one would have %d: %d of the condition %s and one for each account, cluster and namespace of filters. "+
			"Leave filters.account_ids or filters.cluster_ids out where it means all, or use several alerts.", maxSearchConditions, n, own, c.ID)
	}
	return ""
}
