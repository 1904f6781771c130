package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

var logQueryOperations = []operation{
	logOperation(operation{
		action: "GetLogs", ramAction: "GetLogStoreLogs", method: http.MethodPost, pattern: "/logstores/{logstore}/logs", at: whereQuery("type", ""),
		body: func(Behaviour) any { return &getLogsBody{} }, resource: inLogPath("logstore", "logstore"), run: inLogStore(getLogs),
	}),
	logOperation(operation{
		action: "GetHistograms", ramAction: "GetLogStoreHistogram", method: http.MethodGet, pattern: "/logstores/{logstore}", at: whereQuery("type", "histogram"),
		parameters: []parameter{
			{name: "type"}, {name: "from", kind: "int64", required: true}, {name: "to", kind: "int64", required: true}, {name: "topic", mayBeEmpty: true},
			{name: "query", mayBeEmpty: true}, {name: "interval", enum: []string{"0"}},
		},
		resource: inLogPath("logstore", "logstore"), run: inLogStore(getHistograms),
	}),
}

// getLogsBody is what the vendor's client sends.
type getLogsBody struct {
	From      int64  `json:"from" jsonschema:"required"`
	To        int64  `json:"to" jsonschema:"required"`
	Topic     string `json:"topic"`
	Line      int64  `json:"line"`
	Offset    int64  `json:"offset"`
	Reverse   bool   `json:"reverse"`
	Query     string `json:"query"`
	PowerSQL  bool   `json:"powerSql"` // without effect: it buys speed
	FromNs    int64  `json:"fromNs"`
	ToNs      int64  `json:"toNs"`
	Highlight bool   `json:"highlight"`
	Accurate  bool   `json:"accurate"` // without effect: every answer is
}

// logMeta is the head of an answer of GetLogs.
type logMeta struct {
	Progress      string   `json:"progress"`
	AggQuery      string   `json:"aggQuery"`
	WhereQuery    string   `json:"whereQuery"`
	HasSQL        bool     `json:"hasSQL"`
	ProcessedRows int      `json:"processedRows"`
	Elapsed       int      `json:"elapsedMillisecond"`
	CPUSec        float64  `json:"cpuSec"`
	CPUCores      float64  `json:"cpuCores"`
	Limited       int      `json:"limited"`
	Count         int      `json:"count"`
	Bytes         int      `json:"processedBytes"`
	Telemetry     string   `json:"telementryType"` // as the service spells it
	PowerSQL      bool     `json:"powerSql"`
	InsertedSQL   string   `json:"insertedSQL"`
	Keys          []string `json:"keys,omitempty"`
	IsAccurate    bool     `json:"isAccurate"`
}

const progressComplete, progressIncomplete = "Complete", "Incomplete"

// logSpan is what a query looks at: rows from a time on until before another, of a topic unless it is empty.
type logSpan struct {
	from, to int64
	topic    string
}

// search prepares a query on a Logstore.
func (cl *call) search(s *logStore, text string, span logSpan) (*logquery.Query, *logquery.Index, []logquery.Row, *apiError) {
	if span.from >= span.to {
		return nil, nil, nil, cl.operation.invalid("from %d is not before to %d", span.from, span.to)
	}
	q, err := logquery.Parse(text)
	if err != nil {
		return nil, nil, nil, queryError(err)
	}
	if s.Index == nil {
		return nil, nil, nil, noLogIndex()
	}
	if q.HasSQL() && s.Mode != "standard" {
		return nil, nil, nil, cl.operation.invalid("logstore %s is of the mode %s, which does not support analysis", s.LogStoreName, s.Mode)
	}
	index, why := s.Index.forQueries()
	if why != nil {
		return nil, nil, nil, why
	}
	rows := []logquery.Row{}
	for _, g := range s.groups {
		if !g.indexed || span.topic != "" && g.topic != span.topic {
			continue
		}
		for i := range g.entries {
			if at := int64(g.entries[i].time); at >= span.from && at < span.to {
				rows = append(rows, logquery.Row{Time: at, Topic: g.topic, Source: g.source, Fields: g.fields(i)})
			}
		}
	}
	return q, index, rows, nil
}

// forQueries is the index in the form of the query language.
func (x *LogIndex) forQueries() (*logquery.Index, *apiError) {
	for name, key := range x.Keys {
		if key.IndexAll {
			return nil, notSimulated("queries with index_all, as the key %s has it, are not simulated", name)
		}
	}
	text, err := json.Marshal(x)
	if err != nil {
		panic(fmt.Sprintf("simulator: index: %v", err))
	}
	index := &logquery.Index{}
	if err := json.Unmarshal(text, index); err != nil {
		panic(fmt.Sprintf("simulator: index: %v", err))
	}
	return index, nil
}

// queryError is an error of the query language as an answer.
func queryError(err error) *apiError {
	var e *logquery.Error
	if !errors.As(err, &e) {
		panic(fmt.Sprintf("simulator: query: %v", err))
	}
	if e.Code == codeNotSimulated {
		return notSimulated("%s", e.Message)
	}
	return refuse(e.Status, e.Code, "%s", e.Message)
}

