package logshipping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	archiveKind        = "ackguard_audit_log_archive"
	archiveAddress     = archiveKind + ".this"
	archiveProject     = "ack-audit"
	archiveStore       = "clusters"
	archiveDescription = "Audit logs and risk logs of ACK clusters, kept by ackguard."
	archiveImportID    = acctest.LogAccount + "/cn-hangzhou/" + archiveProject + "/" + archiveStore
)

// archiveWith are the arguments of an archive in the log account, with others.
func archiveWith(more ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": acctest.LogAccount, "project": archiveProject, "logstore": archiveStore}, more...)
}

// archiveBlock is the same as text.
func archiveBlock(arguments string) string {
	return fmt.Sprintf("\nresource %q \"this\" {\n  account_id = %q\n  project    = %q\n  logstore   = %q\n%s\n}", archiveKind, acctest.LogAccount, archiveProject, archiveStore, arguments)
}

// theArchive is the archive's log store as the cloud has it.
func theArchive(t *testing.T, cloud *acctest.Cloud) simulator.LogStore {
	t.Helper()
	store, ok := cloud.LogStore(archiveProject, archiveStore)
	if !ok {
		t.Fatal("there is no log store")
	}
	return store
}

// changeStore changes the archive's log store by hand.
func changeStore(t *testing.T, cloud *acctest.Cloud, change func(*simulator.LogStore)) {
	t.Helper()
	if err := cloud.UpdateLogStore(archiveProject, archiveStore, change); err != nil {
		t.Fatal(err)
	}
}

// theIndex is the standard index as the cloud takes it.
func theIndex(t *testing.T) *simulator.LogIndex {
	t.Helper()
	index := &simulator.LogIndex{}
	if err := json.Unmarshal([]byte(logshipping.StandardIndex()), index); err != nil {
		t.Fatal(err)
	}
	return index
}

// madeArchive is a cloud with an archive of these arguments.
func madeArchive(t *testing.T, more ...any) (*acctest.Cloud, *acctest.Resource) {
	t.Helper()
	cloud := acctest.New(t, acctest.Fleet())
	r := cloud.Resource(t, archiveKind)
	if err := r.Apply(archiveWith(more...)); err != nil {
		t.Fatal(err)
	}
	return cloud, r
}

// archiveRefused checks that something was refused, in these words.
func archiveRefused(t *testing.T, err error, says ...string) {
	t.Helper()
	if err == nil || !acctest.Says(says...).MatchString(err.Error()) {
		t.Errorf("said %v, want %q", err, says)
	}
}

func noProjects(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if names := cloud.LogProjects(); len(names) > 0 {
			return fmt.Errorf("there are projects %q", names)
		}
		return nil
	})
}

func archiveKnown(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(archiveAddress, tfjsonpath.New(name), check)
}

func archiveAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(archiveAddress, a)}}
}

func TestArchive_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	everything := `
  region                  = "cn-hangzhou"
  description             = "For the auditors."
  retention_days          = 365
  hot_days                = 30
  infrequent_access_days  = 60
  shard_count             = 5
  auto_split              = true
  max_split_shards        = 100
  metering_mode           = "ChargeByFunction"
  additional_index_fields = { tenant = "text", cost = "double", hits = "long", labels = "json" }
  force_destroy           = true
  encryption              = {
    type         = "m4"
    kms_key_id   = "key-1"
    kms_role_arn = "acs:ram::` + acctest.LogAccount + `:role/logs-key"
    kms_region   = "cn-hangzhou"
  }
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noProjects(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", archiveBlock("")),
				ConfigStateChecks: []statecheck.StateCheck{
					archiveKnown("endpoint", knownvalue.StringExact("https://cn-hangzhou.log.aliyuncs.com")), archiveKnown("missing_index_fields", knownvalue.SetSizeExact(0)),
					archiveKnown("metering_mode", knownvalue.StringExact("ChargeByDataIngest")), archiveKnown("description", knownvalue.StringExact(archiveDescription)),
					archiveKnown("retention_days", knownvalue.Int64Exact(180)), archiveKnown("shard_count", knownvalue.Int64Exact(2)), archiveKnown("hot_days", knownvalue.Null()),
				},
				Check: acctest.Func(func() error {
					project, _ := cloud.LogProject(archiveProject)
					store := theArchive(t, cloud)
					if project.AccountID != acctest.LogAccount || project.Description != archiveDescription || store.TTL != 180 || store.ShardCount != 2 || !store.AutoSplit || store.MaxSplitShard != 64 ||
						store.Mode != "standard" || store.HotTTL != 0 || store.EncryptConf != nil || !reflect.DeepEqual(store.Index, theIndex(t)) {
						return fmt.Errorf("the cloud holds %+v: %+v", project.LogProject, store)
					}
					return nil
				}),
			},
			{
				Config: cloud.Provider("", archiveBlock(everything)), ConfigPlanChecks: archiveAction(plancheck.ResourceActionUpdate),
				Check: acctest.Func(func() error {
					project, _ := cloud.LogProject(archiveProject)
					store := theArchive(t, cloud)
					keys := store.Index.Keys
					if project.Description != "For the auditors." || store.TTL != 365 || store.HotTTL != 30 || store.InfrequentAccessTTL != 60 || store.ShardCount != 5 || store.MaxSplitShard != 100 ||
						store.MeteringMode != "ChargeByFunction" || !store.EncryptConf.Enable || store.EncryptConf.EncryptType != "m4" || store.EncryptConf.UserCMKInfo.CMKKeyID != "key-1" ||
						keys["tenant"].Type != "text" || keys["cost"].Type != "double" || keys["hits"].Type != "long" || !keys["labels"].IndexAll || keys["verb"].Type != "text" {
						return fmt.Errorf("the cloud holds %+v: %+v", project.LogProject, store)
					}
					return nil
				}),
			},
			{
				ResourceName: archiveAddress, ImportState: true, ImportStateId: archiveImportID, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "logstore",
				ImportStateVerifyIgnore: []string{"force_destroy", "additional_index_fields"}, // which only the block has
			},
			{ // what can be taken away is; what cannot becomes the same as nothing
				Config: cloud.Provider("", archiveBlock("")), ConfigPlanChecks: archiveAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					archiveKnown("hot_days", knownvalue.Null()), archiveKnown("infrequent_access_days", knownvalue.Null()), archiveKnown("encryption", knownvalue.Null()),
					archiveKnown("shard_count", knownvalue.Int64Exact(5)), archiveKnown("metering_mode", knownvalue.StringExact("ChargeByFunction")),
				},
				Check: acctest.Func(func() error {
					store := theArchive(t, cloud)
					if store.TTL != 180 || store.HotTTL != 180 || store.InfrequentAccessTTL != 0 || store.EncryptConf.Enable || store.EncryptConf.UserCMKInfo == nil ||
						!slices.Equal(slices.Sorted(maps.Keys(store.Index.Keys)), slices.Sorted(maps.Keys(theIndex(t).Keys))) {
						return fmt.Errorf("the cloud holds %+v", store)
					}
					return nil
				}),
			},
		},
	})
}

func TestArchive_imports(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[2].LogService = &simulator.LogService{Projects: []simulator.LogProject{{
		ProjectName: archiveProject, Region: "cn-hangzhou", Description: "By hand.",
		LogStores: []simulator.LogStore{{LogStoreName: archiveStore, TTL: 90, ShardCount: 4, AutoSplit: true, MaxSplitShard: 64, Index: theIndex(t)}},
	}}}
	cloud := acctest.New(t, scenario)
	says := func(id string, phrases ...string) resource.TestStep {
		return resource.TestStep{ResourceName: archiveAddress, ImportState: true, ImportStateId: id, ExpectError: acctest.Says(phrases...)}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noProjects(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", archiveBlock("retention_days = 90")+fmt.Sprintf(`
