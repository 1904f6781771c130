package logshipping

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// diagnosticsSink takes what goes wrong while values are converted.
type diagnosticsSink = *diag.Diagnostics

// noChanges is other_changes as it is planned.
var noChanges = types.ListValueMust(types.StringType, nil)

// conditionLabel is the label with the ID of the ready condition.
const conditionLabel = "ackguard_condition"

// filtersModel is auditFilters as a block has them.
type filtersModel struct {
	AccountIDs         types.Set  `tfsdk:"account_ids"`
	ClusterIDs         types.Set  `tfsdk:"cluster_ids"`
	Namespaces         types.Set  `tfsdk:"namespaces"`
	ExcludeNamespaces  types.Set  `tfsdk:"exclude_namespaces"`
	Users              types.Set  `tfsdk:"users"`
	ExcludeUsers       types.Set  `tfsdk:"exclude_users"`
	IncludeSystemUsers types.Bool `tfsdk:"include_system_users"`
}

var filtersType = map[string]attr.Type{
	"account_ids": setOfText, "cluster_ids": setOfText, "namespaces": setOfText, "exclude_namespaces": setOfText,
	"users": setOfText, "exclude_users": setOfText, "include_system_users": types.BoolType,
}

var (
	setOfText  = types.SetType{ElemType: types.StringType}
	listOfText = types.ListType{ElemType: types.StringType}
	queryType  = map[string]attr.Type{
		"query": types.StringType, "condition": types.StringType, "count_condition": types.StringType, "group_by": listOfText,
	}
	notificationType = map[string]attr.Type{"action_policy_id": types.StringType, "alert_policy_id": types.StringType, "repeat_interval": types.StringType}
)

// filtersAttribute is the argument filters.
func filtersAttribute(description string) schema.SingleNestedAttribute {
	set := func(description string, check validator.String) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(check)},
		}
	}
	namespace := stringvalidator.RegexMatches(namespaceName, "must be the name of a namespace: 1 to 63 lower-case letters, digits and hyphens")
	person := stringvalidator.RegexMatches(printable, "must not be empty and must not hold control characters")
	const ofRAM = " A number is also the ID of a RAM user, whose names in a cluster are the ID, or the ID and a suffix (inferred)."
	return schema.SingleNestedAttribute{
		Optional: true, MarkdownDescription: description,
		Attributes: map[string]schema.Attribute{
			"account_ids":        set("Only what happened in clusters of these accounts.", validate.AccountID()),
			"cluster_ids":        set("Only what happened in these clusters.", validate.ClusterID()),
			"namespaces":         set("Only what happened in these namespaces; then nothing that is about the whole cluster.", namespace),
			"exclude_namespaces": set("Nothing that happened in these namespaces.", namespace),
			"users":              set("Only what these users did, by their exact names in the cluster."+ofRAM, person),
			"exclude_users":      set("Nothing that these users did, by their exact names in the cluster, e.g. that of a pipeline."+ofRAM, person),
			"include_system_users": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the components of Kubernetes and service accounts count too (users whose name begins with `system:`, but for `system:anonymous`, which always counts). By default as the condition has it.",
			},
		},
	}
}

// settings are what the block says of a ready condition; false while something of it is unknown.
func (m *alertModel) settings(ctx context.Context, c *readyCondition, diags diagnosticsSink) (conditionSettings, bool) {
	s := c.defaults()
	if m.MinimumCount.IsUnknown() || m.MinimumFailurePercent.IsUnknown() {
		return s, false
	}
	if !m.MinimumCount.IsNull() {
		s.MinimumCount = m.MinimumCount.ValueInt64()
	}
	if !m.MinimumFailurePercent.IsNull() {
		s.MinimumFailurePercent = m.MinimumFailurePercent.ValueInt64()
	}
	var known bool
	s.Filters, known = filtersFrom(ctx, m.Filters, c.SystemUsers, diags)
	return s, known
}

