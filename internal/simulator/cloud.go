// Package simulator is the cloud in a box: it answers on loopback what Alibaba Cloud's STS, resource directory,
// Container Service, Cloud Config and Log Service answer, checks what they check (signature, date, nonce, token, region, permission, parameters),
// and fails on demand; over plain HTTP, TLS and as a forward proxy on one port. It imports none of ackguard's clients
// and rules. README.md says what is documented, what is guessed and what is missing.
package simulator

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/signature"
)

// Options of a cloud.
type Options struct {
	// Now is the clock; nil is the real one.
	Now func() time.Time
	// OnUnexpected is called for each request that the cloud does not know: host, path, action or parameter. Tests wire
	// it to t.Error.
	OnUnexpected func(message string)
	// MaxRequests bounds the recorded requests, the oldest go first; 0 keeps all.
	MaxRequests int
}

// Cloud is a simulated cloud. It is an http.Handler and safe for concurrent use.
type Cloud struct {
	now          func() time.Time
	onUnexpected func(string)
	maxRequests  int
	seed         uint64
	behaviour    Behaviour
	directory    *ResourceDirectory
	instance     *ECSInstance
	uris         map[string]CredentialsURI
	tokenKey     []byte
	idKey        []byte

	requestIDMu sync.Mutex
	requestIDs  *rand.Rand // of its own, so that the ids of what is made do not depend on how many calls are made

	mu           sync.Mutex
	random       *rand.Rand
	accounts     map[string]*accountState
	accountOrder []string
	clusters     map[string]*clusterState
	deleted      []*clusterState             // that reads may still show
	attached     map[string][]*ControlPolicy // control policies by folder or member
	keys         map[string]keyOwner
	sessions     map[string]*session
	nonces       map[string]time.Time
	noncesPurged time.Time
	pending      []pendingChange
	tasks        map[string]*task
	clientTokens map[string]any
	config       configState
	log          logState
	standing     map[string]string    // id of the session that a metadata service or credentials URI hands out
	imdsTokens   map[string]time.Time // tokens of the metadata service, until when they are good

	kubernetes kubernetesAccess
	runs       []inspectorRun
	writeMu    sync.Mutex // of kubernetes.writes, whose functions call the cloud

	quotaMu sync.Mutex
	quotas  []quotaState

	faultMu     sync.Mutex
	faults      []*FaultHandle
	faultsAdded uint64

	recordMu sync.Mutex
	requests []Request
}

