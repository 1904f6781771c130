// Package alicloud is the only place that talks to Alibaba Cloud: signing and
// transport through the official SDK, and around it one context rule, one
// retry policy, one rate limit, one paging loop and one error type for every
// product. The products' packages below it name calls and their answers.
package alicloud

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	_ "github.com/ackguard/terraform-provider-ackguard/internal/quiet" // before the SDK reads DEBUG
)

// Credential is one set of keys. SecurityToken is empty for a RAM user's key;
// Expires is zero where the keys do not expire.
type Credential struct {
	AccessKeyID, AccessKeySecret, SecurityToken string
	Expires                                     time.Time
}

// CredentialSource hands out a credential that is valid now.
type CredentialSource interface {
	Credential(ctx context.Context) (Credential, error)
}

// Invalidator is a CredentialSource whose keys can be replaced. Invalidate is
// told of keys that the service calls expired, whatever the clock here says,
// and reports whether a call may be tried again with others.
type Invalidator interface {
	Invalidate(used Credential) bool
}

// Static is a CredentialSource that never changes.
type Static Credential

// Credential implements CredentialSource.
func (s Static) Credential(context.Context) (Credential, error) { return Credential(s), nil }

// Limiter decides when a call may be sent. While a call waits in it, others
// may use what it would have used.
type Limiter interface {
	// Admit waits for the turn of one attempt.
	Admit(ctx context.Context, accountID, product string) (Turn, error)
	// Wait is the pause before another attempt. It ends early only with the context, whose error it returns then.
	Wait(ctx context.Context, d time.Duration) error
}

// Turn is the right to send one attempt.
type Turn interface {
	// Release gives the attempt's place among the concurrent ones back.
	Release()
	// Learn is told how the service took it.
	Learn(throttled bool, retryAfter time.Duration)
}

// Attempt is one HTTP exchange, as an observer sees it. It holds no secret.
type Attempt struct {
	Product, Action, AccountID, Region string
	CorrelationID                      string // the same for all attempts of one call
	Number                             int
	Status                             int
	Code, RequestID                    string
	Queued                             time.Duration // for keys, its turn and a place, before it was sent
	Took                               time.Duration // from there to the end of the answer
	Wait                               time.Duration // before the next attempt; zero if there is none
	Err                                error
}

// Config is what all products of one scope share.
type Config struct {
	Credentials CredentialSource
	AccountID   string // for errors; empty where it is not known yet
	Region      string
	// Endpoint is host[:port] with an optional scheme; empty selects the product's public endpoint.
	Endpoint string
	// Protocol is HTTP or HTTPS; a scheme in Endpoint wins.
	Protocol  string
	Transport *Transport
	Limiter   Limiter
	Clock     clock.Clock
	Retry     RetryPolicy
	// RetryTimeout bounds one call with all its attempts and the waits between them, in real time. The queue for its turns
	// does not count: behind thousands of calls of one account it is longer, and moves.
	RetryTimeout time.Duration
	UserAgent    string
	Observe      func(context.Context, Attempt)
}

// Operation is one API call.
type Operation struct {
	Action string
	Method string // GET, POST, PUT, DELETE
	Path   string // ROA: percent-encoded; empty for RPC
	Query  map[string]string
	Body   any // ROA: sent as JSON; nil for none
	// Form is sent in the body of an RPC call: what must not stand in a URL, which proxies log.
	Form map[string]string
	// Secrets are values of this call that no error may show.
	Secrets []string
	// Anonymous: the call is not signed and needs no credential.
	Anonymous bool
	Resource  string
	// RAMAction is the permission; empty means product:Action.
	RAMAction string
	// Holds are keys that the answer must have at its top: without them a 200 is
	// no answer, and empty lists or objects read from it would be made up.
	Holds []string
	// MayBeEmpty: an answer without a body leaves what is decoded into as it was.
	MayBeEmpty bool
	// SafeToRepeat: the call may run twice without harm, so it is sent again
	// after an answer that did not arrive.
	SafeToRepeat bool
	// Changes marks an RPC or typed call that changes something; ROA calls say it by their method.
	Changes bool
	// Typed makes the call with the product's own SDK, once and with this HTTP client and these keys, where the generic call
	// cannot: it may decode what the client returns. Method, path, query and body are then the SDK's.
	Typed func(client *http.Client, keys Credential) error
}

// changes reports whether the call changes something, so that its answer must
// not be thrown away.
func (op Operation) changes() bool {
	return op.Changes || op.Path != "" && op.Method != http.MethodGet
}

