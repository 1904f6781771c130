package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const demo = "../../../../examples/demo/fleet.yaml"

// running starts the program and returns its output and a function that stops it.
func running(t *testing.T, args ...string) (string, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	var stderr bytes.Buffer
	go func() {
		done <- run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), writer, &stderr)
		_ = writer.Close()
	}()
	buffer := make([]byte, 16384)
	n, err := reader.Read(buffer)
	if err != nil {
		cancel()
		t.Fatal(err, <-done)
	}
	return string(buffer[:n]), func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// exportedBy lets a shell read what the program prints.
func exportedBy(t *testing.T, text string) map[string]string {
	t.Helper()
	command := exec.Command("sh", "-euc", text+"\nenv -0")
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "ALIBABA_CLOUD_ENDPOINT_CS=stale"}
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	exported := map[string]string{}
	for line := range strings.SplitSeq(string(output), "\x00") {
		if name, value, ok := strings.Cut(line, "="); ok && name != "PATH" && name != "PWD" && name != "_" && name != "SHLVL" && name != "OLDPWD" {
			exported[name] = value
		}
	}
	return exported
}

func TestServesAndStops(t *testing.T) {
	text, stop := running(t, "-scenario", demo, "-region", "cn-shanghai")
	exported := exportedBy(t, text)
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
	stop()
}

// TestTLSExports: with nothing but the environment, a client speaks TLS with the simulator; the file goes at the end.
func TestTLSExports(t *testing.T) {
	text, stop := running(t, "-scenario", demo, "-exports", "tls")
	exported := exportedBy(t, text)
	if exported["ALIBABA_CLOUD_ACCOUNT_TYPE"] != "Domestic" || exported["ALIBABA_CLOUD_ACCOUNT_ID"] == "" {
		t.Errorf("exports %v", exported)
	}
	client := trusting(t, exported["SSL_CERT_FILE"], nil)
	response, err := client.Get("https://" + exported["ALIBABA_CLOUD_ENDPOINT_CS"] + "/api/v1/clusters")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	stop()
	if _, err := os.Stat(exported["SSL_CERT_FILE"]); !os.IsNotExist(err) {
		t.Errorf("the CA file is still there: %v", err)
	}
}

// TestProxyExports: the cloud's own host names work, and stale endpoints are gone.
func TestProxyExports(t *testing.T) {
	file := filepath.Join(t.TempDir(), "it's a ca.crt")
	text, stop := running(t, "-scenario", demo, "-exports", "proxy", "-ca-file", file)
	exported := exportedBy(t, text)
	if _, stale := exported["ALIBABA_CLOUD_ENDPOINT_CS"]; stale || exported["SSL_CERT_FILE"] != file || exported["http_proxy"] != exported["https_proxy"] {
		t.Errorf("exports %v", exported)
	}
	proxy, err := url.Parse(exported["https_proxy"])
	if err != nil {
		t.Fatal(err)
	}
	client := trusting(t, file, proxy)
	for _, scheme := range []string{"http", "https"} {
		response, err := client.Get(scheme + "://cs.cn-hangzhou.aliyuncs.com/api/v1/clusters")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("an unsigned request got %d", response.StatusCode)
		}
	}
	stop()
}

// trusting is a client that trusts the CA in a file.
func trusting(t *testing.T, file string, proxy *url.URL) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", pem)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	if proxy != nil {
		transport.Proxy = http.ProxyURL(proxy)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
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
		"-scenario is missing":               {},
		"unexpected argument \"fleet\"":      {"fleet"},
		"cannot read the scenario":           {"-scenario", "none.yaml"},
		"(did you mean \"accounts\"?)":       {"-scenario", bad},
		" is taken: stop what listens":       {"-scenario", demo, "-listen", listener.Addr().String()},
		"cannot listen on 256.0.0.1:1":       {"-scenario", demo, "-listen", "256.0.0.1:1"},
		"-exports is all, want one of plain": {"-scenario", demo, "-exports", "all"},
		"cannot write the CA":                {"-scenario", demo, "-listen", "127.0.0.1:0", "-ca-file", filepath.Join(bad, "ca.crt")},
		"flag provided but not defined: -x":  {"-x"},
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
