package podsecurity

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
)

// values are what random pods have under a name; a map of them is filled from the same table.
var values = map[string][]any{
	"hostNetwork": {true, false}, "hostPID": {true, false}, "hostIPC": {true, false}, "hostUsers": {true, false, false},
	"os": {object{"name": "windows"}, object{"name": "linux"}}, "privileged": {true, false}, "allowPrivilegeEscalation": {true, false, false},
	"runAsNonRoot": {true, true, false}, "runAsUser": {int64(0), int64(1000)}, "procMount": {"Default", "Unmasked"},
	"capabilities":     {object{"drop": []any{"ALL"}}, object{"drop": []any{"ALL"}, "add": []any{"NET_BIND_SERVICE"}}, object{"add": []any{"CHOWN", "NET_RAW"}}},
	"seccompProfile":   {object{"type": "RuntimeDefault"}, object{"type": "Unconfined"}, object{"type": "Localhost", "localhostProfile": "p"}, object{}},
	"appArmorProfile":  {object{"type": "RuntimeDefault"}, object{"type": "Unconfined"}},
	"seLinuxOptions":   {object{"type": "container_t"}, object{"user": "root"}, object{"role": "r"}, object{"type": "spc_t"}},
	"windowsOptions":   {object{"hostProcess": true}, object{"hostProcess": false}},
	"sysctls":          {[]any{object{"name": "kernel.msgmax"}}, []any{object{"name": "net.ipv4.tcp_rmem"}}},
	"ports":            {[]any{object{"containerPort": int64(80)}}, []any{object{"containerPort": int64(80), "hostPort": int64(80)}}},
	"livenessProbe":    {object{"httpGet": object{"port": int64(80)}}, object{"tcpSocket": object{"port": int64(80), "host": "h"}}},
	"lifecycle":        {object{"preStop": object{"httpGet": object{"host": "h"}}}, object{"postStart": object{}}},
	"volumes":          {[]any{object{"name": "v", "hostPath": object{"path": "/"}}}, []any{object{"name": "v", "emptyDir": object{}}, object{"name": "w"}}, []any{object{"name": "v", "nfs": object{"path": "/"}}}},
	"image":            {"a:1", "b"},
	"annotations":      {object{"container.apparmor.security.beta.kubernetes.io/main": "unconfined"}, object{"seccomp.security.alpha.kubernetes.io/pod": "unconfined", "a": "b"}, object{"container.seccomp.security.alpha.kubernetes.io/main": "unconfined"}},
	"terminationGrace": {int64(1)},
}

var (
	podFields       = []string{"hostNetwork", "hostPID", "hostIPC", "hostUsers", "os", "volumes"}
	podContext      = []string{"runAsNonRoot", "runAsUser", "seccompProfile", "appArmorProfile", "seLinuxOptions", "windowsOptions", "sysctls"}
	containerFields = []string{"ports", "livenessProbe", "lifecycle", "image"}
	context         = []string{"privileged", "allowPrivilegeEscalation", "runAsNonRoot", "runAsUser", "procMount", "capabilities", "seccompProfile", "appArmorProfile", "seLinuxOptions", "windowsOptions"}
)

type random struct{ *rand.Rand }

func fill(r random, into object, fields []string, percent int) object {
	for _, f := range fields {
		if r.IntN(100) < percent {
			into[f] = clone(values[f][r.IntN(len(values[f]))])
		}
	}
	return into
}

func (r random) pod() object {
	percent := 10 + r.IntN(80)
	container := func(name string) any {
		c := fill(r, object{"name": name}, containerFields, percent)
		if r.IntN(4) > 0 {
			c["securityContext"] = fill(r, object{}, context, percent)
		}
		return c
	}
	spec := fill(r, object{"containers": []any{container("main"), container("side")}[:1+r.IntN(2)]}, podFields, percent/2)
	if r.IntN(2) == 0 {
		spec["securityContext"] = fill(r, object{}, podContext, percent)
	}
	for i, list := range []string{"initContainers", "ephemeralContainers"} {
		if r.IntN(3) == 0 {
			spec[list] = []any{container([]string{"init", "debug"}[i])}
		}
	}
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": fill(r, object{"name": "p"}, []string{"annotations"}, percent/2), "spec": spec}
}

func clone(v any) any {
	switch x := v.(type) {
	case map[string]any:
		m := maps.Clone(x)
		for k, e := range m {
			m[k] = clone(e)
		}
		return m
	case []any:
		l := slices.Clone(x)
		for i, e := range l {
			l[i] = clone(e)
		}
		return l
	}
	return v
}

