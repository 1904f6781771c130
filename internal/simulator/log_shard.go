package simulator

import (
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Shards divide the space of MD5 hashes, written as 32 hexadecimal digits.
var (
	firstLogKey = strings.Repeat("0", 32)
	lastLogKey  = strings.Repeat("f", 32)
	logHashKey  = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// logShard is a shard; what was split or merged can only be read.
type logShard struct {
	id         int64
	readOnly   bool
	begin, end string
	created    time.Time
	next       int64 // cursor of the next group of rows
}

var logShardOperations = []operation{
	logOperation(operation{
		action: "ListShards", method: http.MethodGet, pattern: "/logstores/{logstore}/shards", resource: inLogPath("logstore", "logstore"),
		run: inLogStore(func(_ *call, _ *logProject, s *logStore) (any, *apiError) { return shardObjects(s.shards...), nil }),
	}),
	logOperation(operation{
		action: "SplitShard", method: http.MethodPost, pattern: "/logstores/{logstore}/shards/{shard}", at: whereQuery("action", "split"),
		parameters: []parameter{{name: "action"}, {name: "key"}, {name: "shardCount", kind: "int", min: 2, max: 256}},
		resource:   inLogPath("logstore", "logstore"), run: inLogStore(splitLogShard),
	}),
	logOperation(operation{
		action: "MergeShards", method: http.MethodPost, pattern: "/logstores/{logstore}/shards/{shard}", at: whereQuery("action", "merge"),
		parameters: []parameter{{name: "action"}}, resource: inLogPath("logstore", "logstore"), run: inLogStore(mergeLogShards),
	}),
}

// newLogShards divides a range evenly.
func newLogShards(firstID, n int64, begin, end string, now time.Time) []*logShard {
	from, _ := new(big.Int).SetString(begin, 16)
	to, _ := new(big.Int).SetString(end, 16)
	if end == lastLogKey {
		to.Add(to, big.NewInt(1))
	}
	width := new(big.Int).Sub(to, from)
	keys := []string{begin}
	for i := int64(1); i < n; i++ {
		part := new(big.Int).Mul(width, big.NewInt(i))
		keys = append(keys, fmt.Sprintf("%032x", part.Div(part, big.NewInt(n)).Add(part, from)))
	}
	keys = append(keys, end)
	shards := []*logShard{}
	for i := range n {
		shards = append(shards, &logShard{id: firstID + i, begin: keys[i], end: keys[i+1], created: now, next: now.UnixNano()})
	}
	return shards
}

// holds says whether a hash belongs to the shard; the last one includes its end.
func (h *logShard) holds(key string) bool {
	return h.begin <= key && (key < h.end || h.end == lastLogKey)
}

func shardObjects(shards ...*logShard) []map[string]any {
	list := []map[string]any{}
	for _, h := range shards {
		status := "readwrite"
		if h.readOnly {
			status = "readonly"
		}
		list = append(list, map[string]any{
			"shardID": h.id, "status": status, "inclusiveBeginKey": h.begin, "exclusiveEndKey": h.end, "createTime": h.created.Unix(),
		})
	}
	return list
}

// writable are the shards that take rows, in the order of their ranges.
func (s *logStore) writable() []*logShard {
	open := []*logShard{}
	for _, h := range s.shards {
		if !h.readOnly {
			open = append(open, h)
		}
	}
	slices.SortFunc(open, func(a, b *logShard) int { return strings.Compare(a.begin, b.begin) })
	return open
}

func (s *logStore) openShards() int64 { return int64(len(s.writable())) }

func (p *logProject) openShards() int64 {
	n := int64(0)
	for _, s := range p.stores {
		n += s.openShards()
	}
	return n
}

// shard is the shard of the path.
func (s *logStore) shard(cl *call) *logShard {
	id, err := strconv.ParseInt(cl.path["shard"], 10, 64)
	for _, h := range s.shards {
		if err == nil && h.id == id {
			return h
		}
	}
	return nil
}

func splitLogShard(cl *call, p *logProject, s *logStore) (any, *apiError) {
	h := s.shard(cl)
	if h == nil || h.readOnly {
		return nil, refuse(http.StatusBadRequest, logInvalid, "invalid shard id")
	}
	key, n := cl.params.Get("key"), int64(number(cl.params, "shardCount", 2))
	if key != "" && (!logHashKey.MatchString(key) || key <= h.begin || !h.holds(key) || cl.params.Has("shardCount")) {
		return nil, refuse(http.StatusBadRequest, logInvalid, "invalid mid hash")
	}
	if p.openShards()+n-1 > maxLogShards {
		return nil, refuse(http.StatusBadRequest, "ProjectQuotaExceed", "Project Quota Exceed")
	}
	made := newLogShards(int64(len(s.shards)), n, h.begin, h.end, cl.time)
	if key != "" {
		made[0].end, made[1].begin = key, key
	}
	h.readOnly = true
	s.shards = append(s.shards, made...)
	return shardObjects(append([]*logShard{h}, made...)...), nil
}

func mergeLogShards(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	h := s.shard(cl)
	if h == nil || h.readOnly {
		return nil, refuse(http.StatusBadRequest, logInvalid, "invalid shard id")
	}
	for _, right := range s.writable() {
		if right.begin == h.end {
			made := newLogShards(int64(len(s.shards)), 1, h.begin, right.end, cl.time)
			h.readOnly, right.readOnly = true, true
			s.shards = append(s.shards, made...)
			return shardObjects(made[0], h, right), nil
		}
	}
	return nil, refuse(http.StatusBadRequest, logInvalid, "can not merge the last shard")
}

// isShardWrite tells rows that are sent to shards from calls that change shards.
func isShardWrite(project string, q url.Values) bool { return project != "" && !q.Has("action") }
