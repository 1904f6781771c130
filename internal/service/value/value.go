// Package value turns answers into Terraform values.
package value

import "github.com/hashicorp/terraform-plugin-framework/types"

// OrNull is a text, or null where the service left it empty.
func OrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}
