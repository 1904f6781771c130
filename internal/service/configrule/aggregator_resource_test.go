package configrule_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	groupKind    = "ackguard_config_aggregator"
	groupAddress = groupKind + ".this"
)

func group(name, arguments string) string {
	return fmt.Sprintf("resource %q \"this\" {\n  aggregator_name = %q\n%s\n}\n", groupKind, name, arguments)
}

// config is Cloud Config in an account, as somebody at the console has it.
func config(t *testing.T, cloud *acctest.Cloud, account string) *cloudconfig.Client {
	t.Helper()
	client, err := cloud.Fleet(t, nil).CloudConfig(account)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// groupNamed is the group of a name in the management account; nil if there is none.
func groupNamed(t *testing.T, cloud *acctest.Cloud, name string) *cloudconfig.StoredAggregator {
	t.Helper()
	client := config(t, cloud, acctest.Management)
	groups, err := client.Aggregators(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(groups, func(g cloudconfig.StoredAggregator) bool { return g.Name == name })
	if at < 0 {
		return nil
	}
	whole, _, err := client.Aggregator(t.Context(), groups[at].ID)
	if err != nil {
		t.Fatal(err)
	}
	return &whole
}

func holdsGroup(t *testing.T, cloud *acctest.Cloud, name string, check func(cloudconfig.StoredAggregator) bool) resource.TestCheckFunc {
	t.Helper()
	return acctest.Func(func() error {
		switch g := groupNamed(t, cloud, name); {
		case g == nil:
			return fmt.Errorf("there is no group %q", name)
		case !check(*g):
			return fmt.Errorf("the cloud holds %+v", *g)
		}
		return nil
	})
}

func groupImportID(s *terraform.State) (string, error) {
	return acctest.Management + "/" + s.RootModule().Resources[groupAddress].Primary.Attributes["aggregator_id"], nil
}

func groupAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(groupAddress, a)}}
}

func TestAggregator_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	two := fmt.Sprintf("aggregator_accounts = [%q, %q]", acctest.Payments, acctest.Retail)
	known := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(groupAddress, tfjsonpath.New(name), check)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy: acctest.Func(func() error {
			if g := groupNamed(t, cloud, "production"); g != nil {
				return fmt.Errorf("there is %+v", g)
			}
			return nil
		}),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", group("shops", two)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("account_id", knownvalue.StringExact(acctest.Management)), known("description", knownvalue.StringExact("Managed by Terraform.")),
					known("aggregator_type", knownvalue.StringExact("CUSTOM")), known("members_without_recorder", knownvalue.ListSizeExact(0)),
				},
				Check: holdsGroup(t, cloud, "shops", func(g cloudconfig.StoredAggregator) bool {
					return slices.Equal(g.AccountIDs, []string{acctest.Payments, acctest.Retail}) || slices.Equal(g.AccountIDs, []string{acctest.Retail, acctest.Payments})
				}),
			},
			{
				Config: cloud.Provider("", group("sellers", fmt.Sprintf(`
  description         = "All that sell."
  aggregator_accounts = [%q]
  tags                = { team = "audit" }`, acctest.Logistics))),
				ConfigPlanChecks: groupAction(plancheck.ResourceActionUpdate),
				Check: holdsGroup(t, cloud, "sellers", func(g cloudconfig.StoredAggregator) bool {
					return g.Description == "All that sell." && slices.Equal(g.AccountIDs, []string{acctest.Logistics}) && slices.Equal(g.Tags, []cloudconfig.Tag{{Key: "team", Value: "audit"}})
				}),
			},
			{
				ResourceName: groupAddress, ImportState: true, ImportStateIdFunc: groupImportID, ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "aggregator_id",
			},
			{ResourceName: groupAddress, ImportState: true, ImportStateIdFunc: groupImportID, ImportStateKind: resource.ImportBlockWithID},
			{ // replacing it would take its rules along
				Config:      cloud.Provider("", group("sellers", fmt.Sprintf("aggregator_accounts = [%q]", acctest.Logistics))),
				ExpectError: acctest.Says("Last tag of an account group", "take it away in the console"),
			},
			{ // by hand
				PreConfig: func() {
					g := groupNamed(t, cloud, "sellers")
					if err := config(t, cloud, acctest.Management).UpdateAggregator(t.Context(), g.ID, cloudconfig.Aggregator{
						Name: "mine", Description: "mine", Type: g.Type, AccountIDs: []string{acctest.Retail},
					}); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", group("sellers", fmt.Sprintf("aggregator_accounts = [%q]\ntags = { team = \"audit\" }", acctest.Logistics))),
				ConfigPlanChecks: groupAction(plancheck.ResourceActionUpdate),
				Check: holdsGroup(t, cloud, "sellers", func(g cloudconfig.StoredAggregator) bool {
					return slices.Equal(g.AccountIDs, []string{acctest.Logistics}) && g.Description == "Managed by Terraform."
				}),
			},
			{
				Config:           cloud.Provider("", group("production", "aggregator_type = \"FOLDER\"\nfolder_ids = [\"fd-prod000001\", \"fd-test000001\"]")),
				ConfigPlanChecks: groupAction(plancheck.ResourceActionDestroyBeforeCreate),
				Check: holdsGroup(t, cloud, "production", func(g cloudconfig.StoredAggregator) bool {
					return len(g.FolderIDs) == 2 && len(g.Members) == 4 && g.AccountIDs == nil
				}),
			},
			{ // gone
				PreConfig: func() {
					if err := cloud.DeleteAggregator(groupNamed(t, cloud, "production").ID); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", group("production", "aggregator_type = \"FOLDER\"\nfolder_ids = [\"fd-prod000001\"]")),
				ConfigPlanChecks: groupAction(plancheck.ResourceActionCreate),
			},
			{ // a member stops recording: said, listed, and no change
				PreConfig: func() {
					if err := cloud.SetRecorderStatus(acctest.Retail, "REGISTRABLE"); err != nil {
						t.Error(err)
					}
				},
				Config:            cloud.Provider("", group("production", "aggregator_type = \"FOLDER\"\nfolder_ids = [\"fd-prod000001\"]")),
				ConfigPlanChecks:  groupAction(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{known("members_without_recorder", acctest.Strings(acctest.Retail))},
			},
		},
	})
}

