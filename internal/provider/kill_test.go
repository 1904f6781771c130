package provider_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// resourceTypes is every resource that the provider has.
func resourceTypes(t *testing.T) []string {
	t.Helper()
	var types []string
	for _, make := range provider.New("test")().Resources(t.Context()) {
		var answer resource.MetadataResponse
		make().Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "ackguard"}, &answer)
		types = append(types, answer.TypeName)
	}
	return types
}

// A crash costs nothing: whatever call of whatever resource it hits.
func TestKill_everyCall(t *testing.T) {
	t.Parallel()
	types := resourceTypes(t)
	for _, kind := range types {
		if len(acctest.Lifecycles[kind]) == 0 {
			t.Errorf("%s has no entry in acctest.Lifecycles: say how it is created, changed and destroyed", kind)
		}
		for _, l := range acctest.Lifecycles[kind] {
			t.Run(kind+"/"+l.Name, func(t *testing.T) {
				t.Parallel()
				points, lost := acctest.KillAtEveryCall(t, kind, l)
				t.Logf("killed at %d points; %d of them lost what was there before, and said so", points, lost)
				if points == 0 {
					t.Error("killed at no point")
				}
			})
		}
	}
	for kind := range acctest.Lifecycles {
		if !slices.Contains(types, kind) {
			t.Errorf("acctest.Lifecycles has %s, which the provider has not", kind)
		}
	}
}

// What is killed in this process dies as a real provider under a real CLI does.
func TestKill_forReal(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	points := 0
	for _, kind := range resourceTypes(t) {
		for _, l := range acctest.Lifecycles[kind] {
			t.Run(kind+"/"+l.Name, func(t *testing.T) { points += acctest.KillForReal(t, kind, l) })
		}
	}
	t.Logf("killed at %d points", points)
	if points == 0 {
		t.Error("killed at no point")
	}
}