import {
  to = %s
  id = %q
}`, archiveAddress, archiveImportID)),
				ConfigPlanChecks: archiveAction(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{
					archiveKnown("shard_count", knownvalue.Int64Exact(4)), archiveKnown("description", knownvalue.StringExact("By hand.")),
				},
			},
			says("nonsense", `"nonsense" is not of the form account_id/region/project/logstore`),
			says("1/cn-hangzhou/ack-audit/clusters", "must be an Alibaba Cloud account ID"),
			says(acctest.LogAccount+"/cn-hangzhou/ACK/clusters", "project", "must be the name of a project of Log Service: 3 to 63 lower-case letters"),
			says(acctest.LogAccount+"/cn-hangzhou/ack-audit/c", "logstore", "must be the name of a Logstore: 2 to 63 lower-case letters"),
			says(acctest.LogAccount+"/cn-hangzhou/ack-audit/no-such-store", "Cannot import non-existent remote object"),
			says(acctest.LogAccount+"/cn-hangzhou/no-such-project/clusters", "Cannot import non-existent remote object"),
		},
	})
}

// Import by identity needs Terraform 1.12; here it is asked for in the protocol.
func TestArchive_importByIdentity(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].LogService = &simulator.LogService{Projects: []simulator.LogProject{{
		ProjectName: archiveProject, Region: "cn-hangzhou", LogStores: []simulator.LogStore{{LogStoreName: archiveStore, TTL: 90}},
	}}}
	p := acctest.New(t, scenario).Protocol(t)
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	identityType := p.Identities[archiveKind].ValueType()
	imported, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: archiveKind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: acctest.Fill(t, identityType, map[string]tftypes.Value{"project": text(archiveProject), "logstore": text(archiveStore)})},
	})
	if err != nil {
		t.Fatal(err)
	}
	acctest.NoDiagnostics(t, imported.Diagnostics)
	got := imported.ImportedResources[0]
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: archiveKind, CurrentState: got.State, CurrentIdentity: got.Identity, Private: got.Private})
	if err != nil {
		t.Fatal(err)
	}
	acctest.NoDiagnostics(t, read.Diagnostics)
	state := acctest.Attributes(t, p.Schemas.ResourceSchemas[archiveKind].ValueType(), read.NewState)
	identity := acctest.Attributes(t, identityType, read.NewIdentity.IdentityData)
	for attribute, want := range map[string]string{"account_id": acctest.Management, "region": "cn-hangzhou", "project": archiveProject, "logstore": archiveStore} {
		if !state[attribute].Equal(text(want)) || !identity[attribute].Equal(text(want)) {
			t.Errorf("%s: state %s, identity %s, want %s", attribute, state[attribute], identity[attribute], want)
		}
	}
}

// What somebody changes by hand shows, and the next apply puts it right, with as little as it takes.
func TestArchive_drift(t *testing.T) {
	t.Parallel()
	given := []any{
		"description", "For the auditors.", "hot_days", 30, "infrequent_access_days", 60, "metering_mode", "ChargeByFunction",
		"encryption", map[string]any{"type": "default"}, "additional_index_fields", map[string]any{"tenant": "text"},
	}
	for name, c := range map[string]struct {
		change func(*simulator.LogStore)
		action string // that puts it right
	}{
		"retention":         {func(s *simulator.LogStore) { s.TTL = 365 }, "UpdateLogStore"},
		"hot days":          {func(s *simulator.LogStore) { s.HotTTL = 60 }, "UpdateLogStore"},
		"infrequent access": {func(s *simulator.LogStore) { s.InfrequentAccessTTL = 90 }, "UpdateLogStore"},
		"no archive":        {func(s *simulator.LogStore) { s.InfrequentAccessTTL = 0 }, "UpdateLogStore"},
		"auto split":        {func(s *simulator.LogStore) { s.AutoSplit = false }, "UpdateLogStore"},
		"splits":            {func(s *simulator.LogStore) { s.MaxSplitShard = 3 }, "UpdateLogStore"},
		"encryption":        {func(s *simulator.LogStore) { s.EncryptConf.Enable = false }, "UpdateLogStore"},
		"metering":          {func(s *simulator.LogStore) { s.MeteringMode = "ChargeByDataIngest" }, "UpdateLogStoreMeteringMode"},
		"a field":           {func(s *simulator.LogStore) { delete(s.Index.Keys, "verb") }, "UpdateIndex"},
		"a field of mine":   {func(s *simulator.LogStore) { delete(s.Index.Keys, "tenant") }, "UpdateIndex"},
		"a part of a field": {func(s *simulator.LogStore) { delete(s.Index.Keys["user"].JSONKeys, "username") }, "UpdateIndex"},
		"full text":         {func(s *simulator.LogStore) { s.Index.Line = nil }, "UpdateIndex"},
		"all of the index":  {func(s *simulator.LogStore) { s.Index = nil }, "CreateIndex"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, r := madeArchive(t, given...)
			before := theArchive(t, cloud)
			changeStore(t, cloud, c.change)
			if nothing, err := r.Settled(archiveWith(given...)); nothing || err != nil {
				t.Errorf("it does not show, %v", err)
			}
			marker := cloud.Count(simulator.Filter{Action: c.action})
			if err := r.Apply(archiveWith(given...)); err != nil {
				t.Fatal(err)
			}
			is := theArchive(t, cloud)
			is.Index.TTL, is.Index.MaxTextLen = 0, 0 // which the service tells, and takes back
			if !reflect.DeepEqual(is, before) {
				t.Errorf("it is %+v, and was %+v", is, before)
			}
			if n := cloud.Count(simulator.Filter{Action: c.action}) - marker; n != 1 {
				t.Errorf("%d calls of %s", n, c.action)
			}
		})
	}
	t.Run("description", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t, given...)
		if err := cloud.UpdateLogProject(archiveProject, func(p *simulator.LogProject) { p.Description = "Mine." }); err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(archiveWith(given...)); err != nil {
			t.Fatal(err)
		}
		if project, _ := cloud.LogProject(archiveProject); project.Description != "For the auditors." {
			t.Errorf("it is %q", project.Description)
		}
	})
}

// What others have added to the index stays, and so does what a block says nothing about.
func TestArchive_leavesAlone(t *testing.T) {
	t.Parallel()
	cloud, r := madeArchive(t, "additional_index_fields", map[string]any{"tenant": "text", "mine": "long"})
	changeStore(t, cloud, func(s *simulator.LogStore) {
		s.Index.Keys["theirs"] = simulator.LogIndexKey{Type: "long", DocValue: true}
		user := s.Index.Keys["user"]
		user.JSONKeys["extra.team"] = simulator.LogJSONKey{Type: "text"}
		user.Alias = "who"
		s.Index.MaxTextLen, s.AppendMeta, s.EnableTracking, s.MeteringMode = 4096, true, true, "ChargeByFunction"
		delete(user.JSONKeys, "username")
		s.Index.Keys["user"] = user
	})
	if err := r.Apply(archiveWith("additional_index_fields", map[string]any{"tenant": "text"}, "retention_days", 200)); err != nil {
		t.Fatal(err)
	}
	is := theArchive(t, cloud)
	keys := is.Index.Keys
	user := keys["user"]
	if keys["theirs"].Type != "long" || user.JSONKeys["extra.team"].Type != "text" || user.Alias != "who" || user.JSONKeys["username"].Type != "text" || is.Index.MaxTextLen != 4096 {
		t.Errorf("the index is %+v", is.Index)
	}
	if _, stays := keys["mine"]; stays || keys["tenant"].Type != "text" {
		t.Errorf("additional fields are not as in the block: %v", slices.Sorted(maps.Keys(keys)))
	}
	if !is.AppendMeta || !is.EnableTracking || is.MeteringMode != "ChargeByFunction" || is.TTL != 200 {
		t.Errorf("the log store is %+v", is)
	}
}

func TestArchive_disappearance(t *testing.T) {
	t.Parallel()
	t.Run("the log store", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		gone := func() {
			if err := cloud.DeleteLogStore(archiveProject, archiveStore); err != nil {
				t.Fatal(err)
			}
		}
		gone()
		if err := r.Apply(archiveWith()); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(r.Warnings(), func(w string) bool { return strings.HasPrefix(w, "Log store of an audit log archive is gone") }) {
			t.Errorf("said %q", r.Warnings())
		}
		if store := theArchive(t, cloud); store.TTL != 180 || !reflect.DeepEqual(store.Index, theIndex(t)) {
			t.Errorf("it is %+v", store)
		}
		gone()
		if err := r.Destroy(); err != nil || len(cloud.LogProjects()) > 0 {
			t.Errorf("projects %q, %v", cloud.LogProjects(), err)
		}
	})
	t.Run("the project", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		if err := cloud.DeleteLogProject(archiveProject); err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(archiveWith()); err != nil {
			t.Fatal(err)
		}
		theArchive(t, cloud)
		if err := cloud.DeleteLogProject(archiveProject); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil || r.InState() {
			t.Error(err)
		}
	})
	t.Run("the log store of an adopted project", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.FoundArchive())
		r := cloud.Resource(t, archiveKind)
		block := archiveWith("logstore", "new", "adopt_existing_project", true)
		if err := r.Apply(block); err != nil {
			t.Fatal(err)
		}
		if err := cloud.DeleteLogStore(archiveProject, "new"); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil || r.InState() {
			t.Error(err)
		}
	})
}

// What is there and not ours is an error that shows the difference and the way.
func TestArchive_conflicts(t *testing.T) {
	t.Parallel()
	found := func(description string, stores ...simulator.LogStore) *simulator.LogService {
		return &simulator.LogService{Projects: []simulator.LogProject{{ProjectName: archiveProject, Region: "cn-hangzhou", Description: description, LogStores: stores}}}
	}
	change := func(store simulator.LogStore, change func(*simulator.LogStore)) simulator.LogStore {
		change(&store)
		return store
	}
	project := []any{"adopt_existing_project", true}
	both := []any{"adopt_existing_project", true, "adopt_existing_logstore", true}
	for name, c := range map[string]struct {
		there func(simulator.LogStore) *simulator.LogService // with a log store as planned
		given []any
		says  []string // nothing: it is taken over
	}{
		"another project": {
			func(simulator.LogStore) *simulator.LogService { return found("Somebody's.") }, nil,
			[]string{"Project exists already", "The project ack-audit in account " + acctest.LogAccount + ", region cn-hangzhou exists", `description is "Somebody's.", not "Audit logs`, "adopt_existing_project = true", "terraform import ADDRESS " + archiveImportID},
		},
		"a project with other log stores": {
			func(simulator.LogStore) *simulator.LogService {
				return found(archiveDescription, simulator.LogStore{LogStoreName: "theirs", TTL: 1}, simulator.LogStore{LogStoreName: "internal-etl-log", TTL: 1})
			}, nil, []string{"Project exists already", "it holds other log stores: theirs."},
		},
		"the project of a run that was killed": {func(simulator.LogStore) *simulator.LogService {
			return found(archiveDescription, simulator.LogStore{LogStoreName: "internal-etl-log", TTL: 1})
		}, nil, nil},
		"the log store of such a run": {func(s simulator.LogStore) *simulator.LogService {
			return found(archiveDescription, change(s, func(s *simulator.LogStore) { s.Index = nil }))
		}, nil, nil},
		"the whole archive": {func(s simulator.LogStore) *simulator.LogService { return found(archiveDescription, s) }, nil, nil},
		"another log store": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) { s.TTL, s.AutoSplit, s.ShardCount, s.HotTTL = 30, false, 1, 7 }))
			}, project,
			[]string{"Log store exists already", "differs from this block", "retention_days is 30, not 180", "auto_split is false, not true", "shard_count is 1, not 2", "terraform import ADDRESS " + archiveImportID, "adopt_existing_logstore = true"},
		},
		"a log store with tiers": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) { s.HotTTL, s.InfrequentAccessTTL = 30, 60 }))
			}, project,
			[]string{"hot_days is 30, not 180", "infrequent_access_days is 60, not 0"},
		},
		"hot for all of its retention": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) { s.HotTTL = 180 }))
			}, project, nil,
		},
		"another index": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) {
					delete(s.Index.Keys, "verb")
					delete(s.Index.Keys["objectRef"].JSONKeys, "name")
					s.Index.Keys["responseStatus"] = simulator.LogIndexKey{Type: "text", Token: []string{" "}}
				}))
			}, project,
			[]string{"Log store exists already", "the index lacks objectRef.name, responseStatus, verb"},
		},
		"an encrypted log store": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) {
					s.EncryptConf = &simulator.LogEncryption{Enable: true, EncryptType: "m4"}
				}))
			}, project, []string{"Log store exists already", `encryption is "m4 with the service's key", not "off"`},
		},
		"encrypted otherwise": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) {
					s.EncryptConf = &simulator.LogEncryption{Enable: true, EncryptType: "m4"}
				}))
			}, append(slices.Clone(both), "encryption", map[string]any{}), []string{"Encryption cannot be changed", `type is "m4", not "default"`},
		},
		"a log store without SQL": {
			func(s simulator.LogStore) *simulator.LogService {
				return found("", change(s, func(s *simulator.LogStore) { s.Mode = "query" }))
			}, both, []string{"Log store cannot be an archive", `is of the mode "query", in which there is no SQL`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.Fleet()
			scenario.Accounts[2].LogService = c.there(simulator.LogStore{LogStoreName: archiveStore, TTL: 180, AutoSplit: true, MaxSplitShard: 64, Index: theIndex(t)})
			cloud := acctest.New(t, scenario)
			before := cloud.Snapshot()
			r := cloud.Resource(t, archiveKind)
			err := r.Apply(archiveWith(c.given...))
			if len(c.says) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if store := theArchive(t, cloud); !reflect.DeepEqual(store.Index, theIndex(t)) {
					t.Errorf("the index is %+v", store.Index)
				}
				return
			}
			archiveRefused(t, err, c.says...)
			if changed := before.Diff(cloud.Snapshot()); len(changed) > 0 || r.InState() {
				t.Errorf("changed %q, in state: %t", changed, r.InState())
			}
		})
	}
}

