package alicloud

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Kind says what an error means for the caller. It is decided by the
// service's code, never by the HTTP status: a missing role is a 404 and yet
// says nothing about the object that was asked for.
type Kind string

// The kinds of error.
const (
	// Denied: the key, the token, the role or its permissions do not allow the call.
	Denied Kind = "denied"
	// NoCredentials: the keys to make the call with could not be had.
	NoCredentials Kind = "no credentials"
	// NotFound: the object itself does not exist.
	NotFound Kind = "not found"
	// Throttled: the service refused the call because there were too many.
	Throttled Kind = "throttled"
	// NotActivated: the account has not opened the product.
	NotActivated Kind = "not activated"
	// Conflict: the object exists already, or is busy.
	Conflict Kind = "conflict"
	// Invalid: the service understood the call and refuses it.
	Invalid Kind = "invalid"
	// Server: the service failed.
	Server Kind = "server"
	// Network: no whole answer arrived; a change may or may not have happened.
	Network Kind = "network"
	// NotSent: the run ended before the call's turn came, so nothing happened.
	NotSent Kind = "not sent"
)

// AccessDenied is which kind of policy refused a call, as the service's
// AccessDeniedDetail has it (RAM documentation, troubleshooting of access
// denied errors). Services may leave it out.
type AccessDenied struct {
	AuthAction       string `json:"AuthAction"`
	NoPermissionType string `json:"NoPermissionType"` // ImplicitDeny, ExplicitDeny
	PolicyType       string `json:"PolicyType"`       // ControlPolicy, SessionPolicy, AccountLevelIdentityBasedPolicy, ...
}

// Error is one failed call, with what a person needs to act on it.
type Error struct {
	Kind      Kind
	Product   string // "cs", "sts", "resourcedirectory"
	Action    string // API name, e.g. DescribeClusterDetail
	RAMAction string // permission that the call needs, e.g. cs:DescribeClusterDetail
	Resource  string // what was asked for: a cluster ID, a role ARN; may be empty
	AccountID string // account whose credentials made the call; may be empty
	Region    string
	Code      string // the service's own code; empty where no answer arrived
	Message   string
	Status    int // HTTP status, for people; nothing is decided by it but Server
	RequestID string
	Attempts  int
	// AccessDenied is empty where the service does not say more.
	AccessDenied AccessDenied
	// Hint is what to do, where the caller knows more than Kind and Code say.
	Hint string

	// retryAfter is how long the service asked to wait; zero if it did not.
	retryAfter time.Duration
	// refused is what a later attempt of a change was told, when this one's answer had got lost.
	refused string
	err     error
}

// Error implements error: one line that names call, scope, code and request.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.Product, e.Action)
	if e.Resource != "" {
		fmt.Fprintf(&b, " %s", e.Resource)
	}
	if e.AccountID != "" {
		fmt.Fprintf(&b, " in account %s", e.AccountID)
	}
	if e.Region != "" {
		fmt.Fprintf(&b, ", region %s", e.Region)
	}
	fmt.Fprintf(&b, ": %s", e.Kind)
	if e.Code != "" {
		fmt.Fprintf(&b, " (%s)", e.Code)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", strings.TrimRight(e.Message, " ."))
	}
	if e.refused != "" {
		fmt.Fprintf(&b, "; it may have happened all the same, and another attempt was refused: %s", e.refused)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, "; request ID %s", e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, "; %d attempts", e.Attempts)
	}
	return b.String()
}

// Unwrap gives the cause where no answer of the service is behind the error.
func (e *Error) Unwrap() error { return e.err }

// KindOf returns the kind of err, or "" if it is not a failed call.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// Is reports whether err is a failed call of the given kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

// HasCode reports whether err is a failed call with one of the codes.
func HasCode(err error, codes ...string) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

// Codes with a meaning of their own. Sources: accounts-and-credentials
// (sections 2, 7, 8, 10) and container-service (section 7) of our reference,
// which name the help page or client that each was seen in.
var (
	deniedCodes = []string{
		"NoPermission", "Unauthorized", "AccessDenied", "StatusForbidden",
		"EntityNotExist.Role", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidTimeStamp.Expired",
		"SignatureNonceUsed", "MissingSecurityToken", "ErrorForbidden",
	}
	deniedPrefixes = []string{"Forbidden", "NoPermission.", "InvalidAccessKeyId", "InvalidSecurityToken", "AccessDenied", "AuthenticationFail", "ImplicitDeny", "ExplicitDeny"}
	throttledCodes = []string{"QPS Limit Exceeded", "Rejected.Throttling"}
	// Not found, and yet no statement about the object that was asked for: who asks, or how.
	identityNouns     = []string{"Role", "User", "Account", "AccessKey", "Policy", "Token", "Credential"}
	requestNouns      = []string{"Action", "Api", "Region", "Product", "Version", "Endpoint", "Parameter"}
	notActivatedParts = []string{"NotActivated", "NotOpen", "ServiceNotActive", "ProductNotActive"}
	// An account that may do nothing any more. INFERRED from codes of other products: no page lists them for these.
	suspendedParts = []string{"Suspended", "InDebt", "Overdue", "Arrear"}
	conflictParts  = []string{"AlreadyExist", "Conflict"}
	serverCodes    = []string{"ServiceUnavailable", "InternalError", "ServerError", "InternalServerError", "ServiceUnavailableTemporary"}
)

