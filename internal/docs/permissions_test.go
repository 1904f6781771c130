package docs

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

const permissions = "examples/guides/permissions/"

// granted is what an example of the guide about permissions may do.
type granted struct {
	example  string
	provider []string // policies of the identity that Terraform starts with
	member   []string // policies of the role in each member
	own      string   // the policy whose actions the example is there to show
	changed  string   // text of the example that a second apply replaces
}

var grants = []granted{
	{example: "directory.tf", provider: []string{"provider-directory"}, own: "provider-directory"},
	{example: "inventory.tf", provider: []string{"provider-assume"}, member: []string{"member-inventory"}, own: "member-inventory"},
	{example: "inventory.tf", provider: []string{"provider-assume"}, member: []string{"member-inventory"}, own: "provider-assume"},
	{example: "compliance.tf", provider: []string{"provider-assume"}, member: []string{"member-inventory", "member-compliance"}, own: "member-compliance"},
	{example: "schedules.tf", provider: []string{"provider-assume"}, member: []string{"member-inventory", "member-schedules"}, own: "member-schedules"},
	{example: "reports.tf", provider: []string{"provider-assume"}, member: []string{"member-inventory", "member-reports"}, own: "member-reports"},
	{example: "schedule.tf", provider: []string{"provider-assume"}, member: []string{"member-schedule"}, own: "member-schedule", changed: "BYMINUTE=30"},
	{example: "run.tf", provider: []string{"provider-assume"}, member: []string{"member-schedule", "member-run"}, own: "member-run"},
}

