package workload

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The values of PolicyOptions.
var (
	// ValidationActions are what a binding can do with a violation.
	ValidationActions = []string{"Deny", "Warn", "Audit"}
	// FailurePolicies say what becomes of a request when an expression fails.
	FailurePolicies = []string{"Fail", "Ignore"}
)

// PolicyOptions say how rules are rendered for admission.
type PolicyOptions struct {
	NamePrefix        string   // Of the objects' names; ackguard if empty.
	ValidationActions []string // Of ValidationActions; Deny if empty. Deny and Warn exclude each other.
	FailurePolicy     string   // Of FailurePolicies; Fail if empty.
	ExcludeNamespaces []string // By the label kubernetes.io/metadata.name, which the API server keeps.
}

// Policy is a rule as the API server enforces it.
type Policy struct {
	Rule    *Rule
	Name    string         // Of both objects.
	Policy  map[string]any // A ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1.
	Binding map[string]any // Its ValidatingAdmissionPolicyBinding.
}

const admissionAPI = "admissionregistration.k8s.io/v1"

// podSpecExpression finds the pod's spec in every kind of podResources.
const podSpecExpression = `object.kind == "Pod" ? object.spec : object.kind == "CronJob" ? object.spec.jobTemplate.spec.template.spec : object.spec.template.spec`

var capital = regexp.MustCompile(`[A-Z]+`)

// PolicyName is the name of the objects for a rule: its ID in lower-case words.
func PolicyName(prefix string, r *Rule) string {
	return prefix + "-" + strings.ToLower(capital.ReplaceAllString(r.ID, "-$0"))
}

// RenderPolicy renders a rule for admission. Its expressions are in the policy byte for byte; what is around them finds
// the containers, and lets requests through that change nothing that the rule is about.
func RenderPolicy(r *Rule, o PolicyOptions) Policy {
	prefix := o.NamePrefix
	if prefix == "" {
		prefix = "ackguard"
	}
	p := Policy{Rule: r, Name: PolicyName(prefix, r)}
	failure := o.FailurePolicy
	if failure == "" {
		failure = FailurePolicies[0]
	}
	expression, message := r.Compliant, r.Message
	if !r.applies.always {
		expression = "!(" + r.Applies + ") || (" + r.Compliant + ")"
	}
	spec := map[string]any{
		"failurePolicy":    failure,
		"matchConstraints": map[string]any{"resourceRules": resourceRules(r)},
		"matchConditions":  matchConditions(r),
	}
	switch r.Scope {
	case ScopeContainer:
		variables := []any{variable(podSpecField, podSpecExpression)}
		containers := "variables.podSpec.?containers.orValue([])"
		if r.InitContainers {
			containers += " + variables.podSpec.?initContainers.orValue([])"
		}
		spec["variables"] = append(variables, variable("containers", containers))
		message = fmt.Sprintf(`variables.containers.filter(container, !(%s)).map(container, "container " + container.name + ": " + (%s)).join("; ")`, expression, message)
		expression = "variables.containers.all(container, " + expression + ")"
	case ScopePod:
		spec["variables"] = []any{variable(podSpecField, podSpecExpression)}
	}
	spec["validations"] = []any{map[string]any{
		"expression": expression, "message": r.ID + ": " + r.Title.EN + ": not so",
		"messageExpression": fmt.Sprintf("%q + (%s)", r.ID+": ", message),
	}}
	p.Policy = map[string]any{
		"apiVersion": admissionAPI, "kind": "ValidatingAdmissionPolicy", "metadata": map[string]any{"name": p.Name}, "spec": spec,
	}
	actions := o.ValidationActions
	if len(actions) == 0 {
		actions = ValidationActions[:1]
	}
	binding := map[string]any{"policyName": p.Name, "validationActions": list(actions)}
	if len(o.ExcludeNamespaces) > 0 {
		binding["matchResources"] = map[string]any{"namespaceSelector": map[string]any{"matchExpressions": []any{map[string]any{
			"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": list(o.ExcludeNamespaces),
		}}}}
	}
	p.Binding = map[string]any{
		"apiVersion": admissionAPI, "kind": "ValidatingAdmissionPolicyBinding", "metadata": map[string]any{"name": p.Name}, "spec": binding,
	}
	return p
}

func variable(name, expression string) any {
	return map[string]any{"name": name, "expression": expression}
}

func list(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// resourceRules selects the kinds that the rule judges, a rule for each API group.
func resourceRules(r *Rule) []any {
	var groups []string
	resources := map[string][]string{}
	add := func(group, resource string) {
		if !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
		resources[group] = append(resources[group], resource)
	}
	if r.Scope == ScopeRBAC {
		for _, k := range r.Kinds {
			add(rbacGroup, strings.ToLower(k)+"s")
		}
	} else {
		for _, t := range templates {
			if !slices.Contains(r.ExceptKinds, t.kind) {
				add(t.group, t.resource)
			}
		}
	}
	var rules []any
	for _, g := range groups {
		rules = append(rules, map[string]any{
			"apiGroups": []any{g}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE", "UPDATE"}, "resources": list(resources[g]),
		})
	}
	return rules
}

// matchConditions let through what the rule is not about: an object that is bad already must still lose its finalizers
// and get its labels, or it could not even be deleted.
func matchConditions(r *Rule) []any {
	changed := "object.spec != oldObject.spec"
	if r.Scope == ScopeRBAC {
		changed = `["rules", "subjects", "aggregationRule"].exists(f, object[?f] != oldObject[?f])`
	}
	conditions := []any{map[string]any{"name": "changed", "expression": `request.operation == "CREATE" || ` + changed}}
	if slices.Contains(r.ExceptKinds, "Job") {
		conditions = append(conditions, map[string]any{
			"name":       "not-of-a-job",
			"expression": `!(object.kind == "Pod" && object.?metadata.?ownerReferences.orValue([]).exists(o, o.kind == "Job"))`,
		})
	}
	return conditions
}