// The names of projects are unique over all accounts and regions.
func TestArchive_nameTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account int
		region  string
		says    []string
	}{
		"in another account": {3, "cn-hangzhou", []string{"Reading the project ack-audit: denied", "in account " + acctest.LogAccount, "the name may be taken by a project of another account"}},
		"in another region":  {2, "cn-shanghai", []string{"Project name is taken elsewhere", "it is not in account " + acctest.LogAccount + ", region cn-hangzhou", "another region of this account", "ProjectAlreadyExist"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.Fleet()
			scenario.Accounts[c.account].LogService = &simulator.LogService{Projects: []simulator.LogProject{{ProjectName: archiveProject, Region: c.region}}}
			archiveRefused(t, acctest.New(t, scenario).Resource(t, archiveKind).Apply(archiveWith("adopt_existing_project", true)), c.says...)
		})
	}
}

func TestArchive_adopted(t *testing.T) {
	t.Parallel()
	both := []any{"adopt_existing_project", true, "adopt_existing_logstore", true}
	begin := func(t *testing.T, change func(*simulator.LogStore), more ...any) (*acctest.Cloud, *acctest.Resource) {
		t.Helper()
		scenario := acctest.FoundArchive()
		change(&scenario.Accounts[2].LogService.Projects[0].LogStores[0])
		cloud := acctest.New(t, scenario)
		r := cloud.Resource(t, archiveKind)
		if err := r.Apply(archiveWith(append(both, more...)...)); err != nil {
			t.Fatal(err)
		}
		return cloud, r
	}
	t.Run("is put back", func(t *testing.T) {
		t.Parallel()
		cloud, r := begin(t, func(s *simulator.LogStore) { s.ShardCount = 2 })
		is := theArchive(t, cloud)
		if project, _ := cloud.LogProject(archiveProject); is.TTL != 180 || is.MaxSplitShard != 64 || !is.AppendMeta || len(is.Rows) != 1 || is.Index.Keys["mine"].Type != "long" || is.Index.Keys["verb"].Type != "text" || project.Description != "By hand." {
			t.Errorf("the cloud holds %+v: %+v", project.LogProject, is)
		}
		if err := r.Apply(archiveWith(append(both, "retention_days", 400, "hot_days", 30, "metering_mode", "ChargeByFunction", "description", "For the auditors.", "encryption", map[string]any{})...)); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil {
			t.Fatal(err)
		}
		is = theArchive(t, cloud)
		project, _ := cloud.LogProject(archiveProject)
		// Hot storage cannot be taken back, and is as long as the retention.
		if is.TTL != 30 || is.HotTTL != 30 || is.MaxSplitShard != 8 || is.MeteringMode != "ChargeByDataIngest" || is.EncryptConf.Enable || len(is.Rows) != 1 || len(is.Index.Keys) != 1 || is.Index.Line != nil || project.Description != "By hand." {
			t.Errorf("the cloud holds %+v: %+v", project.LogProject, is)
		}
	})
	t.Run("without an index", func(t *testing.T) {
		t.Parallel()
		cloud, r := begin(t, func(s *simulator.LogStore) { s.Index = nil })
		if theArchive(t, cloud).Index == nil {
			t.Error("it got none")
		}
		if err := r.Destroy(); err != nil || theArchive(t, cloud).Index != nil {
			t.Errorf("it is not taken away, %v", err)
		}
	})
	t.Run("until it is said otherwise", func(t *testing.T) {
		t.Parallel()
		cloud, r := begin(t, func(*simulator.LogStore) {})
		if err := r.Apply(archiveWith("force_destroy", true)); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil {
			t.Fatal(err)
		}
		project, there := cloud.LogProject(archiveProject)
		if !there || len(project.LogStores) != 1 || project.LogStores[0].LogStoreName != "another" {
			t.Errorf("there is %+v", project)
		}
		if !strings.HasPrefix(r.Warnings()[0], "Project stays: The project ack-audit in account "+acctest.LogAccount+", region cn-hangzhou is left, for it holds more than the archive: log store another.") {
			t.Errorf("said %q", r.Warnings())
		}
	})
	t.Run("as an import", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		if err := r.Apply(archiveWith(both...)); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil || theArchive(t, cloud).TTL != 180 {
			t.Error(err)
		}
		if !strings.HasPrefix(r.Warnings()[0], "Log store stays as it is: ") {
			t.Errorf("said %q", r.Warnings())
		}
	})
	t.Run("gone when it is to be put back", func(t *testing.T) {
		t.Parallel()
		cloud, r := begin(t, func(*simulator.LogStore) {})
		cloud.AddFault(simulator.Fault{Action: "GetLogStore", First: 1, Delay: "0s"})
		if err := cloud.DeleteLogStore(archiveProject, archiveStore); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil || r.InState() {
			t.Error(err)
		}
	})
	t.Run("a change that fails half-way", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.FoundArchive())
		before := theArchive(t, cloud)
		fault := cloud.AddFault(simulator.Fault{Action: "UpdateIndex", Status: 400, Code: "IndexInfoInvalid", Message: "no"})
		r := cloud.Resource(t, archiveKind)
		archiveRefused(t, r.Apply(archiveWith(both...)), "Changing the index of the log store clusters of project ack-audit", "IndexInfoInvalid")
		fault.Remove()
		if err := r.Destroy(); err != nil {
			t.Fatal(err)
		}
		if is := theArchive(t, cloud); !reflect.DeepEqual(is, before) {
			t.Errorf("it is %+v, and was %+v", is, before)
		}
	})
}

