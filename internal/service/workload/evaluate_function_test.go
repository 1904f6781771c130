package workload

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func object(entries map[string]attr.Value) attr.Value {
	kinds := map[string]attr.Type{}
	for k, v := range entries {
		kinds[k] = v.Type(context.Background())
	}
	return types.ObjectValueMust(kinds, entries)
}

func tuple(elements ...attr.Value) attr.Value {
	kinds := make([]attr.Type, len(elements))
	for i, e := range elements {
		kinds[i] = e.Type(context.Background())
	}
	return types.TupleValueMust(kinds, elements)
}

func text(s string) attr.Value { return types.StringValue(s) }

func pod(metadata attr.Value, containers attr.Value) attr.Value {
	return object(map[string]attr.Value{"apiVersion": text("v1"), "kind": text("Pod"), "metadata": metadata, "spec": object(map[string]attr.Value{"containers": containers})})
}

func call(t *testing.T, given, options attr.Value) (attr.Value, string) {
	t.Helper()
	resp := &function.RunResponse{Result: function.NewResultData(types.ObjectUnknown(evaluationType))}
	evaluateFunction{}.Run(t.Context(), function.RunRequest{
		Arguments: function.NewArgumentsData([]attr.Value{types.DynamicValue(given), types.DynamicValue(options)}),
	}, resp)
	if resp.Error != nil {
		return nil, resp.Error.Text
	}
	return resp.Result.Value(), ""
}

func TestEvaluate_unknown(t *testing.T) {
	t.Parallel()
	named := object(map[string]attr.Value{"name": text("p"), "namespace": types.StringUnknown()})
	privileged := func(v attr.Value) attr.Value {
		return object(map[string]attr.Value{"name": text("a"), "securityContext": object(map[string]attr.Value{"privileged": v})})
	}
	yes, no, open := types.BoolValue(true), types.BoolValue(false), types.BoolUnknown()
	exempt := func(namespace string) attr.Value {
		return tuple(object(map[string]attr.Value{"rule_id": text("runAsPrivileged"), "namespace": text(namespace), "reason": text("because")}))
	}
	for name, c := range map[string]struct {
		containers           attr.Value
		exemptions           attr.Value
		compliant            attr.Value
		violations, findings int // -1 for unknown
	}{
		"known good":                 {tuple(privileged(no)), nil, yes, 0, 1},
		"known bad":                  {tuple(privileged(yes)), nil, no, 1, 1},
		"open":                       {tuple(privileged(open)), nil, open, -1, 1},
		"bad beside open":            {tuple(privileged(open), privileged(yes)), nil, no, -1, 2},
		"a container is open":        {tuple(privileged(no), types.DynamicUnknown()), nil, open, -1, -1},
		"containers are open":        {types.DynamicUnknown(), nil, open, -1, -1},
		"perhaps exempt":             {tuple(privileged(yes)), exempt("agents"), open, -1, 1},
		"exempt whatever comes":      {tuple(privileged(yes)), exempt(""), yes, 0, 1},
		"good, exemption irrelevant": {tuple(privileged(no)), exempt("agents"), yes, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := map[string]attr.Value{"rules": tuple(text("runAsPrivileged"))}
			if c.exemptions != nil {
				options["exemptions"] = c.exemptions
			}
			got, problem := call(t, pod(named, c.containers), object(options))
			if problem != "" {
				t.Fatal(problem)
			}
			result := got.(types.Object).Attributes()
			if !result["compliant"].Equal(c.compliant) {
				t.Errorf("compliant %s, want %s", result["compliant"], c.compliant)
			}
			if message := result["message"].(types.String); message.IsUnknown() != c.compliant.IsUnknown() || (message.ValueString() == "") != !c.compliant.Equal(no) {
				t.Errorf("compliant %s, message %s", c.compliant, message)
			}
			for what, want := range map[string]int{"violations": c.violations, "findings": c.findings} {
				list := result[what].(types.List)
				if list.IsUnknown() != (want < 0) || !list.IsUnknown() && len(list.Elements()) != want {
					t.Errorf("%s: %s, want %d", what, list, want)
				}
			}
		})
	}
}

// Of a List whose items are not known it is not known what it holds.
func TestEvaluate_unknownItems(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"List", "PodList"} {
		got, problem := call(t, object(map[string]attr.Value{"apiVersion": text("v1"), "kind": text(kind), "items": types.DynamicUnknown()}), types.DynamicNull())
		if problem != "" {
			t.Fatal(problem)
		}
		if compliant := got.(types.Object).Attributes()["compliant"]; !compliant.IsUnknown() {
			t.Errorf("%s: compliant is %s", kind, compliant)
		}
	}
}

const ownRule = `
id: replicasMissing
title: {en: Workloads have two replicas, zh: 工作负载至少有两个副本}
severity: low
severity_source: inferred
category: health
scope: pod
field: terminationGracePeriodSeconds
compliant: variables.podSpec.?terminationGracePeriodSeconds.orValue(30) <= 60
message: '"it takes too long to end"'
why: {en: Drains take long., zh: 排空节点耗时过长。}
remediation: {en: Lower it., zh: 调小该值。}
corrected: "spec: {}"
tests:
  - {name: a, pod: {}, want: COMPLIANT}
  - {name: b, pod: {terminationGracePeriodSeconds: 600}, want: NON_COMPLIANT}
  - {name: c, pod: {terminationGracePeriodSeconds: (unknown)}, want: INSUFFICIENT_DATA}
`