func policy(t *testing.T, name string) rampolicy.Document {
	t.Helper()
	var p rampolicy.Document
	if err := json.Unmarshal([]byte(read(t, permissions+name+".json")), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// Each policy of the guide is enough for its example, and no action of it is
// one too many: without it, Terraform names it.
func TestGuide_permissions(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	for _, g := range grants {
		t.Run(g.example+"/"+g.own, func(t *testing.T) {
			t.Parallel()
			if said := g.apply(t, w, ""); len(said) > 0 {
				t.Errorf("the policies are not enough: %s", said)
			}
			for _, action := range policy(t, g.own).Statement[0].Action {
				if said := strings.Join(g.apply(t, w, action), "\n"); !strings.Contains(said, action) {
					t.Errorf("without %s, Terraform does not name it: %q", action, said)
				}
			}
		})
	}
}

// apply runs an example from the first plan to destroy and returns the errors
// and warnings. One action is missing from the policies.
func (g granted) apply(t *testing.T, w workshop, without string) []string {
	t.Helper()
	documents := func(names []string) (list []rampolicy.Document) {
		for _, name := range names {
			p := policy(t, name)
			p.Statement[0].Action = slices.DeleteFunc(p.Statement[0].Action, func(a string) bool { return a == without && name == g.own })
			if without != "" && name != g.own && slices.Contains(p.Statement[0].Action, without) {
				t.Fatalf("%s is in two policies of %s", without, g.example)
			}
			if len(p.Statement[0].Action) > 0 {
				list = append(list, p)
			}
		}
		return list
	}
	trust := policy(t, "trust")
	scenario := demoFleet(t)
	for i := range scenario.Accounts {
		scenario.Accounts[i].Roles = []simulator.Role{{RoleName: "ackguard", TrustPolicy: &trust, Policies: documents(g.member)}}
	}
	user := &scenario.Accounts[0].Users[0]
	user.AttachedPolicies, user.Policies = nil, documents(g.provider)
	cloud := acctest.New(t, scenario)
	config := cloud.Provider(`member_role_name = "ackguard"`, read(t, permissions+g.example))

	dir := t.TempDir()
	said := w.terraform(t, dir, config, "apply", "-auto-approve")
	if g.changed != "" {
		said = append(said, w.terraform(t, dir, strings.ReplaceAll(config, g.changed, "BYMINUTE=45"), "apply", "-auto-approve")...)
	}
	if strings.Contains(config, "\nresource ") {
		said = append(said, w.terraform(t, dir, config, "destroy", "-auto-approve")...)
	}
	return said
}

// terraform runs a command on a configuration, with the provider's own binary,
// and returns the errors and warnings.
func (w workshop) terraform(t *testing.T, dir, config string, arguments ...string) (said []string) {
	t.Helper()
	settings := filepath.Join(dir, "dev.tfrc")
	for path, text := range map[string]string{
		filepath.Join(dir, "main.tf"): config,
		settings:                      w.override(),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), filepath.Join(w.dir, "cli", "terraform"), append(arguments, "-json", "-input=false")...)
	command.Dir, command.Env = dir, append(w.environment(), "TF_CLI_CONFIG_FILE="+settings)
	output, err := command.Output()
	if len(output) == 0 {
		t.Fatalf("%v: %v", arguments, err)
	}
	for line := range bytes.SplitSeq(output, []byte("\n")) {
		var message struct {
			Diagnostic struct {
				Summary string `json:"summary"`
				Detail  string `json:"detail"`
			} `json:"diagnostic"`
		}
		if json.Unmarshal(line, &message) != nil || message.Diagnostic.Summary == "" || message.Diagnostic.Summary == "Provider development overrides are in effect" {
			continue
		}
		said = append(said, message.Diagnostic.Summary+": "+message.Diagnostic.Detail)
	}
	if (err != nil) && len(said) == 0 {
		t.Fatalf("%v failed without saying why: %s", arguments, output)
	}
	return said
}

// With regions, the global list is not needed; a role that asks for an external
// ID is entered with it and not without; and an account that has no role says so.
func TestGuide_permissionsOfRoles(t *testing.T) {
	t.Parallel()
	scenario := demoFleet(t)
	trust, external, inventory := policy(t, "trust"), policy(t, "trust-external-id"), policy(t, "member-inventory")
	regional := policy(t, "member-inventory")
	regional.Statement[0].Action = []string{"cs:DescribeClustersForRegion"}
	for i := range scenario.Accounts {
		switch a := &scenario.Accounts[i]; a.AccountID {
		case "100000000000003", "100000000000004":
			a.Roles = []simulator.Role{{RoleName: "ackguard", TrustPolicy: &trust, Policies: []rampolicy.Document{regional}}}
		case "100000000000008":
			a.Roles = []simulator.Role{{RoleName: "ackguard-audit", TrustPolicy: &external, Policies: []rampolicy.Document{inventory}}}
		default:
			a.Roles = nil
		}
	}
	cloud := acctest.New(t, scenario)
	clusters := func(account string) string {
		return "data \"ackguard_clusters\" \"of\" {\n  account_ids = [\"" + account + "\"]\n}\n"
	}
	member := func(id string) string {
		return "member_role_name = \"ackguard\"\nmember_role {\n  account_id = \"100000000000008\"\n  role_name = \"ackguard-audit\"\n" + id + "}\n"
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		{Config: cloud.Provider(member(""), read(t, permissions+"inventory-of-a-region.tf"))},
		{Config: cloud.Provider(member("external_id = \"acquired-company-2026\"\n"), clusters("100000000000008"))},
		{
			Config:      cloud.Provider(member(""), clusters("100000000000008")),
			ExpectError: acctest.Says("NoPermission", "sts:AssumeRole", "trust policy", "external ID"),
		},
		{
			Config:      cloud.Provider(member(""), clusters("100000000000005")),
			ExpectError: acctest.Says("EntityNotExist.Role", "create the role"),
		},
	}})
}

// The guide's policies allow what the table of the index page names, and no
// policy has an action that the table lacks.
func TestGuide_permissionsTable(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(read(t, "templates/index.md.tmpl"), "## Permissions")
	table, _, _ = strings.Cut(table, "\n## ")
	inPolicies := map[string]bool{}
	for _, g := range grants {
		for _, action := range policy(t, g.own).Statement[0].Action {
			inPolicies[action] = true
			if !strings.Contains(table, "`"+action+"`") {
				t.Errorf("the table lacks %s", action)
			}
		}
	}
	for _, word := range strings.Split(table, "`") {
		product, name, ok := strings.Cut(word, ":")
		if ok && slices.Contains([]string{"cs", "resourcemanager", "sts"}, product) && !strings.ContainsAny(name, "* ") && !inPolicies[word] && word != "sts:GetCallerIdentity" {
			t.Errorf("no policy of the guide has %s", word)
		}
	}
}
