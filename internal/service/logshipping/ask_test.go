package logshipping_test

import (
	"encoding/json"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

// ask runs a query over rows with the archive's index.
func ask(t *testing.T, query string, rows []logquery.Row) []map[string]string {
	t.Helper()
	var i logquery.Index
	if err := json.Unmarshal([]byte(logshipping.StandardIndex()), &i); err != nil {
		t.Fatal(err)
	}
	q, err := logquery.Parse(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	got, err := q.Run(rows, &i, logquery.Options{})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got.Rows
}
