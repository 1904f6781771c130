package logshipping

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

const maxTimeRange = 365 * 24 * time.Hour

// filters are the filters of all charts; false while something of them is unknown.
func (m *dashboardModel) filters(ctx context.Context, diags diagnosticsSink) (auditFilters, bool) {
	f, known := filtersFrom(ctx, m.Filters, false, diags)
	if m.Resources.IsUnknown() {
		return f, false
	}
	resources, all := textsOf(m.Resources.Elements())
	f.Resources = resources
	return f.sorted(), known && all
}

// wanted are the charts of the report.
func (m *dashboardModel) wanted(report *auditReport, f auditFilters) []sls.Chart {
	return report.charts(m.LogStore.ValueString(), m.TimeRange.ValueString(), m.Language.ValueString(), f)
}

// toAPI is the dashboard as the block has it, made of one that is there: charts of others stay, and so does where ours stand.
func (m *dashboardModel) toAPI(ctx context.Context, existing sls.Dashboard, diags diagnosticsSink) sls.Dashboard {
	report, _ := reportOf(m.Report.ValueString())
	f, _ := m.filters(ctx, diags)
	d := existing
	d.Name, d.DisplayName, d.Description = m.Name.ValueString(), m.DisplayName.ValueString(), m.Description.ValueString()
	d.Charts = nil
	before := map[string]sls.Chart{}
	for _, c := range existing.Charts {
		if strings.HasPrefix(c.Title, chartPrefix) {
			before[c.Title] = c
		} else {
			d.Charts = append(d.Charts, c)
		}
	}
	for _, c := range m.wanted(report, f) {
		if was, ok := before[c.Title]; ok {
			c = c.As(was)
		}
		d.Charts = append(d.Charts, c)
	}
	return d
}

// chartsTo are charts as the state has them: ours alone.
func chartsTo(ctx context.Context, charts []sls.Chart, diags diagnosticsSink) types.Map {
	values := map[string]attr.Value{}
	for _, c := range charts {
		if !strings.HasPrefix(c.Title, chartPrefix) {
			continue
		}
		object, d := types.ObjectValueFrom(ctx, chartType.AttrTypes, chartModel{
			DisplayName: types.StringValue(c.Display.DisplayName), Type: types.StringValue(c.Type), LogStore: types.StringValue(c.Search.LogStore), Query: types.StringValue(c.Search.Query),
			Start: types.StringValue(c.Search.Start), End: types.StringValue(c.Search.End),
			XAxis: types.ListValueMust(types.StringType, textValues(c.Display.XAxis)), YAxis: types.ListValueMust(types.StringType, textValues(c.Display.YAxis)),
		})
		diags.Append(d...)
		values[c.Title] = object
	}
	return types.MapValueMust(chartType, values)
}

// fromAPI puts a dashboard that was read into the model.
func (m *dashboardModel) fromAPI(ctx context.Context, d sls.Dashboard, diags diagnosticsSink) {
	if m.Report.ValueString() == "" {
		m.imported(ctx, d, diags)
	}
	m.DisplayName, m.Description, m.Charts = types.StringValue(d.DisplayName), types.StringValue(d.Description), chartsTo(ctx, d.Charts, diags)
}

// imported finds out what block would make a dashboard: by the names of its
// charts which report, and by a query of it the filters. A dashboard that has
// none of our charts becomes an overview by the next apply.
func (m *dashboardModel) imported(ctx context.Context, d sls.Dashboard, diags diagnosticsSink) {
	m.Report, m.Language, m.TimeRange = types.StringValue(reportOverview), types.StringValue(english), types.StringValue(defaultTimeRange)
	m.Filters, m.Resources, m.LogStore = types.ObjectNull(filtersType), types.SetNull(types.StringType), types.StringValue("")
	for _, report := range auditReports {
		for _, c := range d.Charts {
			i := slices.IndexFunc(report.Charts, func(own reportChart) bool { return report.title(own) == c.Title })
			if i < 0 {
				continue
			}
			m.Report, m.LogStore = types.StringValue(report.ID), types.StringValue(c.Search.LogStore)
			if c.Display.DisplayName == report.Charts[i].Name.zh {
				m.Language = types.StringValue(chinese)
			}
			if span := strings.TrimPrefix(c.Search.Start, "-"); spanOf(span) > 0 {
				m.TimeRange = types.StringValue(span)
			}
			f, ok := report.Charts[i].recognize(c.Search.Query)
			if ok && strings.Contains(report.Charts[i].query, holeSystem) {
				m.Filters = filtersTo(ctx, m.Filters, auditFilters{
					AccountIDs: f.AccountIDs, ClusterIDs: f.ClusterIDs, Namespaces: f.Namespaces, ExcludeNamespaces: f.ExcludeNamespaces,
					Users: f.Users, ExcludeUsers: f.ExcludeUsers, SystemUsers: f.SystemUsers,
				}, false, diags)
				m.Resources = textSet(f.Resources)
				return
			}
		}
	}
}

// recognize finds the filters that give a query of the chart.
func (c reportChart) recognize(query string) (auditFilters, bool) {
	form := formOf(c.query)
	match := form.FindStringSubmatch(query)
	if match == nil {
		return auditFilters{}, false
	}
	var f auditFilters
	for i, name := range form.SubexpNames() {
		if name != "" {
			f.read(name, match[i])
		}
	}
	return f.sorted(), f.fill(c.query, nil) == query
}

// differences lists what of a dashboard is not as the block has it.
func (m dashboardModel) differences(ctx context.Context, d sls.Dashboard) string {
	var diags diag.Diagnostics
	is := m
	is.fromAPI(ctx, d, &diags)
	var list []string
	compare := func(argument string, is, want attr.Value) {
		if !is.Equal(want) {
			list = append(list, fmt.Sprintf("%s is %s, not %s", argument, is, want))
		}
	}
	compare("display_name", is.DisplayName, m.DisplayName)
	compare("description", is.Description, m.Description)
	here, want := is.Charts.Elements(), m.Charts.Elements()
	for _, title := range slices.Sorted(maps.Keys(want)) {
		switch c, ok := here[title]; {
		case !ok:
			list = append(list, "chart "+title+" is missing")
		case !c.Equal(want[title]):
			list = append(list, "chart "+title+" is another")
		}
	}
	for _, title := range slices.Sorted(maps.Keys(here)) {
		if _, ok := want[title]; !ok {
			list = append(list, "chart "+title+" is not of this report")
		}
	}
	return strings.Join(list, "; ")
}
