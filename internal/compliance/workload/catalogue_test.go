package workload

import "testing"

// Every rule compiles, and every case of every rule file comes out as it says.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	published := 0
	for _, r := range c.Rules() {
		if r.Published {
			published++
		}
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			if err := r.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
	if published != 17 {
		t.Errorf("%d rules carry an ID of the inspection; it publishes 17", published)
	}
}
