package configrule

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// packOperation is one create, read, update or delete of a pack.
type packOperation struct {
	lifecycle.Object[cloudconfig.StoredPack]
	api    cloudconfig.Owner
	id     string
	wanted cloudconfig.Pack
	// ours are the IDs of the rules that were made for the pack, by key; "" for one that was not read back yet.
	ours map[string]string
	last cloudconfig.StoredPack // as it was compared last
}

func (r *baselineResource) operation(ctx context.Context, m baselineModel, timeout time.Duration, diags *diag.Diagnostics) *packOperation {
	c := &packOperation{
		api: m.api(r.data, diags), id: m.CompliancePackID.ValueString(), wanted: m.toAPI(ctx, diags), ours: stringsOf(ctx, m.Rules, diags),
	}
	name := m.Name.ValueString()
	if name == "" {
		name = c.id
	}
	name = fmt.Sprintf("the compliance pack %q %s", name, m.place())
	c.Object = lifecycle.Object[cloudconfig.StoredPack]{
		Name: name, Place: name, Kind: "a compliance pack", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read:       func(ctx context.Context) (cloudconfig.StoredPack, bool, error) { return c.api.Pack(ctx, c.id) },
		Difference: c.difference,
	}
	return c
}

// Create implements resource.Resource.
func (r *baselineResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m baselineModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.EffectiveRiskLevels.IsUnknown() { // the account or the rules were not known when planning
		m.level(ctx, r, baselineModel{}, &resp.Diagnostics)
	}
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Observed.ForgetConfig(m.AccountID.ValueString())

	made := creation[cloudconfig.StoredPack]{
		Object: &c.Object,
		create: func(ctx context.Context, token string) (string, error) { return c.api.CreatePack(ctx, c.wanted, token) },
		find: func(ctx context.Context) (string, error) {
			packs, err := c.api.Packs(ctx)
			for _, pack := range packs {
				if pack.Name == c.wanted.Name {
					return pack.ID, nil
				}
			}
			return "", err
		},
		// The rules' names come from the pack's, so a second pack may be refused for them and not for its own.
		looksFirst: true,
		ready:      func(pack cloudconfig.StoredPack) bool { return pack.Status == cloudconfig.PackActive },
		found:      func(id string) { c.id = id },
		importID:   m.importID,
	}
	id, ok := made.run(ctx, &resp.Diagnostics)
	if id == "" {
		return
	}
	m.CompliancePackID = types.StringValue(id)
	if !ok || c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	m.Rules = c.rulesAfter(nil)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, baselineIdentity{m.owner, m.CompliancePackID}, &resp.Diagnostics)
}

// rulesAfter are the IDs of the wanted rules after a change, with what could not be deleted.
func (c *packOperation) rulesAfter(left map[string]string) types.Map {
	ids := maps.Clone(left)
	if ids == nil {
		ids = map[string]string{}
	}
	is := c.byKey(c.last.Rules)
	for _, w := range c.wanted.Rules {
		ids[w.Identifier] = is[w.Identifier].ID // empty where it was not read back: the next read fills it in
	}
	elements := map[string]attr.Value{}
	for key, id := range ids {
		elements[key] = types.StringValue(id)
	}
	return types.MapValueMust(types.StringType, elements)
}

// byKey names the rules of a pack by their identifiers. One without, or a
// second one of the same, goes by its ID: somebody added it.
func (c *packOperation) byKey(rules []cloudconfig.PackRule) map[string]cloudconfig.PackRule {
	keyed := map[string]cloudconfig.PackRule{}
	for _, ours := range []bool{true, false} {
		for _, rule := range rules {
			key := rule.Identifier
			if (rule.ID != "" && c.ours[key] == rule.ID) != ours {
				continue
			}
			if _, taken := keyed[key]; taken || key == "" {
				key = rule.ID
			}
			keyed[key] = rule
		}
	}
	return keyed
}

// Read implements resource.Resource.
func (r *baselineResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m baselineModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	pack, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cloudconfig.StoredPack, bool, error) {
		return r.data.Observed.ConfigPack(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString(), c.id)
	}, &resp.Diagnostics)
	var ours map[string]string
	if err == nil && found {
		ours, err = r.ours(ctx, m, c, pack)
	}
	scoped.StoreIdentity(ctx, resp.Identity, baselineIdentity{m.owner, m.CompliancePackID}, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	m.fromAPI(pack, c.byKey(pack.Rules), ours)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, baselineIdentity{m.owner, m.CompliancePackID}, &resp.Diagnostics)
}