// Destroy does not lose rows, nor what is not its own.
func TestArchive_destroy(t *testing.T) {
	t.Parallel()
	row := simulator.LogRow{Fields: map[string]string{"verb": "get"}}
	t.Run("rows", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		if err := cloud.AppendLogRows(archiveProject, archiveStore, row); err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(archiveWith("shard_count", 4)); err != nil { // the row is in a shard that takes none any more
			t.Fatal(err)
		}
		archiveRefused(t, r.Destroy(), "Log store holds rows", "account "+acctest.LogAccount, "set force_destroy = true, apply, and destroy then", "terraform state rm")
		if len(theArchive(t, cloud).Rows) != 1 || !r.InState() {
			t.Error("it is gone")
		}
		if err := r.Apply(archiveWith("shard_count", 4, "force_destroy", true)); err != nil {
			t.Fatal(err)
		}
		if err := r.Destroy(); err != nil || len(cloud.LogProjects()) > 0 {
			t.Errorf("projects %q, %v", cloud.LogProjects(), err)
		}
	})
	for name, project := range map[string]simulator.LogProject{
		"log store other":            {LogStores: []simulator.LogStore{{LogStoreName: "other", TTL: 1}}},
		"dashboard audit":            {Dashboards: []simulator.LogDashboard{{DashboardName: "audit"}}},
		"transformation job my-ship": {LogStores: []simulator.LogStore{{LogStoreName: "internal-etl-log", TTL: 1}}},
		"":                           {LogStores: []simulator.LogStore{{LogStoreName: "internal-etl-log", TTL: 1}}},
	} {
		t.Run("with "+name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.Fleet()
			project.ProjectName, project.Region, project.Description = archiveProject, "cn-hangzhou", archiveDescription
			if strings.Contains(name, "job") {
				project.Jobs = []simulator.LogJob{{
					Name: "my-ship", Type: "ETL", Schedule: simulator.LogSchedule{Type: "Resident"}, Configuration: map[string]any{
						"logstore": "internal-etl-log", "roleArn": "acs:ram::" + acctest.LogAccount + ":role/reader", "script": "", "lang": "SPL", "version": 2,
						"sinks": []any{map[string]any{
							"name": "to", "type": "AliyunLOG", "endpoint": "https://cn-hangzhou.log.aliyuncs.com", "project": "elsewhere", "logstore": "audit", "roleArn": "acs:ram::" + acctest.LogAccount + ":role/writer",
							"datasets": []any{"__UNNAMED__"}, "accessKeyId": "", "accessKeySecret": "",
						}},
					},
				}}
			}
			scenario.Accounts[2].LogService = &simulator.LogService{Projects: []simulator.LogProject{project}}
			cloud := acctest.New(t, scenario)
			r := cloud.Resource(t, archiveKind)
			if err := r.Apply(archiveWith("adopt_existing_project", true)); err != nil {
				t.Fatal(err)
			}
			if err := r.Apply(archiveWith()); err != nil {
				t.Fatal(err)
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			stays := len(cloud.LogProjects()) == 1
			said := strings.Join(r.Warnings(), "\n")
			if stays != (name != "") || stays && !strings.Contains(said, "holds more than the archive: "+name+".") || !stays && said != "" {
				t.Errorf("stays %t, said %q", stays, said)
			}
		})
	}
}

