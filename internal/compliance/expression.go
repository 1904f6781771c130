package compliance

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

const (
	// costLimit is what one expression may cost, estimated and at run time: what the API server grants a call.
	costLimit = celconfig.PerCallLimit
	// maxExpression is the length of an expression in bytes.
	maxExpression = 4096
)

// clusterEnv is the API server's environment with the variable cluster, built on first use.
var clusterEnv = sync.OnceValues(func() (*cel.Env, error) {
	return NewEnvironment(environment.DefaultCompatibilityVersion(), []*apiservercel.DeclType{clusterObject.decl}, cel.Variable(clusterVariable, clusterObject.decl.CelType()))
})

// NewEnvironment is the API server's environment of a version of Kubernetes, with the given types and variables.
func NewEnvironment(kubernetes *version.Version, types []*apiservercel.DeclType, variables ...cel.EnvOption) (*cel.Env, error) {
	set, err := environment.MustBaseEnvSet(kubernetes).Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0), EnvOptions: variables, DeclTypes: types,
	})
	if err != nil {
		return nil, fmt.Errorf("building the CEL environment: %w", err)
	}
	return set.NewExpressionsEnv(), nil
}

// Check parses an expression and checks it in an environment: its length, its names, and that it yields the very type that
// is wanted, as the API server asks of expressions in policies.
func Check(env *cel.Env, text string, want *cel.Type) (*cel.Ast, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the expression is empty")
	}
	if len(text) > maxExpression {
		return nil, fmt.Errorf("the expression is %d bytes long; the limit is %d", len(text), maxExpression)
	}
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	if !checked.OutputType().IsExactType(want) {
		return nil, fmt.Errorf("the expression yields %s; want %s", checked.OutputType(), want)
	}
	return checked, nil
}

// expression is a compiled CEL expression over a cluster.
type expression struct {
	program  cel.Program
	presence bool
}

// compile checks text against the facts and prepares it. presence allows has(), which only messages may use. The
// sources that it can touch are added to sources.
func compile(text string, want *cel.Type, presence bool, sources map[Source]struct{}) (*expression, error) {
	env, err := clusterEnv()
	if err != nil {
		return nil, err
	}
	checked, err := Check(env, text, want)
	if err != nil {
		return nil, err
	}
	if err := restrict(checked.NativeRep(), presence); err != nil {
		return nil, err
	}
	cost, err := env.EstimateCost(checked, &library.CostEstimator{SizeEstimator: factSizes{}})
	if err != nil {
		return nil, fmt.Errorf("estimating the cost: %w", err)
	}
	if cost.Max > costLimit {
		return nil, fmt.Errorf("the expression can cost up to %d; the limit is %d", cost.Max, uint64(costLimit))
	}
	program, err := env.Program(checked, cel.CostLimit(costLimit))
	if err != nil {
		return nil, err
	}
	sourcesOf(checked.NativeRep(), sources)
	return &expression{program: program, presence: presence}, nil
}

// value is what an expression came to: a result, or what stood in its way.
type value struct {
	result any // A bool or a string; nil when absent or err is set.
	absent []AbsentFact
	err    error
	needs  map[Source]struct{} // What has() in a message could not tell yet.
}

func (e *expression) eval(c *Cluster) value {
	r := newReading(e.presence)
	out, _, err := e.program.Eval(map[string]any{clusterVariable: r.cluster(c)})
	if err != nil {
		return value{err: err, needs: r.needs}
	}
	switch x := out.(type) {
	case types.Bool:
		return value{result: bool(x), needs: r.needs}
	case types.String:
		return value{result: string(x), needs: r.needs}
	case *types.Unknown:
		if absent := r.behind(x); len(absent) > 0 {
			return value{absent: absent, needs: r.needs}
		}
	}
	return value{err: fmt.Errorf("the expression came to %s, which is neither a value nor an absent fact", out.Type().TypeName())}
}

// factSizes tells the cost estimate how large facts can be, and what is computed from them where CEL cannot follow, as
// through join. The limit at run time holds whatever is larger.
type factSizes struct{}

// EstimateSize implements checker.CostEstimator.
func (factSizes) EstimateSize(node checker.AstNode) *checker.SizeEstimate {
	switch node.Type().Kind() {
	case types.StringKind:
		return &checker.SizeEstimate{Max: maxFactString}
	case types.ListKind:
		return &checker.SizeEstimate{Max: maxNodePools}
	}
	return nil
}

// EstimateCallCost implements checker.CostEstimator; the library's own costs apply.
func (factSizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}
