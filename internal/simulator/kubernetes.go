package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kubernetesPath is where the port answers for the API of a cluster, in front of the cluster's id: a port of loopback has
// no address for each.
const kubernetesPath = "/kubernetes/"

// kubernetesRequest is a request to the API of a cluster.
type kubernetesRequest struct {
	clusters                                  []string // the cluster of the path, or those that have the endpoint of the tunnel
	path                                      string
	group, version, resource, namespace, name string
	subresource                               string
	known                                     bool // the path has the form of one for objects
}

// kubernetesTarget finds out whether a request is one to the API of a cluster.
func (c *Cloud) kubernetesTarget(r *http.Request) *kubernetesRequest {
	k := &kubernetesRequest{}
	if endpoint, tunnelled := r.Context().Value(tunnelKey{}).(string); tunnelled {
		k.clusters, k.path = c.clustersAt(endpoint), r.URL.Path
	}
	if rest, found := strings.CutPrefix(r.URL.Path, kubernetesPath); found && len(k.clusters) == 0 {
		id, path, _ := strings.Cut(rest, "/")
		k.clusters, k.path = []string{id}, "/"+path
	}
	if len(k.clusters) == 0 {
		return nil
	}
	parts := strings.Split(strings.Trim(k.path, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		k.version, parts = parts[1], parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		k.group, k.version, parts = parts[1], parts[2], parts[3:]
	default:
		return k
	}
	if parts[0] == "namespaces" && len(parts) >= 3 {
		k.namespace, parts = parts[1], parts[2:]
	}
	k.known = len(parts) <= 3
	for i, to := range []*string{&k.resource, &k.name, &k.subresource} {
		if i < len(parts) {
			*to = parts[i]
		}
	}
	return k
}

// verb is what RBAC calls a method.
func (k *kubernetesRequest) verb(method string) string {
	switch {
	case method == http.MethodGet && k.name == "":
		return "list"
	case method == http.MethodDelete && k.name == "":
		return "deletecollection"
	}
	return map[string]string{
		http.MethodGet: "get", http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "patch", http.MethodDelete: "delete",
	}[method]
}

// action names a call in records and faults, such as "update cronjobs.batch".
func (k *kubernetesRequest) action(method string) string {
	if !k.known {
		return method + " " + k.path
	}
	name := schema.GroupResource{Group: k.group, Resource: k.resource}.String()
	if k.subresource != "" {
		name += "/" + k.subresource
	}
	return k.verb(method) + " " + name
}

// clustersAt are the clusters that have an endpoint; several may have the same, each in its own network.
func (c *Cloud) clustersAt(hostPort string) []string {
	if simulatesHost(hostName(hostPort)) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := []string{}
	for id, state := range c.clusters {
		if m := state.now.MasterURL; m != nil && (hostOf(value(m.APIServerEndpoint)) == hostPort || hostOf(value(m.IntranetAPIServerEndpoint)) == hostPort) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// hostOf is host:port of a URL; "" for none.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Port() == "" {
		return u.Host + ":443"
	}
	return u.Host
}

// kubernetesCall is one call to the API of a cluster, authenticated.
type kubernetesCall struct {
	*kubernetesRequest
	cloud   *Cloud
	cluster *clusterState
	kind    kubernetesKind
	user    string
	verb    string
	query   url.Values
	body    []byte
	manager string
	now     time.Time
}

// serveKubernetes answers a request to the API of a cluster.
func (c *Cloud) serveKubernetes(r *http.Request, k *kubernetesRequest, query url.Values, body []byte, now time.Time, base answer) answer {
	base.header.Set("Content-Type", "application/json")
	if r.TLS == nil {
		base.status, base.body = http.StatusBadRequest, []byte("Client sent an HTTP request to an HTTPS server.\n")
		return base
	}
	var code int
	var text []byte
	var err error
	if hook := c.nextWriteHook(r.Method); hook != nil {
		hook()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(now)
	call, err := c.kubernetesCaller(r, k, now)
	if err == nil {
		call.verb, call.query, call.body = k.verb(r.Method), query, body
		code, text, err = call.run(r)
	}
	if unknown, isUnknown := err.(*apiError); isUnknown { //nolint:errorlint // made here, never wrapped
		c.onUnexpected(fmt.Sprintf("%s %s: %s", r.Method, r.URL.Path, unknown.Message))
		err = apierrors.NewGenericServerResponse(http.StatusNotImplemented, call.verb, k.kindName(), k.name, unknown.Message, 0, true)
	}
	if err != nil {
		code, text = statusOf(err)
		base.code, base.message = string(apierrors.ReasonForError(err)), err.Error()
	}
	if text == nil { // no place of the API
		base.header.Set("Content-Type", "text/plain; charset=utf-8")
		code, text = http.StatusNotFound, []byte("404 page not found\n")
	}
	base.status, base.body = code, text
	return base
}

func (k *kubernetesRequest) kindName() schema.GroupResource {
	return schema.GroupResource{Group: k.group, Resource: k.resource}
}

// run authorises a call and does it; a nil body means that there is no such place.
func (k *kubernetesCall) run(r *http.Request) (code int, body []byte, err error) {
	if !k.known {
		if k.path == "/version" && k.verb == "list" {
			return encodeObject(http.StatusOK, map[string]any{"gitVersion": "v" + value(k.cluster.now.CurrentVersion)})
		}
		return 0, nil, nil
	}
	// As the real one, it asks RBAC before it knows whether there is such a place.
	if err := k.authorise(); err != nil {
		return 0, nil, err
	}
	if k.kind, err = k.served(); err != nil || k.kind == (kubernetesKind{}) {
		return 0, nil, err
	}
	if k.subresource != "" {
		return 0, nil, notSimulated("the subresource %s of %s is not simulated", k.subresource, k.resource)
	}
	if err := k.checkQuery(); err != nil {
		return 0, nil, err
	}
	k.manager = k.query.Get("fieldManager")
	if k.manager == "" {
		k.manager, _, _ = strings.Cut(r.UserAgent(), "/")
	}
	return k.act()
}

// served is the kind of a call; the empty one, without an error, for a group that there is not.
func (k *kubernetesCall) served() (kubernetesKind, error) {
	kinds := k.cloud.kubernetesOf(k.cluster, k.now).kinds()
	at := slices.IndexFunc(kinds, func(known kubernetesKind) bool {
		return known.group == k.group && known.version == k.version && known.resource == k.resource
	})
	switch {
	case at >= 0:
		return kinds[at], nil
	case slices.ContainsFunc(kinds, func(known kubernetesKind) bool { return known.group == k.group }):
		// The group has a handler of its own, which says it with an object.
		return kubernetesKind{}, noPlace()
	}
	return kubernetesKind{}, nil
}

// act does what an authorised call asks for.
func (k *kubernetesCall) act() (code int, body []byte, err error) {
	key := k.kind.key(k.namespace, k.name)
	old := k.cluster.kubernetes.objects[key]
	switch {
	case k.verb == "list":
		return k.list()
	case k.verb == "create" && k.name == "" && k.kind.namespaced == (k.namespace != ""):
		return k.create()
	case k.verb == "patch" || k.verb == "deletecollection":
		return 0, nil, notSimulated("the verb %s is not simulated", k.verb)
	case k.name != "" && k.kind.namespaced && k.namespace == "":
		return 0, nil, noPlace()
	case k.verb == "create" || k.verb == "":
		return 0, nil, apierrors.NewMethodNotSupported(k.kind.groupResource(), k.verb)
	case old == nil:
		return 0, nil, apierrors.NewNotFound(k.kind.groupResource(), k.name)
	case k.verb == "get":
		return encodeObject(http.StatusOK, old)
	case k.verb == "update":
		return k.update(key, old)
	}
	return k.delete(key, old)
}

// noPlace is a 404 about no object.
func noPlace() error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound,
		Message: "the server could not find the requested resource", Details: &metav1.StatusDetails{},
	}}
}

