package simulator

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// ScenarioSchema is the JSON Schema of scenario files. It is reflected from the structs that the strict decoder reads,
// so the two cannot drift apart.
func ScenarioSchema() ([]byte, error) {
	reflector := jsonschema.Reflector{RequiredFromJSONSchemaTags: true, ExpandedStruct: true}
	schema := reflector.Reflect(&Scenario{})
	schema.ID = ""
	schema.Title = "ackguard simulator scenario"
	describe(schema)
	for _, definition := range schema.Definitions {
		describe(definition)
	}
	return json.MarshalIndent(schema, "", "  ")
}

// describe gives the fields that mirror an API a description too.
func describe(s *jsonschema.Schema) {
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Description == "" {
			p.Value.Description = "The API's own field " + p.Key + "."
		}
	}
}

// JSONSchemaExtend adds the empty string to the mapping.
func (MasterURL) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s)
	mapping := *s
	*s = jsonschema.Schema{AnyOf: []*jsonschema.Schema{&mapping, {Type: "string", Enum: []any{""}}}}
}
