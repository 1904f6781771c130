package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

func evaluated(t *testing.T, lines bool, ids, text string) (string, *evaluation) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rules, err := chosen(ids)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	e := &evaluation{out: bufio.NewWriter(&out), lines: lines, options: workload.Options{Rules: rules}, counts: map[string]int{}}
	e.file(file)
	if !lines {
		e.summary()
	}
	if err := e.out.Flush(); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), file, "x.yaml"), e
}

func TestEvaluation(t *testing.T) {
	t.Parallel()
	text := `
kind: Pod
apiVersion: v1
metadata: {name: "a\"é", namespace: shop}
spec:
  hostNetwork: yes
  hostPIDs: 1
  containers: [{name: web, image: "app:1"}, {name: side, image: "app"}]
---
a: [
`
	got, e := evaluated(t, true, "hostNetworkSet,tagNotSpecified", text)
	want := `{"source":"x.yaml","line":2,"warning":"spec.hostPIDs: Kubernetes knows no such field and passes over it; did you mean hostPID?"}
{"source":"x.yaml","line":2,"kind":"Pod","namespace":"shop","name":"a\"é","rule":"hostNetworkSet","verdict":"NON_COMPLIANT","path":"spec.hostNetwork","message":"hostNetwork is true"}
{"source":"x.yaml","line":2,"kind":"Pod","namespace":"shop","name":"a\"é","container":"web","rule":"tagNotSpecified","verdict":"COMPLIANT"}
{"source":"x.yaml","line":2,"kind":"Pod","namespace":"shop","name":"a\"é","container":"side","rule":"tagNotSpecified","verdict":"NON_COMPLIANT",`
	if !strings.HasPrefix(got, want) || !strings.Contains(got, `{"source":"x.yaml","line":10,"error":"line 10: not valid YAML`) || !e.failed {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for line := range strings.Lines(got) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	if got, _ = evaluated(t, false, "hostNetworkSet,tagNotSpecified", text); got != "1 objects\n1 COMPLIANT\n2 NON_COMPLIANT\n1 error\n1 warning\n" {
		t.Errorf("summary %q", got)
	}
	if _, err := chosen("hostNetworkSet,nothing"); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("an unknown rule: %v", err)
	}
	if one, err := chosen("notReadOnlyRootFilesystem"); err != nil || len(one) != 1 || one[0].ID != "notReadOnlyRootFileSystem" {
		t.Errorf("another spelling: %v, %v", one, err)
	}
	if all, err := chosen(""); err != nil || len(all) < 17 {
		t.Errorf("%d rules, %v", len(all), err)
	}
}
