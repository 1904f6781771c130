package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/ackguard/terraform-provider-ackguard/internal/credentials"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// assumeRoleBlock and oidcBlock are the official provider's blocks. There too
// the variables count inside a block only, so that a variable that is meant for
// another program does not change who Terraform is.
func assumeRoleBlock() schema.ListNestedBlock {
	of := func(argument string) string { return environment(credentials.Variables("assume_role." + argument)) }
	return schema.ListNestedBlock{
		MarkdownDescription: "Role that the provider's identity becomes before anything else. Several blocks are a chain: each role assumes the next. " +
			"An empty block takes the environment's role; without a block none is assumed.",
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"role_arn": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "ARN of the role, e.g. `acs:ram::1234567890123456:role/platform`; an empty one switches the block off. " + of("role_arn") +
					" The latter is not read beside `assume_role_with_oidc`, whose role it names.",
				Validators: []validator.String{stringvalidator.Any(stringvalidator.OneOf(""), validate.RoleARN())},
			},
			"session_name": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Session name; `terraform` by default. " + of("session_name"),
				Validators:          []validator.String{validate.SessionName()},
			},
			"session_expiration": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Seconds that the keys live, 900 to 43200; 3600 by default. " + of("session_expiration"),
				Validators:          []validator.Int64{int64validator.Between(900, 43200)},
			},
			"policy": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "RAM policy in JSON that narrows what the role may do in this session; 2048 characters at most.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(2048), policyDocument{}},
			},
			"external_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "External ID that the role's trust policy asks for.",
				Validators:          []validator.String{stringvalidator.LengthBetween(2, 1224)},
			},
		}},
	}
}

func oidcBlock() schema.ListNestedBlock {
	of := func(argument string) string {
		return environment(credentials.Variables("assume_role_with_oidc." + argument))
	}
	return schema.ListNestedBlock{
		MarkdownDescription: "Role for a token of an identity provider: RRSA in a pod of an ACK cluster, or CI. " +
			"An empty block takes everything from the environment, as RRSA sets it.",
		Validators: []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"oidc_provider_arn": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ARN of the identity provider in RAM, e.g. `acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1`. " + of("oidc_provider_arn"),
			},
			"oidc_token_file": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "File with the token. It is read again at each refresh, so a run may outlive a token. " + of("oidc_token_file"),
			},
			"oidc_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The token itself, 4 to 20000 characters; goes before the file. " + of("oidc_token"),
				Validators:          []validator.String{stringvalidator.LengthBetween(4, 20000)},
			},
			"role_arn": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ARN of the role. " + of("role_arn"),
				Validators:          []validator.String{validate.RoleARN()},
			},
			"role_session_name": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Session name; `terraform` by default. " + of("role_session_name"),
				Validators:          []validator.String{validate.SessionName()},
			},
			"session_expiration": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Seconds that the keys live, 900 to 43200; 3600 by default.",
				Validators:          []validator.Int64{int64validator.Between(900, 43200)},
			},
			"policy": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "RAM policy in JSON that narrows what the role may do in this session; 2048 characters at most.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(2048), policyDocument{}},
			},
		}},
	}
}

// policyDocument accepts a RAM policy as far as its form goes; RAM judges the rest.
type policyDocument struct{}

// Description implements validator.String.
func (policyDocument) Description(context.Context) string {
	return "must be a RAM policy in JSON: an object with Version and Statement"
}

// MarkdownDescription implements validator.String.
func (v policyDocument) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v policyDocument) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var document struct {
		Version   *string          `json:"Version"`
		Statement *json.RawMessage `json:"Statement"`
	}
	if err := json.Unmarshal([]byte(req.ConfigValue.ValueString()), &document); err != nil || document.Version == nil || document.Statement == nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid policy", req.Path.String()+" "+v.Description(ctx)+".")
	}
}
