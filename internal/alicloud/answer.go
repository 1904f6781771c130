package alicloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decode reads an answer into out, or the error in it. used is the keys that no error may show.
func (c *Caller) decode(op Operation, x *exchange, used Credential, out any) *Error {
	secrets := append(slices.Clone(op.Secrets), used.AccessKeySecret, used.SecurityToken)
	if op.Typed != nil && x.status == http.StatusOK {
		if x.undecoded == nil {
			return nil
		}
		// The SDK quotes the answer.
		return c.failure(op, x, Error{Kind: Server, Message: "the answer cannot be decoded: " + redact(x.undecoded.Error(), secrets)})
	}
	var answer map[string]json.RawMessage
	err := json.Unmarshal(x.body, &answer)
	isObject := err == nil && answer != nil
	switch {
	case x.status >= 400 && isObject, op.Typed == nil && isObject && holdsError(answer, op.Holds):
		head := headOf(answer)
		failure := Error{
			Kind: c.classify(head.code, x.status), Code: head.code, Message: redact(head.message, secrets),
			RequestID: head.requestID, RAMAction: head.denied.AuthAction, AccessDenied: head.denied, retryAfter: retryAfter(x),
		}
		return c.failure(op, x, failure)
	case x.status >= 500:
		return c.failure(op, x, Error{Kind: Server, Message: fmt.Sprintf("HTTP %d with a body that is no JSON object", x.status)})
	case x.status >= 300 && !isObject: // half an answer, the page of something in between, or a redirect, which no API sends
		return c.failure(op, x, Error{Kind: Network, Message: fmt.Sprintf("HTTP %d with a body that is no JSON object", x.status)})
	case (out == nil || op.MayBeEmpty) && len(bytes.TrimSpace(x.body)) == 0:
		return nil
	case !isObject:
		return c.failure(op, x, Error{Kind: Network, Message: "the answer is no JSON object, so something in between answered", err: err})
	}
	for _, key := range op.Holds {
		if _, ok := answer[key]; !ok {
			return c.failure(op, x, Error{Kind: Server, Message: fmt.Sprintf("the answer has no %q, so nothing can be read from it", key)})
		}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(x.body, out); err != nil {
		return c.failure(op, x, Error{Kind: Server, Message: "the answer cannot be decoded: " + err.Error(), err: err})
	}
	return nil
}

// holdsError reports whether a 200 carries an error all the same: a code and a
// message, and none of what was asked for.
func holdsError(answer map[string]json.RawMessage, holds []string) bool {
	for _, key := range holds {
		if _, ok := answer[key]; ok && !strings.EqualFold(key, "requestId") {
			return false
		}
	}
	head := headOf(answer)
	return head.code != "" && head.message != ""
}

// answerHead is what services say about an error.
type answerHead struct {
	code, message, requestID string
	denied                   AccessDenied
}

// headOf reads the head field by field, so that one of an odd type does not
// hide the others. Three spellings are in use: the gateway's, the CS back
// end's in lower case, and Log Service's; a code that is text wins over a bare
// number.
func headOf(answer map[string]json.RawMessage) answerHead {
	text := func(keys ...string) string {
		number := ""
		for _, key := range keys {
			var s string
			if json.Unmarshal(answer[key], &s) == nil && s != "" {
				return s
			}
			var n json.Number
			if raw := answer[key]; number == "" && len(raw) > 0 && raw[0] != '"' && json.Unmarshal(raw, &n) == nil {
				number = n.String()
			}
		}
		return number
	}
	head := answerHead{
		code: text("Code", "code", "errorCode"), message: text("Message", "message", "errorMessage"),
		requestID: text("RequestId", "requestId", "requestid"),
	}
	for _, key := range []string{"AccessDeniedDetail", "accessDeniedDetail"} {
		var detail AccessDenied
		// One field of an odd type leaves the others readable.
		if _ = json.Unmarshal(answer[key], &detail); detail != (AccessDenied{}) {
			head.denied = detail
		}
	}
	return head
}

// classify decides the kind by the product's own codes, and then by those of
// all. A product that names its own says by them alone that an object is not
// there: absence removes state, so it is not to be guessed from a word.
func (c *Caller) classify(code string, status int) Kind {
	if kind, ok := c.codes[code]; ok {
		return kind
	}
	kind := classify(code, status)
	if kind == NotFound && c.codes != nil {
		return Invalid
	}
	return kind
}

// Refused is the error of a call whose answer says, with status 200, that one
// of its objects was refused. code may be empty.
func (c *Caller) Refused(op Operation, code, message string) error {
	return c.failure(op, &exchange{status: 200}, Error{Kind: c.classify(code, 0), Code: code, Message: message})
}

// Malformed turns what is wrong with an answer that arrived into the error of
// its call. nil and errors of calls stay as they are.
func (c *Caller) Malformed(op Operation, err error) error {
	var typed *Error
	if err == nil || errors.As(err, &typed) {
		return err
	}
	return c.failure(op, &exchange{}, Error{Kind: Server, Message: "the answer cannot be used: " + err.Error(), err: err})
}

// retryAfter reads the gateway's hint. Its unit is milliseconds, as the SDK
// takes it (observed in the SDK, not documented).
func retryAfter(x *exchange) time.Duration {
	ms, err := strconv.ParseFloat(x.header.Get("x-acs-retry-after"), 64)
	if err != nil || ms <= 0 || math.IsInf(ms, 0) || ms > float64(time.Hour/time.Millisecond) {
		return 0
	}
	return time.Duration(ms * float64(time.Millisecond))
}

// failure completes an error with the call's scope.
func (c *Caller) failure(op Operation, x *exchange, e Error) *Error {
	e.Product, e.Action, e.Resource = c.product, op.Action, op.Resource
	e.AccountID, e.Region, e.Status = c.config.AccountID, c.config.Region, x.status
	if e.RAMAction == "" {
		e.RAMAction = op.RAMAction
	}
	if e.RAMAction == "" {
		e.RAMAction = c.ram + ":" + op.Action
	}
	if e.RequestID == "" {
		e.RequestID = x.requestID()
	}
	return &e
}
