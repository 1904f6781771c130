package workload

import (
	"fmt"
	"math/rand/v2"
)

// The types of this file are pods and RBAC objects as the oracle sees them; they share nothing with the rules' maps but
// their rendering.

// field is a field of a manifest that may be absent, null, or of a type that the API server refuses.
type field[T any] struct {
	set, null bool
	odd       any // In the place of value.
	value     T
}

// good returns the value of a field that is there and well typed.
func (f field[T]) good() (T, bool) { return f.value, f.set && f.odd == nil }

func (f field[T]) absent() bool { return !f.set }

func (f field[T]) render(into map[string]any, name string, value func(T) any) {
	switch {
	case f.null:
		into[name] = nil
	case !f.set:
	case f.odd != nil:
		into[name] = f.odd
	default:
		into[name] = value(f.value)
	}
}

func plain[T any](v T) any { return v }

type specPort struct {
	odd       bool // No mapping.
	container int64
	host      field[int64]
}

type specEnv struct {
	odd         bool
	name, value field[string]
	fromSecret  bool
}

type specVolume struct {
	odd      bool
	hostPath field[map[string]any]
}

type specContext struct {
	privileged, escalation, readOnlyRoot, nonRoot field[bool]
	user                                          field[int64]
	add                                           field[[]any]
	withCapabilities                              bool
	drop                                          []any
}

func (c specContext) render() any {
	m := map[string]any{}
	c.privileged.render(m, "privileged", plain)
	c.escalation.render(m, "allowPrivilegeEscalation", plain)
	c.readOnlyRoot.render(m, "readOnlyRootFilesystem", plain)
	c.nonRoot.render(m, "runAsNonRoot", plain)
	c.user.render(m, "runAsUser", plain)
	if c.withCapabilities {
		capabilities := map[string]any{}
		c.add.render(capabilities, "add", plain)
		if c.drop != nil {
			capabilities["drop"] = c.drop
		}
		m["capabilities"] = capabilities
	}
	return m
}

type specContainer struct {
	odd                any // In the place of the whole container.
	name               string
	unnamed            bool
	image              field[string]
	context            field[specContext]
	requests, limits   map[string]any // Values as they stand; nil leaves the mapping out.
	readiness, livenes field[map[string]any]
	ports              field[[]specPort]
	env                field[[]specEnv]
}

func (c *specContainer) render() any {
	if c.odd != nil {
		return c.odd
	}
	m := map[string]any{}
	if !c.unnamed {
		m["name"] = c.name
	}
	c.image.render(m, "image", plain)
	c.context.render(m, "securityContext", func(s specContext) any { return s.render() })
	if c.requests != nil || c.limits != nil {
		resources := map[string]any{}
		if c.requests != nil {
			resources["requests"] = c.requests
		}
		if c.limits != nil {
			resources["limits"] = c.limits
		}
		m["resources"] = resources
	}
	c.readiness.render(m, "readinessProbe", plainMap)
	c.livenes.render(m, "livenessProbe", plainMap)
	c.ports.render(m, "ports", func(ports []specPort) any {
		return renderList(ports, func(p specPort) any {
			if p.odd {
				return "80"
			}
			port := map[string]any{"containerPort": p.container}
			p.host.render(port, "hostPort", plain)
			return port
		})
	})
	c.env.render(m, "env", func(env []specEnv) any {
		return renderList(env, func(e specEnv) any {
			if e.odd {
				return int64(7)
			}
			entry := map[string]any{}
			e.name.render(entry, "name", plain)
			e.value.render(entry, "value", plain)
			if e.fromSecret {
				entry["valueFrom"] = map[string]any{"secretKeyRef": map[string]any{"name": "s", "key": "k"}}
			}
			return entry
		})
	})
	return m
}

func plainMap(m map[string]any) any { return m }

func renderList[T any](values []T, render func(T) any) []any {
	out := []any{}
	for _, v := range values {
		out = append(out, render(v))
	}
	return out
}

type specPod struct {
	kind, apiVersion              string
	hostNetwork, hostIPC, hostPID field[bool]
	context                       field[specContext]
	volumes                       field[[]specVolume]
	containers, initContainers    field[[]specContainer]
	ephemeral                     []specContainer
	missing                       bool // There is no pod's spec at all.
}

