package podsecurity

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/pod-security-admission/policy"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

type object = map[string]any

func mustNew(t *testing.T, profile, version string) *Profile {
	t.Helper()
	p, err := New(profile, version)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// hardened is a container that the restricted profile allows, with other fields over its own.
func hardened(context, fields object) object {
	c := object{"name": "app", "image": "a:1"}
	sc := object{
		"runAsNonRoot": true, "allowPrivilegeEscalation": false, "capabilities": object{"drop": []any{"ALL"}},
		"seccompProfile": object{"type": "RuntimeDefault"},
	}
	for k, v := range context {
		if sc[k] = v; v == nil {
			delete(sc, k)
		}
	}
	c["securityContext"] = sc
	for k, v := range fields {
		c[k] = v
	}
	return c
}

func podWith(spec object, containers ...any) object {
	s := object{"containers": containers}
	for k, v := range spec {
		s[k] = v
	}
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"name": "p", "namespace": "shop"}, "spec": s}
}

func findings(p *Profile, o object) map[string]compliance.Finding {
	out := map[string]compliance.Finding{}
	for _, f := range p.Evaluate(o, nil) {
		out[f.RuleID] = f
	}
	return out
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	p := mustNew(t, Restricted, Latest)
	const base, strict = Baseline + "/", Restricted + "/"
	for _, c := range []struct {
		name   string
		object object
		fails  []string // Checks, with the path behind a blank.
	}{
		{"hardened", podWith(nil, hardened(nil, nil)), nil},
		{"privileged", podWith(nil, hardened(nil, nil), hardened(object{"privileged": true}, nil)), []string{base + "privileged spec.containers[1].securityContext.privileged"}},
		{"init container", podWith(object{"initContainers": []any{hardened(object{"privileged": true}, nil)}}, hardened(nil, nil)), []string{base + "privileged spec.initContainers[0].securityContext.privileged"}},
		{"ephemeral container", podWith(object{"ephemeralContainers": []any{hardened(object{"runAsNonRoot": nil}, nil)}}, hardened(nil, nil)), []string{strict + "runAsNonRoot spec.ephemeralContainers[0].securityContext.runAsNonRoot"}},
		{"a user is not enough", podWith(nil, hardened(object{"runAsNonRoot": nil, "runAsUser": int64(1000)}, nil)), []string{strict + "runAsNonRoot spec.containers[0].securityContext.runAsNonRoot"}},
		{"pod says it", podWith(object{"securityContext": object{"runAsNonRoot": true}}, hardened(object{"runAsNonRoot": nil}, nil)), nil},
		{"pod denies it", podWith(object{"hostUsers": true, "securityContext": object{"runAsNonRoot": false}}, hardened(nil, nil)), []string{strict + "runAsNonRoot spec.securityContext.runAsNonRoot"}},
		{"user namespace", podWith(object{"hostUsers": false}, hardened(object{"runAsNonRoot": false, "runAsUser": int64(0)}, nil)), nil},
		{"root by number", podWith(nil, hardened(object{"runAsUser": int64(0)}, nil)), []string{strict + "runAsUser spec.containers[0].securityContext.runAsUser"}},
		{"host namespaces", podWith(object{"hostNetwork": false, "hostPID": true}, hardened(nil, nil)), []string{base + "hostNamespaces spec.hostPID"}},
		{"host port", podWith(nil, hardened(nil, object{"ports": []any{object{"containerPort": int64(80), "hostPort": int64(80)}}})), []string{base + "hostPorts spec.containers[0].ports"}},
		{"host path", podWith(object{"volumes": []any{object{"name": "a", "emptyDir": object{}}, object{"name": "b", "hostPath": object{"path": "/"}}}}, hardened(nil, nil)), []string{strict + "restrictedVolumes spec.volumes[1].hostPath"}},
		{"volume of no kind", podWith(object{"volumes": []any{object{"name": "a"}}}, hardened(nil, nil)), nil},
		{"other volume", podWith(object{"volumes": []any{object{"name": "b", "nfs": object{"server": "s", "path": "/"}}}}, hardened(nil, nil)), []string{strict + "restrictedVolumes spec.volumes[0].nfs"}},
		{"capability of the default set", podWith(nil, hardened(object{"capabilities": object{"drop": []any{"ALL"}, "add": []any{"CHOWN"}}}, nil)), []string{strict + "capabilities_restricted spec.containers[0].securityContext.capabilities.add"}},
		{"probe elsewhere", podWith(nil, hardened(nil, object{"livenessProbe": object{"httpGet": object{"host": "10.0.0.1", "port": int64(80)}}})), []string{base + "hostProbesAndHostLifecycle spec.containers[0].livenessProbe.httpGet.host"}},
		{"windows", podWith(object{"os": object{"name": "windows"}, "securityContext": object{"runAsNonRoot": true}}, object{"name": "w"}), nil},
		{"sysctl", podWith(object{"securityContext": object{"sysctls": []any{object{"name": "kernel.msgmax", "value": "1"}}}}, hardened(nil, nil)), []string{base + "sysctls spec.securityContext.sysctls"}},
		{"annotation", object{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "d"}, "spec": object{"template": object{
			"metadata": object{"annotations": object{"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}}, "spec": object{"containers": []any{hardened(nil, nil)}},
		}}}, []string{base + "appArmorProfile spec.template.metadata.annotations"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range p.Evaluate(c.object, nil) {
				switch {
				case f.Verdict == compliance.NonCompliant && f.Message != "":
					got = append(got, f.RuleID+" "+f.Path)
				case f.Verdict != compliance.Compliant:
					t.Errorf("%s: %s %s", f.RuleID, f.Verdict, f.Message)
				}
			}
			if !slices.Equal(got, c.fails) {
				t.Errorf("got %q, want %q", got, c.fails)
			}
		})
	}
}

// What the API server refuses is an error that names the field.
func TestEvaluate_refused(t *testing.T) {
	t.Parallel()
	p := mustNew(t, Baseline, Latest)
	for _, c := range []struct {
		name   string
		object object
		path   string
	}{
		{"text for a boolean", podWith(object{"hostNetwork": "true"}, hardened(nil, nil)), "spec.hostNetwork"},
		{"in the second container", podWith(nil, hardened(nil, nil), hardened(object{"privileged": "false"}, nil)), "spec.containers[1].securityContext.privileged"},
		{"of an ephemeral container", podWith(object{"ephemeralContainers": []any{object{"name": int64(1)}}}, hardened(nil, nil)), "spec.ephemeralContainers[0].name"},
		{"list for a mapping", podWith(object{"volumes": []any{object{"name": "v", "hostPath": []any{}}}}, hardened(nil, nil)), "spec.volumes[0].hostPath"},
		{"mapping for a list", podWith(object{"volumes": object{}}, hardened(nil, nil)), "spec.volumes"},
		{"port too large", podWith(nil, hardened(nil, object{"ports": []any{object{"hostPort": int64(1) << 40}}})), "spec.containers[0].ports[0].hostPort"},
		{"fraction", podWith(nil, hardened(object{"runAsUser": 1.5}, nil)), "spec.containers[0].securityContext.runAsUser"},
		{"quantity", podWith(nil, hardened(nil, object{"resources": object{"limits": object{"cpu": "much"}}})), "spec.containers[0].resources.limits.cpu"},
		{"no containers", podWith(object{"containers": []any{}}), "spec.containers"},
		{"null for a container", podWith(nil, hardened(nil, nil), nil), "spec.containers[1]"},
		{"null for an ephemeral container", podWith(object{"ephemeralContainers": []any{nil}}, hardened(nil, nil)), "spec.ephemeralContainers[0]"},
		{"no spec", object{"apiVersion": "v1", "kind": "Pod"}, "spec"},
		{"annotation", object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"annotations": object{"a": int64(1)}}, "spec": object{"containers": []any{hardened(nil, nil)}}}, "metadata.annotations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := p.Evaluate(c.object, nil)
			if len(all) != len(p.Checks()) {
				t.Fatalf("%d findings, want %d", len(all), len(p.Checks()))
			}
			for _, f := range all {
				if f.Verdict != compliance.Error || f.Path != c.path || !strings.Contains(f.Message, c.path) {
					t.Errorf("%s: got %s at %q (%s), want an error at %s", f.RuleID, f.Verdict, f.Path, f.Message, c.path)
				}
			}
		})
	}
	for _, good := range []object{
		podWith(nil, hardened(nil, object{"resources": object{"limits": object{"cpu": int64(1), "memory": "1Gi"}}, "livenessProbe": object{"httpGet": object{"port": "web"}}})),
		podWith(nil, hardened(object{"runAsUser": 1000.0}, object{"unknownField": true})),
	} {
		if f := p.Evaluate(good, nil)[0]; f.Verdict != compliance.Compliant {
			t.Errorf("%v: %s", good, f.Message)
		}
	}
	if all := p.Evaluate(object{"apiVersion": "v1", "kind": "Service"}, nil); all != nil {
		t.Errorf("a Service has no pod, but findings: %v", all)
	}
}

