package scan

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
)

// What to do about a configuration that is not touched.
var refusalAdvice = map[inspector.Reason]string{
	inspector.NoKey:     "name the key by objects.config_key, or the ConfigMap by objects.config_map",
	inspector.Broken:    "repair the ConfigMap, or let an upgrade of the component write it again",
	inspector.Mixed:     "repair the ConfigMap, or let an upgrade of the component write it again",
	inspector.Unknown:   "please report the version of the component and these keys; until then, manage this cluster's settings in the console",
	inspector.Incapable: "leave the field out of the entry, or, if you know that the engine understands it, name it in confirmed_exemption_fields",
}

// missingError is a component whose objects are not there.
type missingError struct{ what string }

// Error implements error.
func (e *missingError) Error() string { return "the cluster " + e.what }

// explained words an error for people. where names the cluster and its place.
func explained(doing, where string, err error) diag.Diagnostic {
	var refused *inspector.RefusedError
	var ambiguous *ambiguousError
	var absent *absentError
	var newer *newerError
	var missing *missingError
	switch {
	case errors.As(err, &refused):
		detail := fmt.Sprintf("In %s, %s. Nothing was changed.", where, refused)
		if advice := refusalAdvice[refused.Reason]; advice != "" {
			detail += "\n\nWhat to do: " + advice + "."
		}
		return diag.NewErrorDiagnostic(doing+": configuration not touched", detail)
	case errors.As(err, &ambiguous):
		return diag.NewErrorDiagnostic(doing+": objects found twice", fmt.Sprintf("In %s, %s.", where, ambiguous))
	case errors.As(err, &missing):
		return diag.NewErrorDiagnostic(doing+": objects not found", fmt.Sprintf("%s: the component is installed, but %s.\n\n"+
			"What to do: wait until the component has started, or name its objects by objects.", diagnostic.UpperFirst(where), missing))
	case errors.As(err, &absent):
		return diag.NewErrorDiagnostic("Component is not installed", fmt.Sprintf("%s in %s.\n\nWhat to do: set install_component = true, or component_version, or install the add-on otherwise.",
			diagnostic.UpperFirst(absent.Error()), where))
	case errors.As(err, &newer):
		return diag.NewErrorDiagnostic("Component is newer than component_version", fmt.Sprintf("In %s, %s.\n\nWhat to do: set component_version = %q, or leave it out.", where, newer, newer.installed))
	}
	return failed(doing, where, err)
}
