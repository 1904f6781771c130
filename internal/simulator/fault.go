package simulator

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Fault is one entry of the fault script: which calls, and what happens to them. Empty matchers match everything.
type Fault struct {
	Product   string `json:"product,omitzero" jsonschema:"enum=cs,enum=sts,enum=resourcedirectory,enum=config,enum=sls,enum=ecs-metadata,enum=credentials-uri,enum=kubernetes" jsonschema_description:"Product of the call."`
	Action    string `json:"action,omitzero" jsonschema_description:"Name of the API, for example DescribeClusterDetail; of a cluster's own API, verb and kind, for example update cronjobs.batch."`
	AccountID string `json:"account,omitzero" jsonschema_description:"AccountId of the caller's key."`
	Region    string `json:"region,omitzero" jsonschema_description:"Region of the call."`

	After       int64   `json:"after,omitzero" jsonschema_description:"Spare the first n matching calls; first, nth and every count from there."`
	First       int64   `json:"first,omitzero" jsonschema_description:"Only the first n matching calls."`
	Nth         int64   `json:"nth,omitzero" jsonschema_description:"Only the n-th matching call, counted from 1."`
	Every       int64   `json:"every,omitzero" jsonschema_description:"Only every n-th matching call."`
	Probability float64 `json:"probability,omitzero" jsonschema_description:"Each matching call with this probability, above 0 and below 1; the same seed and the same order of calls hit the same ones."`

	Delay      string `json:"delay,omitzero" jsonschema_description:"Go duration to wait first; alone, the call then goes on."`
	Status     int64  `json:"status,omitzero" jsonschema_description:"HTTP status of an error answer."`
	Code       string `json:"code,omitzero" jsonschema_description:"Error code of an error answer, for example Throttling.User."`
	Message    string `json:"message,omitzero" jsonschema_description:"Error message."`
	RetryAfter string `json:"retry_after,omitzero" jsonschema_description:"Value of the header x-acs-retry-after."`
	Reset      string `json:"reset,omitzero" jsonschema:"enum=before_commit,enum=after_commit" jsonschema_description:"Reset the connection before or after the call takes effect."`
	Body       string `json:"body,omitzero" jsonschema:"enum=truncated,enum=malformed,enum=html" jsonschema_description:"Spoil the answer: truncated (half of it), malformed (no JSON), html (a proxy's error page, status 502 unless given)."`
}

// Kinds of Fault.Reset and Fault.Body.
const (
	ResetBeforeCommit = "before_commit"
	ResetAfterCommit  = "after_commit"
	BodyTruncated     = "truncated"
	BodyMalformed     = "malformed"
	BodyHTML          = "html"
)

// check names a contradiction in a fault.
func (f Fault) check() error {
	if f.Delay != "" {
		if d, err := time.ParseDuration(f.Delay); err != nil || d < 0 {
			return fmt.Errorf("delay %q is not a duration such as 200ms", f.Delay)
		}
	}
	if err := f.checkEffect(); err != nil {
		return err
	}
	switch {
	case f.First < 0 || f.Nth < 0 || f.Every < 0:
		return errors.New("first, nth and every count from 1")
	case f.After < 0:
		return errors.New("after is a number of calls, 1 or more")
	case !(f.Probability >= 0 && f.Probability < 1):
		return fmt.Errorf("probability is %v, want a number above 0 and below 1", f.Probability)
	case count(f.First > 0, f.Nth > 0, f.Every > 0, f.Probability > 0) > 1:
		return errors.New("first, nth, every and probability exclude one another")
	}
	return nil
}

func (f Fault) checkEffect() error {
	isHTML := f.Body == BodyHTML
	effects := count(f.Code != "" || f.Status != 0 && !isHTML, f.Reset != "", f.Body != "")
	switch {
	case effects > 1:
		return errors.New("status/code, reset and body exclude one another")
	case f.Code != "" && f.Status == 0, f.Code == "" && f.Status != 0 && !isHTML:
		return errors.New("an error answer needs both status and code")
	case effects == 0 && f.Delay == "":
		return errors.New("the fault has no effect: give delay, status and code, reset or body")
	case f.RetryAfter != "" && f.Code == "":
		return errors.New("retry_after needs status and code")
	}
	return nil
}