// A profile says what the library's own evaluator says, in every version of the standards.
func TestEvaluate_asLibrary(t *testing.T) {
	t.Parallel()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	versions := []api.Version{api.LatestVersion()}
	for minor := range 45 {
		versions = append(versions, api.MajorMinorVersion(1, minor))
	}
	forbidden := 0
	for seed := range uint64(400) {
		r := random{rand.New(rand.NewPCG(seed, 1))}
		o := r.pod()
		version, profile, level := versions[seed%uint64(len(versions))], Restricted, api.LevelRestricted
		if r.IntN(2) == 0 {
			profile, level = Baseline, api.LevelBaseline
		}
		s := subject{Pod: workload.Pod{Path: "spec", Spec: o["spec"].(object), Metadata: o["metadata"]}}
		if s.decode(); s.Verdict != "" {
			t.Fatal(s.Message)
		}
		want := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &metav1.ObjectMeta{Annotations: s.metadata.Annotations}, &s.spec)
		got := mustNew(t, profile, version.String()).Evaluate(o, nil)
		if len(got) != len(want) {
			t.Errorf("seed %d, %s %s: %d findings, the library has %d", seed, profile, &version, len(got), len(want))
			continue
		}
		for i, w := range want {
			g := got[i]
			message := w.ForbiddenReason
			if w.ForbiddenDetail != "" {
				message += ": " + w.ForbiddenDetail
			}
			if (g.Verdict == compliance.Compliant) != w.Allowed || g.Message != compliance.Clean(message) {
				t.Errorf("seed %d, %s %s, %s: %s (%s), the library: %t (%s)\n%v", seed, profile, &version, g.RuleID, g.Verdict, g.Message, w.Allowed, message, o)
			}
			if !w.Allowed {
				forbidden++
				if !strings.HasPrefix(g.Path, "spec.") && g.Path != "metadata.annotations" {
					t.Errorf("seed %d, %s: no field is to blame: %q\n%v", seed, g.RuleID, g.Path, o)
				}
			}
		}
	}
	if forbidden < 300 {
		t.Errorf("only %d checks forbade anything", forbidden)
	}
}

// The decoder reads a pod as Kubernetes' own does.
func TestDecode(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		o := random{rand.New(rand.NewPCG(seed, 2))}.pod()
		var got, want corev1.Pod
		if err := decode(o, reflect.ValueOf(&got).Elem(), ""); err != nil {
			t.Fatal(err)
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o, &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

type spot struct {
	parent any
	key    string
	index  int
}

func (s spot) put(v any) {
	if m, ok := s.parent.(map[string]any); !ok {
		s.parent.([]any)[s.index] = v
	} else if v == nil {
		delete(m, s.key)
	} else {
		m[s.key] = v
	}
}

func spots(v any) []spot {
	var out []spot
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			out = append(append(out, spot{parent: x, key: k}), spots(x[k])...)
		}
	case []any:
		for i, e := range x {
			out = append(append(out, spot{parent: x, index: i}), spots(e)...)
		}
	}
	return out
}

// What is decided in spite of holes stays so whatever they are filled with, and an undecided check has something to wait
// for at least now and then.
func TestEvaluate_fillings(t *testing.T) {
	t.Parallel()
	decided, undecided, changed := 0, 0, 0
	names := slices.Sorted(maps.Keys(values))
	for _, version := range []string{Latest, "v1.18"} {
		p := mustNew(t, Restricted, version)
		for seed := range uint64(400) {
			r := random{rand.New(rand.NewPCG(seed, 3))}
			o := r.pod()
			var holes []spot
			for range 1 + r.IntN(3) {
				below := o[[]string{"spec", "spec", "spec", "metadata"}[r.IntN(4)]]
				all := spots(below)
				s := all[r.IntN(len(all))]
				if m, ok := s.parent.(map[string]any); ok && r.IntN(3) == 0 {
					s = spot{parent: m, key: names[r.IntN(len(names))]}
				}
				s.put(workload.Unknown)
				holes = append(holes, s)
			}
			holed := clone(o).(object)
			less := p.Evaluate(o, nil)
			for range 8 {
				for _, h := range holes {
					var v any
					list := values[h.key]
					switch r.IntN(3) {
					case 0:
						other := r.pod()
						all := spots(other["spec"])
						for range 200 {
							s := all[r.IntN(len(all))]
							m, ok := s.parent.(map[string]any)
							if ok && s.key == h.key && h.key != "" {
								v = clone(m[s.key])
								break
							}
							if l, isList := s.parent.([]any); isList && h.key == "" {
								v = clone(l[s.index])
								break
							}
						}
					case 1:
						if len(list) > 0 {
							v = clone(list[r.IntN(len(list))])
						}
					}
					h.put(v)
				}
				for i, m := range p.Evaluate(o, nil) {
					l := less[i]
					switch {
					case m.Verdict == compliance.Error: // A wrong type in the hole.
					case !l.Verdict.Decided():
						undecided++
						if m.Verdict == compliance.NonCompliant {
							changed++
						}
					case l.Verdict != m.Verdict:
						t.Errorf("seed %d, %s: %s with holes, %s (%s) when they are filled\n%v\n%v", seed, l.RuleID, l.Verdict, m.Verdict, m.Message, holed, o)
					case l.Message != "" && l.Message != m.Message:
						t.Errorf("seed %d, %s: with holes %q, when they are filled %q\n%v\n%v", seed, l.RuleID, l.Message, m.Message, holed, o)
					default:
						decided++
					}
				}
			}
		}
	}
	if decided < 10000 || undecided < 1000 || changed < undecided/10 {
		t.Errorf("%d decided, %d undecided, of which %d came out NON_COMPLIANT: the holes try nothing", decided, undecided, changed)
	}
}
