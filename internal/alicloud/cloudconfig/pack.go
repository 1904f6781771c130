package cloudconfig

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// PackActive is the status of a compliance pack that is built; until then it is CREATING.
const PackActive = "ACTIVE"

// packPending is the answer for a pack that is being created or changed.
const packPending = "CompliancePackAlreadyPending"

// PackPending reports whether a call on a pack was refused because another is under way: it may be made again later.
func PackPending(err error) bool { return alicloud.HasCode(err, packPending) }

// PackRule is a rule of a compliance pack.
type PackRule struct {
	ID         string // empty for one that the service is to make
	Identifier string // of the managed rule
	RiskLevel  int64
}

// Pack is what a compliance pack is set to.
type Pack struct {
	Name, Description string
	RiskLevel         int64
	Rules             []PackRule
	Scope             Scope
	Tags              []Tag
}

// StoredPack is a pack as the service has it (GetCompliancePack).
type StoredPack struct {
	Pack
	ID, Status string
}

type answeredPack struct {
	CompliancePackID   string `json:"CompliancePackId"`
	CompliancePackName string
	Description        string
	RiskLevel          int64
	Status             string
	Scope              answeredScope
	Tags               []Tag
	ConfigRules        []struct {
		ConfigRuleID          string `json:"ConfigRuleId"`
		ManagedRuleIdentifier string
		RiskLevel             int64
	}
}

func (a answeredPack) pack() StoredPack {
	p := StoredPack{
		Pack: Pack{Name: a.CompliancePackName, Description: a.Description, RiskLevel: a.RiskLevel, Scope: a.Scope.scope(), Tags: a.Tags},
		ID:   a.CompliancePackID, Status: a.Status,
	}
	for _, r := range a.ConfigRules {
		p.Rules = append(p.Rules, PackRule{r.ConfigRuleID, r.ManagedRuleIdentifier, r.RiskLevel})
	}
	return p
}

// parameters writes a pack without its rules. whole: also what is empty, so that an update takes it away.
func (p Pack) parameters(whole bool) map[string]string {
	all := map[string]string{"CompliancePackName": p.Name, "RiskLevel": strconv.FormatInt(p.RiskLevel, 10)}
	optional := map[string]string{"Description": p.Description}
	p.Scope.lists(optional)
	for name, value := range optional {
		if whole || value != "" {
			all[name] = value
		}
	}
	p.Scope.tags(all)
	if len(p.Tags) > 0 {
		all["Tag"] = sentTags(p.Tags)
	}
	return all
}

func (p Pack) rules() string {
	type sent struct {
		ConfigRuleID          string `json:"ConfigRuleId,omitempty"`
		ManagedRuleIdentifier string `json:",omitempty"`
		RiskLevel             int64
	}
	rules := make([]sent, 0, len(p.Rules))
	for _, r := range p.Rules {
		rules = append(rules, sent{r.ID, r.Identifier, r.RiskLevel})
	}
	return text(rules)
}

// CreatePack creates a compliance pack with its rules, which are active at once
// (CreateCompliancePack), and returns its ID. It is built afterwards. The same
// token creates it once. Name taken is a Conflict.
func (o Owner) CreatePack(ctx context.Context, p Pack, token string) (string, error) {
	all := p.parameters(false)
	all["ConfigRules"], all["DefaultEnable"], all["ClientToken"] = p.rules(), "true", token
	op := o.sent("CreateCompliancePack", p.Name, all)
	op.Holds = []string{"CompliancePackId"}
	var answer struct {
		CompliancePackID string `json:"CompliancePackId"`
	}
	err := o.client.change(ctx, op, &answer)
	return answer.CompliancePackID, err
}

// UpdatePack sets a compliance pack (UpdateCompliancePack). withRules: also its
// rules, which are these and no others then. A rule with an ID stays the one
// that it is, with its results (INFERRED).
func (o Owner) UpdatePack(ctx context.Context, id string, p Pack, withRules bool) error {
	all := p.parameters(true)
	if all["CompliancePackId"] = id; withRules {
		all["ConfigRules"] = p.rules()
	}
	return o.client.change(ctx, o.sent("UpdateCompliancePack", id, all), nil)
}

// Pack reads a compliance pack with its rules (GetCompliancePack). found is
// false if it, or the account group that had it, is gone.
func (o Owner) Pack(ctx context.Context, id string) (pack StoredPack, found bool, err error) {
	var answer struct{ CompliancePack answeredPack }
	op := o.asked("GetCompliancePack", id, map[string]string{"CompliancePackId": id})
	op.Method = "GET"
	err = o.client.read(ctx, op, "CompliancePack", &answer)
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return pack, false, nil
	case err != nil:
		return pack, false, err
	case answer.CompliancePack.CompliancePackID != id:
		return pack, false, o.client.caller.Malformed(op, fmt.Errorf("it is about compliance pack %q", answer.CompliancePack.CompliancePackID))
	}
	return answer.CompliancePack.pack(), true, nil
}

// Packs lists compliance packs (ListCompliancePacks), without their rules and scopes.
func (o Owner) Packs(ctx context.Context) ([]StoredPack, error) {
	return numbered(ctx, o.client, o.asked("ListCompliancePacks", "", nil), "CompliancePacksResult",
		func(p StoredPack) string { return p.ID },
		func(page json.RawMessage) ([]StoredPack, error) {
			var answer struct{ CompliancePacks []answeredPack }
			err := json.Unmarshal(page, &answer)
			packs := make([]StoredPack, 0, len(answer.CompliancePacks))
			for _, p := range answer.CompliancePacks {
				packs = append(packs, p.pack())
			}
			return packs, err
		})
}

// DetachRule takes a rule out of a compliance pack and keeps it
// (DetachConfigRuleToCompliancePack).
func (o Owner) DetachRule(ctx context.Context, packID, ruleID string) error {
	return o.operateWith(ctx, "DetachConfigRuleToCompliancePack", ruleID, map[string]string{"CompliancePackId": packID})
}

// DeletePack deletes a compliance pack with its rules (DeleteCompliancePacks).
func (o Owner) DeletePack(ctx context.Context, id, token string) error {
	op := o.sent("DeleteCompliancePacks", id, map[string]string{"CompliancePackIds": id, "DeleteRule": "true", "ClientToken": token})
	op.Holds = []string{"OperateCompliancePacksResult"}
	var answer struct {
		OperateCompliancePacksResult struct {
			OperateCompliancePacks []struct {
				CompliancePackID string `json:"CompliancePackId"`
				Success          bool
				ErrorCode        string
			}
		}
	}
	if err := o.client.change(ctx, op, &answer); err != nil {
		return err
	}
	items := []item{}
	for _, i := range answer.OperateCompliancePacksResult.OperateCompliancePacks {
		items = append(items, item{i.CompliancePackID, i.Success, i.ErrorCode})
	}
	return o.client.verdict(op, id, items)
}
