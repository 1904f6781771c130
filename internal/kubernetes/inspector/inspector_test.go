package inspector_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
)

const flat = `# owned by the platform team
checks:
  # reliability
  cpuRequestsMissing: warning   # agreed
  tagNotSpecified: "danger"
  # security
  hostIPCSet: danger
  hostNetworkSet: ignore
  notReadOnlyRootFilesystem: warning
  dangerousCapabilities: danger
  insecureCapabilities: warning
  ownCheck: 'ignore'
customChecks:
  ownCheck:
    successMessage: "it's fine: # not a comment"
    script: |
      a: b
        - c
exemptions:
  # the system's own
  - namespace: kube-system
    controllerNames:
      - kube-proxy   # prefix
    rules:
      - hostNetworkSet
      - hostIPCSet
displayName: ours
`

const grouped = `resources:
  cpuRequestsMissing: warning
  cpuRequestRanges:
    warning: {below: 50m}
images:
  tagNotSpecified: error
healthChecks:
  livenessProbeMissing: ignore
networking:
  hostNetworkSet: warning
security:
  hostIPCSet: error
  notReadOnlyRootFileSystem: warning
  capabilities:
    error:
      ifAnyAdded:   # the worst
        - SYS_ADMIN # all of it
        - ALL
    warning:
      ifAnyAddedBeyond: [NET_BIND_SERVICE]
controllers_to_scan:
  - Deployments
`

func parse(t *testing.T, text string) *inspector.Config {
	t.Helper()
	c, err := inspector.Parse(text)
	if err != nil {
		t.Fatalf("%s\nof\n%s", err, text)
	}
	return c
}

func apply(t *testing.T, text string, want inspector.Policy, before inspector.Before) inspector.Result {
	t.Helper()
	r, err := inspector.Apply(text, want, before)
	if err != nil {
		t.Fatalf("%s\nof\n%s", err, text)
	}
	return r
}

func undo(t *testing.T, text string, r inspector.Result) {
	t.Helper()
	if back := apply(t, r.Text, inspector.Policy{}, r.Before); back.Text != text {
		t.Errorf("undone, it is\n%q\nand was\n%q\nwith\n%q between", back.Text, text, r.Text)
	}
}

func TestNamespaces_byVersion(t *testing.T) {
	t.Parallel()
	for version, first := range map[string]string{
		"v0.14.0": "security-inspector", "v0.14.0.0-gabc-aliyun": "security-inspector", "v0.16.8": "security-inspector", "v1.0": "security-inspector",
		"v0.13.9": "kube-system", "v0.10.1.2-g13c9de7-aliyun": "kube-system", "0.8.2.16": "kube-system",
		"": "security-inspector", "latest": "security-inspector",
	} {
		if got := inspector.Namespaces(version); len(got) != 2 || got[0] != first || got[0] == got[1] {
			t.Errorf("of version %q: %q, want %s first", version, got, first)
		}
	}
}

func TestVersions_compare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		installed, asked string
		same, older      bool
	}{
		{"v0.16.8", "v0.16.8", true, false},
		{"v0.16.8.0-g1234-aliyun", "v0.16.8", true, false},
		{"v0.16.8", "0.16.8", true, false},
		{"v0.16.8-g1", "v0.16.8-g2", false, false},
		{"v0.16.80", "v0.16.8", false, false},
		{"v0.16.6", "v0.16.8", false, true},
		{"v0.9.0", "v0.16.8", false, true},
		{"v0.16.8", "v0.16.8.1", false, true},
		{"odd", "v0.16.8", false, false},
		{"odd", "odd", true, false},
	} {
		if got := inspector.SameVersion(c.installed, c.asked); got != c.same {
			t.Errorf("%s is what %s asks for: %t", c.installed, c.asked, got)
		}
		if got := inspector.Older(c.installed, c.asked); got != c.older {
			t.Errorf("%s is older than %s: %t", c.installed, c.asked, got)
		}
	}
}

func TestFindKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		data     map[string]string
		override string
		want     string
		err      string
	}{
		{name: "the engine's", data: map[string]string{"config.yaml": "", "other": flat}, want: "config.yaml"},
		{name: "the only one that reads like it", data: map[string]string{"polaris": flat, "notes": "hello", "list": "- 1"}, want: "polaris"},
		{name: "asked for", data: map[string]string{"config.yaml": flat, "mine": flat}, override: "mine", want: "mine"},
		{name: "asked for and absent", data: map[string]string{"config.yaml": "secret: 1"}, override: "mine", err: "the ConfigMap has no key mine; found: config.yaml"},
		{name: "several", data: map[string]string{"b": flat, "a": grouped}, err: "several keys of the ConfigMap may hold the configuration of the inspection; found: a, b"},
		{name: "none", data: map[string]string{"b": "password: hunter2", "a": "x"}, err: "no key of the ConfigMap holds a configuration of the inspection; found: a, b"},
		{name: "empty", err: "no key of the ConfigMap holds a configuration of the inspection; found: none"},
	} {
		got, err := inspector.FindKey(c.data, c.override)
		if got != c.want || c.err == "" != (err == nil) || err != nil && err.Error() != c.err {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestParse_dialects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		dialect    inspector.Dialect
		reason     inspector.Reason
		err        string
	}{
		{name: "flat", text: flat, dialect: inspector.Flat},
		{name: "flat, JSON", text: `{"checks":{"hostIPCSet":"danger"},"exemptions":[]}`, dialect: inspector.Flat},
		{name: "flat beside empty groups", text: "checks: {a: ignore}\nresources: {}\n", dialect: inspector.Flat},
		{name: "flat, nothing on", text: "checks: {}", dialect: inspector.Flat},
		{name: "grouped", text: grouped, dialect: inspector.Grouped},
		{name: "grouped, one group", text: "images: {tagNotSpecified: ignore}", dialect: inspector.Grouped},
		{name: "mixed", text: "checks: {a: ignore}\nimages: {tagNotSpecified: error}", reason: inspector.Mixed,
			err: "the configuration mixes two dialects, so it is not clear what the engine makes of it; found: checks, images"},
		{name: "error under checks", text: "checks: {hostIPCSet: error}", reason: inspector.Mixed,
			err: "the configuration mixes two dialects, so it is not clear what the engine makes of it; found: checks"},
		{name: "danger in a group", text: "security: {hostIPCSet: danger, hostPIDSet: error}", reason: inspector.Mixed,
			err: "the configuration mixes two dialects, so it is not clear what the engine makes of it; found: security"},
		{name: "unknown severity", text: "checks: {hostIPCSet: hunter2}", reason: inspector.Unknown,
			err: "checks of the configuration have severities that are not known; found: hostIPCSet"},
		{name: "unknown severity in a group", text: "security: {hostIPCSet: {}, hostPIDSet: error}", reason: inspector.Unknown,
			err: "checks of the configuration have severities that are not known; found: security.hostIPCSet"},
		{name: "neither", text: "password: hunter2\nrules: []", reason: inspector.Unknown,
			err: "the configuration is in no dialect that is known; top-level keys are listed; found: password, rules"},
		{name: "groups that hold something else", text: "resources: {cpu: 1}", reason: inspector.Unknown,
			err: "the configuration is in no dialect that is known; top-level keys are listed; found: resources"},
		{name: "duplicate", text: "checks:\n  a: ignore\n  a: danger\n", reason: inspector.Broken, err: `the configuration has the key "a" twice in one mapping`},
		{name: "duplicate deep inside", text: "checks: {a: ignore}\nx: [{b: 1, b: 2}]\n", reason: inspector.Broken, err: `the configuration has the key "b" twice in one mapping`},
		{name: "empty", text: "", reason: inspector.Broken, err: "the configuration is empty"},
		{name: "list", text: "- a", reason: inspector.Broken, err: "the configuration is no mapping"},
		{name: "null", text: "# nothing\n", reason: inspector.Broken, err: "the configuration is empty"},
		{name: "two documents", text: "checks: {}\n---\nchecks: {}\n", reason: inspector.Broken, err: "the configuration has more than one document"},
		{name: "broken", text: "checks: [", reason: inspector.Broken, err: "the configuration is no YAML: line 1: did not find expected node content"},
	} {
		got, err := inspector.Parse(c.text)
		if c.err == "" {
			if err != nil || got.Dialect != c.dialect {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
			continue
		}
		var refused *inspector.RefusedError
		if !errors.As(err, &refused) || refused.Reason != c.reason || err.Error() != c.err {
			t.Errorf("%s: %v, want %s", c.name, err, c.err)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	want := []inspector.Setting{
		{"cpuRequestsMissing", true}, {"tagNotSpecified", true}, {"hostIPCSet", true}, {"hostNetworkSet", false}, {"notReadOnlyRootFilesystem", true},
		{"dangerousCapabilities", true}, {"insecureCapabilities", true}, {"ownCheck", false},
	}
	if got := parse(t, flat).Settings(); !reflect.DeepEqual(got, want) {
		t.Errorf("flat: %v", got)
	}
	want = []inspector.Setting{
		{"cpuRequestsMissing", true}, {"tagNotSpecified", true}, {"livenessProbeMissing", false}, {"hostNetworkSet", true}, {"hostIPCSet", true},
		{"notReadOnlyRootFileSystem", true}, {"capabilitiesAdded", true},
	}
	if got := parse(t, grouped).Settings(); !reflect.DeepEqual(got, want) {
		t.Errorf("grouped: %v", got)
	}
	// Either spelling finds the one that is there, and a name that is there goes before its other spelling.
	c := parse(t, flat)
	for id, spelling := range map[string]string{
		"capabilitiesAdded": "dangerousCapabilities", "notReadOnlyRootFileSystem": "notReadOnlyRootFilesystem", "insecureCapabilities": "insecureCapabilities",
		"hostPIDSet": "hostPIDSet",
	} {
		if got := c.Spelling(id); got != spelling {
			t.Errorf("%s is spelt %s, want %s", id, got, spelling)
		}
	}
	if _, known := c.Check("hostPIDSet"); known {
		t.Error("a check without a key is known")
	}
	both := parse(t, "checks: {capabilitiesAdded: ignore, dangerousCapabilities: danger}")
	for id, want := range map[string]bool{"capabilitiesAdded": false, "dangerousCapabilities": true} {
		if on, known := both.Check(id); on != want || !known {
			t.Errorf("%s of a configuration with both: on %t, known %t", id, on, known)
		}
	}
}

func TestApply_keepsEverythingElse(t *testing.T) {
	t.Parallel()
	r := apply(t, flat, inspector.Policy{
		Enabled:    []string{"hostNetworkSet", "cpuRequestsMissing", "hostPIDSet"},
		Disabled:   []string{"tagNotSpecified", "notReadOnlyRootFileSystem", "capabilitiesAdded"},
		Exemptions: []inspector.Exemption{{Namespace: "shop", Workload: "web", Checks: []string{"capabilitiesAdded"}, Reason: "ticket 7:\n# legacy"}},
	}, inspector.Before{})
	want := strings.NewReplacer(
		"hostNetworkSet: ignore", "hostNetworkSet: warning",
		`tagNotSpecified: "danger"`, `tagNotSpecified: "ignore"`,
		"notReadOnlyRootFilesystem: warning", "notReadOnlyRootFilesystem: ignore",
		"dangerousCapabilities: danger", "dangerousCapabilities: ignore",
		"exemptions:\n", "exemptions:\n  - {namespace: \"shop\", controllerNames: [\"web\"], rules: [\"dangerousCapabilities\"]} # ticket 7: # legacy\n",
	).Replace(flat)
	if r.Text != want {
		t.Errorf("it is now\n%s", r.Text)
	}
	if !slices.Equal(r.Unsupported, []string{"hostPIDSet"}) {
		t.Errorf("unsupported are %q", r.Unsupported)
	}
	undo(t, flat, r)
}

func TestApply_remembersSeverities(t *testing.T) {
	t.Parallel()
	off := apply(t, flat, inspector.Policy{Disabled: []string{"tagNotSpecified"}}, inspector.Before{})
	on := apply(t, off.Text, inspector.Policy{Enabled: []string{"tagNotSpecified"}}, off.Before)
	if on.Text != flat {
		t.Errorf("switched off and on, it is\n%s", on.Text)
	}
	// A severity that somebody has chosen while the check is on is theirs.
	theirs := strings.Replace(flat, `tagNotSpecified: "danger"`, `tagNotSpecified: "warning"`, 1)
	if r := apply(t, theirs, inspector.Policy{Enabled: []string{"tagNotSpecified"}}, on.Before); r.Text != theirs {
		t.Errorf("the severity was put back to\n%s", r.Text)
	}
	// The engine's own, where nothing is remembered.
	for id, severity := range map[string]string{"hostIPCSet": "danger", "hostNetworkSet": "warning", "ownCheck": "warning", "dangerousCapabilities": "danger"} {
		r := apply(t, "checks: {"+id+": ignore}", inspector.Policy{Enabled: []string{id}}, inspector.Before{})
		if want := "checks: {" + id + ": " + severity + "}"; r.Text != want {
			t.Errorf("%s, want %s", r.Text, want)
		}
	}
	r := apply(t, "security: {hostIPCSet: ignore, runAsRootAllowed: ignore}", inspector.Policy{Enabled: []string{"hostIPCSet", "runAsRootAllowed"}}, inspector.Before{})
	if r.Text != "security: {hostIPCSet: error, runAsRootAllowed: warning}" {
		t.Error(r.Text)
	}
}

func TestApply_capabilitiesOfTheGroupedDialect(t *testing.T) {
	t.Parallel()
	off := apply(t, grouped, inspector.Policy{Disabled: []string{"capabilitiesAdded"}}, inspector.Before{})
	want := strings.NewReplacer(
		"ifAnyAdded:   # the worst\n        - SYS_ADMIN # all of it\n        - ALL", "ifAnyAdded: []",
		"ifAnyAddedBeyond: [NET_BIND_SERVICE]", "ifAnyAddedBeyond: []",
	).Replace(grouped)
	if off.Text != want {
		t.Errorf("switched off, it is\n%s", off.Text)
	}
	undo(t, grouped, off)
	if on := apply(t, off.Text, inspector.Policy{Enabled: []string{"dangerousCapabilities"}}, off.Before); on.Text != grouped {
		t.Errorf("switched on again, it is\n%s", on.Text)
	}
	fresh := apply(t, off.Text, inspector.Policy{Enabled: []string{"capabilitiesAdded"}}, inspector.Before{})
	if !strings.Contains(fresh.Text, `ifAnyAdded: ["SYS_ADMIN", "NET_ADMIN", "ALL"]`) {
		t.Errorf("switched on with nothing remembered, it is\n%s", fresh.Text)
	}
	undo(t, off.Text, fresh)
	if r := apply(t, "security: {hostIPCSet: error}", inspector.Policy{Enabled: []string{"capabilitiesAdded"}}, inspector.Before{}); len(r.Unsupported) != 1 {
		t.Errorf("a configuration without lists: %+v", r)
	}
}

func TestApply_exemptions(t *testing.T) {
	t.Parallel()
	web := inspector.Exemption{Workload: "web", Checks: []string{"hostIPCSet", "notReadOnlyRootFileSystem"}, Reason: "ticket 7"}
	for name, c := range map[string]struct{ text, want string }{
		"none yet": {
			"checks: {hostIPCSet: danger}\n",
			"checks: {hostIPCSet: danger}\nexemptions:\n  - {controllerNames: [\"web\"], rules: [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]} # ticket 7\n",
		},
		"no last line break": {
			"checks: {hostIPCSet: danger}",
			"checks: {hostIPCSet: danger}\nexemptions:\n  - {controllerNames: [\"web\"], rules: [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]} # ticket 7",
		},
		"null": {
			"exemptions: # none\nchecks: {hostIPCSet: danger}\n",
			"exemptions: # none\n  - {controllerNames: [\"web\"], rules: [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]} # ticket 7\nchecks: {hostIPCSet: danger}\n",
		},
		"null at the end": {
			"checks: {hostIPCSet: danger}\nexemptions:",
			"checks: {hostIPCSet: danger}\nexemptions:\n  - {controllerNames: [\"web\"], rules: [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]} # ticket 7",
		},
		"null in a word": {
			"exemptions: ~ # none\nchecks: {hostIPCSet: danger}\n",
			"exemptions: [{\"controllerNames\": [\"web\"], \"rules\": [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]}] # none\nchecks: {hostIPCSet: danger}\n",
		},
		"empty": {
			"exemptions: []\nchecks: {hostIPCSet: danger}\n",
			"exemptions: [{\"controllerNames\": [\"web\"], \"rules\": [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]}]\nchecks: {hostIPCSet: danger}\n",
		},
		"CRLF, no indentation": {
			"exemptions:\r\n- rules: [x]\r\n  controllerNames: [y]\r\nchecks: {hostIPCSet: danger}\r\n",
			"exemptions:\r\n- {controllerNames: [\"web\"], rules: [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]} # ticket 7\r\n- rules: [x]\r\n  controllerNames: [y]\r\nchecks: {hostIPCSet: danger}\r\n",
		},
		"JSON": {
			`{"checks":{"hostIPCSet":"danger"}}`,
			`{"exemptions": [{"controllerNames": ["web"], "rules": ["hostIPCSet", "notReadOnlyRootFileSystem"]}], "checks":{"hostIPCSet":"danger"}}`,
		},
		"JSON over lines": {
			"{\n  \"exemptions\": [\n    {\"rules\": [\"x\"], \"controllerNames\": [\"y\"]}\n  ],\n  \"checks\":{\"hostIPCSet\":\"danger\"}\n}\n",
			"{\n  \"exemptions\": [\n    {\"controllerNames\": [\"web\"], \"rules\": [\"hostIPCSet\", \"notReadOnlyRootFileSystem\"]},\n    {\"rules\": [\"x\"], \"controllerNames\": [\"y\"]}\n  ],\n  \"checks\":{\"hostIPCSet\":\"danger\"}\n}\n",
		},
	} {
		r := apply(t, c.text, inspector.Policy{Exemptions: []inspector.Exemption{web}}, inspector.Before{})
		if r.Text != c.want {
			t.Errorf("%s: it is now\n%s", name, r.Text)
		}
		if again := apply(t, r.Text, inspector.Policy{Exemptions: []inspector.Exemption{web}}, r.Before); again.Text != r.Text || !reflect.DeepEqual(again.Before, r.Before) {
			t.Errorf("%s: applied again, it is\n%s", name, again.Text)
		}
		undo(t, c.text, r)
	}
}

func TestApply_exemptionsOfOthersStay(t *testing.T) {
	t.Parallel()
	proxy := inspector.Exemption{Namespace: "kube-system", Workload: "kube-proxy", Checks: []string{"hostIPCSet"}}
	// It is covered by what is there, so nothing is written, and dropping it takes nothing away.
	r := apply(t, flat, inspector.Policy{Exemptions: []inspector.Exemption{proxy}}, inspector.Before{})
	if r.Text != flat || len(r.Before.Kept) != 1 {
		t.Errorf("a covered exemption: %+v", r)
	}
	whole := inspector.Exemption{Namespace: "kube-system", Workload: "kube-proxy", Checks: []string{"hostIPCSet", "hostNetworkSet"}}
	r = apply(t, flat, inspector.Policy{Exemptions: []inspector.Exemption{whole}}, inspector.Before{})
	if r = apply(t, r.Text, inspector.Policy{Dropped: []inspector.Exemption{whole}}, r.Before); r.Text != flat || !reflect.DeepEqual(r.Stays, []inspector.Exemption{whole}) {
		t.Errorf("what was there before was taken out, or nothing says that it stays %v:\n%s", r.Stays, r.Text)
	}
	// Imported, it is the policy's to drop, block style and all.
	r = apply(t, flat, inspector.Policy{Dropped: []inspector.Exemption{whole}}, inspector.Before{})
	if len(r.Stays) > 0 {
		t.Errorf("%v stays", r.Stays)
	}
	want := strings.Replace(flat, "  - namespace: kube-system\n    controllerNames:\n      - kube-proxy   # prefix\n    rules:\n      - hostNetworkSet\n      - hostIPCSet\n", "", 1)
	if r.Text != want {
		t.Errorf("the imported entry, dropped:\n%s", r.Text)
	}
	// Imported from an entry that names others too, it leaves those.
	for from, to := range map[string]string{
		"      - kube-proxy   # prefix\n      - coredns\n":        "      - coredns\n",
		"      - coredns\n      - kube-proxy   # prefix\n":        "      - coredns\n",
		"      - \"kube-proxy\"\n      - x\n      - kube-proxy\n": "      - x\n",
	} {
		shared := strings.Replace(flat, "      - kube-proxy   # prefix\n", from, 1)
		r = apply(t, shared, inspector.Policy{Dropped: []inspector.Exemption{whole}}, inspector.Before{})
		if want := strings.Replace(shared, from, to, 1); r.Text != want {
			t.Errorf("dropped from an entry with others, it leaves\n%s", r.Text)
		}
	}
	// Another's that is the same as one that was added stays when that one goes.
	web := inspector.Exemption{Namespace: "kube-system", Workload: "web", Checks: []string{"hostIPCSet"}}
	r = apply(t, flat, inspector.Policy{Exemptions: []inspector.Exemption{web}}, inspector.Before{})
	theirs := "  - {namespace: kube-system, controllerNames: [db, web], rules: [hostIPCSet]}\n"
	both := strings.Replace(r.Text, "exemptions:\n", "exemptions:\n"+theirs, 1)
	if r = apply(t, both, inspector.Policy{Dropped: []inspector.Exemption{web}}, r.Before); r.Text != strings.Replace(flat, "exemptions:\n", "exemptions:\n"+theirs, 1) {
		t.Errorf("another's entry was changed:\n%s", r.Text)
	}
	// One that somebody took out comes back, and goes again.
	mine := inspector.Exemption{Namespace: "shop", Workload: "web", Checks: []string{"hostIPCSet"}}
	r = apply(t, flat, inspector.Policy{Exemptions: []inspector.Exemption{mine}}, inspector.Before{})
	again := apply(t, flat, inspector.Policy{Exemptions: []inspector.Exemption{mine}}, r.Before)
	if again.Text != r.Text || !reflect.DeepEqual(again.Before, r.Before) {
		t.Errorf("put back, it is\n%s", again.Text)
	}
	// Rewritten by somebody into another form, it is still the policy's.
	rewritten := strings.Replace(flat, "exemptions:\n", "exemptions:\n  - rules:\n      - hostIPCSet\n    controllerNames:\n      - web\n    namespace: shop\n", 1)
	if gone := apply(t, rewritten, inspector.Policy{}, r.Before); gone.Text != flat {
		t.Errorf("taken out, it is\n%s", gone.Text)
	}
	// Another reason is another comment.
	reasoned := mine
	reasoned.Reason = "ticket 8"
	if other := apply(t, r.Text, inspector.Policy{Exemptions: []inspector.Exemption{reasoned}}, r.Before); !strings.Contains(other.Text, "} # ticket 8\n") || strings.Count(other.Text, "web") != 1 {
		t.Errorf("with a reason, it is\n%s", other.Text)
	}
}

func TestApply_refusesWhatWouldReachFurther(t *testing.T) {
	t.Parallel()
	plain := "checks: {hostIPCSet: danger}\n"
	shop := inspector.Exemption{Namespace: "shop", Workload: "web", Checks: []string{"hostIPCSet"}}
	sidecar := inspector.Exemption{Workload: "web", Containers: []string{"proxy"}, Checks: []string{"hostIPCSet"}}
	for name, c := range map[string]struct {
		text   string
		policy inspector.Policy
		err    string
	}{
		"namespace, grouped": {grouped, inspector.Policy{Exemptions: []inspector.Exemption{shop}, Confirmed: []string{"namespace"}},
			"the grouped dialect has no namespace in an exemption, so that of workload web would hold for all namespaces"},
		"containers, grouped": {grouped, inspector.Policy{Exemptions: []inspector.Exemption{sidecar}},
			"the grouped dialect has no containerNames in an exemption, so that of workload web would hold for all containers"},
		"namespace, flat": {plain, inspector.Policy{Exemptions: []inspector.Exemption{shop}},
			"no exemption in the cluster has a namespace yet, and an engine before 1.3.0 ignores it, so that of workload web would hold for all namespaces"},
		"containers, flat": {flat, inspector.Policy{Exemptions: []inspector.Exemption{sidecar}},
			"no exemption in the cluster has a containerNames yet, and an engine before 3.1.0 ignores it, so that of workload web would hold for all containers"},
		"namespace, flat, used":     {flat, inspector.Policy{Exemptions: []inspector.Exemption{shop}}, ""},
		"namespace, confirmed":      {plain, inspector.Policy{Exemptions: []inspector.Exemption{shop}, Confirmed: []string{"namespace"}}, ""},
		"containers, confirmed":     {plain, inspector.Policy{Exemptions: []inspector.Exemption{sidecar}, Confirmed: []string{"containerNames"}}, ""},
		"an alias as severity":      {"x: &s danger\nchecks: {hostIPCSet: *s, a: ignore}\n", inspector.Policy{Disabled: []string{"hostIPCSet"}}, "checks of the configuration have severities that are not known; found: hostIPCSet"},
		"an anchor on the severity": {"checks: {hostIPCSet: &s danger}\nx: *s\n", inspector.Policy{Disabled: []string{"hostIPCSet"}}, "the configuration cannot be changed in place: a value has an anchor or a tag; change it by hand, or write it in a plainer form"},
		"an anchor elsewhere":       {"checks: {hostIPCSet: danger}\nx: &s [1]\ny: *s\n", inspector.Policy{Disabled: []string{"hostIPCSet"}}, ""},
		"exemptions of another form": {"checks: {hostIPCSet: danger}\nexemptions: {a: b}\n", inspector.Policy{Exemptions: []inspector.Exemption{{Workload: "a", Checks: []string{"b"}}}},
			"the configuration's exemptions are no list"},
		"after the end of the document": {"checks: {hostIPCSet: danger}\n...\n", inspector.Policy{Exemptions: []inspector.Exemption{{Workload: "a", Checks: []string{"b"}}}},
			"the configuration cannot be changed in place: the change would reach further than it should; change it by hand, or write it in a plainer form"},
	} {
		r, err := inspector.Apply(c.text, c.policy, inspector.Before{})
		switch {
		case c.err == "" && err != nil, c.err != "" && (err == nil || err.Error() != c.err):
			t.Errorf("%s: %v", name, err)
		case err == nil:
			undo(t, c.text, r)
		}
	}
}

func TestApply_saysThatExemptionsAreVoid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"checks: {}\ndisallowExemptions: true\n": "disallowExemptions", "checks: {}\ndisallowConfigExemptions: true\n": "disallowConfigExemptions",
		"checks: {}\ndisallowExemptions: false\n": "", "checks: {}\ndisallowExemptions: \"true\"\n": "", "checks: {}\n": "",
	} {
		policy := inspector.Policy{Exemptions: []inspector.Exemption{{Workload: "a", Checks: []string{"b"}}}}
		if got := apply(t, text, policy, inspector.Before{}).Disallowed; got != want {
			t.Errorf("%q: %q", text, got)
		}
		if got := apply(t, text, inspector.Policy{}, inspector.Before{}).Disallowed; got != "" {
			t.Errorf("a policy without exemptions is told of %s", got)
		}
	}
}

func TestExemptions_ofAPolicy(t *testing.T) {
	t.Parallel()
	c := parse(t, `checks: {}
exemptions:
  - {namespace: a, controllerNames: [x, y], rules: [dangerousCapabilities, hostIPCSet]}
  - {controllerNames: [x], containerNames: [c], rules: [hostIPCSet]}
  - {namespace: everything, rules: [hostIPCSet]}
  - {controllerNames: [all-checks]}
  - {controllerNames: [x], rules: [hostIPCSet], ticket: 7}
  - just text
`)
	want := []inspector.Exemption{
		{Namespace: "a", Workload: "x", Checks: []string{"capabilitiesAdded", "hostIPCSet"}},
		{Namespace: "a", Workload: "y", Checks: []string{"capabilitiesAdded", "hostIPCSet"}},
		{Workload: "x", Containers: []string{"c"}, Checks: []string{"hostIPCSet"}},
	}
	if got := c.Exemptions(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	for _, e := range want {
		if !c.Exempts(e) {
			t.Errorf("%+v is not exempt", e)
		}
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{flat, grouped} {
		before, err := inspector.Adopt(text)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, s := range parse(t, text).Settings() {
			all = append(all, s.ID)
		}
		r := apply(t, text, inspector.Policy{Disabled: all}, before)
		for _, s := range parse(t, r.Text).Settings() {
			if s.On {
				t.Errorf("%s is on", s.ID)
			}
		}
		undo(t, text, r)
	}
}
