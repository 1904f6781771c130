package workload

import (
	"reflect"
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/shape"
)

// rbacTypes are those of rbacKinds.
var rbacTypes = map[string]reflect.Type{
	"Role": reflect.TypeFor[rbacv1.Role](), "ClusterRole": reflect.TypeFor[rbacv1.ClusterRole](),
	"RoleBinding": reflect.TypeFor[rbacv1.RoleBinding](), "ClusterRoleBinding": reflect.TypeFor[rbacv1.ClusterRoleBinding](),
}

// read is a field that an expression reads: a variable and the keys below it, as far as they are constant.
type read struct {
	variable string // podSpecField is that of variables.
	keys     []string
}

// readsOf finds what a checked expression reads.
func readsOf(checked *ast.AST) []read {
	found := map[int64]read{}
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		of, key := selection(e)
		switch {
		case e.Kind() == ast.IdentKind && slices.Contains([]string{containerVariable, objectVariable, variablesVariable}, e.AsIdent()):
			found[e.ID()] = read{variable: e.AsIdent()}
		case of == nil:
		default:
			inner, rooted := found[of.ID()]
			if !rooted {
				return
			}
			delete(found, of.ID()) // It goes on.
			if inner.variable == variablesVariable {
				found[e.ID()] = read{variable: key}
			} else {
				found[e.ID()] = read{inner.variable, append(slices.Clone(inner.keys), key)}
			}
		}
	}))
	var all []read
	for _, r := range found {
		all = append(all, r)
	}
	return all
}

// selection takes an expression apart that is a field of another; nil for what is none.
func selection(e ast.Expr) (of ast.Expr, key string) {
	switch e.Kind() {
	case ast.SelectKind:
		return e.AsSelect().Operand(), e.AsSelect().FieldName()
	case ast.CallKind:
		call := e.AsCall()
		if !slices.Contains([]string{operators.OptSelect, operators.Index, operators.OptIndex}, call.FunctionName()) || call.Args()[1].Kind() != ast.LiteralKind {
			return nil, ""
		}
		if name, ok := call.Args()[1].AsLiteral().Value().(string); ok {
			return call.Args()[0], name
		}
	}
	return nil, ""
}

// among reports whether a value at a path below a variable is, or is in, or has in it, one of those that are read.
func among(reads []read, variable string, path []any) bool {
	return slices.ContainsFunc(reads, func(read read) bool {
		if read.variable != variable {
			return false
		}
		for i, key := range read.keys[:min(len(read.keys), len(path))] {
			if path[i] != key {
				return false
			}
		}
		return true
	})
}

var podSpecType = reflect.TypeFor[corev1.PodSpec]()

// refusal is a value that is read and that the API server refuses for its type: CEL takes a text in the place of a mapping
// for one without fields, which would be a pass.
func (s *subject) refusal(reads []read) *shape.Problem {
	for i := range s.refused {
		p := &s.refused[i]
		switch {
		case s.kind.rbac && among(reads, objectVariable, p.Path):
		case !s.kind.rbac && among(reads, podSpecField, p.Path):
		case len(p.Path) > 1 && p.Path[0] == s.list && p.Path[1] == s.index && among(reads, containerVariable, p.Path[2:]):
		default:
			continue
		}
		return p
	}
	return nil
}
