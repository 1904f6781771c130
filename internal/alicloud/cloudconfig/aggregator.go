package cloudconfig

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Types of an account group.
const (
	AggregatorDirectory = "RD"     // the whole resource directory
	AggregatorFolder    = "FOLDER" // what is below folders
	AggregatorCustom    = "CUSTOM" // accounts that are named
)

// AggregatorLimit is the answer for an account that has as many account groups
// as it may have, or an RD group already. No page lists the code.
const AggregatorLimit = "ExceedMaxAggregatorCount"

// States of an account group.
const (
	aggregatorReady    = 1 // it is built
	aggregatorDeleting = 2
)

// Aggregator is what an account group is set to.
type Aggregator struct {
	Name, Description, Type string
	AccountIDs              []string // of a CUSTOM group
	FolderIDs               []string // of a FOLDER group
	Tags                    []Tag
}

// StoredAggregator is an account group as the service has it (GetAggregator).
type StoredAggregator struct {
	Aggregator
	ID, AccountID string
	Ready         bool // it is built
	Deleting      bool // it is as good as gone
	// Members are all accounts in it; only GetAggregator tells them.
	Members []Member
}

// Member is an account in a group.
type Member struct {
	AccountID, Name string
	// RecorderStatus is REGISTERED where Cloud Config records; empty where the service does not say.
	RecorderStatus string
}

type answeredAggregator struct {
	AccountID          json.Number `json:"AccountId"`
	AggregatorID       string      `json:"AggregatorId"`
	AggregatorName     string
	AggregatorType     string
	AggregatorStatus   int
	Description        string
	FolderID           string `json:"FolderId"`
	AggregatorAccounts []struct {
		AccountID      json.Number `json:"AccountId"`
		AccountName    string
		RecorderStatus string
	}
	Tags []Tag
}

func (a answeredAggregator) aggregator() StoredAggregator {
	s := StoredAggregator{
		Aggregator: Aggregator{Name: a.AggregatorName, Description: a.Description, Type: a.AggregatorType, FolderIDs: CommaList(a.FolderID), Tags: a.Tags},
		ID:         a.AggregatorID, AccountID: a.AccountID.String(), Ready: a.AggregatorStatus == aggregatorReady, Deleting: a.AggregatorStatus == aggregatorDeleting,
	}
	for _, m := range a.AggregatorAccounts {
		s.Members = append(s.Members, Member{m.AccountID.String(), m.AccountName, m.RecorderStatus})
		if s.Type == AggregatorCustom {
			s.AccountIDs = append(s.AccountIDs, m.AccountID.String())
		}
	}
	return s
}

// parameters writes a group. The names of the accounts may be left out: the directory has them.
func (a Aggregator) parameters() map[string]string {
	p := map[string]string{"AggregatorName": a.Name, "Description": a.Description}
	if a.Type == AggregatorFolder {
		p["FolderId"] = commas(a.FolderIDs)
	}
	if a.Type == AggregatorCustom {
		type account struct {
			AccountID   json.Number `json:"AccountId"`
			AccountType string
		}
		accounts := []account{}
		for _, id := range a.AccountIDs {
			accounts = append(accounts, account{json.Number(id), "ResourceDirectory"})
		}
		p["AggregatorAccounts"] = text(accounts)
	}
	if len(a.Tags) > 0 {
		p["Tag"] = sentTags(a.Tags)
	}
	return p
}

// CreateAggregator creates an account group (CreateAggregator) and returns its
// ID. It is built afterwards. Name taken is a Conflict.
func (c *Client) CreateAggregator(ctx context.Context, a Aggregator, token string) (string, error) {
	p := a.parameters()
	p["AggregatorType"], p["ClientToken"] = a.Type, token
	op := c.Of("").sent("CreateAggregator", a.Name, p)
	op.Holds = []string{"AggregatorId"}
	var answer struct {
		AggregatorID string `json:"AggregatorId"`
	}
	err := c.change(ctx, op, &answer)
	return answer.AggregatorID, err
}

// UpdateAggregator sets an account group: all of it but the type.
func (c *Client) UpdateAggregator(ctx context.Context, id string, a Aggregator) error {
	p := a.parameters()
	p["AggregatorId"] = id
	return c.change(ctx, c.Of("").sent("UpdateAggregator", id, p), nil)
}

// Aggregator reads an account group with its members (GetAggregator). One that
// is being deleted is gone.
func (c *Client) Aggregator(ctx context.Context, id string) (a StoredAggregator, found bool, err error) {
	var answer struct{ Aggregator answeredAggregator }
	op := c.Of("").asked("GetAggregator", id, map[string]string{"AggregatorId": id})
	err = c.read(ctx, op, "Aggregator", &answer)
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return a, false, nil
	case err != nil:
		return a, false, err
	case answer.Aggregator.AggregatorID != id:
		return a, false, c.caller.Malformed(op, fmt.Errorf("it is about account group %q", answer.Aggregator.AggregatorID))
	}
	a = answer.Aggregator.aggregator()
	return a, !a.Deleting, nil
}

// Aggregators lists the account groups (ListAggregators), without their members.
func (c *Client) Aggregators(ctx context.Context) ([]StoredAggregator, error) {
	var all []StoredAggregator
	err := tokened(ctx, c, c.Of("").asked("ListAggregators", "", nil), "AggregatorsResult", func(page json.RawMessage) error {
		var answer struct{ Aggregators []answeredAggregator }
		err := json.Unmarshal(page, &answer)
		for _, a := range answer.Aggregators {
			all = append(all, a.aggregator())
		}
		return err
	})
	return all, err
}

// DeleteAggregator deletes an account group (DeleteAggregators), with all that
// it has.
func (c *Client) DeleteAggregator(ctx context.Context, id string) error {
	op := c.Of("").sent("DeleteAggregators", id, map[string]string{"AggregatorIds": id})
	op.Holds = []string{"OperateAggregatorsResult"}
	var answer struct {
		OperateAggregatorsResult struct {
			OperateAggregators []struct {
				AggregatorID string `json:"AggregatorId"`
				Success      bool
				ErrorCode    string
			}
		}
	}
	if err := c.change(ctx, op, &answer); err != nil {
		return err
	}
	items := []item{}
	for _, i := range answer.OperateAggregatorsResult.OperateAggregators {
		items = append(items, item{i.AggregatorID, i.Success, i.ErrorCode})
	}
	return c.verdict(op, id, items)
}
