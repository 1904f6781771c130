package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The documented limits.
const (
	maxAggregators = 5
	maxGroupSize   = 200
)

var aggregatorOperations = []operation{
	groupOperation("CreateAggregator", createAggregator,
		parameter{name: "AggregatorName", required: true}, parameter{name: "Description", required: true},
		parameter{name: "AggregatorType", enum: []string{"RD", "FOLDER", "CUSTOM"}}, parameter{name: "AggregatorAccounts"},
		parameter{name: "FolderId"}, parameter{name: "ClientToken"}, parameter{name: "Tag"}),
	groupOperation("UpdateAggregator", updateAggregator,
		parameter{name: "AggregatorId", required: true}, parameter{name: "AggregatorName"}, parameter{name: "Description"},
		parameter{name: "AggregatorAccounts"}, parameter{name: "FolderId"}, parameter{name: "ClientToken"}, parameter{name: "Tag"}),
	groupOperation("GetAggregator", getAggregator, parameter{name: "AggregatorId", required: true}, parameter{name: "Tag"}),
	groupOperation("ListAggregators", listAggregators,
		parameter{name: "MaxResults", kind: "int", min: 1, max: 100, required: true}, parameter{name: "NextToken"}, parameter{name: "Tag"}),
	groupOperation("DeleteAggregators", deleteAggregators, parameter{name: "AggregatorIds"}, parameter{name: "ClientToken"}),
}

// sentAccount is a member of a group in a request.
type sentAccount struct {
	AccountID   int64  `json:"AccountId" jsonschema:"required"`
	AccountName string `json:"AccountName"`
	AccountType string `json:"AccountType" jsonschema:"required,enum=ResourceDirectory"`
}

// aggregator is the group of the call.
func (cl *call) aggregator() (*configHolder, *apiError) {
	a := cl.config.accounts[cl.caller.accountID]
	id := cl.params.Get("AggregatorId")
	at := slices.IndexFunc(a.aggregators, func(h *configHolder) bool { return h.group.AggregatorID == id })
	if at < 0 {
		return nil, invalidValue("AggregatorId")
	}
	return a.aggregators[at], nil
}

// change puts what a request sends into a group and checks the outcome.
func (g *Aggregator) change(cl *call) *apiError {
	var sent []sentAccount
	if err := jsonParameter(cl, "AggregatorAccounts", &sent); err != nil {
		return err
	}
	for name, field := range map[string]*string{"AggregatorName": &g.AggregatorName, "Description": &g.Description, "FolderId": &g.FolderID} {
		if cl.params.Has(name) {
			*field = cl.params.Get(name)
		}
	}
	if sent != nil {
		g.Accounts = nil
	}
	for _, member := range sent {
		id := strconv.FormatInt(member.AccountID, 10)
		if id != cl.directory.MasterAccountID && !cl.isMember(id) || slices.Contains(g.Accounts, id) {
			return invalidValue("AggregatorAccounts")
		}
		g.Accounts = append(g.Accounts, id)
	}
	for _, id := range commaList(g.FolderID) {
		if cl.folder(id) == nil && id != cl.directory.RootFolderID {
			return invalidValue("FolderId")
		}
	}
	tags, err := cl.sentTags()
	if err != nil {
		return err
	}
	if tags != nil {
		g.Tags = tags
	}
	if g.problem() != "" || len(g.Accounts) > maxGroupSize {
		if g.AggregatorType == "FOLDER" {
			return invalidValue("FolderId")
		}
		return invalidValue("AggregatorAccounts")
	}
	return nil
}

