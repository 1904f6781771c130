package workload

import (
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// Pod is what an object has of a pod, for those who judge pods by checks of their own.
type Pod struct {
	Workload compliance.Workload
	Resource string         // Such as Deployment/shop/web.
	Path     string         // Of the pod's spec, or of what is wrong above it.
	Spec     map[string]any // Nil where Verdict is set.
	Metadata any            // Of the pod, not of what makes it: a map, nil, or Unknown.
	// Verdict is INSUFFICIENT_DATA or ERROR where the spec is not known or is not there; Message says so.
	Verdict compliance.Verdict
	Message string
}

// PodOf finds an object's pod; false for one that has none, such as a Service. What it is called is as in Evaluate's
// findings.
func PodOf(object map[string]any, custom Templates) (Pod, bool) {
	p := Pod{Workload: identityOf(object)}
	p.Resource = ResourceOf(p.Workload)
	if object["apiVersion"] == Unknown || object["kind"] == Unknown {
		p.Verdict, p.Message = compliance.InsufficientData, "apiVersion and kind are not known yet"
		return p, true
	}
	apiVersion, _ := object["apiVersion"].(string)
	kind := kindFor(apiVersion, p.Workload.Kind, custom)
	if !kind.workload {
		return Pod{}, false
	}
	p.find(object, kind.path)
	return p, true
}

// find sets everything but the identity.
func (p *Pod) find(object map[string]any, path []string) {
	p.Path = strings.Join(path, ".")
	var at any = object
	for i, key := range path {
		parent, ok := at.(map[string]any)
		if !ok {
			break
		}
		if i == len(path)-1 {
			p.Metadata = parent["metadata"]
		}
		at, ok = parent[key]
		switch here := strings.Join(path[:i+1], "."); {
		case !ok:
			p.Path, p.Verdict, p.Message = here, compliance.Error, here+" is missing: the API server refuses the object"
			return
		case at == Unknown:
			p.Path, p.Verdict, p.Message = here, compliance.InsufficientData, here+" is not known yet"
			return
		}
	}
	spec, ok := at.(map[string]any)
	if !ok {
		p.Verdict, p.Message = compliance.Error, p.Path+" is no mapping: the API server refuses the object"
		return
	}
	p.Spec = spec
}
