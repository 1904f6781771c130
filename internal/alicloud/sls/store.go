package sls

import (
	"context"
	"encoding/json"

	sdk "github.com/aliyun/aliyun-log-go-sdk"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// LogStore is a Logstore. What it was read with and has no field here goes back
// unchanged with an update.
type LogStore struct {
	Name string
	// TTL is for how many days rows are kept; Forever keeps them.
	TTL int
	// HotTTL is for how many days they stay in hot storage; zero for all. Once set it cannot be cleared, only be as long as TTL.
	HotTTL int
	// InfrequentAccessTTL is for how many days they are in the infrequent access tier after that; what remains is archived. Zero for none.
	InfrequentAccessTTL int
	ShardCount          int // at creation; later only splitting and merging change it
	AutoSplit           bool
	MaxSplitShard       int
	Mode                string // standard or query; cannot be changed
	Encryption          *Encryption

	read *sdk.LogStore
}

// Standard is the mode with SQL.
const Standard = "standard"

// Forever is the TTL that keeps rows for good.
const Forever = 3650

// Encryption says how rows are encrypted at rest. Only Enabled can be changed.
type Encryption struct {
	Enabled bool
	Type    string // default (AES) or m4 (SM4)
	// Key is a customer's key in KMS; empty for the service's own.
	KeyID, RoleARN, Region string
}

// LogStore reads a Logstore (GetLogStore).
func (c *Client) LogStore(ctx context.Context, project, name string) (LogStore, bool, error) {
	op := read("GetLogStore", place(project, name))
	var got *sdk.LogStore
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		got, err = client.GetLogStore(project, name)
		return err
	})
	there, err := found(err)
	switch {
	case err != nil || !there:
		return LogStore{}, false, err
	case got == nil || got.TTL == 0:
		return LogStore{}, false, c.unusable(op, "the answer has no ttl, so it is no Logstore")
	}
	store := LogStore{
		Name: name, TTL: got.TTL, HotTTL: int(got.HotTTL), ShardCount: got.ShardCount, AutoSplit: got.AutoSplit, MaxSplitShard: got.MaxSplitShard, Mode: got.Mode, read: got,
	}
	if got.InfrequentAccessTTL != nil {
		store.InfrequentAccessTTL = int(*got.InfrequentAccessTTL)
	}
	if e := got.EncryptConf; e != nil {
		store.Encryption = &Encryption{Enabled: e.Enable, Type: e.EncryptType}
		if k := e.UserCmkInfo; k != nil {
			store.Encryption.KeyID, store.Encryption.RoleARN, store.Encryption.Region = k.CmkKeyId, k.Arn, k.RegionId
		}
	}
	return store, true, nil
}

// CreateLogStore creates a Logstore (CreateLogStore).
func (c *Client) CreateLogStore(ctx context.Context, project string, store LogStore) error {
	return c.call(ctx, change("CreateLogStore", place(project, store.Name)), func(client *sdk.Client) error {
		return client.CreateLogStoreV2(project, store.wire())
	})
}

// UpdateLogStore changes a Logstore that was read (UpdateLogStore).
func (c *Client) UpdateLogStore(ctx context.Context, project string, store LogStore) error {
	return c.call(ctx, change("UpdateLogStore", place(project, store.Name)), func(client *sdk.Client) error {
		return client.UpdateLogStoreV2(project, store.wire())
	})
}

func (s LogStore) wire() *sdk.LogStore {
	w := &sdk.LogStore{}
	if s.read != nil {
		*w = *s.read
	}
	w.Name, w.TTL, w.HotTTL, w.ShardCount, w.AutoSplit, w.MaxSplitShard, w.Mode = s.Name, s.TTL, days(s.HotTTL), s.ShardCount, s.AutoSplit, s.MaxSplitShard, s.Mode
	if s.InfrequentAccessTTL > 0 || w.InfrequentAccessTTL != nil { // zero takes it away: what is not sent stays (INFERRED)
		infrequent := days(s.InfrequentAccessTTL)
		w.InfrequentAccessTTL = &infrequent
	}
	if w.EncryptConf = nil; s.Encryption != nil {
		w.EncryptConf = &sdk.EncryptConf{Enable: s.Encryption.Enabled, EncryptType: s.Encryption.Type}
		if s.Encryption.KeyID != "" {
			w.EncryptConf.UserCmkInfo = &sdk.EncryptUserCmkConf{CmkKeyId: s.Encryption.KeyID, Arn: s.Encryption.RoleARN, RegionId: s.Encryption.Region}
		}
	}
	return w
}

