// Package provider is the provider block and the one list of everything that
// the provider offers.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/configrule"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inspection"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/permission"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scan"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/workload"
)

// Address is the provider's source address.
const Address = "registry.terraform.io/ackguard/ackguard"

type ackguard struct {
	version string
	clock   clock.Clock
}

var (
	_ provider.ProviderWithFunctions     = (*ackguard)(nil)
	_ provider.ProviderWithActions       = (*ackguard)(nil)
	_ provider.ProviderWithListResources = (*ackguard)(nil)
)

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
		configrule.NewRuleResource,
		configrule.NewBaselineResource,
		configrule.NewDeliveryResource,
		configrule.NewAggregatorResource,
		configrule.NewRecorderResource,
		configrule.NewExemptionResource,
		logshipping.NewClusterAuditLogResource,
		logshipping.NewArchiveResource,
		logshipping.NewAlertResource,
		logshipping.NewDashboardResource,
		logshipping.NewShippingResource,
		scan.NewPolicyResource,
	}
}

// DataSources implements provider.Provider.
func (p *ackguard) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		inventory.NewMemberAccountsDataSource,
		inventory.NewClustersDataSource,
		clustercompliance.NewDataSource,
		clustercompliance.NewRulesDataSource,
		workload.NewComplianceDataSource,
		workload.NewAdmissionDataSource,
		configrule.NewComplianceDataSource,
		configrule.NewManagedRulesDataSource,
		inspection.NewSchedulesDataSource,
		inspection.NewReportDataSource,
		configrule.NewPrecheckDataSource,
		logshipping.NewConditionsDataSource,
		logshipping.NewPoliciesDataSource,
		logshipping.NewStatusDataSource,
		permission.NewRequiredPolicyDataSource,
		scan.NewPoliciesDataSource,
		scan.NewManifestsDataSource,
		scan.NewReportDataSource,
	}
}

// Functions implements provider.ProviderWithFunctions.
func (p *ackguard) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		inspection.NewSpreadFunction,
		workload.NewEvaluateFunction,
		logshipping.NewCostFunction,
	}
}

// Actions implements provider.ProviderWithActions. Terraform before 1.14 and
// OpenTofu do not see them; each has another way beside it.
func (p *ackguard) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		inspection.NewRunAction,
		scan.NewRunAction,
	}
}

// ListResources implements provider.ProviderWithListResources, for terraform
// query (1.14).
func (p *ackguard) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		inspection.NewScheduleList,
	}
}