func TestArchive_shards(t *testing.T) {
	t.Parallel()
	cloud, r := madeArchive(t)
	shards := func(want int64) {
		t.Helper()
		if is := theArchive(t, cloud).ShardCount; is != want {
			t.Errorf("%d shards, not %d", is, want)
		}
	}
	if err := r.Apply(archiveWith("shard_count", 7)); err != nil {
		t.Fatal(err)
	}
	shards(7)
	archiveRefused(t, r.Apply(archiveWith("shard_count", 3)), "Shards cannot be taken away", "has at least 7 shards, and shard_count is 3", "Set shard_count = 7, or leave it out")
	if err := r.Apply(archiveWith()); err != nil { // left out, it is what there is
		t.Fatal(err)
	}
	shards(7)
	// More by automatic splitting is no difference.
	scenario := acctest.FoundArchive()
	more := &scenario.Accounts[2].LogService.Projects[0].LogStores[0]
	more.ShardCount, more.TTL, more.MaxSplitShard, more.Index = 9, 180, 64, nil
	cloud = acctest.New(t, scenario)
	r = cloud.Resource(t, archiveKind)
	if err := r.Apply(archiveWith("adopt_existing_project", true, "shard_count", 3)); err != nil {
		t.Fatal(err)
	}
	shards(9)
}