func count(conditions ...bool) int {
	n := 0
	for _, holds := range conditions {
		if holds {
			n++
		}
	}
	return n
}

// FaultHandle is an active fault.
type FaultHandle struct {
	cloud   *Cloud
	fault   Fault
	random  *rand.Rand // nil when the fault leaves nothing to chance
	matched int64
	hits    int64
}

// Remove ends the fault.
func (h *FaultHandle) Remove() {
	h.cloud.faultMu.Lock()
	defer h.cloud.faultMu.Unlock()
	for i, other := range h.cloud.faults {
		if other == h {
			h.cloud.faults = append(h.cloud.faults[:i:i], h.cloud.faults[i+1:]...)
			return
		}
	}
}

// Hits counts the calls that the fault changed.
func (h *FaultHandle) Hits() int {
	h.cloud.faultMu.Lock()
	defer h.cloud.faultMu.Unlock()
	return int(h.hits)
}

// AddFault puts a fault at the end of the script; the first fault that applies to a call wins. It panics on a fault
// that contradicts itself, which is a mistake of the test.
func (c *Cloud) AddFault(f Fault) *FaultHandle {
	if err := f.check(); err != nil {
		panic("simulator: " + err.Error())
	}
	h := &FaultHandle{cloud: c, fault: f}
	c.faultMu.Lock()
	defer c.faultMu.Unlock()
	if f.Probability > 0 {
		// A generator of its own: other calls and other faults must not change which calls this one hits.
		h.random = rand.New(rand.NewPCG(c.seed, c.faultsAdded))
	}
	c.faultsAdded++
	c.faults = append(c.faults, h)
	return h
}

// applies counts a matching call and says whether the fault hits it.
func (h *FaultHandle) applies() bool {
	h.matched++
	// Drawn for spared calls as well, so that after only cuts the front off.
	hit := h.random == nil || h.random.Float64() < h.fault.Probability
	n := h.matched - h.fault.After
	return hit && n > 0 && (h.fault.First == 0 || n <= h.fault.First) && (h.fault.Nth == 0 || n == h.fault.Nth) && (h.fault.Every == 0 || n%h.fault.Every == 0)
}

// faultFor counts the call for every fault that matches it and returns the first that applies.
func (c *Cloud) faultFor(r *Request) *Fault {
	c.faultMu.Lock()
	defer c.faultMu.Unlock()
	var chosen *FaultHandle
	for _, h := range c.faults {
		f := &h.fault
		if f.Product != "" && f.Product != r.Product || f.Action != "" && f.Action != r.Action ||
			f.AccountID != "" && f.AccountID != r.AccountID || f.Region != "" && f.Region != r.Region {
			continue
		}
		if h.applies() && chosen == nil {
			chosen = h
		}
	}
	if chosen == nil {
		return nil
	}
	chosen.hits++
	f := chosen.fault
	return &f
}

// wait delays the call until the time is over or the caller has gone.
func (f *Fault) wait(r *http.Request) {
	if f.Delay == "" {
		return
	}
	timer := time.NewTimer(duration(f.Delay))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// answer replaces an answer by the fault's own, in the form that a gateway gives.
func (f *Fault) answer(a answer) answer {
	switch {
	case f.Code != "":
		a = errorAnswer(&apiError{Status: int(f.Status), Code: f.Code, Message: f.Message, RetryAfter: f.RetryAfter}, a)
	case f.Body == BodyTruncated:
		a.body = a.body[:len(a.body)/2]
	case f.Body == BodyMalformed:
		a.body = []byte("{\"RequestId\": }")
	case f.Body == BodyHTML:
		a.status = http.StatusBadGateway
		if f.Status != 0 {
			a.status = int(f.Status)
		}
		a.code = ""
		a.header.Set("Content-Type", "text/html")
		a.body = []byte("<html><body><h1>502 Bad Gateway</h1></body></html>")
	}
	return a
}
