package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// fence is a block of shell commands in a guide. The comment in front of it
// says how the block is special: simulator and build are what the workshop does
// itself, a block that fails shows a closed gate.
var fence = regexp.MustCompile("(?ms)(?:^<!-- (\\w+) -->\n)?^```sh\n(.*?)^```$")

// The commands of the first guide work as they stand, in both languages: a
// shell runs them one after the other.
func TestGuide_gettingStarted(t *testing.T) {
	t.Parallel()
	blocks := func(path string) [][]string {
		var list [][]string
		for _, m := range fence.FindAllStringSubmatch(read(t, path), -1) {
			list = append(list, m[1:])
		}
		return list
	}
	english, chinese := blocks("docs/guides/getting-started.md"), blocks("docs/guides/getting-started.zh-CN.md")
	if !slices.EqualFunc(english, chinese, slices.Equal) {
		t.Errorf("the commands of the two languages differ:\n%q\n%q", english, chinese)
	}
	var script strings.Builder
	for _, b := range english {
		script.WriteString(scripted(t, b[0], b[1]))
	}
	output := newWorkshop(t).run(t, script.String())
	after := 0
	for _, phrase := range []string{
		"answers on the Internet", "Not all accounts could be read",
		"Error: 2 finding(s) of severity high or worse", "Warning: 2 finding(s) of severity high or worse",
		"Apply complete! Resources: 9 added", "Destroy complete! Resources: 9 destroyed",
	} {
		at := strings.Index(output[after:], phrase)
		if at < 0 {
			t.Fatalf("the guide's output lacks %q, or has it too early:\n%s", phrase, output)
		}
		after += at
	}
}

// The commands of the guide about offline tests work as they stand, and so does
// the module that they test.
func TestGuide_offlineTesting(t *testing.T) {
	t.Parallel()
	var script strings.Builder
	for _, m := range fence.FindAllStringSubmatch(read(t, "docs/guides/offline-testing.md"), -1) {
		script.WriteString(scripted(t, m[1], m[2]))
	}
	output := newWorkshop(t).run(t, script.String())
	after := 0
	for _, phrase := range []string{
		"what_was_not_read_is_said\"... pass", "Success! 1 passed, 0 failed.",
		"the_gate_closes\"... pass", "Success! 3 passed, 0 failed.",
		"another_window_moves_the_schedules\"... pass", "Success! 6 passed, 0 failed.",
		"Success! 6 passed, 0 failed.", // in the pipeline
	} {
		at := strings.Index(output[after:], phrase)
		if at < 0 {
			t.Fatalf("the guide's output lacks %q, or has it too early:\n%s", phrase, output)
		}
		after += at + len(phrase)
	}
}

// scripted is a block as part of a script that ends with the first failure.
func scripted(t *testing.T, kind, block string) string {
	t.Helper()
	switch kind {
	case "simulator":
		here := strings.NewReplacer("go run ./internal/simulator/cmd/ackguard-simulator", "bin/ackguard-simulator", "127.0.0.1:18080", "127.0.0.1:0").Replace(block)
		if strings.Count(here, "bin/ackguard-simulator -listen 127.0.0.1:0") != 1 {
			t.Fatalf("the guide does not start the simulator as its README says: %s", block)
		}
		// A process group of its own, so that all of it can be stopped.
		return "set -m\n{\n" + here + "} &\nsimulator=$!\nset +m\ntrap 'kill -- -$simulator' EXIT\n" +
			"for i in $(seq 100); do [ -s bin/try/simulator.env ] && break; sleep 0.1; done\n"
	case "build":
		return strings.Replace(block, "make build\n", "", 1) // the workshop has built it
	case "pipeline":
		return strings.Replace(block, "go build -o bin/ ./internal/simulator/cmd/ackguard-simulator\n", "", 1)
	case "fails":
		return "if (\n" + block + "); then echo 'this was to fail'; exit 1; fi\n"
	case "":
		return block
	}
	t.Fatalf("a block is marked %q, which means nothing", kind)
	return ""
}

// What the guide about gates says about each of them, pinned with the CLI.
func TestGuide_gates(t *testing.T) {
	t.Parallel()
	script := scripted(t, "simulator", "mkdir -p bin/try\ngo run ./internal/simulator/cmd/ackguard-simulator -listen 127.0.0.1:18080 -scenario examples/demo/fleet.yaml > bin/try/simulator.env\n") + `
. bin/try/simulator.env
export TF_CLI_CONFIG_FILE="$PWD/bin/try/dev.tfrc"
cat > "$TF_CLI_CONFIG_FILE" <<END
provider_installation {
  dev_overrides {
    "registry.terraform.io/ackguard/ackguard" = "$PWD/bin"
  }
}
END
cp examples/provider/provider.tf examples/resources/ackguard_cluster_inspection_schedule/resource.tf bin/try
gates="$PWD/examples/guides/gates"
cd bin/try
passes() { "$@" >log 2>&1 || { cat log; echo "$gate: failed: $*"; exit 1; }; }
fails() { if "$@" >log 2>&1; then cat log; echo "$gate: passed: $*"; exit 1; fi; }
gate=none
passes terraform apply -auto-approve
for gate in fail-on postcondition check; do
  cp "$gates/$gate.tf" gate.tf
  if [ $gate = check ]; then passes terraform plan; else fails terraform plan; fi
  if [ $gate = fail-on ]; then fails terraform plan -destroy; else passes terraform plan -destroy; fi
  passes terraform plan -destroy -refresh=false
  passes terraform plan -target=ackguard_cluster_inspection_schedule.logistics
done
gate=fail-on
cp "$gates/fail-on.tf" gate.tf
export ACKGUARD_ENFORCEMENT=warn
passes terraform plan
passes terraform destroy -auto-approve
`
	newWorkshop(t).run(t, script)
}

