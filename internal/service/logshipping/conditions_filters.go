package logshipping

import (
	"regexp"
	"slices"
	"strings"
)

// auditFilters narrow a query of audit rows.
//
// Accounts, clusters and namespaces go into the search part: their characters
// make one word each, so that a search for it is exact. User names may hold
// anything, and a search for "admin" finds "oidc:admin" too; an exclusion must
// not hide more than it names, so users are compared in the analysis.
type auditFilters struct {
	AccountIDs, ClusterIDs, Namespaces, ExcludeNamespaces []string
	// Users and ExcludeUsers are names, or IDs of RAM users.
	Users, ExcludeUsers []string
	// SystemUsers: also what the components of Kubernetes do.
	SystemUsers bool
	// Resources are kinds as paths of the API name them, e.g. deployments; only for dashboards.
	Resources []string
}

// The places of filters in a query.
const (
	holeAccounts      = "{accounts}"
	holeClusters      = "{clusters}"
	holeNamespaces    = "{namespaces}"
	holeNotNamespaces = "{notnamespaces}"
	holeUsers         = "{users}"
	holeNotUsers      = "{notusers}"
	holeSystem        = "{system}"
	holeResources     = "{resources}"
)

// filterNames are the arguments of filters.
var filterNames = map[string]string{
	holeAccounts: "account_ids", holeClusters: "cluster_ids", holeNamespaces: "namespaces", holeNotNamespaces: "exclude_namespaces",
	holeUsers: "users", holeNotUsers: "exclude_users", holeSystem: "include_system_users", holeResources: "resources",
}

const (
	userColumn = `"user.username"`
	userOrNone = `coalesce("user.username", '')`
	// userRAMID is the ID of the RAM user, where ACK made the name of one: "{id}" or "{id}-{suffix}". INFERRED: no page says so.
	userRAMID = `coalesce(regexp_extract("user.username", '^([0-9]+)(-.*)?$', 1), '')`
	// noSystemUsers leaves out the components of Kubernetes, for which the prefix is reserved; anonymous is none of them.
	noSystemUsers = ` and (not regexp_like(` + userOrNone + `, '^system:') or ` + userColumn + ` = 'system:anonymous')`
)

// searchFields are the fields that are searched for words.
var searchFields = map[string]string{
	holeAccounts: "account_id", holeClusters: "cluster_id", holeNamespaces: "objectRef.namespace", holeNotNamespaces: "objectRef.namespace",
	holeResources: "objectRef.resource",
}

// fill puts filters and other values into the places of a query.
func (f auditFilters) fill(query string, others map[string]string) string {
	pairs := []string{
		holeAccounts, searchFor(" and ", holeAccounts, f.AccountIDs), holeClusters, searchFor(" and ", holeClusters, f.ClusterIDs),
		holeNamespaces, searchFor(" and ", holeNamespaces, f.Namespaces), holeNotNamespaces, searchFor(" and not ", holeNotNamespaces, f.ExcludeNamespaces),
		holeUsers, usersAre(" and ", f.Users), holeNotUsers, usersAre(" and not ", f.ExcludeUsers), holeSystem, f.system(),
		holeResources, searchFor(" and ", holeResources, f.Resources),
	}
	for place, value := range others {
		pairs = append(pairs, place, value)
	}
	return strings.NewReplacer(pairs...).Replace(query)
}

func (f auditFilters) system() string {
	if f.SystemUsers {
		return ""
	}
	return noSystemUsers
}

// searchFor is a condition of the search part: the field is one of values.
func searchFor(link, place string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	var list []string
	for _, value := range values {
		list = append(list, searchFields[place]+": "+searchWord(value))
	}
	return link + "(" + strings.Join(list, " or ") + ")"
}

// usersAre is a condition of the analysis: the user is one of values, by name or by RAM ID.
func usersAre(link string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	var list []string
	for _, value := range values {
		list = append(list, sqlText(value))
	}
	in := " in (" + strings.Join(list, ", ") + ")"
	return link + "(" + userOrNone + in + " or " + userRAMID + in + ")"
}

