package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// logConsumer is a consumer group of a Logstore. Only data transformations have one; its name begins with etl-.
type logConsumer struct {
	name   string
	from   time.Time             // rows that were received earlier are left out
	next   int64                 // number of the first group of rows that has not been read
	shards map[*logShard]logRead // how far each shard was read
}

// logRead is the checkpoint of a shard.
type logRead struct {
	cursor int64
	at     time.Time
}

// logConsumerTimeout is what a consumer group has, in seconds.
const logConsumerTimeout = 60

func inConsumerPath(cl *call) string {
	group := cmp.Or(cl.path["group"], "*")
	return cl.logResource(cl.path["project"], "logstore", cl.path["logstore"], "consumergroup", group)
}

var logConsumerOperations = []operation{
	logOperation(operation{
		action: "ListConsumerGroups", ramAction: "ListConsumerGroup", method: http.MethodGet, pattern: "/logstores/{logstore}/consumergroups",
		at: func(project string, _ url.Values) bool { return project != "" }, resource: inConsumerPath, run: inLogStore(listLogConsumers),
	}),
	logOperation(operation{
		action: "GetConsumerGroupCheckPoint", method: http.MethodGet, pattern: "/logstores/{logstore}/consumergroups/{group}",
		at: func(project string, _ url.Values) bool { return project != "" }, parameters: []parameter{{name: "shard", kind: "int", min: 0, max: 1 << 30}},
		resource: inConsumerPath, run: inLogStore(getLogCheckPoint),
	}),
}

func listLogConsumers(_ *call, _ *logProject, s *logStore) (any, *apiError) {
	list := []map[string]any{}
	for _, g := range s.consumers {
		list = append(list, map[string]any{"name": g.name, "timeout": logConsumerTimeout, "order": false})
	}
	return list, nil
}

func getLogCheckPoint(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	g := s.consumer(cl.path["group"])
	if g == nil {
		return nil, refuse(http.StatusNotFound, "ConsumerGroupNotExist", "consumer group not exist")
	}
	list := []map[string]any{}
	for _, h := range s.shards {
		if wanted := cl.params.Get("shard"); wanted != "" && wanted != strconv.FormatInt(h.id, 10) {
			continue
		}
		read, started := g.shards[h]
		if !started {
			continue
		}
		list = append(list, map[string]any{
			"shard": h.id, "checkpoint": encodeLogCursor(read.cursor), "updateTime": read.at.UnixMicro(), "consumer": g.name + "_0",
		})
	}
	return list, nil
}

func (s *logStore) consumer(name string) *logConsumer {
	for _, g := range s.consumers {
		if g.name == name {
			return g
		}
	}
	return nil
}

// consume makes a consumer group that starts with the first row that was received at a time or later.
func (s *logStore) consume(name string, from, now time.Time) *logConsumer {
	g := &logConsumer{name: name, from: from, next: s.arrived, shards: map[*logShard]logRead{}}
	for _, group := range slices.Backward(s.groups) {
		if group.received.Before(from) {
			break
		}
		g.next = group.number
	}
	for _, h := range s.shards {
		g.shards[h] = logRead{h.next, now}
	}
	for _, group := range slices.Backward(s.groups) {
		if group.number >= g.next {
			g.shards[group.shard] = logRead{group.cursor, now}
		}
	}
	s.consumers = append(s.consumers, g)
	return g
}

func (s *logStore) dropConsumer(name string) {
	s.consumers = slices.DeleteFunc(s.consumers, func(g *logConsumer) bool { return g.name == name })
}

// read says that a group of rows has been read.
func (g *logConsumer) read(rows *logGroup, at time.Time) {
	g.next = rows.number + 1
	g.shards[rows.shard] = logRead{rows.cursor + 1, at}
}
