package simulator

import (
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

// selectableFields are the field selectors of each kind besides those of all.
var selectableFields = map[string][]string{
	"events": {
		"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
		"reason", "type", "reportingComponent",
	},
	"jobs":       {"status.successful"},
	"namespaces": {"status.phase"},
}

// selector is what a list selects by.
func (k *kubernetesCall) selector() (func(objectKey, map[string]any) bool, error) {
	byFields, err := fields.ParseSelector(k.query.Get("fieldSelector"))
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	known := append([]string{"metadata.name", "metadata.namespace"}, selectableFields[k.kind.resource]...)
	for _, requirement := range byFields.Requirements() {
		if !slices.Contains(known, requirement.Field) {
			format := "%q is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
			switch {
			case k.kind.resource == "jobs":
				format = "field label %q not supported for Job"
			case selectableFields[k.kind.resource] != nil:
				format = "field label not supported: %s"
			}
			return nil, apierrors.NewBadRequest(fmt.Sprintf(format, requirement.Field))
		}
	}
	byLabels, err := labels.Parse(k.query.Get("labelSelector"))
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	return func(key objectKey, object map[string]any) bool {
		set := fields.Set{"metadata.name": key.name, "metadata.namespace": key.namespace}
		for _, name := range selectableFields[k.kind.resource] {
			set[name] = fieldText(object, name)
		}
		own := labels.Set{}
		given, _ := valueAt(object, "metadata", "labels").(map[string]any)
		for name, text := range given {
			own[name], _ = text.(string)
		}
		return byFields.Matches(set) && byLabels.Matches(own)
	}, nil
}

// fieldText is the text of a selectable field.
func fieldText(object map[string]any, name string) string {
	if name == "status.successful" {
		if n := valueAt(object, "status", "succeeded"); n != nil {
			return fmt.Sprint(n)
		}
		return "0"
	}
	return textField(object, strings.Split(name, ".")...)
}
