package docs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

// workloadExample is a row of a workload rule's verdict table.
type workloadExample struct {
	Name, Object, Verdict string
	// Admission is what the API server does: admitted, refused, not stored (whatever the policy says) or not asked.
	Admission string
	Message   string
}

func workloadExamples(r *workload.Rule) ([]workloadExample, error) {
	var rows []workloadExample
	for _, c := range r.Tests {
		object, err := essence(c.Object)
		if err != nil {
			return nil, err
		}
		findings := workload.Evaluate(c.Object, workload.Options{Rules: []*workload.Rule{r}})
		i := slices.IndexFunc(findings, func(f compliance.Finding) bool { return f.Verdict == c.Want })
		if i < 0 {
			return nil, fmt.Errorf("rule %s: case %q: nothing is %s", r.ID, c.Name, c.Want)
		}
		rows = append(rows, workloadExample{c.Name, object, string(c.Want), admissionOf(c), findings[i].Message})
	}
	return rows, nil
}

func admissionOf(c workload.Case) string {
	switch {
	case workload.HasHoles(c.Object):
		return "not asked"
	case c.Admission == compliance.Compliant:
		return "admitted"
	case c.Admission == compliance.NonCompliant:
		return "refused"
	default:
		return "not stored"
	}
}

// essence writes down what an object says of its own: a workload as its kind and its pod's spec without what the cases of
// rule files need not say, anything else without its API version.
func essence(object map[string]any) (string, error) {
	kind, _ := object["kind"].(string)
	spec := podSpec(object)
	if spec == nil {
		rest := maps.Clone(object)
		delete(rest, "kind")
		delete(rest, "apiVersion")
		return flow(kind, rest)
	}
	rest := maps.Clone(spec)
	delete(rest, "restartPolicy") // what a Job needs to be whole
	for _, field := range []string{"containers", "initContainers"} {
		if list, ok := spec[field].([]any); ok {
			rest[field] = bare(list)
		}
	}
	return flow(kind, rest)
}

// podSpec is nil for an object that has none.
func podSpec(object map[string]any) map[string]any {
	at, _ := object["spec"].(map[string]any)
	if object["kind"] == "Pod" {
		return at
	}
	if job, ok := at["jobTemplate"].(map[string]any); ok {
		at, _ = job["spec"].(map[string]any)
	}
	template, _ := at["template"].(map[string]any)
	spec, _ := template["spec"].(map[string]any)
	return spec
}

// usualImage is that of every container whose case names none.
const usualImage = "registry.example.com/app:1.4.2"

// bare leaves out the containers' names, which no rule is about, and the usual image.
func bare(containers []any) []any {
	list := make([]any, len(containers))
	for i, c := range containers {
		list[i] = c
		if fields, ok := c.(map[string]any); ok {
			fields = maps.Clone(fields)
			delete(fields, "name")
			switch fields["image"] {
			case usualImage:
				delete(fields, "image")
			case nil:
				fields["image"] = nil // null, to be told from the usual one
			}
			list[i] = fields
		}
	}
	return list
}

// flow writes YAML in one line.
func flow(kind string, fields map[string]any) (string, error) {
	if len(fields) == 0 {
		return kind, nil
	}
	var node yaml.Node
	if err := node.Encode(known(fields)); err != nil {
		return "", err
	}
	node.Style = yaml.FlowStyle
	text, err := yaml.Marshal(&node)
	if err != nil {
		return "", err
	}
	return kind + " " + strings.Join(strings.Fields(string(text)), " "), nil
}

// known writes down values that are not known yet as rule files do.
func known(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = known(e)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = known(e)
		}
		return out
	}
	if v == workload.Unknown {
		return "(unknown)"
	}
	return v
}
