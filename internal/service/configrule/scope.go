package configrule

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/differing"
)

var triggerTypes = regexp.MustCompile(`^(` + cloudconfig.TriggerChange + `|` + cloudconfig.TriggerScheduled + `)(,(` + cloudconfig.TriggerChange + `|` + cloudconfig.TriggerScheduled + `))?$`)

func scheduled(triggers string) bool { return strings.Contains(triggers, cloudconfig.TriggerScheduled) }

// scopeTag is a tag of the clusters that a rule or a pack looks at.
type scopeTag struct {
	Key   types.String `tfsdk:"tag_key"`
	Value types.String `tfsdk:"tag_value"`
}

var scopeTagType = types.ObjectType{AttrTypes: map[string]attr.Type{"tag_key": types.StringType, "tag_value": types.StringType}}

// scopes are the arguments that bound a rule or a pack to resources.
type scopes struct {
	RegionIDs               types.Set `tfsdk:"region_ids_scope"`
	ExcludeRegionIDs        types.Set `tfsdk:"exclude_region_ids_scope"`
	ResourceGroupIDs        types.Set `tfsdk:"resource_group_ids_scope"`
	ExcludeResourceGroupIDs types.Set `tfsdk:"exclude_resource_group_ids_scope"`
	ResourceIDs             types.Set `tfsdk:"resource_ids_scope"`
	ExcludeResourceIDs      types.Set `tfsdk:"exclude_resource_ids_scope"`
	TagsScope               types.Set `tfsdk:"tags_scope"`
	ExcludeTagsScope        types.Set `tfsdk:"exclude_tags_scope"`
}

func scopeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"region_ids_scope":                 setAttribute("Only clusters of these regions."),
		"exclude_region_ids_scope":         setAttribute("Not the clusters of these regions."),
		"resource_group_ids_scope":         setAttribute("Only clusters of these resource groups."),
		"exclude_resource_group_ids_scope": setAttribute("Not the clusters of these resource groups."),
		"resource_ids_scope":               setAttribute("Only these clusters, by ID."),
		"exclude_resource_ids_scope":       setAttribute("Not these clusters, by ID."),
		"tags_scope":                       tagsScope("Only clusters with these tags."),
		"exclude_tags_scope":               tagsScope("Not the clusters with one of these tags."),
	}
}

// setAttribute is an optional set of strings that is not empty.
func setAttribute(description string, checks ...validator.String) schema.SetAttribute {
	return schema.SetAttribute{
		Optional: true, ElementType: types.StringType, MarkdownDescription: description,
		Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(append(checks, stringvalidator.LengthAtLeast(1))...)},
	}
}

func (s scopes) toAPI(ctx context.Context, diags *diag.Diagnostics) cloudconfig.Scope {
	return cloudconfig.Scope{
		RegionIDs: texts(ctx, s.RegionIDs, diags), ExcludeRegionIDs: texts(ctx, s.ExcludeRegionIDs, diags),
		ResourceGroupIDs: texts(ctx, s.ResourceGroupIDs, diags), ExcludeResourceGroupIDs: texts(ctx, s.ExcludeResourceGroupIDs, diags),
		ResourceIDs: texts(ctx, s.ResourceIDs, diags), ExcludeResourceIDs: texts(ctx, s.ExcludeResourceIDs, diags),
		Tags: tagsFrom(ctx, s.TagsScope, diags), ExcludeTags: tagsFrom(ctx, s.ExcludeTagsScope, diags),
	}
}

func scopesFrom(s cloudconfig.Scope) scopes {
	return scopes{
		RegionIDs: setOf(s.RegionIDs), ExcludeRegionIDs: setOf(s.ExcludeRegionIDs),
		ResourceGroupIDs: setOf(s.ResourceGroupIDs), ExcludeResourceGroupIDs: setOf(s.ExcludeResourceGroupIDs),
		ResourceIDs: setOf(s.ResourceIDs), ExcludeResourceIDs: setOf(s.ExcludeResourceIDs),
		TagsScope: tagsTo(s.Tags), ExcludeTagsScope: tagsTo(s.ExcludeTags),
	}
}

func tagsScope(description string) schema.SetNestedAttribute {
	return schema.SetNestedAttribute{
		Optional: true, MarkdownDescription: description + " Taking the last one away replaces the resource: the API has no way to send none.",
		Validators: []validator.Set{setvalidator.SizeAtLeast(1)}, PlanModifiers: []planmodifier.Set{replaceWhenEmptied{}},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"tag_key":   schema.StringAttribute{Required: true, MarkdownDescription: "Tag key."},
			"tag_value": schema.StringAttribute{Optional: true, MarkdownDescription: "Tag value; any if not set."},
		}},
	}
}

// replaceWhenEmptied replaces a resource when something is taken away for which the API has no way to say that there is none.
type replaceWhenEmptied struct{}

// Description implements planmodifier.Describer.
func (replaceWhenEmptied) Description(context.Context) string {
	return "taking the last one away replaces the resource"
}

