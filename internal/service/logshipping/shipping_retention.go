package logshipping

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

// Tags of the project write down, before the first change, what destroy puts back; a Logstore's name follows.
const (
	ttlTag   = "ackguard:ttl:"
	indexTag = "ackguard:index:"
	indexOn  = "on"
	indexOff = "off"
)

// Summaries are the same for every resource, so that the CLI shows a fleet's warnings as one.
const (
	heldBack     = "Source keeps its rows, for they were not seen to arrive"
	indexUnknown = "Index of a source is not known; the standard index will be made instead"
	notRetained  = "Retention of a source could not be changed"
	tagLeft      = "Source of a deleted job still keeps rows for a short time"
)

// readRetention reads as much of the source's retention as the block manages.
func (m *shippingModel) readRetention(ctx context.Context, data *providerdata.Data, diags *diag.Diagnostics) {
	r := m.retention(ctx, diags)
	project, name := m.Project.ValueString(), m.LogStore.ValueString()
	failed := func(what string, err error) bool {
		if err != nil {
			diags.Append(diagnostic.Error("Reading "+what+" of the Logstore "+project+"/"+name, err))
		}
		return err != nil
	}
	if set(r.Days) {
		store, found, err := data.Observed.LogStore(ctx, m.scope(), project, name)
		if failed("the retention", err) {
			return
		}
		if r.Days = types.Int64Null(); found {
			r.Days = types.Int64Value(int64(store.TTL))
		}
	}
	if set(r.IndexEnabled) {
		_, on, err := data.Observed.LogIndex(ctx, m.scope(), project, name)
		if failed("the index", err) {
			return
		}
		r.IndexEnabled = types.BoolValue(on)
	}
	if !m.SourceRetention.IsNull() {
		m.setRetention(ctx, r, diags)
	}
}

// source is the retention of the job's source in the course of one operation.
type source struct {
	*shippingOperation
	tags  map[string]string
	store sls.LogStore
	index string // as JSON
	on    bool   // whether there is an index
}

// look reads what the source keeps, and what the tags say; its index only where that matters.
func (s *source) look(ctx context.Context, index bool) (found bool, err error) {
	project, name := s.Project.ValueString(), s.LogStore.ValueString()
	var noTags, noIndex error
	var reads sync.WaitGroup
	reads.Go(func() { s.tags, noTags = s.client.Tags(ctx, project) })
	if index {
		reads.Go(func() { s.index, s.on, noIndex = s.client.Index(ctx, project, name) })
	}
	s.store, found, err = s.client.LogStore(ctx, project, name)
	reads.Wait()
	if err != nil || !found {
		return found, err
	}
	return true, cmp.Or(noTags, noIndex)
}

func (s *source) ttlKey() string   { return ttlTag + s.LogStore.ValueString() }
func (s *source) indexKey() string { return indexTag + s.LogStore.ValueString() }

// retain makes the source keep what is planned. What makes it keep less waits until rows were seen to arrive.
func (c *shippingOperation) retain(ctx context.Context, before shippingModel, diags *diag.Diagnostics) {
	wanted, was := c.retention(ctx, diags), before.retention(ctx, diags)
	taken := func(is, was interface {
		IsNull() bool
		IsUnknown() bool
	}) bool {
		return set(was) && !set(is)
	}
	if days, index := taken(wanted.Days, was.Days), taken(wanted.IndexEnabled, was.IndexEnabled); days || index {
		if c.restore(ctx, days, index, diags); diags.HasError() {
			return
		}
	}
	if !set(wanted.Days) && !set(wanted.IndexEnabled) || !c.creating && c.SourceRetention.Equal(before.SourceRetention) {
		return
	}
	s := &source{shippingOperation: c}
	found, err := s.look(ctx, set(wanted.IndexEnabled))
	if err == nil && !found {
		err = fmt.Errorf("the Logstore %s is not in project %s any more", c.LogStore.ValueString(), c.Project.ValueString())
	}
	if err == nil {
		err = s.keep(ctx, wanted, diags)
	}
	if err == nil {
		return
	}
	d := diagnostic.Error(fmt.Sprintf("Changing the retention of the Logstore %s/%s", c.Project.ValueString(), c.LogStore.ValueString()), err)
	if c.creating || settle.Interrupted(err) {
		diags.AddWarning(notRetained, fmt.Sprintf("%s: %s The job stays; the next apply tries again.", d.Summary(), d.Detail()))
		return
	}
	diags.Append(d)
}