func (p *specPod) object() map[string]any {
	spec := map[string]any{}
	p.hostNetwork.render(spec, "hostNetwork", plain)
	p.hostIPC.render(spec, "hostIPC", plain)
	p.hostPID.render(spec, "hostPID", plain)
	p.context.render(spec, "securityContext", func(s specContext) any { return s.render() })
	p.volumes.render(spec, "volumes", func(volumes []specVolume) any {
		return renderList(volumes, func(v specVolume) any {
			if v.odd {
				return "data"
			}
			volume := map[string]any{"name": "v"}
			v.hostPath.render(volume, "hostPath", plainMap)
			if v.hostPath.absent() {
				volume["emptyDir"] = map[string]any{}
			}
			return volume
		})
	})
	containers := func(list []specContainer) any {
		return renderList(list, func(c specContainer) any { return c.render() })
	}
	p.containers.render(spec, "containers", containers)
	p.initContainers.render(spec, "initContainers", containers)
	if p.ephemeral != nil {
		spec["ephemeralContainers"] = containers(p.ephemeral)
	}
	object := map[string]any{"apiVersion": p.apiVersion, "kind": p.kind, "metadata": map[string]any{"name": "case", "namespace": nil}}
	var at any = spec
	switch {
	case p.missing:
		at = map[string]any{}
		if p.kind == "Pod" {
			return object
		}
	case p.kind == "Pod":
	default:
		at = map[string]any{"template": map[string]any{"metadata": nil, "spec": spec}}
	}
	if p.kind == "CronJob" {
		at = map[string]any{"schedule": "0 3 * * *", "jobTemplate": map[string]any{"spec": at}}
	}
	object["spec"] = at
	return object
}

// specRandom makes them. Odd values, which the API server would refuse, come only when odd is set.
type specRandom struct {
	*rand.Rand
	odd bool
}

func newSpecRandom(seed uint64, odd bool) specRandom {
	return specRandom{Rand: rand.New(rand.NewPCG(seed, 7)), odd: odd}
}

func (r specRandom) chance(percent int) bool { return r.IntN(100) < percent }

func pick[T any](r specRandom, values ...T) T { return values[r.IntN(len(values))] }

func some[T any](r specRandom, oddities []any, value func() T) field[T] {
	switch n := r.IntN(100); {
	case n < 25:
		return field[T]{}
	case n < 35:
		return field[T]{null: true}
	case n < 43 && r.odd:
		return field[T]{set: true, odd: pick(r, oddities...)}
	}
	return field[T]{set: true, value: value()}
}

func (r specRandom) flag() field[bool] {
	return some(r, []any{"true", "false", int64(0), int64(1), map[string]any{}, []any{}}, func() bool { return r.chance(50) })
}

func several[T any](r specRandom, most int, one func(int) T) []T {
	out := []T{}
	for i := range r.IntN(most + 1) {
		out = append(out, one(i))
	}
	return out
}

func (r specRandom) context() field[specContext] {
	return some(r, []any{"restricted", []any{}, int64(3)}, func() specContext {
		c := specContext{privileged: r.flag(), escalation: r.flag(), readOnlyRoot: r.flag(), nonRoot: r.flag(), withCapabilities: r.chance(50)}
		c.user = some(r, []any{"1000", true, map[string]any{}}, func() int64 { return pick[int64](r, 0, 0, 1, 1000, -1) })
		c.add = some(r, []any{"ALL", map[string]any{}}, func() []any {
			return several(r, 3, func(int) any {
				if r.odd && r.chance(8) {
					return int64(21)
				}
				return pick(r, "ALL", "all", "All", "SYS_ADMIN", "sys_Admin", "NET_ADMIN", "net_admin", "CAP_SYS_ADMIN", "NET_BIND_SERVICE", "CHOWN", "SYS_ADMIN2", "XALL", "")
			})
		})
		if r.chance(40) {
			c.drop = []any{pick(r, "ALL", "NET_RAW")}
		}
		return c
	})
}

func (r specRandom) image() field[string] {
	return some(r, []any{int64(5), []any{}}, func() string {
		host := pick(r, "", "registry.example.com/", "registry.example.com:5000/", "10.0.0.1/shop/")
		return pick(r, "", ":", "a:", ":a", host+"app", host+"app:1.2", host+"app:latest", host+"app:Latest", host+"app:latest-1", host+"latest",
			host+"app@sha256:0123", host+"app:latest@sha256:0123", host+"app:1@sha256:0123", "a:latest:", "x:latest ")
	})
}

