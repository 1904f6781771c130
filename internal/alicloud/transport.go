package alicloud

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxAnswerBytes bounds one answer; the largest documented page is far smaller.
const maxAnswerBytes = 64 << 20

// Transport carries every call of one provider over one connection pool.
// The SDK keeps a pool per host with the library's two idle connections,
// which a fan-out over hundreds of accounts would spend its time reopening.
type Transport struct {
	client *http.Client
	config TransportConfig

	mu      sync.Mutex
	dialing map[string]*Transport // by address
}

// TransportConfig has the time limits of one HTTP exchange.
type TransportConfig struct {
	ConnectTimeout, ReadTimeout time.Duration
	// MaxConnections is how many idle connections a host may keep.
	MaxConnections int
	// Direct leaves out the proxies of the environment.
	Direct bool
	// DialContext overrides how hosts are reached.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewTransport builds a Transport. Proxies come from the environment, which
// never applies to loopback addresses.
func NewTransport(c TransportConfig) *Transport {
	dial := c.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: c.ConnectTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	proxy := http.ProxyFromEnvironment
	if c.Direct {
		proxy = nil
	}
	return &Transport{config: c, client: &http.Client{
		Transport: &http.Transport{
			Proxy:                 proxy,
			DialContext:           dial,
			TLSHandshakeTimeout:   c.ConnectTimeout,
			ResponseHeaderTimeout: c.ReadTimeout,
			MaxIdleConns:          4 * max(c.MaxConnections, 1),
			MaxIdleConnsPerHost:   max(c.MaxConnections, 1),
			IdleConnTimeout:       90 * time.Second, // HTTP/1.1 only, as the SDK's own transport
		},
		Timeout: c.ConnectTimeout + c.ReadTimeout,
		// An API does not redirect; following one would send signed requests elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// exchange is the raw answer to one attempt. The SDK throws it away when it
// is no JSON or carries an error, and with it the status and retry-after.
type exchange struct {
	turn     Turn          // nil if it was not admitted
	sent     time.Time     // zero if it never went out
	took     time.Duration // of real time, from its turn on
	answered bool
	status   int
	header   http.Header
	body     []byte
	err      error // why no whole answer arrived
	// undecoded is why a typed SDK could not use an answer.
	undecoded error
}

// requestID is the service's name for the exchange: the gateway's header, or Log Service's.
func (x *exchange) requestID() string {
	return cmp.Or(x.header.Get("x-acs-request-id"), x.header.Get("x-log-requestid"))
}

type exchangeKey struct{}

// Call implements the SDK's dara.HttpClient: it keeps the answer in the
// exchange of the request's context and hands the SDK an empty success, so
// that decoding and errors are decided in one place, ours.
func (t *Transport) Call(request *http.Request, _ *http.Transport) (*http.Response, error) {
	x, _ := request.Context().Value(exchangeKey{}).(*exchange)
	if request.Body == nil || request.Body == http.NoBody {
		// net/http silently sends a body-less GET again when a kept connection breaks: with the same nonce, which the
		// service refuses if it had seen the first. A body, even an empty one, leaves trying again to us, who sign anew.
		request.Body = io.NopCloser(eof{})
	}
	if x == nil {
		x = &exchange{}
	}
	response, err := t.exchange(request, x)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: response.Proto, Header: http.Header{}, Body: http.NoBody, Request: request}, nil
}

// exchange sends a request and keeps the whole answer in x. The response's body is read.
func (t *Transport) exchange(request *http.Request, x *exchange) (*http.Response, error) {
	response, err := t.client.Do(request)
	if err != nil {
		x.err = err
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	x.answered, x.status, x.header, x.body, x.err = err == nil, response.StatusCode, response.Header, body, err
	return response, err
}

// once is an HTTP client for one call of a typed SDK that takes no context and tries again by rules of its own. It sends
// one request, ended by ctx, and keeps the answer in x. The SDK gets to see a success as it is, and anything else as an
// answer that no SDK repeats: what happened and whether to try again is decided from x.
func (t *Transport) once(ctx context.Context, x *exchange) *http.Client {
	return &http.Client{Transport: oneExchange{t, ctx, x}}
}

type oneExchange struct {
	transport *Transport
	ctx       context.Context //nolint:containedctx // the SDK has no place for it
	x         *exchange
}

// statusKept is what the SDK is told instead of a failure: no client repeats a 499.
const statusKept = 499

// RoundTrip implements http.RoundTripper.
func (o oneExchange) RoundTrip(request *http.Request) (*http.Response, error) {
	kept := &http.Response{
		StatusCode: statusKept, Status: "499 Kept", Proto: request.Proto, Header: http.Header{}, Request: request,
		Body: io.NopCloser(strings.NewReader(`{"errorCode":"Kept","errorMessage":"the answer was kept"}`)),
	}
	if over := o.x.answered || o.x.err != nil; over {
		return kept, nil
	}
	sent := request.Clone(o.ctx)
	if request.Method == http.MethodGet && (request.Body == nil || request.Body == http.NoBody) {
		// As in Call: it is not to be sent twice behind our back. The SDK's body could be had again, which would undo that.
		sent.Body, sent.GetBody = io.NopCloser(eof{}), nil
	}
	// An error is in the exchange.
	if response, _ := o.transport.exchange(sent, o.x); o.x.answered && o.x.status == http.StatusOK {
		response.Body = io.NopCloser(bytes.NewReader(o.x.body))
		return response, nil
	}
	return kept, nil
}

// Dialing is a transport like this one that reaches every host at one address: for services whose host names carry
// meaning, behind an endpoint that has no such names.
func (t *Transport) Dialing(address string) *Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.dialing[address]; known != nil {
		return known
	}
	config := t.config
	config.Direct = true
	config.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: config.ConnectTimeout, KeepAlive: 30 * time.Second}).DialContext(ctx, network, address)
	}
	if t.dialing == nil {
		t.dialing = map[string]*Transport{}
	}
	t.dialing[address] = NewTransport(config)
	return t.dialing[address]
}

// eof is a body without content.
type eof struct{}

// Read implements io.Reader.
func (eof) Read([]byte) (int, error) { return 0, io.EOF }
