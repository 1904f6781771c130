package scan_test

import (
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
