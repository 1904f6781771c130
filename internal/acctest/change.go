package acctest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// Strings checks a list of strings, in order.
func Strings(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, 0, len(values))
	for _, v := range values {
		checks = append(checks, knownvalue.StringExact(v))
	}
	return knownvalue.ListExact(checks)
}

// Says matches a message that has the phrases in this order. The CLI breaks
// lines anywhere, so blanks match any white space and its margin.
func Says(phrases ...string) *regexp.Regexp {
	parts := make([]string, 0, len(phrases))
	for _, phrase := range phrases {
		words := strings.Fields(phrase)
		for i := range words {
			words[i] = regexp.QuoteMeta(words[i])
		}
		parts = append(parts, strings.Join(words, `[\s│|]+`))
	}
	return regexp.MustCompile(`(?s)` + strings.Join(parts, `.*`))
}

// Func is a check that looks at the cloud instead of the state.
func Func(check func() error) resource.TestCheckFunc {
	return func(*terraform.State) error { return check() }
}

// Deny takes RAM actions from the identity that the provider starts with.
func (c *Cloud) Deny(t *testing.T, actions ...string) {
	t.Helper()
	c.account(t, Management, func(a *simulator.Account) {
		a.Users[0].Policies = append(a.Users[0].Policies, denial(actions))
	})
}

// DenyMember takes RAM actions from the role in a member account.
func (c *Cloud) DenyMember(t *testing.T, accountID string, actions ...string) {
	t.Helper()
	c.account(t, accountID, func(a *simulator.Account) {
		a.Roles[0].Policies = append(a.Roles[0].Policies, denial(actions))
	})
}

// AllowMember takes back what DenyMember did.
func (c *Cloud) AllowMember(t *testing.T, accountID string) {
	t.Helper()
	c.account(t, accountID, func(a *simulator.Account) { a.Roles[0].Policies = nil })
}

// RemoveRole deletes the member role in an account.
func (c *Cloud) RemoveRole(t *testing.T, accountID string) {
	t.Helper()
	c.account(t, accountID, func(a *simulator.Account) { a.Roles = nil })
}

// Change changes a cluster outside Terraform.
func (c *Cloud) Change(t *testing.T, name string, change func(*simulator.Cluster)) {
	t.Helper()
	if err := c.UpdateCluster(ClusterID(name), change); err != nil {
		t.Fatal(err)
	}
}

func (c *Cloud) account(t *testing.T, accountID string, change func(*simulator.Account)) {
	t.Helper()
	if err := c.UpdateAccount(accountID, change); err != nil {
		t.Fatal(err)
	}
}

func denial(actions []string) rampolicy.Document {
	return rampolicy.Document{Version: "1", Statement: []rampolicy.Statement{{Effect: "Deny", Action: actions, Resource: []string{"*"}}}}
}

// SetRoles gives an account these roles.
func (c *Cloud) SetRoles(t *testing.T, accountID string, roles []simulator.Role) {
	t.Helper()
	c.account(t, accountID, func(a *simulator.Account) { a.Roles = roles })
}
