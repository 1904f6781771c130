package scan_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// reschedule changes the CronJob of the cluster retail as somebody else would.
func reschedule(t *testing.T, cloud *acctest.Cloud, field string, value any) {
	t.Helper()
	err := cloud.UpdateKubernetesObject(retail, "cronjobs", own, cronJob, func(object map[string]any) {
		spec, _ := object["spec"].(map[string]any)
		spec[field] = value
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A field of the CronJob that the block does not declare is nobody's business, whatever else it declares: neither a change
// nor destroying undoes what somebody has made of it since.
func TestPolicy_otherFieldOfTheCronJob(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	r := cloud.Resource(t, kind)
	runs := func(schedule string, suspend bool) {
		t.Helper()
		if isSchedule, isSuspend := timing(t, cloud, own); isSchedule != schedule || isSuspend != suspend {
			t.Errorf("it runs at %s, suspended %t; want %s, %t", isSchedule, isSuspend, schedule, suspend)
		}
	}
	apply := func(arguments map[string]any) {
		t.Helper()
		if err := r.Apply(arguments); err != nil {
			t.Fatal(err)
		}
	}
	apply(arguments("schedule", "30 3 * * *"))
	reschedule(t, cloud, "suspend", true)
	apply(arguments("schedule", "30 4 * * *"))
	runs("30 4 * * *", true)
	apply(arguments("suspend", false))
	runs("0 2 * * *", false)
	reschedule(t, cloud, "schedule", "0 9 * * *")
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	runs("0 9 * * *", true)
}

// What another client writes between a read and a write is what was found, and destroying leaves it.
func TestPolicy_conflictIsFound(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	theirs := "exemptions:\n  - {controllerNames: [\"web\"], rules: [\"runAsRootAllowed\"]}\n"
	cloud.BeforeNextWrite(func() {
		edit(t, cloud, own, "hostIPCSet: danger", "hostIPCSet: warning")
		edit(t, cloud, own, "exemptions:\n", theirs)
	})
	cloud.BeforeNextWrite(func() {}) // the ConfigMap again
	cloud.BeforeNextWrite(func() { reschedule(t, cloud, "schedule", "0 9 * * *") })
	r := cloud.Resource(t, kind)
	err := r.Apply(arguments("disabled_checks", []any{"hostIPCSet"}, "schedule", "30 3 * * *", "white_list", []any{map[string]any{"workload": "web", "checks": []any{"runAsRootAllowed"}}}))
	if err != nil {
		t.Fatal(err)
	}
	if text := config(t, cloud, own); !strings.Contains(text, "hostIPCSet: ignore") || strings.Count(text, `"web"`) != 1 {
		t.Errorf("the configuration is\n%s", text)
	}
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	if text := config(t, cloud, own); !strings.Contains(text, "hostIPCSet: warning") || !strings.Contains(text, theirs) {
		t.Errorf("destroying leaves\n%s", text)
	}
	if schedule, _ := timing(t, cloud, own); schedule != "0 9 * * *" {
		t.Errorf("it runs at %s", schedule)
	}
}

// An exemption that the block has no more and the cluster has still is no secret.
func TestPolicy_entryThatStays(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	r := cloud.Resource(t, kind)
	found := []any{map[string]any{"workload": "kube-proxy", "checks": []any{"hostPortSet"}}}
	if err := errors.Join(r.Apply(arguments("white_list", found)), r.Apply(arguments("white_list", []any{}))); err != nil {
		t.Fatal(err)
	}
	hears(t, r.Warnings(), "Entries of a white list that stay", "cluster "+retail+" in account "+acctest.Retail+", region cn-hangzhou", `- workload "kube-proxy", checks hostPortSet`, "by hand")
}

// A CronJob that was made anew in the other namespace is found there, while the ConfigMap is where it was.
func TestPolicy_cronJobMoves(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	r := cloud.Resource(t, kind)
	wanted := arguments("schedule", "30 3 * * *", "disabled_checks", []any{"hostPortSet"})
	if err := r.Apply(wanted); err != nil {
		t.Fatal(err)
	}
	object, _ := cloud.KubernetesObject(retail, "cronjobs", own, cronJob)
	object["metadata"] = map[string]any{"name": cronJob, "namespace": system}
	if err := errors.Join(cloud.DeleteKubernetesObject(retail, "cronjobs", own, cronJob), cloud.CreateKubernetesObject(retail, object)); err != nil {
		t.Fatal(err)
	}
	if nothing, err := r.Settled(wanted); err != nil || !nothing {
		t.Errorf("a plan is empty: %t, %v", nothing, err)
	}
}

// A policy whose second write failed keeps in the state what it found, whatever becomes of the note on the object.
func TestPolicy_taintedWithoutItsNote(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	start := config(t, cloud, own)
	cloud.AddFault(simulator.Fault{Product: "kubernetes", Action: "update cronjobs.batch", Status: http.StatusForbidden, Code: "Forbidden", Message: "no"})
	r := cloud.Resource(t, kind)
	says(t, r.Apply(full()), "forbidden")
	err := cloud.UpdateKubernetesObject(retail, "configmaps", own, configMap, func(object map[string]any) {
		meta, _ := object["metadata"].(map[string]any)
		delete(meta, "annotations")
	})
	if err := errors.Join(err, r.Destroy()); err != nil {
		t.Fatal(err)
	}
	if text := config(t, cloud, own); text != start {
		t.Errorf("destroying leaves\n%s", text)
	}
}

// A plan that was saved is applied after the component was upgraded: what the plan knew stays until the next refresh, which
// Terraform would take for a fault of the provider otherwise.
func TestPolicy_upgradedSincePlan(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet("v0.13.0"))
	r := cloud.Resource(t, kind)
	if err := r.Apply(arguments("schedule", "30 3 * * *")); err != nil {
		t.Fatal(err)
	}
	changed := arguments("schedule", "30 4 * * *")
	err := r.ApplyPlanned(changed, func() {
		cloud.Change(t, "retail", func(c *simulator.Cluster) { c.Addons[len(c.Addons)-1].Version = new(newest) })
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(changed); err != nil {
		t.Fatal(err)
	}
	if version := r.Attributes()["component_version_installed"]; version != newest {
		t.Errorf("after a refresh the version is %v", version)
	}
}
