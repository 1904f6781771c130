package bench

import (
	"cmp"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The figures say what was expected; here the count is held to it. Times are
// not: machines are noisy.
func TestPlanSmall_calls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary := filepath.Join(dir, "terraform-provider-ackguard")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/ackguard/terraform-provider-ackguard")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %s\n%s", err, out)
	}
	figures, err := planSmall(t.Context(), Setup{
		Binary: binary, CLI: cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"), Dir: dir, Progress: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) != 3 || figures[1].Name != "plan_small_calls" || figures[1].Value != float64(small.calls()) {
		t.Errorf("figures %+v, want %d calls", figures, small.calls())
	}
}
