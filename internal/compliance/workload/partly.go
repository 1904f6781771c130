package workload

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
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
		switch name := call.FunctionName(); {
		case slices.Contains(passThrough, name):
		case name == operators.Equals || name == operators.NotEquals:
			// A scalar differs from any list, whatever is in it.
			ok = ok && slices.ContainsFunc(call.Args(), func(a ast.Expr) bool { return scalar(checked.GetType(a.ID())) })
		case name == operators.In:
			element, list := checked.GetType(call.Args()[0].ID()), checked.GetType(call.Args()[1].ID())
			ok = ok && (scalar(element) || list.Kind() == types.ListKind && scalar(list.Parameters()[0]))
		default:
			ok = ok && scalarFunction(env, name, checked.ReferenceMap()[e.ID()])
		}
	}))
	return ok
}

// scalarFunction reports whether a call can only be one that takes no list and no map.
func scalarFunction(env *cel.Env, name string, ref *ast.ReferenceInfo) bool {
	f := env.Functions()[name]
	if f == nil || ref == nil {
		return false
	}
	for _, o := range f.OverloadDecls() {
		if slices.Contains(ref.OverloadIDs, o.ID()) && slices.ContainsFunc(o.ArgTypes(), func(t *types.Type) bool { return !scalar(t) }) {
			return false
		}
	}
	return true
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
