package compliance

import (
	"testing"
)

func loadT(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryCaseOfEveryRule(t *testing.T) {
	for _, r := range loadT(t).Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if err := r.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
}
