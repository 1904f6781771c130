package logshipping

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
)

type conditionsDataSource struct{}

// NewConditionsDataSource is the data source ackguard_audit_alert_conditions.
func NewConditionsDataSource() datasource.DataSource { return conditionsDataSource{} }

type conditionsModel struct {
	Sources    types.Set        `tfsdk:"sources"`
	Language   types.String     `tfsdk:"language"`
	IDs        []string         `tfsdk:"ids"`
	Conditions []conditionModel `tfsdk:"conditions"`
}

type conditionModel struct {
	ID                    types.String `tfsdk:"id"`
	Title                 types.String `tfsdk:"title"`
	Why                   types.String `tfsdk:"why"`
	Remediation           types.String `tfsdk:"remediation"`
	Message               types.String `tfsdk:"message"`
	Severity              types.String `tfsdk:"severity"`
	Source                types.String `tfsdk:"source"`
	Provenance            types.String `tfsdk:"provenance"`
	Query                 types.String `tfsdk:"query"`
	Labels                []string     `tfsdk:"labels"`
	Filters               []string     `tfsdk:"filters"`
	MinimumCount          types.Int64  `tfsdk:"minimum_count"`
	MinimumFailurePercent types.Int64  `tfsdk:"minimum_failure_percent"`
	IncludeSystemUsers    types.Bool   `tfsdk:"include_system_users"`
}

// Metadata implements datasource.DataSource.
func (conditionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_audit_alert_conditions"
}

// Schema implements datasource.DataSource.
func (conditionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	list := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	sources := []string{"audit", "event", "inspection"}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The ready conditions of `ackguard_audit_alert`, e.g. to make an alert of each. It makes no call.",
		Attributes: map[string]schema.Attribute{
			"sources": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Only conditions on rows of these sources: `" + strings.Join(sources, "`, `") + "`; all by default.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.OneOf(sources...))},
			},
			"language": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Language of the texts: `en` (default) or `zh`.", Validators: []validator.String{stringvalidator.OneOf(english, chinese)},
			},
			"ids": list("IDs of `conditions`."),
			"conditions": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The conditions, by what they are about.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":            text("ID: `condition` of `ackguard_audit_alert`."),
					"title":         text("What happened."),
					"why":           text("Why it matters."),
					"remediation":   text("What to do."),
					"message":       text("What the notification says; `${column}` is a column of the result."),
					"severity":      text("Severity by default."),
					"source":        text("Source whose rows it looks at, as `log_source` has it in an archive."),
					"provenance":    text("`documented`, where a help page has the filter and the fields; `composed` of fields that documented queries use; `inferred`, where no page names the fields."),
					"query":         text("Query without filters."),
					"labels":        list("Columns that become labels of the alert."),
					"filters":       list("Filters that it takes, by the arguments of `filters`, sorted."),
					"minimum_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "From how many requests (or findings) on it fires by default."},
					"minimum_failure_percent": schema.Int64Attribute{
						Computed: true, MarkdownDescription: "From which share of failed requests on it fires by default; null for a condition without.",
					},
					"include_system_users": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether components of Kubernetes and service accounts count by default."},
				}},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (conditionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m conditionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	wanted := map[string]bool{}
	sources, _ := textsOf(m.Sources.Elements())
	for _, source := range sources {
		wanted[source] = true
	}
	m.IDs, m.Conditions = []string{}, []conditionModel{}
	for _, c := range Conditions(m.Language.ValueString()) {
		if len(wanted) > 0 && !wanted[c.Source] {
			continue
		}
		one := conditionModel{
			ID: types.StringValue(c.ID), Title: types.StringValue(c.Title), Why: types.StringValue(c.Why), Remediation: types.StringValue(c.Remediation), Message: types.StringValue(c.Message),
			Severity: types.StringValue(c.Severity), Source: types.StringValue(c.Source), Provenance: types.StringValue(c.Origin), Query: types.StringValue(c.Query), Labels: c.Labels, Filters: c.Filters,
			MinimumCount: types.Int64Value(c.MinimumCount), IncludeSystemUsers: types.BoolValue(c.IncludesSystemUsers),
		}
		if c.MinimumFailurePercent > 0 {
			one.MinimumFailurePercent = types.Int64Value(c.MinimumFailurePercent)
		}
		m.IDs, m.Conditions = append(m.IDs, c.ID), append(m.Conditions, one)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
