package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// LogIndex is the index of a Logstore, as CreateIndex takes it.
type LogIndex struct {
	Keys               map[string]LogIndexKey `json:"keys,omitzero" jsonschema_description:"Indexed fields."`
	Line               *LogIndexLine          `json:"line,omitzero" jsonschema_description:"Full-text index."`
	TTL                int64                  `json:"ttl,omitzero" jsonschema_description:"Days; without effect, the Logstore's ttl counts."`
	MaxTextLen         int64                  `json:"max_text_len,omitzero" jsonschema_description:"Bytes of a field that SQL sees, 64 to 16384; 2048 by default."`
	LogReduce          bool                   `json:"log_reduce,omitzero" jsonschema_description:"Kept and without effect."`
	LogReduceWhiteList []string               `json:"log_reduce_white_list,omitzero" jsonschema_description:"Kept and without effect."`
	LogReduceBlackList []string               `json:"log_reduce_black_list,omitzero" jsonschema_description:"Kept and without effect."`
	ScanIndex          bool                   `json:"scan_index,omitzero" jsonschema_description:"Kept and without effect."`
}

// LogIndexKey is an indexed field.
type LogIndexKey struct {
	Token         []string              `json:"token,omitzero" jsonschema_description:"What separates words."`
	CaseSensitive bool                  `json:"caseSensitive,omitzero" jsonschema_description:"Whether case counts."`
	Type          string                `json:"type" jsonschema:"required,enum=text,enum=long,enum=double,enum=json" jsonschema_description:"Type of the field."`
	DocValue      bool                  `json:"doc_value,omitzero" jsonschema_description:"Whether SQL may use it."`
	Alias         string                `json:"alias,omitzero" jsonschema_description:"Another name."`
	Chn           bool                  `json:"chn,omitzero" jsonschema_description:"Whether Chinese is cut into words."`
	IndexAll      bool                  `json:"index_all,omitzero" jsonschema_description:"JSON: whether all text fields are indexed."`
	MaxDepth      int64                 `json:"max_depth,omitzero" jsonschema_description:"JSON: how deep."`
	JSONKeys      map[string]LogJSONKey `json:"json_keys,omitzero" jsonschema_description:"JSON: fields by their path."`
}

// LogJSONKey is an indexed field of a JSON field.
type LogJSONKey struct {
	Type     string `json:"type" jsonschema:"required,enum=text,enum=long,enum=double" jsonschema_description:"Type of the field."`
	Alias    string `json:"alias,omitzero" jsonschema_description:"Another name."`
	DocValue bool   `json:"doc_value,omitzero" jsonschema_description:"Whether SQL may use it."`
}

// LogIndexLine is a full-text index.
type LogIndexLine struct {
	Token         []string `json:"token,omitzero" jsonschema_description:"What separates words."`
	CaseSensitive bool     `json:"caseSensitive,omitzero" jsonschema_description:"Whether case counts."`
	IncludeKeys   []string `json:"include_keys,omitzero" jsonschema_description:"Only these fields."`
	ExcludeKeys   []string `json:"exclude_keys,omitzero" jsonschema_description:"Not these fields."`
	Chn           bool     `json:"chn,omitzero" jsonschema_description:"Whether Chinese is cut into words."`
}

var logIndexOperations = []operation{
	logOperation(operation{
		action: "CreateIndex", method: http.MethodPost, pattern: "/logstores/{logstore}/index", body: func(Behaviour) any { return &LogIndex{} },
		invalidBody: "IndexInfoInvalid", resource: inLogPath("logstore", "logstore"), run: inLogStore(createLogIndex),
	}),
	logOperation(operation{
		action: "GetIndex", method: http.MethodGet, pattern: "/logstores/{logstore}/index", resource: inLogPath("logstore", "logstore"), run: inLogStore(getLogIndex),
	}),
	logOperation(operation{
		action: "UpdateIndex", method: http.MethodPut, pattern: "/logstores/{logstore}/index", body: func(Behaviour) any { return &LogIndex{} },
		invalidBody: "IndexInfoInvalid", resource: inLogPath("logstore", "logstore"), run: inLogStore(updateLogIndex),
	}),
	logOperation(operation{
		action: "DeleteIndex", method: http.MethodDelete, pattern: "/logstores/{logstore}/index", resource: inLogPath("logstore", "logstore"), run: inLogStore(deleteLogIndex),
	}),
}

// problem names what is wrong with an index, or nothing.
func (x *LogIndex) problem() string {
	if len(x.Keys) == 0 && x.Line == nil {
		return "index config needs line or keys"
	}
	if x.MaxTextLen != 0 && (x.MaxTextLen < 64 || x.MaxTextLen > 16384) {
		return "max_text_len must be within range [64, 16384]"
	}
	types := []string{"text", "long", "double", "json"}
	for name, key := range x.Keys {
		if !slices.Contains(types, key.Type) {
			return fmt.Sprintf("key %s must have a type, one of text, long, double, json", name)
		}
		if key.Type != "json" && len(key.JSONKeys) > 0 {
			return fmt.Sprintf("key %s has json_keys and is of the type %s", name, key.Type)
		}
		for path, inner := range key.JSONKeys {
			if !slices.Contains(types[:3], inner.Type) {
				return fmt.Sprintf("json key %s of %s must have a type, one of text, long, double", path, name)
			}
		}
	}
	if x.Line != nil && len(x.Line.IncludeKeys) > 0 && len(x.Line.ExcludeKeys) > 0 {
		return "include_keys and exclude_keys exclude one another"
	}
	return ""
}

func noLogIndex() *apiError {
	return refuse(http.StatusNotFound, "IndexConfigNotExist", "logstore without index config")
}

// setLogIndex stores the index of the body.
func (cl *call) setLogIndex(s *logStore) (any, *apiError) {
	index := bodyOf[LogIndex](cl)
	if problem := index.problem(); problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	s.Index, s.indexed = index, cl.time
	return nil, nil
}

func createLogIndex(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	if s.Index != nil {
		return nil, refuse(http.StatusBadRequest, "IndexAlreadyExist", "log store index is already exist")
	}
	return cl.setLogIndex(s)
}

func updateLogIndex(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	if s.Index == nil {
		return nil, noLogIndex()
	}
	return cl.setLogIndex(s)
}

// indexObject is an index with what the service adds to it.
type indexObject struct {
	LogIndex
	LastModifyTime int64 `json:"lastModifyTime"`
}

func getLogIndex(_ *call, _ *logProject, s *logStore) (any, *apiError) {
	if s.Index == nil {
		return nil, noLogIndex()
	}
	item := indexObject{LogIndex: *clone(s.Index), LastModifyTime: s.indexed.Unix()}
	if item.TTL == 0 {
		item.TTL = s.TTL
	}
	if item.MaxTextLen == 0 {
		item.MaxTextLen = 2048
	}
	return item, nil
}

// dropIndex deletes the index, and with it what was indexed: an index that is made later finds none of these rows.
func (s *logStore) dropIndex(now time.Time) {
	s.Index, s.indexed = nil, now
	for _, g := range s.groups {
		g.indexed = false
	}
}

func deleteLogIndex(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	if s.Index == nil {
		return nil, noLogIndex()
	}
	s.dropIndex(cl.time)
	return nil, nil
}
