package simulator

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Request is one recorded request. Secrets are redacted: the AccessKey ID is masked, tokens and signatures are cut.
type Request struct {
	Time        time.Time
	Product     string // one of the Product constants
	Action      string // name of the API, empty when the path or action is unknown
	AccountID   string // account of the key in use, empty when the key is unknown
	AccessKeyID string
	Region      string
	Method      string
	Host        string
	Path        string
	Query       url.Values
	Form        url.Values
	Body        []byte
	Status      int // 0 when the connection was reset
	Code        string
	Message     string
	RequestID   string
	Faulted     bool
}

// secretParameters never reach a record.
var secretParameters = []string{"SecurityToken", "Signature", "AccessKeyId", "OIDCToken"}

// redact copies nothing when there is nothing to hide: no handler changes its parameters.
func redact(values url.Values) url.Values {
	if len(values) == 0 {
		return nil
	}
	if !slices.ContainsFunc(secretParameters, values.Has) {
		return values
	}
	clean := maps.Clone(values)
	for _, name := range secretParameters {
		if clean.Has(name) {
			clean[name] = []string{mask(clean.Get(name))}
		}
	}
	return clean
}

// mask keeps enough of a value to tell two of them apart.
func mask(value string) string {
	if len(value) <= 8 {
		return strings.Repeat("*", len(value))
	}
	return value[:4] + "****" + value[len(value)-2:]
}

// Filter selects recorded requests; empty fields select all.
type Filter struct {
	Product, Action, AccountID, Region, Code string
	Status                                   int
	Where                                    func(Request) bool
}

func (f Filter) matches(r Request) bool {
	return (f.Product == "" || f.Product == r.Product) &&
		(f.Action == "" || f.Action == r.Action) &&
		(f.AccountID == "" || f.AccountID == r.AccountID) &&
		(f.Region == "" || f.Region == r.Region) &&
		(f.Code == "" || f.Code == r.Code) &&
		(f.Status == 0 || f.Status == r.Status) &&
		(f.Where == nil || f.Where(r))
}

func (c *Cloud) record(r Request) {
	c.recordMu.Lock()
	defer c.recordMu.Unlock()
	// Dropping a half at a time keeps the cost per request constant.
	if c.maxRequests > 0 && len(c.requests) >= c.maxRequests {
		c.requests = slices.Clone(c.requests[len(c.requests)-c.maxRequests/2:])
	}
	c.requests = append(c.requests, r)
}

// Requests returns the recorded requests that match every filter, in order of their arrival at the end of handling.
func (c *Cloud) Requests(filters ...Filter) []Request {
	c.recordMu.Lock()
	defer c.recordMu.Unlock()
	selected := make([]Request, 0, len(c.requests))
	for _, r := range c.requests {
		if !slices.ContainsFunc(filters, func(f Filter) bool { return !f.matches(r) }) {
			selected = append(selected, r)
		}
	}
	return selected
}

// Count counts the recorded requests that match a filter.
func (c *Cloud) Count(filter Filter) int {
	c.recordMu.Lock()
	defer c.recordMu.Unlock()
	n := 0
	for _, r := range c.requests {
		if filter.matches(r) {
			n++
		}
	}
	return n
}

// ResetRequests forgets all recorded requests.
func (c *Cloud) ResetRequests() {
	c.recordMu.Lock()
	defer c.recordMu.Unlock()
	c.requests = nil
}