func TestEvaluate_holes(t *testing.T) {
	t.Parallel()
	p := mustNew(t, Restricted, Latest)
	hole := workload.Unknown
	const unknown, good, bad = compliance.InsufficientData, compliance.Compliant, compliance.NonCompliant
	for _, c := range []struct {
		name   string
		object object
		check  string
		want   compliance.Verdict
	}{
		{"the field", podWith(nil, hardened(object{"runAsNonRoot": hole}, nil)), Restricted + "/runAsNonRoot", unknown},
		{"another field", podWith(nil, hardened(object{"runAsNonRoot": hole}, nil)), Restricted + "/runAsUser", good},
		{"above it", podWith(nil, hardened(nil, object{"securityContext": hole})), Restricted + "/runAsUser", unknown},
		{"what relaxes it", podWith(object{"hostUsers": hole}, hardened(object{"runAsNonRoot": false}, nil)), Restricted + "/runAsNonRoot", unknown},
		{"image", podWith(nil, hardened(nil, object{"image": hole})), Restricted + "/runAsUser", good},
		{"a container", podWith(nil, hole, hardened(nil, nil)), Baseline + "/privileged", unknown},
		{"a container beside a bad one", podWith(nil, hole, hardened(object{"privileged": true}, nil)), Baseline + "/privileged", bad},
		{"a container, of no matter to volumes", podWith(nil, hole), Restricted + "/restrictedVolumes", good},
		{"all containers", podWith(object{"containers": hole}), Baseline + "/privileged", unknown},
		{"where on the host", podWith(object{"volumes": []any{object{"name": "v", "hostPath": object{"path": hole}}}}, hardened(nil, nil)), Restricted + "/restrictedVolumes", bad},
		{"which claim", podWith(object{"volumes": []any{object{"name": "v", "persistentVolumeClaim": object{"claimName": hole}}}}, hardened(nil, nil)), Restricted + "/restrictedVolumes", good},
		{"kind of volume", podWith(object{"volumes": []any{object{"name": "v", "configMap": hole}}}, hardened(nil, nil)), Restricted + "/restrictedVolumes", unknown},
		{"a capability", podWith(nil, hardened(object{"capabilities": object{"drop": []any{hole}}}, nil)), Restricted + "/capabilities_restricted", unknown},
		{"a pod", object{"apiVersion": "v1", "kind": "Pod", "spec": hole}, Baseline + "/privileged", unknown},
		{"kind", object{"apiVersion": "v1", "kind": hole}, Baseline + "/privileged", unknown},
		{"metadata", object{"apiVersion": "v1", "kind": "Pod", "metadata": hole, "spec": object{"containers": []any{hardened(nil, nil)}}}, Baseline + "/appArmorProfile", unknown},
		{"another annotation", object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"annotations": object{"checksum": hole}}, "spec": object{"containers": []any{hardened(nil, nil)}}}, Baseline + "/appArmorProfile", good},
		{"its annotation", object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"annotations": object{"container.apparmor.security.beta.kubernetes.io/a": hole}}, "spec": object{"containers": []any{hardened(nil, nil)}}}, Baseline + "/appArmorProfile", unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if f := findings(p, c.object)[c.check]; f.Verdict != c.want {
				t.Errorf("got %s (%s), want %s", f.Verdict, f.Message, c.want)
			}
		})
	}
}

