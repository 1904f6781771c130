package compliance

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExemptionExpiry(t *testing.T) {
	for _, c := range []struct {
		expires, now string
		want         bool
	}{
		{"", "2999-01-01T00:00:00Z", false},
		{"2027-03-31", "2027-03-31T15:59:59Z", false}, // 23:59:59 in UTC+8.
		{"2027-03-31", "2027-03-31T16:00:00Z", true},
		{"2027-03-31", "2027-03-31T23:59:59+08:00", false},
		{"2027-03-31", "2027-04-01T00:00:00+08:00", true},
		{"2028-02-29", "2028-02-29T12:00:00Z", false},
		{"not a day", "2027-01-01T00:00:00Z", true},
	} {
		if got := (Exemption{Expires: c.expires}).Expired(at(t, c.now)); got != c.want {
			t.Errorf("%q at %s: want %v, got %v", c.expires, c.now, c.want, got)
		}
	}
}

func TestExemptionValidate(t *testing.T) {
	good := Exemption{RuleID: endpoint, Reason: "CHG-1042", Expires: "2027-03-31"}
	for _, c := range []struct {
		name   string
		change func(*Exemption)
		want   string
	}{
		{"good", func(*Exemption) {}, ""},
		{"no end", func(e *Exemption) { e.Expires = "" }, ""},
		{"no rule", func(e *Exemption) { e.RuleID = "" }, "rule_id"},
		{"unknown rule", func(e *Exemption) { e.RuleID = endpoint + "s" }, "rule_id"},
		{"no reason", func(e *Exemption) { e.Reason = " " }, "reason"},
		{"American date", func(e *Exemption) { e.Expires = "03/31/2027" }, "expires"},
		{"no such day", func(e *Exemption) { e.Expires = "2027-02-29" }, "expires"},
		{"with a time", func(e *Exemption) { e.Expires = "2027-03-31T00:00:00Z" }, "expires"},
		{"short", func(e *Exemption) { e.Expires = "2027-3-31" }, "expires"},
		{"everything", func(e *Exemption) { *e = Exemption{Expires: "x"} }, "rule_id reason expires"},
	} {
		e := good
		c.change(&e)
		var fields []string
		for _, err := range loadT(t).Validate(e) {
			fields = append(fields, err.Field)
			if !strings.HasPrefix(err.Error(), err.Field+": ") {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if got := strings.Join(fields, " "); got != c.want {
			t.Errorf("%s: want %q, got %q", c.name, c.want, got)
		}
	}
	good.RuleID = endpoint + "s"
	var unknown *UnknownRuleError
	if err := loadT(t).Validate(good)[0]; !errors.As(err, &unknown) || unknown.Suggestion != endpoint {
		t.Errorf("got %v", err)
	}
}

func finding(rule string, severity Severity, verdict Verdict, account, region, cluster string) Finding {
	return Finding{RuleID: rule, Severity: severity, Verdict: verdict, AccountID: account, Region: region, ClusterID: cluster, Message: "m"}
}

func TestExemptionsInReport(t *testing.T) {
	now := at(t, "2027-01-15T00:00:00Z")
	bad := finding(endpoint, High, NonCompliant, "1", "cn-hangzhou", "c1")
	as := func(v Verdict) Finding { f := bad; f.Verdict = v; return f }
	valid := Exemption{RuleID: endpoint, ClusterID: "c1", Reason: "CHG-1", Owner: "o", Expires: "2027-01-31"}
	expired := Exemption{RuleID: endpoint, ClusterID: "c1", Reason: "CHG-0", Expires: "2026-12-31"}
	change := func(e Exemption, f func(*Exemption)) Exemption { f(&e); return e }
	for _, c := range []struct {
		name       string
		finding    Finding
		exemptions []Exemption
		verdict    Verdict
		reason     string
		expired    string
		unused     int
		lapsed     int
	}{
		{"none", bad, nil, NonCompliant, "", "", 0, 0},
		{"valid", bad, []Exemption{valid}, Ignored, "CHG-1", "", 0, 0},
		{"expired", bad, []Exemption{expired}, NonCompliant, "", "2026-12-31", 0, 1},
		{"expired and valid", bad, []Exemption{expired, valid}, Ignored, "CHG-1", "", 0, 1},
		{"valid and expired", bad, []Exemption{valid, expired}, Ignored, "CHG-1", "", 0, 1},
		{"expired twice", bad, []Exemption{change(expired, func(e *Exemption) { e.Expires = "2026-01-01" }), expired}, NonCompliant, "", "2026-12-31", 0, 2},
		{"first of two", bad, []Exemption{valid, change(valid, func(e *Exemption) { e.Reason = "CHG-2" })}, Ignored, "CHG-1", "", 0, 0},
		{"whole fleet", bad, []Exemption{{RuleID: endpoint, Reason: "x"}}, Ignored, "x", "", 0, 0},
		{"account and region", bad, []Exemption{{RuleID: endpoint, AccountID: "1", Region: "cn-hangzhou", Reason: "x"}}, Ignored, "x", "", 0, 0},
		{"other account", bad, []Exemption{change(valid, func(e *Exemption) { e.AccountID = "2" })}, NonCompliant, "", "", 1, 0},
		{"other region", bad, []Exemption{change(valid, func(e *Exemption) { e.Region = "cn-beijing" })}, NonCompliant, "", "", 1, 0},
		{"other cluster", bad, []Exemption{change(valid, func(e *Exemption) { e.ClusterID = "c2" })}, NonCompliant, "", "", 1, 0},
		{"other rule", bad, []Exemption{change(valid, func(e *Exemption) { e.RuleID = terway })}, NonCompliant, "", "", 1, 0},
		{"no rule at all", bad, []Exemption{{Reason: "x"}}, NonCompliant, "", "", 1, 0},
		{"error", as(Error), []Exemption{valid}, Error, "", "", 0, 0},
		{"insufficient data", as(InsufficientData), []Exemption{valid, expired}, InsufficientData, "", "", 0, 1},
		{"compliant", as(Compliant), []Exemption{valid}, Compliant, "", "", 1, 0},
		{"not applicable", as(NotApplicable), []Exemption{expired}, NotApplicable, "", "", 1, 1},
	} {
		r := NewReport([]Finding{c.finding}, c.exemptions, now)
		f := r.Findings[0]
		if f.Verdict != c.verdict || f.ExemptionReason != c.reason || f.ExpiredExemption != c.expired || f.Message != "m" {
			t.Errorf("%s: got %+v", c.name, f)
		}
		if len(r.UnusedExemptions) != c.unused || len(r.ExpiredExemptions) != c.lapsed {
			t.Errorf("%s: unused %v, expired %v", c.name, r.UnusedExemptions, r.ExpiredExemptions)
		}
		if (f.Verdict == Ignored) != (f.ExemptionReason != "") {
			t.Errorf("%s: got %+v", c.name, f)
		}
	}
}

func TestReport(t *testing.T) {
	findings := []Finding{
		finding("b", High, NonCompliant, "2", "cn-beijing", "c3"),
		finding("b", High, NonCompliant, "1", "cn-hangzhou", "c2"),
		finding("b", High, NonCompliant, "1", "cn-hangzhou", "c1"),
		finding("b", High, NonCompliant, "1", "cn-beijing", "c9"),
		finding("a", Low, Error, "1", "cn-beijing", "c9"),
		finding("c", Critical, InsufficientData, "3", "cn-beijing", "c1"),
		finding("c", Critical, Compliant, "1", "cn-beijing", "c1"),
		finding("a", Low, NotApplicable, "2", "cn-beijing", "c1"),
		finding("d", Medium, NonCompliant, "2", "cn-beijing", "c1"),
	}
	exemptions := []Exemption{{RuleID: "d", Reason: "x"}}
	now := at(t, "2027-01-15T00:00:00Z")
	want := NewReport(findings, exemptions, now)
	var order []string
	for _, f := range want.Findings {
		order = append(order, f.RuleID+f.AccountID+f.ClusterID)
	}
	if got := strings.Join(order, " "); got != "c1c1 c3c1 b1c9 b1c1 b1c2 b2c3 d2c1 a1c9 a2c1" {
		t.Errorf("order: %s", got)
	}
	if got := fmt.Sprint(countOf(want.Counts)); got != "map[COMPLIANT:1 ERROR:1 IGNORED:1 INSUFFICIENT_DATA:1 NON_COMPLIANT:4 NOT_APPLICABLE:1]" {
		t.Errorf("counts: %s", got)
	}
	var byRule []string
	for _, rc := range want.ByRule {
		if len(rc.Counts) != len(Verdicts()) {
			t.Errorf("%s: counts without some verdict: %v", rc.RuleID, rc.Counts)
		}
		byRule = append(byRule, fmt.Sprint(rc.RuleID, rc.Severity, countOf(rc.Counts)))
	}
	if got := strings.Join(byRule, " "); got != "ccriticalmap[COMPLIANT:1 INSUFFICIENT_DATA:1] bhighmap[NON_COMPLIANT:4] dmediummap[IGNORED:1] alowmap[ERROR:1 NOT_APPLICABLE:1]" {
		t.Errorf("by rule: %s", got)
	}
	rng := seeded(t)
	for range 50 {
		shuffled := slices.Clone(findings)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := NewReport(shuffled, exemptions, now); !reflect.DeepEqual(got, want) {
			t.Fatalf("the order of the findings shows: %+v", got)
		}
	}
	if findings[8].Verdict != NonCompliant {
		t.Error("NewReport changed its argument")
	}
	for _, c := range []struct {
		limit, want int
		truncated   bool
	}{{0, 6, false}, {-1, 6, false}, {6, 6, false}, {7, 6, false}, {5, 5, true}, {1, 1, true}} {
		got, truncated := want.Actionable(c.limit)
		if len(got) != c.want || truncated != c.truncated || got[0].RuleID != "c" {
			t.Errorf("limit %d: %d findings, truncated %v", c.limit, len(got), truncated)
		}
	}
	if got := want.Worst(NonCompliant); got != High {
		t.Errorf("worst: %s", got)
	}
	if got := want.Worst(NonCompliant, InsufficientData); got != Critical {
		t.Errorf("worst: %s", got)
	}
	empty := NewReport(nil, exemptions, now)
	if len(empty.Findings) != 0 || len(empty.UnusedExemptions) != 1 || empty.Worst(NonCompliant) != "" || empty.Counts[Compliant] != 0 {
		t.Errorf("empty: %+v", empty)
	}
}

func TestFindingOfAResult(t *testing.T) {
	c := gappedCluster()
	r, err := loadT(t).Lookup(monitor)
	if err != nil {
		t.Fatal(err)
	}
	got := Evaluate(r, c).Finding(c)
	want := Finding{
		RuleID: monitor, Severity: High, Verdict: InsufficientData, AccountID: "100000000000001", Region: "cn-hangzhou",
		ClusterID: "c1", ClusterName: "prod", Path: `node_pools["np-2"].cms_enabled`,
		Message: `node_pools["np-2"].cms_enabled is not known: not provided`,
	}
	if got != want {
		t.Errorf("want %+v, got %+v", want, got)
	}
}

func TestSeverity(t *testing.T) {
	order := append(Severities(), "")
	for i, a := range order {
		for j, b := range order {
			if a.AtLeast(b) != (i <= j) {
				t.Errorf("%q at least %q: %v", a, b, a.AtLeast(b))
			}
		}
	}
	for _, s := range Severities() {
		if got, err := ParseSeverity(string(s)); err != nil || got != s {
			t.Errorf("%q: %q %v", s, got, err)
		}
	}
	for _, s := range []string{"", "High", "fatal"} {
		if _, err := ParseSeverity(s); err == nil || !strings.Contains(err.Error(), "critical, high, medium, low") {
			t.Errorf("%q: %v", s, err)
		}
	}
}