func TestEvaluate_options(t *testing.T) {
	t.Parallel()
	manifest := text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  terminationGracePeriodSeconds: 600\n  hostPID: yes\n  containers: [{name: a}]\n")
	rules := func(more map[string]attr.Value) attr.Value {
		more["rules"] = tuple(text("hostPIDSet"))
		return object(more)
	}
	expiring := tuple(object(map[string]attr.Value{"rule_id": text("hostPIDSet"), "reason": text("r"), "expires": text("2026-11-28")}))
	for name, c := range map[string]struct {
		manifest, options attr.Value
		says              string
		violations        string // rule IDs
	}{
		"no options":             {manifest, types.DynamicNull(), "", "*"},
		"YAML 1.1":               {manifest, rules(map[string]attr.Value{}), "", "hostPIDSet"},
		"rule of one's own":      {manifest, rules(map[string]attr.Value{"rules_text": tuple(text(ownRule))}), "", "hostPIDSet replicasMissing"},
		"last day of exemption":  {manifest, rules(map[string]attr.Value{"exemptions": expiring, "today": text("2026-11-28")}), "", ""},
		"day after it":           {manifest, rules(map[string]attr.Value{"exemptions": expiring, "today": text("2026-11-29")}), "", "hostPIDSet"},
		"expiry without today":   {manifest, rules(map[string]attr.Value{"exemptions": expiring}), "options needs today", ""},
		"bad day":                {manifest, rules(map[string]attr.Value{"today": text("tomorrow")}), `"tomorrow" is not a day`, ""},
		"no reason":              {manifest, rules(map[string]attr.Value{"exemptions": tuple(object(map[string]attr.Value{"rule_id": text("hostPIDSet")}))}), "exemptions[0].reason", ""},
		"unknown option":         {manifest, object(map[string]attr.Value{"rule": text("x")}), "options has no rule; did you mean rules?", ""},
		"unknown rule":           {manifest, object(map[string]attr.Value{"rules": tuple(text("hostPidSet"))}), "did you mean hostPIDSet?", ""},
		"pod security":           {manifest, object(map[string]attr.Value{"profile": text("pss-baseline"), "pod_security_version": text("v1.30")}), "", "pss-baseline/hostNamespaces"},
		"profile of no name":     {manifest, object(map[string]attr.Value{"profile": text("cis")}), "want one of", ""},
		"rule that does not fit": {manifest, object(map[string]attr.Value{"rules_text": tuple(text("id: x"))}), "rules_text[0]", ""},
		"broken text":            {text("a: ["), types.DynamicNull(), "line", ""},
		"no manifest":            {object(map[string]attr.Value{"a": text("b")}), types.DynamicNull(), "without apiVersion and kind", ""},
		"template of a version":  {manifest, object(map[string]attr.Value{"pod_template_paths": object(map[string]attr.Value{"apps.kruise.io/v1alpha1/CloneSet": text("spec.template")})}), "want GROUP/KIND without a version", ""},
		"template at no path":    {manifest, object(map[string]attr.Value{"pod_template_paths": object(map[string]attr.Value{"apps.kruise.io/CloneSet": text("")})}), "want the fields to the pod template", ""},
		"List of one kind":       {object(map[string]attr.Value{"apiVersion": text("v1"), "kind": text("PodList"), "items": tuple(object(map[string]attr.Value{"spec": object(map[string]attr.Value{"hostPID": types.BoolValue(true)})}))}), rules(map[string]attr.Value{}), "", "hostPIDSet"},
		"items are no list":      {object(map[string]attr.Value{"apiVersion": text("v1"), "kind": text("List"), "items": text("a")}), types.DynamicNull(), "the items of a List are no list", ""},
		"kind that is misspelt":  {object(map[string]attr.Value{"apiVersion": text("apps/v1"), "kind": text("deployment")}), types.DynamicNull(), "did you mean Deployment?", ""},
		"apiVersion is no text":  {object(map[string]attr.Value{"apiVersion": types.Int64Value(1), "kind": text("Pod")}), types.DynamicNull(), "without apiVersion and kind", ""},
		"not an object":          {text("a"), types.DynamicNull(), "", "error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problem := call(t, c.manifest, c.options)
			if c.says != "" || c.violations == "error" {
				if problem == "" || !strings.Contains(problem, c.says) {
					t.Errorf("says %q, want %q", problem, c.says)
				}
				return
			}
			if problem != "" {
				t.Fatal(problem)
			}
			var ids []string
			for _, v := range got.(types.Object).Attributes()["violations"].(types.List).Elements() {
				ids = append(ids, v.(types.Object).Attributes()["rule_id"].(types.String).ValueString())
			}
			if joined := strings.Join(ids, " "); c.violations != "*" && joined != c.violations || c.violations == "*" && len(ids) < 8 {
				t.Errorf("violations %q, want %q", joined, c.violations)
			}
		})
	}
}
