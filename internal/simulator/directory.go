package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

const version2022 = "2022-04-19"

var pageParameters = []parameter{
	{name: "PageNumber", kind: "int", min: 1, max: 1 << 30},
	{name: "PageSize", kind: "int", min: 1, max: 100},
}

var memberFilters = []parameter{
	{name: "IncludeTags", kind: "bool"},
	{name: "QueryKeyword", versions: []string{version2022}},
	{name: "Tag.*.Key"},
	{name: "Tag.*.Value"},
}

// directoryOperations is ResourceDirectoryMaster 2022-04-19 and its older twin, resourcemanager 2020-03-31.
var directoryOperations = []operation{
	directoryOperation("ListAccounts", "account/*", listAccounts, slices.Concat(pageParameters, memberFilters, []parameter{
		{name: "MaxResults", kind: "int", min: 1, max: 100, versions: []string{version2022}},
		{name: "NextToken", versions: []string{version2022}},
	})...),
	directoryOperation("ListAccountsForParent", "account/*", listAccountsForParent,
		slices.Concat(pageParameters, memberFilters, []parameter{{name: "ParentFolderId"}})...),
	directoryOperation("ListFoldersForParent", "folder/*", listFoldersForParent,
		slices.Concat(pageParameters, []parameter{
			{name: "ParentFolderId"}, {name: "QueryKeyword"}, {name: "Tag.*.Key", refused: true}, {name: "Tag.*.Value", refused: true},
		})...),
	directoryOperation("GetResourceDirectory", "resourcedirectory/*", getResourceDirectory),
	directoryOperation("GetAccount", "account/*", getAccount, parameter{name: "AccountId", required: true}, parameter{name: "IncludeTags", kind: "bool"}),
	directoryOperation("GetFolder", "folder/*", getFolder, parameter{name: "FolderId", required: true}),
	directoryOperation("ListAncestors", "folder/*", listAncestors, parameter{name: "ChildId", required: true}),
	directoryOperation("ListDelegatedAdministrators", "delegatedadministrator/*", listDelegatedAdministrators,
		append(slices.Clone(pageParameters), parameter{name: "ServicePrincipal"})...),
}

// directoryOperation adds what all calls of the directory share: the RAM resource, and that only the management account
// or a delegated administrator may call.
func directoryOperation(action, resource string, run func(*call) (any, *apiError), parameters ...parameter) operation {
	return operation{
		product: ProductResourceDirectory, action: action, parameters: parameters, ramProduct: "resourcemanager",
		resource: func(cl *call) string { return "acs:resourcemanager:*:" + cl.caller.accountID + ":" + resource },
		run: func(cl *call) (any, *apiError) {
			rd, caller := cl.directory, cl.caller
			if rd == nil || caller.accountID != rd.MasterAccountID && cl.accounts[caller.accountID].account.FolderID == "" {
				return nil, refuse(http.StatusNotFound, "EntityNotExists.ResourceDirectory", "The resource directory for the account is not enabled. We recommend that you first enable the resource directory for the account.")
			}
			delegated := slices.ContainsFunc(rd.DelegatedAdministrators, func(d DelegatedAdministrator) bool { return d.AccountID == caller.accountID })
			if caller.accountID != rd.MasterAccountID && !delegated {
				return nil, denied(caller, "resourcemanager:"+action, "acs:resourcemanager:*:"+rd.MasterAccountID+":"+resource, ruling{rampolicy.ImplicitDeny, identityPolicy}, "NoPermission")
			}
			return run(cl)
		},
	}
}

// members lists the accounts that are in the directory; the management account is not one of them.
func (cl *call) members() []*Account {
	members := []*Account{}
	for _, id := range cl.accountOrder {
		if cl.isMember(id) {
			members = append(members, cl.accounts[id].account)
		}
	}
	return members
}

// selected applies QueryKeyword and the tags; several tags must all match.
func (cl *call) selected(members []*Account) []*Account {
	keyword := cl.params.Get("QueryKeyword")
	return slices.DeleteFunc(members, func(a *Account) bool {
		if keyword != "" && !matchesFold(value(a.DisplayName), keyword) && !matchesFold(value(a.AccountName), keyword) && a.AccountID != keyword {
			return true
		}
		for i := 1; cl.params.Has("Tag." + strconv.Itoa(i) + ".Key"); i++ {
			key, want := cl.params.Get("Tag."+strconv.Itoa(i)+".Key"), cl.params.Get("Tag."+strconv.Itoa(i)+".Value")
			if !slices.ContainsFunc(a.Tags, func(t MemberTag) bool { return t.Key == key && (want == "" || t.Value == want) }) {
				return true
			}
		}
		return false
	})
}