// SDK is what this package needs of a generated client: its generic call.
type SDK interface {
	CallApiWithCtx(ctx context.Context, params *openapi.Params, request *openapi.OpenApiRequest, runtime *dara.RuntimeOptions) (map[string]any, error)
}

// Caller makes the calls of one product in one scope.
type Caller struct {
	config  Config
	product string // for errors and limits, e.g. cs
	ram     string // prefix of RAM actions, e.g. resourcemanager
	version string
	style   string // ROA or RPC
	codes   map[string]Kind
	clients clientPool
	headers map[string]string
	expired func(*Error) bool // besides the code of all products; may be nil
}

// ProductSpec names a product once.
type ProductSpec struct {
	Product, RAM, Version, Style string
	// PublicEndpoint is used where Config.Endpoint is empty.
	PublicEndpoint string
	// RegionHeader is sent to an endpoint that does not name the region itself
	// (a proxy or a simulator), so that it can tell regions apart.
	RegionHeader string
	// Codes are error codes that mean something in this product, and not what they look like in all. With them, no other
	// code means that an object is not there.
	Codes map[string]Kind
	// NewSDK builds the generated client; nil means the generic one.
	NewSDK func(*openapi.Config) (SDK, error)
	// Typed: every call is made by the product's own SDK (Operation.Typed), which finds its endpoint itself.
	Typed bool
	// Expired tells whether an error is about temporary keys that are over, where the product does not say it by the code of
	// all products.
	Expired func(*Error) bool
}

// NewCaller prepares a product's client. It makes no call.
func NewCaller(config Config, spec ProductSpec) (*Caller, error) {
	c := &Caller{
		config: config, product: spec.Product, ram: spec.RAM, version: spec.Version, style: spec.Style, codes: spec.Codes, expired: spec.Expired,
	}
	if spec.Typed {
		return c, nil
	}
	endpoint, protocol, headers := resolveEndpoint(config, spec)
	c.headers = headers
	newSDK := spec.NewSDK
	if newSDK == nil {
		newSDK = func(c *openapi.Config) (SDK, error) { return openapi.NewClient(c) }
	}
	c.clients.build = func() (*signingClient, error) {
		client := &signingClient{}
		var err error
		client.sdk, err = newSDK(&openapi.Config{
			Credential: &client.keys,
			Endpoint:   tea.String(endpoint),
			RegionId:   tea.String(config.Region),
			Protocol:   tea.String(strings.ToUpper(protocol)),
			UserAgent:  tea.String(config.UserAgent),
			HttpClient: config.Transport,
		})
		return client, err
	}
	client, err := c.clients.take()
	if err != nil {
		return nil, fmt.Errorf("preparing the %s client: %w", spec.Product, err)
	}
	c.clients.put(client)
	return c, nil
}

// Call makes the operation's call, trying again as the retry policy allows,
// and decodes the JSON answer into out (nil to drop it). The error is an
// *Error. When time runs out between attempts, the last answer is the error:
// "throttled" helps a person, "deadline exceeded" does not.
func (c *Caller) Call(ctx context.Context, op Operation, out any) error {
	left := c.config.RetryTimeout
	if left <= 0 {
		left = math.MaxInt64
	}
	renewed, id := false, newCorrelationID()
	var ended *Error // what the call ends with, if it ends here
	for attempt := 1; ; attempt++ {
		began := c.config.Clock.Now()
		x, used, failure, final := c.attempt(ctx, op, left)
		left -= x.took
		if failure == nil {
			failure = c.decode(op, x, used, out)
		}
		learn(x, failure)
		if failure != nil {
			own := *failure // a refused role is one error that all calls of the account share
			own.Attempts = max(own.Attempts, attempt)
			failure = &own
			ended = standing(ended, failure, op.changes())
		}
		var wait time.Duration
		again := false
		if failure != nil && !final && ctx.Err() == nil && left > 0 {
			wait, again = c.tryAgain(ctx, op, failure, attempt, began, left)
			if !renewed && c.renew(failure, used) {
				// The call was refused at the door, so even one that may not run twice goes again.
				again, renewed = true, true
			}
		}
		a := Attempt{CorrelationID: id, Number: attempt, Wait: wait, Queued: c.config.Clock.Now().Sub(began)}
		if !x.sent.IsZero() {
			a.Queued, a.Took = x.sent.Sub(began), c.config.Clock.Now().Sub(x.sent)
		}
		c.observe(ctx, op, x, failure, a)
		if failure == nil {
			return nil
		}
		waits := time.Now()
		if !again || c.config.Limiter.Wait(ctx, wait) != nil {
			return ended
		}
		left -= time.Since(waits)
	}
}

