// Package diagnostic words the errors of calls for people: what was being
// done, what the service said, and what to do.
package diagnostic

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Error is a diagnostic for a failed call. doing completes "… failed", e.g.
// "Reading the inspection schedule of cluster c1".
func Error(doing string, err error) diag.Diagnostic {
	summary := doing + " failed"
	if kind := alicloud.KindOf(err); kind != "" {
		summary = fmt.Sprintf("%s: %s", doing, kind)
	}
	if errors.Is(err, context.Canceled) {
		summary = doing + " was interrupted"
	}
	detail := err.Error() + "."
	if advice := alicloud.Advice(err); advice != "" {
		detail += "\n\nWhat to do: " + advice + "."
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// UpperFirst starts a sentence with what stands inside others, e.g. the name of an object.
func UpperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
