package permission

import (
	"cmp"
	"slices"
	"strings"
)

// Row is a feature as the table of permissions on the index page shows it.
type Row struct {
	Feature, Actions string
	Account          string // where its calls are made
}

// Rows is the table of permissions, in the order in which the features build on each other. A feature that needs none
// is left out.
func Rows() []Row {
	var rows []Row
	for _, f := range features {
		if f.Needless != "" {
			continue
		}
		var parts []string
		for _, name := range f.With {
			parts = append(parts, "those of `"+name+"`")
		}
		rows = append(rows, Row{f.Name, strings.Join(append(parts, groups(f.Needs)...), "; "), f.account()})
	}
	return rows
}

// account is where the feature's calls are made.
func (f Feature) account() string {
	needs, _, _ := f.all() // a test looks for features that build on nothing
	of := func(product string) bool {
		return slices.ContainsFunc(needs, func(n need) bool { return strings.HasPrefix(n.action, product+":") })
	}
	inClusters, inLogs := of("cs"), of("log")
	switch {
	case slices.ContainsFunc(needs, func(n need) bool { return n.holder() == Provider }):
		return "the management account, or a delegated administrator's"
	case slices.ContainsFunc(needs, func(n need) bool { return actions[n.action].on == everything }):
		return "each account"
	case !inClusters:
		return "the archive's"
	case inLogs:
		return "the cluster's; the archive is looked at in its own"
	}
	return "the cluster's"
}

// groups words the needs, those under the same condition together.
func groups(needs []need) []string {
	words := map[string][]string{}
	var order []string
	for _, n := range needs {
		condition := ""
		if n.when != nil {
			condition = " " + n.when.words
		}
		if words[condition] == nil {
			order = append(order, condition)
		}
		words[condition] = append(words[condition], "`"+n.action+"`")
	}
	var list []string
	for _, condition := range order {
		list = append(list, strings.Join(words[condition], ", ")+condition)
	}
	return list
}

// Needless are the features that need no permission, and why, by name.
func Needless() []Feature {
	list := slices.DeleteFunc(slices.Clone(features), func(f Feature) bool { return f.Needless == "" })
	slices.SortFunc(list, func(a, b Feature) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
