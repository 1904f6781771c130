package acctest

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// Target is one cluster for tests that need no fault, no clock and no look
// into the cloud: on the simulator, or with TF_ACC=1 on a real account.
type Target struct {
	AccountID, Region, ClusterID string
	Factories                    map[string]func() (tfprotov6.ProviderServer, error)
	// Config is a whole configuration with these resources and data sources.
	Config func(body string) string
}

// NewTarget returns the simulator's cluster retail, or with TF_ACC=1 the
// cluster that ACKGUARD_TEST_ACCOUNT_ID, ACKGUARD_TEST_REGION and
// ACKGUARD_TEST_CLUSTER_ID name, reached with the credentials of the
// environment. The real cluster must have no inspection schedule: the tests
// create, change and delete it.
func NewTarget(t *testing.T) Target {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		cloud := New(t, Fleet())
		return Target{
			AccountID: Retail, Region: "cn-hangzhou", ClusterID: ClusterID("retail"), Factories: cloud.Factories(),
			Config: func(body string) string { return cloud.Provider("", body) },
		}
	}
	setting := func(name string) string {
		value := os.Getenv(name)
		if value == "" {
			t.Fatalf("TF_ACC is set, so these tests work on a real account: set %s", name)
		}
		return value
	}
	return Target{
		AccountID: setting("ACKGUARD_TEST_ACCOUNT_ID"), Region: setting("ACKGUARD_TEST_REGION"), ClusterID: setting("ACKGUARD_TEST_CLUSTER_ID"),
		Factories: map[string]func() (tfprotov6.ProviderServer, error){
			"ackguard": providerserver.NewProtocol6WithError(provider.New("test")()),
		},
		Config: func(body string) string { return Bare + body },
	}
}
