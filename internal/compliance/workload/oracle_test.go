package workload

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// judgement is what the oracle says: the verdicts that are right, and where a list's offending element is.
type judgement struct {
	verdicts []compliance.Verdict // None when the rule is not about the object at all.
	path     string               // Below the container, the pod's spec or the object; checked unless empty.
}

var (
	notAbout      = judgement{}
	pass          = judgement{verdicts: []compliance.Verdict{compliance.Compliant}}
	fail          = judgement{verdicts: []compliance.Verdict{compliance.NonCompliant}}
	failed        = judgement{verdicts: []compliance.Verdict{compliance.Error}}
	notApplicable = judgement{verdicts: []compliance.Verdict{compliance.NotApplicable}}
	// refused: the API server would refuse the object, so all that matters is that it does not pass.
	refused = judgement{verdicts: []compliance.Verdict{compliance.NonCompliant, compliance.Error}}
	// passOrRefused: what the API server would refuse does not decide.
	passOrRefused = judgement{verdicts: []compliance.Verdict{compliance.Compliant, compliance.NonCompliant, compliance.Error}}
)

func failAt(list string, i int, rest string) judgement {
	return judgement{verdicts: fail.verdicts, path: fmt.Sprintf("%s[%d]%s", list, i, rest)}
}

// refusedOr is refused where something is odd, whatever stands beside it: it must not pass.
func refusedOr(odd bool, otherwise judgement) judgement {
	if odd {
		return refused
	}
	return otherwise
}

func mustNotBe(f field[bool], bad bool) judgement {
	v, ok := f.good()
	return refusedOr(f.odd != nil, passIf(!ok || v != bad))
}

func mustBe(f field[bool], want bool) judgement {
	v, ok := f.good()
	return refusedOr(f.odd != nil, passIf(ok && v == want))
}

func passIf(ok bool) judgement {
	if ok {
		return pass
	}
	return fail
}

// podOracle, containerOracle and accessOracle are written from the reference and from the rules' prose, not from CEL.
var podOracle = map[string]func(p *specPod) judgement{
	"hostNetworkSet": func(p *specPod) judgement { return mustNotBe(p.hostNetwork, true) },
	"hostIPCSet":     func(p *specPod) judgement { return mustNotBe(p.hostIPC, true) },
	"hostPIDSet":     func(p *specPod) judgement { return mustNotBe(p.hostPID, true) },
	"hostPathSet": func(p *specPod) judgement {
		if p.volumes.odd != nil {
			return refused
		}
		odd := slices.ContainsFunc(p.volumes.value, func(v specVolume) bool { return v.odd })
		for i, v := range p.volumes.value {
			if !v.odd && !v.hostPath.absent() {
				return refusedOr(odd, failAt("volumes", i, ".hostPath"))
			}
		}
		return refusedOr(odd, pass)
	},
}

// Init containers are judged by the rules of initToo only.
var initToo = []string{
	"hostPortSet", "runAsRootAllowed", "runAsPrivileged", "privilegeEscalationAllowed", "capabilitiesAdded", "notReadOnlyRootFileSystem",
	"tagNotSpecified", "plaintextAccessKey",
}

var notOfJobs = []string{"readinessProbeMissing", "livenessProbeMissing"}

// onContext judges a field of a container's own security context.
func onContext(judge func(specContext) judgement) func(*specPod, *specContainer) judgement {
	return func(_ *specPod, c *specContainer) judgement {
		if c.context.odd != nil {
			return refused
		}
		return judge(c.context.value)
	}
}