func listAccounts(cl *call) (any, *apiError) {
	members := cl.selected(cl.members())
	if !cl.params.Has("MaxResults") && !cl.params.Has("NextToken") {
		return cl.accountPage(members, true), nil
	}
	size := number(cl.params, "MaxResults", 10)
	scope := url.Values{"QueryKeyword": cl.params["QueryKeyword"]}
	for name, values := range cl.params {
		if strings.HasPrefix(name, "Tag.") {
			scope[name] = values
		}
	}
	start := 0
	if token := cl.params.Get("NextToken"); token != "" {
		last, ok := cl.readToken(token, "ListAccounts", cl.caller.accountID, scope)
		if !ok {
			return nil, refuse(http.StatusBadRequest, "InvalidParameter.NextToken", "The specified NextToken is not valid.")
		}
		start = len(members)
		if at := slices.IndexFunc(members, func(a *Account) bool { return a.AccountID == last }); at >= 0 {
			start = at + 1
		}
	}
	end := min(start+size, len(members))
	result := map[string]any{"RequestId": "", "TotalCount": len(members), "Accounts": cl.accountList(members[start:end], true)}
	if end < len(members) {
		result["NextToken"] = cl.makeToken("ListAccounts", cl.caller.accountID, scope, members[end-1].AccountID)
	}
	return result, nil
}

func listAccountsForParent(cl *call) (any, *apiError) {
	parent, err := cl.parentFolder()
	if err != nil {
		return nil, err
	}
	children := slices.DeleteFunc(cl.members(), func(a *Account) bool { return a.FolderID != parent })
	return cl.accountPage(cl.selected(children), false), nil
}

func (cl *call) accountPage(members []*Account, withPath bool) map[string]any {
	pageNumber, pageSize := number(cl.params, "PageNumber", 1), number(cl.params, "PageSize", 10)
	return map[string]any{
		"RequestId": "", "PageNumber": pageNumber, "PageSize": pageSize, "TotalCount": len(members),
		"Accounts": cl.accountList(page(members, pageNumber, pageSize), withPath),
	}
}

func (cl *call) accountList(members []*Account, withPath bool) map[string]any {
	list := make([]map[string]any, 0, len(members))
	for _, a := range members {
		item := cl.accountObject(a, withPath)
		if cl.params.Get("IncludeTags") == "true" {
			item["Tags"] = map[string]any{"Tag": tagList(a)}
		}
		list = append(list, item)
	}
	return map[string]any{"Account": list}
}

func tagList(a *Account) []MemberTag { return append([]MemberTag{}, a.Tags...) }

func (cl *call) accountObject(a *Account, withPath bool) map[string]any {
	item := map[string]any{"AccountId": a.AccountID, "FolderId": a.FolderID, "ResourceDirectoryId": cl.directory.ResourceDirectoryID}
	for name, field := range map[string]*string{
		"AccountName": a.AccountName, "DisplayName": a.DisplayName, "JoinMethod": a.JoinMethod, "JoinTime": a.JoinTime,
		"ModifyTime": a.ModifyTime, "Status": a.Status, "Type": a.Type, "DeletionStatus": a.DeletionStatus,
	} {
		if field != nil {
			item[name] = *field
		}
	}
	if withPath {
		item["ResourceDirectoryPath"] = cl.folderPath(a.FolderID) + "/" + a.AccountID
	}
	return item
}

func getAccount(cl *call) (any, *apiError) {
	for _, a := range cl.members() {
		if a.AccountID != cl.params.Get("AccountId") {
			continue
		}
		item := cl.accountObject(a, true)
		// The deletion status has a call of its own in this version, and the tags are a plain list here.
		delete(item, "DeletionStatus")
		if cl.params.Get("IncludeTags") == "true" {
			item["Tags"] = tagList(a)
		}
		return map[string]any{"RequestId": "", "Account": item}, nil
	}
	return nil, refuse(http.StatusNotFound, "EntityNotExists.Account", "The specified account does not exist in the resource directory.")
}

func getResourceDirectory(cl *call) (any, *apiError) {
	rd := cl.directory
	item := map[string]any{"ResourceDirectoryId": rd.ResourceDirectoryID, "MasterAccountId": rd.MasterAccountID, "RootFolderId": rd.RootFolderID}
	for name, field := range map[string]*string{
		"MasterAccountName": cl.accounts[rd.MasterAccountID].account.AccountName, "CreateTime": rd.CreateTime,
		"ControlPolicyStatus": rd.ControlPolicyStatus, "MemberDeletionStatus": rd.MemberDeletionStatus,
	} {
		if field != nil {
			item[name] = *field
		}
	}
	return map[string]any{"RequestId": "", "ResourceDirectory": item}, nil
}

func listDelegatedAdministrators(cl *call) (any, *apiError) {
	list := []map[string]any{}
	for _, d := range cl.directory.DelegatedAdministrators {
		if want := cl.params.Get("ServicePrincipal"); want != "" && want != d.ServicePrincipal {
			continue
		}
		item := map[string]any{"AccountId": d.AccountID, "ServicePrincipal": d.ServicePrincipal}
		a := cl.accounts[d.AccountID].account
		for name, field := range map[string]*string{"DisplayName": a.DisplayName, "JoinMethod": a.JoinMethod} {
			if field != nil {
				item[name] = *field
			}
		}
		list = append(list, item)
	}
	pageNumber, pageSize := number(cl.params, "PageNumber", 1), number(cl.params, "PageSize", 10)
	return map[string]any{
		"RequestId": "", "PageNumber": pageNumber, "PageSize": pageSize, "TotalCount": len(list),
		"Accounts": map[string]any{"Account": page(list, pageNumber, pageSize)},
	}, nil
}
