package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// callTimeout bounds one run of the CLI; each takes a second or two.
	callTimeout = 2 * time.Minute
	// graceTimeout is how long an interrupted CLI may take to end its plugins.
	graceTimeout = 15 * time.Second

	howToGet = "Get Terraform 1.8 or later (developer.hashicorp.com/terraform/install) or OpenTofu (opentofu.org/docs/intro/install) and put it on the PATH, " +
		"or name it: TERRAFORM=/path/to/terraform make demo"
)

// cliVariables name the CLI to use, in order of precedence.
var cliVariables = []string{"ACKGUARD_DEMO_CLI", "TERRAFORM"}

// cli runs Terraform or OpenTofu in one directory.
type cli struct {
	path      string
	version   string // as a person knows it, e.g. Terraform v1.11.4
	directory string
	env       []string
}

// findCLI is the path of the CLI that the environment names, or of the first
// on the PATH.
func findCLI() (string, error) {
	for _, variable := range cliVariables {
		name := os.Getenv(variable)
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("%s names %q, which is no program here. %s", variable, name, howToGet)
		}
		return filepath.Abs(path)
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", errors.New("there is no terraform and no tofu on the PATH. " + howToGet)
}

// newCLI finds a CLI and refuses one that is too old.
func newCLI(ctx context.Context, directory string, env []string) (*cli, error) {
	path, err := findCLI()
	if err != nil {
		return nil, err
	}
	c := &cli{path: path, directory: directory, env: env}
	out, err := c.must(ctx, "version", "-json")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Version string `json:"terraform_version"` // OpenTofu calls it that, too
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, fmt.Errorf("%s version -json does not answer with JSON: %w", path, err)
	}
	if !recent(answer.Version) {
		return nil, fmt.Errorf("%s has version %q. %s", path, answer.Version, howToGet)
	}
	text, err := c.must(ctx, "version")
	if err != nil {
		return nil, err
	}
	c.version, _, _ = strings.Cut(string(text), "\n")
	return c, nil
}

// recent tells whether a version is 1.8 or later.
func recent(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major > 1 || major == 1 && minor >= 8
}

// run is one run of the CLI: its output and its exit code. The error is about
// runs that did not end by themselves.
func (c *cli) run(ctx context.Context, extra map[string]string, args ...string) (stdout, stderr []byte, code int, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir, cmd.WaitDelay = c.directory, graceTimeout
	cmd.Env = slices.Clone(c.env)
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		cmd.Env = append(cmd.Env, name+"="+extra[name])
	}
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	own(cmd)
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case cmd.Process == nil:
		return nil, nil, 0, fmt.Errorf("starting %s: %w", c.path, err)
	case ctx.Err() != nil:
		reap(cmd)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, nil, 0, fmt.Errorf("%s %s took longer than %s", c.path, args[0], callTimeout)
		}
		return nil, nil, 0, ctx.Err()
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return out.Bytes(), problems.Bytes(), exit.ExitCode(), nil
	case err != nil: // a signal that was not ours ended it
		reap(cmd)
		return nil, nil, 0, fmt.Errorf("%s %s: %w", c.path, args[0], err)
	}
	return out.Bytes(), problems.Bytes(), 0, nil
}

// must is a run that has to succeed.
func (c *cli) must(ctx context.Context, args ...string) ([]byte, error) {
	stdout, stderr, code, err := c.run(ctx, nil, args...)
	if err == nil && code != 0 {
		err = fmt.Errorf("%s %s ended with exit code %d:\n%s%s", c.path, strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout, err
}

// inherited are the variables that a program needs to run at all. Everything
// else stays out: keys, endpoints, switches of Terraform, of the provider and
// of the SDKs that the person at the machine uses for real accounts.
var inherited = []string{"PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATHEXT", "SYSTEMROOT", "WINDIR"}

// environment is what the CLI gets: own home and temporary folder below
// folder, and the simulated cloud.
func environment(from []string, folder, url, keyID, keySecret string) []string {
	var env []string
	for _, kv := range from {
		name, _, _ := strings.Cut(kv, "=")
		if slices.Contains(inherited, strings.ToUpper(name)) {
			env = append(env, kv)
		}
	}
	home, temporary := filepath.Join(folder, "home"), filepath.Join(folder, "tmp")
	for _, v := range [][2]string{
		{"HOME", home},
		{"USERPROFILE", home},
		{"APPDATA", home},
		{"TMPDIR", temporary},
		{"TMP", temporary},
		{"TEMP", temporary},
		{"NO_PROXY", "127.0.0.1"},
		{"CHECKPOINT_DISABLE", "1"}, // no look for a newer Terraform
		{"ALIBABA_CLOUD_REGION", region},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", keyID},
		{"ALIBABA_CLOUD_ACCESS_KEY_SECRET", keySecret},
		{"ALIBABA_CLOUD_ENDPOINT_CS", url},
		{"ALIBABA_CLOUD_ENDPOINT_STS", url},
		{"ALIBABA_CLOUD_ENDPOINT_RESOURCEMANAGER", url},
		{"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER", url},
	} {
		env = append(env, v[0]+"="+v[1])
	}
	return env
}
