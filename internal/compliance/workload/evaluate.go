package workload

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/shape"
)

// Options say how objects are judged.
type Options struct {
	Rules     []*Rule
	Templates Templates // Of custom resources.
}

// Evaluate judges one object: one finding for each rule that can be about its kind, and for a rule on containers one for
// each container. An object that no rule is about has none. The result depends on nothing but the arguments.
//
// The object is as the package's documentation says. One that the API server would not store for its lack of a pod's
// spec or of containers, or for the type of a value that the rule reads, yields ERROR, never a pass; what is not known
// yet counts as of the right type. A violation's path or message is empty where a hole stands in the way
// of it alone.
func Evaluate(object map[string]any, o Options) []compliance.Finding { return Append(nil, object, o) }

// Append is Evaluate onto findings, for a stream of objects that would otherwise make a list for each.
func Append(findings []compliance.Finding, object map[string]any, o Options) []compliance.Finding {
	s := subject{object: object, identity: identityOf(object), whole: !HasHoles(object), findings: findings}
	s.resource = ResourceOf(s.identity)
	apiVersion, _ := object["apiVersion"].(string)
	if object["apiVersion"] == Unknown || object["kind"] == Unknown {
		return s.each(o.Rules, compliance.InsufficientData, "", "apiVersion and kind are not known yet")
	}
	s.kind = kindFor(apiVersion, s.identity.Kind, o.Templates)
	switch {
	case s.kind.rbac:
		s.values.object = s.value(object)
		s.refused = shape.Of(rbacTypes[s.identity.Kind]).Refused(object)
		for _, r := range o.Rules {
			if r.Scope == ScopeRBAC && slices.Contains(r.Kinds, s.identity.Kind) {
				s.judge(r, "", "")
			}
		}
		return s.findings
	case !s.kind.workload:
		return s.findings
	}
	rules := make([]*Rule, 0, len(o.Rules))
	for _, r := range o.Rules {
		switch {
		case r.Scope == ScopeRBAC:
		case slices.Contains(r.ExceptKinds, s.identity.Kind):
			s.add(r, compliance.NotApplicable, "", "", "")
		default:
			rules = append(rules, r)
		}
	}
	return s.pod(rules)
}

// Unsettled reports whether what is not known yet of an object could change how many findings there are.
func Unsettled(object map[string]any, o Options) bool {
	p, ok := PodOf(object, o.Templates)
	if !ok || p.Verdict != "" {
		return ok && p.Verdict == compliance.InsufficientData
	}
	spec := p.Spec
	for _, field := range []string{"containers", "initContainers"} {
		list, _ := spec[field].([]any)
		if spec[field] == Unknown || slices.Contains(list, Unknown) {
			return true
		}
	}
	return false
}

// subject is an object while it is judged.
type subject struct {
	object   map[string]any
	identity compliance.Workload
	resource string
	kind     kindOf
	whole    bool   // It has no holes.
	prefix   string // Path of the pod's spec, with a dot.
	values   scopeValues
	refused  []shape.Problem // Of the pod's spec, or of an RBAC object.
	list     string          // Which container it is: containers or initContainers, and the place in it.
	index    int
	findings []compliance.Finding
}

// NotKnownYet stands in a finding for a name that is not known yet.
const NotKnownYet = "(not known yet)"

func identityOf(object map[string]any) compliance.Workload {
	metadata, _ := object["metadata"].(map[string]any)
	text := func(v any) string {
		if v == Unknown {
			return NotKnownYet
		}
		s, _ := v.(string)
		return s
	}
	name := text(metadata["name"])
	if generate := text(metadata["generateName"]); name == "" && generate != "" {
		name = generate + "*"
	}
	return compliance.Workload{Kind: text(object["kind"]), Namespace: text(metadata["namespace"]), Name: name}
}

// ResourceOf is how findings name what is judged: KIND/NAMESPACE/NAME, without what it lacks.
func ResourceOf(w compliance.Workload) string {
	parts := []string{w.Kind, w.Namespace, w.Name}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "/")
}

// Name is how findings name an object.
func Name(object map[string]any) string { return ResourceOf(identityOf(object)) }

// value is what an expression sees of a part of the object.
func (s *subject) value(part map[string]any) any {
	if s.whole {
		return part
	}
	return celValue(part)
}

