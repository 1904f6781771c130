package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const demo = "../../../../examples/demo/fleet.yaml"

func TestServesAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	var stderr bytes.Buffer
	go func() {
		done <- run(ctx, []string{"-listen", "127.0.0.1:0", "-scenario", demo, "-region", "cn-shanghai"}, writer, &stderr)
		_ = writer.Close()
	}()
	buffer := make([]byte, 4096)
	n, err := reader.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	exported := map[string]string{}
	for line := range strings.Lines(string(buffer[:n])) {
		name, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "export ")), "=")
		exported[name] = value
	}
	if len(exported) != 8 || exported["ALIBABA_CLOUD_REGION"] != "cn-shanghai" || exported["ALIBABA_CLOUD_ACCESS_KEY_ID"] != "FAKE-MANAGEMENT-KEY-ID" {
		t.Errorf("exports %v", exported)
	}
	response, err := http.Get(exported["ALIBABA_CLOUD_ENDPOINT_CS"] + "/api/v1/clusters")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("an unsigned request got %d", response.StatusCode)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("acounts: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"-scenario is missing":              {},
		"unexpected argument \"fleet\"":     {"fleet"},
		"cannot read the scenario":          {"-scenario", "none.yaml"},
		"(did you mean \"accounts\"?)":      {"-scenario", bad},
		" is taken: stop what listens":      {"-scenario", demo, "-listen", listener.Addr().String()},
		"cannot listen on 256.0.0.1:1":      {"-scenario", demo, "-listen", "256.0.0.1:1"},
		"flag provided but not defined: -x": {"-x"},
	} {
		var out, stderr bytes.Buffer
		if err := run(context.Background(), args, &out, &stderr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", args, err, want)
		}
	}
}

func TestPrintsSchema(t *testing.T) {
	var out, stderr bytes.Buffer
	if err := run(context.Background(), []string{"-print-scenario-schema"}, &out, &stderr); err != nil || !strings.Contains(out.String(), `"$schema"`) {
		t.Errorf("%v %s", err, out.String())
	}
}
