package logshipping_test

import (
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

func TestTmp(t *testing.T) {
	cloud := acctest.New(t, acctest.LogFleet())
	before := cloud.Snapshot()
	a := acctest.ShippingArguments(acctest.Retail, "retail", "verify", false)
	said := cloud.Live(t, "ackguard_audit_log_shipping", a, acctest.With(a, "description", "x", "enabled", false, "source_retention", map[string]any{"days": 1, "index_enabled": false}))
	for _, s := range said {
		t.Log(s)
	}
	for _, d := range before.Diff(cloud.Snapshot()) {
		t.Error(d)
	}
}