// New makes a cloud from a scenario, which it checks and copies.
func New(s *Scenario, o Options) (*Cloud, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	c := &Cloud{
		now: o.Now, onUnexpected: o.OnUnexpected, maxRequests: o.MaxRequests, seed: s.Seed, behaviour: s.Behaviour,
		random:     rand.New(rand.NewPCG(s.Seed, 0x61636b6775617264)),
		requestIDs: rand.New(rand.NewPCG(s.Seed, 0x7265717565737473)),
		accounts:   map[string]*accountState{}, clusters: map[string]*clusterState{}, keys: map[string]keyOwner{},
		standing: map[string]string{}, imdsTokens: map[string]time.Time{}, uris: map[string]CredentialsURI{},
		sessions: map[string]*session{}, nonces: map[string]time.Time{}, tasks: map[string]*task{}, clientTokens: map[string]any{},
		kubernetes: kubernetesAccess{known: map[string]kubernetesIdentity{}},
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.onUnexpected == nil {
		c.onUnexpected = func(string) {}
	}
	if s.ResourceDirectory != nil {
		c.directory = clone(s.ResourceDirectory)
		c.attached = attach(s.ResourceDirectory.ControlPolicies)
	}
	if s.ECSInstance != nil {
		c.instance = clone(s.ECSInstance)
	}
	for _, uri := range s.CredentialsURIs {
		c.uris[uri.Name] = uri
	}
	c.tokenKey, c.idKey = []byte(c.randomID(alphanumeric, 32)), []byte(c.randomID(alphanumeric, 32))
	c.config = newConfigState(s)
	for i := range s.Accounts {
		c.addAccount(&s.Accounts[i])
	}
	c.loadConfig(s.Accounts)
	if err := c.loadLog(s.Accounts); err != nil {
		return nil, err
	}
	c.quotas = newQuotas(s.Quotas)
	for _, f := range s.Faults {
		c.AddFault(f)
	}
	return c, nil
}

// operation declares one API: how it is reached, what it takes, what it needs, what it does.
type operation struct {
	product, action string
	version         string // of a version that shares no calls with others; empty for all others
	method, pattern string // ROA only
	parameters      []parameter
	body            func(Behaviour) any // a pointer to the body's struct, nil when the API takes none
	resource        func(*call) string  // RAM resource; nil when the call needs no permission
	ramProduct      string
	ramAction       string                                  // where it is not called like the action
	at              func(project string, q url.Values) bool // Log Service: tells apart what shares a method and a pattern; nil where nothing does
	takesAny        bool                                    // the body is the operation's own to read
	invalidBody     string                                  // Log Service: the code for a body that breaks a rule
	alsoNeeds       string                                  // a second RAM action that the call needs on the same resource
	anonymous       bool                                    // may be called without a signature
	run             func(*call) (any, *apiError)            // called with the lock held
	// serve stands in for all of the above where the address is no API of the cloud; called with the lock held.
	serve func(c *Cloud, r *http.Request, t target, now time.Time, base answer) (answer, *apiError)
}

// call is one authenticated call.
type call struct {
	*Cloud
	target
	time   time.Time
	caller *principal
	params url.Values
	body   any
	header http.Header
	host   string
	raw    []byte // the body as it was sent
}

// bodyOf is the decoded body of an operation that declares it as T.
func bodyOf[T any](cl *call) *T {
	body, ok := cl.body.(*T)
	if !ok {
		panic(fmt.Sprintf("simulator: %s declares its body as %T", cl.action, cl.body))
	}
	return body
}

// maxBody is what PutLogs takes, far above any other documented request.
const maxBody = 10 << 20

// ServeHTTP records the request, injects faults, authenticates, authorises, checks parameters and runs the call.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := c.now()
	var body []byte
	var readErr error
	if r.Body != http.NoBody {
		body, readErr = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	}
	query, queryErr := url.ParseQuery(r.URL.RawQuery)
	var form url.Values
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ = url.ParseQuery(string(body))
	}
	inCluster := c.kubernetesTarget(r)
	var t target
	var routeErr *apiError
	if inCluster == nil {
		t, routeErr = route(r, query, form)
	} else {
		t.product, t.action = ProductKubernetes, inCluster.action(r.Method)
	}
	accessKeyID := signature.AccessKeyID(r, query, form)
	record := Request{
		Time: now, Product: t.product, Action: t.action, AccountID: c.accountOf(accessKeyID), AccessKeyID: mask(accessKeyID), Region: t.region,
		Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: redact(query), Form: redact(form), RequestID: c.requestID(),
	}
	if inCluster != nil {
		record.AccountID, record.Region = c.placeOf(inCluster)
	}
	if len(form) == 0 && len(body) > 0 {
		record.Body = bytes.Clone(body)
	}
	base := answer{header: http.Header{"Content-Type": {"application/json;charset=utf-8"}}, requestID: record.RequestID, host: r.Host, product: t.product}
	base.header.Set(requestIDHeader(t.product), record.RequestID)

	fault := c.faultFor(&record)
	record.Faulted = fault != nil
	if fault != nil {
		fault.wait(r)
	}
	if inCluster != nil && c.unreachable(r, inCluster) {
		c.record(record)
		reset(w)
		return
	}
	var a answer
	switch {
	case fault != nil && (fault.Reset == ResetBeforeCommit || fault.Code != ""):
		a = fault.answer(base)
	case readErr != nil:
		a = errorAnswer(refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "%v", readErr), base)
	case queryErr != nil:
		a = errorAnswer(refuse(http.StatusBadRequest, "InvalidParameter", "the query is not well formed: %v", queryErr), base)
	case inCluster != nil:
		a = c.serveKubernetes(r, inCluster, query, body, now, base)
		if fault != nil {
			a = fault.answer(a)
		}
	default:
		a = c.respond(r, t, routeErr, query, form, body, now, base)
		if fault != nil {
			a = fault.answer(a)
		}
	}
	record.Status, record.Code, record.Message = a.status, a.code, a.message
	if fault != nil && fault.Reset != "" {
		record.Status = 0
		c.record(record)
		reset(w)
		return
	}
	c.record(record)
	a.write(w)
}

