package inspection_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Import by identity needs Terraform 1.12; here it is asked for in the protocol.
func TestSchedule_importByIdentity(t *testing.T) {
	t.Parallel()
	const kind = "ackguard_cluster_inspection_schedule"
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	own := func(scenario *simulator.Scenario) {
		scenario.Accounts[0].Clusters = []simulator.Cluster{acctest.Cluster("own", "cn-hangzhou", func(c *simulator.Cluster) {
			c.InspectConfig = &simulator.InspectConfig{Enabled: true, Recurrence: atTwo}
		})}
	}
	for name, c := range map[string]struct {
		given           map[string]tftypes.Value
		account, region string
		cluster         string
	}{
		"whole": {
			map[string]tftypes.Value{"account_id": text(acctest.Payments), "region": text("cn-shanghai"), "cluster_id": text(acctest.ClusterID("payments"))},
			acctest.Payments, "cn-shanghai", "payments",
		},
		"account and region left out": {
			map[string]tftypes.Value{"cluster_id": text(acctest.ClusterID("own"))}, acctest.Management, "cn-hangzhou", "own",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.Fleet()
			own(scenario)
			scenario.Accounts[3].Clusters[0].InspectConfig = &simulator.InspectConfig{Enabled: true, Recurrence: atTwo}
			p := acctest.New(t, scenario).Protocol(t)
			identityType := p.Identities[kind].ValueType()
			imported, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: kind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: acctest.Fill(t, identityType, c.given)},
			})
			if err != nil {
				t.Fatal(err)
			}
			acctest.NoDiagnostics(t, imported.Diagnostics)
			got := imported.ImportedResources[0]
			read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: kind, CurrentState: got.State, CurrentIdentity: got.Identity, Private: got.Private,
			})
			if err != nil {
				t.Fatal(err)
			}
			acctest.NoDiagnostics(t, read.Diagnostics)
			state := acctest.Attributes(t, p.Schemas.ResourceSchemas[kind].ValueType(), read.NewState)
			identity := acctest.Attributes(t, identityType, read.NewIdentity.IdentityData)
			for attribute, want := range map[string]string{"account_id": c.account, "region": c.region, "cluster_id": acctest.ClusterID(c.cluster)} {
				if !state[attribute].Equal(text(want)) || !identity[attribute].Equal(text(want)) {
					t.Errorf("%s: state %s, identity %s, want %s", attribute, state[attribute], identity[attribute], want)
				}
			}
			if !state["recurrence"].Equal(text(atTwo)) {
				t.Errorf("recurrence %s", state["recurrence"])
			}
		})
	}
}
