package acctest

import (
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sts"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// Session assumes the member role in an account, as a pipeline does before it
// starts Terraform with the keys.
func (c *Cloud) Session(t *testing.T, accountID string, duration time.Duration) alicloud.Credential {
	t.Helper()
	key := c.ManagementKey()
	client, err := sts.New(alicloud.Config{
		Credentials: alicloud.Static{AccessKeyID: key.ID, AccessKeySecret: key.Secret}, Endpoint: c.Endpoint(),
		Transport: alicloud.NewTransport(alicloud.TransportConfig{ConnectTimeout: time.Minute, ReadTimeout: time.Minute}),
		Limiter:   alicloud.Unlimited{}, Clock: c.Clock, Retry: alicloud.DefaultRetry,
	})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := client.AssumeRole(t.Context(), sts.AssumeRole{
		RoleARN: "acs:ram::" + accountID + ":role/" + fleet.DefaultMemberRole, SessionName: "pipeline", Duration: duration,
	})
	if err != nil {
		t.Fatal(err)
	}
	return credential
}
