package workload

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// caseFile is a case as a rule file has it: the part that matters, or a whole object.
type caseFile struct {
	Name string `yaml:"name"`
	// Container is the one container of a pod that complies in everything else; ContainersOf has several of them.
	Container map[string]any `yaml:"container"`
	Init      map[string]any `yaml:"init_container"` // Beside Container.
	Pod       map[string]any `yaml:"pod"`            // Fields of the pod's spec.
	Object    map[string]any `yaml:"object"`         // Whole.
	Kind      string         `yaml:"kind"`           // Of the workload around Container and Pod; Deployment if empty.

	Want      compliance.Verdict `yaml:"want"`
	Admission string             `yaml:"admission"` // COMPLIANT, NON_COMPLIANT, or rejected.
	Message   string             `yaml:"message"`
}

// unknownText stands for a value that is not known yet in a rule file.
const unknownText = "(unknown)"

// rejected: the API server would not store the object, whatever the policy says.
const rejected = "rejected"

func (c *caseFile) parse(r *Rule) (Case, error) {
	parsed := Case{Name: c.Name, Want: c.Want, Admission: c.Want, Message: c.Message}
	if c.Name == "" {
		return parsed, errors.New("the case has no name")
	}
	if !slices.Contains(compliance.Verdicts(), c.Want) || c.Want == compliance.Ignored {
		return parsed, fmt.Errorf("case %q: want: %q is not a verdict that a rule can give", c.Name, c.Want)
	}
	switch c.Admission {
	case "":
		switch {
		case !c.Want.Decided():
			parsed.Admission = ""
		case c.Want == compliance.NotApplicable:
			parsed.Admission = compliance.Compliant
		}
	case rejected:
		parsed.Admission = ""
	case string(compliance.Compliant), string(compliance.NonCompliant):
		parsed.Admission = compliance.Verdict(c.Admission)
		if r.Admission.EN == "" && c.Want.Decided() {
			return parsed, fmt.Errorf("case %q: a rule whose verdict differs at admission says why under admission", c.Name)
		}
	default:
		return parsed, fmt.Errorf("case %q: admission: want COMPLIANT, NON_COMPLIANT or rejected", c.Name)
	}
	if c.Object != nil {
		if c.Container != nil || c.Init != nil || c.Pod != nil || c.Kind != "" {
			return parsed, fmt.Errorf("case %q: object is whole, nothing goes beside it", c.Name)
		}
		parsed.Object, _ = normalize(c.Object).(map[string]any)
		return parsed, nil
	}
	spec := map[string]any{"containers": []any{container("main", c.Container)}}
	if c.Init != nil {
		spec["initContainers"] = []any{container("setup", c.Init)}
	}
	for k, v := range c.Pod {
		spec[k] = v
	}
	kind := c.Kind
	if kind == "" {
		kind = "Deployment"
	}
	object, err := Around(kind, normalize(spec))
	if err != nil {
		return parsed, fmt.Errorf("case %q: %w", c.Name, err)
	}
	parsed.Object = object
	return parsed, nil
}

func container(name string, fields map[string]any) map[string]any {
	c := map[string]any{"name": name, "image": "registry.example.com/app:1.4.2"}
	for k, v := range fields {
		c[k] = v
	}
	return c
}

// normalize gives values from a rule file the shapes that a manifest's have.
func normalize(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			if e != nil {
				out[k] = normalize(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = normalize(e)
		}
		return out
	case int:
		return int64(x)
	case string:
		if x == unknownText {
			return Unknown
		}
	}
	return v
}
