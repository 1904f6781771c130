// Package compliance holds the rules of ackguard as code and judges clusters by them.
//
// A rule is one YAML file: what it is called, how bad a violation is, how to fix it, two CEL expressions (applies,
// compliant), a CEL message, and its own test cases. A cluster is a set of facts; a fact is a value, or absent with a
// reason. Expressions are compiled in the API server's own CEL environment against types that come from the Go structs
// of the facts, so a misspelt fact is an error when the rule is loaded.
//
// An absent fact is a CEL unknown. A verdict other than INSUFFICIENT_DATA or ERROR is given only when no value that the
// absent facts could take would change it, and no rule can opt out of that. See fact_values.go for the mechanism
// and restrict.go for the expressions that are refused because they could get around it.
//
// The package is pure: no network, no clock, no global state that changes after the first use. Everything that it
// exports is safe for concurrent use.
package compliance
