package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"sigs.k8s.io/yaml"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest/apiserver"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

// A real API server takes every rendered policy and its binding, and gives the verdict that the rule gives at plan time.
func TestAdmission(t *testing.T) {
	a := newAdmission(t)
	a.enforce(t, func(*Rule) PolicyOptions { return PolicyOptions{NamePrefix: warn, ValidationActions: []string{"Warn"}} })
	t.Run("generated workloads", a.generated)
	t.Run("a large workload", a.large)

	old := a.storeViolation(t)
	a.enforce(t, func(r *Rule) PolicyOptions {
		others := slices.DeleteFunc(slices.Clone(a.namespaces), func(n string) bool { return n == PolicyName(deny, r) })
		return PolicyOptions{NamePrefix: deny, ValidationActions: []string{"Deny", "Audit"}, ExcludeNamespaces: others}
	})
	t.Run("cases of the rules", a.cases)
	t.Run("corrected manifests", a.corrected)
	t.Run("a violation that was there before", func(t *testing.T) { a.oldViolation(t, old) })
	t.Run("a pod of a job", a.podOfJob)
	t.Run("other options", a.otherOptions)
}

// The prefixes of policies' names. Only of the first violation can a refusal tell, so every policy warns everywhere, and
// denies in a namespace of its own name.
const (
	warn = "warn"
	deny = "deny"
)

type admission struct {
	server     *apiserver.Server
	rules      []*Rule
	warning    map[string]*Rule // By the name of the policy that warns.
	namespaces []string         // Of the policies that deny.
}

