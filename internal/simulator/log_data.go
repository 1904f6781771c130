package simulator

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxPulledGroups is the documented limit of PullLogs.
const maxPulledGroups = 1000

var logDataOperations = []operation{
	putLogsTo("/logstores/{logstore}", func(project string, _ url.Values) bool { return project != "" }),
	putLogsTo("/logstores/{logstore}/shards/lb", isShardWrite),
	putLogsTo("/logstores/{logstore}/shards/route", isShardWrite, parameter{name: "key", required: true}),
	logOperation(operation{
		action: "GetCursor", ramAction: "GetCursorOrData", method: http.MethodGet, pattern: "/logstores/{logstore}/shards/{shard}", at: whereQuery("type", "cursor"),
		parameters: []parameter{{name: "type"}, {name: "from", required: true}}, resource: inLogPath("logstore", "logstore"), run: inLogStore(getLogCursor),
	}),
	logOperation(operation{
		action: "GetCursorTime", ramAction: "GetCursorOrData", method: http.MethodGet, pattern: "/logstores/{logstore}/shards/{shard}", at: whereQuery("type", "cursor_time"),
		parameters: []parameter{{name: "type"}, {name: "cursor", required: true}}, resource: inLogPath("logstore", "logstore"), run: inLogStore(getLogCursorTime),
	}),
	logOperation(operation{
		action: "PullLogs", ramAction: "GetCursorOrData", method: http.MethodGet, pattern: "/logstores/{logstore}/shards/{shard}", at: whereQuery("type", "logs"),
		parameters: []parameter{
			{name: "type"}, {name: "cursor", required: true}, {name: "count", kind: "int", min: 1, max: maxPulledGroups, required: true}, {name: "end_cursor"},
			{name: "query", refused: true}, {name: "pullMode", refused: true}, {name: "processor", refused: true},
		},
		resource: inLogPath("logstore", "logstore"), run: inLogStore(pullLogs),
	}),
}

func putLogsTo(pattern string, at func(string, url.Values) bool, parameters ...parameter) operation {
	return logOperation(operation{
		action: "PutLogs", ramAction: "PostLogStoreLogs", method: http.MethodPost, pattern: pattern, at: at, takesAny: true,
		parameters: append(parameters, parameter{name: "processor", refused: true}), resource: inLogPath("logstore", "logstore"), run: inLogStore(putLogs),
	})
}

// logGroup is what one request wrote.
type logGroup struct {
	shard    *logShard
	cursor   int64
	number   int64 // among all groups that the Logstore ever got
	received time.Time
	indexed  bool // there was an index when it came
	logRows
}

// add stores rows that one request wrote, in a shard.
func (s *logStore) add(rows logRows, shard *logShard, received time.Time) {
	if len(rows.entries) == 0 {
		return
	}
	// Rows of several jobs may come out of order when they pass more than one.
	if n := len(s.groups); n > 0 && received.Before(s.groups[n-1].received) {
		received = s.groups[n-1].received
	}
	s.groups = append(s.groups, &logGroup{shard: shard, cursor: shard.next, number: s.arrived, received: received, indexed: s.Index != nil, logRows: rows})
	shard.next++
	s.arrived++
}

// nextShard spreads rows that name no shard evenly.
func (s *logStore) nextShard() *logShard {
	open := s.writable()
	s.turn++
	return open[(s.turn-1)%len(open)]
}

// receive stores one row as if a request had written it.
func (s *logStore) receive(row *LogRow, received time.Time) {
	entry := logEntry{time: uint32(row.Time)} //nolint:gosec // the wire has 32 bits
	for _, name := range slices.Sorted(maps.Keys(row.Fields)) {
		entry.contents = append(entry.contents, logPair{name, row.Fields[name]})
	}
	s.add(logRows{topic: row.Topic, source: row.Source, entries: []logEntry{entry}}, s.nextShard(), received)
}

// expire lets go the rows that were received longer ago than the store keeps them.
func (s *logStore) expire(now time.Time) {
	if s.TTL >= logForever || len(s.groups) == 0 {
		return
	}
	oldest := now.Add(-time.Duration(s.TTL) * 24 * time.Hour)
	kept := 0
	for kept < len(s.groups) && s.groups[kept].received.Before(oldest) {
		kept++
	}
	s.groups = s.groups[kept:]
}

