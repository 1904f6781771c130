package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// apiError is a refusal of a call.
type apiError struct {
	Status  int
	Code    string
	Message string
	Denied  *accessDenied
	// RetryAfter is the header x-acs-retry-after, empty for none.
	RetryAfter string
	// Backend marks errors of Container Service itself, whose body differs from the gateway's.
	Backend bool
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// accessDenied is the AccessDeniedDetail of a permission error.
type accessDenied struct {
	AuthAction               string `json:"AuthAction"`
	AuthPrincipalDisplayName string `json:"AuthPrincipalDisplayName"`
	AuthPrincipalOwnerID     string `json:"AuthPrincipalOwnerId"`
	AuthPrincipalType        string `json:"AuthPrincipalType"`
	NoPermissionType         string `json:"NoPermissionType"`
	PolicyType               string `json:"PolicyType"`
}

func refuse(status int, code, format string, args ...any) *apiError {
	return &apiError{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// backendError is an error in the body form of Container Service.
func backendError(status int, code, format string, args ...any) *apiError {
	e := refuse(status, code, format, args...)
	e.Backend = true
	return e
}

// Codes that no cloud sends: the simulator refuses what it does not know instead of guessing.
const (
	codeNotSimulated     = "Simulator.NotSimulated"
	codeUnknownParameter = "Simulator.UnknownParameter"
	codeHostNotSimulated = "Simulator.HostNotSimulated"
)

func notSimulated(format string, args ...any) *apiError {
	return refuse(http.StatusNotImplemented, codeNotSimulated, format, args...)
}

func denied(p *principal, action, resource string, r ruling, code string) *apiError {
	e := refuse(http.StatusForbidden, code, "You are not authorized to do this action. You should be authorized by RAM. Action: %s, resource: %s.", action, resource)
	e.Denied = &accessDenied{
		AuthAction: action, AuthPrincipalDisplayName: p.displayName, AuthPrincipalOwnerID: p.accountID,
		AuthPrincipalType: p.authType, NoPermissionType: string(r.decision), PolicyType: r.policyType,
	}
	return e
}

// answer is what goes on the wire.
type answer struct {
	status    int
	code      string
	message   string
	header    http.Header
	body      []byte
	requestID string
	host      string
	product   string
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// rawAnswer is a result that is no JSON, with headers of its own.
type rawAnswer struct {
	header map[string]string
	body   []byte
}

// requestIDHeader is the header in which a product says the id of a request.
func requestIDHeader(product string) string {
	if product == ProductLog {
		return "x-log-requestid"
	}
	return "x-acs-request-id"
}

// jsonAnswer encodes a result; nil is an empty body, as APIs without a response have it.
func jsonAnswer(result any, base answer) answer {
	base.status = http.StatusOK
	if result == nil {
		return base
	}
	switch result := result.(type) {
	case encoded:
		base.body = result
		return base
	case rawAnswer:
		for name, value := range result.header {
			base.header.Set(name, value)
		}
		base.body = result.body
		return base
	}
	body, err := json.Marshal(result)
	if err != nil {
		panic(fmt.Sprintf("simulator: answer of type %T: %v", result, err))
	}
	base.body = body
	return base
}

// errorAnswer writes one of the three documented body forms.
func errorAnswer(e *apiError, base answer) answer {
	base.status, base.code, base.message = e.Status, e.Code, e.Message
	if e.RetryAfter != "" {
		name := "x-acs-retry-after"
		if base.product == ProductKubernetes {
			name = "Retry-After"
		}
		base.header.Set(name, e.RetryAfter)
	}
	var form any
	switch {
	case base.product == ProductKubernetes:
		form = kubernetesStatus(e)
	case base.product == ProductLog:
		form = struct {
			Code    string `json:"errorCode"`
			Message string `json:"errorMessage"`
		}{e.Code, e.Message}
	case e.Backend:
		form = struct {
			Code               string        `json:"code"`
			Message            string        `json:"message"`
			RequestID          string        `json:"requestId"`
			Status             int           `json:"status"`
			AccessDeniedDetail *accessDenied `json:"accessDeniedDetail,omitzero"`
		}{e.Code, e.Message, base.requestID, e.Status, e.Denied}
	default:
		form = struct {
			RequestID          string        `json:"RequestId"`
			HostID             string        `json:"HostId"`
			Code               string        `json:"Code"`
			Message            string        `json:"Message"`
			Recommend          string        `json:"Recommend"`
			AccessDeniedDetail *accessDenied `json:"AccessDeniedDetail,omitzero"`
		}{base.requestID, base.host, e.Code, e.Message, recommend(e.Code, base), e.Denied}
	}
	body, err := json.Marshal(form)
	if err != nil {
		panic(err)
	}
	base.body = body
	return base
}

func recommend(code string, base answer) string {
	return "https://api.aliyun.com/troubleshoot?" + url.Values{"q": {code}, "product": {base.product}, "requestId": {base.requestID}}.Encode()
}