func newAdmission(t *testing.T) *admission {
	t.Helper()
	a := &admission{server: apiserver.Start(t), warning: map[string]*Rule{}}
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	a.rules = c.Rules()
	for _, r := range a.rules {
		a.warning[PolicyName(warn, r)] = r
		a.namespaces = append(a.namespaces, PolicyName(deny, r))
		a.create(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": PolicyName(deny, r)}})
	}
	return a
}

func (a *admission) create(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	stored, err := a.server.Admin().Create(t.Context(), object)
	if err != nil {
		t.Fatalf("%s: %s", apiserver.Path(object), err)
	}
	return stored
}

// enforce makes a policy and a binding for every rule and waits until they are in force.
func (a *admission) enforce(t *testing.T, options func(*Rule) PolicyOptions) {
	t.Helper()
	for _, r := range a.rules {
		p := RenderPolicy(r, options(r))
		a.create(t, p.Policy)
		a.create(t, p.Binding)
	}
	for _, r := range a.rules {
		i := slices.IndexFunc(r.Tests, func(c Case) bool { return c.Admission == compliance.NonCompliant && !HasHoles(c.Object) })
		a.server.AwaitPolicy(t, RenderPolicy(r, options(r)).Name, within(PolicyName(deny, r), r.Tests[i].Object))
	}
}

// within returns the object in a namespace, where its kind has one.
func within(namespace string, object map[string]any) map[string]any {
	metadata := maps.Clone(object["metadata"].(map[string]any))
	if metadata["namespace"] != nil {
		metadata["namespace"] = namespace
	}
	object = maps.Clone(object)
	object["metadata"] = metadata
	return object
}

// answer is what the API server says to an object.
type answer struct {
	object     map[string]any    // As admitted; nil when refused.
	violations map[string]string // By rule: the message.
	refusal    string            // Empty when admitted.
}

var violation = regexp.MustCompile(`(?s)^Validation failed for ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)': (.*)$`)

// limit is the number of characters of all warnings of an answer from which on the API server leaves some out.
const limit = 4096

// ask is for concurrent use.
func (a *admission) ask(ctx context.Context, object map[string]any) (answer, error) {
	admitted, warnings, err := a.server.Admin().DryRun(ctx, object)
	got := answer{violations: map[string]string{}}
	var refusal *apiserver.StatusError
	switch {
	case err == nil:
		got.object, _ = normalize(admitted).(map[string]any)
	case !errors.As(err, &refusal):
		return got, err
	case refusal.Reason != "AlreadyExists": // that is found out after admission
		got.refusal = err.Error()
	}
	length := 0
	for _, w := range warnings {
		length += utf8.RuneCountInString(w)
		m := violation.FindStringSubmatch(w)
		if m == nil {
			continue // the API server's own, of a deprecated field
		}
		r := a.warning[m[1]]
		if r == nil || m[1] != m[2] {
			return got, fmt.Errorf("a warning of no policy: %s", w)
		}
		got.violations[r.ID] = m[3]
	}
	if length >= limit {
		return got, fmt.Errorf("the warnings are %d characters long, so some may be missing: %q", length, warnings)
	}
	return got, nil
}

// violations are the messages by rule that the API server should have for an object with these findings.
func violations(findings []compliance.Finding) (map[string]string, error) {
	parts := map[string][]string{}
	for _, f := range findings {
		switch {
		case !f.Verdict.Decided():
			return nil, fmt.Errorf("%s is %s: %s", f.RuleID, f.Verdict, f.Message)
		case f.Verdict != compliance.NonCompliant:
		case f.Container != "":
			parts[f.RuleID] = append(parts[f.RuleID], "container "+f.Container+": "+f.Message)
		default:
			parts[f.RuleID] = append(parts[f.RuleID], f.Message)
		}
	}
	messages := map[string]string{}
	for id, p := range parts {
		messages[id] = id + ": " + strings.Join(p, "; ")
	}
	return messages, nil
}

func (a *admission) cases(t *testing.T) {
	asked := 0
	for _, r := range a.rules {
		for _, c := range r.Tests {
			if HasHoles(c.Object) {
				continue
			}
			asked++
			t.Run(r.ID+"/"+c.Name, func(t *testing.T) { a.judge(t, r, c) })
		}
	}
	if asked < 6*len(a.rules) {
		t.Errorf("only %d cases of %d rules were asked", asked, len(a.rules))
	}
}

func (a *admission) judge(t *testing.T, r *Rule, c Case) {
	t.Helper()
	got, err := a.ask(t.Context(), within(PolicyName(deny, r), c.Object))
	if err != nil {
		t.Fatal(err)
	}
	message, violated := got.violations[r.ID]
	denied := strings.Contains(got.refusal, "ValidatingAdmissionPolicy '"+deny)
	switch c.Admission {
	case "":
		if got.refusal == "" || denied || violated {
			t.Fatalf("want a refusal by the server itself, got %+v", got)
		}
		return
	case compliance.NonCompliant:
		if !violated || !denied {
			t.Fatalf("want a violation and a denial, got %+v", got)
		}
	default:
		if violated {
			t.Fatalf("want no violation, got %+v", got)
		}
	}
	name := PolicyName(deny, r)
	if r.Scope != ScopeRBAC { // an object without a namespace is refused by every rule of that scope
		if own := strings.Contains(got.refusal, fmt.Sprintf("ValidatingAdmissionPolicy '%s' with binding '%s' denied request: %s", name, name, message)); own != violated {
			t.Errorf("the refusal is %q, the violation %q", got.refusal, message)
		}
	}
	if c.Admission == c.Want {
		want, err := violations(Evaluate(c.Object, Options{Rules: []*Rule{r}}))
		if err != nil {
			t.Fatal(err)
		}
		if message != want[r.ID] {
			t.Errorf("at admission the message is\n%s\nand at plan time\n%s", message, want[r.ID])
		}
	}
}

// How many workloads of all kinds are generated, and how many the API server judges at a time.
const (
	generatedWorkloads = 2000
	concurrent         = 8
)

func (a *admission) generated(t *testing.T) {
	var next, violating, differing atomic.Int64
	var group sync.WaitGroup
	for range concurrent {
		group.Go(func() {
			kinds := generate.Kinds()
			for number := int(next.Add(1)) - 1; number < generatedWorkloads && !t.Failed(); number = int(next.Add(1)) - 1 {
				violations, differences := a.compare(t, within("default", generate.Object(1, number, kinds[number%len(kinds)])))
				violating.Add(int64(min(violations, 1)))
				differing.Add(int64(differences))
			}
		})
	}
	group.Wait()
	if v := violating.Load(); v < generatedWorkloads/2 || v == generatedWorkloads {
		t.Errorf("%d of %d workloads violate something: that proves little", v, generatedWorkloads)
	}
	if differing.Load() == 0 {
		t.Error("no verdict differs between plan time and admission, although the rule files name such differences")
	}
	t.Logf("%d of %d workloads violate something; %d verdicts differ as the rule files say", violating.Load(), generatedWorkloads, differing.Load())
}

// compare holds the verdicts at plan time and at admission against each other. It returns how many rules the object
// violates at plan time, and of how many the verdict differs as the rule files say.
func (a *admission) compare(t *testing.T, object map[string]any) (violated, differing int) {
	t.Helper()
	name := apiserver.Path(object)
	planned, err := violations(Evaluate(object, Options{Rules: a.rules}))
	if err != nil {
		t.Errorf("%s: %s", name, err)
		return
	}
	got, err := a.ask(t.Context(), object)
	if err != nil || got.refusal != "" {
		t.Errorf("%s: %v %s", name, err, got.refusal)
		return
	}
	for _, r := range a.rules {
		switch {
		case planned[r.ID] == got.violations[r.ID]:
		case r.Admission.EN != "" && object["kind"] == "Pod":
			differing++
		default:
			t.Errorf("%s: at admission %q, at plan time %q", name, got.violations[r.ID], planned[r.ID])
		}
	}
	// What the API server has changed explains every difference.
	if admitted, err := violations(Evaluate(got.object, Options{Rules: a.rules})); err != nil || !maps.Equal(admitted, got.violations) {
		t.Errorf("%s: at admission %q, at plan time %q (%v), of the object as admitted", name, got.violations, admitted, err)
	}
	return len(planned), differing
}

// A workload as large as they come stays within what the API server lets an expression cost.
func (a *admission) large(t *testing.T) {
	var containers []any
	for i := range 20 {
		var env, ports, capabilities []any
		for j := range 50 {
			env = append(env, map[string]any{"name": fmt.Sprintf("SETTING_%d", j), "value": strings.Repeat("0123456789", 100)})
			ports = append(ports, map[string]any{"containerPort": int64(1000 + 50*i + j)})
			capabilities = append(capabilities, fmt.Sprintf("CAPABILITY_%d", j))
		}
		quantities, probe := map[string]any{"cpu": "1", "memory": "1Gi"}, map[string]any{"tcpSocket": map[string]any{"port": int64(8080)}}
		containers = append(containers, container(fmt.Sprintf("app-%d", i), map[string]any{
			"env": env, "ports": ports, "resources": map[string]any{"requests": quantities, "limits": quantities},
			"readinessProbe": probe, "livenessProbe": probe, "securityContext": map[string]any{
				"runAsNonRoot": true, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "capabilities": map[string]any{"add": capabilities},
			},
		}))
	}
	last := containers[len(containers)-1].(map[string]any)
	last["env"] = append(last["env"].([]any), map[string]any{"name": "ID", "value": "LTAI0000000000000000EXAM"})
	var volumes []any
	for i := range 200 {
		volumes = append(volumes, map[string]any{"name": fmt.Sprintf("volume-%d", i), "emptyDir": map[string]any{}})
	}
	object, err := Around("Deployment", map[string]any{"containers": containers, "volumes": volumes})
	if err != nil {
		t.Fatal(err)
	}
	if violated, _ := a.compare(t, object); violated != 1 {
		t.Errorf("%d rules are violated, want only that of the AccessKey", violated)
	}
}

// A corrected manifest of the documentation is admitted by its rule.
func (a *admission) corrected(t *testing.T) {
	for _, r := range a.rules {
		t.Run(r.ID, func(t *testing.T) {
			var object map[string]any
			if err := yaml.Unmarshal([]byte(r.Corrected), &object); err != nil {
				t.Fatal(err)
			}
			if object["kind"] == nil {
				var err error
				if object, err = Around("Deployment", object["spec"]); err != nil {
					t.Fatal(err)
				}
			}
			got, err := a.ask(t.Context(), within(PolicyName(deny, r), object))
			if err != nil || got.refusal != "" || got.violations[r.ID] != "" {
				t.Errorf("%v %+v", err, got)
			}
		})
	}
}

// kept is an object that violates a rule whose policy came later, and a change to what the rule is about.
type kept struct {
	rule   *Rule
	object map[string]any
	change func(map[string]any)
}

func (a *admission) rule(t *testing.T, id string) *Rule {
	t.Helper()
	i := slices.IndexFunc(a.rules, func(r *Rule) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("there is no rule %s", id)
	}
	return a.rules[i]
}

func (a *admission) storeViolation(t *testing.T) []kept {
	t.Helper()
	pod := map[string]any{"hostNetwork": true, "containers": []any{container("main", nil)}}
	deployment, err := Around("Deployment", pod)
	if err != nil {
		t.Fatal(err)
	}
	const group = "rbac.authorization.k8s.io"
	anonymous := map[string]any{"apiGroup": group, "kind": "User", "name": "system:anonymous"}
	binding := map[string]any{
		"apiVersion": group + "/v1", "kind": "RoleBinding", "metadata": map[string]any{"name": "case", "namespace": ""},
		"roleRef":  map[string]any{"apiGroup": group, "kind": "ClusterRole", "name": "view"},
		"subjects": []any{anonymous},
	}
	all := []kept{
		{a.rule(t, "hostNetworkSet"), deployment, func(o map[string]any) { o["spec"].(map[string]any)["replicas"] = 3 }},
		{a.rule(t, "anonymousUserRBACBinding"), binding, func(o map[string]any) { o["subjects"] = []any{anonymous, anonymous} }},
	}
	for i := range all {
		object := within(PolicyName(deny, all[i].rule), all[i].object)
		object["metadata"].(map[string]any)["finalizers"] = []any{"ackguard.example/hold"}
		all[i].object = a.create(t, object)
	}
	return all
}

// A bad object that is older than the policy can still be labelled and deleted; its bad part cannot be changed and stay bad.
func (a *admission) oldViolation(t *testing.T, old []kept) {
	t.Helper()
	admin := a.server.Admin()
	for _, k := range old {
		t.Run(k.rule.ID, func(t *testing.T) {
			metadata := k.object["metadata"].(map[string]any)
			metadata["labels"] = map[string]any{"team": "search"}
			labelled, err := admin.Update(t.Context(), k.object)
			if err != nil {
				t.Fatalf("a label: %s", err)
			}
			changed := maps.Clone(labelled)
			k.change(changed)
			if _, err := admin.Update(t.Context(), changed); err == nil || !strings.Contains(err.Error(), "ValidatingAdmissionPolicy '"+PolicyName(deny, k.rule)+"'") {
				t.Errorf("a change of what the rule is about: got the error %v", err)
			}
			path := apiserver.Path(labelled)
			if err := admin.Delete(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			held, err := admin.Get(t.Context(), path)
			if err != nil {
				t.Fatalf("the finalizer holds nothing: %s", err)
			}
			delete(held["metadata"].(map[string]any), "finalizers")
			if _, err := admin.Update(t.Context(), held); err != nil {
				t.Errorf("without its finalizer: %s", err)
			}
			if _, err := admin.Get(t.Context(), path); err == nil {
				t.Error("the object is still there")
			}
		})
	}
}

// What a rule does not ask of a Job, its policy does not ask of the Job's pods.
func (a *admission) podOfJob(t *testing.T) {
	for owner, want := range map[string]bool{"Job": false, "ReplicaSet": true} {
		pod, err := Around("Pod", map[string]any{"containers": []any{container("main", nil)}})
		if err != nil {
			t.Fatal(err)
		}
		pod["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{"apiVersion": "batch/v1", "kind": owner, "name": "owner", "uid": "1"}}
		got, err := a.ask(t.Context(), pod)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range a.rules {
			if _, violated := got.violations[r.ID]; slices.Contains(r.ExceptKinds, "Job") && violated != want {
				t.Errorf("%s on the pod of a %s: violated is %t", r.ID, owner, violated)
			}
		}
	}
}

// The API server takes the policies with every option.
func (a *admission) otherOptions(t *testing.T) {
	for _, r := range a.rules {
		for _, action := range ValidationActions {
			for _, failure := range FailurePolicies {
				p := RenderPolicy(r, PolicyOptions{NamePrefix: "other", ValidationActions: []string{action}, FailurePolicy: failure, ExcludeNamespaces: []string{"kube-system"}})
				for _, object := range []map[string]any{p.Policy, p.Binding} {
					if _, warnings, err := a.server.Admin().DryRun(t.Context(), object); err != nil || len(warnings) > 0 {
						t.Errorf("%s: %v %q", apiserver.Path(object), err, warnings)
					}
				}
			}
		}
	}
}