var containerOracle = map[string]func(p *specPod, c *specContainer) judgement{
	"runAsPrivileged":            onContext(func(s specContext) judgement { return mustNotBe(s.privileged, true) }),
	"privilegeEscalationAllowed": onContext(func(s specContext) judgement { return mustBe(s.escalation, false) }),
	"notReadOnlyRootFileSystem":  onContext(func(s specContext) judgement { return mustBe(s.readOnlyRoot, true) }),
	"capabilitiesAdded":          onContext(dangerousCapabilities),
	"runAsRootAllowed":           mayRunAsRoot,
	"hostPortSet": func(_ *specPod, c *specContainer) judgement {
		if c.ports.odd != nil {
			return refused
		}
		odd := slices.ContainsFunc(c.ports.value, func(p specPort) bool { return p.odd })
		oddHost := slices.ContainsFunc(c.ports.value, func(p specPort) bool { return !p.odd && p.host.odd != nil })
		for i, p := range c.ports.value {
			if n, ok := p.host.good(); ok && n != 0 && !p.odd {
				return refusedOr(odd || oddHost, failAt("ports", i, ".hostPort"))
			}
		}
		return refusedOr(odd || oddHost, pass)
	},
	"tagNotSpecified": func(_ *specPod, c *specContainer) judgement {
		image, ok := c.image.good()
		if !ok {
			return refusedOr(c.image.odd != nil, fail)
		}
		tagged := false
		for i, letter := range image {
			tagged = tagged || letter == ':' && i > 0 && i < len(image)-1
		}
		return passIf(tagged && !strings.HasSuffix(image, ":latest"))
	},
	"cpuRequestsMissing":    func(_ *specPod, c *specContainer) judgement { return hasQuantity(c.requests, "cpu") },
	"cpuLimitsMissing":      func(_ *specPod, c *specContainer) judgement { return hasQuantity(c.limits, "cpu") },
	"memoryRequestsMissing": func(_ *specPod, c *specContainer) judgement { return hasQuantity(c.requests, "memory") },
	"memoryLimitsMissing":   func(_ *specPod, c *specContainer) judgement { return hasQuantity(c.limits, "memory") },
	"readinessProbeMissing": func(_ *specPod, c *specContainer) judgement {
		return refusedOr(c.readiness.odd != nil, passIf(!c.readiness.absent()))
	},
	"livenessProbeMissing": func(_ *specPod, c *specContainer) judgement {
		return refusedOr(c.livenes.odd != nil, passIf(!c.livenes.absent()))
	},
	"plaintextAccessKey": plaintextKey,
}

// hasQuantity: a quantity may be a number too.
func hasQuantity(resources map[string]any, name string) judgement {
	v := resources[name]
	return refusedOr(v == " " || v == "abc", passIf(v != nil && v != ""))
}

func dangerousCapabilities(s specContext) judgement {
	if !s.withCapabilities {
		return pass
	}
	if s.add.odd != nil {
		return refused
	}
	odd, bad := false, false
	for _, c := range s.add.value {
		name, ok := c.(string)
		odd = odd || !ok
		switch strings.ToUpper(name) {
		case "ALL", "SYS_ADMIN", "NET_ADMIN":
			bad = true
		}
	}
	return refusedOr(odd, passIf(!bad))
}

func mayRunAsRoot(p *specPod, c *specContainer) judgement {
	good := func(s specContext) bool {
		nonRoot, _ := s.nonRoot.good()
		user, _ := s.user.good()
		return nonRoot || user >= 1
	}
	overridesBadly := func(s specContext) bool {
		nonRoot, isSet := s.nonRoot.good()
		user, userSet := s.user.good()
		return isSet && !nonRoot || userSet && user == 0
	}
	pod, container := p.context.value, c.context.value
	ok := good(container) || good(pod) && !overridesBadly(container)
	odd := func(s specContext) bool { return s.nonRoot.odd != nil || s.user.odd != nil }
	switch {
	case p.context.odd != nil || c.context.odd != nil || odd(container) || odd(pod):
		return refused
	case container.user.value < 0:
		return passOrRefused
	}
	return passIf(ok)
}

func plaintextKey(_ *specPod, c *specContainer) judgement {
	odd, nameless := c.env.odd != nil, false
	for _, e := range c.env.value {
		odd, nameless = odd || e.odd || e.value.odd != nil, nameless || e.name.absent()
	}
	if !odd && nameless {
		return passOrRefused
	}
	for i, e := range c.env.value {
		if !odd && (looksLikeKeyID(e.value.value) || looksLikeSecret(e.name.value, e.value.value)) {
			return failAt("env", i, ".value")
		}
	}
	return refusedOr(odd, pass)
}

func alphanumeric(s string, least, most int) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}

func looksLikeKeyID(value string) bool {
	if rest, ok := strings.CutPrefix(value, "LTAI"); ok && alphanumeric(rest, 12, 20) {
		return true
	}
	rest, ok := strings.CutPrefix(value, "STS.")
	return ok && alphanumeric(rest, 16, 40)
}

func looksLikeSecret(name, value string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return strings.ContainsRune("_-.", c) })
	joined := strings.Join(words, "")
	named := strings.Contains(joined, "accesskey") || strings.Contains(joined, "secretkey") || slices.Contains(words, "sk") || slices.Contains(words, "aksecret")
	for i := range words {
		named = named || i > 0 && words[i-1] == "ak" && words[i] == "secret"
	}
	return named && alphanumeric(value, 30, 30)
}

