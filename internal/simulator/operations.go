package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// operations is everything that the cloud answers.
var operations = slices.Concat(stsOperations, directoryOperations, clusterOperations, addonOperations, kubeconfigOperations, auditLogOperations, inspectOperations, configOperations, olderOperations, logOperations, metadataOperations, credentialsURIOperations)

// address is a product, a version that shares no calls, if it is one, and the name of an action or a method.
type address struct{ product, version, name string }

// pathPattern is the pattern of an operation, cut into segments.
type pathPattern struct {
	operation *operation
	segments  []string
}

// actions finds RPC operations by action, paths those with a pattern by method.
var actions, paths = index()

func index() (map[address]*operation, map[address][]pathPattern) {
	actions, paths := map[address]*operation{}, map[address][]pathPattern{}
	for i := range operations {
		op := &operations[i]
		if op.pattern == "" {
			actions[address{op.product, op.version, op.action}] = op
			continue
		}
		at := address{product: op.product, name: op.method}
		paths[at] = append(paths[at], pathPattern{op, strings.Split(op.pattern, "/")})
	}
	return actions, paths
}

// readBody decodes the body into the operation's struct; a body where none is taken is refused.
func (op *operation) readBody(t target, b Behaviour, body []byte, isForm bool) (any, *apiError) {
	if isForm && op.pattern == "" || op.takesAny {
		return nil, nil
	}
	if op.body == nil {
		if len(body) > 0 {
			return nil, refuse(http.StatusBadRequest, codeUnknownParameter, "%s takes no body, but one of %d bytes was sent", t.action, len(body))
		}
		return nil, nil
	}
	target := op.body(b)
	if len(body) == 0 {
		body = []byte("{}")
	}
	if op.product == ProductLog {
		return target, op.decode(body, target)
	}
	problems := strict.JSON(body, target)
	if len(problems) == 0 {
		return target, nil
	}
	switch p := problems[0]; p.Kind {
	case strict.Unknown, strict.Duplicate:
		return nil, refuse(http.StatusBadRequest, codeUnknownParameter, "body of %s: %s (at %s)", t.action, p.Message, p.Path)
	case strict.Required:
		return nil, backendError(http.StatusBadRequest, "Missing"+p.Path, "%s is mandatory for this action.", p.Path)
	case strict.Syntax:
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.Format", "%s", p.Message)
	default:
		return nil, backendError(http.StatusBadRequest, "InvalidParameter."+p.Path, "%s", p.Message)
	}
}
