package sts_test

import (
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sts"
)

// Whatever STS answers: keys are whole or there are none, who calls has an
// account or is not known, and no error shows what the keys are.
func FuzzAnswers(f *testing.F) {
	answering.Seed(f,
		`{"AccountId":"100000000000001","Arn":"acs:ram::100000000000001:user/u","IdentityType":"RAMUser"}`,
		`{"Credentials":{"AccessKeyId":"STS.1","AccessKeySecret":"s","SecurityToken":"t","Expiration":"2030-01-02T03:04:05Z"},"RequestId":"R"}`,
		`{"Credentials":{"AccessKeyId":"STS.1","AccessKeySecret":"s","SecurityToken":"t","Expiration":"soon"}}`,
		`{"Credentials":{"AccessKeyId":"STS.1"}}`, `{"Credentials":null}`, `{}`, `null`, ``, `[]`, `{"AccountId":7}`,
		`{"Code":"NoPermission","Message":"no","AccessDeniedDetail":{"PolicyType":"AssumeRolePolicy"}}`, `{"Code":"EntityNotExist.Role"}`,
	)
	service := answering.New(f)
	client, err := sts.New(service.Config())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		service.With(status, body)
		identity, who := client.CallerIdentity(t.Context())
		keys, assumed := client.AssumeRole(t.Context(), sts.AssumeRole{RoleARN: "acs:ram::100000000000003:role/r", SessionName: "s", Duration: time.Hour})
		service.Check(t, who)
		service.Check(t, assumed)
		if who == nil && identity.AccountID == "" {
			t.Errorf("%d %q: a caller without an account", status, body)
		}
		if assumed == nil && (keys.AccessKeyID == "" || keys.AccessKeySecret == "" || keys.SecurityToken == "" || keys.Expires.IsZero()) {
			t.Errorf("%d %q: keys that are not whole", status, body)
		}
	})
}
