package scan

import (
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// difference is where a cluster's result is not what the rules say of the manifest of the same workload.
type difference struct {
	cluster, manifest compliance.Finding
}

// workloadKey is a check on a workload, in whatever namespace.
type workloadKey struct{ ruleID, kind, name string }

// compareWithManifests compares results with what the rules say of manifests. A manifest without a namespace is compared with
// the workload of its kind and name in every namespace that no other manifest of it names, and a result that names no container with the worst of all
// containers. What is on one side only is no difference: a white list leaves results out.
func compareWithManifests(results, manifests []compliance.Finding) (list []difference) {
	byWorkload := map[workloadKey][]compliance.Finding{}
	for _, m := range manifests {
		key := workloadKey{m.RuleID, m.Kind, m.Name}
		byWorkload[key] = append(byWorkload[key], m)
	}
	for _, result := range results {
		if result.Verdict == compliance.Ignored {
			result.Verdict = compliance.NonCompliant // accepted, and still what the inspection found
		}
		var expected *compliance.Finding
		candidates := byWorkload[workloadKey{result.RuleID, result.Kind, result.Name}]
		named := slices.ContainsFunc(candidates, func(m compliance.Finding) bool { return m.Namespace == result.Namespace })
		for _, m := range candidates {
			sameNamespace := m.Namespace == result.Namespace || m.Namespace == "" && !named
			sameContainer := m.Container == result.Container || m.Container == "" || result.Container == ""
			if sameNamespace && sameContainer && (expected == nil || worse(m.Verdict, expected.Verdict)) {
				expected = &m
			}
		}
		if expected != nil && disagree(result.Verdict, expected.Verdict) {
			list = append(list, difference{result, *expected})
		}
	}
	return list
}

func worse(a, b compliance.Verdict) bool {
	order := compliance.Verdicts()
	return slices.Index(order, a) < slices.Index(order, b)
}

// disagree: an inspection has no words for what a check does not apply to; it passes there.
func disagree(cluster, manifest compliance.Verdict) bool {
	return cluster != manifest && (cluster != compliance.Compliant || manifest != compliance.NotApplicable)
}