// ours are the rules that were made for the pack and are still there: in it, or
// taken out of it, so that they have to come back or to be deleted. All rules
// of a pack that is imported are.
func (r *baselineResource) ours(ctx context.Context, m baselineModel, c *packOperation, pack cloudconfig.StoredPack) (map[string]string, error) {
	is, ours := c.byKey(pack.Rules), map[string]string{}
	for key, rule := range is {
		if _, known := c.ours[key]; known || m.Rules.IsNull() {
			ours[key] = rule.ID
		}
	}
	outside := maps.Clone(c.ours)
	maps.DeleteFunc(outside, func(key, id string) bool { _, inside := is[key]; return inside || id == "" })
	if len(outside) == 0 {
		return ours, nil
	}
	rules, err := r.data.Observed.ConfigRules(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString())
	for _, rule := range rules {
		for key, id := range outside {
			if rule.ID == id && rule.State != cloudconfig.RuleDeleting && (rule.PackID == "" || rule.PackID == c.id) {
				ours[key] = id
			}
		}
	}
	return ours, err
}

// Update implements resource.Resource.
func (r *baselineResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before baselineModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	if m.EffectiveRiskLevels.IsUnknown() {
		m.level(ctx, r, before, &resp.Diagnostics)
	}
	timeout, diags := m.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	stored := r.operation(ctx, before, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Observed.ForgetConfig(m.AccountID.ValueString())

	c.ours = stored.ours
	if err := c.match(ctx, stored.wanted); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Updating "+c.Name, err))
		return
	}
	was := cloudconfig.StoredPack{Pack: stored.wanted, Status: cloudconfig.PackActive}
	if c.difference(was) != "" {
		withRules := c.rulesDiffer(was).String() != ""
		changed := c.patiently(ctx, func(ctx context.Context) error { return c.api.UpdatePack(ctx, c.id, c.wanted, withRules) })
		if !c.Stands("Updating", lifecycle.ReadNext, c.Settled(ctx, changed), &resp.Diagnostics) {
			return
		}
	} else if !c.Stands("Reading", lifecycle.ReadNext, c.Settled(ctx, nil), &resp.Diagnostics) {
		return
	}
	others := c.others()
	if !c.Interrupted && c.Stands("Deleting rules of", lifecycle.ReadNext, c.cleared(ctx, others), &resp.Diagnostics) && !c.Interrupted {
		others = nil
	}
	m.Rules = c.rulesAfter(others) // what could not be deleted stays in it, and the next apply tries again
	scoped.Store(ctx, &resp.State, &m, resp.Identity, baselineIdentity{m.owner, m.CompliancePackID}, &resp.Diagnostics)
}

// patiently makes a call again while the pack refuses it because another operation is under way.
func (c *packOperation) patiently(ctx context.Context, call func(context.Context) error) (changed error) {
	// What the waiting comes to says less than the refusal.
	_ = settle.Until(ctx, c.Clock, c.Timeout, func(ctx context.Context) (string, error) {
		if changed = call(ctx); cloudconfig.PackPending(changed) {
			return "has another operation under way", nil
		}
		return "", nil
	})
	return changed
}

// match finds the rules that the pack has and that are wanted, so that they
// stay the rules that they are, with their results. Those that somebody added
// it takes out and keeps: what was not made for the pack is not deleted with it.
func (c *packOperation) match(ctx context.Context, stored cloudconfig.Pack) error {
	is := map[string]cloudconfig.PackRule{}
	if slices.ContainsFunc(stored.Rules, func(r cloudconfig.PackRule) bool { return c.ours[r.Identifier] == "" }) {
		pack, found, err := c.Read(ctx)
		if err != nil || !found {
			return err
		}
		is = c.byKey(pack.Rules)
	}
	wanted := map[string]bool{}
	for i, w := range c.wanted.Rules {
		if wanted[w.Identifier] = true; c.ours[w.Identifier] != "" {
			c.wanted.Rules[i].ID = c.ours[w.Identifier]
		} else {
			c.wanted.Rules[i].ID = is[w.Identifier].ID
		}
	}
	for key, rule := range is {
		if _, ours := c.ours[key]; ours || wanted[key] {
			continue
		}
		if err := c.api.DetachRule(ctx, c.id, rule.ID); err != nil && !alicloud.Is(err, alicloud.NotFound) {
			return err
		}
	}
	return nil
}

// others are the rules that were made for the pack and are not wanted any more.
func (c *packOperation) others() map[string]string {
	others := maps.Clone(c.ours)
	maps.DeleteFunc(others, func(_, id string) bool { return id == "" })
	for _, w := range c.wanted.Rules {
		delete(others, w.Identifier)
	}
	return others
}

