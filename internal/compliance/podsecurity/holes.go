package podsecurity

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

// element stands for a place in a list.
const element = "[*]"

var containerLists = []string{"initContainers", "containers", "ephemeralContainers"}

// fieldSteps splits a field of checks.yaml, such as volumes[*].hostPath, into its steps from the pod's spec on; one of
// containers is one of each list of them, and volumes[*].* is one of each kind of volume.
func fieldSteps(field string) [][]string {
	if rest, ok := strings.CutPrefix(field, "metadata.annotations."); ok {
		return [][]string{{"metadata", "annotations", rest}}
	}
	var steps []string
	for part := range strings.SplitSeq(field, ".") {
		name, indexed := strings.CutSuffix(part, element)
		if steps = append(steps, name); indexed {
			steps = append(steps, element)
		}
	}
	var out [][]string
	switch {
	case steps[0] == "containers":
		for _, list := range containerLists {
			out = append(out, append([]string{list}, steps[1:]...))
		}
	case field == "volumes[*].*":
		for _, kind := range fieldsOf(reflect.TypeFor[corev1.VolumeSource]()) {
			out = append(out, []string{"volumes", element, kind.name})
		}
	default:
		out = append(out, steps)
	}
	return out
}

// withoutHoles returns a value with all that is not known left out, and calls found with the place of each.
func withoutHoles(v any, at []string, found func(at []string)) any {
	if !workload.HasHoles(v) {
		return v
	}
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if step := slices.Concat(at, []string{k}); x[k] == workload.Unknown {
				found(step)
			} else {
				out[k] = withoutHoles(x[k], step, found)
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(x))
		step := slices.Concat(at, []string{element})
		for _, e := range x {
			if e == workload.Unknown {
				found(step)
			} else {
				out = append(out, withoutHoles(e, step, found))
			}
		}
		return out
	}
	return v
}

// waitsFor reports whether a hole is in the place of something that the check reads, or above it.
func (c *Check) waitsFor(hole []string) bool {
	return slices.ContainsFunc(slices.Concat(c.reads, c.relaxedBy), func(read []string) bool {
		if len(hole) > len(read) {
			return false
		}
		for i, step := range hole {
			prefix, open := strings.CutSuffix(read[i], "*")
			if step != read[i] && (!open || !strings.HasPrefix(step, prefix)) {
				return false
			}
		}
		return true
	})
}
