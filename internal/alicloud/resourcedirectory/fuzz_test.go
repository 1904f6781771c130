package resourcedirectory_test

import (
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/resourcedirectory"
)

// Whatever the resource directory answers: a list of accounts is as long as it
// says and has an ID for each, or it is an error.
func FuzzAccounts(f *testing.F) {
	answering.Seed(f,
		`{"Accounts":{"Account":[{"AccountId":"100000000000003","Status":"CreateSuccess","Tags":{"Tag":[{"Key":"k","Value":"v"}]}}]},"PageNumber":1,"PageSize":100,"TotalCount":1}`,
		`{"Accounts":{"Account":[]},"TotalCount":0}`, `{"Accounts":{"Account":[{}]},"TotalCount":1}`, `{"Accounts":{"Account":[{"AccountId":"1"}]},"TotalCount":9}`,
		`{"Accounts":{"Account":[{"AccountId":"1"},{"AccountId":"1"}]},"TotalCount":2}`, `{"Accounts":null,"TotalCount":0}`, `{"Accounts":{"Account":[]}}`,
		`{}`, `null`, ``, `{"Code":"NoPermission","Message":"no"}`, `{"Accounts":{"Account":[]},"TotalCount":-1}`,
	)
	service := answering.New(f)
	client, err := resourcedirectory.New(service.Config())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		service.With(status, body)
		accounts, err := client.Accounts(t.Context())
		service.Check(t, err)
		for _, a := range accounts {
			if a.AccountID == "" {
				t.Errorf("%d %q: an account without an ID", status, body)
			}
		}
	})
}
