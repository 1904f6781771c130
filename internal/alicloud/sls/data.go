package sls

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aliyun/aliyun-log-go-sdk"
	"github.com/gogo/protobuf/proto"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Put writes one row (PutLogs). It may be written twice if its answer gets lost.
func (c *Client) Put(ctx context.Context, project, store string, at time.Time, fields map[string]string) error {
	row := &sdk.Log{Time: proto.Uint32(seconds(at))}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		row.Contents = append(row.Contents, &sdk.LogContent{Key: proto.String(key), Value: proto.String(fields[key])})
	}
	op := change("PutLogs", place(project, store))
	op.RAMAction, op.SafeToRepeat = "log:PostLogStoreLogs", true
	return c.call(ctx, op, func(client *sdk.Client) error {
		return client.PutLogs(project, store, &sdk.LogGroup{Topic: proto.String(""), Source: proto.String(""), Logs: []*sdk.Log{row}})
	})
}

// Query is a search, with an analysis after a pipe or without.
type Query struct {
	From, To time.Time // From included, To not, in whole seconds
	Text     string
	Limit    int  // of a search without analysis; at most 100
	Newest   bool // the newest rows first, of a search without analysis
	Offset   int  // how many rows of a search without analysis to pass over
}

// maxLines is the most rows that a search without analysis gives at once.
const maxLines = 100

// EachRow passes the rows that a search without analysis finds to visit, page after page, until it returns false (GetLogs).
func (c *Client) EachRow(ctx context.Context, project, store string, q Query, visit func(map[string]string) bool) error {
	for q.Limit = maxLines; ; q.Offset += maxLines {
		rows, err := c.Logs(ctx, project, store, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if !visit(row) {
				return nil
			}
		}
		if len(rows) < maxLines {
			return nil
		}
	}
}

// maxIncomplete is how often a query that the service did not finish is asked again: it answers with what it has so far.
const maxIncomplete = 20

// Logs are the rows that a query finds (GetLogs). The row's time is in
// __time__. A result that stays incomplete is an error, for what is missing
// would look like absence.
func (c *Client) Logs(ctx context.Context, project, store string, q Query) ([]map[string]string, error) {
	op := read("GetLogs", place(project, store))
	op.RAMAction = "log:GetLogStoreLogs"
	for range maxIncomplete {
		var got *sdk.GetLogsV3Response
		err := c.call(ctx, op, func(client *sdk.Client) (err error) {
			got, err = client.GetLogsV3(project, store, &sdk.GetLogRequest{
				From: q.From.Unix(), To: q.To.Unix(), Query: q.Text, Lines: int64(q.Limit), Offset: int64(q.Offset), Reverse: q.Newest,
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(got.Meta.Progress, "Complete") {
			return got.Logs, nil
		}
	}
	return nil, c.caller.Refused(op, "", "the service did not finish the query: narrow its time range")
}

// Newest is when the newest row of a Logstore arrived, over all shards; false
// if it holds none. It needs no index (GetCursor, PullLogs).
func (c *Client) Newest(ctx context.Context, project, store string) (time.Time, bool, error) {
	shards, err := c.Shards(ctx, project, store)
	if err != nil {
		return time.Time{}, false, err
	}
	var newest time.Time
	for _, shard := range shards {
		at, there, err := c.newestOfShard(ctx, project, store, shard)
		if err != nil {
			return time.Time{}, false, err
		}
		if there && at.After(newest) {
			newest = at
		}
	}
	return newest, !newest.IsZero(), nil
}

// newestOfShard asks for the time of the cursor before the end, which the SDK
// reckons from the end's.
func (c *Client) newestOfShard(ctx context.Context, project, store string, shard int) (at time.Time, there bool, err error) {
	begin, err := c.cursor(ctx, project, store, shard, "begin")
	if err != nil {
		return at, false, err
	}
	end, err := c.cursor(ctx, project, store, shard, "end")
	if err != nil || begin == end {
		return at, false, err
	}
	err = c.call(ctx, timeOfCursor(project, store), func(client *sdk.Client) (err error) {
		at, err = client.GetPrevCursorTime(project, store, shard, end)
		return err
	})
	return at, err == nil, err
}

// FirstSince is when the first row of those arrived that came at a time or later,
// over all shards; the zero time is for all. False if there is none. It needs
// no index (GetCursor, GetCursorTime).
func (c *Client) FirstSince(ctx context.Context, project, store string, since time.Time) (first time.Time, there bool, err error) {
	shards, err := c.Shards(ctx, project, store)
	if err != nil {
		return first, false, err
	}
	from := "begin"
	if !since.IsZero() {
		from = strconv.FormatInt(since.Unix(), 10)
	}
	for _, shard := range shards {
		at, found, err := c.firstOfShard(ctx, project, store, shard, from)
		if err != nil {
			return first, false, err
		}
		if found && (!there || at.Before(first)) {
			first, there = at, true
		}
	}
	return first, there, nil
}

func (c *Client) firstOfShard(ctx context.Context, project, store string, shard int, from string) (at time.Time, there bool, err error) {
	start, err := c.cursor(ctx, project, store, shard, from)
	if err != nil {
		return at, false, err
	}
	end, err := c.cursor(ctx, project, store, shard, "end")
	if err != nil || start == end {
		return at, false, err
	}
	err = c.call(ctx, timeOfCursor(project, store), func(client *sdk.Client) (err error) {
		at, err = client.GetCursorTime(project, store, shard, start)
		return err
	})
	return at, err == nil, err
}

func timeOfCursor(project, store string) alicloud.Operation {
	op := read("GetCursorTime", place(project, store))
	op.RAMAction = "log:GetCursorOrData"
	return op
}
