package workload

import (
	"strings"
	"testing"

	"github.com/google/cel-go/cel"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// The compiler of the API server accepts every rendered expression as of the oldest version that is supported, and the
// rule's own text is in it byte for byte. What it then says of objects is tested on a real API server.
func TestRenderPolicy(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	env, err := compliance.NewEnvironment(oldestKubernetes, nil,
		cel.Variable("object", cel.DynType), cel.Variable("oldObject", cel.DynType), cel.Variable("request", cel.DynType), cel.Variable("variables", cel.DynType))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			p := RenderPolicy(r, PolicyOptions{})
			spec := p.Policy["spec"].(map[string]any)
			check := func(what string, text any, want *cel.Type) {
				checked, issues := env.Compile(text.(string))
				if issues.Err() != nil || want != nil && !checked.OutputType().IsExactType(want) {
					t.Errorf("%s: %v\n%s", what, issues.Err(), text)
				}
			}
			for _, v := range asList(spec["variables"]) {
				check("variable", v["expression"], nil)
			}
			for _, m := range asList(spec["matchConditions"]) {
				check("condition", m["expression"], cel.BoolType)
			}
			v := asList(spec["validations"])[0]
			expression := v["expression"].(string)
			check("expression", expression, cel.BoolType)
			check("message", v["messageExpression"], cel.StringType)
			if !strings.Contains(expression, r.Compliant) {
				t.Errorf("the policy's expression lacks the rule's\n%s\n%s", expression, r.Compliant)
			}
			if p.Binding["spec"].(map[string]any)["policyName"] != p.Policy["metadata"].(map[string]any)["name"] {
				t.Error("the binding names another policy")
			}
		})
	}
}

func asList(v any) []map[string]any {
	var out []map[string]any
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, e.(map[string]any))
	}
	return out
}
