package acctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// written is a configuration, as far as it is understood without the CLI.
type written struct {
	provider                 *hclsyntax.Body
	data, resources, outputs []*hclsyntax.Block
}

// address is how the CLI calls a block of a data source or a resource.
func address(b *hclsyntax.Block) string {
	if b.Type == "data" {
		return "data." + b.Labels[0] + "." + b.Labels[1]
	}
	return b.Labels[0] + "." + b.Labels[1]
}

func parse(config string) (w written, err error) {
	file, diags := hclsyntax.ParseConfig([]byte(config), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		return w, diags
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return w, fmt.Errorf("a body of type %T", file.Body)
	}
	w.provider = &hclsyntax.Body{}
	for _, b := range body.Blocks {
		switch b.Type {
		case "provider":
			w.provider = b.Body
		case "data":
			w.data = append(w.data, b)
		case "resource":
			w.resources = append(w.resources, b)
		case "output":
			w.outputs = append(w.outputs, b)
		case "terraform": // nothing that the provider sees
		default:
			return w, fmt.Errorf("a block %q", b.Type)
		}
	}
	return w, nil
}

// scope is what blocks can refer to: the data sources that were read, by kind and name.
type scope map[string]map[string]any

func (s scope) add(b *hclsyntax.Block, value any) {
	if s[b.Labels[0]] == nil {
		s[b.Labels[0]] = map[string]any{}
	}
	s[b.Labels[0]][b.Labels[1]] = value
}

func (s scope) context() (*hcl.EvalContext, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	kind, err := ctyjson.ImpliedType(text)
	if err != nil {
		return nil, err
	}
	data, err := ctyjson.Unmarshal(text, kind)
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{"data": data},
		Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
	}, err
}

// arguments evaluates a body to what completeBlock takes.
func arguments(schema *tfprotov6.SchemaBlock, body *hclsyntax.Body, in *hcl.EvalContext) (map[string]any, error) {
	all := map[string]any{}
	for name, a := range body.Attributes {
		var err error
		if all[name], err = evaluated(a.Expr, in); err != nil {
			return nil, err
		}
	}
	for _, b := range body.Blocks {
		at := slices.IndexFunc(schema.BlockTypes, func(n *tfprotov6.SchemaNestedBlock) bool { return n.TypeName == b.Type })
		if at < 0 {
			return nil, fmt.Errorf("there is no block %s", b.Type)
		}
		nested, err := arguments(schema.BlockTypes[at].Block, b.Body, in)
		if err != nil {
			return nil, err
		}
		if schema.BlockTypes[at].Nesting == tfprotov6.SchemaNestedBlockNestingModeSingle {
			all[b.Type] = nested
			continue
		}
		list, _ := all[b.Type].([]any)
		all[b.Type] = append(list, nested)
	}
	return all, nil
}

func evaluated(e hclsyntax.Expression, in *hcl.EvalContext) (result any, err error) {
	value, diags := e.Value(in)
	if diags.HasErrors() {
		return nil, diags
	}
	text, err := ctyjson.SimpleJSONValue{Value: value}.MarshalJSON()
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&result)
	return result, err
}

// encoded is a block with these arguments and everything else null.
func encoded(schema *tfprotov6.SchemaBlock, arguments map[string]any) (*tfprotov6.DynamicValue, error) {
	block, err := completeBlock(schema, arguments)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(block)
	return &tfprotov6.DynamicValue{JSON: text}, err
}

// plain is a value as JSON has it, with numbers as the caller wants them. What
// is not known is left out.
func plain(value tftypes.Value, number func(*big.Float) any) (any, error) {
	if value.IsNull() || !value.IsKnown() {
		return nil, nil
	}
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		var s string
		err := value.As(&s)
		return s, err
	case kind.Is(tftypes.Bool):
		var b bool
		err := value.As(&b)
		return b, err
	case kind.Is(tftypes.Number):
		n := new(big.Float)
		err := value.As(&n)
		return number(n), err
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		members := map[string]tftypes.Value{}
		if err := value.As(&members); err != nil {
			return nil, err
		}
		all := map[string]any{}
		for name, member := range members {
			if !member.IsKnown() {
				continue
			}
			var err error
			if all[name], err = plain(member, number); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	var items []tftypes.Value
	if err := value.As(&items); err != nil {
		return nil, err
	}
	all := make([]any, 0, len(items))
	for _, item := range items {
		one, err := plain(item, number)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// digits is a number as the checks of the test framework want it.
func digits(n *big.Float) any { return json.Number(n.Text('f', -1)) }

func whole(n *big.Float) any {
	i, _ := n.Int64()
	return i
}