// said takes a group through a life, and checks that all phrases are said in this order, or that nothing is.
func said(t *testing.T, cloud *acctest.Cloud, kind string, lives []map[string]any, phrases ...string) {
	t.Helper()
	text := strings.Join(cloud.Live(t, kind, lives...), "\n")
	if len(phrases) == 0 && text != "" {
		t.Errorf("it is said: %s", text)
	}
	for left, i := text, 0; i < len(phrases); i++ {
		_, after, found := strings.Cut(left, phrases[i])
		if !found {
			t.Fatalf("it is not said (in this order) %q in: %s", phrases[i], text)
		}
		left = after
	}
}

func custom(name string, more ...any) map[string]any {
	return acctest.With(map[string]any{"aggregator_name": name, "aggregator_accounts": []any{acctest.Retail}}, more...)
}

func directory(name string) map[string]any {
	return map[string]any{"aggregator_name": name, "aggregator_type": "RD", "description": "All accounts."}
}

func one(arguments map[string]any) []map[string]any { return []map[string]any{arguments} }

func TestAggregator_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	for _, c := range []struct {
		arguments map[string]any
		says      string
	}{
		{map[string]any{"aggregator_name": "x"}, "An account group of type CUSTOM needs aggregator_accounts: it holds the accounts that are listed there."},
		{map[string]any{"aggregator_name": "x", "aggregator_type": "FOLDER"}, "An account group of type FOLDER needs folder_ids: it holds the folders that are listed there."},
		{custom("x", "aggregator_type", "RD"), "aggregator_accounts lists the accounts of an account group of type CUSTOM; this one is of type RD."},
		{custom("x", "folder_ids", []any{"fd-a"}), "folder_ids lists the folders of an account group of type FOLDER; this one is of type CUSTOM."},
		{custom("x", "aggregator_accounts", []any{}), "must contain at least 1 elements"},
		{custom("x", "aggregator_accounts", []any{"retail"}), "must be an Alibaba Cloud account ID"},
		{map[string]any{"aggregator_name": "x", "aggregator_type": "FOLDER", "folder_ids": []any{"fd-a,fd-b"}}, "must be the ID of a folder"},
		{custom(""), "string length must be at least 1"},
		{custom("x", "aggregator_type", "ALL"), `"RD" "FOLDER" "CUSTOM"`},
	} {
		said(t, cloud, groupKind, one(c.arguments), c.says)
	}
	var steps []resource.TestStep
	for id, says := range map[string]string{
		acctest.DirectoryGroup:                `"` + acctest.DirectoryGroup + `" is not of the form account_id/aggregator_id`,
		acctest.Management + "/cr-1":          "must be the ID of an account group of Cloud Config",
		"1/" + acctest.DirectoryGroup:         "must be an Alibaba Cloud account ID",
		acctest.Management + "/ca-absent0001": "Cannot import non-existent remote object",
	} {
		steps = append(steps, resource.TestStep{
			Config: cloud.Provider("", group("x", `aggregator_type = "RD"`)), ResourceName: groupAddress, ImportState: true, ImportStateId: id, ExpectError: acctest.Says(says),
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// A group that is there is taken over if it equals the block, and no other; of the whole directory there is one.
func TestAggregator_existing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	importing := "terraform import ADDRESS " + acctest.Management + "/" + acctest.DirectoryGroup
	said(t, cloud, groupKind, one(custom("directory")), "There is an account group of this name already", "("+acctest.DirectoryGroup+")", `aggregator_type is "RD", not "CUSTOM"`, importing)
	said(t, cloud, groupKind, one(acctest.With(directory("directory"), "description", "Mine.")), `description is "All accounts.", not "Mine."`, importing)
	said(t, cloud, groupKind, one(directory("everybody")), "There is an account group of the whole directory already",
		`the account group "directory" (`+acctest.DirectoryGroup+`)`, `aggregator_name is "directory", not "everybody"`, importing)
	said(t, cloud, groupKind, one(directory("directory"))) // taken over, and destroyed
	if g := groupNamed(t, cloud, "directory"); g != nil {
		t.Errorf("there is %+v", g)
	}
	for i := range 5 {
		if _, err := config(t, cloud, acctest.Management).CreateAggregator(t.Context(), cloudconfig.Aggregator{
			Name: fmt.Sprintf("group %d", i), Description: "-", Type: cloudconfig.AggregatorCustom, AccountIDs: []string{acctest.Retail},
		}, strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	said(t, cloud, groupKind, one(directory("directory")), "Creating the account group", cloudconfig.AggregatorLimit, "5 at most, and one of them of type RD")
}

func TestAggregator_refused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*testing.T, *acctest.Cloud)
		lives  []map[string]any
		says   []string
	}{
		"a member may not": {
			func(*testing.T, *acctest.Cloud) {}, one(custom("x", "account_id", acctest.Retail)),
			[]string{"Creating the account group", "denied", "account " + acctest.Retail, "AggregatorMemberNoPermission", "from the management account of the resource directory, or from a delegated administrator for config.aliyuncs.com"},
		},
		"not allowed": {
			func(t *testing.T, c *acctest.Cloud) { t.Helper(); c.Deny(t, "config:CreateAggregator") }, one(custom("x")),
			[]string{"Creating the account group", "denied", "account " + acctest.Management, "allow the RAM action config:CreateAggregator"},
		},
		"not activated": {
			func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				if err := c.SetRecorderStatus(acctest.Management, "REGISTRABLE"); err != nil {
					t.Fatal(err)
				}
			}, one(custom("x")),
			[]string{"not activated", "AccountNotExisted", "ackguard_config_recorder"},
		},
		"throttled": {
			func(_ *testing.T, c *acctest.Cloud) {
				c.AddFault(simulator.Fault{Action: "UpdateAggregator", Status: 400, Code: "Throttling.User", First: 40})
			}, []map[string]any{custom("x"), custom("y")},
			[]string{"Updating the account group", "throttled", "Throttling.User", "lower requests_per_second"},
		},
		"reading is not allowed": {
			func(t *testing.T, c *acctest.Cloud) { t.Helper(); c.Deny(t, "config:GetAggregator") }, one(custom("x")),
			[]string{"denied", "config:GetAggregator"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.ConfigFleet())
			c.before(t, cloud)
			said(t, cloud, groupKind, c.lives, c.says...)
		})
	}
}

