package podsecurity

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// blame returns the first field that a check forbids. The library names containers and volumes only in prose, so each is
// shown to the check alone.
func (s *subject) blame(c *Check) string {
	bare := s.spec
	bare.InitContainers, bare.Containers, bare.EphemeralContainers, bare.Volumes = nil, nil, nil, nil
	alone := func(change func(*corev1.PodSpec)) bool {
		spec := bare
		change(&spec)
		return !c.judge(&s.metadata, &spec).Allowed
	}
	if alone(func(*corev1.PodSpec) {}) {
		if c.judge(&metav1.ObjectMeta{}, &bare).Allowed {
			return s.annotationsPath()
		}
		return s.field(c, "", s.Spec)
	}
	for i := range s.spec.Volumes {
		if alone(func(spec *corev1.PodSpec) { spec.Volumes = s.spec.Volumes[i : i+1] }) {
			return s.in(c, "volumes", i)
		}
	}
	for i := range s.spec.InitContainers {
		if alone(func(spec *corev1.PodSpec) { spec.InitContainers = s.spec.InitContainers[i : i+1] }) {
			return s.in(c, "initContainers", i)
		}
	}
	for i := range s.spec.Containers {
		if alone(func(spec *corev1.PodSpec) { spec.Containers = s.spec.Containers[i : i+1] }) {
			return s.in(c, "containers", i)
		}
	}
	for i := range s.spec.EphemeralContainers {
		if alone(func(spec *corev1.PodSpec) { spec.EphemeralContainers = s.spec.EphemeralContainers[i : i+1] }) {
			return s.in(c, "ephemeralContainers", i)
		}
	}
	return s.Path
}

func (s *subject) in(c *Check, list string, i int) string {
	elements, _ := s.Spec[list].([]any)
	if i >= len(elements) {
		return s.Path + "." + list
	}
	return s.field(c, list+"["+strconv.Itoa(i)+"]", elements[i])
}

// field returns the first field below a place that the check reads and that is there; else the first that it reads.
func (s *subject) field(c *Check, at string, value any) string {
	list, _, _ := strings.Cut(at, "[")
	first := ""
	for _, read := range c.reads {
		steps := read
		switch {
		case read[0] == "metadata":
			continue
		case list != "" && (read[0] != list || len(read) < 2):
			continue
		case list != "":
			steps = read[2:]
		case strings.HasSuffix(read[0], "ontainers") || read[0] == "volumes":
			continue
		}
		names, there := descend(value, steps)
		parts := append([]string{s.Path, at}, names...)
		full := strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ".")
		if there {
			return full
		}
		if first == "" {
			first = full
		}
	}
	if first == "" {
		return s.Path
	}
	return first
}

// descend follows steps as far as a list; it reports whether the last of them is there and not false.
func descend(value any, steps []string) (names []string, there bool) {
	if i := slices.Index(steps, element); i >= 0 {
		steps = steps[:i]
	}
	for _, step := range steps {
		m, _ := value.(map[string]any)
		value = m[step]
	}
	return steps, value != nil && value != false
}
