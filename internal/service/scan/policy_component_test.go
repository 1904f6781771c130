package scan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func public() *simulator.Scenario {
	s := acctest.Fleet()
	acctest.Public(&s.Accounts[1].Clusters[0])
	return s
}

func version(t *testing.T, cloud *acctest.Cloud, name string) string {
	t.Helper()
	cluster, _ := cloud.Cluster(acctest.ClusterID("retail"))
	i := slices.IndexFunc(cluster.Addons, func(a simulator.Addon) bool { return a.Name == name })
	if i < 0 {
		return ""
	}
	return *cluster.Addons[i].Version
}

func TestComponent_absent(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, public())
	r, diff, err := attempt(t, cloud, full())
	says(t, err, "Component is not installed", "no add-on security-inspector", "account "+acctest.Retail+", region cn-hangzhou", "set install_component = true, or component_version")
	if len(diff) > 0 || r.InState() {
		t.Errorf("it changed %q, in state %t", diff, r.InState())
	}
}

func TestComponent_installUpgradeUninstall(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, public())
	start := cloud.Snapshot()
	r := cloud.Resource(t, kind)
	if err := r.Apply(full("component_version", "v0.13.0", "uninstall_on_destroy", true)); err != nil {
		t.Fatal(err)
	}
	if is := r.Attributes(); version(t, cloud, "security-inspector") != "v0.13.0" || is["dialect"] != "grouped" || is["config_namespace"] != system {
		t.Errorf("it is %v", is)
	}
	// The upgrade moves the objects, and their dialect is another: what the policy wants is put into the new ones.
	if err := r.Apply(full("component_version", "v0.16.8", "uninstall_on_destroy", true)); err != nil {
		t.Fatal(err)
	}
	if is := r.Attributes(); version(t, cloud, "security-inspector") != "v0.16.8" || is["dialect"] != "flat" || is["config_namespace"] != own || is["cronjob_namespace"] != own {
		t.Errorf("it is %v", is)
	}
	if text := config(t, cloud, own); !strings.Contains(text, "dangerousCapabilities: ignore") || !strings.Contains(text, `controllerNames: ["web"]`) {
		t.Errorf("the configuration is\n%s", text)
	}
	err := r.Apply(full("component_version", "v0.16.6", "uninstall_on_destroy", true))
	says(t, err, "Component is newer than component_version", "version v0.16.8 is installed", "no earlier than v0.16.6", `set component_version = "v0.16.8"`)
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	if diff := start.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("destroy leaves %q", diff)
	}
}

func TestComponent_installedInTheVersionThatTheServiceChooses(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, public())
	r := cloud.Resource(t, kind)
	if err := r.Apply(full("install_component", true, "component_name", "managed-security-inspector")); err != nil {
		t.Fatal(err)
	}
	if is := r.Attributes(); version(t, cloud, "managed-security-inspector") == "" || is["component_name"] != "managed-security-inspector" {
		t.Errorf("it is %v", is)
	}
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	if version(t, cloud, "managed-security-inspector") == "" {
		t.Error("destroy has uninstalled it")
	}
}

// An upgrade that somebody makes is no drift unless component_version says otherwise; one that resets the configuration is.
func TestComponent_upgradedElsewhere(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet("v0.16.6"))
	r := cloud.Resource(t, kind)
	wanted := full()
	if err := r.Apply(wanted); err != nil {
		t.Fatal(err)
	}
	cloud.Change(t, "retail", func(c *simulator.Cluster) { c.Addons[len(c.Addons)-1].Version = new("v0.16.8") })
	if nothing, err := r.Settled(wanted); err != nil || !nothing {
		t.Errorf("a plan is empty: %t, %v", nothing, err)
	}
	edit(t, cloud, own, "notReadOnlyRootFilesystem: ignore", "notReadOnlyRootFilesystem: warning")
	if nothing, err := r.Settled(wanted); err != nil || nothing {
		t.Errorf("a plan is empty: %t, %v", nothing, err)
	}
	if err := r.Apply(wanted); err != nil {
		t.Fatal(err)
	}
	if text := config(t, cloud, own); !strings.Contains(text, "notReadOnlyRootFilesystem: ignore") {
		t.Errorf("the configuration is\n%s", text)
	}
}

func TestComponent_taskThatFails(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, public())
	cloud.AddFault(simulator.Fault{Action: "InstallClusterAddons", Status: 400, Code: "AddonInstallFailed", Message: "no"})
	_, diff, err := attempt(t, cloud, full("install_component", true))
	says(t, err, "Preparing the component of the scan policy of cluster "+acctest.ClusterID("retail"), "InstallClusterAddons", "AddonInstallFailed")
	if len(diff) > 0 {
		t.Errorf("it changed %q", diff)
	}
}

// An answer that got lost is looked for: the component is there.
func TestComponent_lostAnswer(t *testing.T) {
	t.Parallel()
	for _, reset := range []string{simulator.ResetAfterCommit, simulator.ResetBeforeCommit} {
		cloud := acctest.New(t, public())
		cloud.AddFault(simulator.Fault{Action: "InstallClusterAddons", Reset: reset, First: 1})
		r := cloud.Resource(t, kind)
		err := r.Apply(full("install_component", true))
		if err != nil && reset == simulator.ResetBeforeCommit {
			err = r.Apply(full("install_component", true))
		}
		if err != nil || version(t, cloud, "security-inspector") == "" {
			t.Errorf("%s: %v", reset, err)
		}
	}
}