// Whether the log store's own count knows of splits is not documented: where it is lower, the shards are counted.
func TestArchive_shardsAreCounted(t *testing.T) {
	t.Parallel()
	cloud, r := madeArchive(t, "shard_count", 4)
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		return `{"logstoreName":"clusters","ttl":180,"shardCount":2,"autoSplit":true,"maxSplitShard":64,"mode":"standard"}`, http.StatusOK, r.Method == http.MethodGet && r.URL.Path == "/logstores/clusters"
	})
	if nothing, err := r.Settled(archiveWith("shard_count", 4)); !nothing || err != nil {
		t.Errorf("it is planned anew, %v", err)
	}
}

// Should the service give a new log store an index, it is completed.
func TestArchive_indexOfItsOwn(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Behind(t, func(_ *http.Request) (string, int, bool) {
		if store, ok := cloud.LogStore(archiveProject, archiveStore); ok && store.Index == nil {
			changeStore(t, cloud, func(s *simulator.LogStore) {
				s.Index = &simulator.LogIndex{Keys: map[string]simulator.LogIndexKey{"theirs": {Type: "long"}}}
			})
		}
		return "", 0, false
	})
	if err := cloud.Resource(t, archiveKind).Apply(archiveWith()); err != nil {
		t.Fatal(err)
	}
	if keys := theArchive(t, cloud).Index.Keys; keys["theirs"].Type != "long" || keys["verb"].Type != "text" {
		t.Errorf("the index is %v", slices.Sorted(maps.Keys(keys)))
	}
}

func TestArchive_encryption(t *testing.T) {
	t.Parallel()
	cloud, r := madeArchive(t)
	own := map[string]any{"type": "m4", "kms_key_id": "key-1", "kms_role_arn": "acs:ram::" + acctest.LogAccount + ":role/logs-key", "kms_region": "cn-hangzhou"}
	apply := func(encryption any, on bool) {
		t.Helper()
		if err := r.Apply(archiveWith("encryption", encryption)); err != nil {
			t.Fatal(err)
		}
		if is := theArchive(t, cloud).EncryptConf; is.Enable != on || is.EncryptType != "m4" || is.UserCMKInfo.CMKKeyID != "key-1" {
			t.Errorf("it is %+v", is)
		}
	}
	apply(own, true)
	apply(acctest.With(own, "enabled", false), false)
	apply(own, true)
	archiveRefused(t, r.Apply(archiveWith("encryption", map[string]any{})), "Encryption cannot be changed", `type is "m4", not "default"; kms_key_id is "key-1", not ""`, "would lose its rows", "Make another archive")
	apply(nil, false)
	archiveRefused(t, r.Apply(archiveWith("encryption", map[string]any{"type": "default"})), "Encryption cannot be changed", "is encrypted already")
	apply(own, true)
}

// Hot days can be made as long as the retention and not taken back.
func TestArchive_tiers(t *testing.T) {
	t.Parallel()
	cloud, r := madeArchive(t, "hot_days", 180)
	tiers := func(ttl, hot, infrequent int64) {
		t.Helper()
		if is := theArchive(t, cloud); is.TTL != ttl || is.HotTTL != hot || is.InfrequentAccessTTL != infrequent {
			t.Errorf("ttl %d, hot %d, infrequent access %d", is.TTL, is.HotTTL, is.InfrequentAccessTTL)
		}
	}
	apply := func(more ...any) {
		t.Helper()
		if err := r.Apply(archiveWith(more...)); err != nil {
			t.Fatal(err)
		}
	}
	tiers(180, 180, 0)
	apply() // the same
	tiers(180, 180, 0)
	apply("retention_days", 3650, "hot_days", 30, "infrequent_access_days", 30)
	tiers(3650, 30, 30)
	apply("retention_days", 60, "hot_days", 30, "infrequent_access_days", 30) // nothing is archived
	tiers(60, 30, 30)
	apply("retention_days", 60, "hot_days", 30)
	tiers(60, 30, 30) // which is the same
	apply("retention_days", 365, "hot_days", 30)
	tiers(365, 30, 0)
	archiveRefused(t, r.Apply(archiveWith("retention_days", 3)), "Hot days cannot be taken back", "Set retention_days to 7 or more")
	apply("retention_days", 7)
	tiers(7, 7, 0)
}

func TestArchive_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	for name, c := range map[string]struct {
		given []any
		says  []string
	}{
		"project":              {[]any{"project", "ACK"}, []string{"must be the name of a project of Log Service: 3 to 63 lower-case letters, digits and hyphens"}},
		"log store":            {[]any{"logstore", "-x"}, []string{"must be the name of a Logstore: 2 to 63 lower-case letters, digits, hyphens and underscores"}},
		"description":          {[]any{"description", ""}, []string{"description", "at least 1"}},
		"no retention":         {[]any{"retention_days", 0}, []string{"retention_days", "between 1 and 3650"}},
		"too long a retention": {[]any{"retention_days", 3651}, []string{"between 1 and 3650"}},
		"few hot days":         {[]any{"hot_days", 6}, []string{"hot_days", "at least 7"}},
		"more hot than kept":   {[]any{"hot_days", 200}, []string{"Storage tiers do not fit", "hot_days is 200 and must not exceed retention_days, which is 180."}},
		"hot days of one":      {[]any{"hot_days", 7, "retention_days", 1}, []string{"hot_days is 7 and must not exceed retention_days, which is 1."}},
		"no hot days":          {[]any{"infrequent_access_days", 30}, []string{"infrequent_access_days begin after the hot ones: set hot_days, of at least 7, too."}},
		"more than kept":       {[]any{"hot_days", 90, "infrequent_access_days", 91}, []string{"hot_days (90) and infrequent_access_days (91) are 181 together and must not exceed retention_days, which is 180."}},
		"archived too soon":    {[]any{"hot_days", 30, "infrequent_access_days", 29}, []string{"infrequent_access_days is 29, and the remaining 121 of 180 days of retention would be archived", "at least 30 days before", "Set it to 150 for no archive, or to 30 or more."}},
		"shards":               {[]any{"shard_count", 101}, []string{"shard_count", "between 1 and 100"}},
		"splits":               {[]any{"max_split_shards", 257}, []string{"max_split_shards", "between 1 and 256"}},
		"encryption":           {[]any{"encryption", map[string]any{"type": "aes"}}, []string{"encryption.type", `"default" "m4"`}},
		"half a key":           {[]any{"encryption", map[string]any{"kms_key_id": "k"}}, []string{"Key is not complete", "kms_key_id is set, and kms_role_arn, kms_region is not"}},
		"key's role":           {[]any{"encryption", map[string]any{"kms_key_id": "k", "kms_region": "cn-hangzhou", "kms_role_arn": "role"}}, []string{"must be the ARN of a RAM role"}},
		"metering":             {[]any{"metering_mode", "Free"}, []string{"metering_mode", "ChargeByFunction"}},
		"type of a field":      {[]any{"additional_index_fields", map[string]any{"tenant": "string"}}, []string{"additional_index_fields", "double"}},
		"standard field":       {[]any{"additional_index_fields", map[string]any{"verb": "text"}}, []string{"Field is in the standard index", `"verb" is indexed anyway`}},
		"region":               {[]any{"region", "cn-hangzou"}, []string{`"cn-hangzou" is not a region`, `Did you mean "cn-hangzhou"?`}},
		"account":              {[]any{"account_id", "me"}, []string{"must be an Alibaba Cloud account ID"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archiveRefused(t, cloud.Resource(t, archiveKind).Apply(archiveWith(c.given...)), c.says...)
		})
	}
}

