package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
)

// evaluation writes lines by hand: there are half a million of them to ten thousand workloads, and encoding/json would
// take as long as judging does.
type evaluation struct {
	out     *bufio.Writer
	lines   bool
	options workload.Options
	failed  bool

	objects int
	counts  map[string]int // by verdict, "error" and "warning"
	line    []byte
	// findings are those of one object, used again for the next.
	findings []compliance.Finding
}

func (e *evaluation) document(d manifest.Document) {
	if d.Err != nil {
		e.problem(d, "error", d.Err.Error())
		return
	}
	for _, warning := range d.Warnings {
		e.problem(d, "warning", warning)
	}
	e.objects++
	e.start(d)
	place := len(e.line)
	e.findings = workload.Append(e.findings[:0], d.Object, e.options)
	for i := range e.findings {
		f := &e.findings[i]
		e.counts[string(f.Verdict)]++
		if !e.lines {
			continue
		}
		if len(e.line) == place {
			e.field("kind", f.Kind)
			e.field("namespace", f.Namespace)
			e.field("name", f.Name)
		}
		common := len(e.line)
		e.field("container", f.Container)
		e.field("rule", f.RuleID)
		e.field("verdict", string(f.Verdict))
		e.field("path", f.Path)
		e.field("message", f.Message)
		e.finish()
		e.line = e.line[:common]
	}
}

func (e *evaluation) problem(d manifest.Document, kind, text string) {
	e.failed = e.failed || kind == "error"
	if !e.lines {
		e.counts[kind]++
		return
	}
	e.start(d)
	e.field(kind, text)
	e.finish()
}

// start begins a line with where its document is.
func (e *evaluation) start(d manifest.Document) {
	e.line = append(e.line[:0], '{')
	e.field("source", d.Source)
	if d.Line > 0 {
		e.line = append(append(e.line, `,"line":`...), strconv.Itoa(d.Line)...)
	}
	e.field("item", d.Item)
}

// field leaves out what is empty.
func (e *evaluation) field(name, value string) {
	if value == "" {
		return
	}
	if len(e.line) > 1 {
		e.line = append(e.line, ',')
	}
	e.line = append(append(append(e.line, '"'), name...), `":`...)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(value) //nolint:errchkjson // a string never fails
			e.line = append(e.line, quoted...)
			return
		}
	}
	e.line = append(append(append(e.line, '"'), value...), '"')
}

// finish writes the line; an error of the writer shows when it is flushed.
func (e *evaluation) finish() {
	_, _ = e.out.Write(e.line)
	_, _ = e.out.WriteString("}\n")
}

func (e *evaluation) summary() {
	_, _ = fmt.Fprintf(e.out, "%d objects\n", e.objects)
	for _, name := range slices.Sorted(maps.Keys(e.counts)) {
		_, _ = fmt.Fprintf(e.out, "%d %s\n", e.counts[name], name)
	}
}