// rows are all rows, in the order of their arrival; tags of their group are fields too.
func (s *logStore) rows() []LogRow {
	var rows []LogRow
	for _, g := range s.groups {
		for i, entry := range g.entries {
			rows = append(rows, LogRow{Time: int64(entry.time), Topic: g.topic, Source: g.source, Fields: g.fields(i)})
		}
	}
	return rows
}

// fields are those of one row, with the tags of the group.
func (g *logGroup) fields(row int) map[string]string {
	fields := map[string]string{}
	for _, tag := range g.tags {
		fields["__tag__:"+tag.key] = tag.value
	}
	for _, pair := range g.entries[row].contents {
		fields[pair.key] = pair.value
	}
	return fields
}

var zstdDecoder, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBody), zstd.WithDecoderConcurrency(1))

var zstdEncoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))

// logBody undoes the compression of a request.
func (cl *call) logBody() ([]byte, *apiError) {
	size, err := strconv.Atoi(cl.header.Get("x-log-bodyrawsize"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "MissingBodyRawSize", "x-log-bodyrawsize does not exist in header when it is necessary.")
	}
	if size > maxBody {
		return nil, refuse(http.StatusBadRequest, "PostBodyTooLarge", "Body size %d must little than %d.", size, maxBody)
	}
	raw := cl.raw
	switch kind := cl.header.Get("x-log-compresstype"); kind {
	case "":
	case "lz4":
		raw = make([]byte, size)
		n, err := lz4.UncompressBlock(cl.raw, raw)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "PostBodyUncompressError", "Failed to decompress body with %s: %v", kind, err)
		}
		raw = raw[:n]
	case "zstd":
		if raw, err = zstdDecoder.DecodeAll(cl.raw, nil); err != nil {
			return nil, refuse(http.StatusBadRequest, "PostBodyUncompressError", "Failed to decompress body with %s: %v", kind, err)
		}
	case "deflate":
		return nil, notSimulated("the compression deflate of PutLogs is not simulated")
	default:
		return nil, refuse(http.StatusBadRequest, "InvalidCompressType", "x-log-compresstype %s is unsupported.", kind)
	}
	if len(raw) != size {
		return nil, refuse(http.StatusBadRequest, "PostBodyUncompressError", "x-log-bodyrawsize is %d, the body has %d bytes", size, len(raw))
	}
	return raw, nil
}

func putLogs(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	if kind := cl.header.Get("Content-Type"); kind != "application/x-protobuf" {
		return nil, refuse(http.StatusUnsupportedMediaType, "InvalidContentType", "Content-Type %s is unsupported.", kind)
	}
	raw, refusal := cl.logBody()
	if refusal != nil {
		return nil, refusal
	}
	rows, err := decodeLogRows(raw)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "PostBodyInvalid", "Protobuffer content cannot be parsed: %v", err)
	}
	shard := s.nextShard()
	if key := strings.ToLower(cl.params.Get("key")); key != "" {
		if !logHashKey.MatchString(key) {
			return nil, refuse(http.StatusBadRequest, logInvalid, "the hash key %q is no MD5", key)
		}
		open := s.writable()
		shard = open[slices.IndexFunc(open, func(h *logShard) bool { return h.holds(key) })]
	}
	s.add(rows, shard, cl.time)
	return nil, nil
}

// theShard is the shard of the path.
func (s *logStore) theShard(cl *call) (*logShard, *apiError) {
	if h := s.shard(cl); h != nil {
		return h, nil
	}
	return nil, refuse(http.StatusNotFound, "ShardNotExist", "Shard %s does not exist", cl.path["shard"])
}

// in are the groups of a shard.
func (s *logStore) in(h *logShard) []*logGroup {
	groups := []*logGroup{}
	for _, g := range s.groups {
		if g.shard == h {
			groups = append(groups, g)
		}
	}
	return groups
}

func encodeLogCursor(n int64) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(n, 10)))
}