// filtersFrom reads the argument filters; false while something of it is unknown.
func filtersFrom(ctx context.Context, given types.Object, systemUsers bool, diags diagnosticsSink) (auditFilters, bool) {
	f := auditFilters{SystemUsers: systemUsers}
	if given.IsUnknown() {
		return f, false
	}
	if given.IsNull() {
		return f, true
	}
	var m filtersModel
	diags.Append(given.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	known := !m.IncludeSystemUsers.IsUnknown()
	for _, list := range []struct {
		from types.Set
		to   *[]string
	}{
		{m.AccountIDs, &f.AccountIDs}, {m.ClusterIDs, &f.ClusterIDs}, {m.Namespaces, &f.Namespaces}, {m.ExcludeNamespaces, &f.ExcludeNamespaces},
		{m.Users, &f.Users}, {m.ExcludeUsers, &f.ExcludeUsers},
	} {
		if list.from.IsUnknown() {
			known = false
			continue
		}
		for _, element := range list.from.Elements() {
			s, ok := element.(types.String)
			known = known && ok && !s.IsUnknown()
			*list.to = append(*list.to, s.ValueString())
		}
	}
	if !m.IncludeSystemUsers.IsNull() {
		f.SystemUsers = m.IncludeSystemUsers.ValueBool()
	}
	return f.sorted(), known
}

// filtersTo is the argument for filters that were read: as it was, if it means the same.
func filtersTo(ctx context.Context, was types.Object, f auditFilters, systemUsers bool, diags diagnosticsSink) types.Object {
	if before, known := filtersFrom(ctx, was, systemUsers, diags); known && before.same(f) {
		return was
	}
	m := filtersModel{
		AccountIDs: textSet(f.AccountIDs), ClusterIDs: textSet(f.ClusterIDs), Namespaces: textSet(f.Namespaces), ExcludeNamespaces: textSet(f.ExcludeNamespaces),
		Users: textSet(f.Users), ExcludeUsers: textSet(f.ExcludeUsers), IncludeSystemUsers: types.BoolNull(),
	}
	if f.SystemUsers != systemUsers {
		m.IncludeSystemUsers = types.BoolValue(f.SystemUsers)
	} else if (auditFilters{SystemUsers: systemUsers}).same(f) {
		return types.ObjectNull(filtersType)
	}
	object, d := types.ObjectValueFrom(ctx, filtersType, m)
	diags.Append(d...)
	return object
}

// textSet is a set, or null for an empty list.
func textSet(list []string) types.Set {
	if len(list) == 0 {
		return types.SetNull(types.StringType)
	}
	return types.SetValueMust(types.StringType, textValues(list))
}

func textValues(list []string) []attr.Value {
	values := make([]attr.Value, 0, len(list))
	for _, s := range list {
		values = append(values, types.StringValue(s))
	}
	return values
}

func textsOf(elements []attr.Value) (list []string, known bool) {
	known = true
	for _, element := range elements {
		s, ok := element.(types.String)
		known = known && ok && !s.IsUnknown()
		list = append(list, s.ValueString())
	}
	return list, known
}

func textsOfMap(m types.Map) map[string]string {
	texts := map[string]string{}
	for key, element := range m.Elements() {
		if s, ok := element.(types.String); ok {
			texts[key] = s.ValueString()
		}
	}
	return texts
}

// mapOfTexts is a map, or null for an empty one.
func mapOfTexts(texts map[string]string) types.Map {
	if len(texts) == 0 {
		return types.MapNull(types.StringType)
	}
	values := map[string]attr.Value{}
	for key, s := range texts {
		values[key] = types.StringValue(s)
	}
	return types.MapValueMust(types.StringType, values)
}

// own is the query of one's own; false while it is unknown.
func (m *alertModel) own(ctx context.Context, diags diagnosticsSink) (queryModel, bool) {
	q := queryModel{GroupBy: types.ListNull(types.StringType)}
	if m.Query.IsNull() || m.Query.IsUnknown() {
		return q, false
	}
	diags.Append(m.Query.As(ctx, &q, basetypes.ObjectAsOptions{})...)
	return q, !q.Query.IsUnknown()
}

// told is who is told.
func (m *alertModel) told(ctx context.Context, diags diagnosticsSink) sls.AlertPolicy {
	var n notificationModel
	if !m.Notification.IsNull() {
		diags.Append(m.Notification.As(ctx, &n, basetypes.ObjectAsOptions{})...)
	}
	orDefault(&n.ActionPolicyID, defaultActionPolicy)
	orDefault(&n.AlertPolicyID, defaultAlertPolicy)
	orDefault(&n.RepeatInterval, defaultRepeatInterval)
	return sls.AlertPolicy{ActionPolicyID: n.ActionPolicyID.ValueString(), AlertPolicyID: n.AlertPolicyID.ValueString(), RepeatInterval: n.RepeatInterval.ValueString()}
}

// added are the labels and annotations that a ready condition adds.
func (m *alertModel) added() (labels, annotations map[string]string) {
	c, ok := lookupCondition(m.Condition.ValueString())
	if !ok {
		return nil, nil
	}
	language := m.Language.ValueString()
	return map[string]string{conditionLabel: c.ID}, map[string]string{
		"title": m.DisplayName.ValueString(), "desc": c.Message.in(language), "remediation": c.Remediation.in(language),
	}
}

// What every alert of ours has.
const (
	alertVersion   = "2.0"
	alertType      = "default"
	alertDashboard = "internal-alert-analysis" // the service's own, of the history of alerts
	fixedRate      = "FixedRate"
	relative       = "Relative"
	logRows        = "log"
	powerAuto      = "auto"
	chartTitle     = "audit"
)

// toAPI is the alert as the block has it.
func (m *alertModel) toAPI(ctx context.Context, diags diagnosticsSink) sls.Alert {
	a := sls.Alert{
		Name: m.Name.ValueString(), DisplayName: m.DisplayName.ValueString(), Description: m.Description.ValueString(), State: "Enabled",
		Schedule: sls.AlertSchedule{Type: fixedRate, Interval: m.Interval.ValueString()},
	}
	if !m.Enabled.ValueBool() {
		a.State = "Disabled"
	}
	severity := sls.AlertSeverity{Severity: severityNumber(m.Severity.ValueString())}
	group := sls.AlertGroup{Type: "no_group", Fields: []string{}}
	if c, ready := lookupCondition(m.Condition.ValueString()); ready {
		group = sls.AlertGroup{Type: "custom", Fields: c.Labels}
	} else {
		q, _ := m.own(ctx, diags)
		severity.EvalCondition = sls.AlertCondition{Condition: q.Condition.ValueString(), CountCondition: q.CountCondition.ValueString()}
		if fields, _ := textsOf(q.GroupBy.Elements()); len(fields) > 0 {
			group = sls.AlertGroup{Type: "custom", Fields: fields}
		}
	}
	labels, annotations := m.added()
	a.Configuration = sls.AlertConfiguration{
		Version: alertVersion, Type: alertType, Dashboard: alertDashboard, Threshold: int(m.ConsecutiveEvaluations.ValueInt64()),
		SendResolved: m.SendResolved.ValueBool(), AutoAnnotation: true, NoDataSeverity: severityNumber("medium"),
		QueryList: []sls.AlertQuery{{
			ChartTitle: chartTitle, Query: m.EffectiveQuery.ValueString(), TimeSpanType: relative, Start: "-" + m.Window.ValueString(), End: "now",
			StoreType: logRows, Project: m.Project.ValueString(), Store: m.LogStore.ValueString(), Region: m.Region.ValueString(), PowerSQLMode: powerAuto,
		}},
		Labels: pairsOf(labels, textsOfMap(m.Labels)), Annotations: pairsOf(annotations, textsOfMap(m.Annotations)),
		SeverityConfigurations: []sls.AlertSeverity{severity}, GroupConfiguration: group, PolicyConfiguration: m.told(ctx, diags),
	}
	if at, err := time.Parse(time.RFC3339, m.MuteUntil.ValueString()); err == nil {
		a.Configuration.MuteUntil = at.Unix()
	}
	return a
}

// pairsOf are texts, of which the latter win, sorted.
func pairsOf(texts, more map[string]string) []sls.AlertText {
	all := map[string]string{}
	maps.Copy(all, texts)
	maps.Copy(all, more)
	pairs := []sls.AlertText{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		pairs = append(pairs, sls.AlertText{Key: key, Value: all[key]})
	}
	return pairs
}

// fromAPI puts an alert that was read into the model. What means the same as
// before stays as it was.
func (m *alertModel) fromAPI(ctx context.Context, a sls.Alert, diags diagnosticsSink) {
	c := a.Configuration
	m.DisplayName, m.Description, m.Enabled = types.StringValue(a.DisplayName), types.StringValue(a.Description), types.BoolValue(a.Enabled())
	m.ConsecutiveEvaluations, m.SendResolved = types.Int64Value(int64(c.Threshold)), types.BoolValue(c.SendResolved)
	m.Interval = sameSpan(m.Interval, a.Schedule.Interval)
	if before, err := time.Parse(time.RFC3339, m.MuteUntil.ValueString()); err != nil || before.Unix() != c.MuteUntil {
		m.MuteUntil = types.StringNull()
		if c.MuteUntil != 0 {
			m.MuteUntil = types.StringValue(time.Unix(c.MuteUntil, 0).UTC().Format(time.RFC3339))
		}
	}
	var query sls.AlertQuery
	if len(c.QueryList) > 0 {
		query = c.QueryList[0]
	}
	m.LogStore, m.EffectiveQuery, m.Window = types.StringValue(query.Store), types.StringValue(query.Query), sameSpan(m.Window, strings.TrimPrefix(query.Start, "-"))
	var severity sls.AlertSeverity
	if len(c.SeverityConfigurations) > 0 {
		severity = c.SeverityConfigurations[0]
	}
	m.Severity = types.StringValue(severityWord(severity.Severity))
	m.queryFromAPI(ctx, query.Query, severity.EvalCondition, c.GroupConfiguration, diags)
	if m.Language.ValueString() == "" {
		m.Language = types.StringValue(languageOf(a, m.Condition.ValueString()))
	}
	m.notificationFromAPI(ctx, c.PolicyConfiguration, diags)
	labels, annotations := m.added()
	var missing []string
	m.Labels, missing = m.textsFromAPI(m.Labels, labels, c.Labels, "label", missing)
	m.Annotations, missing = m.textsFromAPI(m.Annotations, annotations, c.Annotations, "annotation", missing)
	m.OtherChanges = types.ListValueMust(types.StringType, textValues(append(m.otherChanges(a), missing...)))
}

// sameSpan is a time span that was read: as it was, if it is as long.
func sameSpan(was types.String, is string) types.String {
	if d := spanOf(is); d > 0 && d == spanOf(was.ValueString()) {
		return was
	}
	return types.StringValue(is)
}

// queryFromAPI tells a ready condition from a query of one's own.
func (m *alertModel) queryFromAPI(ctx context.Context, query string, on sls.AlertCondition, group sls.AlertGroup, diags diagnosticsSink) {
	wasOwn := !m.Query.IsNull() && !m.Query.IsUnknown()
	if c, s, ok := recognize(query); ok && !wasOwn && on == (sls.AlertCondition{}) && group.Type == "custom" && slices.Equal(group.Fields, c.Labels) {
		if m.Condition.ValueString() != c.ID {
			m.Filters = types.ObjectNull(filtersType)
		}
		m.Condition, m.Query = types.StringValue(c.ID), types.ObjectNull(queryType)
		m.Filters = filtersTo(ctx, m.Filters, s.Filters.sorted(), c.SystemUsers, diags)
		m.MinimumCount, m.MinimumFailurePercent = types.Int64Value(s.MinimumCount), types.Int64Null()
		if c.has(holePercent) {
			m.MinimumFailurePercent = types.Int64Value(s.MinimumFailurePercent)
		}
		return
	}
	fields := types.ListNull(types.StringType)
	if group.Type != "no_group" && len(group.Fields) > 0 {
		fields = types.ListValueMust(types.StringType, textValues(group.Fields))
	}
	was, _ := m.own(ctx, diags)
	object, d := types.ObjectValueFrom(ctx, queryType, queryModel{
		Query: types.StringValue(query), Condition: sameText(was.Condition, on.Condition), CountCondition: sameText(was.CountCondition, on.CountCondition), GroupBy: fields,
	})
	diags.Append(d...)
	m.Condition, m.Query, m.Filters = types.StringNull(), object, types.ObjectNull(filtersType)
	m.MinimumCount, m.MinimumFailurePercent = types.Int64Null(), types.Int64Null()
}

// sameText is a text that was read: null and empty are the same.
func sameText(was types.String, is string) types.String {
	if is == "" && was.ValueString() == "" && !was.IsUnknown() {
		return was
	}
	return value.OrNull(is)
}

// languageOf is the language of an alert's texts.
func languageOf(a sls.Alert, id string) string {
	c, ok := lookupCondition(id)
	if !ok {
		return english
	}
	for _, annotation := range a.Configuration.Annotations {
		if annotation.Key == "desc" && annotation.Value == c.Message.zh || annotation.Key == "remediation" && annotation.Value == c.Remediation.zh {
			return chinese
		}
	}
	if a.DisplayName == c.Title.zh {
		return chinese
	}
	return english
}

func (m *alertModel) notificationFromAPI(ctx context.Context, is sls.AlertPolicy, diags diagnosticsSink) {
	was := m.told(ctx, diags)
	if was.ActionPolicyID == is.ActionPolicyID && was.AlertPolicyID == is.AlertPolicyID && spanOf(was.RepeatInterval) == spanOf(is.RepeatInterval) {
		return
	}
	object, d := types.ObjectValueFrom(ctx, notificationType, notificationModel{
		types.StringValue(is.ActionPolicyID), types.StringValue(is.AlertPolicyID), types.StringValue(is.RepeatInterval),
	})
	diags.Append(d...)
	m.Notification = object
}

// textsFromAPI are labels or annotations without those that a ready condition adds, of which it notes the ones that are gone.
func (m *alertModel) textsFromAPI(was types.Map, added map[string]string, is []sls.AlertText, what string, missing []string) (types.Map, []string) {
	mine, rest, here := textsOfMap(was), map[string]string{}, map[string]bool{}
	for _, t := range is {
		here[t.Key] = true
		_, given := mine[t.Key]
		if standard, ok := added[t.Key]; given || !ok || standard != t.Value {
			rest[t.Key] = t.Value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(added)) {
		if !here[key] {
			missing = append(missing, fmt.Sprintf("%s %s is missing", what, key))
		}
	}
	return mapOfTexts(rest), missing
}

// otherChanges lists what there is no argument for and is not as we make it.
func (m *alertModel) otherChanges(a sls.Alert) (list []string) {
	c := a.Configuration
	compare := func(what, is, want string) {
		if is != want {
			list = append(list, fmt.Sprintf("%s is %q, not %q", what, is, want))
		}
	}
	compare("version", c.Version, alertVersion)
	compare("type", c.Type, alertType)
	compare("schedule", a.Schedule.Type, fixedRate)
	compare("no-data alert", strconv.FormatBool(c.NoDataFire), "false")
	compare("number of queries", strconv.Itoa(len(c.QueryList)), "1")
	compare("number of severities", strconv.Itoa(len(c.SeverityConfigurations)), "1")
	if len(c.QueryList) == 1 {
		q := c.QueryList[0]
		compare("project of the query", q.Project, m.Project.ValueString())
		compare("region of the query", q.Region, m.Region.ValueString())
		compare("kind of the store", q.StoreType, logRows)
		compare("end of the window", q.End, "now")
		compare("role of the query", q.RoleARN, "")
	}
	return list
}

// differences lists what of an alert is not as the block has it, by the names of the arguments.
func (m alertModel) differences(ctx context.Context, a sls.Alert, regardless ...string) string {
	var diags diag.Diagnostics
	is := m
	is.fromAPI(ctx, a, &diags)
	var list []string
	compare := func(argument string, is, want attr.Value) {
		if !is.Equal(want) && !slices.Contains(regardless, argument) {
			list = append(list, fmt.Sprintf("%s is %s, not %s", argument, is, want))
		}
	}
	compare("logstore", is.LogStore, m.LogStore)
	compare("display_name", is.DisplayName, m.DisplayName)
	compare("description", is.Description, m.Description)
	compare("enabled", is.Enabled, m.Enabled)
	compare("condition", is.Condition, m.Condition)
	compare("query", is.Query, m.Query)
	compare("filters", is.Filters, m.Filters)
	compare("minimum_count", is.MinimumCount, m.MinimumCount)
	compare("minimum_failure_percent", is.MinimumFailurePercent, m.MinimumFailurePercent)
	compare("severity", is.Severity, m.Severity)
	compare("interval", is.Interval, m.Interval)
	compare("window", is.Window, m.Window)
	compare("consecutive_evaluations", is.ConsecutiveEvaluations, m.ConsecutiveEvaluations)
	compare("notification", is.Notification, m.Notification)
	compare("labels", is.Labels, m.Labels)
	compare("annotations", is.Annotations, m.Annotations)
	compare("send_resolved", is.SendResolved, m.SendResolved)
	compare("mute_until", is.MuteUntil, m.MuteUntil)
	other, _ := textsOf(is.OtherChanges.Elements())
	return strings.Join(append(list, other...), "; ")
}

// instantValidator checks a point in time.
type instantValidator struct{}

// Description implements validator.String.
func (instantValidator) Description(context.Context) string {
	return "must be a point in time as RFC 3339 has it, in whole seconds"
}

// MarkdownDescription implements validator.String.
func (v instantValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v instantValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if at, err := time.Parse(time.RFC3339, req.ConfigValue.ValueString()); err != nil || at.Nanosecond() != 0 || at.Unix() <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid point in time",
			fmt.Sprintf("%s %s, e.g. 2027-01-31T06:00:00+08:00: %q is none.", req.Path, v.Description(ctx), req.ConfigValue.ValueString()))
	}
}
