// Package configrule is the Terraform surface of Cloud Config: its rules for
// ACK, account groups, recorders, delivery channels, exemptions and verdicts.
package configrule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// defaultTimeout bounds an operation on one object.
const defaultTimeout = 5 * time.Minute

// owner is whose an object is: an account's, or an account group's of that account.
type owner struct {
	AccountID    types.String `tfsdk:"account_id"`
	AggregatorID types.String `tfsdk:"aggregator_id"`
}

// ownerAttributes are those of every object that an account or an account group can have.
func ownerAttributes(what string) map[string]schema.Attribute {
	account := scoped.AccountID()
	account.MarkdownDescription = "Account that has " + what + ", or the account group that has it; the provider's own account if not set. Another value replaces the resource."
	return map[string]schema.Attribute{
		"account_id": account,
		"aggregator_id": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Account group that has " + what + ", e.g. of `ackguard_config_aggregator`: then it is for all accounts of the group. " +
				"Not set, it is for the account alone. Another value replaces the resource.",
			Validators:    []validator.String{validate.AggregatorID()},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
	}
}

// with adds attributes to others.
func with(attributes map[string]schema.Attribute, more map[string]schema.Attribute) map[string]schema.Attribute {
	for name, a := range more {
		attributes[name] = a
	}
	return attributes
}

// ownedIdentity is the identity of an object whose own part is named key.
func ownedIdentity(key, description string) identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"account_id":    identityschema.StringAttribute{OptionalForImport: true, Description: "Account; the provider's own if not set."},
		"aggregator_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Account group; not set for an object of the account itself."},
		key:             identityschema.StringAttribute{RequiredForImport: true, Description: description},
	}}
}

// importOwned reads account_id/KEY, aggregator_id/KEY or
// account_id/aggregator_id/KEY, or an identity. An account group's account is
// the provider's own unless it is named.
func importOwned(ctx context.Context, data *providerdata.Data, req resource.ImportStateRequest, resp *resource.ImportStateResponse, key string, check validator.String) {
	var account, group, own types.String
	if req.ID != "" {
		parts := strings.Split(req.ID, "/")
		for _, part := range parts {
			if part == "" {
				parts = nil
			}
		}
		switch {
		case len(parts) == 3:
			account, group, own = types.StringValue(parts[0]), types.StringValue(parts[1]), types.StringValue(parts[2])
		case len(parts) == 2 && strings.HasPrefix(parts[0], "ca-"):
			group, own = types.StringValue(parts[0]), types.StringValue(parts[1])
		case len(parts) == 2:
			account, own = types.StringValue(parts[0]), types.StringValue(parts[1])
		default:
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf(
				"%q is not of the form account_id/%[2]s, aggregator_id/%[2]s or account_id/aggregator_id/%[2]s, e.g. ca-04b3fd170e340007****/….", req.ID, key))
			return
		}
	} else {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("account_id"), &account)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("aggregator_id"), &group)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(key), &own)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	account = scoped.OwnAccount(ctx, data, account, &resp.Diagnostics)
	scoped.CheckPart(ctx, &resp.Diagnostics, "account_id", account, validate.AccountID())
	scoped.CheckPart(ctx, &resp.Diagnostics, "aggregator_id", group, validate.AggregatorID())
	scoped.CheckPart(ctx, &resp.Diagnostics, key, own, check)
	scoped.SetImported(ctx, resp, map[string]types.String{"account_id": account, "aggregator_id": group, key: own})
}

// api is the owner as the client has it; the zero Owner after an error.
func (o owner) api(data *providerdata.Data, diags *diag.Diagnostics) cloudconfig.Owner {
	return client(data, o.AccountID, diags).Of(o.AggregatorID.ValueString())
}

func client(data *providerdata.Data, account types.String, diags *diag.Diagnostics) *cloudconfig.Client {
	c, err := data.Fleet.CloudConfig(account.ValueString())
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Cloud Config client", err))
	}
	return c
}

// place says in messages where an object is.
func (o owner) place() string {
	if group := o.AggregatorID.ValueString(); group != "" {
		return "of account group " + group + " in account " + o.AccountID.ValueString()
	}
	return "in account " + o.AccountID.ValueString()
}

// importID is what imports an object of the owner.
func (o owner) importID(key string) string {
	if group := o.AggregatorID.ValueString(); group != "" {
		return o.AccountID.ValueString() + "/" + group + "/" + key
	}
	return o.AccountID.ValueString() + "/" + key
}
