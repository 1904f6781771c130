package configrule

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// ruleOperation is one create, read, update or delete of a rule.
type ruleOperation struct {
	lifecycle.Object[cloudconfig.StoredRule]
	api    cloudconfig.Owner
	id     string
	wanted cloudconfig.Rule
	status string
	// regardless: the status does not matter, for it is set later.
	regardless bool
	forget     func()
}

func (r *ruleResource) operation(ctx context.Context, m ruleModel, timeout time.Duration, diags *diag.Diagnostics) *ruleOperation {
	c := &ruleOperation{
		api: m.api(r.data, diags), id: m.ConfigRuleID.ValueString(), wanted: m.toAPI(ctx, diags), status: m.Status.ValueString(),
		forget: func() { r.data.Observed.ForgetConfig(m.AccountID.ValueString()) },
	}
	name := m.RuleName.ValueString()
	if name == "" {
		name = c.id
	}
	c.Object = lifecycle.Object[cloudconfig.StoredRule]{
		Name: fmt.Sprintf("the Cloud Config rule %q %s", name, m.place()), Place: fmt.Sprintf("the Cloud Config rule %q %s", name, m.place()),
		Kind: "a Cloud Config rule", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read:       func(ctx context.Context) (cloudconfig.StoredRule, bool, error) { return c.api.Rule(ctx, c.id) },
		Difference: c.difference,
	}
	return c
}

// Create implements resource.Resource.
func (r *ruleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m ruleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.RuleName.IsUnknown() || m.RiskLevel.IsUnknown() || m.TriggerTypes.IsUnknown() { // the account or the identifier was not known when planning
		m.fill(defaultsOf(ctx, r.data, m.AccountID.ValueString(), m.SourceIdentifier.ValueString(), path.Root("source_identifier"), &resp.Diagnostics), &resp.Diagnostics)
	}
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	c.regardless = true
	made := creation[cloudconfig.StoredRule]{
		Object: &c.Object,
		create: func(ctx context.Context, token string) (string, error) { return c.api.CreateRule(ctx, c.wanted, token) },
		find: func(ctx context.Context) (string, error) {
			rules, err := c.api.Rules(ctx, cloudconfig.RuleFilter{Name: c.wanted.Name})
			for _, rule := range rules {
				if rule.Name == c.wanted.Name && rule.State != cloudconfig.RuleDeleting {
					return rule.ID, nil
				}
			}
			return "", err
		},
		found:    func(id string) { c.id = id },
		importID: m.importID,
		complete: func(ctx context.Context, rule cloudconfig.StoredRule) error {
			m.ConfigRuleARN = types.StringValue(rule.ARN)
			return c.setStatus(ctx, rule)
		},
	}
	id, ok := made.run(ctx, &resp.Diagnostics)
	if id == "" {
		return
	}
	m.ConfigRuleID = types.StringValue(id)
	if m.ConfigRuleARN.IsUnknown() {
		m.ConfigRuleARN = types.StringNull()
	}
	if !ok || c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	scoped.Store(ctx, &resp.State, &m, resp.Identity, ruleIdentity{m.owner, m.ConfigRuleID}, &resp.Diagnostics)
}

// setStatus starts or stops the rule if it is not as planned, and waits for it.
func (c *ruleOperation) setStatus(ctx context.Context, rule cloudconfig.StoredRule) error {
	c.regardless = false
	if ruleStatus(rule) == c.status {
		return nil
	}
	return c.Settled(ctx, c.api.SetRuleActive(ctx, c.id, c.status == cloudconfig.RuleActive))
}

// Read implements resource.Resource.
func (r *ruleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m ruleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	unread := moved.Account(ctx, r.data, &m.AccountID, &resp.Diagnostics)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	rule, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cloudconfig.StoredRule, bool, error) {
		return r.data.Observed.ConfigRule(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString(), c.id)
	}, &resp.Diagnostics)
	if err == nil && !found && unread {
		resp.Diagnostics.Append(moved.Elsewhere("the Cloud Config rule "+c.id, m.place(), "ACCOUNT_ID/"+c.id))
		return
	}
	scoped.StoreIdentity(ctx, resp.Identity, ruleIdentity{m.owner, m.ConfigRuleID}, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	m.fromAPI(rule)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, ruleIdentity{m.owner, m.ConfigRuleID}, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *ruleResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before ruleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	stored := r.operation(ctx, before, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	was := cloudconfig.StoredRule{Rule: stored.wanted, State: stored.status}
	c.regardless = true
	if c.difference(was) != "" {
		if !c.Stands("Updating", lifecycle.ReadNext, c.Settled(ctx, c.api.UpdateRule(ctx, c.id, c.wanted)), &resp.Diagnostics) {
			return
		}
	}
	if !c.Interrupted && !c.Stands("Changing the status of", lifecycle.ReadNext, c.setStatus(ctx, was), &resp.Diagnostics) {
		return
	}
	if !m.Triggers.IsNull() && !m.Triggers.Equal(before.Triggers) {
		if err := c.api.StartEvaluation(ctx, c.id); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("Evaluating "+c.Name, err))
			m.Triggers = before.Triggers // the next apply tries it again
		}
	}
	scoped.Store(ctx, &resp.State, &m, resp.Identity, ruleIdentity{m.owner, m.ConfigRuleID}, &resp.Diagnostics)
}

