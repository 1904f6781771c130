// Package signature recomputes the signatures that Alibaba Cloud's SDKs put on requests: ACS3-HMAC-SHA256, ROA
// version 1 (HMAC-SHA1 in the Authorization header), RPC version 1 (HMAC-SHA1 in the query), and versions 1 and 4 of Log
// Service. It is written from the published signing rules and imports no SDK, so that a mistake in a client cannot hide
// in it.
package signature

import (
	"crypto/hmac"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Families that Read tells apart.
const (
	ACS3 = "ACS3-HMAC-SHA256"
	ROA  = "ROA-HMAC-SHA1"
	RPC  = "RPC-HMAC-SHA1"
)

// Claim is what a request says about its sender; nothing in it is proven until Verify returns true.
type Claim struct {
	Family        string
	AccessKeyID   string
	SecurityToken string
	Nonce         string // empty when the request carries none
	Region        string // that the signature is for, empty in families without one
	Date          time.Time
	StringToSign  string

	signature string
	compute   func(secret string) string
}

// Problem is a request that cannot be checked at all, in the gateway's terms.
type Problem struct {
	Status  int
	Code    string
	Message string
}

func (p *Problem) Error() string { return p.Code + ": " + p.Message }

func problem(code, format string, args ...any) *Problem {
	return &Problem{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Verify compares the signature with the one that the secret gives, in constant time.
func (c *Claim) Verify(secret string) bool {
	return hmac.Equal([]byte(c.compute(secret)), []byte(c.signature))
}

// Read finds the signature family of a request and reads its claim. query and form are the decoded parameters, body is
// the body as it was sent.
func Read(r *http.Request, query, form url.Values, body []byte) (*Claim, *Problem) {
	authorization := r.Header.Get("Authorization")
	switch {
	case strings.HasPrefix(authorization, ACS3+" "):
		return readACS3(r, query, body, strings.TrimPrefix(authorization, ACS3+" "))
	case strings.HasPrefix(authorization, "acs "):
		return readROA(r, query, strings.TrimPrefix(authorization, "acs "))
	case authorization != "":
		return nil, problem("IncompleteSignature", "the Authorization header begins with none of %q and \"acs \"", ACS3)
	case query.Has("Signature") || form.Has("Signature"):
		return readRPC(r, query, form)
	default:
		return nil, problem("MissingAccessKeyId", "AccessKeyId is mandatory for this action: the request carries no signature")
	}
}

// IsSigned says whether a request carries a signature of any kind.
func IsSigned(r *http.Request, query, form url.Values) bool {
	return r.Header.Get("Authorization") != "" || query.Has("Signature") || form.Has("Signature")
}

// AccessKeyID returns the key that a request names, signed or not, so that faults can be matched by account.
func AccessKeyID(r *http.Request, query, form url.Values) string {
	authorization := r.Header.Get("Authorization")
	if id, ok := logKeyID(authorization); ok {
		return id
	}
	if rest, ok := strings.CutPrefix(authorization, ACS3+" "); ok {
		return acs3Parts(rest)["Credential"]
	}
	if rest, ok := strings.CutPrefix(authorization, "acs "); ok {
		id, _, _ := strings.Cut(rest, ":")
		return id
	}
	if id := query.Get("AccessKeyId"); id != "" {
		return id
	}
	return form.Get("AccessKeyId")
}

func parseISODate(name, value string) (time.Time, *Problem) {
	if value == "" {
		return time.Time{}, problem("Missing"+name, "%s is mandatory for this action.", name)
	}
	date, err := time.Parse("2006-01-02T15:04:05Z", value)
	if err != nil {
		return time.Time{}, problem("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted: %q.", value)
	}
	return date, nil
}

// escape encodes as RFC 3986 asks: a blank is %20, ~ stays.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
