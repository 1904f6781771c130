package logshipping_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

// Log Service takes every query of ours as it is sent, and answers what the engine alone does: conditions over rows that
// they fire for, and charts over a day.
func TestQueries_getLogs(t *testing.T) {
	t.Parallel()
	const noon = 1_790_000_000
	var index simulator.LogIndex
	if err := json.Unmarshal([]byte(logshipping.StandardIndex()), &index); err != nil {
		t.Fatal(err)
	}
	type query struct {
		name, text string
		rows       []logquery.Row
	}
	var queries []query
	for _, id := range logshipping.ConditionIDs() {
		for name, rows := range cases[id].fires {
			queries = append(queries, query{id + ", " + name, logshipping.QueryOf(id, nil), rows})
		}
	}
	day := aDay()
	for _, id := range logshipping.ReportIDs() {
		for name, c := range logshipping.ChartsOf(id, logshipping.Filters{ExcludeUsers: []string{"it's"}}) {
			queries = append(queries, query{id + "/" + name, c.Search.Query, day})
		}
	}
	scenario := acctest.WatchedArchive()
	project := &scenario.Accounts[3].LogService.Projects[0]
	project.LogStores = nil
	for i, q := range queries {
		store := simulator.LogStore{LogStoreName: fmt.Sprintf("store-%d", i), TTL: sls.Forever, Index: &index}
		for _, row := range q.rows {
			store.Rows = append(store.Rows, simulator.LogRow{Time: row.Time, Fields: row.Fields})
		}
		project.LogStores = append(project.LogStores, store)
	}
	cloud := acctest.New(t, scenario)
	client, err := cloud.Fleet(t, nil).SLS(fleet.Scope{AccountID: acctest.Payments, Region: "cn-hangzhou"})
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		got, err := client.Logs(t.Context(), acctest.WatchedProject, fmt.Sprintf("store-%d", i), sls.Query{From: time.Unix(noon-86400, 0), To: time.Unix(noon+86400, 0), Text: q.text})
		if err != nil {
			t.Errorf("%s: %v", q.name, err)
			continue
		}
		if want := ask(t, q.text, q.rows); len(want) == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got\n%v\nwant\n%v", q.name, got, want)
		}
	}
}
