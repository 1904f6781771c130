// Package moved takes over the state of resources of the official provider, for
// moved blocks between the two.
package moved

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// officialProvider is the official provider's address, wherever it was installed from.
var officialProvider = regexp.MustCompile(`(^|/)(aliyun|hashicorp)/alicloud$`)

// From takes over the state of a resource of the official provider. It is
// read into a T, whose fields name what is needed of it: what other versions
// have besides does no harm. convert gives the attributes of ours that it
// tells; the refresh that follows reads the rest.
func From[T any](typeName string, convert func(former T) (map[string]attr.Value, error)) resource.StateMover {
	return resource.StateMover{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		if req.SourceTypeName != typeName || !officialProvider.MatchString(req.SourceProviderAddress) {
			return // not ours: the framework says so
		}
		var former T
		if err := json.Unmarshal(req.SourceRawState.JSON, &former); err != nil {
			resp.Diagnostics.AddError("State of "+typeName+" cannot be read", fmt.Sprintf(
				"The state that %s has written is not as its documentation has it: %s.\n\nTake the moved block away and import the object instead.", req.SourceProviderAddress, err))
			return
		}
		attributes, err := convert(former)
		if err != nil {
			resp.Diagnostics.AddError(typeName+" cannot be moved", diagnostic.UpperFirst(err.Error())+".")
			return
		}
		for name, value := range attributes {
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(name), value)...)
		}
	}}
}

// Account resolves the account of a state that was moved and not read yet: what
// the official provider writes does not say whose an object is, so it is looked
// for in the provider's own account. unread reports whether that is so.
func Account(ctx context.Context, data *providerdata.Data, account *types.String, diags *diag.Diagnostics) (unread bool) {
	if !account.IsNull() {
		return false
	}
	*account = scoped.OwnAccount(ctx, data, *account, diags)
	return true
}

// Region is Account for the region, which the official provider does not write
// down either: it is the provider's.
func Region(data *providerdata.Data, region *types.String) {
	if region.IsNull() {
		*region = types.StringValue(data.Fleet.Region())
	}
}

// Elsewhere is the error for an object that was moved and is not there:
// dropping it from the state would leave it to nobody.
func Elsewhere(what, place, importID string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(diagnostic.UpperFirst(what)+" was moved and is not there", fmt.Sprintf(
		"The state comes from the official provider, which does not write down whose %s is; there is none %s, which is where this provider's own credentials look.\n\n"+
			"Take the moved block away, let go of the former address with a removed block, and import it with the account that has it:\n\n  terraform import ADDRESS %s", what, place, importID))
}

// RefuseUnread refuses to plan on a state that was moved and not refreshed: the
// account would seem to change, which replaces.
func RefuseUnread(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	var account types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("account_id"), &account)...)
	if account.IsNull() && !resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("State was moved and not refreshed",
			"This object was moved from the official provider, and its account is not known before it is read: plan again without -refresh=false.")
	}
}