// What is refused names the permission, and what was made is found by the next apply.
func TestArchive_denied(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateProject", "CreateLogStore", "CreateIndex", "GetLogStoreMeteringMode", "UpdateLogStoreMeteringMode", "GetProject", "GetLogStore", "GetIndex"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			cloud.DenyMember(t, acctest.LogAccount, "log:"+action)
			r := cloud.Resource(t, archiveKind)
			block := archiveWith("metering_mode", "ChargeByFunction")
			archiveRefused(t, r.Apply(block), "denied", action, "account "+acctest.LogAccount, "allow the RAM action log:"+action)
			if made := len(cloud.LogProjects()) > 0; r.InState() || made != slices.ContainsFunc(r.Warnings(), func(w string) bool { return strings.HasPrefix(w, "Audit log archive is not finished: ") }) {
				t.Errorf("in state: %t; made: %t; said %q", r.InState(), made, r.Warnings())
			}
			cloud.AllowMember(t, acctest.LogAccount)
			if err := r.Apply(block); err != nil {
				t.Fatal(err)
			}
			if err := r.Destroy(); err != nil || len(cloud.LogProjects()) > 0 {
				t.Errorf("projects %q, %v", cloud.LogProjects(), err)
			}
		})
	}
	t.Run("stays in the state", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		cloud.RemoveRole(t, acctest.LogAccount)
		archiveRefused(t, r.Apply(archiveWith()), "Reading the log store clusters of project ack-audit", "EntityNotExist.Role")
		archiveRefused(t, r.Destroy(), "EntityNotExist.Role")
		if !r.InState() {
			t.Error("it is out of the state")
		}
	})
}

func TestArchive_faults(t *testing.T) {
	t.Parallel()
	faults := map[string]simulator.Fault{
		"throttled":            {Product: "sls", Status: 403, Code: "WriteQuotaExceed", First: 2},
		"busy":                 {Product: "sls", Status: 503, Code: "ServerBusy", First: 1},
		"truncated index":      {Action: "GetIndex", Body: simulator.BodyTruncated, First: 1},
		"truncated log store":  {Action: "GetLogStore", Body: simulator.BodyTruncated, First: 1},
		"a proxy's error page": {Action: "GetProject", Body: simulator.BodyHTML, First: 1},
	}
	for _, action := range []string{"CreateProject", "CreateLogStore", "CreateIndex", "UpdateLogStoreMeteringMode", "UpdateProject", "UpdateLogStore", "UpdateIndex", "SplitShard", "DeleteLogStore", "DeleteProject"} {
		faults[action+" committed, then cut"] = simulator.Fault{Action: action, Reset: simulator.ResetAfterCommit, First: 1}
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			hits := cloud.AddFault(fault)
			r := cloud.Resource(t, archiveKind)
			// A split whose answer is lost may have happened, and is counted by the next apply.
			bySecond := strings.HasPrefix(name, "SplitShard") || strings.HasPrefix(name, "Delete")
			for _, given := range []map[string]any{
				archiveWith("metering_mode", "ChargeByFunction"),
				archiveWith("metering_mode", "ChargeByFunction", "description", "Mine.", "retention_days", 7, "shard_count", 3, "additional_index_fields", map[string]any{"tenant": "text"}),
			} {
				err := r.Apply(given)
				if err != nil && bySecond {
					err = r.Apply(given)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			err := r.Destroy()
			if err != nil && bySecond {
				err = r.Destroy()
			}
			if err != nil || len(cloud.LogProjects()) > 0 || hits.Hits() == 0 {
				t.Errorf("projects %q, %d hits, %v", cloud.LogProjects(), hits.Hits(), err)
			}
		})
	}
	t.Run("throttled to the end", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.Fleet())
		cloud.AddFault(simulator.Fault{Product: "sls", Status: 403, Code: "ReadQuotaExceed"})
		archiveRefused(t, cloud.Resource(t, archiveKind).Apply(archiveWith()), "Reading the project ack-audit: throttled", "ReadQuotaExceed")
	})
	t.Run("update that never arrives", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		cloud.AddFault(simulator.Fault{Action: "UpdateLogStore", Reset: simulator.ResetBeforeCommit})
		archiveRefused(t, r.Apply(archiveWith("retention_days", 7)), "Changing the log store clusters of project ack-audit", "network")
	})
	t.Run("an update that is accepted and ignored", func(t *testing.T) {
		t.Parallel()
		cloud, r := madeArchive(t)
		cloud.Behind(t, func(r *http.Request) (string, int, bool) { return "", http.StatusOK, r.Method == http.MethodPut })
		archiveRefused(t, r.Apply(archiveWith("retention_days", 7)), "accepted the change of the log store clusters", "account "+acctest.LogAccount, "the time was up after 5m0s", "retention_days is 180, not 7")
	})
}

