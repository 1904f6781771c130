// Command evaluate-workloads judges manifests by the built-in rules, for measuring and for comparing with other tools:
//
//	evaluate-workloads [-format json|summary] [-rules ID,ID] FILES...
//
// The format json is one JSON object a line for each rule, workload and container: source, line, item (in a List),
// kind, namespace, name, container, rule, verdict, and where there is something to say path and message. A document
// that cannot be read is a line with source, line and error; a warning one with warning. A file - is standard input.
// The exit status is 1 if something could not be read, 2 on wrong usage; verdicts do not change it.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
)

func main() {
	format := flag.String("format", "json", "json: a verdict a line; summary: their numbers")
	ids := flag.String("rules", "", "`ids` of the rules to judge by, with commas between them; all if empty")
	flag.Parse()
	if flag.NArg() == 0 || *format != "json" && *format != "summary" {
		flag.Usage()
		os.Exit(2)
	}
	// What lives is small beside what is thrown away: to collect thrice as seldom costs a few megabytes.
	debug.SetGCPercent(300)

	rules, err := chosen(*ids)
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-workloads:", err)
		os.Exit(2)
	}
	out := bufio.NewWriterSize(os.Stdout, 64<<10)
	e := evaluation{out: out, lines: *format == "json", options: workload.Options{Rules: rules}, counts: map[string]int{}}
	for _, name := range flag.Args() {
		e.file(name)
	}
	if !e.lines {
		e.summary()
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-workloads:", err)
		os.Exit(1)
	}
	if e.failed {
		os.Exit(1)
	}
}

func chosen(ids string) ([]*workload.Rule, error) {
	catalogue, err := workload.Load()
	if err != nil || ids == "" {
		return catalogue.Rules(), err
	}
	rules, err := catalogue.Select(strings.Split(ids, ","))
	if err != nil {
		return nil, errors.New(catalogue.Explain(err))
	}
	return rules, nil
}

func (e *evaluation) file(name string) {
	var data []byte
	var err error
	if name == "-" {
		data, err = manifest.ReadAll(os.Stdin)
	} else {
		data, err = manifest.ReadFile(name)
	}
	if err != nil {
		e.problem(manifest.Document{Source: name}, "error", err.Error())
		return
	}
	for d := range manifest.Read(name, data, manifest.Limits{}) {
		e.document(d)
	}
}
