// Package attribute has the schema attributes that every data source shares.
package attribute

import "github.com/hashicorp/terraform-plugin-framework/datasource/schema"

// Text is a text that the data source gives.
func Text(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}
