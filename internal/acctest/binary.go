package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// TraceLog plans a configuration with the provider's own binary, as a user
// does, and returns the CLI's whole TRACE log with the provider's part of it.
func TraceLog(t *testing.T, config string, environment ...string) []byte {
	t.Helper()
	dir, binary := t.TempDir(), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(binary, "terraform-provider-ackguard"), "github.com/ackguard/terraform-provider-ackguard")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %s\n%s", err, out)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("main.tf", config)
	cliConfig := write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n", provider.Address, binary))
	log := filepath.Join(dir, "trace.log")
	command := exec.CommandContext(t.Context(), cli(), "plan", "-input=false", "-no-color")
	command.Dir = dir
	command.Env = append(os.Environ(), "TF_LOG=TRACE", "TF_LOG_PATH="+log, "TF_CLI_CONFIG_FILE="+cliConfig)
	command.Env = append(command.Env, environment...)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("plan: %s\n%s", err, output)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return append(text, output...)
}

// cli is the Terraform CLI that tests run.
func cli() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}