// classify decides the kind by code. The status only tells a failed service
// from a refused call where the code says nothing.
func classify(code string, status int) Kind {
	hasPrefix := func(p string) bool { return strings.HasPrefix(code, p) }
	contains := func(p string) bool { return strings.Contains(code, p) }
	switch {
	case code == "":
	case slices.Contains(throttledCodes, code) || contains("Throttling"):
		return Throttled
	case slices.Contains(deniedCodes, code) || slices.ContainsFunc(deniedPrefixes, hasPrefix) || slices.ContainsFunc(suspendedParts, contains):
		return Denied
	case slices.ContainsFunc(notActivatedParts, contains):
		return NotActivated
	case contains("NotFound"), hasPrefix("EntityNotExist"):
		switch {
		case slices.ContainsFunc(identityNouns, contains):
			return Denied
		case slices.ContainsFunc(requestNouns, contains):
			return Invalid
		}
		return NotFound
	case slices.ContainsFunc(conflictParts, contains):
		return Conflict
	case slices.Contains(serverCodes, code):
		return Server
	}
	if status >= 500 {
		return Server
	}
	return Invalid
}

// Advice says what a person can do about err, in one sentence; empty if
// nothing better than the message is known.
func Advice(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	if e.Hint != "" {
		return e.Hint
	}
	switch e.Kind {
	case Denied:
		return e.deniedAdvice()
	case Throttled:
		return "lower requests_per_second or max_concurrency in the provider block, or run again later"
	case NotActivated:
		return fmt.Sprintf("open the product behind %s in account %s, or leave the account out", e.Product, orUnknown(e.AccountID))
	case Server:
		return "the service failed; run again, and give the request ID to Alibaba Cloud support if it stays"
	case Network:
		var host *net.DNSError
		if errors.As(err, &host) && host.IsNotFound && e.Region != "" {
			return fmt.Sprintf("check that region %s exists and has the service, and the proxy settings: its endpoint %s has no address", e.Region, host.Name)
		}
		return "check the network path, the proxy settings and the endpoint; run again"
	case NotSent:
		return "run again: the run ended before this call's turn came"
	case Invalid:
		if strings.Contains(e.Code, "Region") {
			return fmt.Sprintf("take region %s out of regions, or enable it for account %s: the service refuses it", e.Region, orUnknown(e.AccountID))
		}
	case NotFound:
		if e.Code == "ErrorClusterNotFound" {
			return fmt.Sprintf("check that the cluster is in account %s and region %s: a cluster answers only in its own region", orUnknown(e.AccountID), orUnknown(e.Region))
		}
	}
	return ""
}

func (e *Error) deniedAdvice() string {
	suspended := func(part string) bool { return strings.Contains(e.Code, part) }
	switch {
	case slices.ContainsFunc(suspendedParts, suspended):
		return fmt.Sprintf("settle what account %s owes or have it unlocked, or leave it out of account_ids: it is suspended", orUnknown(e.AccountID))
	case e.AccessDenied.PolicyType == "ControlPolicy":
		return fmt.Sprintf("allow %s in the control policies that hold for account %s, in the management account of the resource directory: no policy of a role in the account can lift them", e.RAMAction, orUnknown(e.AccountID))
	case e.AccessDenied.PolicyType == "SessionPolicy":
		return fmt.Sprintf("allow the RAM action %s in member_session_policy (or in the policy of the assume_role block): the session policy refuses it, whatever the role may do", e.RAMAction)
	case e.Action == "AssumeRole" && e.Code == "EntityNotExist.Role":
		return fmt.Sprintf("create the role %s with a trust policy for the calling account, or name another one with member_role_name or a member_role block; "+
			"in an account that was made just now, the directory's own role takes a moment: run again", e.Resource)
	case e.Action == "AssumeRole" && e.Code == "NoPermission":
		return fmt.Sprintf("allow the caller sts:AssumeRole on %s and name the calling account in that role's trust policy; if the policy asks for an external ID, set external_id", e.Resource)
	case e.Action == "AssumeRoleWithOIDC" && strings.HasPrefix(e.Code, "AuthenticationFail.OIDCToken"):
		return "give a fresh OIDC token for the audience that the identity provider in RAM accepts: oidc_token_file is read again before each refresh, oidc_token is not"
	case e.Action == "AssumeRoleWithOIDC" && (strings.HasPrefix(e.Code, "AuthenticationFail") || e.Code == "EntityNotExist.Role"):
		return fmt.Sprintf("check oidc_provider_arn and the role %s: it must exist, and its trust policy must name the identity provider, the token's audience and subject", e.Resource)
	case strings.HasPrefix(e.Code, "InvalidAccessKeyId"):
		return "check access_key (ALIBABA_CLOUD_ACCESS_KEY_ID): the service does not know this key"
	case e.Code == "SignatureDoesNotMatch" || e.Code == "IncompleteSignature":
		return "check secret_key (ALIBABA_CLOUD_ACCESS_KEY_SECRET): it does not belong to the access key"
	case strings.HasPrefix(e.Code, "InvalidSecurityToken") || e.Code == "MissingSecurityToken":
		return "get a new STS token for security_token (ALIBABA_CLOUD_SECURITY_TOKEN): this one is expired or does not belong to the key"
	case e.Code == "InvalidTimeStamp.Expired":
		return "set this machine's clock: it differs from the service's by more than 15 minutes"
	case e.RAMAction != "":
		return fmt.Sprintf("allow the RAM action %s to the identity used in account %s", e.RAMAction, orUnknown(e.AccountID))
	}
	return ""
}

func orUnknown(s string) string {
	if s == "" {
		return "(not known)"
	}
	return s
}