// progress says whether an answer is complete: with log_query_incomplete the first answers to a query are not.
func (cl *call) progress(s *logStore, text string, span logSpan) string {
	most := int(cl.behaviour.LogQueryIncomplete)
	if most == 0 {
		return progressComplete
	}
	asked := fmt.Sprintf("%s %p %s %+v", cl.action, s, text, span)
	if cl.log.asked == nil {
		cl.log.asked = map[string]int{}
	}
	if cl.log.asked[asked]++; cl.log.asked[asked] <= most {
		return progressIncomplete
	}
	delete(cl.log.asked, asked)
	return progressComplete
}

func getLogs(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	body := bodyOf[getLogsBody](cl)
	switch {
	case body.Highlight:
		return nil, notSimulated("highlight of GetLogs is not simulated")
	case body.FromNs != 0 || body.ToNs != 0:
		return nil, notSimulated("fromNs and toNs of GetLogs are not simulated")
	case body.Line < 0 || body.Line > 100 || body.Offset < 0:
		return nil, cl.operation.invalid("line %d and offset %d: want line from 0 to 100, and offset 0 or more", body.Line, body.Offset)
	}
	span := logSpan{body.From, body.To, body.Topic}
	q, index, rows, refusal := cl.search(s, body.Query, span)
	if refusal != nil {
		return nil, refusal
	}
	result, err := q.Run(rows, index, logquery.Options{Line: int(body.Line), Offset: int(body.Offset), Reverse: body.Reverse, Logstore: s.LogStoreName})
	if err != nil {
		return nil, queryError(err)
	}
	meta := logMeta{
		Progress: cl.progress(s, body.Query, span), AggQuery: result.AggQuery, WhereQuery: result.WhereQuery, HasSQL: result.HasSQL,
		ProcessedRows: result.ProcessedRows, Limited: result.Limited, Keys: result.Keys, PowerSQL: body.PowerSQL, IsAccurate: true,
	}
	if meta.Progress == progressIncomplete {
		result.Rows, meta.ProcessedRows = nil, 0
	}
	meta.Count = len(result.Rows)
	text, err := json.Marshal(struct {
		Meta logMeta             `json:"meta"`
		Data []map[string]string `json:"data"`
	}{meta, append([]map[string]string{}, result.Rows...)})
	if err != nil {
		panic(fmt.Sprintf("simulator: rows: %v", err))
	}
	answer := rawAnswer{header: map[string]string{}, body: text}
	answer.compress(cl.header.Get("Accept-Encoding"))
	return answer, nil
}

// compress does what a caller asks for who can read one of the service's own compressions.
func (a *rawAnswer) compress(kind string) {
	size := strconv.Itoa(len(a.body))
	switch kind {
	case "lz4":
		a.body = lz4Block(a.body)
	case "zstd":
		a.body = zstdEncoder.EncodeAll(a.body, nil)
	default:
		return
	}
	a.header["x-log-compresstype"], a.header["x-log-bodyrawsize"] = kind, size
}

// maxHistograms is into how many subintervals a time range is divided.
const maxHistograms = 60

func getHistograms(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	from, _ := strconv.ParseInt(cl.params.Get("from"), 10, 64)
	to, _ := strconv.ParseInt(cl.params.Get("to"), 10, 64)
	span := logSpan{from, to, cl.params.Get("topic")}
	q, index, rows, refusal := cl.search(s, cl.params.Get("query"), span)
	if refusal != nil {
		return nil, refusal
	}
	if q.HasSQL() {
		return nil, cl.operation.invalid("the query of GetHistograms must not have an analytic statement")
	}
	found, err := q.Filter(rows, index)
	if err != nil {
		return nil, queryError(err)
	}
	progress := cl.progress(s, cl.params.Get("query"), span)
	if progress == progressIncomplete {
		found = nil
	}
	width := (to - from + maxHistograms - 1) / maxHistograms
	list := []map[string]any{}
	for start := from; start < to; start += width {
		end, n := min(start+width, to), 0
		for i := range found {
			n += count(found[i].Time >= start && found[i].Time < end)
		}
		list = append(list, map[string]any{"from": start, "to": end, "count": n, "progress": progress})
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(fmt.Sprintf("simulator: histograms: %v", err))
	}
	return rawAnswer{header: map[string]string{"x-log-progress": progress, "x-log-count": strconv.Itoa(len(found))}, body: text}, nil
}

// QueryLogs answers a query on all rows of a Logstore, as GetLogs does without a limit of time.
func (c *Cloud) QueryLogs(project, store, query string) ([]map[string]string, error) {
	var rows []map[string]string
	err := c.behindLogStore(project, store, func(_ *logProject, s *logStore, _ time.Time) error {
		cl := &call{Cloud: c, target: target{operation: &logQueryOperations[0]}}
		q, index, all, refusal := cl.search(s, query, logSpan{0, 1 << 32, ""})
		if refusal != nil {
			return refusal
		}
		result, err := q.Run(all, index, logquery.Options{Logstore: store})
		if err != nil {
			return err
		}
		rows = result.Rows
		return nil
	})
	return rows, err
}
