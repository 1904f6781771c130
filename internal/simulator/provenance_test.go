package simulator

import (
	"flag"
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
	want := head + begin + ProvenancePage() + end + tail
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
