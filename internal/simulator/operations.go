package simulator

import (
	"net/http"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// operations is everything that the cloud answers.
var operations = slices.Concat(stsOperations, directoryOperations, clusterOperations, addonOperations, inspectOperations, metadataOperations, credentialsURIOperations)

// readBody decodes the body into the operation's struct; a body where none is taken is refused.
func (op *operation) readBody(t target, b Behaviour, body []byte, isForm bool) (any, *apiError) {
	if isForm && op.pattern == "" {
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
