package docs

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What `make docs` writes is what is committed, tfplugindocs' part of it too.
// It needs the tools' own modules, so it runs in CI; by hand `make docs-check`
// does the same.
func TestGenerated_isCommitted(t *testing.T) {
	t.Parallel()
	if os.Getenv("CI") == "" {
		t.Skip("only in CI (CI=true); by hand: make docs-check")
	}
	const root = "../.."
	tree := t.TempDir()
	for _, part := range []string{"docs", "examples", "templates", "internal", "main.go", "go.mod", "go.sum"} {
		copyTree(t, filepath.Join(root, part), filepath.Join(tree, part))
	}
	command := exec.CommandContext(t.Context(), "go", "run", "./internal/docs/cmd/ackguard-docs")
	command.Dir = tree
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("ackguard-docs: %s\n%s", err, output)
	}
	for _, part := range []string{"docs", "examples/guides", "internal/provider/schema.json"} {
		diff := exec.CommandContext(t.Context(), "git", "diff", "--no-index", "--stat", filepath.Join(root, part), filepath.Join(tree, part))
		if output, err := diff.CombinedOutput(); err != nil {
			t.Errorf("%s is not what the code, the templates and the examples give; run make docs:\n%s", part, output)
		}
	}
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o750)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
