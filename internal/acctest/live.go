package acctest

import "testing"

// Live takes a resource through a life in this process, without the CLI: it is
// created with the first arguments, changed to each of the others, and
// destroyed. It returns every error and warning on the way; an error ends it.
func (c *Cloud) Live(t *testing.T, kind string, lives ...map[string]any) (said []string) {
	t.Helper()
	core := c.core(t, kind)
	var state object
	save := func(o object) { state = o }
	for _, arguments := range lives {
		if err := core.apply(t.Context(), state, arguments, save); err != nil {
			return append(core.warnings, err.Error())
		}
	}
	if err := core.destroy(t.Context(), state, save); err != nil {
		return append(core.warnings, err.Error())
	}
	return core.warnings
}
