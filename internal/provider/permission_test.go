package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/permission"
)

// Everything that the provider offers says which permissions it needs, and the table has nothing else.
func TestPermissions_complete(t *testing.T) {
	t.Parallel()
	schemas, err := providerserver.NewProtocol6(provider.New("test")())().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	offered := slices.Concat(
		slices.Collect(maps.Keys(schemas.ResourceSchemas)), slices.Collect(maps.Keys(schemas.DataSourceSchemas)),
		slices.Collect(maps.Keys(schemas.EphemeralResourceSchemas)), slices.Collect(maps.Keys(schemas.ActionSchemas)),
	)
	for name := range schemas.ListResourceSchemas {
		offered = append(offered, "list."+name)
	}
	names := permission.Names()
	for _, name := range offered {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not in the table of internal/service/permission: add what it needs, or why it needs nothing", name)
		}
	}
	for _, name := range names {
		object := name
		if parts := strings.Split(strings.TrimPrefix(name, "list."), "."); len(parts) == 2 {
			object = parts[0]
			if !hasArgument(schemas, object, parts[1]) {
				t.Errorf("the table has %s, and %s has no argument %s", name, object, parts[1])
			}
		}
		if !slices.Contains(offered, object) {
			t.Errorf("the table has %s, which the provider does not offer", name)
		}
	}
}

// hasArgument also knows the provider's own inventory, which stands for an argument of each data source that lists clusters.
func hasArgument(schemas *tfprotov6.GetProviderSchemaResponse, object, argument string) bool {
	if argument == "inventory" && hasArgument(schemas, object, "account_ids") {
		return true
	}
	for _, all := range []map[string]*tfprotov6.Schema{schemas.ResourceSchemas, schemas.DataSourceSchemas} {
		if s := all[object]; s != nil {
			return slices.ContainsFunc(s.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == argument && (a.Optional || a.Required) })
		}
	}
	return false
}