// ruleInPack is the answer for a rule that only goes with its compliance pack.
const ruleInPack = "ConfigRuleCanNotDelete"

// Delete implements resource.Resource.
func (r *ruleResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m ruleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	err := c.api.DeleteRule(ctx, c.id)
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return
	case alicloud.HasCode(err, ruleInPack):
		pack := "a compliance pack"
		if rule, found, readErr := c.Read(ctx); readErr == nil && found && rule.PackID != "" {
			pack = fmt.Sprintf("the compliance pack %s (%s)", rule.PackName, rule.PackID)
		}
		resp.Diagnostics.AddError("Rule belongs to a compliance pack", fmt.Sprintf(
			"%s belongs to %s and cannot be deleted while it does: take it out of the pack or delete the pack, or take the resource out of the state with terraform state rm.\n\n%s.", diagnostic.UpperFirst(c.Name), pack, err))
		return
	case err == nil:
		err = c.Gone(ctx)
	}
	c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// difference lists what of a rule is not as planned.
func (c *ruleOperation) difference(is cloudconfig.StoredRule) string {
	var d differences
	w := c.wanted
	d.Compare("source_identifier", is.SourceIdentifier, w.SourceIdentifier)
	d.Compare("rule_name", is.Name, w.Name)
	d.Compare("description", is.Description, w.Description)
	d.Compare("risk_level", is.RiskLevel, w.RiskLevel)
	d.Compare("config_rule_trigger_types", is.Triggers, w.Triggers)
	d.Compare("maximum_execution_frequency", is.Frequency, w.Frequency)
	d.Sets("input_parameters", pairs(is.InputParameters), pairs(w.InputParameters))
	d.Sets("resource_types_scope", is.ResourceTypes, w.ResourceTypes)
	d.scope(is.Scope, w.Scope)
	d.Compare("resource_name_scope", is.ResourceNames, w.ResourceNames)
	d.Compare("tag_key_logic_scope", is.TagKeyLogic, w.TagKeyLogic)
	d.Sets("account_ids_scope", is.AccountIDs, w.AccountIDs)
	d.Sets("exclude_account_ids_scope", is.ExcludeAccountIDs, w.ExcludeAccountIDs)
	d.Sets("folder_ids_scope", is.FolderIDs, w.FolderIDs)
	d.Sets("exclude_folder_ids_scope", is.ExcludeFolderIDs, w.ExcludeFolderIDs)
	d.tags("tags", is.Tags, w.Tags)
	if !c.regardless {
		d.Compare("status", ruleStatus(is), c.status)
	}
	return d.String()
}

func pairs(m map[string]string) (list []string) {
	for key, value := range m {
		list = append(list, key+"="+value)
	}
	return list
}

// ruleStatus is a rule's state as the argument status has it: one that is being evaluated is active.
func ruleStatus(rule cloudconfig.StoredRule) string {
	if rule.State == cloudconfig.RuleEvaluating {
		return cloudconfig.RuleActive
	}
	return rule.State
}

func (m ruleModel) toAPI(ctx context.Context, diags *diag.Diagnostics) cloudconfig.Rule {
	return cloudconfig.Rule{
		Name: m.RuleName.ValueString(), Description: m.Description.ValueString(), SourceIdentifier: m.SourceIdentifier.ValueString(),
		RiskLevel: m.RiskLevel.ValueInt64(), Triggers: m.TriggerTypes.ValueString(), Frequency: m.Frequency.ValueString(),
		InputParameters: stringsOf(ctx, m.InputParameters, diags), ResourceTypes: texts(ctx, m.ResourceTypes, diags),
		Scope:         m.scopes.toAPI(ctx, diags),
		ResourceNames: m.ResourceName.ValueString(), TagKeyLogic: m.TagKeyLogic.ValueString(),
		AccountIDs: texts(ctx, m.AccountIDs, diags), ExcludeAccountIDs: texts(ctx, m.ExcludeAccountIDs, diags),
		FolderIDs: texts(ctx, m.FolderIDs, diags), ExcludeFolderIDs: texts(ctx, m.ExcludeFolderIDs, diags),
		Tags: tagMapFrom(ctx, m.Tags, diags),
	}
}

func (m *ruleModel) fromAPI(r cloudconfig.StoredRule) {
	m.ConfigRuleARN, m.SourceIdentifier, m.RuleName = types.StringValue(r.ARN), types.StringValue(r.SourceIdentifier), types.StringValue(r.Name)
	m.Description, m.RiskLevel = value.OrNull(r.Description), types.Int64Value(r.RiskLevel)
	m.TriggerTypes, m.Frequency = types.StringValue(r.Triggers), value.OrNull(r.Frequency)
	m.InputParameters, m.ResourceTypes = mapOf(r.InputParameters), setOf(r.ResourceTypes)
	m.scopes = scopesFrom(r.Scope)
	m.ResourceName, m.TagKeyLogic = value.OrNull(r.ResourceNames), types.StringValue(r.TagKeyLogic)
	m.AccountIDs, m.ExcludeAccountIDs = setOf(r.AccountIDs), setOf(r.ExcludeAccountIDs)
	m.FolderIDs, m.ExcludeFolderIDs = setOf(r.FolderIDs), setOf(r.ExcludeFolderIDs)
	m.Tags, m.Status = tagMapTo(r.Tags), types.StringValue(ruleStatus(r))
}
