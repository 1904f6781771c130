package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/credentials"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type model struct {
	AccessKey            types.String      `tfsdk:"access_key"`
	SecretKey            types.String      `tfsdk:"secret_key"`
	SecurityToken        types.String      `tfsdk:"security_token"`
	Profile              types.String      `tfsdk:"profile"`
	SharedCredentials    types.String      `tfsdk:"shared_credentials_file"`
	ECSRoleName          types.String      `tfsdk:"ecs_role_name"`
	CredentialsURI       types.String      `tfsdk:"credentials_uri"`
	Region               types.String      `tfsdk:"region"`
	Protocol             types.String      `tfsdk:"protocol"`
	ConnectTimeout       types.Int64       `tfsdk:"client_connect_timeout"`
	ReadTimeout          types.Int64       `tfsdk:"client_read_timeout"`
	SkipRegionValidation types.Bool        `tfsdk:"skip_region_validation"`
	ConfigurationSource  types.String      `tfsdk:"configuration_source"`
	MemberRoleName       types.String      `tfsdk:"member_role_name"`
	MemberSessionName    types.String      `tfsdk:"member_session_name"`
	MemberSessionPolicy  types.String      `tfsdk:"member_session_policy"`
	MaxConcurrency       types.Int64       `tfsdk:"max_concurrency"`
	RequestsPerSecond    types.Float64     `tfsdk:"requests_per_second"`
	Enforcement          types.String      `tfsdk:"enforcement"`
	Inventory            types.String      `tfsdk:"inventory"`
	AggregatorID         types.String      `tfsdk:"aggregator_id"`
	AssumeRole           []assumeRoleModel `tfsdk:"assume_role"`
	AssumeRoleWithOIDC   []oidcModel       `tfsdk:"assume_role_with_oidc"`
	MemberRole           []memberRoleModel `tfsdk:"member_role"`
	Endpoints            []endpointsModel  `tfsdk:"endpoints"`
}

type assumeRoleModel struct {
	RoleARN           types.String `tfsdk:"role_arn"`
	SessionName       types.String `tfsdk:"session_name"`
	SessionExpiration types.Int64  `tfsdk:"session_expiration"`
	Policy            types.String `tfsdk:"policy"`
	ExternalID        types.String `tfsdk:"external_id"`
}

type oidcModel struct {
	ProviderARN       types.String `tfsdk:"oidc_provider_arn"`
	Token             types.String `tfsdk:"oidc_token"`
	TokenFile         types.String `tfsdk:"oidc_token_file"`
	RoleARN           types.String `tfsdk:"role_arn"`
	SessionName       types.String `tfsdk:"role_session_name"`
	SessionExpiration types.Int64  `tfsdk:"session_expiration"`
	Policy            types.String `tfsdk:"policy"`
}

type memberRoleModel struct {
	AccountID  types.String `tfsdk:"account_id"`
	RoleName   types.String `tfsdk:"role_name"`
	ExternalID types.String `tfsdk:"external_id"`
}

type endpointsModel struct {
	CS              types.String `tfsdk:"cs"`
	STS             types.String `tfsdk:"sts"`
	ResourceManager types.String `tfsdk:"resourcemanager"`
	Config          types.String `tfsdk:"config"`
	SLS             types.String `tfsdk:"sls"`
}