func (s *subject) pod(rules []*Rule) []compliance.Finding {
	var p Pod
	p.find(s.object, s.kind.path)
	if p.Verdict != "" {
		return s.each(rules, p.Verdict, p.Path, p.Message)
	}
	spec := p.Spec
	s.prefix = p.Path + "."
	s.values.variables = map[string]any{podSpecField: s.value(spec)}
	s.refused = shape.Of(podSpecType).Refused(spec)
	onContainers := make([]*Rule, 0, len(rules))
	for _, r := range rules {
		if r.Scope == ScopePod {
			s.judge(r, "", s.prefix)
		} else {
			onContainers = append(onContainers, r)
		}
	}
	s.containers("containers", spec["containers"], onContainers)
	if init := spec["initContainers"]; init != nil {
		s.containers("initContainers", init, slices.DeleteFunc(onContainers, func(r *Rule) bool { return !r.InitContainers }))
	}
	return s.findings
}

func (s *subject) containers(field string, value any, rules []*Rule) {
	path := s.prefix + field
	list, ok := value.([]any)
	switch {
	case len(rules) == 0:
		return
	case value == Unknown:
		s.each(rules, compliance.InsufficientData, path, path+" is not known yet")
		return
	case !ok || len(list) == 0 && field == "containers":
		s.each(rules, compliance.Error, path, path+" is no list of containers: the API server refuses the object")
		return
	}
	for i, c := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		fields, ok := c.(map[string]any)
		switch {
		case c == Unknown:
			s.each(rules, compliance.InsufficientData, at, at+" is not known yet")
			continue
		case !ok:
			s.each(rules, compliance.Error, at, at+" is no container: the API server refuses the object")
			continue
		}
		name, ok := fields["name"].(string)
		if fields["name"] == Unknown {
			name = NotKnownYet
		} else if !ok {
			name = "[" + strconv.Itoa(i) + "]"
		}
		s.values.container = s.value(fields)
		s.list, s.index = field, i
		prefix := at + "."
		for _, r := range rules {
			s.judge(r, name, prefix)
		}
	}
	s.values.container = nil
}

// judge evaluates a rule on the variables as they are.
func (s *subject) judge(r *Rule, container, prefix string) {
	for _, step := range []struct {
		name    string
		expr    *expression
		ifFalse compliance.Verdict
	}{{"applies", r.applies, compliance.NotApplicable}, {"compliant", r.compliant, compliance.NonCompliant}} {
		result, known, err := step.expr.eval(&s.values)
		switch {
		case err != nil:
			s.add(r, compliance.Error, container, s.field(r, prefix), fmt.Sprintf("the expression %q of the rule failed, as it would at admission: %v", step.name, err))
			return
		case !known:
			s.add(r, compliance.InsufficientData, container, s.field(r, prefix), "a value that is not known yet decides")
			return
		case result == false:
			if step.ifFalse == compliance.NotApplicable {
				s.unlessRefused(r, step.ifFalse, container, r.applies.reads)
				return
			}
			message, known, err := r.message.eval(&s.values)
			text, _ := message.(string)
			if err != nil || known && text == "" {
				text = r.Title.EN + ": not so"
			}
			s.add(r, step.ifFalse, container, s.field(r, prefix), text)
			return
		}
	}
	s.unlessRefused(r, compliance.Compliant, container, r.reads)
}

// unlessRefused adds what is no violation.
func (s *subject) unlessRefused(r *Rule, v compliance.Verdict, container string, reads []read) {
	p := s.refusal(reads)
	if p == nil {
		s.add(r, v, container, "", "")
		return
	}
	path := shape.Path(p.Path)
	if !s.kind.rbac {
		path = s.prefix + path
	}
	s.add(r, compliance.Error, container, path, path+": "+p.Text)
}

func (s *subject) field(r *Rule, prefix string) string {
	path := prefix + r.Field
	if r.fieldIndex == nil {
		return path
	}
	before, after, _ := strings.Cut(path, "[*]")
	index, known, err := r.fieldIndex.eval(&s.values)
	if i, ok := index.(int64); err == nil && known && ok && i >= 0 {
		return before + "[" + strconv.FormatInt(i, 10) + "]" + after
	}
	if !known {
		return ""
	}
	return before
}

func (s *subject) each(rules []*Rule, v compliance.Verdict, path, message string) []compliance.Finding {
	for _, r := range rules {
		s.add(r, v, "", path, message)
	}
	return s.findings
}

func (s *subject) add(r *Rule, v compliance.Verdict, container, path, message string) {
	f := compliance.Finding{
		RuleID: r.ID, Severity: r.Severity, Category: r.Category, Verdict: v, Path: path,
		Message: message, Resource: s.resource, Workload: s.identity,
	}
	if message != "" {
		f.Message = compliance.Clean(message)
	}
	f.Container = container
	s.findings = append(s.findings, f)
}
