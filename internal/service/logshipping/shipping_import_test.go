package logshipping_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Import by identity needs Terraform 1.12; here it is asked for in the protocol.
func TestShipping_importByIdentity(t *testing.T) {
	t.Parallel()
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	p := acctest.New(t, shippingFleet()).Protocol(t)
	identityType := p.Identities[shippingKind].ValueType()
	for _, c := range []struct {
		given map[string]tftypes.Value
		id    string
		says  string
	}{
		{given: map[string]tftypes.Value{"account_id": text(acctest.Retail), "project": text(retailProject), "name": text("ackguard-audit-retail")}},
		{id: acctest.Retail + "/cn-hangzhou/" + retailProject + "/ackguard-audit-retail"},
		{id: acctest.Retail + "/cn-hangzhou/ackguard-audit-retail", says: "is not of the form account_id/region/project/name"},
		{id: acctest.Retail + "/cn-hangzhu/" + retailProject + "/x1", says: `Did you mean "cn-hangzhou"`},
		{id: "retail/cn-hangzhou/" + retailProject + "/x1", says: "must be an Alibaba Cloud account ID"},
		{id: acctest.Retail + "/cn-hangzhou/P/x1", says: "must be the name of a project"},
		{id: acctest.Retail + "/cn-hangzhou/" + retailProject + "/X", says: "must be the name of a job"},
	} {
		req := &tfprotov6.ImportResourceStateRequest{TypeName: shippingKind, ID: c.id}
		if c.given != nil {
			req.Identity = &tfprotov6.ResourceIdentityData{IdentityData: acctest.Fill(t, identityType, c.given)}
		}
		imported, err := p.ImportResourceState(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if c.says != "" {
			if d := imported.Diagnostics; len(d) == 0 || !strings.Contains(d[0].Summary+d[0].Detail, c.says) {
				t.Errorf("%s: said %v", c.id, d)
			}
			continue
		}
		acctest.NoDiagnostics(t, imported.Diagnostics)
		got := imported.ImportedResources[0]
		read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: shippingKind, CurrentState: got.State, CurrentIdentity: got.Identity, Private: got.Private})
		if err != nil {
			t.Fatal(err)
		}
		acctest.NoDiagnostics(t, read.Diagnostics)
		state := acctest.Attributes(t, p.Schemas.ResourceSchemas[shippingKind].ValueType(), read.NewState)
		identity := acctest.Attributes(t, identityType, read.NewIdentity.IdentityData)
		for name, want := range map[string]string{"account_id": acctest.Retail, "region": "cn-hangzhou", "project": retailProject, "name": "ackguard-audit-retail"} {
			if !state[name].Equal(text(want)) || !identity[name].Equal(text(want)) {
				t.Errorf("%s: state %s, identity %s, want %s", name, state[name], identity[name], want)
			}
		}
		for name, want := range map[string]string{"source": "audit", "cluster_id": retailID, "cluster_name": "retail", "logstore": retailAudit, "verification": "Nothing was done: the job was there already."} {
			if !state[name].Equal(text(want)) {
				t.Errorf("%s is %s, want %s", name, state[name], want)
			}
		}
	}
}

// official is the official provider's address.
const officialProvider = "registry.terraform.io/aliyun/alicloud"

// formerETL is the state of alicloud_log_etl of retail's job.
func formerETL(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"id": retailProject + ":ship", "etl_name": "ship", "project": retailProject, "logstore": retailAudit, "display_name": "ship", "description": "", "etl_type": "ETL", "status": "RUNNING",
		"schedule": "Resident", "version": 2, "script": "", "from_time": 0, "to_time": 0, "role_arn": "acs:ram::" + acctest.Retail + ":role/" + acctest.ReaderRole, "access_key_id": nil, "a field of another version": true,
		"etl_sinks": []any{map[string]any{
			"name": "target_name", "project": acctest.ArchiveProject, "logstore": acctest.ArchiveStore, "endpoint": "cn-hangzhou.log.aliyuncs.com", "type": "AliyunLOG",
			"role_arn": "acs:ram::" + acctest.CentralAccount + ":role/" + acctest.WriterRole,
		}},
	}, more...)
}

