package cluster

import (
	"context"
	"errors"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/dynamic"
)

// Object is an object as the API has it. Numbers are int64 or float64.
type Object = unstructured.Unstructured

// Resource is a kind of object by the name of its place in the API. Any can be asked for, custom ones too.
type Resource = schema.GroupVersionResource

// Kinds of object.
var (
	ConfigMaps                = Resource{Version: "v1", Resource: "configmaps"}
	Namespaces                = Resource{Version: "v1", Resource: "namespaces"} // of the cluster's scope
	Events                    = Resource{Version: "v1", Resource: "events"}
	CronJobs                  = Resource{Group: "batch", Version: "v1", Resource: "cronjobs"}
	Jobs                      = Resource{Group: "batch", Version: "v1", Resource: "jobs"}
	CustomResourceDefinitions = Resource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"} // of the cluster's scope
)

// Client calls the API of one cluster. It is safe for concurrent use. Every error is an *Error, but those of functions that
// the caller passes.
type Client struct {
	clusterID string
	via       string
	server    string
	proxy     string
	secrets   []string
	options   Options
	http      *http.Client
	dynamic   dynamic.Interface
}

// Via is which endpoint is asked: "public endpoint", "private endpoint" or "kubeconfig PATH".
func (c *Client) Via() string { return c.via }

// Server is the URL of the endpoint.
func (c *Client) Server() string { return c.server }

// Close gives up the connections. The client must not be used any more.
func (c *Client) Close() { utilnet.CloseIdleConnectionsFor(c.http.Transport) }

// Get reads an object. namespace is empty for kinds of the cluster's scope.
func (c *Client) Get(ctx context.Context, r Resource, namespace, name string) (*Object, error) {
	var object *Object
	_, err := c.do(ctx, call{name: describe("get", r, namespace, name)}, func(ctx context.Context) (err error) {
		object, err = c.at(r, namespace).Get(ctx, name, metav1.GetOptions{})
		return err
	})
	return object, err
}

// Selector narrows a list; both are in Kubernetes' own syntax, and may be empty.
type Selector struct {
	Labels string // such as app=security-inspector
	Fields string // such as metadata.name=x or involvedObject.name=x; which there are depends on the kind
}

// listPage is how many objects one answer holds at most.
const listPage = 500

// List reads all objects of a kind, in one namespace or, if it is empty, in all.
func (c *Client) List(ctx context.Context, r Resource, namespace string, selector Selector) ([]Object, error) {
	var list []Object
	options := metav1.ListOptions{LabelSelector: selector.Labels, FieldSelector: selector.Fields, Limit: listPage}
	restarted := false
	for {
		var page *unstructured.UnstructuredList
		_, err := c.do(ctx, call{name: describe("list", r, namespace, "")}, func(ctx context.Context) (err error) {
			page, err = c.at(r, namespace).List(ctx, options)
			return err
		})
		var e *Error
		if errors.As(err, &e) && e.Status == http.StatusGone && options.Continue != "" && !restarted {
			// The place in the list is older than the API server remembers.
			list, restarted, options.Continue, options.Limit = nil, true, "", 0
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, page.Items...)
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return list, nil
		}
	}
}

// Update writes an object back over the version that it was read as: where somebody else has changed it since, the error is
// a Conflict. After an answer that did not arrive it is sent again, so a Conflict may be with this very write: read again,
// or use Modify.
func (c *Client) Update(ctx context.Context, r Resource, object *Object) (*Object, error) {
	name := describe("update", r, object.GetNamespace(), object.GetName())
	if object.GetResourceVersion() == "" {
		return nil, &Error{Kind: Invalid, ClusterID: c.clusterID, Call: name, Message: "the object has no resourceVersion, so the write could undo another's"}
	}
	var written *Object
	_, err := c.do(ctx, call{name: name, changes: true}, func(ctx context.Context) (err error) {
		written, err = c.at(r, object.GetNamespace()).Update(ctx, object, metav1.UpdateOptions{FieldManager: FieldManager})
		return err
	})
	return written, err
}

// modifyTries is how often Modify reads and edits.
const modifyTries = 5

// Modify reads an object, has it edited, and writes it back over the version that was read. After a conflict it does so
// again, up to five times in all, so what others write at the same time stays. change may be called several times, each
// time with what is there now; it says whether it has changed anything, and nothing is written if not. The object returned
// is the one that stands. An error of change ends it, as it is.
func (c *Client) Modify(ctx context.Context, r Resource, namespace, name string, change func(*Object) (changed bool, err error)) (*Object, error) {
	for try := 1; ; try++ {
		object, err := c.Get(ctx, r, namespace, name)
		if err != nil {
			return nil, err
		}
		changed, err := change(object)
		if err != nil || !changed {
			return object, err
		}
		written, err := c.Update(ctx, r, object)
		if !Is(err, Conflict) || try == modifyTries {
			return written, err
		}
		if c.options.Wait(ctx, pause(try, 0)) != nil {
			return nil, err
		}
	}
}

// Create makes an object. After an answer that did not arrive it is sent again, so AlreadyExists with several attempts may
// be about this very object.
func (c *Client) Create(ctx context.Context, r Resource, object *Object) (*Object, error) {
	created, _, err := c.create(ctx, r, object)
	return created, err
}

// create also says whether an attempt before may have made the object.
func (c *Client) create(ctx context.Context, r Resource, object *Object) (created *Object, lost bool, err error) {
	// Without a name of its own a second attempt would make a second object.
	once := object.GetName() == ""
	name := describe("create", r, object.GetNamespace(), object.GetName())
	lost, err = c.do(ctx, call{name: name, changes: true, once: once}, func(ctx context.Context) (err error) {
		created, err = c.at(r, object.GetNamespace()).Create(ctx, object, metav1.CreateOptions{FieldManager: FieldManager})
		return err
	})
	return created, lost, err
}

// Precondition keeps a deletion from hitting another object than was seen. Empty fields ask for nothing.
type Precondition struct{ UID, ResourceVersion string }

// Delete deletes an object, and in the background what it owns. One that is gone already is no error; one that does not
// meet the precondition is a Conflict.
func (c *Client) Delete(ctx context.Context, r Resource, namespace, name string, p Precondition) error {
	background := metav1.DeletePropagationBackground
	options := metav1.DeleteOptions{PropagationPolicy: &background}
	if p != (Precondition{}) {
		options.Preconditions = &metav1.Preconditions{}
		if p.UID != "" {
			uid := types.UID(p.UID)
			options.Preconditions.UID = &uid
		}
		if p.ResourceVersion != "" {
			options.Preconditions.ResourceVersion = &p.ResourceVersion
		}
	}
	_, err := c.do(ctx, call{name: describe("delete", r, namespace, name), changes: true}, func(ctx context.Context) error {
		return c.at(r, namespace).Delete(ctx, name, options)
	})
	if Is(err, NotFound) {
		return nil
	}
	return err
}

func (c *Client) at(r Resource, namespace string) dynamic.ResourceInterface {
	if namespace == "" {
		return c.dynamic.Resource(r)
	}
	return c.dynamic.Resource(r).Namespace(namespace)
}

// describe names a call as kubectl's user would.
func describe(verb string, r Resource, namespace, name string) string {
	what := r.Resource
	if r.Group != "" {
		what += "." + r.Group
	}
	switch {
	case namespace != "" && name != "":
		return verb + " " + what + " " + namespace + "/" + name
	case namespace != "":
		return verb + " " + what + " in namespace " + namespace
	case name != "":
		return verb + " " + what + " " + name
	}
	return verb + " " + what
}
