package cs_test

import (
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

const inspector = "security-inspector"

func TestAddonInstance(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	for _, c := range []struct {
		status int
		body   string
		want   any // nil: not installed
	}{
		{200, `{"name":"security-inspector","version":"v0.16.8","state":"active","config":"{}"}`, cs.AddonInstance{Addon: cs.Addon{Name: inspector, Version: "v0.16.8", State: "active"}, Config: "{}"}},
		{200, `{"name":"security-inspector","version":null}`, cs.AddonInstance{Addon: cs.Addon{Name: inspector}}},
		{200, `{"name":"other","version":"v1"}`, "it is about another add-on"},
		{200, `{"version":"v1"}`, `the answer has no "name"`},
		{404, `{"code":"AddonNotFound","message":"addon not found"}`, nil},
		{404, `{"code":"ErrorClusterNotFound","message":"cluster not found"}`, "ErrorClusterNotFound"},
		{403, `{"code":"Forbidden.RAM","message":"no"}`, "Forbidden.RAM"},
	} {
		service.With(c.status, c.body)
		got, found, err := client.AddonInstance(t.Context(), clusterID, inspector)
		if c.want == nil {
			if err != nil || found {
				t.Errorf("%s: %+v, %t, %v, want none", c.body, got, found, err)
			}
			continue
		}
		if _, fails := c.want.(string); found == fails {
			t.Errorf("%s: found is %t", c.body, found)
		}
		check(t, c.body, got, err, c.want)
	}
}

func TestAddon(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	service.With(200, `{"name":"security-inspector","version":"v0.16.8","config_schema":"{}","managed":true,"newer_versions":[null,{"version":"v0.17.0"},{}]}`)
	got, found, err := client.Addon(t.Context(), clusterID, "cn-hangzhou", inspector, "")
	if !found {
		t.Error("it was not found")
	}
	check(t, "an offer", got, err, cs.AddonOffer{Name: inspector, Version: "v0.16.8", ConfigSchema: "{}", Managed: true, NewerVersions: []string{"v0.17.0"}})
	service.With(404, `{"code":"AddonNotFound","message":"no"}`)
	if _, found, err := client.Addon(t.Context(), clusterID, "cn-hangzhou", inspector, "v9"); found || err != nil {
		t.Errorf("%t, %v", found, err)
	}
}

// TestAddonTask: the answer names a task, or is none, as older clients expect it.
func TestAddonTask(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	changes := map[string]func() (string, error){
		"install": func() (string, error) {
			return client.InstallAddon(t.Context(), clusterID, cs.AddonChange{Name: inspector})
		},
		"upgrade": func() (string, error) {
			return client.UpgradeAddon(t.Context(), clusterID, "", cs.AddonChange{Name: inspector, Version: "v0.16.8"})
		},
		"uninstall": func() (string, error) { return client.UninstallAddon(t.Context(), clusterID, inspector) },
	}
	for name, change := range changes {
		for body, want := range map[string]any{
			`{"cluster_id":"c1","request_id":"R","task_id":"T-1"}`: "T-1", ``: "", `{}`: "",
			`{"code":"InvalidParameter","message":"no such version"}`: nil, `[]`: nil,
		} {
			service.With(200, body)
			id, err := change()
			if fails := want == nil; (err != nil) != fails || !fails && id != want {
				t.Errorf("%s %q: %q, %v, want %v", name, body, id, err, want)
			}
		}
		service.With(404, `{"code":"AddonNotFound","message":"no"}`)
		if _, err := change(); (err == nil) != (name == "uninstall") {
			t.Errorf("%s of an add-on that is not there: %v", name, err)
		}
	}
}