// searchWord is a word of the search language.
func searchWord(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// sqlText is a text of SQL.
func sqlText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

const (
	quotedForm  = `"(?:[^"\\]|\\.)*"`
	literalForm = `'(?:[^']|'')*'`
)

// holeForms are what each place of a query may hold, as a regular expression without groups that capture.
var holeForms = map[string]string{
	holeAccounts: wordsForm(" and ", holeAccounts), holeClusters: wordsForm(" and ", holeClusters),
	holeNamespaces: wordsForm(" and ", holeNamespaces), holeNotNamespaces: wordsForm(" and not ", holeNotNamespaces),
	holeUsers: namesForm(" and "), holeNotUsers: namesForm(" and not "), holeSystem: "(?:" + regexp.QuoteMeta(noSystemUsers) + ")?",
	holeResources: wordsForm(" and ", holeResources), holeCount: "[0-9]+", holePercent: "[0-9]+",
}

func wordsForm(link, place string) string {
	one := regexp.QuoteMeta(searchFields[place]+": ") + quotedForm
	return "(?:" + link + `\(` + one + "(?: or " + one + `)*\))?`
}

func namesForm(link string) string {
	in := ` in \(` + literalForm + "(?:, " + literalForm + `)*\)`
	return "(?:" + link + `\(` + regexp.QuoteMeta(userOrNone) + in + " or " + regexp.QuoteMeta(userRAMID) + in + `\))?`
}

var (
	quotedWord  = regexp.MustCompile(quotedForm)
	literalWord = regexp.MustCompile(literalForm)
	listOfNames = regexp.MustCompile(` in \((` + literalForm + "(?:, " + literalForm + `)*)\)`)
)

// read takes a filter out of what a query has in its place.
func (f *auditFilters) read(name, held string) {
	switch "{" + name + "}" {
	case holeAccounts:
		f.AccountIDs = wordsOf(held)
	case holeClusters:
		f.ClusterIDs = wordsOf(held)
	case holeNamespaces:
		f.Namespaces = wordsOf(held)
	case holeNotNamespaces:
		f.ExcludeNamespaces = wordsOf(held)
	case holeResources:
		f.Resources = wordsOf(held)
	case holeUsers:
		f.Users = namesOf(held)
	case holeNotUsers:
		f.ExcludeUsers = namesOf(held)
	case holeSystem:
		f.SystemUsers = held == ""
	}
}

func wordsOf(held string) (list []string) {
	for _, word := range quotedWord.FindAllString(held, -1) {
		list = append(list, strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(word[1:len(word)-1]))
	}
	return list
}

func namesOf(held string) (list []string) {
	match := listOfNames.FindStringSubmatch(held)
	if match == nil {
		return nil
	}
	for _, word := range literalWord.FindAllString(match[1], -1) {
		list = append(list, strings.ReplaceAll(word[1:len(word)-1], "''", "'"))
	}
	return list
}

// used tells which places of a query the filters ask for.
func (f auditFilters) used() map[string]bool {
	return map[string]bool{
		holeAccounts: len(f.AccountIDs) > 0, holeClusters: len(f.ClusterIDs) > 0, holeNamespaces: len(f.Namespaces) > 0,
		holeNotNamespaces: len(f.ExcludeNamespaces) > 0, holeUsers: len(f.Users) > 0, holeNotUsers: len(f.ExcludeUsers) > 0,
		holeResources: len(f.Resources) > 0,
	}
}

// searched is how many conditions of the search part the filters are.
func (f auditFilters) searched() int {
	return len(f.AccountIDs) + len(f.ClusterIDs) + len(f.Namespaces) + len(f.ExcludeNamespaces) + len(f.Resources)
}

// sorted is the filters with each list in order, so that a set of them gives one query.
func (f auditFilters) sorted() auditFilters {
	for _, list := range []*[]string{&f.AccountIDs, &f.ClusterIDs, &f.Namespaces, &f.ExcludeNamespaces, &f.Users, &f.ExcludeUsers, &f.Resources} {
		*list = slices.Clone(*list)
		slices.Sort(*list)
	}
	return f
}

// same compares filters that are sorted.
func (f auditFilters) same(other auditFilters) bool {
	return f.SystemUsers == other.SystemUsers && slices.Equal(f.AccountIDs, other.AccountIDs) && slices.Equal(f.ClusterIDs, other.ClusterIDs) &&
		slices.Equal(f.Namespaces, other.Namespaces) && slices.Equal(f.ExcludeNamespaces, other.ExcludeNamespaces) &&
		slices.Equal(f.Users, other.Users) && slices.Equal(f.ExcludeUsers, other.ExcludeUsers) &&
		slices.Equal(f.Resources, other.Resources)
}

var (
	namespaceName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	printable     = regexp.MustCompile(`^[^\x00-\x1f\x7f]+$`)
)
