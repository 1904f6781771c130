package logshipping

import "github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"

// ReportIDs are the reports.
var ReportIDs = reportIDs

// ChartsOf are the charts of a report, by the last part of their titles.
func ChartsOf(id string, f Filters) map[string]sls.Chart {
	r, _ := reportOf(id)
	charts, list := map[string]sls.Chart{}, r.charts("audit", "1d", english, f)
	for i, c := range r.Charts {
		charts[c.ID] = list[i]
	}
	return charts
}

// ChartNames are what a report's charts are called in both languages.
func ChartNames(id string) (names [][2]string) {
	r, _ := reportOf(id)
	names = append(names, [2]string{r.Title.en, r.Title.zh}, [2]string{r.Description.en, r.Description.zh})
	for _, c := range r.Charts {
		names = append(names, [2]string{c.Name.en, c.Name.zh})
	}
	return names
}
