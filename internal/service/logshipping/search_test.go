package logshipping_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

// beforeSearch lets something happen before each search in a Logstore.
func beforeSearch(t *testing.T, cloud *acctest.Cloud, do func()) {
	t.Helper()
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/logs") {
			do()
		}
		return "", 0, false
	})
}
