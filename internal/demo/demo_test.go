package demo

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const examples = "../../examples/demo"

// buildProvider builds the provider as `make build` does.
func buildProvider(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "terraform-provider-ackguard")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %s\n%s", err, out)
	}
	return path
}

// ownTemp gives the test a temporary folder of its own to look into. Its path
// is short: a plugin's socket below it has little more than 100 bytes.
func ownTemp(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "demo") //nolint:usetesting // t.TempDir has the long path.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("TMPDIR", folder)
	return folder
}

// wantNothingLeft looks for what a run may not leave behind.
func wantNothingLeft(t *testing.T, temp, output string) {
	t.Helper()
	entries, err := os.ReadDir(temp)
	if err != nil || len(entries) > 0 {
		t.Errorf("left in the temporary folder: %v %v", entries, err)
	}
	address := regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`).FindStringSubmatch(output)
	if address == nil {
		t.Fatalf("the output names no address:\n%s", output)
	}
	if conn, err := net.DialTimeout("tcp", address[1], time.Second); err == nil {
		conn.Close()
		t.Errorf("something still listens on %s", address[1])
	}
	if runtime.GOOS != "linux" {
		return
	}
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		// Every child has its home below the folder.
		if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte("HOME="+temp)) {
			t.Errorf("still running: %s", file)
		}
	}
}

// files lists a directory with the files' times, to see that nobody wrote there.
func files(t *testing.T, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Name()+info.ModTime().String())
	}
	return all
}

func TestDemo(t *testing.T) {
	provider := buildProvider(t)
	t.Run("twice", func(t *testing.T) { playTwice(t, provider) })
	t.Run("interrupted", func(t *testing.T) { interrupt(t, provider) })
}

// playTwice plays in an environment that would spoil it if any of these
// variables reached Terraform or the provider.
func playTwice(t *testing.T, provider string) {
	t.Helper()
	temp := ownTemp(t)
	for name, value := range map[string]string{
		"TF_CLI_CONFIG_FILE": filepath.Join(temp, "missing"), "TF_CLI_ARGS_plan": "-destroy", "TF_LOG": "TRACE", "TF_WORKSPACE": "other",
		"TF_DATA_DIR": "elsewhere", "TF_VAR_fail_on": "low", "TF_VAR_recurrence": "FREQ=DAILY;BYHOUR=9;BYMINUTE=9",
		"ALICLOUD_ACCESS_KEY": "someone", "ALICLOUD_ASSUME_ROLE_ARN": "acs:ram::100000000000009:role/other", "ALICLOUD_REGION": "eu-central-1",
		"ACKGUARD_ENFORCEMENT": "warn", "CS_ENDPOINT": "cs.example.com", "HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
	before := files(t, examples)
	for range 2 {
		var out bytes.Buffer
		if err := Run(t.Context(), Options{Provider: provider, Directory: examples, Out: &out}); err != nil {
			t.Fatal(out.String())
		}
		if !strings.HasSuffix(out.String(), "\ndemo: PASS\n") {
			t.Errorf("the last line is not demo: PASS:\n%s", out.String())
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Error("colours without a terminal")
		}
		wantNothingLeft(t, temp, out.String())
	}
	if after := files(t, examples); !slices.Equal(before, after) {
		t.Errorf("the clone has changed: %v, was %v", after, before)
	}
}

// trigger interrupts once a text was written.
type trigger struct {
	mu     sync.Mutex
	text   bytes.Buffer
	wait   string
	cancel context.CancelFunc
}

func (w *trigger) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.wait) {
		// Late enough that the CLI runs with its plugins.
		time.AfterFunc(150*time.Millisecond, w.cancel)
	}
	return len(p), nil
}

func (w *trigger) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// interrupt wants a run that is interrupted anywhere to leave nothing.
func interrupt(t *testing.T, provider string) {
	t.Helper()
	temp := ownTemp(t)
	for _, wait := range []string{" init\n", " plan\n", " apply tfplan\n"} {
		ctx, cancel := context.WithCancel(t.Context())
		out := &trigger{wait: wait, cancel: cancel}
		err := Run(ctx, Options{Provider: provider, Directory: examples, Out: out})
		cancel()
		if err == nil || err.Error() != "interrupted" || !strings.HasSuffix(out.String(), "\ninterrupted\ndemo: FAIL\n") {
			t.Errorf("at %q: %v\n%s", wait, err, out)
		}
		wantNothingLeft(t, temp, out.String())
	}
}

func TestWithoutCLI(t *testing.T) {
	provider := filepath.Join(t.TempDir(), "provider")
	if err := os.WriteFile(provider, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho '{\"terraform_version\":\"1.7.5\"}'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	temp := ownTemp(t)
	for name, c := range map[string]struct{ path, variable, want string }{
		"none":    {want: "there is no terraform and no tofu on the PATH. Get Terraform 1.8"},
		"missing": {variable: "/no/such/terraform", want: `TERRAFORM names "/no/such/terraform", which is no program here. Get Terraform 1.8`},
		"old":     {path: filepath.Dir(old), want: `terraform has version "1.7.5". Get Terraform 1.8`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", c.path)
			t.Setenv("ACKGUARD_DEMO_CLI", "")
			t.Setenv("TERRAFORM", c.variable)
			var out bytes.Buffer
			err := Run(t.Context(), Options{Provider: provider, Directory: examples, Out: &out})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want one line with %q", err, c.want)
			}
			if out.String() != err.Error()+"\ndemo: FAIL\n" {
				t.Errorf("%q", out.String())
			}
			if entries, err := os.ReadDir(temp); err != nil || len(entries) > 0 {
				t.Errorf("left behind: %v %v", entries, err)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	env := environment([]string{"PATH=/bin", "LANG=C", "TF_LOG=TRACE", "ALICLOUD_ACCESS_KEY=real", "HOME=/root", "ACKGUARD_ENFORCEMENT=warn"}, "/folder", "http://127.0.0.1:1", "id", "secret")
	for _, want := range []string{"PATH=/bin", "LANG=C", "HOME=" + filepath.Join("/folder", "home"), "ALIBABA_CLOUD_ENDPOINT_STS=http://127.0.0.1:1"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %v", want, env)
		}
	}
	for _, kv := range env {
		if strings.HasPrefix(kv, "TF_") || strings.HasPrefix(kv, "ALICLOUD_") || strings.HasPrefix(kv, "ACKGUARD_") || kv == "HOME=/root" {
			t.Errorf("%s got in", kv)
		}
	}
}

func TestRecent(t *testing.T) {
	for version, want := range map[string]bool{"1.8.0": true, "1.11.4": true, "1.15.0-rc1": true, "2.0.0": true, "1.7.9": false, "0.15.0": false, "": false} {
		if recent(version) != want {
			t.Errorf("recent(%q) = %t", version, !want)
		}
	}
}
