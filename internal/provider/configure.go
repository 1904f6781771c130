package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/credentials"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/observed"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

const (
	defaultMemberSession     = "ackguard"
	defaultMaxConcurrency    = 16
	defaultRequestsPerSecond = 20
	defaultSession           = time.Hour
	defaultTimeout           = time.Minute
	// retryTimeout bounds one call with its attempts; an operation's own timeout may end it sooner.
	retryTimeout = 5 * time.Minute
)

// Configure implements provider.Provider. It makes no call, so a plan that
// needs none works without a network.
func (p *ackguard) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	if unknown := unknownArgument(req); unknown != "" {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
			return
		}
		resp.Diagnostics.AddAttributeError(path.Root(unknown), "Provider argument is not known yet",
			fmt.Sprintf("The provider needs %s to plan, but its value comes from something that is not created yet. "+
				"Set it to a value known before the apply, use its environment variable, or apply what it depends on first with -target.", unknown))
		return
	}
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := m.data(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config := m.fleet(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.Clock = p.clock
	config.UserAgent = userAgent(p.version, req.TerraformVersion, m)
	config.Observe = observer()
	built, err := fleet.New(config)
	if err != nil {
		resp.Diagnostics.AddError("Provider cannot be configured", err.Error())
		return
	}
	data.Fleet, data.Observed = built, observed.New(built)
	resp.ResourceData, resp.DataSourceData, resp.ActionData, resp.ListResourceData = data, data, data, data
}

// unknownArgument is the first argument or block that holds a value which is
// not known yet, or "".
func unknownArgument(req provider.ConfigureRequest) string {
	var arguments map[string]tftypes.Value
	if err := req.Config.Raw.As(&arguments); err != nil {
		return "" // the framework reports a configuration of another shape itself
	}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if !arguments[name].IsFullyKnown() {
			return name
		}
	}
	return ""
}

// data is what the resources need beside the fleet.
func (m model) data(diags *diag.Diagnostics) *providerdata.Data {
	data := &providerdata.Data{
		Enforcement:           providerdata.EnforceError,
		EnforcementConfigured: m.Enforcement.ValueString() != "",
		SkipRegionValidation:  m.SkipRegionValidation.ValueBool(),
	}
	text, name := m.Enforcement.ValueString(), "enforcement"
	if text == "" {
		text, name = fromEnvironment(enforcementVariables)
	}
	switch e := providerdata.Enforcement(text); e {
	case "":
	case providerdata.EnforceError, providerdata.EnforceWarn:
		data.Enforcement = e
	default:
		diags.AddError("Invalid enforcement", fmt.Sprintf("%s is %q; it must be \"error\" or \"warn\".", name, text))
	}
	data.InventoryGroup = m.inventoryGroup(diags)
	return data
}

// inventoryGroup is the account group whose inventory is asked; none where the
// accounts are asked themselves.
func (m model) inventoryGroup(diags *diag.Diagnostics) string {
	text, name := m.Inventory.ValueString(), "inventory"
	if text == "" {
		text, name = fromEnvironment(inventoryVariables)
	}
	switch text {
	case "", providerdata.InventoryAccounts:
		return ""
	case providerdata.InventoryCloudConfig:
		group := argumentOr(m.AggregatorID, aggregatorVariables)
		requireArgument(diags, "aggregator_id", group, aggregatorVariables)
		if problem := validate.AggregatorIDProblem(group); group != "" && problem != "" {
			diags.AddAttributeError(path.Root("aggregator_id"), "Invalid aggregator_id", fmt.Sprintf("%q %s.", group, problem))
		}
		return group
	}
	diags.AddError("Invalid inventory", fmt.Sprintf("%s is %q; it must be %q or %q.", name, text, providerdata.InventoryAccounts, providerdata.InventoryCloudConfig))
	return ""
}

// fleet translates the provider block, completed from the environment.
func (m model) fleet(diags *diag.Diagnostics) fleet.Config {
	keys, err := credentials.Resolve(m.credentials())
	var problem *credentials.Problem
	switch {
	case errors.As(err, &problem) && problem.Argument != "":
		diags.AddAttributeError(path.Root(problem.Argument), problem.Summary, problem.Detail)
	case errors.As(err, &problem):
		diags.AddError(problem.Summary, problem.Detail)
	case err != nil:
		diags.AddError("Credentials cannot be found", err.Error())
	default:
		m.checkRegion(diags, keys.Region, keys.RegionFrom)
	}
	return fleet.Config{
		Credential: keys.Credential,
		OIDC:       keys.OIDC,
		Fetch:      keys.Fetch,
		Chain:      keys.Chain,
		Member: fleet.Role{
			Name: valueOr(m.MemberRoleName, fleet.DefaultMemberRole), SessionName: valueOr(m.MemberSessionName, defaultMemberSession),
			Policy: m.MemberSessionPolicy.ValueString(), Duration: defaultSession,
		},
		Overrides:         m.overrides(diags),
		Region:            keys.Region,
		Endpoints:         m.endpoints(),
		Protocol:          m.Protocol.ValueString(),
		MaxConcurrency:    int(int64Or(m.MaxConcurrency, defaultMaxConcurrency)),
		RequestsPerSecond: m.requestsPerSecond(),
		Retry:             alicloud.DefaultRetry,
		RetryTimeout:      retryTimeout,
		ConnectTimeout:    milliseconds(m.ConnectTimeout),
		ReadTimeout:       milliseconds(m.ReadTimeout),
	}
}

