package workload_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: true
      containers:
        - name: app
          image: registry.example.com/app:1.4.2
          securityContext:
            privileged: true
`

// folder writes files and returns the path as a configuration has it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.ToSlash(dir)
}

func TestCompliance(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	dir := folder(t, map[string]string{
		"web.yaml": deployment, "deep/er/cron.yml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n", "notes.txt": "not a manifest",
		"bad/broken.yaml": "a: [\n---\n" + deployment,
	})
	large := folder(t, map[string]string{"large.yaml": "", "web.yaml": deployment})
	if err := os.Truncate(filepath.Join(filepath.FromSlash(large), "large.yaml"), 50<<20); err != nil {
		t.Fatal(err)
	}
	const name = "data.ackguard_workload_compliance.this"
	block := func(body string) string {
		return cloud.Provider("", "data \"ackguard_workload_compliance\" \"this\" {\n"+body+"\n}\n")
	}
	value := func(check knownvalue.Check, path ...any) statecheck.StateCheck {
		at := tfjsonpath.New(path[0].(string))
		for _, step := range path[1:] {
			switch s := step.(type) {
			case string:
				at = at.AtMapKey(s)
			case int:
				at = at.AtSliceIndex(s)
			}
		}
		return statecheck.ExpectKnownValue(name, at, check)
	}
	text, number := knownvalue.StringExact, knownvalue.Int64Exact
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: block(`files = ["` + dir + `/web.yaml", "` + dir + `/deep"]
					rules = ["hostNetworkSet", "runAsPrivileged", "tagNotSpecified"]`),
				ConfigStateChecks: []statecheck.StateCheck{
					value(knownvalue.ListSizeExact(2), "findings"),
					value(text("hostNetworkSet"), "findings", 0, "rule_id"), value(number(11), "findings", 0, "line"), value(knownvalue.Null(), "findings", 0, "container"),
					value(text("spec.template.spec.containers[0].securityContext.privileged"), "findings", 1, "path"), value(number(16), "findings", 1, "line"),
					value(text("app"), "findings", 1, "container"), value(text(dir+"/web.yaml"), "findings", 1, "source"), value(text("privileged is true"), "findings", 1, "message"),
					value(text("shop"), "findings", 1, "namespace"), value(text("Deployment"), "findings", 1, "kind"), value(text("web"), "findings", 1, "name"),
					value(number(3), "summary", "items"), value(number(1), "summary", "passed"), value(knownvalue.Float64Exact(33.3), "summary", "percent"),
					value(number(1), "summary", "by_category", "image", "passed"), value(number(2), "counts", "NON_COMPLIANT"), value(number(1), "counts", "COMPLIANT"),
					value(knownvalue.ListSizeExact(2), "inputs"), value(number(0), "inputs", 0, "judged"), value(number(1), "inputs", 1, "judged"),
					value(knownvalue.Bool(true), "complete"), value(knownvalue.Bool(false), "compliant"),
				},
			},
			{
				Config: block(`manifests = { chart = <<-EOT
` + deployment + `
EOT
				}
				rules = ["hostNetworkSet", "runAsPrivileged"]
				include_compliant = true
				exemption {
				  rule_id = "hostNetworkSet"
				  name = "w*"
				  reason = "node agent"
				}
				exemption {
				  rule_id = "runAsPrivileged"
				  container = "app"
				  reason = "moves out this year"
				  expires = "2020-01-01"
				}`),
				ConfigStateChecks: []statecheck.StateCheck{
					value(text("runAsPrivileged"), "findings", 0, "rule_id"), value(text("2020-01-01"), "findings", 0, "expired_exemption"),
					value(text("IGNORED"), "findings", 1, "verdict"), value(text("node agent"), "findings", 1, "exemption_reason"), value(number(1), "summary", "passed"),
				},
			},
			{Config: block(""), ExpectError: acctest.Says("Nothing to judge")},
			{Config: block(`files = ["` + dir + `/web.yaml"]
				pod_template_paths = { "CloneSet" = "spec.template" }`), ExpectError: acctest.Says("want GROUP/KIND without a version")},
			{Config: block(`files = ["` + dir + `/none*.yaml"]`), ExpectError: acctest.Says("none*.yaml matches no file")},
			{Config: block(`files = ["` + dir + `/bad"]`), ExpectError: acctest.Says("Manifests could not be read", "all others were", "broken.yaml: line")},
			{Config: block(`files = ["` + large + `"]`), ExpectError: acctest.Says("Manifests could not be read", "large.yaml: 52428800 bytes are more than the 33554432")},
			{Config: block(`files = ["x"]
				rules = ["hostNetworksSet"]`), ExpectError: acctest.Says("Unknown rule", "did you mean hostNetworkSet?")},
			{
				Config: block(`files = ["` + dir + `/web.yaml"]
				fail_on = "high"`),
				ExpectError: acctest.Says("finding(s) of severity high or worse", "hostNetworkSet (high): Deployment/shop/web", "web.yaml:11", "hostNetwork is true", "Remove `hostNetwork`", "add an exemption block"),
			},
		},
	})
}

// A gate that judges nothing says so; a file without workloads beside others is nothing to speak of.
func TestCompliance_nothingJudged(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	dir := folder(t, map[string]string{
		"service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n", "empty.yaml": "# nothing\n", "all/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n", "all/web.yaml": deployment,
		"job.yaml":  "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a}]}}}\n",
		"role.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: []\n",
	})
	for name, c := range map[string]struct {
		file, profile, rule string
		warns               bool
	}{
		"no workload":        {"service.yaml", "ack", "", true},
		"no document":        {"empty.yaml", "ack", "", true},
		"one of two":         {"all", "ack", "", false},
		"no rule's business": {"role.yaml", "pss-baseline", "", true},
		"not applicable":     {"job.yaml", "ack", "livenessProbeMissing", true},
	} {
		config := map[string]any{"files": []any{dir + "/" + c.file}, "profile": c.profile}
		if c.rule != "" {
			config["rules"] = []any{c.rule}
		}
		r := cloud.Read(t, "ackguard_workload_compliance", config, nil)
		if warned := strings.Contains(strings.Join(r.Warnings, " "), "Nothing was judged"); warned != c.warns || len(r.Errors) > 0 {
			t.Errorf("%s: said %q %q", name, r.Errors, r.Warnings)
		}
	}
}

// Dynamic arguments and provider functions need the real CLI.
func TestObjects(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	config := func(objects string) string {
		return cloud.Provider("", `
			resource "terraform_data" "image" { input = "nginx:latest" }
			locals {
			  clone_set = { apiVersion = "apps.kruise.io/v1alpha1", kind = "CloneSet", metadata = { name = "c" }, spec = { template = { spec = { hostPID = true, containers = [{ name = "a", image = null }] } } } }
			  planned = { apiVersion = "v1", kind = "Pod", metadata = { name = "p" }, spec = { containers = [{ name = "a", image = terraform_data.image.output }] } }
			}
			data "ackguard_workload_compliance" "this" {
			  objects            = `+objects+`
			  rules              = ["hostPIDSet"]
			  pod_template_paths = { "apps.kruise.io/CloneSet" = "spec.template" }
			}
			output "decided" { value = provider::ackguard::evaluate_manifest(local.planned, { rules = ["hostPIDSet"] }).compliant }
			output "planned" { value = provider::ackguard::evaluate_manifest(local.planned, { rules = ["tagNotSpecified"] }) }
			output "text" { value = provider::ackguard::evaluate_manifest("{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"hostPID\": true, \"containers\": [{\"name\": \"a\"}]}}", { rules = ["hostPIDSet"] }).violations[0].message }
		`)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config("[local.clone_set]"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownOutputValue("decided", knownvalue.Bool(true)),
					plancheck.ExpectUnknownOutputValueAtPath("planned", tfjsonpath.New("compliant")),
					plancheck.ExpectKnownOutputValueAtPath("planned", tfjsonpath.New("findings").AtSliceIndex(0).AtMapKey("rule_id"), knownvalue.StringExact("tagNotSpecified")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.ackguard_workload_compliance.this", tfjsonpath.New("findings").AtSliceIndex(0).AtMapKey("kind"), knownvalue.StringExact("CloneSet")),
					statecheck.ExpectKnownOutputValueAtPath("planned", tfjsonpath.New("violations").AtSliceIndex(0).AtMapKey("message"), knownvalue.StringExact("the image nginx:latest has no tag of its own")),
					statecheck.ExpectKnownOutputValue("text", knownvalue.StringExact("hostPID is true")),
				},
			},
			{Config: config(`"text"`), ExpectError: acctest.Says("Objects could not be read", "want an object with apiVersion and kind")},
		},
	})
}