// DeleteLogStore deletes a Logstore with its rows and its index
// (DeleteLogStore). One that is gone already is no error.
func (c *Client) DeleteLogStore(ctx context.Context, project, name string) error {
	return gone(c.call(ctx, change("DeleteLogStore", place(project, name)), func(client *sdk.Client) error {
		return client.DeleteLogStore(project, name)
	}))
}

// The metering modes.
const (
	ChargeByFunction   = "ChargeByFunction"   // pay by feature
	ChargeByDataIngest = "ChargeByDataIngest" // pay by ingested data
)

// MeteringMode is how a Logstore is charged (GetLogStoreMeteringMode).
func (c *Client) MeteringMode(ctx context.Context, project, store string) (string, error) {
	op := read("GetLogStoreMeteringMode", place(project, store))
	var mode string
	err := c.call(ctx, op, func(client *sdk.Client) error {
		got, err := client.GetLogStoreMeteringMode(project, store)
		if err == nil {
			mode = got.MeteringMode
		}
		return err
	})
	if err == nil && mode == "" {
		err = c.unusable(op, "the answer has no meteringMode")
	}
	return mode, err
}

// SetMeteringMode changes how a Logstore is charged (UpdateLogStoreMeteringMode).
func (c *Client) SetMeteringMode(ctx context.Context, project, store, mode string) error {
	op := change("UpdateLogStoreMeteringMode", place(project, store))
	op.SafeToRepeat = true
	return c.call(ctx, op, func(client *sdk.Client) error { return client.UpdateLogStoreMeteringMode(project, store, mode) })
}

// IndexNotExist is the code for a Logstore without an index: its rows cannot be queried.
const IndexNotExist = "IndexConfigNotExist"

// IsIndexNotFound reports whether err says that a Logstore has no index.
func IsIndexNotFound(err error) bool { return alicloud.HasCode(err, IndexNotExist) }

// Index is a Logstore's index as JSON, as the service gave it (GetIndex); false without one.
func (c *Client) Index(ctx context.Context, project, store string) (string, bool, error) {
	op := read("GetIndex", place(project, store))
	var index string
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		index, err = client.GetIndexString(project, store)
		return err
	})
	if IsIndexNotFound(err) {
		return "", false, nil
	}
	if err == nil && !json.Valid([]byte(index)) {
		err = c.unusable(op, "the index is no JSON")
	}
	return index, err == nil, err
}

// readOnlyOfIndex are the fields that GetIndex adds to what CreateIndex took. That the service refuses them is INFERRED;
// leaving them out is right in either case.
var readOnlyOfIndex = []string{"lastModifyTime", "index_mode", "storage"}

// CreateIndex gives a Logstore an index (CreateIndex); it may be one that Index returned.
func (c *Client) CreateIndex(ctx context.Context, project, store, index string) error {
	return c.call(ctx, change("CreateIndex", place(project, store)), func(client *sdk.Client) error {
		return client.CreateIndexString(project, store, takeable(index))
	})
}

// UpdateIndex replaces a Logstore's index (UpdateIndex). It holds for rows that come after it.
func (c *Client) UpdateIndex(ctx context.Context, project, store, index string) error {
	op := change("UpdateIndex", place(project, store))
	op.SafeToRepeat = true
	return c.call(ctx, op, func(client *sdk.Client) error { return client.UpdateIndexString(project, store, takeable(index)) })
}

func takeable(index string) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(index), &fields) != nil {
		return index
	}
	for _, name := range readOnlyOfIndex {
		delete(fields, name)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return index
	}
	return string(text)
}

// DeleteIndex takes a Logstore's index away (DeleteIndex). One that is gone already is no error.
func (c *Client) DeleteIndex(ctx context.Context, project, store string) error {
	return gone(c.call(ctx, change("DeleteIndex", place(project, store)), func(client *sdk.Client) error {
		return client.DeleteIndex(project, store)
	}))
}
