package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Kind says what an error means for the caller.
type Kind string

// The kinds of error.
const (
	// NoEndpoint: the cluster has no such endpoint, or nobody knows.
	NoEndpoint Kind = "no endpoint"
	// BadKubeconfig: the kubeconfig or the options cannot be used.
	BadKubeconfig Kind = "unusable kubeconfig"
	// Unreachable: no API server answered: no connection, no trust, or something in between answered. A change may or may not
	// have happened.
	Unreachable Kind = "unreachable"
	// Unauthorized: the API server does not accept the credentials.
	Unauthorized Kind = "not authenticated"
	// Forbidden: the API server knows who asks, and RBAC does not allow it; see Error.Missing.
	Forbidden Kind = "forbidden"
	// NotFound: the object itself does not exist, and the API server says so.
	NotFound Kind = "not found"
	// NotServed: the API server does not know the kind of object.
	NotServed Kind = "not served"
	// Conflict: the object was changed since it was read.
	Conflict Kind = "conflict"
	// AlreadyExists: there is an object of this name.
	AlreadyExists Kind = "already exists"
	// Invalid: the API server refuses the object or the call.
	Invalid Kind = "invalid"
	// Server: the API server failed or is too busy.
	Server Kind = "server"
	// Stopped: the run or its time ended.
	Stopped Kind = "stopped"
)

// Missing is the right that a call lacked, as the API server words it.
type Missing struct {
	User      string // the identity as the cluster knows it
	Verb      string // get, list, create, update, delete
	Group     string // "" for the core group
	Resource  string // plural, perhaps with a subresource
	Namespace string // "" at the cluster's scope
	Name      string // of the object; may be empty
}

// Error is one failed call to a cluster's API, with what a person needs to act on it.
type Error struct {
	Kind      Kind
	ClusterID string
	Via       string // "public endpoint", "private endpoint", "kubeconfig PATH"; empty if none was chosen
	Server    string // URL of the endpoint that was tried; empty if none was
	Proxy     string // host:port of the proxy of the options; empty for none
	Call      string // such as `get configmaps kube-system/name`; empty before any call
	Status    int    // HTTP status; 0 if no answer arrived
	Reason    string // the API server's own word
	Message   string
	Attempts  int
	Missing   Missing // for Forbidden, where the message could be read

	err error
}

// Error implements error: one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Call != "" {
		b.WriteString(e.Call + " in ")
	}
	fmt.Fprintf(&b, "cluster %s", e.ClusterID)
	if e.Via != "" || e.Server != "" {
		fmt.Fprintf(&b, " (%s)", strings.TrimSpace(e.Via+" "+e.Server))
	}
	if e.Proxy != "" {
		fmt.Fprintf(&b, " through the proxy %s", e.Proxy)
	}
	fmt.Fprintf(&b, ": %s", e.Kind)
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", strings.TrimRight(e.Message, " ."))
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, "; %d attempts", e.Attempts)
	}
	return b.String()
}

// Unwrap gives the cause where the run's end is behind the error.
func (e *Error) Unwrap() error { return e.err }

// KindOf returns the kind of err, or "" if it is none of this package.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// Is reports whether err is of the given kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

// Advice says what a person can do about err, in one sentence; empty if nothing better than the message is known.
func Advice(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Kind {
	case NoEndpoint:
		return "wait until the cluster is running, or name the endpoint"
	case Unreachable:
		if strings.HasPrefix(e.Via, string(Private)) && e.Proxy == "" {
			return fmt.Sprintf("run inside of the cluster's VPC, or set proxy_url to a proxy that reaches %s", e.Server)
		}
		return fmt.Sprintf("check the path to %s: the proxy, the access control list of the API server and the certificate; or choose another endpoint, proxy_url or kubeconfig_path", e.Server)
	case Unauthorized:
		return "check that the kubeconfig was not revoked; a run longer than its life needs another"
	case Forbidden:
		return e.Missing.advice()
	case NotServed:
		return "check that the endpoint is that of the cluster, and that its version of Kubernetes has the kind of object"
	case Conflict:
		return "run again: somebody else keeps changing the object"
	case Server:
		return "the API server failed; run again"
	}
	return ""
}