// Answers that get lost are found out about: nothing is made twice and nothing is left.
func TestAggregator_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateAggregator", "UpdateAggregator", "DeleteAggregators"} {
		for _, reset := range []string{simulator.ResetBeforeCommit, simulator.ResetAfterCommit} {
			cloud := acctest.New(t, acctest.ConfigFleet())
			start := cloud.Snapshot()
			cloud.AddFault(simulator.Fault{Action: action, Reset: reset, First: 1})
			said(t, cloud, groupKind, []map[string]any{custom("x"), custom("y", "description", "More.")})
			if left := start.Diff(cloud.Snapshot()); len(left) > 0 {
				t.Errorf("%s lost %s: %q is left", action, reset, left)
			}
		}
	}
}

// Deleting is answered with status 200 whatever becomes of it.
func TestAggregator_deleteRefusedPerItem(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.Header.Get("x-acs-action") != "DeleteAggregators" {
			return "", 0, false
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		return fmt.Sprintf(`{"RequestId":"R1","OperateAggregatorsResult":{"OperateAggregators":[{"AggregatorId":%q,"Success":false,"ErrorCode":"AggregatorBusy"}]}}`, r.Form.Get("AggregatorIds")), 200, true
	})
	said(t, cloud, groupKind, one(custom("x")), "Deleting the account group", "AggregatorBusy", "refused for ca-", "with status 200")
}

