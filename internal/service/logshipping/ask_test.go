package logshipping_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

// archiveIndex is the index that ackguard_audit_log_archive makes.
var archiveIndex = sync.OnceValues(func() (index *logquery.Index, err error) {
	text, err := logshipping.StandardIndex()
	if err == nil {
		err = json.Unmarshal([]byte(text), &index)
	}
	return index, err
})

// ask runs a query over rows with the archive's index, as the simulator's GetLogs does.
func ask(t *testing.T, query string, rows []logquery.Row) []map[string]string {
	t.Helper()
	index, err := archiveIndex()
	if err != nil {
		t.Fatal(err)
	}
	q, err := logquery.Parse(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	got, err := q.Run(rows, index, logquery.Options{})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got.Rows
}
