// Package workload has the data sources and functions that judge manifests, and that render the same rules for admission.
package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
)

// judge collects what rules say about objects. What passes is only counted unless it is to be listed: a large stream has
// dozens of passes for each object.
type judge struct {
	criteria *criteria
	listAll  bool

	findings []compliance.Finding
	scratch  []compliance.Finding // Of one object, to be used again.
	passed   map[passedKey]int
	items    Tally
	documents
}

type passedKey struct {
	ruleID  string
	verdict compliance.Verdict
}

// documents is what was read.
type documents struct {
	inputs     []input
	unreadable []string
	warnings   []string
}

// input is one file or text.
type input struct {
	name            string
	digest          string // SHA-256, hexadecimal.
	objects, judged int
}

func newJudge(c *criteria, listAll bool) *judge {
	return &judge{
		criteria: c, listAll: listAll, passed: map[passedKey]int{},
	}
}

// read judges every object of an input.
func (j *judge) read(name string, data []byte) {
	sum := sha256.Sum256(data)
	in := input{name: name, digest: hex.EncodeToString(sum[:])}
	for doc := range manifest.Read(name, data, manifest.Limits{}) {
		if doc.Err != nil {
			j.unreadable = append(j.unreadable, name+": "+doc.Err.Error())
			continue
		}
		in.objects++
		for _, w := range doc.Warnings {
			j.warnings = append(j.warnings, fmt.Sprintf("%s:%d: %s", name, doc.Line, w))
		}
		if j.object(doc.Object, &doc) {
			in.judged++
		}
	}
	j.inputs = append(j.inputs, in)
}

// object judges one object, and reports whether any rule is about it. doc is nil for one that is no text.
func (j *judge) object(object map[string]any, doc *manifest.Document) bool {
	found := j.criteria.append(j.scratch[:0], object)
	j.scratch = found
	for i := range found {
		f := &found[i]
		j.items.Add(f)
		if !j.listAll && !f.Verdict.Actionable() {
			j.passed[passedKey{f.RuleID, f.Verdict}]++
			continue
		}
		if doc != nil {
			f.Source = doc.Source
			if f.Verdict.Actionable() {
				f.Line = line(doc, f.Path)
			}
		}
		j.findings = append(j.findings, *f)
	}
	return len(found) > 0
}

// line is where a path, or the last part of it that is there, stands in the input.
func line(doc *manifest.Document, path string) int {
	steps := stepsOf(path)
	for ; len(steps) > 0; steps = steps[:len(steps)-1] {
		if l, _ := doc.Position(steps); l > 0 {
			return l
		}
	}
	return doc.Line
}

// stepsOf splits a path such as spec.containers[0].image.
func stepsOf(path string) []any {
	var steps []any
	for part := range strings.SplitSeq(path, ".") {
		name, rest, indexed := strings.Cut(part, "[")
		if name != "" {
			steps = append(steps, name)
		}
		for indexed {
			var index string
			index, rest, _ = strings.Cut(rest, "]")
			i, err := strconv.Atoi(index)
			if err != nil {
				return steps
			}
			steps = append(steps, i)
			_, rest, indexed = strings.Cut(rest, "[")
		}
	}
	return steps
}

// report applies the exemptions as of now, and counts what passed too.
func (j *judge) report(exemptions []compliance.Exemption, now time.Time) *compliance.Report {
	report := compliance.NewReport(j.findings, exemptions, now)
	for key, n := range j.passed {
		report.Count(key.ruleID, j.criteria.about(key.ruleID).Severity, key.verdict, n)
	}
	for _, f := range report.Findings {
		if f.Verdict == compliance.Ignored {
			j.items.accept(&f)
		}
	}
	return report
}
