package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "x.cdx.json")
	if err := run([]string{binary, out}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil || doc.Format != "CycloneDX" || doc.SpecVersion != "1.5" {
		t.Fatalf("%+v, %v", doc, err)
	}
	if len(doc.Components) == 0 || doc.Components[0].Name != "std" || !strings.HasPrefix(doc.Components[0].Version, "go1.") {
		t.Errorf("components %+v", doc.Components)
	}
	if err := run([]string{out, out}); err == nil {
		t.Error("a file that is no binary was described")
	}
	if err := run(nil); err == nil {
		t.Error("no arguments were accepted")
	}
}
