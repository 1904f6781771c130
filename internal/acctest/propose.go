package acctest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// completeBlock writes arguments as the CLI hands a block to a provider:
// everything that is not set is null, and collections of blocks are empty.
func completeBlock(block *tfprotov6.SchemaBlock, arguments map[string]any) (map[string]any, error) {
	whole, left := map[string]any{}, maps.Clone(arguments)
	for _, a := range block.Attributes {
		value, err := completeAttribute(a, arguments[a.Name])
		if err != nil {
			return nil, err
		}
		whole[a.Name] = value
		delete(left, a.Name)
	}
	for _, b := range block.BlockTypes {
		value, err := completeNested(b, arguments[b.TypeName])
		if err != nil {
			return nil, err
		}
		whole[b.TypeName] = value
		delete(left, b.TypeName)
	}
	for name := range left {
		return nil, fmt.Errorf("there is no argument %s", name)
	}
	return whole, nil
}

func completeAttribute(a *tfprotov6.SchemaAttribute, value any) (any, error) {
	if a.NestedType == nil || value == nil {
		return value, nil
	}
	nested := &tfprotov6.SchemaBlock{Attributes: a.NestedType.Attributes}
	return eachObject(a.Name, value, func(o map[string]any) (map[string]any, error) { return completeBlock(nested, o) })
}

func completeNested(b *tfprotov6.SchemaNestedBlock, value any) (any, error) {
	switch {
	case value != nil:
		return eachObject(b.TypeName, value, func(o map[string]any) (map[string]any, error) { return completeBlock(b.Block, o) })
	case b.Nesting == tfprotov6.SchemaNestedBlockNestingModeList, b.Nesting == tfprotov6.SchemaNestedBlockNestingModeSet:
		return []any{}, nil
	case b.Nesting == tfprotov6.SchemaNestedBlockNestingModeMap:
		return map[string]any{}, nil
	}
	return nil, nil
}

// eachObject changes an object, or each of a list.
func eachObject(name string, value any, change func(map[string]any) (map[string]any, error)) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil // which a configuration can hold by mistake
	case map[string]any:
		return change(v)
	case []any:
		whole := make([]any, 0, len(v))
		for _, item := range v {
			object, err := eachObject(name, item, change)
			if err != nil {
				return nil, err
			}
			whole = append(whole, object)
		}
		return whole, nil
	}
	return nil, fmt.Errorf("%s is %T, not an object or a list of objects", name, value)
}

// proposedBlock is what core proposes as the new state: what is configured, and
// what was before where the provider computes it and nothing is configured.
func proposedBlock(block *tfprotov6.SchemaBlock, prior, config tftypes.Value) (tftypes.Value, error) {
	if config.IsNull() {
		return config, nil
	}
	before, configured := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if !prior.IsNull() {
		if err := prior.As(&before); err != nil {
			return config, err
		}
	}
	if err := config.As(&configured); err != nil {
		return config, err
	}
	proposed := maps.Clone(configured)
	for _, a := range block.Attributes {
		was, ok := before[a.Name]
		if !ok {
			was = tftypes.NewValue(configured[a.Name].Type(), nil)
		}
		var err error
		switch {
		case configured[a.Name].IsNull() && a.Computed:
			proposed[a.Name] = was
		case a.NestedType != nil:
			nested := &tfprotov6.SchemaBlock{Attributes: a.NestedType.Attributes}
			proposed[a.Name], err = proposedNested(a.Name, nested, was, configured[a.Name])
		}
		if err != nil {
			return config, err
		}
	}
	for _, b := range block.BlockTypes {
		was, ok := before[b.TypeName]
		if !ok {
			was = tftypes.NewValue(configured[b.TypeName].Type(), nil)
		}
		var err error
		if proposed[b.TypeName], err = proposedNested(b.TypeName, b.Block, was, configured[b.TypeName]); err != nil {
			return config, err
		}
	}
	return tftypes.NewValue(config.Type(), proposed), nil
}

// proposedNested pairs the objects of a list by position, those of a map by key.
func proposedNested(name string, block *tfprotov6.SchemaBlock, prior, config tftypes.Value) (tftypes.Value, error) {
	if !computes(block) || config.IsNull() || !config.IsKnown() {
		return config, nil
	}
	null := func(of tftypes.Value) tftypes.Value { return tftypes.NewValue(of.Type(), nil) }
	switch {
	case config.Type().Is(tftypes.Object{}):
		return proposedBlock(block, prior, config)
	case config.Type().Is(tftypes.List{}):
		var was, is []tftypes.Value
		if err := config.As(&is); err != nil {
			return config, err
		}
		if err := prior.As(&was); err != nil {
			return config, err
		}
		for i := range is {
			before := null(is[i])
			if i < len(was) {
				before = was[i]
			}
			var err error
			if is[i], err = proposedBlock(block, before, is[i]); err != nil {
				return config, err
			}
		}
		return tftypes.NewValue(config.Type(), is), nil
	case config.Type().Is(tftypes.Map{}):
		was, is := map[string]tftypes.Value{}, map[string]tftypes.Value{}
		if err := config.As(&is); err != nil {
			return config, err
		}
		if err := prior.As(&was); err != nil {
			return config, err
		}
		for key, item := range is {
			before, ok := was[key]
			if !ok {
				before = null(item)
			}
			var err error
			if is[key], err = proposedBlock(block, before, item); err != nil {
				return config, err
			}
		}
		return tftypes.NewValue(config.Type(), is), nil
	}
	return config, fmt.Errorf("%s is a set of objects with computed attributes: teach the harness how core pairs them", name)
}

// computes reports whether the provider computes anything in a block.
func computes(block *tfprotov6.SchemaBlock) bool {
	return slices.ContainsFunc(block.Attributes, func(a *tfprotov6.SchemaAttribute) bool {
		return a.Computed || a.NestedType != nil && computes(&tfprotov6.SchemaBlock{Attributes: a.NestedType.Attributes})
	}) || slices.ContainsFunc(block.BlockTypes, func(b *tfprotov6.SchemaNestedBlock) bool { return computes(b.Block) })
}
