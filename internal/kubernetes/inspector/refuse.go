package inspector

import (
	"fmt"
	"strings"
)

// Reason says why a configuration is not touched.
type Reason string

// The reasons.
const (
	NoKey     Reason = "no key"    // no data key holds a configuration, or several do
	Broken    Reason = "broken"    // it does not parse, or has duplicate keys
	Mixed     Reason = "mixed"     // it speaks both dialects
	Unknown   Reason = "unknown"   // it speaks neither
	Unfit     Reason = "unfit"     // it is understood, but cannot be changed in place
	Incapable Reason = "incapable" // its dialect, or perhaps its engine, cannot express what is asked for
)

// RefusedError is why a configuration is not touched. It names keys and never values.
type RefusedError struct {
	Reason Reason
	Text   string   // a sentence without its full stop
	Keys   []string // what was found instead; may be nil
}

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Keys == nil {
		return e.Text
	}
	found := "none"
	if len(e.Keys) > 0 {
		found = strings.Join(e.Keys, ", ")
	}
	return e.Text + "; found: " + found
}

func refuse(reason Reason, format string, args ...any) *RefusedError {
	return &RefusedError{Reason: reason, Text: fmt.Sprintf(format, args...)}
}
