package logshipping

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// componentValidator checks the name of a component of the control plane by its form: the service has more of them from
// time to time.
type componentValidator struct{}

var component = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Description implements validator.String.
func (componentValidator) Description(context.Context) string {
	return "must be the name of a component as the API has it: lower-case letters, digits and hyphens, e.g. apiserver"
}

// MarkdownDescription implements validator.String.
func (v componentValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

// ValidateString implements validator.String.
func (v componentValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	switch name := req.ConfigValue.ValueString(); {
	case name == "audit":
		resp.Diagnostics.AddAttributeError(req.Path, "Audit log is no component", "The audit log of the API server is switched by enabled. The service never lists it among the components, so it would be missing for ever.")
	case !component.MatchString(name):
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid component", fmt.Sprintf("%q %s.", name, v.Description(ctx)))
	}
}