func (m model) requestsPerSecond() float64 {
	if m.RequestsPerSecond.IsNull() {
		return defaultRequestsPerSecond
	}
	return m.RequestsPerSecond.ValueFloat64()
}

func (m model) checkRegion(diags *diag.Diagnostics, region, from string) {
	requireArgument(diags, "region", region, credentials.Variables("region"))
	if problem := providerdata.CheckRegion(region, m.SkipRegionValidation.ValueBool()); region != "" && problem != "" {
		if from != "" {
			problem = from + ": " + problem
		}
		diags.AddAttributeError(path.Root("region"), "Unknown region", problem)
	}
}

// credentials is what the block says about them.
func (m model) credentials() credentials.Settings {
	s := credentials.Settings{
		AccessKey: m.AccessKey.ValueString(), SecretKey: m.SecretKey.ValueString(), SecurityToken: m.SecurityToken.ValueString(),
		Region: m.Region.ValueString(), Profile: m.Profile.ValueString(), SharedCredentialsFile: m.SharedCredentials.ValueString(),
		ECSRoleName: m.ECSRoleName.ValueString(), CredentialsURI: m.CredentialsURI.ValueString(),
	}
	for _, block := range m.AssumeRoleWithOIDC {
		s.OIDC = &credentials.OIDC{
			ProviderARN: block.ProviderARN.ValueString(), Token: block.Token.ValueString(), TokenFile: block.TokenFile.ValueString(),
			RoleARN: block.RoleARN.ValueString(), SessionName: block.SessionName.ValueString(), Policy: block.Policy.ValueString(),
			Expiration: time.Duration(block.SessionExpiration.ValueInt64()) * time.Second,
		}
	}
	for _, block := range m.AssumeRole {
		s.Roles = append(s.Roles, credentials.Role{
			ARN: block.RoleARN.ValueStringPointer(), SessionName: block.SessionName.ValueString(), Policy: block.Policy.ValueString(),
			ExternalID: block.ExternalID.ValueString(), Expiration: time.Duration(block.SessionExpiration.ValueInt64()) * time.Second,
		})
	}
	return s
}

func (m model) overrides(diags *diag.Diagnostics) map[string]fleet.Role {
	overrides := map[string]fleet.Role{}
	for i, block := range m.MemberRole {
		id := block.AccountID.ValueString()
		if _, twice := overrides[id]; twice {
			diags.AddAttributeError(path.Root("member_role").AtListIndex(i).AtName("account_id"), "Account named twice",
				fmt.Sprintf("There are two member_role blocks for account %s; keep one.", id))
		}
		overrides[id] = fleet.Role{
			Name:        valueOr(block.RoleName, valueOr(m.MemberRoleName, fleet.DefaultMemberRole)),
			SessionName: valueOr(m.MemberSessionName, defaultMemberSession),
			ExternalID:  block.ExternalID.ValueString(), Policy: m.MemberSessionPolicy.ValueString(), Duration: defaultSession,
		}
	}
	return overrides
}

func (m model) endpoints() map[string]string {
	var block endpointsModel
	if len(m.Endpoints) > 0 {
		block = m.Endpoints[0]
	}
	endpoints := map[string]string{}
	for product, argument := range map[string]types.String{
		"cs": block.CS, "sts": block.STS, "resourcemanager": block.ResourceManager, "config": block.Config, "sls": block.SLS,
	} {
		endpoints[product] = argumentOr(argument, endpointVariables[product])
	}
	return endpoints
}

// argumentOr is the argument's value or, where it has none, the environment's.
func argumentOr(argument types.String, variables []string) string {
	if value := argument.ValueString(); value != "" {
		return value
	}
	value, _ := fromEnvironment(variables)
	return value
}

func requireArgument(diags *diag.Diagnostics, name, value string, variables []string) {
	if value == "" {
		diags.AddAttributeError(path.Root(name), "Missing "+name,
			fmt.Sprintf("Set %s in the provider block, or one of the environment variables %s.", name, strings.Join(variables, ", ")))
	}
}

func valueOr(v types.String, fallback string) string {
	if s := v.ValueString(); s != "" {
		return s
	}
	return fallback
}

func int64Or(v types.Int64, fallback int64) int64 {
	if v.IsNull() {
		return fallback
	}
	return v.ValueInt64()
}

func milliseconds(v types.Int64) time.Duration {
	if v.IsNull() {
		return defaultTimeout
	}
	return time.Duration(v.ValueInt64()) * time.Millisecond
}

func userAgent(version, terraformVersion string, m model) string {
	agent := fmt.Sprintf("terraform-provider-ackguard/%s Terraform/%s", version, terraformVersion)
	if source := argumentOr(m.ConfigurationSource, userAgentVariables); source != "" {
		agent += " " + source
	}
	return agent
}
