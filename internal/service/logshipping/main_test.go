package logshipping_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// changedSince is what has changed but for Logstores that clusters have come to log to, which stay.
func changedSince(before simulator.Snapshot, cloud *acctest.Cloud) []string {
	return slices.DeleteFunc(before.Diff(cloud.Snapshot()), func(line string) bool { return strings.HasPrefix(line, "+ log ") })
}
