package logshipping_test

import (
	"encoding/json"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

const index = `{"line":{"token":[","," ","'","\"",";","=","(",")","[","]","{","}","?","@","&","<",">","/",":","\n","\t","\r"],"caseSensitive":false,"chn":false},"keys":{` +
	`"account_id":{"type":"text","token":[" "],"doc_value":true},"region":{"type":"text","token":[" "],"doc_value":true},"cluster_id":{"type":"text","token":[" "],"doc_value":true},"cluster_name":{"type":"text","token":[" "],"doc_value":true},"log_source":{"type":"text","token":[" "],"doc_value":true},` +
	`"auditID":{"type":"text","token":[" "],"doc_value":true},"stage":{"type":"text","token":[" "],"doc_value":true},"verb":{"type":"text","token":[" "],"doc_value":true},"requestURI":{"type":"text","token":["/"," "],"doc_value":true},"sourceIPs":{"type":"text","token":[",","[","]","\""," "],"doc_value":true},` +
	`"user":{"type":"json","token":[":"," "],"doc_value":true,"json_keys":{"username":{"type":"text","doc_value":true}}},` +
	`"objectRef":{"type":"json","token":[":"," "],"doc_value":true,"json_keys":{"resource":{"type":"text","doc_value":true},"subresource":{"type":"text","doc_value":true},"namespace":{"type":"text","doc_value":true},"name":{"type":"text","doc_value":true}}},` +
	`"responseStatus":{"type":"json","token":[":"," "],"doc_value":true,"json_keys":{"code":{"type":"long","doc_value":true}}},` +
	`"kind":{"type":"text","token":[" "],"doc_value":true},"name":{"type":"text","token":[" "],"doc_value":true},"namespace":{"type":"text","token":[" "],"doc_value":true},"check_type":{"type":"text","token":[" "],"doc_value":true},"check_item":{"type":"text","token":[" "],"doc_value":true},"result":{"type":"text","token":[" "],"doc_value":true},"severity":{"type":"text","token":[" "],"doc_value":true},"message":{"type":"text","token":[" "],"doc_value":true},"level":{"type":"text","token":[" "],"doc_value":true}}}`

// ask runs a query over rows with the archive's index.
func ask(t *testing.T, query string, rows []logquery.Row) []map[string]string {
	t.Helper()
	var i logquery.Index
	if err := json.Unmarshal([]byte(index), &i); err != nil {
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
