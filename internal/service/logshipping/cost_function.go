package logshipping

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

type costFunction struct{}

var _ function.Function = costFunction{}

// NewCostFunction is the function log_shipping_cost.
func NewCostFunction() function.Function { return costFunction{} }

// Metadata implements function.Function.
func (costFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "log_shipping_cost"
}

var (
	itemType = map[string]attr.Type{
		"where": types.StringType, "item": types.StringType, "quantity": types.Float64Type, "unit": types.StringType, "cost": types.Float64Type,
	}
	billType = map[string]attr.Type{
		"items": types.ListType{ElemType: types.ObjectType{AttrTypes: itemType}}, "total": types.Float64Type,
	}
	costType = map[string]attr.Type{
		"in_place": types.ObjectType{AttrTypes: billType}, "shipped": types.ObjectType{AttrTypes: billType},
		"saving": types.Float64Type, "pays": types.BoolType,
	}
)

// Definition implements function.Function.
func (costFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	var list strings.Builder
	for _, p := range prices {
		fmt.Fprintf(&list, "`%s` (a %s): %s; ", p.name, p.unit, p.what)
	}
	resp.Definition = function.Definition{
		Summary: "What shipping a flow of logs costs a day, against keeping it where it is",
		MarkdownDescription: "Reckons what a flow of logs costs a day once all stores are as full as they get: `in_place`, kept in the member for as long as the archive would keep it, " +
			"and `shipped`, through a source that keeps little, to the archive. `saving` is the difference and `pays` whether it is positive. Prices are arguments, since they change and differ between regions. " +
			"Requests, queries and what others read are left out.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name: "usage", MarkdownDescription: "An object. `gb_per_day` is required: uncompressed GB written a day. Optional: `compression` (stored over written size; 0.15), `index_ratio` (size of an index over that of its rows; 1), " +
					"`source_metering` and `archive_metering` (`ChargeByFunction` by default, or `ChargeByDataIngest`), `source_days` (1), `source_indexed` (false), `source_shards` (1), " +
					"`archive_days` (180), `hot_days` and `infrequent_access_days` (of `archive_days`; all hot by default), `archive_shards` (the part of the archive's shards that this flow needs; 0), " +
					"`cross_region` (false), `ingest_includes_storage_days` (0: for how many days storage is included where ingested data is charged).",
			},
			function.MapParameter{
				Name: "prices", ElementType: types.Float64Type, MarkdownDescription: "Prices, in any currency. Those that `usage` makes necessary are required: " + strings.TrimSuffix(list.String(), "; ") + ".",
			},
		},
		Return: function.ObjectReturn{AttributeTypes: costType},
	}
}

// Run implements function.Function.
func (costFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var described types.Dynamic
	var given map[string]float64
	if resp.Error = req.Arguments.Get(ctx, &described, &given); resp.Error != nil {
		return
	}
	u, err := usageOf(described.UnderlyingValue())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(priceNames(), name) {
			resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("there is no price %s%s", name, meant(name, priceNames())))
			return
		}
		if given[name] < 0 {
			resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("the price %s is negative", name))
			return
		}
	}
	inPlace, shipped := u.inPlace(given), u.shipped(given)
	if missing := slices.Compact(slices.Sorted(slices.Values(slices.Concat(inPlace.missing, shipped.missing)))); len(missing) > 0 {
		resp.Error = function.NewArgumentFuncError(1, "these prices are needed and missing: "+strings.Join(missing, ", "))
		return
	}
	saving := inPlace.total() - shipped.total()
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(costType, map[string]attr.Value{
		"in_place": inPlace.value(), "shipped": shipped.value(), "saving": types.Float64Value(saving), "pays": types.BoolValue(saving > 0),
	}))
}

func (b *bill) value() types.Object {
	items := make([]attr.Value, 0, len(b.items))
	for _, i := range b.items {
		items = append(items, types.ObjectValueMust(itemType, map[string]attr.Value{
			"where": types.StringValue(i.Where), "item": types.StringValue(i.Item), "quantity": types.Float64Value(i.Quantity),
			"unit": types.StringValue(i.Unit), "cost": types.Float64Value(i.Cost),
		}))
	}
	return types.ObjectValueMust(billType, map[string]attr.Value{
		"items": types.ListValueMust(types.ObjectType{AttrTypes: itemType}, items), "total": types.Float64Value(b.total()),
	})
}

// usageOf reads the argument, with what is documented for what it leaves out.
func usageOf(value attr.Value) (usage, error) {
	object, ok := value.(types.Object)
	if !ok {
		return usage{}, errors.New("usage is no object")
	}
	u := usage{
		Compression: 0.15, IndexRatio: 1, SourceMetering: sls.ChargeByFunction, ArchiveMetering: sls.ChargeByFunction, SourceDays: 1, SourceShards: 1, ArchiveDays: 180,
	}
	fields := map[string]any{
		"gb_per_day": &u.GBPerDay, "compression": &u.Compression, "index_ratio": &u.IndexRatio, "source_metering": &u.SourceMetering, "source_days": &u.SourceDays,
		"source_indexed": &u.SourceIndexed, "source_shards": &u.SourceShards, "archive_metering": &u.ArchiveMetering, "archive_days": &u.ArchiveDays, "hot_days": &u.HotDays,
		"infrequent_access_days": &u.InfrequentDays, "archive_shards": &u.ArchiveShards, "cross_region": &u.CrossRegion, "ingest_includes_storage_days": &u.IngestIncludesStorageDays,
	}
	known := slices.Sorted(maps.Keys(fields))
	attributes := object.Attributes()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		target, ok := fields[name]
		if !ok {
			return usage{}, fmt.Errorf("usage has no %s%s", name, meant(name, known))
		}
		if err := into(target, attributes[name]); err != nil {
			return usage{}, fmt.Errorf("%s %w", name, err)
		}
	}
	return u, u.check()
}

// into stores an attribute's value; null leaves what is there.
func into(target any, value attr.Value) error {
	if value.IsNull() {
		return nil
	}
	switch t := target.(type) {
	case *float64:
		number, ok := value.(types.Number)
		if !ok {
			return errors.New("is no number")
		}
		*t, _ = number.ValueBigFloat().Float64()
	case *bool:
		yes, ok := value.(types.Bool)
		if !ok {
			return errors.New("is neither true nor false")
		}
		*t = yes.ValueBool()
	case *string:
		text, ok := value.(types.String)
		if !ok {
			return errors.New("is no text")
		}
		*t = text.ValueString()
	}
	return nil
}

func meant(name string, known []string) string {
	if word := nearest.To(name, known); word != "" {
		return ": did you mean " + word + "?"
	}
	return "; there are " + strings.Join(known, ", ")
}
