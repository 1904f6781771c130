package configrule

import "github.com/ackguard/terraform-provider-ackguard/internal/compliance"

// UseCatalogue gives the comparison with Cloud Config another catalogue, until
// the returned function is called. Only a test that is not parallel may.
func UseCatalogue(c *compliance.Catalogue) (restore func()) {
	loadCatalogue = func() (*compliance.Catalogue, error) { return c, nil }
	return func() { loadCatalogue = compliance.Load }
}
