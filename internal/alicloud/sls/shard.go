package sls

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	sdk "github.com/aliyun/aliyun-log-go-sdk"
)

// shard is a shard of a Logstore: a range of MD5 hashes, begin included.
type shard struct {
	id         int
	writable   bool // one that was split or merged only has the rows of before
	begin, end *big.Int
}

func (c *Client) shards(ctx context.Context, project, store string) ([]shard, error) {
	op := read("ListShards", place(project, store))
	var got []*sdk.Shard
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		got, err = client.ListShards(project, store)
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]shard, 0, len(got))
	for _, s := range got {
		begin, ok := new(big.Int).SetString(s.InclusiveBeginKey, 16)
		end, alsoOK := new(big.Int).SetString(s.ExclusiveBeginKey, 16)
		if !ok || !alsoOK {
			return nil, c.unusable(op, "shard %d is of the range %q to %q, which are no hashes", s.ShardID, s.InclusiveBeginKey, s.ExclusiveBeginKey)
		}
		list = append(list, shard{s.ShardID, strings.EqualFold(s.Status, "readwrite"), begin, end})
	}
	return list, nil
}

func writable(list []shard) []shard {
	return slices.DeleteFunc(slices.Clone(list), func(s shard) bool { return !s.writable })
}

func (s shard) width() *big.Int { return new(big.Int).Sub(s.end, s.begin) }

// middle is the hash that halves the shard's range.
func (s shard) middle() string {
	half := new(big.Int).Rsh(s.width(), 1)
	return fmt.Sprintf("%032x", half.Add(half, s.begin))
}

// Shards are the numbers of a Logstore's shards that take rows (ListShards).
func (c *Client) Shards(ctx context.Context, project, store string) (ids []int, err error) {
	list, err := c.shards(ctx, project, store)
	for _, s := range writable(list) {
		ids = append(ids, s.id)
	}
	return ids, err
}

// SplitShard halves the widest of a Logstore's shards that take rows
// (SplitShard), unless there are as many of them as wanted. It returns how many
// there were before.
func (c *Client) SplitShard(ctx context.Context, project, store string, wanted int) (before int, err error) {
	list, err := c.shards(ctx, project, store)
	if err != nil {
		return 0, err
	}
	open := writable(list)
	if before = len(open); before == 0 || before >= wanted {
		return before, nil
	}
	widest := slices.MaxFunc(open, func(a, b shard) int { return cmp.Or(a.width().Cmp(b.width()), b.id-a.id) })
	return before, c.call(ctx, change("SplitShard", place(project, store)), func(client *sdk.Client) error {
		_, err := client.SplitShard(project, store, widest.id, widest.middle())
		return err
	})
}

// HasRows reports whether a Logstore holds rows, in shards that take none any
// more too. It needs no index (ListShards, GetCursor).
func (c *Client) HasRows(ctx context.Context, project, store string) (bool, error) {
	list, err := c.shards(ctx, project, store)
	if err != nil {
		return false, err
	}
	for _, s := range list {
		begin, err := c.cursor(ctx, project, store, s.id, "begin")
		if err != nil {
			return false, err
		}
		end, err := c.cursor(ctx, project, store, s.id, "end")
		if err != nil || begin != end {
			return err == nil, err
		}
	}
	return false, nil
}

// cursor is a place in a shard: begin, end or unix seconds (GetCursor).
func (c *Client) cursor(ctx context.Context, project, store string, shard int, from string) (cursor string, err error) {
	op := read("GetCursor", place(project, store))
	op.RAMAction = "log:GetCursorOrData"
	err = c.call(ctx, op, func(client *sdk.Client) (err error) {
		cursor, err = client.GetCursor(project, store, shard, from)
		return err
	})
	return cursor, err
}
