package compliance

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryCaseOfEveryRule(t *testing.T) {
	for _, r := range loadT(t).Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if err := r.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCatalogueHasTheFourRules(t *testing.T) {
	want := map[string]string{
		"ack-cluster-deletion-protection-enabled": "medium inferred [list detail]",
		"ack-cluster-network-type-check":          "medium documented [list detail addons]",
		"ack-cluster-node-monitorenabled":         "high inferred [list detail node_pools]",
		"ack-cluster-public-endpoint-check":       "high documented [list detail]",
	}
	for _, r := range loadT(t).Rules() {
		if got := fmt.Sprintf("%s %s %v", r.Severity, r.SeveritySource, r.Sources()); got != want[r.ID] {
			t.Errorf("%s: want %s, got %s", r.ID, want[r.ID], got)
		}
		delete(want, r.ID)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// A rule whose cases still hold with its expression turned round tests nothing.
func TestInvertedRulesFail(t *testing.T) {
	for _, r := range loadT(t).Rules() {
		inverted := *r
		inverted.compliant = mustCompile(t, "!("+r.Compliant+")")
		for _, c := range r.Tests {
			got := Evaluate(&inverted, &c.Cluster).Verdict
			want := map[Verdict]Verdict{Compliant: NonCompliant, NonCompliant: Compliant}[c.Want]
			if want == "" {
				want = c.Want
			}
			if got != want {
				t.Errorf("%s: case %q: inverted, want %s, got %s", r.ID, c.Name, want, got)
			}
		}
		if inverted.Verify() == nil {
			t.Errorf("%s: its cases hold for the opposite rule", r.ID)
		}
		always := *r
		always.applies = mustCompile(t, "true")
		if always.Verify() == nil {
			t.Errorf("%s: its cases hold without its applies", r.ID)
		}
	}
}

func TestLookupAndSelect(t *testing.T) {
	c := loadT(t)
	all, err := c.Select(nil)
	if err != nil || len(all) != len(c.IDs()) {
		t.Errorf("Select(nil): %d rules, %v", len(all), err)
	}
	rules, err := c.Select([]string{"ack-cluster-public-endpoint-check", "ack-cluster-network-type-check", "ack-cluster-public-endpoint-check"})
	if err != nil || len(rules) != 2 || rules[0].ID != "ack-cluster-network-type-check" {
		t.Errorf("Select: %v, %v", rules, err)
	}
	_, err = c.Select([]string{"ack-cluster-public-endpoint-chek", "ack-cluster-network-type-check", "zzz"})
	var unknown *UnknownRuleError
	if !errors.As(err, &unknown) || unknown.Suggestion != "ack-cluster-public-endpoint-check" {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(err.Error(), "did you mean ack-cluster-public-endpoint-check?") || !strings.Contains(err.Error(), `"zzz"`) {
		t.Errorf("got %v", err)
	}
	for _, id := range []string{"zzz", "", strings.Repeat("a", 1<<20)} {
		if _, err := c.Lookup(id); !errors.As(err, &unknown) || unknown.Suggestion != "" {
			t.Errorf("%.10q: got %v", id, err)
		}
	}
	if r, err := c.Lookup("ack-cluster-node-monitorenabled"); err != nil || r.Title.ZH == "" {
		t.Errorf("got %v %v", r, err)
	}
}

const minimalRule = `
id: my-rule
title: {en: t, zh: 题}
severity: low
severity_source: inferred
category: network
applies: cluster.cluster_type != "ExternalKubernetes"
compliant: cluster.public_endpoint == ""
message: '"open at " + cluster.public_endpoint'
why: {en: w, zh: 因}
remediation: {en: r, zh: 修}
tests:
  - {name: pass, cluster: {cluster_type: X, public_endpoint: ""}, want: COMPLIANT}
  - {name: fail, cluster: {cluster_type: X, public_endpoint: a}, want: NON_COMPLIANT, message: open at a}
  - {name: skip, cluster: {cluster_type: ExternalKubernetes}, want: NOT_APPLICABLE}
  - {name: lack, cluster: {cluster_type: X}, want: INSUFFICIENT_DATA}
`

func TestParseRule(t *testing.T) {
	r, err := ParseRule([]byte(minimalRule))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "category: network", "category: network\nneeds: [detail]", "field needs not found"},
		{"unknown nested key", "zh: 题", "zh: 题, fr: x", "field fr not found"},
		{"key used twice", "severity: low", "severity: low\nseverity: low", "already defined"},
		{"second document", "id: my-rule", "id: my-rule\n---\nid: my-rule", ""},
		{"no id", "id: my-rule", "", "id: want"},
		{"id in capitals", "id: my-rule", "id: My_Rule", "id: want"},
		{"no zh", "zh: 题", "zh: ''", "title: zh"},
		{"zh in English", "zh: 因", "zh: because", "why: zh"},
		{"no en", "en: r,", "", "remediation: en"},
		{"severity", "severity: low", "severity: fatal", "severity"},
		{"severity source", "severity_source: inferred", "severity_source: guessed", "severity_source"},
		{"category", "category: network", "category: ''", "category"},
		{"typo in a fact", "cluster.public_endpoint == ", "cluster.public_endpiont == ", "undefined field"},
		{"not a bool", `cluster.public_endpoint == ""`, `cluster.public_endpoint`, "want bool"},
		{"message not a string", `'"open at " + cluster.public_endpoint'`, "1 == 1", "want string"},
		{"no message", `message: '"open`, `#`, "message: the expression is empty"},
		{"has in compliant", `compliant: cluster.public_endpoint == ""`, `compliant: has(cluster.public_endpoint)`, "has()"},
		{"fact in a case", "cluster: {cluster_type: X}", "cluster: {cluster_typ: X}", "did you mean cluster_type?"},
		{"type in a case", "cluster: {cluster_type: X}", "cluster: {deletion_protection: 'true'}", "want bool"},
		{"null in a case", "cluster: {cluster_type: X}", "cluster: {public_endpoint: null}", "want string"},
		{"list in a case", "cluster: {cluster_type: X}", "cluster: {node_pools: [1]}", "want a mapping"},
		{"list for a string", "cluster: {cluster_type: X}", "cluster: {name: []}", "want string"},
		{"fact in an element", "cluster: {cluster_type: X}", "cluster: {node_pools: [{idd: x}]}", "node_pools[0]"},
		{"verdict", "want: COMPLIANT", "want: OK", "not a verdict"},
		{"ignored", "want: COMPLIANT", "want: IGNORED", "not a verdict"},
		{"case name", "name: pass", "name: fail", "name of its own"},
		{"trigger", "category: network", "category: network\ncloud_config: {trigger: Daily}", "trigger"},
		{"frequency", "category: network", "category: network\ncloud_config: {trigger: ScheduledNotification, risk_level: 1, provenance: inferred}", "frequency"},
		{"frequency of a change", "category: network", "category: network\ncloud_config: {trigger: ConfigurationItemChangeNotification, frequency: One_Hour, risk_level: 1, provenance: inferred}", "no frequency"},
		{"risk", "category: network", "category: network\ncloud_config: {trigger: ConfigurationItemChangeNotification, risk_level: 4, provenance: inferred}", "risk_level"},
		{"provenance", "category: network", "category: network\ncloud_config: {trigger: ConfigurationItemChangeNotification, risk_level: 3}", "provenance"},
		{"maps", "category: network", "category: network\nmaps: {cis: []}", "maps"},
		{"references", "category: network", "category: network\nreferences: [http://example.com]", "references"},
		{"not yaml", "id: my-rule", "id: [", "decoding"},
		{"too long", "id: my-rule", "id: my-rule #" + strings.Repeat("x", maxRuleFile), "limit"},
	} {
		text := strings.Replace(minimalRule, c.old, c.new, 1)
		if text == minimalRule {
			t.Fatalf("%s: nothing replaced", c.name)
		}
		if _, err := ParseRule([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, got %v", c.name, c.want, err)
		}
	}
}

func TestCatalogueRefuses(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	without := func(verdict string) string {
		var keep []string
		for line := range strings.SplitSeq(minimalRule, "\n") {
			if !strings.Contains(line, "want: "+verdict) {
				keep = append(keep, line)
			}
		}
		return strings.Join(keep, "\n")
	}
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"no directory", fstest.MapFS{}, "reading the catalogue"},
		{"file name", fstest.MapFS{"d/other.yaml": file(minimalRule)}, "is to be named my-rule.yaml"},
		{"broken rule", fstest.MapFS{"d/my-rule.yaml": file("id: 1: 2")}, "my-rule.yaml"},
		{"no passing case", fstest.MapFS{"d/my-rule.yaml": file(without("COMPLIANT"))}, "wants COMPLIANT"},
		{"no failing case", fstest.MapFS{"d/my-rule.yaml": file(without("NON_COMPLIANT"))}, "wants NON_COMPLIANT"},
		{"no other case", fstest.MapFS{"d/my-rule.yaml": file(without("NOT_APPLICABLE"))}, "wants NOT_APPLICABLE"},
		{"no case without data", fstest.MapFS{"d/my-rule.yaml": file(without("INSUFFICIENT_DATA"))}, "wants INSUFFICIENT_DATA"},
	} {
		if _, err := ReadSet(c.files, "d", ParseRule); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, got %v", c.name, c.want, err)
		}
	}
	always := strings.Replace(without("NOT_APPLICABLE"), `applies: cluster.cluster_type != "ExternalKubernetes"`, `applies: "true"`, 1)
	c, err := ReadSet(fstest.MapFS{"d/my-rule.yaml": file(always)}, "d", ParseRule)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewCatalogue(c.rules[0], c.rules[0]); err == nil || !strings.Contains(err.Error(), "used twice") {
		t.Errorf("got %v", err)
	}
	broken := *c.rules[0]
	broken.Tests = append([]Case(nil), broken.Tests...)
	broken.Tests[0].Want, broken.Tests[1].Message = NonCompliant, "elsewhere"
	if err := broken.Verify(); err == nil || !strings.Contains(err.Error(), `"pass"`) || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("got %v", err)
	}
}