func TestMain(m *testing.M) { acctest.Main(m) }

// workshop is a folder like a clone in which make build has run.
type workshop struct{ dir string }

func newWorkshop(t *testing.T) workshop {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the guides are written for a Unix shell")
	}
	w := workshop{t.TempDir()}
	if err := os.Mkdir(filepath.Join(w.dir, "bin"), 0o750); err != nil {
		t.Fatal(err)
	}
	link := func(to, name string) {
		to, err := filepath.Abs(to)
		if err == nil {
			err = os.Symlink(to, filepath.Join(w.dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"", "internal/simulator/cmd/ackguard-simulator"} {
		program := acctest.Program(t, folder)
		link(program, "bin/"+filepath.Base(program))
	}
	link(filepath.Join(root, "examples"), "examples")
	cli := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if cli == "" {
		found, err := exec.LookPath("terraform")
		if err != nil {
			t.Fatal(err)
		}
		cli = found
	}
	if err := os.Mkdir(filepath.Join(w.dir, "cli"), 0o750); err != nil {
		t.Fatal(err)
	}
	link(cli, "cli/terraform") // the guide's command, whichever CLI the tests run on
	return w
}

// run runs a script and returns what it prints.
func (w workshop) run(t *testing.T, script string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-eu", "-c", script)
	command.Dir = w.dir
	command.Env = append(w.environment(), "TF_CLI_ARGS=-no-color")
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s\n%s", err, output)
	}
	return string(output)
}

// environment is what a new shell has: nothing of the cloud, and the CLI that
// the tests run on.
func (w workshop) environment() []string {
	list := []string{"PATH=" + filepath.Join(w.dir, "cli") + string(filepath.ListSeparator) + os.Getenv("PATH"), "CHECKPOINT_DISABLE=1"}
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "ALICLOUD_") && !strings.HasPrefix(name, "ALIBABA") && !strings.HasPrefix(name, "TF_") && name != "PATH" {
			list = append(list, kv)
		}
	}
	return list
}

// The two policies of the guide are enough for all that it shows: with nothing
// else, every account is judged and every cluster gets its schedule.
func TestGuide_multiAccountPolicies(t *testing.T) {
	t.Parallel()
	var policies []rampolicy.Document
	for _, m := range regexp.MustCompile("(?ms)^```json\n(.*?)^```$").FindAllStringSubmatch(read(t, "docs/guides/multi-account.md"), -1) {
		var p rampolicy.Document
		if err := json.Unmarshal([]byte(m[1]), &p); err != nil {
			t.Fatal(err)
		}
		policies = append(policies, p)
		if !strings.Contains(read(t, "docs/guides/multi-account.zh-CN.md"), m[1]) {
			t.Errorf("the Chinese page lacks the policy %s", m[1])
		}
	}
	if len(policies) != 2 {
		t.Fatalf("the guide has %d policies, not a trust policy and a permission policy", len(policies))
	}
	scenario := demoFleet(t)
	for i := range scenario.Accounts {
		scenario.Accounts[i].Roles = []simulator.Role{{RoleName: "ackguard", TrustPolicy: &policies[0], Policies: policies[1:]}}
	}
	cloud := acctest.New(t, scenario)
	role := `member_role_name = "ackguard"`
	directory, forEach := read(t, "examples/guides/multi-account/directory.tf"), read(t, "examples/guides/multi-account/for-each.tf")
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		{Config: cloud.Provider(role, forEach)},
		{
			Config: cloud.Provider(role, directory),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("unread", knownvalue.ObjectExact(map[string]knownvalue.Check{})),
			},
		},
	}})
	var called []string
	for _, r := range cloud.Requests(simulator.Filter{Product: "cs"}) {
		called = append(called, "cs:"+r.Action)
	}
	called = append(called, "cs:GetClusters") // which DescribeClustersV1 needs too
	slices.Sort(called)
	if called, want := slices.Compact(called), slices.Sorted(slices.Values(allowed(policies[1:]))); !slices.Equal(called, want) {
		t.Errorf("the policy allows %q, and the calls are %q", want, called)
	}
}
