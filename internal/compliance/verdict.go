package compliance

import (
	"fmt"
	"slices"
)

// Verdict is the outcome of one rule on one cluster. All but ERROR are Cloud Config's words.
type Verdict string

// The verdicts.
const (
	Compliant        Verdict = "COMPLIANT"
	NonCompliant     Verdict = "NON_COMPLIANT"
	NotApplicable    Verdict = "NOT_APPLICABLE"
	InsufficientData Verdict = "INSUFFICIENT_DATA" // A fact that decides is not there.
	Ignored          Verdict = "IGNORED"           // NON_COMPLIANT, and exempted.
	Error            Verdict = "ERROR"             // A fact could not be read, or the rule itself failed.
)

var verdicts = []Verdict{NonCompliant, Error, InsufficientData, Ignored, Compliant, NotApplicable}

// Verdicts returns every verdict, those to act on first.
func Verdicts() []Verdict { return slices.Clone(verdicts) }

// Decided reports whether the verdict rests on facts that were read.
func (v Verdict) Decided() bool { return v != InsufficientData && v != Error }

// Actionable reports whether someone must act on it: a violation, or a fact that could not be read.
func (v Verdict) Actionable() bool { return v == NonCompliant || !v.Decided() }

// Severity says how bad a violation is. The zero value is below every other.
type Severity string

// The severities. Cloud Config's risk levels 1, 2 and 3 are high, medium and low.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

var severities = []Severity{Critical, High, Medium, Low}

// Severities returns every severity, the worst first.
func Severities() []Severity { return slices.Clone(severities) }

// ParseSeverity returns the severity of that name, or an error that lists the names.
func ParseSeverity(s string) (Severity, error) {
	if slices.Contains(severities, Severity(s)) {
		return Severity(s), nil
	}
	return "", fmt.Errorf("severity %q is none of critical, high, medium, low", s)
}

func (s Severity) rank() int {
	if i := slices.Index(severities, s); i >= 0 {
		return len(severities) - i
	}
	return 0
}

// AtLeast reports whether s is as bad as least or worse.
func (s Severity) AtLeast(least Severity) bool { return s.rank() >= least.rank() }
