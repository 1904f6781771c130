package acctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// Workspace is a folder in which the real CLI runs the provider's own binary,
// with its state: for what the test framework hides, such as signals.
type Workspace struct {
	dir         string
	environment []string
}

// NewWorkspace makes a folder with a configuration.
func NewWorkspace(t *testing.T, config string) *Workspace {
	t.Helper()
	w := &Workspace{dir: t.TempDir()}
	w.Write(t, "main.tf", config)
	cliConfig := w.Write(t, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n", provider.Address, filepath.Dir(Program(t, ""))))
	w.environment = append(os.Environ(), "TF_CLI_CONFIG_FILE="+cliConfig, "CHECKPOINT_DISABLE=1")
	return w
}

// Write puts a file into the folder, or one below it, and returns its path.
func (w *Workspace) Write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Modules makes the modules of the configuration known to the CLI.
func (w *Workspace) Modules(t *testing.T) {
	t.Helper()
	command := exec.CommandContext(t.Context(), cli(), "get", "-no-color")
	command.Dir, command.Env = w.dir, w.environment
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("terraform get: %v\n%s", err, output)
	}
}

// Instance is a resource instance as the state file has it.
type Instance struct {
	Status     string         `json:"status"` // "tainted" or empty
	Attributes map[string]any `json:"attributes"`
}

// State reads the resource instances of the state file.
func (w *Workspace) State(t *testing.T) []Instance {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Instances []Instance `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	var all []Instance
	for _, r := range state.Resources {
		all = append(all, r.Instances...)
	}
	return all
}

// Terraform runs the CLI to its end and returns what it printed.
func (w *Workspace) Terraform(t *testing.T, arguments ...string) (output []byte, err error) {
	t.Helper()
	run := w.Start(t, arguments...)
	err = run.Wait()
	return run.Output(), err
}

// Must is Terraform for a command that has to succeed.
func (w *Workspace) Must(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := w.Terraform(t, arguments...)
	if err != nil {
		t.Fatalf("%v: %s\n%s", arguments, err, output)
	}
	return string(output)
}

// promptly is how soon the CLI has to be back after Ctrl-C.
const promptly = 5 * time.Second

// Interrupted runs the CLI, presses Ctrl-C when the call has come that the test waits for, and returns what was printed.
// The test fails if the CLI is not back soon after that.
func (w *Workspace) Interrupted(t *testing.T, came <-chan struct{}, command string) string {
	t.Helper()
	output, pressed, back := w.InterruptedAfter(t, came, 0, command)
	if took := back.Sub(pressed); took > promptly {
		t.Errorf("the CLI was back after %s", took)
	}
	return output
}

// InterruptedAfter is Interrupted a moment after the call, for a test that looks at the times itself.
func (w *Workspace) InterruptedAfter(t *testing.T, came <-chan struct{}, moment time.Duration, command string) (output string, pressed, back time.Time) {
	t.Helper()
	run := w.Start(t, command)
	select {
	case <-came:
	case <-time.After(time.Minute):
		run.Kill()
		_ = run.Wait()
		t.Fatalf("the call never came\n%s", run.Output())
	}
	time.Sleep(moment)
	run.Interrupt(t)
	pressed = time.Now()
	_ = run.Wait() // whether an interrupt is a failure is the CLI's affair
	return string(run.Output()), pressed, time.Now()
}

// Run is a CLI that runs, with its plugins in a process group of its own.
type Run struct {
	command *exec.Cmd
	output  bytes.Buffer
	ended   atomic.Bool // its process ID may be somebody else's by now
}

// Start starts the CLI. What is left of it at the end of the test is killed.
func (w *Workspace) Start(t *testing.T, arguments ...string) *Run {
	t.Helper()
	arguments = append(arguments, "-input=false", "-no-color")
	if arguments[0] != "plan" {
		arguments = append(arguments, "-auto-approve")
	}
	run := &Run{command: exec.CommandContext(t.Context(), cli(), arguments...)}
	run.command.Dir, run.command.Env = w.dir, w.environment
	run.command.Stdout, run.command.Stderr = &run.output, &run.output
	run.command.WaitDelay = 10 * time.Second // a plugin that outlives the CLI must not keep its output open for ever
	ownGroup(run.command)
	if err := run.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Kill)
	return run
}

// Wait waits for the CLI's end.
func (r *Run) Wait() error {
	defer r.ended.Store(true)
	return r.command.Wait()
}

// Output is what the CLI printed; not before Wait has returned.
func (r *Run) Output() []byte { return r.output.Bytes() }

// Interrupt is Ctrl-C, as the CLI sees it.
func (r *Run) Interrupt(t *testing.T) {
	t.Helper()
	if err := r.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

// Kill ends the CLI and its plugins at once, with no chance to do anything.
func (r *Run) Kill() {
	if !r.ended.Load() {
		killGroup(r.command)
	}
}
