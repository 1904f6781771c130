package acctest

import (
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// Fleet is what a provider block for the management account makes, for tests
// below Terraform; change may alter its settings.
func (c *Cloud) Fleet(t testing.TB, change func(*fleet.Config)) *fleet.Fleet {
	t.Helper()
	key := c.ManagementKey()
	config := fleet.Config{
		Credential: alicloud.Credential{AccessKeyID: key.ID, AccessKeySecret: key.Secret},
		Member:     fleet.Role{Name: fleet.DefaultMemberRole, SessionName: "ackguard", Duration: time.Hour},
		Region:     "cn-hangzhou",
		Endpoints:  map[string]string{"cs": c.Endpoint(), "sts": c.Endpoint(), "resourcemanager": c.Endpoint(), "config": c.Endpoint(), "sls": c.Endpoint()},
		Retry:      alicloud.DefaultRetry, RetryTimeout: time.Hour,
		MaxConcurrency: 16, ConnectTimeout: time.Minute, ReadTimeout: time.Minute, Clock: c.Clock,
	}
	if change != nil {
		change(&config)
	}
	f, err := fleet.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