// Schema implements provider.Provider. Names and environment variables are
// those of the official provider wherever it has the argument.
func (p *ackguard) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Guardrails for every ACK (Alibaba Cloud Container Service for Kubernetes) cluster of a resource directory: " +
			"one provider block works in all member accounts, because each block names the account and region it is about.",
		Attributes: map[string]schema.Attribute{
			"access_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "AccessKey ID. " + environment(credentials.Variables("access_key")),
			},
			"secret_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "AccessKey secret. " + environment(credentials.Variables("secret_key")),
			},
			"security_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "STS token that belongs to a temporary AccessKey. " + environment(credentials.Variables("security_token")),
			},
			"profile": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Profile of the vendor's CLI (`aliyun configure`), of mode AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC or CredentialsURI. " +
					"AccessKeys in this block or the environment go before it. " + environment(credentials.Variables("profile")),
			},
			"shared_credentials_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "File with the profiles; `~/.aliyun/config.json` by default. Set without a profile, the file's current profile is used if there is no other way to sign in. " +
					environment(credentials.Variables("shared_credentials_file")),
			},
			"ecs_role_name": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "RAM role of the ECS instance that Terraform runs on; its keys come from the metadata service. " +
					"`ALIBABA_CLOUD_IMDSV1_DISABLED=true` insists on a token for it, `ALIBABA_CLOUD_ECS_METADATA_DISABLED=true` switches this way off. " +
					environment(credentials.Variables("ecs_role_name")),
				Validators: []validator.String{validate.RoleName()},
			},
			"credentials_uri": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Address of a service that hands out temporary keys, as `{\"Code\": \"Success\", \"AccessKeyId\", \"AccessKeySecret\", \"SecurityToken\", \"Expiration\"}`. " +
					environment(credentials.Variables("credentials_uri")),
			},
			"region": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Region that a block without `region` is about, and whose endpoint answers for the global cluster list; the profile's `region_id` as the last resort. " + environment(credentials.Variables("region")),
			},
			"protocol": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`HTTPS` (default) or `HTTP`. An endpoint with a scheme of its own wins.",
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive("HTTP", "HTTPS")},
			},
			"client_connect_timeout": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Milliseconds to wait for a connection; 60000 by default.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"client_read_timeout": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Milliseconds to wait for an answer; 60000 by default.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"skip_region_validation": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Accept regions that this version does not know.",
			},
			"configuration_source": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Appended to the user agent, so that a module can be told from its callers. " + environment(userAgentVariables),
			},
			"member_role_name": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Role that is assumed in an account other than the provider's own; `ResourceDirectoryAccountAccessRole` by default, " +
					"which exists in accounts that the resource directory created, and not in invited ones.",
				Validators: []validator.String{validate.RoleName()},
			},
			"member_session_name": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Session name that the members' audit logs show; `ackguard` by default.",
				Validators:          []validator.String{validate.SessionName()},
			},
			"member_session_policy": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "RAM policy in JSON, at most 2048 characters, that narrows what the role may do in member accounts: both the role and this policy must allow a call. " +
					"It does not apply in the provider's own account.",
				Validators: []validator.String{stringvalidator.UTF8LengthAtMost(2048), policyDocument{}},
			},
			"max_concurrency": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Calls under way at once over all accounts; 16 by default.",
				Validators:          []validator.Int64{int64validator.Between(1, 256)},
			},
			"requests_per_second": schema.Float64Attribute{
				Optional: true,
				MarkdownDescription: "Calls a second per account and product that the provider starts with; 20 by default, 0 for no limit. What an account throttles slows the calls to that account and product only, " +
					"and they grow back to this number. STS is called four times as fast, for it documents 100 calls a second and serves a session per member.",
				Validators: []validator.Float64{float64validator.AtLeast(0)},
			},
			"enforcement": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "What `fail_on` does: `error` (default) fails the plan, `warn` only warns, so that a fix can be applied or everything destroyed " +
					"while a finding is open. " + environment(enforcementVariables),
				Validators: []validator.String{stringvalidator.OneOf("error", "warn")},
			},
			"inventory": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Where the clusters of all accounts come from: `accounts` (default) asks each account for its lists; `cloud_config` asks the inventory of an account group of Cloud Config, " +
					"with the provider's own identity and without a role in the members. It shows changes late; see the [guide](guides/inventory.md). " + environment(inventoryVariables),
				Validators: []validator.String{stringvalidator.OneOf(providerdata.InventoryAccounts, providerdata.InventoryCloudConfig)},
			},
			"aggregator_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Account group of the provider's own account that `inventory = \"cloud_config\"` asks: the management account's, or a delegated administrator's. " +
					"Without effect on anything else. " + environment(aggregatorVariables),
				Validators: []validator.String{validate.AggregatorID()},
			},
		},
		Blocks: map[string]schema.Block{
			"assume_role":           assumeRoleBlock(),
			"assume_role_with_oidc": oidcBlock(),
			"member_role": schema.ListNestedBlock{
				MarkdownDescription: "Another role for one member account, e.g. an invited one. Repeat it per account.",
				NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
					"account_id": schema.StringAttribute{
						Required: true, MarkdownDescription: "Member account.",
						Validators: []validator.String{validate.AccountID()},
					},
					"role_name": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Role to assume there; `member_role_name` by default.",
						Validators: []validator.String{validate.RoleName()},
					},
					"external_id": schema.StringAttribute{
						Optional: true, MarkdownDescription: "External ID that the role's trust policy asks for.",
						Validators: []validator.String{stringvalidator.LengthBetween(2, 1224)},
					},
				}},
			},
			"endpoints": schema.ListNestedBlock{
				MarkdownDescription: "Endpoints to use instead of the public ones, as `host[:port]` with an optional scheme. " +
					"`{region}` stands for the region of the call; an endpoint without it gets the region in the header `x-acs-region-id`.",
				Validators: []validator.List{listvalidator.SizeAtMost(1)},
				NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
					"cs": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Container Service. " + environment(endpointVariables["cs"]),
					},
					"sts": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Security Token Service. " + environment(endpointVariables["sts"]),
					},
					"resourcemanager": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Resource directory. " + environment(endpointVariables["resourcemanager"]),
					},
					"config": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Cloud Config, which has one endpoint per site; the Chinese site's by default. For an account of the international site: " +
							"`config.ap-southeast-1.aliyuncs.com`. " + environment(endpointVariables["config"]),
					},
					"sls": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Log Service, whose host names carry project and region. An endpoint of its own, such as `cn-hangzhou-intranet.log.aliyuncs.com`, stands for its kind, " +
							"in the region of each call; any other is the address where all of its hosts are reached. " + environment(endpointVariables["sls"]),
					},
				}},
			},
		},
	}
}