// cleared sees to it that rules which were made for the pack are gone: the
// service deletes them with the pack, or leaves them standing (INFERRED: both
// are understood). Until they are gone, their names are taken.
func (c *packOperation) cleared(ctx context.Context, ours map[string]string) error {
	if len(ours) == 0 {
		return nil
	}
	ids, deleted := slices.Collect(maps.Values(ours)), map[string]bool{}
	err := settle.Until(ctx, c.Clock, c.Timeout, func(ctx context.Context) (string, error) {
		rules, err := c.api.Rules(ctx, cloudconfig.RuleFilter{})
		if err != nil {
			return "", err
		}
		var there []string
		for _, rule := range rules {
			if !slices.Contains(ids, rule.ID) || rule.PackID != "" && rule.PackID != c.id {
				continue // somebody put it elsewhere
			}
			there = append(there, rule.ID)
			if rule.State == cloudconfig.RuleDeleting || rule.PackID == c.id || deleted[rule.ID] {
				continue
			}
			if err := c.api.DeleteRule(ctx, rule.ID); err != nil && !alicloud.Is(err, alicloud.NotFound) {
				return "", err
			}
			deleted[rule.ID] = true
		}
		if there != nil {
			return "has " + strings.Join(there, ", "), nil
		}
		return "", nil
	})
	if err != nil {
		return fmt.Errorf("the service accepted the change of %s, but of the rules that it is not to have any more %w", c.Place, err)
	}
	return nil
}

// Delete implements resource.Resource.
func (r *baselineResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m baselineModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Observed.ForgetConfig(m.AccountID.ValueString())

	stored := c.wanted
	c.wanted.Rules = nil
	if err := c.match(ctx, stored); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Deleting "+c.Name, err))
		return
	}
	token := rand.Text()
	err := c.patiently(ctx, func(ctx context.Context) error { return c.api.DeletePack(ctx, c.id, token) })
	if err == nil {
		err = c.Gone(ctx)
	}
	if err == nil || alicloud.Is(err, alicloud.NotFound) {
		err = c.cleared(ctx, c.others())
	}
	c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// difference lists what of a pack is not as planned.
func (c *packOperation) difference(is cloudconfig.StoredPack) string {
	c.last = is
	var d differences
	w := c.wanted
	d.Compare("compliance_pack_name", is.Name, w.Name)
	d.Compare("description", is.Description, w.Description)
	d.Compare("risk_level", is.RiskLevel, w.RiskLevel)
	d.List = append(d.List, c.rulesDiffer(is).List...)
	d.scope(is.Scope, w.Scope)
	d.tags("tags", is.Tags, w.Tags)
	d.Compare("the status", is.Status, cloudconfig.PackActive)
	return d.String()
}

func (c *packOperation) rulesDiffer(is cloudconfig.StoredPack) (d differences) {
	there, wanted := c.byKey(is.Rules), c.byKey(c.wanted.Rules)
	d.Sets("rule_ids", slices.Collect(maps.Keys(there)), slices.Collect(maps.Keys(wanted)))
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		if rule, ok := there[key]; ok {
			d.Compare(fmt.Sprintf("effective_risk_levels[%q]", key), rule.RiskLevel, wanted[key].RiskLevel)
		}
	}
	return d
}

func (m baselineModel) toAPI(ctx context.Context, diags *diag.Diagnostics) cloudconfig.Pack {
	p := cloudconfig.Pack{
		Name: m.Name.ValueString(), Description: m.Description.ValueString(), RiskLevel: m.RiskLevel.ValueInt64(),
		Scope: m.scopes.toAPI(ctx, diags), Tags: tagMapFrom(ctx, m.Tags, diags),
	}
	levels := levelsOf(ctx, m.EffectiveRiskLevels, diags)
	for _, id := range texts(ctx, m.RuleIDs, diags) {
		p.Rules = append(p.Rules, cloudconfig.PackRule{Identifier: id, RiskLevel: levels[id]})
	}
	return p
}

func (m *baselineModel) fromAPI(p cloudconfig.StoredPack, rules map[string]cloudconfig.PackRule, ours map[string]string) {
	m.Name, m.Description, m.RiskLevel = types.StringValue(p.Name), value.OrNull(p.Description), types.Int64Value(p.RiskLevel)
	m.RuleIDs = setOf(slices.Collect(maps.Keys(rules)))
	levels := map[string]int64{}
	for key, rule := range rules {
		levels[key] = rule.RiskLevel
	}
	m.EffectiveRiskLevels = levelsTo(levels)
	elements := map[string]attr.Value{}
	for key, id := range ours {
		elements[key] = types.StringValue(id)
	}
	m.Rules = types.MapValueMust(types.StringType, elements)
	m.scopes, m.Tags = scopesFrom(p.Scope), tagMapTo(p.Tags)
}
