// Package resourcedirectory reads the accounts of a resource directory
// (ResourceDirectoryMaster, API version 2022-04-19).
package resourcedirectory

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"

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

// usableStatuses are those in which an account can be worked in.
var usableStatuses = []string{"CreateSuccess", "PromoteSuccess", "InviteSuccess"}

// Usable reports whether the account exists, is whole and is not being deleted.
func (a Account) Usable() bool {
	return slices.Contains(usableStatuses, a.Status) && a.DeletionStatus != "Deleting"
}

// Accounts lists the member accounts (ListAccounts). The management account is
// not among them. It pages by number: that form reports a total, so an answer
// that ignores a paging argument cannot pass for the whole list.
func (c *Client) Accounts(ctx context.Context) iter.Seq2[Account, error] {
	return alicloud.Numbered(func(page int) ([]Account, int, error) {
		var answer struct {
			Accounts struct {
				Account []Account `json:"Account"`
			} `json:"Accounts"`
			TotalCount *int `json:"TotalCount"`
		}
		err := c.caller.Call(ctx, read("ListAccounts", map[string]string{
			"PageNumber": strconv.Itoa(page), "PageSize": strconv.Itoa(pageSize), "IncludeTags": "true",
		}), &answer)
		if err == nil && answer.TotalCount == nil {
			err = errors.New("ListAccounts answered without TotalCount, so it cannot be told whether the list is whole")
		}
		if err != nil {
			return nil, 0, err
		}
		return answer.Accounts.Account, *answer.TotalCount, nil
	})
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
	err := c.caller.Call(ctx, read("GetResourceDirectory", nil), &answer)
	return answer.ResourceDirectory, err
}

func read(action string, query map[string]string) alicloud.Operation {
	return alicloud.Operation{Action: action, Method: "POST", Query: query, SafeToRepeat: true}
}