// What the official provider wrote becomes ours, and nothing is planned.
func TestShipping_moved(t *testing.T) {
	t.Parallel()
	const script = "* | extend account_id='" + acctest.Retail + "', region='cn-hangzhou', cluster_id='c00000000000000000000000000retail', cluster_name='shop', log_source='audit', zone='a'"
	for name, c := range map[string]struct {
		change func(*simulator.LogJob)
		former map[string]any
		block  map[string]any
	}{
		"pass through, as the official provider makes it": {
			func(j *simulator.LogJob) {
				delete(j.Configuration, "lang")
				j.Configuration["script"] = ""
				delete(j.Configuration["sinks"].([]any)[0].(map[string]any), "datasets")
			},
			formerETL(), shipping("name", "ship", "pass_through", true),
		},
		"script of ours": {
			func(j *simulator.LogJob) { j.Configuration["script"] = script },
			formerETL("script", script), shipping("name", "ship", "cluster_name", "shop", "additional_fields", map[string]any{"zone": "a"}),
		},
		"from a time on, standing still": {
			func(j *simulator.LogJob) {
				j.Configuration["script"], j.Configuration["fromTime"], j.Status = "", 1767225600, "STOPPED"
			},
			formerETL("from_time", 1767225600, "status", "STOPPED"), shipping("name", "ship", "pass_through", true, "from_time", "2026-01-01T00:00:00Z", "enabled", false),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.LogFleet()
			s.Accounts[1].LogService.Projects[0].Jobs = []simulator.LogJob{shippingJob(acctest.Retail, "retail", "audit", retailAudit, func(j *simulator.LogJob) {
				j.Name, j.DisplayName = "ship", "ship"
				c.change(j)
			})}
			cloud := acctest.New(t, s)
			before := cloud.Snapshot()
			r := cloud.Resource(t, shippingKind)
			if err := r.MoveFrom(officialProvider, "alicloud_log_etl", c.former); err != nil {
				t.Fatal(err)
			}
			if nothing, err := r.Settled(c.block); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
			if changed := before.Diff(cloud.Snapshot()); len(changed) > 0 {
				t.Errorf("moving changed %v", changed)
			}
			if err := r.Apply(acctest.With(c.block, "description", "ours", "verify", false)); err != nil {
				t.Error(err)
			}
			mustDo(t, r.Destroy())
		})
	}
}

func TestShipping_notMovable(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	for name, c := range map[string]struct {
		provider, kind string
		former         map[string]any
		says           string
	}{
		"script of its own":       {officialProvider, "alicloud_log_etl", formerETL("script", "e_set('a', 'b')"), "Its script does something else than to add the fields"},
		"fields of its own":       {officialProvider, "alicloud_log_etl", formerETL("script", "* | extend a='b'"), "Its script does something else"},
		"account not told":        {officialProvider, "alicloud_log_etl", formerETL("script", "* | extend log_source='audit'"), "Its script does something else"},
		"two destinations":        {officialProvider, "alicloud_log_etl", formerETL("etl_sinks", []any{map[string]any{}, map[string]any{}}), "It has 2 destinations"},
		"AccessKey":               {officialProvider, "alicloud_log_etl", formerETL("role_arn", ""), "It reads or writes with an AccessKey"},
		"AccessKey of the sink":   {officialProvider, "alicloud_log_etl", formerETL("etl_sinks", []any{map[string]any{"role_arn": ""}}), "It reads or writes with an AccessKey"},
		"no job":                  {officialProvider, "alicloud_log_etl", formerETL("etl_name", ""), "names no project or no job"},
		"another type":            {officialProvider, "alicloud_log_store", formerETL(), "Unable to Move"},
		"another provider":        {"registry.terraform.io/hashicorp/aws", "alicloud_log_etl", formerETL(), "Unable to Move"},
		"state that has no sense": {officialProvider, "alicloud_log_etl", map[string]any{"etl_name": 7}, "Take the moved block away and import"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := cloud.Resource(t, shippingKind).MoveFrom(c.provider, c.kind, c.former); err == nil || !acctest.Says(c.says).MatchString(err.Error()) {
				t.Errorf("said %v", err)
			}
		})
	}
	t.Run("elsewhere", func(t *testing.T) {
		t.Parallel()
		r := cloud.Resource(t, shippingKind)
		mustDo(t, r.MoveFrom(officialProvider, "alicloud_log_etl", formerETL()))
		says := acctest.Says("was moved and is not there", "of account "+acctest.Retail+", region cn-hangzhou", "terraform import ADDRESS ACCOUNT_ID/REGION/"+retailProject+"/ship")
		if _, err := r.Settled(shipping("name", "ship")); err == nil || !says.MatchString(err.Error()) {
			t.Errorf("said %v", err)
		}
	})
	t.Run("not refreshed", func(t *testing.T) {
		t.Parallel()
		state := `{"etl_name":"ship","project":"p-one","role_arn":"acs:ram::100000000000003:role/r","script":"","etl_sinks":[{"role_arn":"acs:ram::100000000000005:role/w"}]}`
		said := cloud.MovedUnread(t, shippingKind, acctest.Former{Provider: officialProvider, Kind: "alicloud_log_etl", State: state}, shipping("name", "ship"))
		if !acctest.Says("State was moved and not refreshed", "plan again without -refresh=false").MatchString(strings.Join(said, "\n")) {
			t.Errorf("said %v", said)
		}
	})
}
