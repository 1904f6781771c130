package fleet_test

import (
	"context"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// One call with everything around it: keys, limits, signature, transport,
// decoding, and the simulator's side of it.
func BenchmarkCall(b *testing.B) {
	cloud := acctest.New(b, acctest.Fleet())
	f := cloud.Fleet(b, func(c *fleet.Config) { c.Clock, c.MaxConcurrency = clock.System{}, 32 })
	client, err := f.CS(retail)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := client.ClusterDetail(context.Background(), acctest.ClusterID("retail")); err != nil {
				b.Error(err)
			}
		}
	})
}
