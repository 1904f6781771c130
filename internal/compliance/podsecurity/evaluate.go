package podsecurity

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

// Evaluate judges the pod of an object: one finding for each check, none for an object that has no pod. Objects are as
// in package workload, workload.Unknown included. A field of a type that the API server refuses is ERROR for every check.
//
// Where something is not known yet that a check reads, or above it, the check's verdict is INSUFFICIENT_DATA; only a
// violation that nothing else can heal is one already, then without path and message. That is sound and coarse: one
// container that is not known hides what others are missing.
func (p *Profile) Evaluate(object map[string]any, templates workload.Templates) []compliance.Finding {
	found, ok := workload.PodOf(object, templates)
	if !ok {
		return nil
	}
	s := subject{Pod: found}
	if s.Verdict == "" {
		s.decode()
	}
	out := make([]compliance.Finding, 0, len(p.checks))
	for _, c := range p.checks {
		out = append(out, s.judge(c))
	}
	return out
}

// subject is a pod while it is judged.
type subject struct {
	workload.Pod
	holes    [][]string
	nameless bool // A name is not known, so messages would lack it.
	metadata metav1.ObjectMeta
	spec     corev1.PodSpec
}

// decode sets metadata and spec, or the verdict for all checks.
func (s *subject) decode() {
	found := func(at []string) {
		s.holes = append(s.holes, at)
		s.nameless = s.nameless || at[len(at)-1] == "name"
	}
	containers := s.Spec["containers"]
	if list, ok := containers.([]any); containers != workload.Unknown && (!ok || len(list) == 0) {
		s.refuse("containers", s.Path+".containers is no list of containers: the API server refuses the object")
		return
	}
	for _, field := range containerLists {
		list, _ := s.Spec[field].([]any)
		if i := slices.Index(list, nil); i >= 0 { // Which would be decoded into an empty container.
			at := fmt.Sprintf("%s[%d]", field, i)
			s.refuse(at, s.Path+"."+at+" is no container: the API server refuses the object")
			return
		}
	}
	spec := withoutHoles(s.Spec, nil, found)
	if err := decode(spec, reflect.ValueOf(&s.spec).Elem(), ""); err != nil {
		var wrong *wrongType
		if errors.As(err, &wrong) {
			s.refuse(wrong.path, s.Path+"."+wrong.Error())
		} else {
			s.refuse("", err.Error())
		}
		return
	}
	for i := range s.spec.Volumes {
		// The API server takes a volume without a kind for an emptyDir before any check sees it.
		if v := &s.spec.Volumes[i].VolumeSource; reflect.ValueOf(*v).IsZero() {
			v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	s.annotations(found)
}

// annotations are all that the standards look at beside the spec.
func (s *subject) annotations(found func([]string)) {
	if s.Metadata == workload.Unknown {
		found([]string{"metadata"})
		return
	}
	metadata, _ := s.Metadata.(map[string]any)
	known, _ := withoutHoles(map[string]any{"annotations": metadata["annotations"]}, []string{"metadata"}, found).(map[string]any)
	if err := decode(known["annotations"], reflect.ValueOf(&s.metadata.Annotations).Elem(), "metadata.annotations"); err != nil {
		s.Verdict, s.Message = compliance.Error, err.Error()
		s.Path = s.annotationsPath()
	}
}

func (s *subject) annotationsPath() string {
	return strings.TrimSuffix(s.Path, "spec") + "metadata.annotations"
}

func (s *subject) refuse(field, message string) {
	s.Verdict, s.Message = compliance.Error, message
	if field != "" {
		s.Path += "." + field
	}
}

func (s *subject) judge(c *Check) compliance.Finding {
	f := compliance.Finding{
		RuleID: c.ID, Severity: c.Severity, Category: c.Category, Resource: s.Resource, Workload: s.Workload, Verdict: s.Verdict,
	}
	if s.Verdict != "" {
		f.Path, f.Message = s.Path, compliance.Clean(s.Message)
		return f
	}
	waits := slices.ContainsFunc(s.holes, c.waitsFor)
	result := c.judge(&s.metadata, &s.spec)
	switch {
	case waits && (!c.strict || result.Allowed):
		f.Verdict, f.Message = compliance.InsufficientData, "a value that is not known yet may decide"
		return f
	case result.Allowed:
		f.Verdict = compliance.Compliant
		return f
	}
	f.Verdict = compliance.NonCompliant
	if waits {
		return f
	}
	f.Path = s.blame(c)
	if !s.nameless {
		f.Message = result.ForbiddenReason
		if result.ForbiddenDetail != "" {
			f.Message += ": " + result.ForbiddenDetail
		}
		f.Message = compliance.Clean(f.Message)
	}
	return f
}