func decodeLogCursor(text string) (int64, *apiError) {
	plain, err := base64.StdEncoding.DecodeString(text)
	n, bad := strconv.ParseInt(string(plain), 10, 64)
	if err != nil || bad != nil {
		return 0, refuse(http.StatusBadRequest, "InvalidCursor", "Cursor %s is invalid", text)
	}
	return n, nil
}

func getLogCursor(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	h, err := s.theShard(cl)
	if err != nil {
		return nil, err
	}
	from := cl.params.Get("from")
	seconds, bad := strconv.ParseInt(from, 10, 64)
	if bad != nil && from != "begin" && from != "end" {
		return nil, refuse(http.StatusBadRequest, logInvalid, "from is %q, want begin, end or unix seconds", from)
	}
	at := h.next
	for _, g := range s.in(h) {
		if from == "begin" || bad == nil && g.received.Unix() >= seconds {
			at = g.cursor
			break
		}
	}
	return map[string]any{"cursor": encodeLogCursor(at)}, nil
}

// getLogCursorTime answers when what a cursor points to was received; past the last row it is now.
func getLogCursorTime(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	h, err := s.theShard(cl)
	if err != nil {
		return nil, err
	}
	at, err := decodeLogCursor(cl.params.Get("cursor"))
	if err != nil {
		return nil, err
	}
	received := cl.time
	for _, g := range s.in(h) {
		if g.cursor >= at {
			received = g.received
			break
		}
	}
	return map[string]any{"cursor_time": received.Unix()}, nil
}

func pullLogs(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	h, err := s.theShard(cl)
	if err != nil {
		return nil, err
	}
	next, err := decodeLogCursor(cl.params.Get("cursor"))
	if err != nil {
		return nil, err
	}
	end := h.next
	if text := cl.params.Get("end_cursor"); text != "" {
		if end, err = decodeLogCursor(text); err != nil {
			return nil, err
		}
	}
	var list []byte
	n := 0
	for _, g := range s.in(h) {
		if g.cursor < next || g.cursor >= end || n >= number(cl.params, "count", 1) {
			continue
		}
		list = g.appendTo(list)
		next, n = g.cursor+1, n+1
	}
	header := map[string]string{
		"Content-Type": "application/x-protobuf", "x-log-cursor": encodeLogCursor(next), "x-log-bodyrawsize": strconv.Itoa(len(list)), "x-log-count": strconv.Itoa(n),
	}
	if n > 0 {
		header["x-log-read-last-cursor"] = strconv.FormatInt(next-1, 10)
	}
	answer := rawAnswer{header: header, body: list}
	if n > 0 {
		answer.compress(cl.header.Get("Accept-Encoding"))
	}
	return answer, nil
}

// lz4Block compresses to one raw block. What cannot be compressed becomes literals, which the library leaves to its callers.
func lz4Block(data []byte) []byte {
	out := make([]byte, lz4.CompressBlockBound(len(data)))
	if n, err := lz4.CompressBlock(data, out, nil); err == nil && n > 0 {
		return out[:n]
	}
	if len(data) < 15 {
		return append([]byte{byte(len(data) << 4)}, data...) //nolint:gosec // four bits
	}
	block, rest := []byte{0xf0}, len(data)-15
	for ; rest >= 255; rest -= 255 {
		block = append(block, 255)
	}
	return append(append(block, byte(rest)), data...) //nolint:gosec // below 255
}

// LogRows returns copies of all rows of a Logstore, in the order of their arrival.
func (c *Cloud) LogRows(project, store string) []LogRow {
	s, _ := c.LogStore(project, store)
	return s.Rows
}

// AppendLogRows writes rows as if a client had done so now; rows without a time are of now, less their age.
func (c *Cloud) AppendLogRows(project, store string, rows ...LogRow) error {
	return c.behindLogStore(project, store, func(_ *logProject, s *logStore, now time.Time) error {
		for i := range rows {
			row := *clone(&rows[i])
			if _, err := time.ParseDuration(row.Age); row.Age != "" && err != nil {
				return fmt.Errorf("the age %q of row %d is no duration", row.Age, i)
			}
			if row.Time == 0 {
				row.Time = now.Add(-duration(row.Age)).Unix()
			}
			s.receive(&row, now)
		}
		return nil
	})
}