// tryAgain decides whether a failed attempt is followed by another, and after
// which wait: not where the time would be up by then.
func (c *Caller) tryAgain(ctx context.Context, op Operation, failure *Error, attempt int, began time.Time, left time.Duration) (wait time.Duration, again bool) {
	if attempt >= c.config.Retry.MaxAttempts || !retryable(failure, op.SafeToRepeat) {
		return 0, false
	}
	wait = c.config.Retry.wait(attempt, failure.retryAfter)
	if deadline, ok := ctx.Deadline(); wait > left || ok && began.Add(wait).After(deadline) {
		return 0, false
	}
	return wait, true
}

// standing is what a call ends with after one more attempt failed: that
// failure, unless it hides what the attempts before were told. One that was
// not sent says nothing. And a change whose answer got lost may have happened,
// whatever a later attempt is refused for; only that there is no such object
// says more.
func standing(before, last *Error, changes bool) *Error {
	unclear := func(e *Error) bool { return e.Kind == Network || e.Kind == Server }
	switch {
	case before == nil:
		return last
	case last.Kind == NotSent:
		return before
	case changes && unclear(before) && !unclear(last) && last.Kind != NotFound:
		own := *before
		own.Attempts = last.Attempts
		if own.refused = string(last.Kind); last.Code != "" {
			own.refused += " (" + last.Code + ")"
		}
		return &own
	}
	return last
}

// learn tells the limiter how the service took an attempt that was answered.
func learn(x *exchange, failure *Error) {
	switch {
	case !x.answered:
	case failure == nil:
		x.turn.Learn(false, 0)
	default:
		x.turn.Learn(failure.Kind == Throttled, failure.retryAfter)
	}
}

// correlations counts the calls of this process; correlationSeed tells processes apart.
var (
	correlations    atomic.Uint64
	correlationSeed = rand.Uint32()
)

// newCorrelationID names one call over all its attempts.
func newCorrelationID() string {
	return fmt.Sprintf("%08x-%06x", correlationSeed, correlations.Add(1))
}

// expired is the service's answer to temporary keys past their end.
const expired = "InvalidSecurityToken.Expired"

// renew drops the keys that the service calls expired, and reports whether
// there is a way to others.
func (c *Caller) renew(failure *Error, used Credential) bool {
	source, ok := c.config.Credentials.(Invalidator)
	over := failure.Code == expired || c.expired != nil && c.expired(failure)
	return ok && over && used.SecurityToken != "" && source.Invalidate(used)
}

// admit takes a place among the concurrent calls, with a credential that is
// valid when the place is free: a queue may be longer than the keys live. The
// place is not held while keys are fetched, which takes a place too.
func (c *Caller) admit(ctx context.Context, op Operation, x *exchange) (used Credential, failure *Error) {
	for try := 1; ; try++ {
		var err error
		if !op.Anonymous {
			used, err = c.config.Credentials.Credential(ctx)
		}
		if err != nil {
			return used, c.noCredentials(op, x, err)
		}
		x.turn, err = c.config.Limiter.Admit(ctx, c.config.AccountID, c.product)
		if err != nil {
			return used, c.stopped(op, x, err)
		}
		if ctx.Err() != nil { // a place may be free at the very moment of the end: nothing starts after it
			x.turn.Release()
			return used, c.stopped(op, x, ctx.Err())
		}
		// Keys that are over although they were fetched just now are the best there is: the service decides.
		if try == 2 || used.Expires.IsZero() || c.config.Clock.Now().Before(used.Expires) {
			return used, nil
		}
		x.turn.Release()
	}
}

func (c *Caller) stopped(op Operation, x *exchange, err error) *Error {
	return c.failure(op, x, Error{Kind: NotSent, Message: "stopped before it was sent: " + err.Error(), err: err})
}

// answerGrace is how long the answer to a change is still waited for when
// everything else stops: what happened has to be written down.
const answerGrace = 1500 * time.Millisecond

// lingering is a context that outlives ctx by answerGrace.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(answerGrace, cancel) })
	return longer, func() { stop(); cancel() }
}

