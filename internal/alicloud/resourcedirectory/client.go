// Package resourcedirectory reads the accounts of a resource directory
// (ResourceDirectoryMaster, API version 2022-04-19).
package resourcedirectory

import (
	"context"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// pageSize is the largest page that ListAccounts allows.
const pageSize = 100

// Client makes calls with the management account's credentials.
type Client struct{ caller *alicloud.Caller }

// New prepares a client. It makes no call.
func New(config alicloud.Config) (*Client, error) {
	caller, err := alicloud.NewCaller(config, alicloud.ProductSpec{
		Product: "resourcedirectory", RAM: "resourcemanager", Version: "2022-04-19", Style: "RPC",
		PublicEndpoint: "resourcedirectory.aliyuncs.com",
	})
	if err != nil {
		return nil, err
	}
	return &Client{caller: caller}, nil
}

// Account is a member account.
type Account struct {
	AccountID             string `json:"AccountId"`
	AccountName           string `json:"AccountName"`
	DisplayName           string `json:"DisplayName"`
	FolderID              string `json:"FolderId"`
	JoinMethod            string `json:"JoinMethod"` // created or invited
	Status                string `json:"Status"`
	Type                  string `json:"Type"` // CloudAccount or ResourceAccount
	DeletionStatus        string `json:"DeletionStatus"`
	ResourceDirectoryPath string `json:"ResourceDirectoryPath"` // rd-…/r-…/fd-…/account
	Tags                  struct {
		Tag []struct{ Key, Value string }
	} `json:"Tags"`
}

// Usable reports whether the account exists, is whole and is not being
// deleted. An account in promotion (Promote*), whatever comes of that, exists.
func (a Account) Usable() bool {
	whole := a.Status == "CreateSuccess" || a.Status == "InviteSuccess" || strings.HasPrefix(a.Status, "Promote")
	return whole && a.DeletionStatus != "Deleting"
}

// Accounts lists the member accounts (ListAccounts). The management account is
// not among them. It pages by number: only that form reports a total.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	list, err := alicloud.Numbered(func(a Account) string { return a.AccountID }, func(page int) (alicloud.Page[Account], error) {
		var answer struct {
			Accounts struct {
				Account []Account `json:"Account"`
			} `json:"Accounts"`
			TotalCount *int `json:"TotalCount"`
		}
		op := read("ListAccounts", map[string]string{
			"PageNumber": strconv.Itoa(page), "PageSize": strconv.Itoa(pageSize), "IncludeTags": "true",
		})
		op.Holds = []string{"Accounts"}
		err := c.caller.Call(ctx, op, &answer)
		return alicloud.Page[Account]{Items: answer.Accounts.Account, Total: answer.TotalCount}, err
	})
	return list, c.caller.Malformed(alicloud.Operation{Action: "ListAccounts"}, err)
}

// FolderExists asks whether there is such a folder (GetFolder).
func (c *Client) FolderExists(ctx context.Context, folderID string) (bool, error) {
	op := read("GetFolder", map[string]string{"FolderId": folderID})
	op.Resource = folderID
	err := c.caller.Call(ctx, op, nil)
	if alicloud.Is(err, alicloud.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Directory is the resource directory itself.
type Directory struct {
	ID                string `json:"ResourceDirectoryId"`
	MasterAccountID   string `json:"MasterAccountId"`
	MasterAccountName string `json:"MasterAccountName"`
	RootFolderID      string `json:"RootFolderId"`
}

// Directory reads the resource directory (GetResourceDirectory).
func (c *Client) Directory(ctx context.Context) (Directory, error) {
	var answer struct {
		ResourceDirectory Directory `json:"ResourceDirectory"`
	}
	op := read("GetResourceDirectory", nil)
	op.Holds = []string{"ResourceDirectory"}
	err := c.caller.Call(ctx, op, &answer)
	return answer.ResourceDirectory, err
}

func read(action string, query map[string]string) alicloud.Operation {
	return alicloud.Operation{Action: action, Method: "POST", Query: query, SafeToRepeat: true}
}
