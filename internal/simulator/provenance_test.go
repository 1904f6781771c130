package simulator

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite generated parts of README.md")

// TestProvenance keeps README.md's table equal to the one in code.
func TestProvenance(t *testing.T) {
	const begin, end = "-update` -->\n", "<!-- end of provenance -->"
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("README.md has lost the marks around its provenance")
	}
	want := head + begin + provenancePage() + end + tail
	if want == string(page) {
		return
	}
	if !*update {
		t.Fatal("README.md is not current: run go test ./internal/simulator -run TestProvenance -update")
	}
	if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func provenancePage() string {
	var b strings.Builder
	b.WriteString("\n| id | behaviour | origin | source |\n|---|---|---|---|\n")
	for _, p := range provenance {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.id, p.what, p.origin, p.source)
	}
	b.WriteString("\nParameters that clients send and the cloud takes without effect:\n\n| parameter | call | origin | source |\n|---|---|---|---|\n")
	for _, a := range accepted {
		name, call := a.name, a.action
		if a.onlyEmpty {
			name += " (empty)"
		}
		if call == "" {
			call = "every RPC call"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, call, a.origin, a.source)
	}
	b.WriteString("\n## What is missing\n\n")
	for _, g := range gaps {
		b.WriteString("* " + g + "\n")
	}
	return b.String() + "\n"
}

func TestProvenanceIsWellFormed(t *testing.T) {
	origins := map[string]bool{originDocumented: true, originSDK: true, originClient: true, originObserved: true, originGuessed: true}
	seen := map[string]bool{}
	for _, p := range provenance {
		if seen[p.id] || p.what == "" || !origins[p.origin] || p.source == "" && p.origin != originGuessed {
			t.Errorf("bad entry %+v", p)
		}
		seen[p.id] = true
	}
}
