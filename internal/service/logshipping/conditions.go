package logshipping

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// conditionOrigin says how much of a condition's query is public knowledge.
type conditionOrigin string

// The origins.
const (
	fromDocuments  conditionOrigin = "documented" // fields and filter are those of a query on a help page
	composedHere   conditionOrigin = "composed"   // put together from fields that documented queries use
	inferredFields conditionOrigin = "inferred"   // looks at fields that no page names
)

// bilingual is a text in both languages.
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

// readyCondition is a ready condition to alert on. Its query is a template: {accounts}
// and the like stand where filters go, and are empty without them.
type readyCondition struct {
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
func lookupCondition(id string) (*readyCondition, bool) {
	i := slices.IndexFunc(readyConditions, func(c readyCondition) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return &readyConditions[i], true
}

// conditionIDs are those of all ready conditions.
func conditionIDs() []string {
	ids := make([]string, 0, len(readyConditions))
	for _, c := range readyConditions {
		ids = append(ids, c.ID)
	}
	return ids
}

// has reports whether the query has a place for a filter.
func (c *readyCondition) has(hole string) bool { return strings.Contains(c.search+c.analysis, hole) }

// conditionSettings are what an alert says about a ready condition.
type conditionSettings struct {
	Filters               auditFilters
	MinimumCount          int64
	MinimumFailurePercent int64
}

// defaults are the settings of an alert that says nothing.
func (c *readyCondition) defaults() conditionSettings {
	return conditionSettings{Filters: auditFilters{SystemUsers: c.SystemUsers}, MinimumCount: c.MinimumCount, MinimumFailurePercent: c.MinimumFailurePercent}
}

// query is the condition's query with settings.
func (c *readyCondition) query(s conditionSettings) string {
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
func recognize(query string) (*readyCondition, conditionSettings, bool) {
	for i := range readyConditions {
		c := &readyConditions[i]
		if s, ok := c.recognize(query); ok {
			return c, s, true
		}
	}
	return nil, conditionSettings{}, false
}

func (c *readyCondition) recognize(query string) (conditionSettings, bool) {
	form := conditionForms()[c.ID]
	match := form.FindStringSubmatch(query)
	if match == nil {
		return conditionSettings{}, false
	}
	s := c.defaults()
	for i, name := range form.SubexpNames() {
		switch name {
		case "":
		case holeName(holeCount):
			s.MinimumCount, _ = strconv.ParseInt(match[i], 10, 64)
		case holeName(holePercent):
			s.MinimumFailurePercent, _ = strconv.ParseInt(match[i], 10, 64)
		default:
			s.Filters.read(name, match[i])
		}
	}
	// Whatever a form lets through by mistake is not the query that the settings give.
	return s, c.query(s) == query
}

// searchConditions is how many conditions a search of ours has without filters.
func searchConditions(search string) int {
	return strings.Count(search, ": ") + strings.Count(search, " >= ") + strings.Count(search, " = ")
}

// conditionForms are the conditions' queries as regular expressions with a group for each filter.
var conditionForms = sync.OnceValue(func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for _, c := range readyConditions {
		all[c.ID] = formOf(c.search + " | " + c.analysis)
	}
	return all
})

// formOf is a query as a regular expression with a group for the first place of each filter.
func formOf(query string) *regexp.Regexp {
	form := regexp.QuoteMeta(query)
	for hole, expression := range holeForms {
		place := regexp.QuoteMeta(hole)
		form = strings.Replace(form, place, "(?P<"+holeName(hole)+">"+expression+")", 1)
		form = strings.ReplaceAll(form, place, "(?:"+expression+")")
	}
	return regexp.MustCompile("^" + form + "$")
}

// holeName is the name of a place in a query.
func holeName(hole string) string { return strings.Trim(hole, "{}") }

// Condition is a ready condition as people read of it, in one language.
type Condition struct {
	ID, Title, Why, Remediation, Message string
	Severity                             string
	Source                               string // as log_source has it: audit, inspection or event
	Origin                               string // documented, composed or inferred
	Query                                string // without filters
	Labels                               []string
	Filters                              []string // the filters that it takes, by their arguments
	MinimumCount                         int64
	MinimumFailurePercent                int64 // zero if it has none
	IncludesSystemUsers                  bool  // by default
}

// Conditions are the ready conditions in a language, en or zh.
func Conditions(language string) []Condition {
	list := make([]Condition, 0, len(readyConditions))
	for i := range readyConditions {
		c := &readyConditions[i]
		one := Condition{
			ID: c.ID, Title: c.Title.in(language), Why: c.Why.in(language), Remediation: c.Remediation.in(language), Message: c.Message.in(language), Severity: c.Severity, Source: c.Source,
			Origin: string(c.Origin), Query: c.query(c.defaults()), Labels: c.Labels, MinimumCount: c.MinimumCount, MinimumFailurePercent: c.MinimumFailurePercent, IncludesSystemUsers: c.SystemUsers,
		}
		for hole, argument := range filterNames {
			if c.has(hole) {
				one.Filters = append(one.Filters, argument)
			}
		}
		slices.Sort(one.Filters)
		list = append(list, one)
	}
	return list
}

// maxSearchConditions is how many conditions the search part of a query may have (documented).
const maxSearchConditions = 30

// problem says why the condition cannot be used with settings, or nothing.
func (c *readyCondition) problem(s conditionSettings) string {
	for hole, used := range s.Filters.used() {
		if used && !c.has(hole) {
			return fmt.Sprintf("The condition %s is about rows of the source %s, which have no field for filters.%s.", c.ID, c.Source, filterNames[hole])
		}
	}
	own := searchConditions(c.search)
	if n := own + s.Filters.searched(); n > maxSearchConditions {
		return fmt.Sprintf("Log Service takes %d conditions in the search part of a query, and this one would have %d: %d of the condition %s and one for each account, cluster and namespace of filters. "+
			"Leave filters.account_ids or filters.cluster_ids out where it means all, or use several alerts.", maxSearchConditions, n, own, c.ID)
	}
	return ""
}
