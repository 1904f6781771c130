package docs

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/acctest/apiserver"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Manifests as a team lives with the rules: a plan that fails, the same manifests put right, a value that is judged once
// it is known, and the API server that refuses what went past the plan.
func TestExample_workloads(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, demoFleet(t))
	own := regexp.MustCompile(`(?s)^.*?\nprovider "ackguard" \{.*?\n\}\n`)
	w := acctest.NewWorkspace(t, cloud.Provider("", own.ReplaceAllString(read(t, workloads+"main.tf"), "")))
	for _, path := range below(t, workloads+"k8s", ".yaml") {
		w.Write(t, strings.TrimPrefix(path, workloads), read(t, path))
	}
	run := func(passes bool, says []string, arguments ...string) {
		t.Helper()
		output, err := w.Terraform(t, append(arguments, `-var=admission_rules=["hostPathSet"]`)...)
		if passes != (err == nil) {
			t.Fatalf("%v: %v\n%s", arguments, err, output)
		}
		for _, phrase := range says {
			if !acctest.Says(phrase).Match(output) {
				t.Errorf("%v lacks %q\n%s", arguments, phrase, output)
			}
		}
	}
	const fixed = "-var=manifests=k8s/fixed"

	run(false, []string{
		"19 finding(s) of severity medium or worse",
		"hostPathSet (high): Pod/shop/shell, k8s/before/shell.yaml:19: mounts from its node: /root",
		"tagNotSpecified (high): Deployment/shop/web, container app, k8s/before/web.yaml:16: the image registry.example.com/shop/web has no tag of its own",
		"How to fix:", "ACKGUARD_ENFORCEMENT=warn",
	}, "plan")
	run(true, []string{"Apply complete!"}, "apply", fixed)
	run(true, []string{"No changes"}, "plan", fixed)
	policies := ""
	for _, instance := range w.State(t) {
		if text, ok := instance.Attributes["yaml"].(string); ok {
			policies = text
		}
	}
	run(false, []string{"Resource precondition failed", "tagNotSpecified: container migrate: the image registry.example.com/shop/migrate:latest has no tag of its own"}, "apply", fixed, "-var=release=latest")
	if n := cloud.Count(simulator.Filter{}); n > 0 {
		t.Errorf("the example makes %d calls", n)
	}

	t.Run("at admission", func(t *testing.T) {
		server := apiserver.Start(t)
		admin := server.Admin()
		for _, object := range append(objectsOf(t, policies), apiserver.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": apiserver.Object{"name": "shop"}}) {
			if _, err := admin.Create(t.Context(), object); err != nil {
				t.Fatal(err)
			}
		}
		bad, good := objectsOf(t, read(t, workloads+"k8s/before/shell.yaml"))[0], objectsOf(t, read(t, workloads+"k8s/fixed/shell.yaml"))[0]
		server.AwaitPolicy(t, "ackguard-host-path-set", bad)
		if _, err := admin.Create(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "hostPathSet: mounts from its node: /root") {
			t.Errorf("the API server says %v", err)
		}
		if _, err := admin.Create(t.Context(), good); err != nil {
			t.Errorf("the API server refuses the Pod that was put right: %s", err)
		}
		metadata, _ := bad["metadata"].(map[string]any)
		metadata["namespace"] = "kube-system"
		if _, _, err := admin.DryRun(t.Context(), bad); err != nil {
			t.Errorf("the API server refuses a Pod of kube-system: %s", err)
		}
	})
}

// objectsOf reads a stream of manifests.
func objectsOf(t *testing.T, text string) []apiserver.Object {
	t.Helper()
	var objects []apiserver.Object
	for doc := range manifest.Read("test", []byte(text), manifest.Limits{}) {
		if doc.Err != nil {
			t.Fatal(doc.Err)
		}
		objects = append(objects, doc.Object)
	}
	if len(objects) == 0 {
		t.Fatal("there are no objects")
	}
	return objects
}

// What the page calls corrected complies.
func TestWorkloadRules_correctedComply(t *testing.T) {
	t.Parallel()
	catalogue, err := workload.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range catalogue.Rules() {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(r.Corrected), &object); err != nil {
			t.Errorf("%s: %s", r.ID, err)
			continue
		}
		if object["kind"] == nil {
			if object, err = workload.Around("Deployment", object["spec"]); err != nil {
				t.Fatal(err)
			}
		}
		findings := workload.Evaluate(object, workload.Options{Rules: []*workload.Rule{r}})
		if len(findings) == 0 {
			t.Errorf("%s: the rule is not about its corrected manifest", r.ID)
		}
		for _, f := range findings {
			if f.Verdict != compliance.Compliant {
				t.Errorf("%s: the corrected manifest is %s: %s", r.ID, f.Verdict, f.Message)
			}
		}
	}
}

func TestWorkloadExamples(t *testing.T) {
	t.Parallel()
	catalogue, err := workload.Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, wanted := range map[string]workloadExample{
		"cpuRequestsMissing":   {"pod with a limit only", "Pod {containers: [{resources: {limits: {cpu: 250m}}}]}", "NON_COMPLIANT", "admitted", "resources.requests.cpu is missing"},
		"hostPortSet":          {"pod on the host network without host ports", "Pod {containers: [{ports: [{containerPort: 8080}]}], hostNetwork: true}", "COMPLIANT", "refused", ""},
		"livenessProbeMissing": {"cron job", "CronJob {containers: [{}]}", "NOT_APPLICABLE", "admitted", ""},
		"tagNotSpecified":      {"no image", "Deployment {containers: [{image: null}]}", "NON_COMPLIANT", "not stored", "there is no image"},
		"capabilitiesAdded":    {"one not known yet beside a bad one", "Deployment {containers: [{securityContext: {capabilities: {add: [(unknown), ALL]}}}]}", "NON_COMPLIANT", "not asked", ""},
	} {
		rule, err := catalogue.Lookup(id)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := workloadExamples(rule)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, row := range rows {
			names = append(names, row.Name)
			if row.Name == wanted.Name && row != wanted {
				t.Errorf("%s: got %q, want %q", id, row, wanted)
			}
		}
		if !strings.Contains(fmt.Sprint(names), wanted.Name) {
			t.Errorf("%s has no case %q", id, wanted.Name)
		}
	}
}

func TestUnfolded(t *testing.T) {
	t.Parallel()
	if got, want := unfolded("一行， 另一\n行 Pod \n模板\n"), "一行，另一行 Pod 模板"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
