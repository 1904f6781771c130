// Package provider is the provider block and the one list of everything that
// the provider offers.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inspection"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
)

// Address is the provider's source address.
const Address = "registry.terraform.io/ackguard/ackguard"

type ackguard struct {
	version string
	clock   clock.Clock
}

var _ provider.Provider = (*ackguard)(nil)

// New returns the provider's factory.
func New(version string) func() provider.Provider {
	return NewWithClock(version, clock.System{})
}

// NewWithClock returns the factory of a provider that waits and expires by
// the given clock, for tests.
func NewWithClock(version string, c clock.Clock) func() provider.Provider {
	return func() provider.Provider { return &ackguard{version: version, clock: c} }
}

// Metadata implements provider.Provider.
func (p *ackguard) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "ackguard", p.version
}

// Resources implements provider.Provider.
func (p *ackguard) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		inspection.NewScheduleResource,
	}
}

// DataSources implements provider.Provider.
func (p *ackguard) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		inventory.NewMemberAccountsDataSource,
		inventory.NewClustersDataSource,
		clustercompliance.NewDataSource,
	}
}
