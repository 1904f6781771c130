package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const brownfield = "examples/guides/brownfield/"

// The guide's commands import what people made by hand, and every plan changes
// what the guide says and nothing else.
func TestGuide_brownfield(t *testing.T) {
	t.Parallel()
	scenario := demoFleet(t)
	for i := range scenario.Accounts {
		for j := range scenario.Accounts[i].Clusters {
			switch c := &scenario.Accounts[i].Clusters[j]; c.ClusterID {
			case "c1b0000000000000000000000logistic":
				c.InspectConfig = &simulator.InspectConfig{Recurrence: "FREQ=DAILY;BYMINUTE=0;BYHOUR=3", DisabledCheckItems: []string{"B", "A"}}
			case "c1c0000000000000000000000payments":
				c.InspectConfig = &simulator.InspectConfig{Enabled: true, Recurrence: "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"}
			}
		}
	}
	cloud := acctest.New(t, scenario)
	f := newFolder(t, cloud)
	var blocks []string
	for _, m := range fence.FindAllStringSubmatch(read(t, "docs/guides/brownfield.md"), -1) {
		blocks = append(blocks, m[2])
	}
	if len(blocks) != 4 {
		t.Fatalf("the guide has %d blocks of commands", len(blocks))
	}
	before := cloud.Snapshot()

	f.put("import.tf", brownfield+"import.tf")
	f.shows(blocks[0], "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy.")
	f.run(blocks[1])
	f.remove("import.tf")
	f.put("keep.tf", brownfield+"keep.tf")
	f.shows(blocks[2], "Changes to Outputs:")
	f.shows("terraform plan", "No changes.")
	if changes := before.Diff(cloud.Snapshot()); len(changes) > 0 {
		t.Errorf("importing changed something: %v", changes)
	}

	f.put("new.tf", brownfield+"new.tf")
	f.shows("terraform plan", "Plan: 6 to add, 0 to change, 0 to destroy.")
	f.remove("new.tf")

	f.remove("keep.tf")
	f.put("spread.tf", brownfield+"spread.tf")
	f.shows("terraform plan", "No changes.")
	f.shows(blocks[3], "Plan: 0 to add, 1 to change, 0 to destroy.")
	f.shows("terraform plan", "No changes.")

	f.remove("spread.tf")
	f.remove("spread.auto.tfvars")
	f.put("let-go.tf", brownfield+"let-go.tf")
	f.shows("terraform apply -auto-approve", "but it will not delete them", "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.")
	if cluster, ok := cloud.Cluster("c1c0000000000000000000000payments"); !ok || cluster.InspectConfig == nil {
		t.Error("a schedule that was let go is gone")
	}

	f.remove("let-go.tf")
	f.put("adopt.tf", brownfield+"adopt.tf")
	mine := cloud.Snapshot()
	f.run("terraform apply -auto-approve\nterraform destroy -auto-approve")
	if changes := mine.Diff(cloud.Snapshot()); len(changes) > 0 {
		t.Errorf("adopting and destroying changed something: %v", changes)
	}
}

// folder is a configuration of its own in which a shell runs.
type folder struct {
	t *testing.T
	w workshop
}

func newFolder(t *testing.T, cloud *acctest.Cloud) folder {
	t.Helper()
	f := folder{t, newWorkshop(t)}
	f.write("provider.tf", cloud.Provider("", ""))
	f.write("dev.tfrc", f.w.override())
	return f
}

func (f folder) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.w.dir, name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) put(name, example string) {
	f.t.Helper()
	f.write(name, read(f.t, example))
}

func (f folder) remove(name string) {
	f.t.Helper()
	if err := os.Remove(filepath.Join(f.w.dir, name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) run(script string) string {
	f.t.Helper()
	return f.w.run(f.t, "export TF_CLI_CONFIG_FILE=\"$PWD/dev.tfrc\"\n"+script)
}

func (f folder) shows(script string, phrases ...string) {
	f.t.Helper()
	output := f.run(script)
	for _, phrase := range phrases {
		if !strings.Contains(output, phrase) {
			f.t.Fatalf("%q is not in the output of %s:\n%s", phrase, script, output)
		}
	}
}

// override is a CLI configuration that names the workshop's provider.
func (w workshop) override() string {
	return `provider_installation {
  dev_overrides {
    "registry.terraform.io/ackguard/ackguard" = "` + filepath.ToSlash(filepath.Join(w.dir, "bin")) + `"
  }
}
`
}
