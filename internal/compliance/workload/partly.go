package workload

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// passThrough are the functions that do right by a list or map with holes: they hand its elements on, or ask for no more
// than the list knows.
var passThrough = []string{
	operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.NotStrictlyFalse, operators.Conditional,
	operators.Index, operators.OptIndex, operators.OptSelect, operators.Add, "size", "or", "orValue", "hasValue", "value",
	"optional.of", "optional.none", "type", "dyn",
}

// seesHoles reports whether an expression never gives a list or a map with holes in it to a function of CEL's libraries:
// they would take an element that is not known for one that is not equal. What the checker cannot tell counts as given.
func seesHoles(env *cel.Env, checked *ast.AST) bool {
	ok := true
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		argument := func(i int) *types.Type { return checked.GetType(call.Args()[i].ID()) }
		allWhole := func() bool {
			return !slices.ContainsFunc(arguments(call), func(a ast.Expr) bool { return !whole(checked.GetType(a.ID())) })
		}
		switch name := call.FunctionName(); {
		case slices.Contains(passThrough, name):
			// The checker takes the sum of a list of texts and of what it does not know for a list of texts.
			ok = ok && (!whole(checked.GetType(e.ID())) || scalar(checked.GetType(e.ID())) || allWhole())
		case name == operators.Equals || name == operators.NotEquals:
			// A scalar differs from any list, whatever is in it.
			ok = ok && (scalar(argument(0)) || scalar(argument(1)) || allWhole())
		case name == operators.In:
			ok = ok && (scalar(argument(0)) || whole(argument(1)))
		default:
			ok = ok && takesWhole(env.Functions()[name], checked, e)
		}
	}))
	return ok
}

// takesWhole reports whether no argument of a call can have a hole inside.
func takesWhole(f *decls.FunctionDecl, checked *ast.AST, e ast.Expr) bool {
	call, ref := e.AsCall(), checked.ReferenceMap()[e.ID()]
	if f == nil || ref == nil {
		return false
	}
	args := arguments(call)
	for _, o := range f.OverloadDecls() {
		if !slices.Contains(ref.OverloadIDs, o.ID()) {
			continue
		}
		for i, parameter := range o.ArgTypes() {
			if !scalar(parameter) && (i >= len(args) || !whole(checked.GetType(args[i].ID()))) {
				return false
			}
		}
	}
	return true
}

// arguments are those of a call, that before the dot included.
func arguments(call ast.CallExpr) []ast.Expr {
	if call.IsMemberFunction() {
		return append([]ast.Expr{call.Target()}, call.Args()...)
	}
	return call.Args()
}

// whole reports whether a value of the type has no hole inside: what comes out of the object is of type dyn, and
// CEL puts nothing unknown into a list of its own.
func whole(t *types.Type) bool {
	return scalar(t) || t.Kind() == types.ListKind && scalar(t.Parameters()[0])
}

func scalar(t *types.Type) bool {
	switch t.Kind() {
	case types.BoolKind, types.BytesKind, types.DoubleKind, types.DurationKind, types.IntKind, types.NullTypeKind, types.StringKind,
		types.TimestampKind, types.TypeKind, types.UintKind:
		return true
	case types.StructKind: // A quantity, an address and the like of the API server's libraries.
		return t.TypeName() != variablesType
	case types.OpaqueKind:
		return t.TypeName() != types.OptionalType.TypeName()
	}
	return false
}

// withoutPartly returns the variables with those that have a hole anywhere not known at all.
func (s *scopeValues) withoutPartly() *scopeValues {
	whole := func(v any) any {
		if _, holed := v.(*holedMap); holed {
			return celUnknown
		}
		return v
	}
	out := &scopeValues{container: whole(s.container), object: whole(s.object), variables: s.variables}
	if v, ok := s.variables.(map[string]any); ok {
		out.variables = map[string]any{podSpecField: whole(v[podSpecField])}
	}
	return out
}