// respond answers a request that no fault has taken.
func (c *Cloud) respond(r *http.Request, t target, routeErr *apiError, query, form url.Values, body []byte, now time.Time, base answer) answer {
	var a answer
	var result any
	err := routeErr
	switch {
	case err != nil:
	case t.operation.serve != nil && (len(query) > 0 || len(body) > 0):
		err = refuse(http.StatusBadRequest, codeUnknownParameter, "%s takes neither a query nor a body", t.action)
	case t.operation.serve != nil:
		c.mu.Lock()
		a, err = t.operation.serve(c, r, t, now, base)
		c.mu.Unlock()
	default:
		if result, err = c.handle(r, t, query, form, body, now); err == nil {
			a = jsonAnswer(withRequestID(result, base.requestID), base)
		}
	}
	if err == nil {
		return a
	}
	if strings.HasPrefix(err.Code, "Simulator.") {
		c.onUnexpected(fmt.Sprintf("%s %s: %s", r.Method, r.URL.Path, err.Message))
	}
	return errorAnswer(err, base)
}

// handle does what a gateway and the product behind it do, in their order.
func (c *Cloud) handle(r *http.Request, t target, query, form url.Values, body []byte, now time.Time) (any, *apiError) {
	var caller *principal
	var err *apiError
	if !t.operation.anonymous || signature.IsSigned(r, query, form) {
		if caller, err = c.identify(r, t, query, form, body, now); err != nil {
			return nil, err
		}
		if err = c.throttle(t, caller.accountID, now); err != nil {
			return nil, err
		}
	}
	params, err := t.operation.checkParameters(t, query, form)
	if err != nil {
		return nil, err
	}
	cl := &call{Cloud: c, target: t, time: now, caller: caller, params: params, header: r.Header, host: r.Host, raw: body}
	if cl.body, err = t.operation.readBody(t, c.behaviour, body, len(form) > 0); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(now)
	switch t.product {
	case ProductConfig:
		cl.time = c.configTime(now)
	case ProductLog:
		cl.time = c.logTime(now)
	}
	if err := cl.authorise(); err != nil {
		return nil, err
	}
	return t.operation.run(cl)
}

// identify finds out who sends a request.
func (c *Cloud) identify(r *http.Request, t target, query, form url.Values, body []byte, now time.Time) (*principal, *apiError) {
	if t.product == ProductLog {
		return c.identifyLog(r, t, query, body, now)
	}
	claim, bad := signature.Read(r, query, form, body)
	if bad != nil {
		return nil, refuse(bad.Status, bad.Code, "%s", bad.Message)
	}
	return c.authenticate(claim, now)
}

func (cl *call) authorise() *apiError {
	op := cl.operation
	if op.resource == nil {
		return nil
	}
	name := op.ramAction
	if name == "" {
		name = op.action
	}
	action, resource := op.ramProduct+":"+name, op.resource(cl)
	r := cl.may(cl.caller, action, resource)
	if r.decision == rampolicy.Allowed && op.alsoNeeds != "" {
		action = op.alsoNeeds
		r = cl.may(cl.caller, action, resource)
	}
	if r.decision == rampolicy.Allowed {
		return nil
	}
	if cl.product == ProductLog {
		return logDenied(action, resource)
	}
	if cl.product != ProductCS {
		return denied(cl.caller, action, resource, r, "NoPermission")
	}
	e := denied(cl.caller, action, resource, r, "Forbidden.RAM")
	e.Backend = true
	return e
}

// reset closes the connection with a TCP reset where the writer allows it.
func reset(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			// Closing what is below TLS keeps it from saying goodbye.
			if tcp := tcpUnder(conn); tcp != nil {
				_ = tcp.SetLinger(0)
				_ = tcp.Close()
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"

// randomID draws n characters of an alphabet; the lock must be held.
func (c *Cloud) randomID(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[c.random.IntN(len(alphabet))]
	}
	return string(b)
}

// requestID has the form of the cloud's: an upper-case UUID.
func (c *Cloud) requestID() string {
	c.requestIDMu.Lock()
	defer c.requestIDMu.Unlock()
	return strings.ToUpper(uuid(c.requestIDs))
}

// uuid draws a random UUID, version 4.
func uuid(random *rand.Rand) string {
	a, b := random.Uint64(), random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0xfff, b&0xffffffffffff)
}

// stableID is an 18-digit id that depends on the seed and the name only.
func (c *Cloud) stableID(name string) string {
	mac := hmac.New(sha256.New, c.idKey)
	mac.Write([]byte(name))
	digits := []byte("3")
	for _, b := range mac.Sum(nil)[:17] {
		digits = append(digits, '0'+b%10)
	}
	return string(digits)
}

// withRequestID completes results that leave their request id to the pipeline.
func withRequestID(result any, id string) any {
	if m, ok := result.(map[string]any); ok {
		for _, name := range []string{"RequestId", "requestId", "request_id"} {
			if _, wanted := m[name]; wanted {
				m[name] = id
			}
		}
	}
	return result
}
