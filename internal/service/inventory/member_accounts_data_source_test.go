package inventory_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const accountsAddress = "data.ackguard_member_accounts.some"

func accounts(arguments string) string {
	return fmt.Sprintf("data \"ackguard_member_accounts\" \"some\" {\n%s\n}\n", arguments)
}

func ids(want ...string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(accountsAddress, tfjsonpath.New("ids"), acctest.Strings(want...))
}

func TestMemberAccounts_filters(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Tags = []simulator.MemberTag{{Key: "env", Value: "prod"}}
	scenario.Accounts[2].Status = new("InviteSuccess")
	leaving, verifying := acctest.Member("100000000000007", "leaving", "fd-test000001"), acctest.Member("100000000000008", "verifying", "fd-test000001")
	leaving.DeletionStatus, verifying.Status = new("Deleting"), new("CreateVerifying")
	scenario.Accounts = append(scenario.Accounts, leaving, verifying)
	cloud := acctest.New(t, scenario)
	step := func(arguments string, checks ...statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{Config: cloud.Provider("", accounts(arguments)), ConfigStateChecks: checks}
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			step("", ids(acctest.Retail, acctest.Logistics, acctest.Payments, acctest.Analytics),
				statecheck.ExpectKnownValue(accountsAddress, tfjsonpath.New("management_account_id"), knownvalue.StringExact(acctest.Management)),
				statecheck.ExpectKnownValue(accountsAddress, tfjsonpath.New("accounts").AtSliceIndex(0), knownvalue.ObjectExact(map[string]knownvalue.Check{
					"account_id": knownvalue.StringExact(acctest.Retail), "display_name": knownvalue.StringExact("retail"),
					"folder_id": knownvalue.StringExact("fd-shop000001"), "status": knownvalue.StringExact("CreateSuccess"),
					"type": knownvalue.StringExact("ResourceAccount"), "join_method": knownvalue.StringExact("created"),
					"management": knownvalue.Bool(false), "tags": knownvalue.MapExact(map[string]knownvalue.Check{"env": knownvalue.StringExact("prod")}),
				})),
				statecheck.ExpectKnownValue(accountsAddress, tfjsonpath.New("left_out"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectPartial(map[string]knownvalue.Check{
						"account_id": knownvalue.StringExact("100000000000007"), "reason": knownvalue.StringExact("the account is being deleted"),
					}),
					knownvalue.ObjectPartial(map[string]knownvalue.Check{
						"account_id": knownvalue.StringExact("100000000000008"), "status": knownvalue.StringExact("CreateVerifying"),
					}),
				}))),
			step(`folder_id = "fd-prod000001"`, ids(acctest.Retail, acctest.Logistics, acctest.Payments)), // and the folders below
			step(`name_regex = "^(re|pay)"`, ids(acctest.Retail, acctest.Payments)),
			step(`statuses = ["InviteSuccess", "CreateVerifying"]`, ids(acctest.Logistics, "100000000000008")),
			step("include_management_account = true\nname_regex = \"retail\"", ids(acctest.Management, acctest.Retail)),
			step("include_management_account = true\nfolder_id = \"fd-test000001\"", ids(acctest.Analytics)),
			{Config: cloud.Provider("", accounts(`name_regex = "["`)), ExpectError: acctest.Says("Invalid regular expression")},
			step(`name_regex = "nobody"`, ids()),
		},
	})
}

func TestMemberAccounts_everyPage(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Many(230, 0))
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config:            cloud.Provider("", accounts("")),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(accountsAddress, tfjsonpath.New("ids"), knownvalue.ListSizeExact(230))},
		}},
	})
}

// A later page that fails must not leave a shorter list.
func TestMemberAccounts_wholeOrError(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Many(230, 0))
	cloud.AddFault(simulator.Fault{Product: "resourcedirectory", Action: "ListAccounts", Every: 2, Status: 403, Code: "NoPermission"})
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config:      cloud.Provider("", accounts("")),
			ExpectError: acctest.Says("Listing the member accounts: denied", "NoPermission", "resourcemanager:ListAccounts"),
		}},
	})
}

// A member in promotion exists; one that cannot be worked in is warned about.
func TestMemberAccounts_leftOut(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Status, scenario.Accounts[2].Status = new("PromoteVerifying"), new("CreateFailed")
	cloud := acctest.New(t, scenario)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config:            cloud.Provider("", accounts("")),
			ConfigStateChecks: []statecheck.StateCheck{ids(acctest.Retail, acctest.Payments, acctest.Analytics)},
		}},
	})
	warning := acctest.Warnings(t, cloud, cloud.Provider("", accounts("")))["Accounts left out"]
	if !acctest.Says(acctest.Logistics, "CreateFailed").MatchString(warning) {
		t.Errorf("warning: %q", warning)
	}
}
