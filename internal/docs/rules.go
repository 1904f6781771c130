package docs

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

//go:embed rules.md.tmpl
var englishRules string

//go:embed rules.zh-CN.md.tmpl
var chineseRules string

//go:embed workload-rules.md.tmpl
var englishWorkloadRules string

//go:embed workload-rules.zh-CN.md.tmpl
var chineseWorkloadRules string

// language is how a rule page says what the rules hold as identifiers. Prose
// is in the templates.
type language struct {
	clusters, workloads rulePage
	pick                func(compliance.Text) string
	words               map[string]string // severities, categories, provenances, triggers, answers of the API server
	mappings            map[string]string // frameworks
}

// rulePage is the page of one catalogue.
type rulePage struct{ path, template string }

var english = language{
	clusters:  rulePage{"docs/guides/rules.md", englishRules},
	workloads: rulePage{"docs/guides/workload-rules.md", englishWorkloadRules},
	pick:      func(t compliance.Text) string { return t.EN },
	words: map[string]string{
		"critical": "critical", "high": "high", "medium": "medium", "low": "low",
		"network": "network", "resilience": "resilience", "monitoring": "monitoring",
		"health": "health", "image": "image", "resource": "resource", "security": "security",
		"documented": "documented", "inferred": "inferred",
		compliance.TriggerScheduled: "on a schedule", compliance.TriggerChange: "when the configuration changes",
		"admitted": "admitted", "refused": "refused", "not stored": "not stored", "not asked": "–",
	},
	mappings: map[string]string{
		"cis_alibaba_foundations_2.0": "CIS Alibaba Cloud Foundation Benchmark 2.0",
		"cis_ack_1.0":                 "CIS Alibaba Cloud ACK Benchmark 1.0",
		"packs":                       "Thematic packs",
		"kubescape":                   "Kubescape",
		"trivy":                       "Trivy",
	},
}

var chinese = language{
	clusters:  rulePage{"docs/guides/rules.zh-CN.md", chineseRules},
	workloads: rulePage{"docs/guides/workload-rules.zh-CN.md", chineseWorkloadRules},
	pick:      func(t compliance.Text) string { return unfolded(t.ZH) },
	words: map[string]string{
		"critical": "严重", "high": "高", "medium": "中", "low": "低",
		"network": "网络", "resilience": "可靠性", "monitoring": "监控",
		"health": "健康检查", "image": "镜像", "resource": "资源", "security": "安全",
		"documented": "有公开文档", "inferred": "推断",
		compliance.TriggerScheduled: "周期触发", compliance.TriggerChange: "配置变更触发",
		"admitted": "放行", "refused": "拒绝", "not stored": "无法写入", "not asked": "–",
	},
	mappings: map[string]string{
		"cis_alibaba_foundations_2.0": "CIS Alibaba Cloud Foundation Benchmark 2.0",
		"cis_ack_1.0":                 "CIS Alibaba Cloud ACK Benchmark 1.0",
		"packs":                       "合规主题包",
		"kubescape":                   "Kubescape",
		"trivy":                       "Trivy",
	},
}

// rulePages renders both catalogues in one language, by path.
func rulePages(l language) (map[string][]byte, error) {
	clusters, err := compliance.Load()
	if err != nil {
		return nil, err
	}
	workloads, err := workload.Load()
	if err != nil {
		return nil, err
	}
	// One set, so that the pages share their parts.
	set := template.New("rules").Funcs(template.FuncMap{
		"text":       func(t compliance.Text) string { return strings.TrimSpace(l.pick(t)) },
		"word":       lookup("word", l.words),
		"mapping":    lookup("mapping", l.mappings),
		"facts":      ruleFacts,
		"calls":      ruleCalls,
		"cases":      ruleCases,
		"examples":   workloadExamples,
		"cell":       cell,
		"lower":      strings.ToLower,
		"usualImage": func() string { return usualImage },
		"keys":       func(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) },
		"join":       func(list []string) string { return strings.Join(list, ", ") },
	})
	for _, p := range []rulePage{l.clusters, l.workloads} {
		if _, err := set.New(p.path).Parse(p.template); err != nil {
			return nil, err
		}
	}
	pages := map[string][]byte{}
	for path, rules := range map[string]any{l.clusters.path: clusters.Rules(), l.workloads.path: workloads.Rules()} {
		var b bytes.Buffer
		if err := set.ExecuteTemplate(&b, path, rules); err != nil {
			return nil, err
		}
		pages[path] = b.Bytes()
	}
	return pages, nil
}

// fold is a line break that YAML made a blank, between characters that Chinese writes without one.
var fold = regexp.MustCompile(`([\p{Han}，。；：、（）“”])\s+([\p{Han}，。；：、（）“”])`)

// unfolded is a Chinese text that a rule file has on several lines.
func unfolded(text string) string {
	return fold.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1$2")
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