func createAggregator(cl *call) (any, *apiError) {
	a := cl.config.accounts[cl.caller.accountID]
	id, err := once(cl, &a.configHolder, func() (string, *apiError) {
		g := &Aggregator{AggregatorType: cl.params.Get("AggregatorType")}
		if g.AggregatorType == "" {
			g.AggregatorType = "CUSTOM"
		}
		if err := g.change(cl); err != nil {
			return "", err
		}
		isTaken := func(is func(*Aggregator) bool) bool {
			return slices.ContainsFunc(a.aggregators, func(h *configHolder) bool { return is(h.group) })
		}
		switch {
		case isTaken(func(other *Aggregator) bool { return other.AggregatorName == g.AggregatorName }):
			return "", configError("AggregatorNameExists", "The specified aggregator name already exists.")
		case len(a.aggregators) >= maxAggregators, g.AggregatorType == "RD" && isTaken(func(other *Aggregator) bool { return other.AggregatorType == "RD" }):
			return "", configError("ExceedMaxAggregatorCount", "The maximum number of aggregators is exceeded.")
		}
		g.AggregatorID = "ca-" + cl.randomID("0123456789abcdef", 20)
		a.aggregators = append(a.aggregators, &configHolder{accountID: a.accountID, group: g, created: cl.time, ready: cl.time.Add(cl.behaviour.configTaskDuration())})
		return g.AggregatorID, nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"RequestId": "", "AggregatorId": id}, nil
}

func updateAggregator(cl *call) (any, *apiError) {
	h, err := cl.aggregator()
	if err != nil {
		return nil, err
	}
	changed := clone(h.group)
	if err := changed.change(cl); err != nil {
		return nil, err
	}
	h.group = changed
	for _, r := range cl.rulesOf(h) {
		cl.start(r, cl.time)
	}
	return map[string]any{"RequestId": "", "AggregatorId": changed.AggregatorID}, nil
}

// accountsOf lists the accounts that a holder of rules covers.
func (c *Cloud) accountsOf(h *configHolder) []string {
	accounts := []string{}
	for _, id := range c.accountOrder {
		if c.inGroup(h, id) {
			accounts = append(accounts, id)
		}
	}
	return accounts
}

// inGroup says whether a holder of rules covers an account.
func (c *Cloud) inGroup(h *configHolder, accountID string) bool {
	switch {
	case h.group == nil:
		return h.accountID == accountID
	case h.group.AggregatorType == "CUSTOM":
		return slices.Contains(h.group.Accounts, accountID)
	case h.group.AggregatorType == "RD":
		return accountID == c.directory.MasterAccountID || c.isMember(accountID)
	}
	return c.isBelow(accountID, commaList(h.group.FolderID))
}

// isBelow says whether a member is in one of the folders or below it.
func (c *Cloud) isBelow(accountID string, folders []string) bool {
	if !c.isMember(accountID) || len(folders) == 0 {
		return false
	}
	if slices.Contains(folders, c.directory.RootFolderID) {
		return true
	}
	return slices.ContainsFunc(c.chain(c.accounts[accountID].account.FolderID), func(f *Folder) bool { return slices.Contains(folders, f.FolderID) })
}

func (h *configHolder) status(cl *call) int {
	if cl.time.Before(h.ready) {
		return 0
	}
	return 1
}

func (h *configHolder) object(cl *call) map[string]any {
	g := h.group
	item := map[string]any{
		"AccountId": accountNumber(h.accountID), "AggregatorId": g.AggregatorID, "AggregatorName": g.AggregatorName, "AggregatorType": g.AggregatorType,
		"Description": g.Description, "AggregatorStatus": h.status(cl), "AggregatorAccountCount": len(cl.accountsOf(h)),
		"AggregatorCreateTimestamp": millis(h.created), "Tags": append([]ConfigTag{}, g.Tags...),
	}
	if g.FolderID != "" {
		item["FolderId"] = g.FolderID
	}
	return item
}

func getAggregator(cl *call) (any, *apiError) {
	h, err := cl.aggregator()
	if err != nil {
		return nil, err
	}
	item := h.object(cl)
	// A string here and a number in the list.
	item["AggregatorCreateTimestamp"] = strconv.FormatInt(millis(h.created), 10)
	members := []map[string]any{}
	for _, id := range cl.accountsOf(h) {
		member := map[string]any{"AccountId": accountNumber(id), "AccountType": "ResourceDirectory", "RecorderStatus": cl.config.accounts[id].recorderStatus(cl.time)}
		account := cl.accounts[id].account
		for _, name := range []*string{account.AccountName, account.DisplayName} {
			if name != nil {
				member["AccountName"] = *name
			}
		}
		members = append(members, member)
	}
	item["AggregatorAccounts"] = members
	return map[string]any{"RequestId": "", "Aggregator": item}, nil
}

func listAggregators(cl *call) (any, *apiError) {
	last, err := cl.configToken()
	if err != nil {
		return nil, err
	}
	wanted, err := cl.sentTags()
	if err != nil {
		return nil, err
	}
	start, _ := strconv.Atoi(last)
	all := []map[string]any{}
	for _, h := range cl.config.accounts[cl.caller.accountID].aggregators {
		if hasTags(h.group.Tags, wanted) {
			all = append(all, h.object(cl))
		}
	}
	start = min(start, len(all))
	end := min(start+number(cl.params, "MaxResults", 10), len(all))
	result := map[string]any{"Aggregators": all[start:end]}
	if end < len(all) {
		result["NextToken"] = cl.nextConfigToken(strconv.Itoa(end))
	}
	return map[string]any{"RequestId": "", "AggregatorsResult": result}, nil
}

// deleteAggregators takes the rules of a group with it.
func deleteAggregators(cl *call) (any, *apiError) {
	ids := commaList(cl.params.Get("AggregatorIds"))
	if len(ids) == 0 {
		return nil, configError("Invalid.AggregatorIds.Empty", "You must specify AggregatorIds.")
	}
	items := []map[string]any{}
	for _, id := range ids {
		item := map[string]any{"AggregatorId": id, "Success": cl.deleteAggregator(cl.caller.accountID, id)}
		if item["Success"] == false {
			item["ErrorCode"] = "Invalid.AggregatorId.Value"
		}
		items = append(items, item)
	}
	return map[string]any{"RequestId": "", "OperateAggregatorsResult": map[string]any{"OperateAggregators": items}}, nil
}

func (c *Cloud) deleteAggregator(accountID, id string) bool {
	a := c.config.accounts[accountID]
	before := len(a.aggregators)
	a.aggregators = slices.DeleteFunc(a.aggregators, func(h *configHolder) bool { return h.group.AggregatorID == id })
	c.dropHolder(func(h *configHolder) bool { return h.group != nil && h.group.AggregatorID == id })
	return len(a.aggregators) < before
}

// DeleteAggregator removes an account group behind the back of every client.
func (c *Cloud) DeleteAggregator(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for accountID := range c.config.accounts {
		if c.deleteAggregator(accountID, id) {
			return nil
		}
	}
	return fmt.Errorf("the account group %s does not exist", strings.TrimSpace(id))
}
