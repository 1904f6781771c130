package alicloud

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// maxAnswerBytes bounds one answer; the largest documented page is far smaller.
const maxAnswerBytes = 64 << 20

// Transport carries every call of one provider over one connection pool.
// The SDK keeps a pool per host with the library's two idle connections,
// which a fan-out over hundreds of accounts would spend its time reopening.
type Transport struct{ client *http.Client }

// TransportConfig has the time limits of one HTTP exchange.
type TransportConfig struct {
	ConnectTimeout, ReadTimeout time.Duration
	// MaxConnections is how many idle connections a host may keep.
	MaxConnections int
	// DialContext overrides how hosts are reached, for tests.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewTransport builds a Transport. Proxies come from the environment, which
// never applies to loopback addresses.
func NewTransport(c TransportConfig) *Transport {
	dial := c.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: c.ConnectTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	return &Transport{client: &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
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
	response, err := t.client.Do(request)
	if err != nil {
		if x != nil {
			x.err = err
		}
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if x != nil {
		x.answered, x.status, x.header, x.body, x.err = err == nil, response.StatusCode, response.Header, body, err
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: response.Proto, Header: http.Header{}, Body: http.NoBody, Request: request}, nil
}

// eof is a body without content.
type eof struct{}

// Read implements io.Reader.
func (eof) Read([]byte) (int, error) { return 0, io.EOF }
