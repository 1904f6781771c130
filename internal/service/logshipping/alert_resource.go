package logshipping

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type alertResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*alertResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*alertResource)(nil)
	_ resource.ResourceWithImportState    = (*alertResource)(nil)
	_ resource.ResourceWithIdentity       = (*alertResource)(nil)
	_ resource.ResourceWithValidateConfig = (*alertResource)(nil)
)

// NewAlertResource is the resource ackguard_audit_alert.
func NewAlertResource() resource.Resource { return &alertResource{} }

// watchTimeout bounds an operation on one alert or dashboard; each is a few quick calls.
const watchTimeout = 5 * time.Minute

type alertModel struct {
	watched
	LogStore               types.String   `tfsdk:"logstore"`
	DisplayName            types.String   `tfsdk:"display_name"`
	Description            types.String   `tfsdk:"description"`
	Enabled                types.Bool     `tfsdk:"enabled"`
	Language               types.String   `tfsdk:"language"`
	Condition              types.String   `tfsdk:"condition"`
	Query                  types.Object   `tfsdk:"query"`
	Filters                types.Object   `tfsdk:"filters"`
	MinimumCount           types.Int64    `tfsdk:"minimum_count"`
	MinimumFailurePercent  types.Int64    `tfsdk:"minimum_failure_percent"`
	Severity               types.String   `tfsdk:"severity"`
	Interval               types.String   `tfsdk:"interval"`
	Window                 types.String   `tfsdk:"window"`
	ConsecutiveEvaluations types.Int64    `tfsdk:"consecutive_evaluations"`
	Notification           types.Object   `tfsdk:"notification"`
	Labels                 types.Map      `tfsdk:"labels"`
	Annotations            types.Map      `tfsdk:"annotations"`
	SendResolved           types.Bool     `tfsdk:"send_resolved"`
	MuteUntil              types.String   `tfsdk:"mute_until"`
	EffectiveQuery         types.String   `tfsdk:"effective_query"`
	OtherChanges           types.List     `tfsdk:"other_changes"`
	Timeouts               timeouts.Value `tfsdk:"timeouts"`
}

// queryModel is a query of one's own.
type queryModel struct {
	Query          types.String `tfsdk:"query"`
	Condition      types.String `tfsdk:"condition"`
	CountCondition types.String `tfsdk:"count_condition"`
	GroupBy        types.List   `tfsdk:"group_by"`
}

// notificationModel is who is told.
type notificationModel struct {
	ActionPolicyID types.String `tfsdk:"action_policy_id"`
	AlertPolicyID  types.String `tfsdk:"alert_policy_id"`
	RepeatInterval types.String `tfsdk:"repeat_interval"`
}

// The service's own policies, as published samples of its SDKs have them, and the pause between notifications of one alert.
const (
	defaultActionPolicy   = "sls.builtin"
	defaultAlertPolicy    = "sls.builtin.dynamic"
	defaultRepeatInterval = "5m"
	defaultInterval       = "5m"
	// ingestDelay is how late a row may reach the archive and still be seen.
	ingestDelay = 2 * time.Minute
	// longestWindow is the longest time range of an alert's query (documented).
	longestWindow = 24 * time.Hour
)

// severities are the API's words and numbers.
var severities = []struct {
	word   string
	number int
}{{"report", 2}, {"low", 4}, {"medium", 6}, {"high", 8}, {"critical", 10}}

func severityWords() (words []string) {
	for _, s := range severities {
		words = append(words, s.word)
	}
	return words
}

func severityNumber(word string) int {
	for _, s := range severities {
		if s.word == word {
			return s.number
		}
	}
	return 0
}

func severityWord(number int) string {
	for _, s := range severities {
		if s.number == number {
			return s.word
		}
	}
	return ""
}

var span = regexp.MustCompile(`^[1-9][0-9]{0,5}[smhd]$`)

func spanValidator() validator.String {
	return stringvalidator.RegexMatches(span, "must be a number of seconds, minutes, hours or days: e.g. 90s, 5m, 1h or 1d")
}

