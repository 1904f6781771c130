package acctest

import (
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// Protocol is the provider at the level of its protocol, for what the
// installed CLI does not speak yet.
type Protocol struct {
	tfprotov6.ProviderServer
	Schemas    *tfprotov6.GetProviderSchemaResponse
	Identities map[string]*tfprotov6.ResourceIdentitySchema
}

// Protocol returns the provider, configured for the management account.
func (c *Cloud) Protocol(t *testing.T) *Protocol {
	t.Helper()
	return c.ProtocolWith(t, nil)
}

// ProtocolWith is Protocol with further arguments of the provider.
func (c *Cloud) ProtocolWith(t testing.TB, arguments map[string]string) *Protocol {
	t.Helper()
	p := unconfigured(t, c.Factories())
	key := c.ManagementKey()
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	endpoints, addresses := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}, map[string]tftypes.Value{}
	for _, product := range []string{"cs", "sts", "resourcemanager", "config", "sls"} {
		endpoints.AttributeTypes[product], addresses[product] = tftypes.String, text(c.Endpoint())
	}
	values := map[string]tftypes.Value{
		"access_key": text(key.ID), "secret_key": text(key.Secret), "region": text("cn-hangzhou"),
		"endpoints": tftypes.NewValue(tftypes.List{ElementType: endpoints}, []tftypes.Value{tftypes.NewValue(endpoints, addresses)}),
	}
	for name, value := range arguments {
		values[name] = text(value)
	}
	config := Fill(t, p.Schemas.Provider.ValueType(), values)
	answer, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	NoDiagnostics(t, answer.Diagnostics)
	return p
}

// unconfigured starts a provider.
func unconfigured(t testing.TB, factories map[string]func() (tfprotov6.ProviderServer, error)) *Protocol {
	t.Helper()
	server, err := factories["ackguard"]()
	if err != nil {
		t.Fatal(err)
	}
	offers, err := offered()
	if err != nil {
		t.Fatal(err)
	}
	offers.ProviderServer = server
	return &offers
}

// offered is what every provider server says of itself; asking each costs as much as a resource's life.
var offered = sync.OnceValues(func() (p Protocol, err error) {
	server := providerserver.NewProtocol6(provider.New("test")())()
	if p.Schemas, err = server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		return p, err
	}
	identities, err := server.GetResourceIdentitySchemas(context.Background(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return p, err
	}
	p.Identities = identities.IdentitySchemas
	return p, nil
})

// Fill makes an object of a schema's type: the values given, lists of blocks
// empty, everything else null.
func Fill(t testing.TB, kind tftypes.Type, values map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	object, ok := kind.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", kind)
	}
	all := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		switch value, given := values[name]; {
		case given:
			all[name] = value
		case attribute.Is(tftypes.List{}):
			all[name] = tftypes.NewValue(attribute, []tftypes.Value{})
		default:
			all[name] = tftypes.NewValue(attribute, nil)
		}
	}
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, all))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// Attributes reads the attributes of an object.
func Attributes(t *testing.T, kind tftypes.Type, value *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	object, err := value.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]tftypes.Value{}
	if err := object.As(&attributes); err != nil {
		t.Fatal(err)
	}
	return attributes
}

// NoDiagnostics fails the test on any diagnostic.
func NoDiagnostics(t testing.TB, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diagnostics {
		t.Fatalf("%s: %s", d.Summary, d.Detail)
	}
}
