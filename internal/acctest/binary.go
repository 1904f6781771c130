package acctest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest/apiserver"
)

const module = "github.com/ackguard/terraform-provider-ackguard"

// built is what Program has built, by package. TestMain takes it away.
var built struct {
	mu    sync.Mutex
	dir   string
	paths map[string]func() (string, error)
}

// Main runs the tests of a package that uses Program or a real API server: func TestMain(m *testing.M) { acctest.Main(m) }.
func Main(m *testing.M) {
	dir, err := os.MkdirTemp("", "ackguard-test")
	if err != nil {
		panic(err)
	}
	built.dir, built.paths = dir, map[string]func() (string, error){}
	code := m.Run()
	_ = os.RemoveAll(dir)
	if err := apiserver.StopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Program builds a program of this module, once for all tests of a package,
// and returns its path. The folder is relative to the module; "" is the provider.
func Program(t *testing.T, folder string) string {
	t.Helper()
	program, err := programOnce(folder)()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func programOnce(folder string) func() (string, error) {
	built.mu.Lock()
	defer built.mu.Unlock()
	if built.dir == "" {
		return func() (string, error) { return "", errors.New("the package needs a TestMain that calls acctest.Main") }
	}
	once, ok := built.paths[folder]
	if !ok {
		pkg := path.Join(module, folder)
		program := filepath.Join(built.dir, path.Base(pkg))
		once = sync.OnceValues(func() (string, error) {
			// Not the context of the test that happens to come first: the others wait for it too.
			output, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput() //nolint:noctx // see above
			if err != nil {
				return "", fmt.Errorf("building %s: %w\n%s", pkg, err, output)
			}
			return program, nil
		})
		built.paths[folder] = once
	}
	return once
}

// TraceLog applies, plans and destroys a configuration with the provider's own
// binary, as a user does, and returns the CLI's whole TRACE log with the
// provider's part of it, what was printed, and the state after the apply.
func TraceLog(t *testing.T, config string, environment ...string) []byte {
	t.Helper()
	w := NewWorkspace(t, config)
	log := filepath.Join(w.dir, "trace.log")
	w.environment = append(append(w.environment, "TF_LOG=TRACE", "TF_LOG_PATH="+log), environment...)
	var all []byte
	read := func(path string) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	for _, command := range []string{"apply", "plan", "destroy"} {
		output, err := w.Terraform(t, command)
		if err != nil {
			t.Fatalf("%s: %s\n%s", command, err, output)
		}
		if all = append(all, output...); command == "apply" {
			read(filepath.Join(w.dir, "terraform.tfstate"))
		}
	}
	read(log)
	return all
}

// cli is the Terraform CLI that tests run.
func cli() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}
