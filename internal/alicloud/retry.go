package alicloud

import (
	"math/rand/v2"
	"time"
)

// RetryPolicy bounds how often and how long a call is tried again.
type RetryPolicy struct {
	// MaxAttempts counts the first call too.
	MaxAttempts int
	// Base doubles with each attempt up to Cap; the wait is drawn between zero and that (full jitter).
	Base, Cap time.Duration
}

// DefaultRetry is the model that the vendor's own operations CLI uses (six
// attempts, 500 ms base, 10 s cap, full jitter).
var DefaultRetry = RetryPolicy{MaxAttempts: 6, Base: 500 * time.Millisecond, Cap: 10 * time.Second}

// wait is how long to wait before attempt+1; a wait the service asked for is
// a lower bound.
func (p RetryPolicy) wait(attempt int, asked time.Duration) time.Duration {
	ceiling := p.Cap
	if shift := attempt - 1; shift < 16 && p.Base<<shift < p.Cap {
		ceiling = p.Base << shift
	}
	jitter := time.Duration(0)
	if ceiling > 0 {
		jitter = rand.N(ceiling)
	}
	return max(jitter, asked)
}

// retryable says whether a failed call may be sent again. A throttled call
// was not carried out; after any other failure only a call that may safely
// run twice is repeated.
func retryable(e *Error, safeToRepeat bool) bool {
	if e.Code == "SignatureNonceUsed" {
		return safeToRepeat // each attempt has a nonce of its own
	}
	switch e.Kind {
	case Throttled:
		return true
	case Server, Network:
		return safeToRepeat
	}
	return false
}
