package docs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// The types below are the form of `terraform providers schema -json`. They are
// written out instead of asking a CLI, because an older CLI leaves out what it
// does not know (identity, list resources, actions), and the committed file
// must not depend on whose machine it was made on.
type (
	providerSchemas struct {
		FormatVersion string                    `json:"format_version"`
		Schemas       map[string]providerSchema `json:"provider_schemas"`
	}
	providerSchema struct {
		Provider           schemaJSON              `json:"provider"`
		Resources          map[string]schemaJSON   `json:"resource_schemas,omitempty"`
		DataSources        map[string]schemaJSON   `json:"data_source_schemas,omitempty"`
		EphemeralResources map[string]schemaJSON   `json:"ephemeral_resource_schemas,omitempty"`
		ListResources      map[string]schemaJSON   `json:"list_resource_schemas,omitempty"`
		Actions            map[string]actionJSON   `json:"action_schemas,omitempty"`
		Functions          map[string]functionJSON `json:"functions,omitempty"`
		Identities         map[string]identityJSON `json:"resource_identity_schemas,omitempty"`
	}
	schemaJSON struct {
		Version int64     `json:"version"`
		Block   blockJSON `json:"block"`
	}
	actionJSON struct {
		Block blockJSON `json:"block"`
	}
	blockJSON struct {
		Attributes      map[string]attributeJSON `json:"attributes,omitempty"`
		BlockTypes      map[string]nestedJSON    `json:"block_types,omitempty"`
		Description     string                   `json:"description,omitempty"`
		DescriptionKind string                   `json:"description_kind,omitempty"`
		Deprecated      bool                     `json:"deprecated,omitempty"`
	}
	nestedJSON struct {
		NestingMode string    `json:"nesting_mode"`
		Block       blockJSON `json:"block"`
		MinItems    int64     `json:"min_items,omitempty"`
		MaxItems    int64     `json:"max_items,omitempty"`
	}
	attributeJSON struct {
		Type            json.RawMessage `json:"type,omitempty"`
		NestedType      *objectJSON     `json:"nested_type,omitempty"`
		Description     string          `json:"description,omitempty"`
		DescriptionKind string          `json:"description_kind,omitempty"`
		Deprecated      bool            `json:"deprecated,omitempty"`
		Required        bool            `json:"required,omitempty"`
		Optional        bool            `json:"optional,omitempty"`
		Computed        bool            `json:"computed,omitempty"`
		Sensitive       bool            `json:"sensitive,omitempty"`
		WriteOnly       bool            `json:"write_only,omitempty"`
	}
	objectJSON struct {
		Attributes  map[string]attributeJSON `json:"attributes"`
		NestingMode string                   `json:"nesting_mode"`
	}
	identityJSON struct {
		Version    int64                            `json:"version"`
		Attributes map[string]identityAttributeJSON `json:"attributes"`
	}
	identityAttributeJSON struct {
		Type              json.RawMessage `json:"type"`
		Description       string          `json:"description,omitempty"`
		RequiredForImport bool            `json:"required_for_import,omitempty"`
		OptionalForImport bool            `json:"optional_for_import,omitempty"`
	}
	functionJSON struct {
		Description        string          `json:"description,omitempty"`
		Summary            string          `json:"summary,omitempty"`
		DeprecationMessage string          `json:"deprecation_message,omitempty"`
		ReturnType         json.RawMessage `json:"return_type"`
		Parameters         []parameterJSON `json:"parameters,omitempty"`
		VariadicParameter  *parameterJSON  `json:"variadic_parameter,omitempty"`
	}
	parameterJSON struct {
		Name        string          `json:"name,omitempty"`
		Description string          `json:"description,omitempty"`
		IsNullable  bool            `json:"is_nullable,omitempty"`
		Type        json.RawMessage `json:"type"`
	}
)