// Until version 1.18 an annotation named a container, so a container's name decides.
func TestEvaluate_nameDecides(t *testing.T) {
	t.Parallel()
	o := podWith(nil, hardened(nil, object{"name": workload.Unknown}))
	o["metadata"] = object{"annotations": object{"container.seccomp.security.alpha.kubernetes.io/app": "unconfined"}}
	if f := findings(mustNew(t, Baseline, "v1.18"), o)[Baseline+"/seccompProfile_baseline"]; f.Verdict != compliance.InsufficientData {
		t.Errorf("got %s, want INSUFFICIENT_DATA", f.Verdict)
	}
}

// Every check is described, in both languages, and nothing else is.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	all, err := descriptions()
	if err != nil {
		t.Fatal(err)
	}
	checks := policy.DefaultChecks()
	for _, c := range checks {
		d := all[string(c.ID)]
		for _, text := range []compliance.Text{d.Title, d.Why, d.Remediation} {
			if text.EN == "" || text.ZH == "" {
				t.Errorf("%s: a text is missing", c.ID)
			}
		}
		if !slices.Contains(workload.Categories, d.Category) || len(d.Reads) == 0 {
			t.Errorf("%s: category %q, reads %v", c.ID, d.Category, d.Reads)
		}
	}
	if len(all) != len(checks) {
		t.Errorf("%d checks are described, the library has %d", len(all), len(checks))
	}
	for _, bad := range [][2]string{{"pss-privileged", Latest}, {Baseline, "1.36"}, {Baseline, ""}} {
		if _, err := New(bad[0], bad[1]); err == nil {
			t.Errorf("New(%q, %q) is no error", bad[0], bad[1])
		}
	}
}
