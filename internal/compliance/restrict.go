package compliance

import (
	"errors"
	"fmt"

	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
)

// wholeObjectCalls are the functions that may take or return a struct of facts, or a list of them, as a whole. They
// only pass it on or count it; any other could look at absent facts without asking for them by name.
var wholeObjectCalls = map[string]bool{
	operators.Index:       true,
	operators.Conditional: true,
	operators.Add:         true, // The macros filter and map build their results with it.
	overloads.Size:        true,
}

// restrict refuses what would let an absent fact go unnoticed: has() and optional syntax, which turn "absent" into a
// value, and whole structs in comparisons, conversions or other functions. presence allows has(), for messages.
func restrict(checked *celast.AST, presence bool) error {
	var errs []error
	refuse := func(e celast.Expr, format string, args ...any) {
		loc := checked.SourceInfo().GetStartLocation(e.ID())
		errs = append(errs, fmt.Errorf("%d:%d: %s", loc.Line(), loc.Column()+1, fmt.Sprintf(format, args...)))
	}
	celast.PreOrderVisit(checked.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		t := checked.GetType(e.ID())
		if mentions(t, isOptional) {
			refuse(e, "optional values are not allowed: they turn an absent fact into a value")
			return
		}
		switch e.Kind() {
		case celast.SelectKind:
			if e.AsSelect().IsTestOnly() && !presence {
				refuse(e, "has() is not allowed here: an absent fact must stay unknown")
			}
		case celast.StructKind:
			refuse(e, "an expression cannot construct %s", e.AsStruct().TypeName())
		case celast.MapKind:
			if mentions(t, isFactObject) {
				refuse(e, "facts can go into a map only one by one, not as a whole %s", t)
			}
		case celast.CallKind:
			call := e.AsCall()
			args := call.Args()
			if call.IsMemberFunction() {
				args = append([]celast.Expr{call.Target()}, args...)
			}
			for _, arg := range args {
				at := checked.GetType(arg.ID())
				if mentions(at, isFactObject) && !wholeObjectCalls[call.FunctionName()] {
					refuse(e, "%s cannot take a whole %s: name the facts", call.FunctionName(), at)
					break
				}
			}
		}
	}))
	return errors.Join(errs...)
}

func isOptional(t *types.Type) bool {
	return t.Kind() == types.OpaqueKind && t.TypeName() == "optional_type"
}

func isFactObject(t *types.Type) bool {
	return t.Kind() == types.StructKind && objects[t.TypeName()] != nil
}

// mentions reports whether t, or a type that it is made of, is of a kind.
func mentions(t *types.Type, is func(*types.Type) bool) bool {
	if t == nil {
		return false
	}
	if is(t) {
		return true
	}
	for _, p := range t.Parameters() {
		if mentions(p, is) {
			return true
		}
	}
	return false
}

// sourcesOf returns every source that an expression can ever touch.
func sourcesOf(checked *celast.AST, into map[Source]struct{}) {
	celast.PreOrderVisit(checked.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() != celast.SelectKind {
			return
		}
		sel := e.AsSelect()
		operand := checked.GetType(sel.Operand().ID())
		if operand == nil || objects[operand.TypeName()] == nil {
			return
		}
		if f := objects[operand.TypeName()].byName[sel.FieldName()]; f != nil {
			for _, s := range f.sources {
				into[s] = struct{}{}
			}
		}
	}))
}