// spanOf is a time span in the service's form; zero for anything else.
func spanOf(s string) time.Duration {
	if !span.MatchString(s) {
		return 0
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		if err != nil {
			return 0
		}
		return 24 * d
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0
	}
	return d
}

// spanText is a time span in the service's form.
func spanText(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%unit.of == 0 {
			return fmt.Sprintf("%d%s", d/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// Metadata implements resource.Resource.
func (r *alertResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_audit_alert"
}

// Configure implements resource.ResourceWithConfigure.
func (r *alertResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *alertResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.IdentityOf(watchedParts(validate.LogJob())...)
}

// ImportState implements resource.ResourceWithImportState.
func (r *alertResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.ImportOf(ctx, r.data, req, resp, watchedParts(validate.LogJob())...)
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *alertResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m alertModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	refuse := func(argument, summary, format string, args ...any) {
		resp.Diagnostics.AddAttributeError(path.Root(argument), summary, fmt.Sprintf(format, args...))
	}
	m.checkTimes(refuse)
	if m.Condition.IsUnknown() || m.Query.IsUnknown() {
		return
	}
	switch {
	case m.Condition.IsNull() == m.Query.IsNull():
		refuse("condition", "Condition or query", "Set either condition, to one of the ready conditions, or query, to a query of your own.")
		return
	case m.Condition.IsNull():
		if m.Name.IsNull() {
			refuse("name", "Name is missing", "An alert with a query of your own needs a name.")
		}
		for argument, given := range map[string]bool{"filters": !m.Filters.IsNull(), "minimum_count": !m.MinimumCount.IsNull(), "minimum_failure_percent": !m.MinimumFailurePercent.IsNull()} {
			if given {
				refuse(argument, "Only for a ready condition", "%s is put into the query of a ready condition. Write it into your own query instead.", argument)
			}
		}
		return
	}
	c, ok := lookupCondition(m.Condition.ValueString())
	if !ok {
		return // the schema says so
	}
	if !m.MinimumFailurePercent.IsNull() && !c.has(holePercent) {
		refuse("minimum_failure_percent", "Condition without a failure rate", "The condition %s has no failure rate; public_access_failing has.", c.ID)
	}
	if s, known := m.settings(ctx, c, &resp.Diagnostics); known {
		if problem := c.problem(s); problem != "" {
			refuse("filters", "Filters do not fit the condition", "%s", problem)
		}
	}
}

// checkTimes checks how often and how far back the alert looks.
func (m *alertModel) checkTimes(refuse func(argument, summary, format string, args ...any)) {
	interval := spanOf(m.Interval.ValueString())
	if m.Interval.IsNull() {
		interval = spanOf(defaultInterval)
	}
	if !m.Interval.IsUnknown() && (interval < time.Minute || interval > longestWindow) {
		refuse("interval", "Interval out of bounds", "interval is between 1m and 1d, not %s.", m.Interval.ValueString())
	}
	if window := spanOf(m.Window.ValueString()); window > 0 && !m.Interval.IsUnknown() {
		if window < interval {
			refuse("window", "Window leaves gaps", "An alert that looks every %s at the last %s never sees what happens in between. Make window at least as long as interval.", spanText(interval), m.Window.ValueString())
		}
		if window > longestWindow {
			refuse("window", "Window out of bounds", "Log Service queries at most 1d for an alert, not %s.", m.Window.ValueString())
		}
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *alertResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyPlan(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	var m, given alertModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &given)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.DisplayName, m.Description, m.Severity, m.Window = given.DisplayName, given.Description, given.Severity, given.Window
	m.MinimumCount, m.MinimumFailurePercent = given.MinimumCount, given.MinimumFailurePercent
	if given.Name.IsNull() {
		m.Name = types.StringUnknown()
		if !m.Condition.IsUnknown() {
			m.Name = types.StringValue(defaultAlertName(m.Condition))
		}
	}
	m.fill(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
	planName(ctx, req, resp, m.Name)
}

// fill puts defaults where the block says nothing, as far as they can be known.
func (m *alertModel) fill(ctx context.Context, diagnostics diagnosticsSink) {
	m.EffectiveQuery, m.OtherChanges = types.StringUnknown(), noChanges
	if m.Window.IsNull() && !m.Interval.IsUnknown() {
		m.Window = types.StringValue(spanText(min(spanOf(m.Interval.ValueString())+ingestDelay, longestWindow)))
	} else if m.Window.IsNull() {
		m.Window = types.StringUnknown()
	}
	if m.Condition.IsUnknown() || m.Language.IsUnknown() {
		for _, s := range []*types.String{&m.DisplayName, &m.Description, &m.Severity} {
			if s.IsNull() {
				*s = types.StringUnknown()
			}
		}
		for _, n := range []*types.Int64{&m.MinimumCount, &m.MinimumFailurePercent} {
			if n.IsNull() {
				*n = types.Int64Unknown()
			}
		}
		return
	}
	c, ready := lookupCondition(m.Condition.ValueString())
	if !ready {
		orDefault(&m.DisplayName, m.Name.ValueString())
		if m.DisplayName.ValueString() == "" && m.Name.IsUnknown() {
			m.DisplayName = types.StringUnknown()
		}
		orDefault(&m.Description, "")
		orDefault(&m.Severity, "medium")
		if q, known := m.own(ctx, diagnostics); known {
			m.EffectiveQuery = q.Query
		}
		return
	}
	orDefault(&m.DisplayName, c.Title.in(m.Language.ValueString()))
	orDefault(&m.Description, c.Why.in(m.Language.ValueString()))
	orDefault(&m.Severity, c.Severity)
	if m.MinimumCount.IsNull() {
		m.MinimumCount = types.Int64Value(c.MinimumCount)
	}
	if m.MinimumFailurePercent.IsNull() && c.has(holePercent) {
		m.MinimumFailurePercent = types.Int64Value(c.MinimumFailurePercent)
	}
	if s, known := m.settings(ctx, c, diagnostics); known {
		m.EffectiveQuery = types.StringValue(c.query(s))
	}
}

func orDefault(s *types.String, fallback string) {
	if s.IsNull() {
		*s = types.StringValue(fallback)
	}
}

// Schema implements resource.Resource.
func (r *alertResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	optional := func(description string, checks ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: checks}
	}
	computed := func(description string, checks ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: description, Validators: checks}
	}
	attributes := watchedAttributes("alert", "Name of the alert, once per project; `ackguard-` and the condition by default.", validate.LogJob())
	for name, a := range map[string]schema.Attribute{
		"display_name": computed("Title of the alert, which notifications show; that of the condition by default.", stringvalidator.LengthAtLeast(1)),
		"description":  computed("Description; why the condition matters by default."),
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true), MarkdownDescription: "Whether the alert is evaluated; true by default.",
		},
		"language": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(english), Validators: []validator.String{stringvalidator.OneOf(english, chinese)},
			MarkdownDescription: "Language of title, description and message of a ready condition: `en` (default) or `zh`.",
		},
		"condition": optional("A ready condition: `"+strings.Join(conditionIDs(), "`, `")+"`. [Conditions for audit alerts](../guides/audit-conditions.md) has each with its query and the reason for it, and so has `ackguard_audit_alert_conditions`.",
			stringvalidator.OneOf(conditionIDs()...)),
		"query": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "A query of your own instead of a ready condition.",
			Attributes: map[string]schema.Attribute{
				"query":           schema.StringAttribute{Required: true, MarkdownDescription: "Query in the language of Log Service: a search, or a search, a pipe and SQL.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
				"condition":       optional("Condition on a row of the result, e.g. `cnt > 10`; any row if not set."),
				"count_condition": optional("Condition on the number of rows that match, e.g. `__count__ > 3`; one is enough if not set."),
				"group_by": schema.ListAttribute{
					Optional: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.UniqueValues()},
					MarkdownDescription: "Columns of the result by which rows become alerts of their own, with the column as a label; one alert for all if not set.",
				},
			},
		},
		"filters": filtersAttribute("What of the archive the condition looks at; all if not set. Up to 30 conditions fit into the search part of a query: each account, cluster and namespace is one, and the ready condition has some of its own."),
		"minimum_count": schema.Int64Attribute{
			Optional: true, Computed: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "From how many requests (or findings) on a row of a ready condition's result counts, within `window`; the condition has a default.",
		},
		"minimum_failure_percent": schema.Int64Attribute{
			Optional: true, Computed: true, Validators: []validator.Int64{int64validator.Between(1, 100)},
			MarkdownDescription: "For `public_access_failing`: from which share of failed requests on it fires, in percent; 50 by default.",
		},
		"severity": computed("`report`, `low`, `medium`, `high` or `critical`, as Log Service names them; a ready condition has a default, a query of your own is `medium`.", stringvalidator.OneOf(severityWords()...)),
		"interval": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(defaultInterval), Validators: []validator.String{spanValidator()},
			MarkdownDescription: "How often the alert is evaluated, from `1m` to `1d`; `" + defaultInterval + "` by default.",
		},
		"window": computed("How far each evaluation looks back, at least `interval` and at most `1d`; 2 minutes more than `interval` by default. "+
			"Rows take a while to get from a cluster to the archive, and a window as long as the interval never sees those that come late. A row that two windows see is one alert: it has the same labels. "+
			"If your shipping lags for longer (`ackguard_log_shipping_status` tells), make it longer.", spanValidator()),
		"consecutive_evaluations": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(1), Validators: []validator.Int64{int64validator.Between(1, 1000)},
			MarkdownDescription: "After how many evaluations in a row that match the alert fires (`threshold` in the API); 1 by default.",
		},
		"notification": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "Who is told. By default Log Service's built-in policies, whose recipients are set in the console.",
			Attributes: map[string]schema.Attribute{
				"action_policy_id": optional("Action policy: who is told, and how; `"+defaultActionPolicy+"` by default.", stringvalidator.LengthAtLeast(1)),
				"alert_policy_id":  optional("Alert policy: how alerts are merged and routed; `"+defaultAlertPolicy+"`, which leaves it to the action policy, by default.", stringvalidator.LengthAtLeast(1)),
				"repeat_interval":  optional("Pause between notifications of an alert that goes on; `"+defaultRepeatInterval+"` by default.", spanValidator()),
			},
		},
		"labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(), mapvalidator.KeysAre(stringvalidator.NoneOf(conditionLabel))},
			MarkdownDescription: "Labels of the alert, for policies to route by. A ready condition adds `" + conditionLabel + "`, and its results add account, cluster and user.",
		},
		"annotations": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
			MarkdownDescription: "Annotations of the alert; `${column}` is a column of the result. A ready condition sets `title`, `desc` and `remediation`, unless they are set here.",
		},
		"send_resolved": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: "Whether is told too when the alert is over; false by default: most of what an audit finds does not go on.",
		},
		"mute_until":      optional("Until when nobody is told, e.g. `2027-01-31T06:00:00+08:00` (RFC 3339, whole seconds).", instantValidator{}),
		"effective_query": schema.StringAttribute{Computed: true, MarkdownDescription: "The query that is evaluated."},
		"other_changes": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "What somebody changed of the alert for which there is no argument here; empty in a plan, so that it shows and the next apply repairs it. Fields that this version does not know stay as they are.",
		},
	} {
		attributes[name] = a
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An alert on an archive of audit logs: a ready condition (command in a container, Secrets read, rights changed, use from the Internet and more) or a query of your own, evaluated by Log Service on its schedule. " +
			"Alerts are jobs of a project, 100 at most by default.\n\n" +
			"An alert of the same name that equals the block is taken over; another one is an error that shows the difference and says how to import it. " +
			"A change is read back until it shows, as long as `timeouts` allows (5 minutes by default).",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
