package logshipping_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

// searchable is a cloud that answers GetLogs, by the rows that it holds; refuse says which projects refuse that.
func searchable(t *testing.T, scenario *simulator.Scenario, refuse ...string) *acctest.Cloud {
	t.Helper()
	return searchableAfter(t, scenario, func(*acctest.Cloud) {}, refuse...)
}

// searchableAfter is searchable with something that happens before each search.
func searchableAfter(t *testing.T, scenario *simulator.Scenario, before func(*acctest.Cloud), refuse ...string) *acctest.Cloud {
	t.Helper()
	cloud := acctest.New(t, scenario)
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		parts := strings.Split(r.URL.Path, "/")
		if r.Method != http.MethodPost || len(parts) != 4 || parts[3] != "logs" {
			return "", 0, false
		}
		before(cloud)
		project, _, _ := strings.Cut(r.Host, ".")
		for _, p := range refuse {
			if p == project {
				return `{"errorCode":"Unauthorized","errorMessage":"denied by sts or ram, action: log:GetLogStoreLogs"}`, http.StatusUnauthorized, true
			}
		}
		body, status := search(t, cloud, r, project, parts[2])
		return body, status, true
	})
	return cloud
}

func search(t *testing.T, cloud *acctest.Cloud, r *http.Request, project, name string) (string, int) {
	t.Helper()
	var asked struct {
		From, To int64
		Line     int
		Reverse  bool
		Query    string
	}
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, &asked)
	}
	if err != nil {
		t.Error(err)
	}
	fail := func(status int, code, message string) (string, int) {
		text, _ := json.Marshal(map[string]string{"errorCode": code, "errorMessage": message})
		return string(text), status
	}
	store, ok := cloud.LogStore(project, name)
	if !ok {
		return fail(http.StatusNotFound, "LogStoreNotExist", "logstore "+name+" does not exist")
	}
	var index *logquery.Index
	if store.Index != nil {
		text, _ := json.Marshal(store.Index)
		if err := json.Unmarshal(text, &index); err != nil {
			t.Error(err)
		}
	}
	var rows []logquery.Row
	for _, row := range store.Rows {
		if row.Time >= asked.From && row.Time < asked.To {
			rows = append(rows, logquery.Row{Time: row.Time, Fields: row.Fields, Topic: row.Topic, Source: row.Source})
		}
	}
	q, err := logquery.Parse(asked.Query)
	var result *logquery.Result
	if err == nil {
		result, err = q.Run(rows, index, logquery.Options{Line: asked.Line, Reverse: asked.Reverse})
	}
	var problem *logquery.Error
	if errors.As(err, &problem) {
		status := http.StatusBadRequest
		if problem.Code == "IndexConfigNotExist" {
			status = http.StatusNotFound
		}
		return fail(status, problem.Code, problem.Message)
	}
	text, err := json.Marshal(map[string]any{
		"meta": map[string]any{"progress": "Complete", "count": len(result.Rows), "hasSQL": result.HasSQL}, "data": result.Rows,
	})
	if err != nil {
		t.Error(err)
	}
	return string(text), http.StatusOK
}