func (m Missing) advice() string {
	if m.User == "" {
		return "allow it by a Role and a RoleBinding inside of the cluster"
	}
	role, where := "ClusterRole", "a ClusterRoleBinding"
	if m.Namespace != "" {
		role, where = "Role", "a RoleBinding in namespace "+m.Namespace
	}
	group := ""
	if m.Group != "" {
		group = " of the API group " + m.Group
	}
	return fmt.Sprintf("bind a %s that allows the verb %s on %s%s to the User %q, by %s; kubernetes_rbac of data ackguard_required_ram_policy has them all",
		role, m.Verb, m.Resource, group, m.User, where)
}

// forbidden is how the API server words a refusal (k8s.io/apiserver, responsewriters.ForbiddenMessage).
var forbidden = regexp.MustCompile(`User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)"| at the cluster scope)`)

func parseMissing(message, name string) Missing {
	m := forbidden.FindStringSubmatch(message)
	if m == nil {
		return Missing{}
	}
	return Missing{User: m[1], Verb: m[2], Resource: m[3], Group: m[4], Namespace: m[5], Name: name}
}

// failure turns what a call ended with into an *Error.
func (c *Client) failure(ctx context.Context, call string, answered *exchange, err error) *Error {
	e := &Error{ClusterID: c.clusterID, Via: c.via, Server: c.server, Proxy: c.proxy, Call: call, Status: answered.status}
	if ended := ctx.Err(); ended != nil {
		e.Kind, e.Message, e.err = Stopped, ended.Error(), ended
		return e
	}
	var status apierrors.APIStatus
	var refused *transportError
	switch {
	case errors.As(err, &status):
		c.fromStatus(e, status.Status())
	case errors.As(err, &refused):
		e.Kind, e.Message = Unreachable, plain(refused.err)
	case answered.status == 0: // before the exchange: a command that fetches credentials, say
		e.Kind, e.Message = Unauthorized, plain(err)
	default:
		e.Kind, e.Message = Unreachable, "the answer is no object of Kubernetes, so something in between answered"
	}
	for _, secret := range c.secrets {
		if secret != "" {
			e.Message = strings.ReplaceAll(e.Message, secret, "(hidden)")
		}
	}
	return e
}

func (c *Client) fromStatus(e *Error, status metav1.Status) {
	e.Status, e.Reason, e.Message = int(status.Code), string(status.Reason), status.Message
	own := !slices.ContainsFunc(causes(status), func(cause metav1.StatusCause) bool { return cause.Type == metav1.CauseTypeUnexpectedServerResponse })
	switch {
	case e.Status == http.StatusUnauthorized:
		e.Kind = Unauthorized
	case status.Reason == metav1.StatusReasonForbidden && own:
		e.Kind, e.Missing = Forbidden, parseMissing(status.Message, nameOf(status))
	case status.Reason == metav1.StatusReasonNotFound && own && nameOf(status) != "": // else it is the place that is not there
		e.Kind = NotFound
	case status.Reason == metav1.StatusReasonNotFound, e.Status == http.StatusMethodNotAllowed:
		e.Kind = NotServed
	case status.Reason == metav1.StatusReasonAlreadyExists:
		e.Kind = AlreadyExists
	case status.Reason == metav1.StatusReasonConflict:
		e.Kind = Conflict
	case e.Status == http.StatusTooManyRequests, e.Status >= 500 && own:
		e.Kind = Server
	case !own:
		// A gateway's page, which may hold anything.
		e.Kind, e.Message = Unreachable, fmt.Sprintf("HTTP %d, and no answer of Kubernetes, so something in between answered", e.Status)
	default:
		e.Kind = Invalid
	}
}

func causes(status metav1.Status) []metav1.StatusCause {
	if status.Details == nil {
		return nil
	}
	return status.Details.Causes
}

func nameOf(status metav1.Status) string {
	if status.Details == nil {
		return ""
	}
	return status.Details.Name
}

// plain is an error without the URL that the HTTP library puts around it.
func plain(err error) string {
	for withURL := (*url.Error)(nil); errors.As(err, &withURL); {
		err = withURL.Err
	}
	return cmp.Or(err.Error(), "no answer")
}

func isFileError(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path)
}
