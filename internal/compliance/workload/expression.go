package workload

import (
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/library"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// The variables of expressions, as an admission policy has them.
const (
	containerVariable = "container"
	objectVariable    = "object"
	// variablesVariable holds podSpecField: an admission policy's own variables are fields of it.
	variablesVariable = "variables"
	podSpecField      = "podSpec"
	variablesType     = "ackguard.variables"
)

// oldestKubernetes is the oldest version that a rendered policy has to compile on: the first whose
// ValidatingAdmissionPolicy is generally available.
var oldestKubernetes = version.MajorMinor(1, 30)

var environments = func() map[Scope]func() (*cel.Env, error) {
	variables := apiservercel.NewObjectType(variablesType, map[string]*apiservercel.DeclField{
		podSpecField: apiservercel.NewDeclField(podSpecField, apiservercel.DynType, true, nil, nil),
	})
	podSpec := cel.Variable(variablesVariable, variables.CelType())
	build := func(decls []*apiservercel.DeclType, options ...cel.EnvOption) func() (*cel.Env, error) {
		return sync.OnceValues(func() (*cel.Env, error) {
			return compliance.NewEnvironment(oldestKubernetes, decls, options...)
		})
	}
	decls := []*apiservercel.DeclType{variables}
	return map[Scope]func() (*cel.Env, error){
		ScopePod:       build(decls, podSpec),
		ScopeContainer: build(decls, podSpec, cel.Variable(containerVariable, cel.DynType)),
		ScopeRBAC:      build(nil, cel.Variable(objectVariable, cel.DynType)),
	}
}()

type expression struct {
	program cel.Program
	always  bool // It is the constant true.
	// partly: a variable with holes in it can be looked into; else it counts as not known at all.
	partly bool
	reads  []read
}

func compile(scope Scope, text string, want *cel.Type, trusted bool) (*expression, error) {
	env, err := environments[scope]()
	if err != nil {
		return nil, err
	}
	checked, err := compliance.Check(env, text, want)
	if err != nil {
		return nil, err
	}
	program, err := prepare(env, checked, trusted)
	if err != nil {
		return nil, err
	}
	return &expression{program: program, always: strings.TrimSpace(text) == "true", partly: seesHoles(env, checked.NativeRep()), reads: readsOf(checked.NativeRep())}, nil
}

// prepare plans a checked expression. The API server's environment counts the cost of every step, which doubles the time
// of an evaluation: our own tested expressions run on the same functions without.
func prepare(env *cel.Env, checked *cel.Ast, trusted bool) (cel.Program, error) {
	if trusted {
		plain, err := uncounted()
		if err != nil {
			return nil, err
		}
		return plain.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.OptimizeRegex(interpreter.MatchesRegexOptimization))
	}
	return env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(celconfig.PerCallLimit))
}

// uncounted has the functions of the API server's environment that our rules use; a rule with another cannot be loaded.
var uncounted = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(cel.OptionalTypes(), ext.Strings(ext.StringsVersion(2)), library.Lists())
})

// scopeValues are the variables of one evaluation.
type scopeValues struct{ container, object, variables any }

// ResolveName implements cel.Activation.
func (s *scopeValues) ResolveName(name string) (any, bool) {
	switch name {
	case containerVariable:
		return s.container, s.container != nil
	case variablesVariable:
		return s.variables, s.variables != nil
	case objectVariable:
		return s.object, s.object != nil
	}
	return nil, false
}

// Parent implements cel.Activation.
func (s *scopeValues) Parent() cel.Activation { return nil }

// eval returns a bool, a string or an int64; known is false where a hole stands in the way of a value.
func (e *expression) eval(s *scopeValues) (result any, known bool, err error) {
	if e.always {
		return true, true, nil
	}
	if !e.partly {
		s = s.withoutPartly()
	}
	out, _, err := e.program.Eval(s)
	if err != nil {
		return nil, true, err
	}
	switch x := out.(type) {
	case types.Bool:
		return bool(x), true, nil
	case types.String:
		return string(x), true, nil
	case types.Int:
		return int64(x), true, nil
	case *types.Unknown:
		return nil, false, nil
	}
	return nil, true, fmt.Errorf("the expression came to %s", out.Type().TypeName())
}