// It waits until the group is built, and then tells whose recorder is off.
func TestAggregator_beingBuilt(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Behaviour.ConfigTaskDuration = "60s"
	scenario.Accounts[2].CloudConfig, scenario.Accounts[3].CloudConfig = nil, nil
	cloud := acctest.NewOneClock(t, scenario)
	began := cloud.Clock.Now()
	block := custom("x", "aggregator_accounts", []any{acctest.Retail, acctest.Payments, acctest.Logistics})
	said(t, cloud, groupKind, one(block), "Members of an account group do not record", `members of the account group "x" in account `+acctest.Management,
		acctest.Logistics+" (logistics, REGISTRABLE), "+acctest.Payments+" (payments, REGISTRABLE).", "ackguard_config_recorder")
	if waited := cloud.Clock.Now().Sub(began); waited.Seconds() < 60 {
		t.Errorf("it waited for %s", waited)
	}
	impatient := acctest.With(block, "timeouts", map[string]any{"create": "30s"})
	said(t, cloud, groupKind, one(impatient), "Creating the account group", "the service accepted the change", "it is still being built")
}

// former is a state as the official provider writes it, of the group that is there; arguments are ours for it.
func former(t *testing.T, kind string, change func(map[string]any)) acctest.Former {
	t.Helper()
	state := map[string]any{
		"aggregator_accounts": []any{map[string]any{"account_id": acctest.Retail, "account_name": "retail", "account_type": "ResourceDirectory"}},
		"aggregator_name":     "shops", "aggregator_type": "CUSTOM", "create_time": 1700000000000, "description": "All that sell.", "folder_id": "", "status": "1", "timeouts": nil,
	}
	change(state)
	text, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return acctest.Former{Provider: "registry.example/aliyun/alicloud", Kind: kind, State: string(text)}
}

func TestAggregator_moved(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	made := func(a cloudconfig.Aggregator) string {
		id, err := config(t, cloud, acctest.Management).CreateAggregator(t.Context(), a, a.Name)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	const kind = "alicloud_config_aggregator"
	folders := made(cloudconfig.Aggregator{Name: "folders", Description: "-", Type: cloudconfig.AggregatorFolder, FolderIDs: []string{"fd-prod000001", "fd-test000001"}})
	shops := made(cloudconfig.Aggregator{Name: "shops", Description: "All that sell.", Type: cloudconfig.AggregatorCustom, AccountIDs: []string{acctest.Retail}})
	block := custom("shops", "description", "All that sell.")
	for name, c := range map[string]struct {
		change    func(map[string]any)
		arguments map[string]any
	}{
		"CUSTOM": {func(s map[string]any) { s["id"] = shops }, block},
		"CUSTOM, by an older version": {func(s map[string]any) {
			s["id"], s["status"] = shops, "Normal"
			delete(s, "folder_id")
			delete(s, "create_time")
		}, block},
		"FOLDER": {
			func(s map[string]any) {
				s["id"], s["aggregator_type"], s["folder_id"], s["aggregator_name"], s["description"] = folders, "FOLDER", "fd-prod000001,fd-test000001", "folders", "-"
			},
			map[string]any{"aggregator_name": "folders", "description": "-", "aggregator_type": "FOLDER", "folder_ids": []any{"fd-test000001", "fd-prod000001"}},
		},
		"RD": {func(s map[string]any) {
			s["id"], s["aggregator_type"], s["aggregator_name"], s["description"] = acctest.DirectoryGroup, "RD", "directory", "All accounts."
		}, directory("directory")},
	} {
		source := former(t, kind, c.change)
		is, nothing, said := cloud.Moved(t, groupKind, source, c.arguments)
		var account string
		if err := is["account_id"].As(&account); err != nil || account != acctest.Management || !nothing || len(said) > 0 {
			t.Errorf("%s: account %q, empty plan %t, said %q (%v)", name, account, nothing, said, err)
		}
		if said := cloud.MovedUnread(t, groupKind, source, c.arguments); len(said) != 1 || !strings.Contains(said[0], "plan again without -refresh=false") {
			t.Errorf("%s: without a refresh it is said %q", name, said)
		}
	}
	source := former(t, kind, func(s map[string]any) { s["id"] = "ca-elsewhere00001" })
	if is, _, said := cloud.Moved(t, groupKind, source, block); is != nil || len(said) != 1 ||
		!strings.Contains(said[0], "there is none in account "+acctest.Management) || !strings.Contains(said[0], "terraform import ADDRESS ACCOUNT_ID/ca-elsewhere00001") {
		t.Errorf("it is %v, said %q", is, said)
	}
	for _, other := range []acctest.Former{
		{Provider: "registry.example/somebody/alicloud", Kind: kind, State: source.State},
		{Provider: source.Provider, Kind: "alicloud_config_rule", State: source.State},
		{Provider: source.Provider, Kind: kind, State: `{"id": 7}`},
	} {
		if is, _, said := cloud.Moved(t, groupKind, other, block); is != nil || len(said) == 0 {
			t.Errorf("%+v: it is %v, said %q", other, is, said)
		}
	}
}
