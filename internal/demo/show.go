package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// report is what a plan's outputs say, for the tables.
type report struct {
	accounts map[string]account
	outcomes []outcome
	findings []finding
	verdicts verdicts
}

func newReport(plan *tfjson.Plan) (r report, err error) {
	if _, r.accounts, err = output[map[string]account](plan, "accounts"); err != nil {
		return r, err
	}
	if _, r.outcomes, err = output[[]outcome](plan, "outcomes"); err != nil {
		return r, err
	}
	if _, r.findings, err = output[[]finding](plan, "findings"); err != nil {
		return r, err
	}
	_, r.verdicts, err = output[verdicts](plan, "verdicts")
	return r, err
}

// outcome is an account's own outcome.
func (r report) outcome(accountID string) outcome {
	for _, o := range r.outcomes {
		if o.AccountID == accountID && o.Region == "" {
			return o
		}
	}
	return outcome{Outcome: "missing"}
}

// clusters are the names of an account's clusters by ID.
func (r report) clusters(accountID string) map[string]string {
	names := map[string]string{}
	for _, f := range r.findings {
		if f.AccountID == accountID {
			names[f.ClusterID] = f.ClusterName
		}
	}
	return names
}

// showAccounts is the table of accounts and how reading them ended.
func (r report) showAccounts(s *screen) {
	rows := [][]cell{plain("ACCOUNT", "NAME", "JOINED", "STATUS", "CLUSTERS", "READ")}
	for _, id := range slices.Sorted(maps.Keys(r.accounts)) {
		a, o := r.accounts[id], r.outcome(id)
		kind := a.JoinMethod
		if a.Management {
			kind = "management"
		}
		clusters, read := strconv.Itoa(len(r.clusters(id))), cell{o.Outcome, green}
		if o.Outcome != "ok" {
			clusters, read = "?", cell{o.Outcome + " (" + o.ErrorCode + ")", red}
		}
		rows = append(rows, append(plain(id, a.Name, kind, cmp.Or(a.Status, "-"), clusters), read))
	}
	s.table(rows...)
	for _, o := range r.outcomes {
		if o.ActionNeeded != "" {
			s.say(fmt.Sprintf("What to do about %s: %s.", r.accounts[o.AccountID].Name, o.ActionNeeded))
		}
	}
}

// headerWidth is where a rule's name breaks in a table's header.
const headerWidth = 18

// showVerdicts is the table of cluster x rule, as many rules side by side as
// fit.
func (r report) showVerdicts(s *screen) {
	severities := map[string]string{}
	name := 0
	for _, f := range r.findings {
		severities[f.RuleID] = f.Severity
		name = max(name, len(f.ClusterName)+2)
	}
	perTable := max(1, (width-3-name)/(headerWidth+2))
	for rules := range slices.Chunk(slices.Sorted(maps.Keys(severities)), perTable) {
		r.showRules(s, rules, severities)
	}
}

func (r report) showRules(s *screen, rules []string, severities map[string]string) {
	headers := make([][]string, len(rules))
	height := 0
	for i, rule := range rules {
		words := strings.ReplaceAll(strings.TrimPrefix(rule, "ack-cluster-"), "-", "- ")
		for _, line := range wrap(words, headerWidth) {
			headers[i] = append(headers[i], strings.ReplaceAll(line, "- ", "-"))
		}
		height = max(height, len(headers[i]))
	}
	var rows [][]cell
	for line := range height {
		row := plain("")
		for i := range rules {
			text := ""
			if line < len(headers[i]) {
				text = headers[i][line]
			}
			row = append(row, cell{text: text})
		}
		rows = append(rows, row)
	}
	row := plain("")
	for _, rule := range rules {
		row = append(row, cell{"(" + severities[rule] + ")", faint})
	}
	rows = append(rows, row)
	for _, id := range slices.Sorted(maps.Keys(r.accounts)) {
		clusters, o := r.clusters(id), r.outcome(id)
		switch {
		case o.Outcome != "ok":
			rows = append(rows, []cell{{r.accounts[id].Name + ": not read, " + o.Outcome + "; nothing is known about its clusters", red}})
		case len(clusters) > 0:
			rows = append(rows, []cell{{r.accounts[id].Name, bold}})
		}
		for _, cluster := range slices.SortedFunc(maps.Keys(clusters), func(a, b string) int { return strings.Compare(clusters[a], clusters[b]) }) {
			row := plain("  " + clusters[cluster])
			for _, rule := range rules {
				verdict := r.verdicts[cluster][rule]
				row = append(row, cell{cmp.Or(verdict, "-"), verdictColours[verdict]})
			}
			rows = append(rows, row)
		}
	}
	s.table(rows...)
}

var verdictColours = map[string]string{
	"COMPLIANT": green, "NON_COMPLIANT": red, "ERROR": red, "INSUFFICIENT_DATA": yellow, "IGNORED": yellow, "NOT_APPLICABLE": faint,
}

// showReasons lists why each verdict is what it is, where that needs saying.
func (r report) showReasons(s *screen, wanted func(finding) bool) {
	last := ""
	for _, f := range slices.SortedStableFunc(slices.Values(r.findings), func(a, b finding) int {
		return cmp.Or(strings.Compare(a.AccountID, b.AccountID), strings.Compare(a.ClusterName, b.ClusterName))
	}) {
		if f.Message == "" || !wanted(f) {
			continue
		}
		if f.ClusterName != last {
			s.line("   " + s.paint(bold, f.ClusterName))
			last = f.ClusterName
		}
		text := f.Message
		if f.ExemptionReason != "" {
			text += ". Exempted: " + f.ExemptionReason
		}
		mark := fmt.Sprintf("%-18s", f.Verdict)
		for i, line := range wrap(strings.TrimPrefix(f.RuleID, "ack-cluster-")+": "+text, width-3-2-18) {
			if i > 0 {
				mark = strings.Repeat(" ", 18)
			}
			s.line("     " + s.paint(verdictColours[f.Verdict], mark) + line)
		}
	}
	s.blank()
}
