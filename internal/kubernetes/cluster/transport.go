package cluster

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// maxAnswerBytes bounds one answer; the longest are pages of custom resource definitions.
const maxAnswerBytes = 64 << 20

// exchange is what is kept of an answer besides its content.
type exchange struct {
	status     int
	retryAfter time.Duration
}

type exchangeKey struct{}

// transportError: no answer arrived. It hides the cause from the library, which would try again by itself, out of our bounds:
// ten times, a second apart, if the words are those of a connection that was reset.
type transportError struct{ err error }

func (e *transportError) Error() string { return "no answer arrived" }

// exchanges notes how an attempt was answered, and keeps the library from trying again after Retry-After.
type exchanges struct{ inner http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (x *exchanges) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := x.inner.RoundTrip(request)
	if err != nil {
		return nil, &transportError{err}
	}
	if noted, ok := request.Context().Value(exchangeKey{}).(*exchange); ok {
		noted.status = response.StatusCode
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
			noted.retryAfter = time.Duration(min(seconds, int(maxWait/time.Second))) * time.Second
		}
	}
	response.Header.Del("Retry-After")
	response.Body = &bounded{Reader: io.LimitReader(response.Body, maxAnswerBytes), Closer: response.Body}
	return response, nil
}

// WrappedRoundTripper implements utilnet.RoundTripperWrapper.
func (x *exchanges) WrappedRoundTripper() http.RoundTripper { return x.inner }

type bounded struct {
	io.Reader
	io.Closer
}

const (
	baseWait = 300 * time.Millisecond
	maxWait  = 5 * time.Second
)

// pause is how long to wait before another attempt: doubling, with full jitter, at least what the server asks for.
func pause(attempt int, asked time.Duration) time.Duration {
	ceiling := min(baseWait<<min(attempt-1, 10), maxWait)
	return max(rand.N(ceiling), asked)
}

// call is one call, with what is needed to decide about another attempt.
type call struct {
	name string // such as `get configmaps kube-system/name`
	// changes: the answer is still waited for when the run ends, for what happened has to be written down.
	changes bool
	// once: the call must not run twice, so it is not tried again after an answer that did not arrive.
	once bool
}

// answerGrace is how long that is.
const answerGrace = 1500 * time.Millisecond

// do makes a call, trying again as far as it may. lost is true where an earlier attempt got no answer and may have happened.
func (c *Client) do(ctx context.Context, op call, send func(context.Context) error) (lost bool, err error) {
	for attempt := 1; ; attempt++ {
		answered := &exchange{}
		sending, cancel := c.attemptContext(ctx, op, answered)
		err := send(sending)
		cancel()
		if err == nil {
			return lost, nil
		}
		failed := c.failure(ctx, op.name, answered, err)
		failed.Attempts = attempt
		again := failed.Kind == Server && (failed.Status == http.StatusTooManyRequests || !op.once) || failed.Kind == Unreachable && !op.once
		if !again || attempt >= c.options.Attempts {
			return lost, failed
		}
		wait := pause(attempt, answered.retryAfter)
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
			return lost, failed
		}
		if c.options.Wait(ctx, wait) != nil {
			return lost, failed
		}
		lost = lost || failed.Status != http.StatusTooManyRequests
	}
}

func (c *Client) attemptContext(ctx context.Context, op call, answered *exchange) (context.Context, context.CancelFunc) {
	parent, end := ctx, func() {}
	if op.changes && ctx.Err() == nil {
		longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
		stop := context.AfterFunc(ctx, func() { time.AfterFunc(answerGrace, cancel) })
		parent, end = longer, func() { stop(); cancel() }
	}
	sending, cancel := context.WithTimeout(context.WithValue(parent, exchangeKey{}, answered), c.options.AttemptTimeout)
	return sending, func() { cancel(); end() }
}