// surface is everything that the provider offers, as it tells a CLI.
type surface struct {
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

// offered asks the provider, without a CLI and without configuring it.
func offered(ctx context.Context) (surface, error) {
	server := providerserver.NewProtocol6(provider.New("docs")())()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return surface{}, fmt.Errorf("asking for the schemas: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return surface{}, fmt.Errorf("asking for the identities: %w", err)
	}
	var errs []error
	for _, d := range append(schemas.Diagnostics, identities.Diagnostics...) {
		errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
	}
	return surface{schemas, identities.IdentitySchemas}, errors.Join(errs...)
}

// SchemaJSON renders the provider's schema as `terraform providers schema
// -json` does, under the given key. Maps are sorted by encoding/json, so the
// same provider gives the same bytes.
func SchemaJSON(ctx context.Context, key string) ([]byte, error) {
	s, err := offered(ctx)
	if err != nil {
		return nil, err
	}
	if len(s.schemas.StateStoreSchemas) > 0 {
		return nil, errors.New("the provider has a state store, which this program cannot render yet")
	}
	var c converter
	p := providerSchema{
		Provider:           c.schema(s.schemas.Provider),
		Resources:          each(s.schemas.ResourceSchemas, c.schema),
		DataSources:        each(s.schemas.DataSourceSchemas, c.schema),
		EphemeralResources: each(s.schemas.EphemeralResourceSchemas, c.schema),
		ListResources:      each(s.schemas.ListResourceSchemas, c.schema),
		Actions: each(s.schemas.ActionSchemas, func(a *tfprotov6.ActionSchema) actionJSON {
			return actionJSON{c.block(a.Schema.Block)}
		}),
		Functions:  each(s.schemas.Functions, c.function),
		Identities: each(s.identities, c.identity),
	}
	if c.err != nil {
		return nil, c.err
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // the file is read by people in diffs
	encoder.SetIndent("", "  ")
	err = encoder.Encode(providerSchemas{FormatVersion: "1.0", Schemas: map[string]providerSchema{key: p}})
	return b.Bytes(), err
}

func each[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := map[string]To{}
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

// converter turns protocol structs into JSON ones and keeps the first error.
type converter struct{ err error }

func (c *converter) schema(s *tfprotov6.Schema) schemaJSON {
	return schemaJSON{Version: s.Version, Block: c.block(s.Block)}
}

func (c *converter) block(b *tfprotov6.SchemaBlock) blockJSON {
	out := blockJSON{
		Attributes: c.attributes(b.Attributes), BlockTypes: map[string]nestedJSON{},
		Description: b.Description, DescriptionKind: kind(b.DescriptionKind), Deprecated: b.Deprecated,
	}
	for _, n := range b.BlockTypes {
		out.BlockTypes[n.TypeName] = nestedJSON{
			NestingMode: strings.ToLower(n.Nesting.String()), Block: c.block(n.Block), MinItems: n.MinItems, MaxItems: n.MaxItems,
		}
	}
	return out
}

func (c *converter) attributes(list []*tfprotov6.SchemaAttribute) map[string]attributeJSON {
	out := map[string]attributeJSON{}
	for _, a := range list {
		converted := attributeJSON{
			Description: a.Description, DescriptionKind: kind(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if a.NestedType != nil {
			converted.NestedType = &objectJSON{
				Attributes: c.attributes(a.NestedType.Attributes), NestingMode: strings.ToLower(a.NestedType.Nesting.String()),
			}
		} else {
			converted.Type = c.typeJSON(a.Type)
		}
		out[a.Name] = converted
	}
	return out
}

func (c *converter) identity(s *tfprotov6.ResourceIdentitySchema) identityJSON {
	out := identityJSON{Version: s.Version, Attributes: map[string]identityAttributeJSON{}}
	for _, a := range s.IdentityAttributes {
		out.Attributes[a.Name] = identityAttributeJSON{
			Type: c.typeJSON(a.Type), Description: a.Description,
			RequiredForImport: a.RequiredForImport, OptionalForImport: a.OptionalForImport,
		}
	}
	return out
}

func (c *converter) function(f *tfprotov6.Function) functionJSON {
	out := functionJSON{
		Description: f.Description, Summary: f.Summary, DeprecationMessage: f.DeprecationMessage, ReturnType: c.typeJSON(f.Return.Type),
	}
	parameter := func(p *tfprotov6.FunctionParameter) parameterJSON {
		return parameterJSON{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue, Type: c.typeJSON(p.Type)}
	}
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, parameter(p))
	}
	if f.VariadicParameter != nil {
		variadic := parameter(f.VariadicParameter)
		out.VariadicParameter = &variadic
	}
	return out
}

// typeJSON is a type in the JSON form that the protocol and the CLI share.
func (c *converter) typeJSON(t tftypes.Type) json.RawMessage {
	text, err := json.Marshal(t)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("encoding type %s: %w", t, err)
	}
	return text
}

func kind(k tfprotov6.StringKind) string {
	if k == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}