// MarkdownDescription implements planmodifier.Describer.
func (r replaceWhenEmptied) MarkdownDescription(ctx context.Context) string {
	return r.Description(ctx)
}

// PlanModifySet implements planmodifier.Set.
func (replaceWhenEmptied) PlanModifySet(_ context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	resp.RequiresReplace = !req.State.Raw.IsNull() && req.PlanValue.IsNull() && !req.StateValue.IsNull()
}

// PlanModifyMap implements planmodifier.Map.
func (replaceWhenEmptied) PlanModifyMap(_ context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	resp.RequiresReplace = !req.State.Raw.IsNull() && req.PlanValue.IsNull() && !req.StateValue.IsNull()
}

func texts(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	var list []string
	if set.IsNull() || set.IsUnknown() {
		return nil
	}
	diags.Append(set.ElementsAs(ctx, &list, false)...)
	slices.Sort(list)
	return list
}

// setOf is a set, or null for an empty list: the service does not tell them apart.
func setOf(list []string) types.Set {
	if len(list) == 0 {
		return types.SetNull(types.StringType)
	}
	values := make([]attr.Value, 0, len(list))
	for _, s := range list {
		values = append(values, types.StringValue(s))
	}
	return types.SetValueMust(types.StringType, values)
}

func tagsFrom(ctx context.Context, set types.Set, diags *diag.Diagnostics) []cloudconfig.Tag {
	var list []scopeTag
	if set.IsNull() || set.IsUnknown() {
		return nil
	}
	diags.Append(set.ElementsAs(ctx, &list, false)...)
	tags := make([]cloudconfig.Tag, 0, len(list))
	for _, t := range list {
		tags = append(tags, cloudconfig.Tag{Key: t.Key.ValueString(), Value: t.Value.ValueString()})
	}
	return tags
}

func tagsTo(tags []cloudconfig.Tag) types.Set {
	if len(tags) == 0 {
		return types.SetNull(scopeTagType)
	}
	values := make([]attr.Value, 0, len(tags))
	for _, t := range tags {
		value := types.StringNull()
		if t.Value != "" {
			value = types.StringValue(t.Value)
		}
		values = append(values, types.ObjectValueMust(scopeTagType.AttrTypes, map[string]attr.Value{"tag_key": types.StringValue(t.Key), "tag_value": value}))
	}
	return types.SetValueMust(scopeTagType, values)
}

func tagMapFrom(ctx context.Context, m types.Map, diags *diag.Diagnostics) []cloudconfig.Tag {
	values := stringsOf(ctx, m, diags)
	tags := make([]cloudconfig.Tag, 0, len(values))
	for key, value := range values {
		tags = append(tags, cloudconfig.Tag{Key: key, Value: value})
	}
	sortTags(tags)
	return tags
}

func tagMapTo(tags []cloudconfig.Tag) types.Map {
	values := map[string]string{}
	for _, t := range tags {
		values[t.Key] = t.Value
	}
	return mapOf(values)
}

func stringsOf(ctx context.Context, m types.Map, diags *diag.Diagnostics) map[string]string {
	values := map[string]string{}
	if !m.IsNull() && !m.IsUnknown() {
		diags.Append(m.ElementsAs(ctx, &values, false)...)
	}
	return values
}

// mapOf is a map, or null for an empty one.
func mapOf(values map[string]string) types.Map {
	if len(values) == 0 {
		return types.MapNull(types.StringType)
	}
	elements := map[string]attr.Value{}
	for key, value := range values {
		elements[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
}

func sortTags(tags []cloudconfig.Tag) {
	slices.SortFunc(tags, func(a, b cloudconfig.Tag) int {
		return strings.Compare(a.Key+"\x00"+a.Value, b.Key+"\x00"+b.Value)
	})
}

// differences adds to the list what only Cloud Config has.
type differences struct{ differing.List }

func (d *differences) tags(argument string, is, wanted []cloudconfig.Tag) {
	flat := func(tags []cloudconfig.Tag) (list []string) {
		for _, t := range tags {
			list = append(list, t.Key+"="+t.Value)
		}
		return list
	}
	d.Sets(argument, flat(is), flat(wanted))
}

// scope compares what two rules or packs look at.
func (d *differences) scope(is, wanted cloudconfig.Scope) {
	d.Sets("region_ids_scope", is.RegionIDs, wanted.RegionIDs)
	d.Sets("exclude_region_ids_scope", is.ExcludeRegionIDs, wanted.ExcludeRegionIDs)
	d.Sets("resource_group_ids_scope", is.ResourceGroupIDs, wanted.ResourceGroupIDs)
	d.Sets("exclude_resource_group_ids_scope", is.ExcludeResourceGroupIDs, wanted.ExcludeResourceGroupIDs)
	d.Sets("resource_ids_scope", is.ResourceIDs, wanted.ResourceIDs)
	d.Sets("exclude_resource_ids_scope", is.ExcludeResourceIDs, wanted.ExcludeResourceIDs)
	d.tags("tags_scope", is.Tags, wanted.Tags)
	d.tags("exclude_tags_scope", is.ExcludeTags, wanted.ExcludeTags)
}