// attempt sends the call once, and gives it so long from its turn on. final: another attempt would not help, for the
// credentials could not be had and the calls for them were tried again already.
func (c *Caller) attempt(ctx context.Context, op Operation, left time.Duration) (x *exchange, used Credential, failure *Error, final bool) {
	x = &exchange{}
	used, failure = c.admit(ctx, op, x)
	if failure != nil {
		return x, used, failure, true
	}
	defer x.turn.Release()
	began := time.Now()
	defer func() { x.took = time.Since(began) }()
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	sending := ctx
	if op.changes() {
		var stop context.CancelFunc
		sending, stop = lingering(ctx)
		defer stop()
	}
	var err error
	if op.Typed != nil {
		x.sent = c.config.Clock.Now()
		err = op.Typed(c.config.Transport.once(sending, x), used)
		x.undecoded = err
	} else if err = c.send(sending, x, op, used); errors.Is(err, errNoClient) {
		return x, used, c.failure(op, x, Error{Kind: Invalid, Message: err.Error(), err: err}), true
	}
	if x.answered {
		return x, used, nil, false
	}
	if op.Typed != nil && x.err == nil && err != nil { // the SDK refused its arguments
		return x, used, c.failure(op, x, Error{Kind: Invalid, Message: "nothing was sent: " + err.Error(), err: err}), true
	}
	if x.err != nil {
		err = x.err
	}
	if ctxErr := ctx.Err(); ctxErr != nil {
		err = ctxErr
	}
	if err == nil {
		err = errors.New("no answer")
	}
	// The text of a URL error has the URL: parameters of the call, or a proxy with its password.
	var withURL *url.Error
	for errors.As(err, &withURL) {
		err = withURL.Err
	}
	return x, used, c.failure(op, x, Error{Kind: Network, Message: "no whole answer: " + err.Error(), err: err}), false
}

// errNoClient: the generated client could not be built, so nothing was sent.
var errNoClient = errors.New("preparing the client")

// send makes one attempt with the generic call of the SDK. The answer is in the exchange.
func (c *Caller) send(ctx context.Context, x *exchange, op Operation, used Credential) error {
	client, err := c.clients.take()
	if err != nil {
		return fmt.Errorf("%w: %w", errNoClient, err)
	}
	defer c.clients.put(client)
	client.keys.current = used

	params := &openapi.Params{
		Action: tea.String(op.Action), Version: tea.String(c.version), Style: tea.String(c.style),
		Method: tea.String(op.Method), Pathname: tea.String("/"), Protocol: tea.String("HTTPS"),
		AuthType: tea.String("AK"), ReqBodyType: tea.String("json"), BodyType: tea.String("string"),
	}
	if op.Path != "" {
		params.Pathname = tea.String(op.Path)
	}
	request := &openapi.OpenApiRequest{Query: map[string]*string{}, Headers: map[string]*string{}}
	for k, v := range op.Query {
		request.Query[k] = tea.String(v)
	}
	for k, v := range c.headers {
		request.Headers[k] = tea.String(v)
	}
	if op.Body != nil {
		request.Body = op.Body
	}
	if op.Form != nil {
		form := map[string]any{}
		for k, v := range op.Form {
			form[k] = v
		}
		request.Body, params.ReqBodyType = form, tea.String("formData")
	}
	if op.Anonymous {
		params.AuthType = tea.String("Anonymous")
	}
	x.sent = c.config.Clock.Now()
	_, err = client.sdk.CallApiWithCtx(context.WithValue(ctx, exchangeKey{}, x), params, request, &dara.RuntimeOptions{})
	return err
}

// noCredentials is the failure of a call for which there are no keys. Whatever
// the call for the keys was told, it says nothing about this call's object.
func (c *Caller) noCredentials(op Operation, x *exchange, err error) *Error {
	var typed *Error
	switch {
	case errors.As(err, &typed):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return c.stopped(op, x, err)
	default:
		return c.failure(op, x, Error{Kind: Network, Message: "no credentials: " + err.Error(), err: err})
	}
	own := *typed
	if own.Kind == NotFound {
		own.Kind = Denied
	}
	return &own
}

func (c *Caller) observe(ctx context.Context, op Operation, x *exchange, failure *Error, a Attempt) {
	if c.config.Observe == nil {
		return
	}
	a.Product, a.Action, a.AccountID, a.Region, a.Status = c.product, op.Action, c.config.AccountID, c.config.Region, x.status
	a.RequestID = x.requestID()
	if failure != nil {
		a.Code, a.RequestID, a.Err = failure.Code, failure.RequestID, failure
	}
	c.config.Observe(ctx, a)
}