// keep writes down what is there, and changes it.
func (s *source) keep(ctx context.Context, wanted retentionModel, diags *diag.Diagnostics) error {
	days, off, on := s.store.TTL, false, false
	if set(wanted.Days) {
		days = int(wanted.Days.ValueInt64())
	}
	if set(wanted.IndexEnabled) {
		off, on = s.on && !wanted.IndexEnabled.ValueBool(), !s.on && wanted.IndexEnabled.ValueBool()
	}
	if verified := !s.Verify.ValueBool() || !s.Enabled.ValueBool() || s.Verified.ValueBool(); !verified && (days < s.store.TTL || off) {
		diags.AddWarning(heldBack, fmt.Sprintf("The Logstore %s/%s goes on keeping rows for %d days, with its index: nothing may be lost of what did not arrive in the archive. %s "+
			"The next plan shows the difference, and applying it verifies the job once more. To shorten it regardless, set verify = false.",
			s.Project.ValueString(), s.LogStore.ValueString(), s.store.TTL, s.Verification.ValueString()))
		days, off = max(days, s.store.TTL), false
	}
	if err := s.writeDown(ctx, days, off, on); err != nil {
		return err
	}
	if err := s.setDays(ctx, days); err != nil {
		return err
	}
	switch {
	case off:
		s.IndexBefore = types.StringValue(s.index)
		return s.dropIndex(ctx)
	case on:
		return s.makeIndex(ctx, s.remembered(diags))
	case set(wanted.IndexEnabled) && !wanted.IndexEnabled.ValueBool() && s.tags[s.indexKey()] == indexOn && !set(s.IndexBefore):
		s.IndexBefore = types.StringValue(s.remembered(diags))
	}
	return nil
}

// writeDown tags the project with what destroy is to put back. A tag that is there is of an earlier run, or of another
// block, and stands for what was there before that.
func (s *source) writeDown(ctx context.Context, days int, off, on bool) error {
	tags := map[string]string{}
	if s.tags[s.ttlKey()] == "" && days != s.store.TTL {
		tags[s.ttlKey()] = strconv.Itoa(s.store.TTL)
	}
	if s.tags[s.indexKey()] == "" && (off || on) {
		tags[s.indexKey()] = map[bool]string{true: indexOn, false: indexOff}[s.on]
	}
	if len(tags) == 0 {
		return nil
	}
	return s.client.SetTags(ctx, s.Project.ValueString(), tags)
}

// restore puts back what the tags say, for days, index or both, and takes the tags off.
func (c *shippingOperation) restore(ctx context.Context, days, index bool, diags *diag.Diagnostics) {
	if !days && !index {
		return
	}
	s := &source{shippingOperation: c}
	found, err := s.look(ctx, index)
	if err == nil && found {
		err = s.restore(ctx, days, index, diags)
	}
	if err == nil {
		return
	}
	d := diagnostic.Error(fmt.Sprintf("Restoring the retention of the Logstore %s/%s", c.Project.ValueString(), c.LogStore.ValueString()), err)
	diags.Append(d)
}

func (s *source) restore(ctx context.Context, days, index bool, diags *diag.Diagnostics) error {
	var keys []string
	if was, err := strconv.Atoi(s.tags[s.ttlKey()]); days && err == nil {
		if err := s.setDays(ctx, was); err != nil {
			return err
		}
		keys = append(keys, s.ttlKey())
	}
	if was := s.tags[s.indexKey()]; index && was != "" {
		var err error
		switch {
		case was == indexOn && !s.on:
			err = s.makeIndex(ctx, s.remembered(diags))
		case was == indexOff && s.on:
			err = s.dropIndex(ctx)
		}
		if err != nil {
			return err
		}
		keys = append(keys, s.indexKey())
		s.IndexBefore = types.StringNull()
	}
	if len(keys) == 0 {
		return nil
	}
	return s.client.RemoveTags(ctx, s.Project.ValueString(), keys)
}

