package apiserver

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	numbers "k8s.io/apimachinery/pkg/util/json" // integers are int64
)

// Object is a Kubernetes object in JSON's shapes, integers int64.
type Object = map[string]any

// Client speaks to the server as one user.
type Client struct {
	// User is the user's name, as the server knows it.
	User string
	// Token is what the user proves the name by.
	Token string

	server *Server
}

// StatusError is a refusal by the server: its Status object.
type StatusError struct {
	Code    int    `json:"code"`   // of HTTP, such as 409
	Reason  string `json:"reason"` // metav1.StatusReason, such as Conflict
	Message string `json:"message"`
}

func (e *StatusError) Error() string { return fmt.Sprintf("%d %s: %s", e.Code, e.Reason, e.Message) }

// Admin is a user in system:masters, who may do everything.
func (s *Server) Admin() *Client { return s.client(0) }

// NewUser returns a user whom no test knows yet: without groups but system:authenticated, so without rights until a
// binding gives some.
func (s *Server) NewUser(t testing.TB) *Client {
	t.Helper()
	i := int(s.usersGiven.Add(1))
	if i >= len(s.tokens) {
		t.Fatalf("the tests of this process want more than %d users", len(s.tokens)-1)
	}
	return s.client(i)
}

func (s *Server) client(i int) *Client {
	return &Client{User: userName(i), Token: s.tokens[i], server: s}
}

// Kubeconfig is a configuration file for this user, as JSON, which every reader of kubeconfigs takes.
func (c *Client) Kubeconfig() []byte {
	named := func(kind string, value any) []any { return []any{Object{"name": "test", kind: value}} }
	text, err := json.Marshal(Object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": "test",
		"clusters":        named("cluster", Object{"server": c.server.URL, "certificate-authority-data": base64.StdEncoding.EncodeToString(c.server.CA)}),
		"users":           named("user", Object{"token": c.Token}),
		"contexts":        named("context", Object{"cluster": "test", "user": "test"}),
	})
	if err != nil {
		panic(err) // strings only
	}
	return text
}

// Get returns the object or list at the path.
func (c *Client) Get(ctx context.Context, path string) (Object, error) {
	object, _, err := c.do(ctx, http.MethodGet, path, "", nil)
	return object, err
}

// Create stores the object and returns it as stored.
func (c *Client) Create(ctx context.Context, object Object) (Object, error) {
	stored, _, err := c.do(ctx, http.MethodPost, Collection(object), "application/json", object)
	return stored, err
}

// DryRun creates nothing: it returns what the server would store, after defaults and admission, and its warnings, which
// come with a refusal too.
func (c *Client) DryRun(ctx context.Context, object Object) (admitted Object, warnings []string, err error) {
	return c.do(ctx, http.MethodPost, Collection(object)+"?dryRun=All", "application/json", object)
}

// Update replaces the object, under its resourceVersion where it has one.
func (c *Client) Update(ctx context.Context, object Object) (Object, error) {
	stored, _, err := c.do(ctx, http.MethodPut, Path(object), "application/json", object)
	return stored, err
}

// Apply is a server-side apply by the field manager; a dry run changes nothing.
func (c *Client) Apply(ctx context.Context, object Object, manager string, dryRun bool) (Object, error) {
	query := url.Values{"fieldManager": {manager}}
	if dryRun {
		query.Set("dryRun", "All")
	}
	stored, _, err := c.do(ctx, http.MethodPatch, Path(object)+"?"+query.Encode(), "application/apply-patch+yaml", object)
	return stored, err
}

// Delete removes the object at the path.
func (c *Client) Delete(ctx context.Context, path string) error {
	_, _, err := c.do(ctx, http.MethodDelete, path, "", nil)
	return err
}

func (c *Client) do(ctx context.Context, method, path, contentType string, body Object) (Object, []string, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.server.URL+path, content)
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.server.transport.RoundTrip(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		refusal := &StatusError{Code: response.StatusCode, Message: string(text)}
		_ = json.Unmarshal(text, refusal) // whatever is no Status stays the message
		return nil, warnings(response.Header), refusal
	}
	var object Object
	if err := numbers.Unmarshal(text, &object); err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return object, warnings(response.Header), nil
}

// warnings returns the texts of the Warning headers: 299 - "text", with \" and \\ inside.
func warnings(header http.Header) []string {
	var texts []string
	for _, value := range header.Values("Warning") {
		_, quoted, _ := strings.Cut(value, `"`)
		texts = append(texts, strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimSuffix(quoted, `"`)))
	}
	return texts
}

// clusterScoped are the kinds without a namespace that tests use.
var clusterScoped = map[string]bool{
	"Namespace": true, "ClusterRole": true, "ClusterRoleBinding": true, "CustomResourceDefinition": true,
	"ValidatingAdmissionPolicy": true, "ValidatingAdmissionPolicyBinding": true,
}

// Collection is the path under which objects of this one's kind and namespace are. The namespace is default where the
// object names none.
func Collection(object Object) string {
	group, kind := fmt.Sprint(object["apiVersion"]), fmt.Sprint(object["kind"])
	path := "/apis/" + group
	if !strings.Contains(group, "/") {
		path = "/api/" + group
	}
	if !clusterScoped[kind] {
		namespace := metadata(object, "namespace")
		if namespace == "" {
			namespace = "default"
		}
		path += "/namespaces/" + namespace
	}
	plural := strings.ToLower(kind) + "s"
	if singular, ok := strings.CutSuffix(plural, "ys"); ok {
		plural = singular + "ies"
	}
	return path + "/" + plural
}

// Path is the object's own path.
func Path(object Object) string { return Collection(object) + "/" + metadata(object, "name") }

func metadata(object Object, field string) string {
	meta, _ := object["metadata"].(map[string]any)
	value, _ := meta[field].(string)
	return value
}

// AwaitPolicy returns once the ValidatingAdmissionPolicy refuses the object or warns of it, which it does about a second
// after its binding was made; until then the server accepts everything. Beside it, test an object that is admitted: a policy
// whose expression fails refuses everything.
func (s *Server) AwaitPolicy(t testing.TB, policy string, refused Object) {
	t.Helper()
	Await(t, func() (bool, string) {
		_, warned, err := s.Admin().DryRun(t.Context(), refused)
		said := fmt.Sprint(warned, err)
		return strings.Contains(said, "ValidatingAdmissionPolicy '"+policy+"'"), "the policy " + policy + " is not in force: " + said
	})
}

// Await returns once the condition holds: the server learns of bindings and policies by a watch, later than their creation
// returns. When it takes longer than a start may, the test fails with what the condition said last.
func Await(t testing.TB, condition func() (ok bool, said string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout("KUBEBUILDER_CONTROLPLANE_START_TIMEOUT"))
	defer cancel()
	var ok bool
	var said string
	if err := poll(ctx, func() bool { ok, said = condition(); return ok }); err != nil {
		t.Fatalf("%s: %s", err, said)
	}
}
