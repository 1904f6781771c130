package generate

import "fmt"

// podSpec stays within what API server validation accepts: no escalation forbidden to a privileged container, requests
// not above limits, no probe in an init container, host ports equal to ports where the host's network is used.
func (g *generator) podSpec(service, kind string) map[string]any {
	hostNetwork := g.chance(5)
	spec := map[string]any{
		"initContainers": []any{g.initContainer()},
		"containers":     []any{g.container(service, 8080, hostNetwork), g.container("proxy", 9090, hostNetwork)},
	}
	if g.chance(25) {
		spec["serviceAccountName"] = service
	}
	for _, field := range []string{"hostIPC", "hostPID"} {
		if g.chance(5) {
			spec[field] = true
		}
	}
	if hostNetwork || g.chance(5) {
		spec["hostNetwork"] = hostNetwork
	}
	if g.chance(40) {
		context := map[string]any{"runAsNonRoot": g.chance(90)}
		if g.chance(50) {
			context["runAsUser"] = g.user()
		}
		spec["securityContext"] = context
	}
	if kind == "Job" || kind == "CronJob" {
		spec["restartPolicy"] = g.pick("Never", "OnFailure")
	}
	if g.chance(5) {
		spec["volumes"] = []any{map[string]any{
			"name": "host", "hostPath": map[string]any{"path": g.pick("/var/log", "/root", "/var/run/docker.sock")},
		}}
	}
	return spec
}

func (g *generator) user() int64 {
	if g.chance(10) {
		return 0
	}
	return int64(1000 + g.IntN(9000))
}

func (g *generator) initContainer() map[string]any {
	c := map[string]any{"name": "migrate", "image": g.image("migrate")}
	if context := g.securityContext(); len(context) > 0 {
		c["securityContext"] = context
	}
	return c
}

func (g *generator) container(name string, port int64, hostNetwork bool) map[string]any {
	listening := map[string]any{"containerPort": port}
	if hostNetwork || g.chance(5) {
		listening["hostPort"] = port
	}
	c := map[string]any{
		"name":  name,
		"image": g.image(name),
		"ports": []any{listening},
	}
	if g.chance(15) {
		c["env"] = []any{map[string]any{"name": "LOG_LEVEL", "value": g.pick("debug", "info", "warn")}}
	}
	if r := g.resources(); len(r) > 0 {
		c["resources"] = r
	}
	if context := g.securityContext(); len(context) > 0 {
		c["securityContext"] = context
	}
	for _, probe := range []string{"readinessProbe", "livenessProbe"} {
		if g.chance(65) {
			c[probe] = map[string]any{"tcpSocket": map[string]any{"port": port}}
		}
	}
	return c
}

func (g *generator) image(name string) string {
	repository := "registry.example.com/" + name
	switch of := g.IntN(100); {
	case of < 5:
		return repository
	case of < 10:
		return repository + ":latest"
	case of < 15:
		return fmt.Sprintf("%s@sha256:%016x%016x%016x%016x", repository, g.Uint64(), g.Uint64(), g.Uint64(), g.Uint64())
	default:
		return fmt.Sprintf("%s:v%d.%d.%d", repository, g.IntN(4), g.IntN(30), g.IntN(10))
	}
}

func (g *generator) resources() map[string]any {
	limits, requests := map[string]any{}, map[string]any{}
	if g.chance(80) {
		limits["cpu"] = g.pick("500m", "1", "2")
	}
	if g.chance(80) {
		limits["memory"] = g.pick("256Mi", "512Mi", "1Gi")
	}
	if g.chance(75) {
		requests["cpu"] = g.pick("50m", "100m", "250m")
	}
	if g.chance(75) {
		requests["memory"] = g.pick("64Mi", "128Mi", "256Mi")
	}
	resources := map[string]any{}
	if len(limits) > 0 {
		resources["limits"] = limits
	}
	if len(requests) > 0 {
		resources["requests"] = requests
	}
	return resources
}

func (g *generator) securityContext() map[string]any {
	context := map[string]any{}
	if g.chance(60) {
		context["readOnlyRootFilesystem"] = g.chance(90)
	}
	if g.chance(25) {
		context["runAsNonRoot"] = g.chance(90)
	}
	if g.chance(20) {
		context["runAsUser"] = g.user()
	}
	capabilities := map[string]any{}
	escalates := false // by other means than the field, which may then not forbid it
	if g.chance(25) {
		capabilities["drop"] = []any{"ALL"}
	}
	if g.chance(15) {
		added := g.pick("NET_BIND_SERVICE", "NET_ADMIN", "SYS_ADMIN", "SYS_TIME")
		capabilities["add"] = []any{added}
		escalates = added == "SYS_ADMIN"
	}
	if len(capabilities) > 0 {
		context["capabilities"] = capabilities
	}
	if g.chance(12) {
		context["privileged"] = g.chance(25)
		escalates = escalates || context["privileged"] == true
	}
	if g.chance(60) {
		context["allowPrivilegeEscalation"] = escalates || g.chance(10)
	}
	return context
}
