package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// PlanFunc is a plan check that looks at the cloud instead of the plan.
func PlanFunc(check func() error) plancheck.PlanCheck { return planFunc(check) }

type planFunc func() error

// CheckPlan implements plancheck.PlanCheck.
func (f planFunc) CheckPlan(_ context.Context, _ plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = f()
}

// Warnings plans a configuration and returns the warnings by summary, which
// the test framework does not show.
func Warnings(t *testing.T, c *Cloud, config string) map[string]string {
	t.Helper()
	warnings := map[string]string{}
	for _, line := range bytes.Split(c.plan(t, config), []byte("\n")) {
		var message struct {
			Type       string `json:"type"`
			Diagnostic struct {
				Severity string `json:"severity"`
				Summary  string `json:"summary"`
				Detail   string `json:"detail"`
			} `json:"diagnostic"`
		}
		if json.Unmarshal(line, &message) != nil || message.Type != "diagnostic" {
			continue
		}
		if message.Diagnostic.Severity != "warning" {
			t.Fatalf("the plan failed: %s: %s", message.Diagnostic.Summary, message.Diagnostic.Detail)
		}
		warnings[message.Diagnostic.Summary] = message.Diagnostic.Detail
	}
	return warnings
}

// PlanSummary counts what a plan would do.
type PlanSummary struct{ Imported, Changed int }

// Plan plans a configuration and counts imports and other changes.
func Plan(t *testing.T, c *Cloud, config string) PlanSummary {
	t.Helper()
	var summary PlanSummary
	for _, line := range bytes.Split(c.plan(t, config), []byte("\n")) {
		var message struct {
			Type    string `json:"type"`
			Message string `json:"@message"`
			Changes struct {
				Add    int `json:"add"`
				Change int `json:"change"`
				Import int `json:"import"`
				Remove int `json:"remove"`
			} `json:"changes"`
			Level string `json:"@level"`
		}
		if json.Unmarshal(line, &message) != nil {
			continue
		}
		if message.Level == "error" {
			t.Fatalf("the plan failed: %s", message.Message)
		}
		if message.Type == "change_summary" {
			summary = PlanSummary{message.Changes.Import, message.Changes.Add + message.Changes.Change + message.Changes.Remove}
		}
	}
	return summary
}

// plan runs terraform plan -json on a provider that is served by this process.
func (c *Cloud) plan(t *testing.T, config string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), cli(), "plan", "-json", "-input=false")
	command.Dir = dir
	command.Env = append(os.Environ(), "TF_REATTACH_PROVIDERS="+c.reattach(t))
	var output, failure bytes.Buffer
	command.Stdout, command.Stderr = &output, &failure
	_ = command.Run() // an error shows as a diagnostic
	if failure.Len() > 0 {
		t.Fatalf("plan: %s", failure.String())
	}
	return output.Bytes()
}

// reattach serves the provider until the test ends and returns how the CLI
// finds it.
func (c *Cloud) reattach(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	settings, closed := make(chan *plugin.ReattachConfig), make(chan struct{})
	go func() {
		err := tf6server.Serve(provider.Address, func() tfprotov6.ProviderServer {
			return providerserver.NewProtocol6(provider.NewWithClock("test", c.Clock)())()
		}, tf6server.WithDebug(ctx, settings, closed), tf6server.WithGoPluginLogger(hclog.NewNullLogger()), tf6server.WithLoggingSink(t))
		if err != nil {
			t.Errorf("serving the provider: %s", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-closed })
	select {
	case s := <-settings:
		text, err := json.Marshal(map[string]any{provider.Address: map[string]any{
			"Protocol": string(s.Protocol), "ProtocolVersion": s.ProtocolVersion, "Pid": s.Pid, "Test": true,
			"Addr": map[string]string{"Network": s.Addr.Network(), "String": s.Addr.String()},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	case <-time.After(10 * time.Second):
		t.Fatal("the provider did not start")
		return ""
	}
}