func (r specRandom) resources() map[string]any {
	if r.chance(25) {
		return nil
	}
	m := map[string]any{}
	for _, name := range []string{"cpu", "memory", "ephemeral-storage"} {
		switch n := r.IntN(100); {
		case n < 30:
		case n < 40:
			m[name] = nil
		case n < 55:
			m[name] = pick[any](r, int64(1), int64(0), 0.5)
		default:
			m[name] = pick(r, "100m", "1", "0", "1Gi", "", " ", "abc")
		}
	}
	return m
}

func (r specRandom) container(name string) specContainer {
	if r.odd && r.chance(3) {
		return specContainer{odd: pick[any](r, "app", []any{}, int64(1))}
	}
	c := specContainer{name: name, unnamed: r.odd && r.chance(5), image: r.image(), context: r.context(), requests: r.resources(), limits: r.resources()}
	probe := func() map[string]any {
		return pick(r, map[string]any{}, map[string]any{"tcpSocket": map[string]any{"port": int64(80)}}, map[string]any{"exec": nil})
	}
	c.readiness, c.livenes = some(r, []any{"tcp"}, probe), some(r, []any{"tcp"}, probe)
	c.ports = some(r, []any{"80", int64(80), map[string]any{}}, func() []specPort {
		return several(r, 3, func(int) specPort {
			return specPort{odd: r.odd && r.chance(5), container: 80, host: some(r, []any{"8080", true}, func() int64 { return pick[int64](r, 0, 0, 80, 443) })}
		})
	})
	c.env = some(r, []any{"A=b", int64(1)}, func() []specEnv {
		return several(r, 3, func(int) specEnv {
			e := specEnv{odd: r.odd && r.chance(5), fromSecret: r.chance(20)}
			e.name = field[string]{set: true, value: pick(r, "MODE", "OSS_ACCESS_KEY_SECRET", "accessKeyId", "SECRETKEY", "MY_SK", "SK", "TASK", "DESK_ID", "RISK", "ask", "oss-access-key", "app.sk", "MY_AK_SECRET", "akSecret", "WEAK_SECRET", "AK")}
			if r.odd && r.chance(10) {
				e.name = field[string]{null: true}
			}
			e.value = some(r, []any{int64(1), true}, r.value)
			return e
		})
	})
	return c
}

// value is the value of an environment variable, around the borders of what looks like a key.
func (r specRandom) value() string {
	word := func(n int) string {
		const letters = "abcXYZ0189"
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}
	return pick(r, "", "production", "LTAI"+word(11+r.IntN(11)), "STS."+word(15+r.IntN(27)), word(29+r.IntN(3)), word(30), "ltai"+word(16), " LTAI"+word(16), word(29)+"/")
}

func (r specRandom) pod() *specPod {
	kinds := []struct{ kind, apiVersion string }{
		{"Pod", "v1"}, {"ReplicationController", "v1"}, {"Deployment", "apps/v1"}, {"Deployment", "extensions/v1beta1"}, {"StatefulSet", "apps/v1"},
		{"DaemonSet", "apps/v1"}, {"ReplicaSet", "apps/v1beta2"}, {"Job", "batch/v1"}, {"CronJob", "batch/v1beta1"}, {"CronJob", "batch/v1"},
		{"Deployment", "example.com/v1"}, {"Service", "v1"},
	}
	k := pick(r, kinds...)
	p := &specPod{kind: k.kind, apiVersion: k.apiVersion, hostNetwork: r.flag(), hostIPC: r.flag(), hostPID: r.flag(), context: r.context()}
	p.volumes = some(r, []any{"data", map[string]any{}}, func() []specVolume {
		return several(r, 3, func(int) specVolume {
			return specVolume{odd: r.odd && r.chance(5), hostPath: some(r, []any{"/root"}, func() map[string]any {
				return pick(r, map[string]any{"path": "/root"}, map[string]any{}, map[string]any{"path": nil})
			})}
		})
	})
	list := func(prefix string) []specContainer {
		return several(r, 2, func(i int) specContainer { return r.container(fmt.Sprintf("%s-%d", prefix, i)) })
	}
	p.containers = field[[]specContainer]{set: true, value: append([]specContainer{r.container("main")}, list("side")...)}
	if r.odd && r.chance(10) {
		p.containers = pick(r, field[[]specContainer]{}, field[[]specContainer]{null: true}, field[[]specContainer]{set: true, odd: "app"}, field[[]specContainer]{set: true})
	}
	p.initContainers = some(r, []any{"setup", map[string]any{}}, func() []specContainer { return list("init") })
	if r.chance(30) {
		p.ephemeral = list("debug")
	}
	p.missing = r.odd && r.chance(3)
	return p
}