// remembered is the index that was taken away, or the standard one where that is not known.
func (s *source) remembered(diags *diag.Diagnostics) string {
	if set(s.IndexBefore) {
		return s.IndexBefore.ValueString()
	}
	standard, err := auditIndex(nil).Into("")
	if err != nil { // an index of our own can be encoded
		panic(err)
	}
	if s.tags[s.indexKey()] == indexOn {
		diags.AddWarning(indexUnknown, fmt.Sprintf("The Logstore %s/%s had an index before this resource, by a tag of its project, and has none now. An earlier run was stopped after it had taken it away, and what it was is not known any more.",
			s.Project.ValueString(), s.LogStore.ValueString()))
	}
	return standard
}

// setDays changes for how long rows are kept.
func (s *source) setDays(ctx context.Context, days int) error {
	if s.store.TTL == days {
		return nil
	}
	store := s.store
	store.TTL = days
	o := lifecycle.Object[sls.LogStore]{
		Place: "the Logstore " + s.Project.ValueString() + "/" + s.LogStore.ValueString(), Clock: s.Clock, Timeout: s.Timeout,
		Read: func(ctx context.Context) (sls.LogStore, bool, error) {
			return s.client.LogStore(ctx, s.Project.ValueString(), s.LogStore.ValueString())
		},
		Difference: func(is sls.LogStore) string {
			if is.TTL != days {
				return fmt.Sprintf("it keeps rows for %d days, not %d", is.TTL, days)
			}
			return ""
		},
	}
	err := o.Settled(ctx, s.client.UpdateLogStore(ctx, s.Project.ValueString(), store))
	if err == nil {
		s.store = store
	}
	return err
}

// indexObject is the source's index, which is to be there.
func (s *source) indexObject() lifecycle.Object[string] {
	return lifecycle.Object[string]{
		Place: "the index of the Logstore " + s.Project.ValueString() + "/" + s.LogStore.ValueString(), Clock: s.Clock, Timeout: s.Timeout,
		Read: func(ctx context.Context) (string, bool, error) {
			return s.client.Index(ctx, s.Project.ValueString(), s.LogStore.ValueString())
		},
		Difference: func(string) string { return "" },
	}
}

func (s *source) makeIndex(ctx context.Context, index string) error {
	o := s.indexObject()
	return o.Settled(ctx, s.client.CreateIndex(ctx, s.Project.ValueString(), s.LogStore.ValueString(), index))
}

func (s *source) dropIndex(ctx context.Context) error {
	o := s.indexObject()
	err := s.client.DeleteIndex(ctx, s.Project.ValueString(), s.LogStore.ValueString())
	if !lifecycle.MayHaveHappened(err) {
		return err
	}
	if gone := o.Gone(ctx); err == nil || gone == nil {
		return gone
	}
	return err
}

// warnLeft says what is left of a job that somebody deleted: its source may keep rows for a short time still.
func (c *shippingOperation) warnLeft(ctx context.Context, diags *diag.Diagnostics) {
	if c.SourceRetention.IsNull() {
		return
	}
	s := &source{shippingOperation: c}
	if tags, err := c.client.Tags(ctx, c.Project.ValueString()); err == nil && tags[s.ttlKey()] != "" {
		diags.AddWarning(tagLeft, fmt.Sprintf("%s is gone, and its source %s kept rows for %s days before it. The next apply makes it anew and goes on from there; if the block is to go, put the days back by hand and take the tag %s off the project.",
			diagnostic.UpperFirst(c.Place), c.LogStore.ValueString(), tags[s.ttlKey()], s.ttlKey()))
	}
}