// What was made may not show for a while, to reads and to what is made in it.
func TestArchive_readsLag(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	left := map[string]int{"GET /": 3, "POST /logstores": 2, "GET /logstores/clusters": 3, "POST /logstores/clusters/index": 2, "GET /logstores/clusters/index": 3}
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		call := r.Method + " " + r.URL.Path
		if !strings.HasPrefix(r.Host, archiveProject) || left[call] == 0 {
			return "", 0, false
		}
		left[call]--
		code := "ProjectNotExist"
		if strings.HasSuffix(call, "index") {
			code = "LogStoreNotExist"
		}
		if call == "GET /logstores/clusters/index" {
			code = "IndexConfigNotExist"
		}
		return fmt.Sprintf(`{"errorCode":%q,"errorMessage":"lags"}`, code), http.StatusNotFound, true
	})
	r := cloud.Resource(t, archiveKind)
	if err := r.Apply(archiveWith()); err != nil {
		t.Fatal(err)
	}
	for call, n := range left {
		if n != 0 {
			t.Errorf("%s came too seldom: %d left", call, n)
		}
	}
}

// officialLogs is the official provider's address.
const officialLogs = "registry.terraform.io/aliyun/alicloud"

// formerStore is the state of an alicloud_log_store, as that provider writes it.
func formerStore(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"id": archiveProject + ":" + archiveStore, "project_name": archiveProject, "project": archiveProject, "logstore_name": archiveStore, "name": archiveStore,
		"retention_period": 180, "shard_count": 2, "auto_split": true, "max_split_shard_count": 64, "hot_ttl": 0, "infrequent_access_ttl": 0, "mode": "standard", "metering_mode": "ChargeByDataIngest",
		"append_meta": true, "enable_web_tracking": false, "encrypt_conf": []any{}, "shards": []any{}, "telemetry_type": "", "timeouts": nil, "a field of another version": 1,
	}, more...)
}

// movableArchive is a cloud whose own account has what the official provider made.
func movableArchive(t *testing.T, change func(*simulator.LogStore)) *acctest.Cloud {
	t.Helper()
	store := simulator.LogStore{LogStoreName: archiveStore, TTL: 180, ShardCount: 3, AutoSplit: true, MaxSplitShard: 64, AppendMeta: true, Index: theIndex(t)}
	change(&store)
	scenario := acctest.Fleet()
	scenario.Accounts[0].LogService = &simulator.LogService{Projects: []simulator.LogProject{{ProjectName: archiveProject, Region: "cn-hangzhou", Description: "By the official provider.", LogStores: []simulator.LogStore{store}}}}
	return acctest.New(t, scenario)
}

// What the official provider wrote becomes ours, and nothing is planned.
func TestArchive_moved(t *testing.T) {
	t.Parallel()
	block := func(more ...any) map[string]any {
		return acctest.With(map[string]any{"project": archiveProject, "logstore": archiveStore}, more...)
	}
	for name, c := range map[string]struct {
		change func(*simulator.LogStore)
		former map[string]any
		block  map[string]any
	}{
		"plain":     {func(*simulator.LogStore) {}, formerStore(), block()},
		"old names": {func(*simulator.LogStore) {}, map[string]any{"id": "ack-audit:clusters", "project": archiveProject, "name": archiveStore, "retention_period": 180, "shard_count": 2}, block("shard_count", 2)},
		"everything": {
			func(s *simulator.LogStore) {
				s.TTL, s.HotTTL, s.InfrequentAccessTTL, s.MeteringMode = 365, 30, 60, "ChargeByFunction"
				s.EncryptConf = &simulator.LogEncryption{Enable: true, EncryptType: "m4"}
			},
			formerStore("retention_period", 365, "hot_ttl", 30, "encrypt_conf", []any{map[string]any{"enable": true, "encrypt_type": "m4"}}),
			block("retention_days", 365, "hot_days", 30, "infrequent_access_days", 60, "metering_mode", "ChargeByFunction", "encryption", map[string]any{"type": "m4"}, "description", "By the official provider."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := movableArchive(t, c.change)
			before := cloud.Snapshot()
			r := cloud.Resource(t, archiveKind)
			if err := r.MoveFrom(officialLogs, "alicloud_log_store", c.former); err != nil {
				t.Fatal(err)
			}
			if nothing, err := r.Settled(c.block); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
			if changed := before.Diff(cloud.Snapshot()); len(changed) > 0 {
				t.Errorf("moving changed %v", changed)
			}
			if err := r.Apply(acctest.With(c.block, "retention_days", 400)); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("another index is completed", func(t *testing.T) {
		t.Parallel()
		cloud := movableArchive(t, func(s *simulator.LogStore) {
			s.Index = &simulator.LogIndex{Keys: map[string]simulator.LogIndexKey{"mine": {Type: "long"}}}
		})
		r := cloud.Resource(t, archiveKind)
		if err := r.MoveFrom(officialLogs, "alicloud_log_store", formerStore()); err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(block()); err != nil {
			t.Fatal(err)
		}
		if keys := theArchive(t, cloud).Index.Keys; keys["mine"].Type != "long" || keys["verb"].Type != "text" {
			t.Errorf("the index is %+v", keys)
		}
	})
}

func TestArchive_notMovable(t *testing.T) {
	t.Parallel()
	cloud := movableArchive(t, func(*simulator.LogStore) {})
	for name, c := range map[string]struct {
		provider, kind string
		former         map[string]any
		says           string
	}{
		"no names":         {officialLogs, "alicloud_log_store", map[string]any{"id": "x"}, "It names no project and log store"},
		"no SQL":           {officialLogs, "alicloud_log_store", formerStore("mode", "query"), `is of the mode "query"`},
		"the project":      {officialLogs, "alicloud_log_project", map[string]any{"id": archiveProject, "project_name": archiveProject}, "Unable to Move"},
		"another provider": {"registry.terraform.io/hashicorp/aws", "alicloud_log_store", formerStore(), "Unable to Move"},
		"no sense":         {officialLogs, "alicloud_log_store", map[string]any{"project_name": 7}, "Take the moved block away and import"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archiveRefused(t, cloud.Resource(t, archiveKind).MoveFrom(c.provider, c.kind, c.former), c.says)
		})
	}
	t.Run("of another account", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.FoundArchive())
		r := cloud.Resource(t, archiveKind)
		if err := r.MoveFrom(officialLogs, "alicloud_log_store", formerStore("project_name", "elsewhere")); err != nil {
			t.Fatal(err)
		}
		_, err := r.Settled(map[string]any{"project": "elsewhere", "logstore": archiveStore})
		archiveRefused(t, err, "The log store clusters of project elsewhere was moved and is not there", "in account "+acctest.Management, "terraform import ADDRESS ACCOUNT_ID/REGION/elsewhere/clusters")
	})
}
