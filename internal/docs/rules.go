package docs

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

//go:embed rules.md.tmpl
var englishRules string

//go:embed rules.zh-CN.md.tmpl
var chineseRules string

// language is how a rule page says what the rules hold as identifiers. Prose
// is in the template.
type language struct {
	path     string
	template string
	pick     func(compliance.Text) string
	words    map[string]string // severities, categories, provenances, triggers
	mappings map[string]string // frameworks
}

var english = language{
	path: "docs/guides/rules.md", template: englishRules,
	pick: func(t compliance.Text) string { return t.EN },
	words: map[string]string{
		"critical": "critical", "high": "high", "medium": "medium", "low": "low",
		"network": "network", "resilience": "resilience", "monitoring": "monitoring",
		"documented": "documented", "inferred": "inferred",
		compliance.TriggerScheduled: "on a schedule", compliance.TriggerChange: "when the configuration changes",
	},
	mappings: map[string]string{
		"cis_alibaba_foundations_2.0": "CIS Alibaba Cloud Foundation Benchmark 2.0",
		"cis_ack_1.0":                 "CIS Alibaba Cloud ACK Benchmark 1.0",
		"packs":                       "Thematic packs",
	},
}

var chinese = language{
	path: "docs/guides/rules.zh-CN.md", template: chineseRules,
	pick: func(t compliance.Text) string { return t.ZH },
	words: map[string]string{
		"critical": "严重", "high": "高", "medium": "中", "low": "低",
		"network": "网络", "resilience": "可靠性", "monitoring": "监控",
		"documented": "有公开文档", "inferred": "推断",
		compliance.TriggerScheduled: "周期触发", compliance.TriggerChange: "配置变更触发",
	},
	mappings: map[string]string{
		"cis_alibaba_foundations_2.0": "CIS Alibaba Cloud Foundation Benchmark 2.0",
		"cis_ack_1.0":                 "CIS Alibaba Cloud ACK Benchmark 1.0",
		"packs":                       "合规主题包",
	},
}

// rulePage renders the catalogue in one language.
func rulePage(l language) ([]byte, error) {
	catalogue, err := compliance.Load()
	if err != nil {
		return nil, err
	}
	t, err := template.New(l.path).Funcs(template.FuncMap{
		"text":    func(t compliance.Text) string { return strings.TrimSpace(l.pick(t)) },
		"word":    lookup("word", l.words),
		"mapping": lookup("mapping", l.mappings),
		"facts":   ruleFacts,
		"calls":   ruleCalls,
		"cases":   ruleCases,
		"cell":    cell,
		"keys":    func(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) },
		"join":    func(list []string) string { return strings.Join(list, ", ") },
	}).Parse(l.template)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, catalogue.Rules()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// lookup fails on what a language does not name, so that a new category or
// framework does not show up untranslated.
func lookup(what string, words map[string]string) func(any) (string, error) {
	return func(key any) (string, error) {
		if word, ok := words[fmt.Sprint(key)]; ok {
			return word, nil
		}
		return "", fmt.Errorf("no %s for %q: add it to internal/docs/rules.go in both languages", what, key)
	}
}

// cell makes text fit for a cell of a Markdown table.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

// call is a call that a rule may cost per cluster.
type call struct {
	Name string
	// Fallback: only for a cluster of which the calls before it do not say enough.
	Fallback bool
}

// ruleCalls is what a rule may cost beyond the cluster lists, cheapest first.
func ruleCalls(r *compliance.Rule) ([]call, error) {
	facts, err := ruleFacts(r)
	if err != nil {
		return nil, err
	}
	first := map[compliance.Source]bool{}
	for _, f := range facts {
		first[f.Sources[0]] = true
	}
	var calls []call
	for _, source := range r.Sources() {
		if source == compliance.SourceList {
			continue
		}
		calls = append(calls, call{Name: source.Call(), Fallback: !first[source]})
	}
	return calls, nil
}

// testCase is a row of a rule's verdict table.
type testCase struct{ Name, Facts, Verdict, Message string }

func ruleCases(r *compliance.Rule) []testCase {
	var rows []testCase
	for _, c := range r.Tests {
		result := compliance.Evaluate(r, &c.Cluster)
		rows = append(rows, testCase{c.Name, knownFacts(c.Cluster), string(result.Verdict), result.Message})
	}
	return rows
}