// authorise asks the grants of the cluster.
func (k *kubernetesCall) authorise() error {
	resource := k.resource
	if k.subresource != "" {
		resource += "/" + k.subresource
	}
	namespace := k.namespace
	if k.resource == "namespaces" && k.group == "" {
		namespace = k.name // as RBAC has it
	}
	if k.cloud.grants(k.cluster, k.user, k.group, resource, namespace, k.name, k.verb) {
		return nil
	}
	where := "at the cluster scope"
	if namespace != "" {
		where = fmt.Sprintf("in the namespace %q", namespace)
	}
	return apierrors.NewForbidden(k.kindName(), k.name, fmt.Errorf("User %q cannot %s resource %q in API group %q %s", k.user, k.verb, resource, k.group, where))
}

// kubernetesParameters are the parameters of each verb. dryRun is none of them: a test that thinks it was heeded must fail.
var kubernetesParameters = map[string][]string{
	"list":   {"fieldSelector", "labelSelector", "limit", "continue"},
	"create": {"fieldManager", "fieldValidation"},
	"update": {"fieldManager", "fieldValidation"},
	"delete": {"propagationPolicy", "gracePeriodSeconds"},
}

func (k *kubernetesCall) checkQuery() error {
	for _, name := range slices.Sorted(maps.Keys(k.query)) {
		if !slices.Contains(kubernetesParameters[k.verb], name) {
			return notSimulated("the parameter %s of the verb %s is not simulated", name, k.verb)
		}
	}
	return nil
}

// decode reads the object of a write, which must be about what the URL names.
func (k *kubernetesCall) decode() (map[string]any, error) {
	object, err := decodeObject(k.body)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("couldn't get version/kind; json parse error: %v", err))
	}
	if namespace := textField(object, "metadata", "namespace"); namespace != "" && namespace != k.namespace {
		return nil, apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	if name := textField(object, "metadata", "name"); k.name != "" && name != k.name {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)", name, k.name))
	}
	return object, nil
}