var accessOracle = map[string]func(*specAccess) judgement{
	"anonymousUserRBACBinding": anonymousUser, "clusterAdminBinding": clusterAdmin, "rbacWildcard": wildcard, "defaultRoleTampered": tampered,
}

// expected is what the oracle says of one rule: of each container in turn, or of the whole.
type expected struct {
	container string
	path      string // Of what is judged, with a dot.
	judgement
}

func (p *specPod) expect(rule string) []expected {
	base := "spec.template.spec."
	switch {
	case p.kind == "Service" || strings.HasPrefix(p.apiVersion, "example.com/") || accessOracle[rule] != nil:
		return nil
	case p.kind == "Pod":
		base = "spec."
	case p.kind == "CronJob":
		base = "spec.jobTemplate.spec.template.spec."
	}
	if (p.kind == "Job" || p.kind == "CronJob") && slices.Contains(notOfJobs, rule) {
		return []expected{{judgement: notApplicable}}
	}
	if p.missing {
		return []expected{{judgement: failed}}
	}
	if judge := podOracle[rule]; judge != nil {
		return []expected{{path: base, judgement: judge(p)}}
	}
	var out []expected
	all := func(name string, list field[[]specContainer], atLeast int) {
		if list.odd != nil || len(list.value) < atLeast {
			out = append(out, expected{judgement: failed})
			return
		}
		for i := range list.value {
			c := &list.value[i]
			e := expected{container: c.name, path: fmt.Sprintf("%s%s[%d].", base, name, i)}
			if c.unnamed {
				e.container = fmt.Sprintf("[%d]", i)
			}
			if e.judgement = failed; c.odd == nil {
				e.judgement = containerOracle[rule](p, c)
			}
			out = append(out, e)
		}
	}
	all("containers", p.containers, 1)
	if slices.Contains(initToo, rule) {
		all("initContainers", p.initContainers, 0)
	}
	return out
}

func (a *specAccess) expect(rule string) []expected {
	judge := accessOracle[rule]
	if judge == nil {
		return nil
	}
	if j := judge(a); j.verdicts != nil {
		return []expected{{judgement: j}}
	}
	return nil
}

// Every rule says of every object what an oracle says that was written without looking at the rule's expressions.
func TestOracle(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	rules := c.Rules()
	for _, r := range rules {
		if podOracle[r.ID] == nil && containerOracle[r.ID] == nil && accessOracle[r.ID] == nil {
			t.Errorf("the oracle does not know rule %s", r.ID)
		}
	}
	seen := map[string]map[compliance.Verdict]int{}
	compare := func(seed uint64, object map[string]any, expect func(rule string) []expected) {
		object, _ = normalize(object).(map[string]any)
		got := map[string][]compliance.Finding{}
		for _, f := range Evaluate(object, Options{Rules: rules}) {
			got[f.RuleID] = append(got[f.RuleID], f)
		}
		for _, r := range rules {
			want := expect(r.ID)
			if len(want) != len(got[r.ID]) {
				t.Errorf("seed %d, %s: %d findings, want %d\n%v", seed, r.ID, len(got[r.ID]), len(want), object)
				continue
			}
			for i, w := range want {
				f := got[r.ID][i]
				if seen[r.ID] == nil {
					seen[r.ID] = map[compliance.Verdict]int{}
				}
				seen[r.ID][f.Verdict]++
				if f.Container != w.container || !slices.Contains(w.verdicts, f.Verdict) || w.judgement.path != "" && f.Verdict == compliance.NonCompliant && f.Path != w.path+w.judgement.path {
					t.Errorf("seed %d, %s: got %s of %q at %q (%s); want %v of %q at %q\n%v",
						seed, r.ID, f.Verdict, f.Container, f.Path, f.Message, w.verdicts, w.container, w.path+w.judgement.path, object)
				}
			}
		}
	}
	for seed := range uint64(2000) {
		r := newSpecRandom(seed, seed%4 == 3)
		pod := r.pod()
		compare(seed, pod.object(), pod.expect)
		access := r.access()
		compare(seed, access.object(), access.expect)
	}
	for _, r := range rules {
		if seen[r.ID][compliance.Compliant] < 50 || seen[r.ID][compliance.NonCompliant] < 50 {
			t.Errorf("%s: the random objects do not try it: %v", r.ID, seen[r.ID])
		}
	}
}
