package resourcedirectory_test

import (
	"errors"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/resourcedirectory"
)

// Whatever the resource directory answers: a list of accounts is as long as it
// says and has an ID for each, or it is an error.
func FuzzAccounts(f *testing.F) {
	for _, seed := range []string{
		`{"Accounts":{"Account":[{"AccountId":"100000000000003","Status":"CreateSuccess","Tags":{"Tag":[{"Key":"k","Value":"v"}]}}]},"PageNumber":1,"PageSize":100,"TotalCount":1}`,
		`{"Accounts":{"Account":[]},"TotalCount":0}`, `{"Accounts":{"Account":[{}]},"TotalCount":1}`, `{"Accounts":{"Account":[{"AccountId":"1"}]},"TotalCount":9}`,
		`{"Accounts":{"Account":[{"AccountId":"1"},{"AccountId":"1"}]},"TotalCount":2}`, `{"Accounts":null,"TotalCount":0}`, `{"Accounts":{"Account":[]}}`,
		`{}`, `null`, ``, `{"Code":"NoPermission","Message":"no"}`, `{"Accounts":{"Account":[]},"TotalCount":-1}`,
	} {
		f.Add(200, seed)
		f.Add(403, seed)
		f.Add(500, seed)
	}
	service := answering.New(f)
	client, err := resourcedirectory.New(service.Config())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		service.With(status, body)
		accounts, err := client.Accounts(t.Context())
		var typed *alicloud.Error
		if err != nil {
			if !errors.As(err, &typed) {
				t.Errorf("%d %q: an error of no call: %v", status, body, err)
			}
			return
		}
		if status >= 400 {
			t.Errorf("%d %q was taken for an answer", status, body)
		}
		for _, a := range accounts {
			if a.AccountID == "" {
				t.Errorf("%d %q: an account without an ID", status, body)
			}
		}
	})
}
