package docs

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// ruleFacts lists the facts that a rule's expressions read, in the order of
// the facts' own documentation.
func ruleFacts(r *compliance.Rule) ([]compliance.FactDoc, error) {
	read := map[string]bool{}
	for _, expression := range []string{r.Applies, r.Compliant, r.Message} {
		if err := selections(expression, read); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
	}
	var facts []compliance.FactDoc
	for _, f := range compliance.FactDocs() {
		if read[f.Path] {
			facts = append(facts, f)
			delete(read, f.Path)
		}
	}
	for path := range read {
		return nil, fmt.Errorf("rule %s reads %s, which is no documented fact", r.ID, path)
	}
	return facts, nil
}

// selections adds the paths of the facts that a CEL expression selects. The
// only lists of facts are node pools, so whatever is not a field of the cluster
// is one of a pool that a macro walks over.
func selections(expression string, paths map[string]bool) error {
	env, err := cel.NewEnv()
	if err != nil {
		return err
	}
	parsed, issues := env.Parse(expression)
	if issues.Err() != nil {
		return issues.Err()
	}
	ast.PreOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
			return
		}
		prefix := "cluster.node_pools[]."
		if e.AsSelect().Operand().AsIdent() == "cluster" {
			prefix = "cluster."
		}
		paths[prefix+e.AsSelect().FieldName()] = true
	}))
	return nil
}

// knownFacts writes down what a test case knows of its cluster, as its rule
// file does.
func knownFacts(c compliance.Cluster) string { return strings.Join(fields(reflect.ValueOf(c)), ", ") }

func fields(v reflect.Value) []string {
	var list []string
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("cel")
		value := v.Field(i)
		if get := value.MethodByName("Get"); get.IsValid() {
			answer := get.Call(nil)
			if !answer[1].Bool() {
				continue // absent
			}
			value = answer[0]
		} else if value.IsZero() {
			continue // an identity that the case leaves out
		}
		list = append(list, name+": "+factText(value))
	}
	return list
}

func factText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); s != "" && !strings.ContainsAny(s, ":, ") {
			return s
		}
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, "{"+strings.Join(fields(v.Index(i)), ", ")+"}")
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return fmt.Sprint(v.Interface())
	}
}