func (k *kubernetesCall) create() (int, []byte, error) {
	object, err := k.decode()
	if err != nil {
		return 0, nil, err
	}
	created, err := k.cluster.kubernetes.create(k.kind, k.kind.key(k.namespace, textField(object, "metadata", "name")), object, k.manager, k.now)
	if err != nil {
		return 0, nil, err
	}
	if k.kind.resource == "jobs" {
		k.cloud.jobCreated(k.cluster, created, k.now)
	}
	return encodeObject(http.StatusCreated, created)
}

func (k *kubernetesCall) update(key objectKey, old map[string]any) (int, []byte, error) {
	object, err := k.decode()
	if err != nil {
		return 0, nil, err
	}
	updated, err := k.cluster.kubernetes.update(k.kind, key, old, object, k.manager, k.now)
	if err != nil {
		return 0, nil, err
	}
	return encodeObject(http.StatusOK, updated)
}

func (k *kubernetesCall) delete(key objectKey, old map[string]any) (int, []byte, error) {
	options := map[string]any{}
	if len(k.body) > 0 {
		var err error
		if options, err = decodeObject(k.body); err != nil {
			return 0, nil, apierrors.NewBadRequest(err.Error())
		}
	}
	for name, noun := range map[string]string{"uid": "UID", "resourceVersion": "ResourceVersion"} {
		if wanted, have := textField(options, "preconditions", name), textField(old, "metadata", name); wanted != "" && wanted != have {
			return 0, nil, apierrors.NewConflict(k.kind.groupResource(), k.name, fmt.Errorf("the %s in the precondition (%s) does not match the %s in record (%s). The object might have been deleted and then recreated", noun, wanted, noun, have))
		}
	}
	k.cluster.kubernetes.remove(key)
	details := map[string]any{"name": k.name, "kind": k.kind.resource, "uid": textField(old, "metadata", "uid")}
	if k.kind.group != "" {
		details["group"] = k.kind.group
	}
	return encodeObject(http.StatusOK, map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Success", "details": details})
}

// place is where the next page of a list begins.
type place struct {
	Version string `json:"rv"`
	After   string `json:"start"`
}

func (k *kubernetesCall) list() (int, []byte, error) {
	selects, err := k.selector()
	if err != nil {
		return 0, nil, err
	}
	var from place
	if token := k.query.Get("continue"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || json.Unmarshal(text, &from) != nil {
			return 0, nil, apierrors.NewBadRequest("continue key is not valid: " + token)
		}
	}
	limit, _ := strconv.Atoi(k.query.Get("limit"))
	store := k.cluster.kubernetes
	keys := slices.SortedFunc(maps.Keys(store.objects), func(a, b objectKey) int { return strings.Compare(a.namespace+"/"+a.name, b.namespace+"/"+b.name) })
	items, version := []any{}, strconv.FormatInt(store.version, 10)
	meta := map[string]any{"resourceVersion": version}
	last := ""
	for _, key := range keys {
		at := key.namespace + "/" + key.name
		if key.group != k.group || key.resource != k.resource || k.namespace != "" && key.namespace != k.namespace || at <= from.After || !selects(key, store.objects[key]) {
			continue
		}
		if limit > 0 && len(items) == limit {
			text, err := json.Marshal(place{version, last})
			if err != nil {
				return 0, nil, err
			}
			meta["continue"] = base64.RawURLEncoding.EncodeToString(text)
			break
		}
		item := maps.Clone(store.objects[key])
		if !k.kind.custom() { // the built-in kinds say it once, for the list
			delete(item, "kind")
			delete(item, "apiVersion")
		}
		items, last = append(items, item), at
	}
	return encodeObject(http.StatusOK, map[string]any{"kind": k.kind.kind + "List", "apiVersion": k.kind.apiVersion(), "metadata": meta, "items": items})
}

func encodeObject(code int, object map[string]any) (int, []byte, error) {
	text, err := json.Marshal(object)
	return code, text, err
}

// placeOf is the account and region of the cluster of a request, for records and faults.
func (c *Cloud) placeOf(k *kubernetesRequest) (accountID, region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state := c.clusters[k.clusters[0]]; state != nil && len(k.clusters) == 1 {
		return state.accountID, state.regionID
	}
	return "", ""
}

// unreachable says whether the scenario has the API server away.
func (c *Cloud) unreachable(r *http.Request, k *kubernetesRequest) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := k.clusters[0]
	if who, known := c.identityOf(r); known && len(k.clusters) > 1 {
		id = who.clusterID // of those that have the address, the one in the caller's network
	}
	state := c.clusters[id]
	return state != nil && state.now.Kubernetes != nil && state.now.Kubernetes.Unreachable
}

// kubernetesStatus is a fault in the form of an API server; the code is the reason.
func kubernetesStatus(e *apiError) metav1.Status {
	return metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
		Code: int32(e.Status), Reason: metav1.StatusReason(e.Code), Message: e.Message, //nolint:gosec // an HTTP status
	}
}
