package scoped

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// Store writes a model and its identity, which the parts are.
func Store(ctx context.Context, state *tfsdk.State, model any, identity *tfsdk.ResourceIdentity, parts any, diags *diag.Diagnostics) {
	diags.Append(state.Set(ctx, model)...)
	StoreIdentity(ctx, identity, parts, diags)
}

// StoreIdentity is due after every read, even of what is gone. A CLI that knows no identities passes none.
func StoreIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, parts any, diags *diag.Diagnostics) {
	if identity != nil {
		diags.Append(identity.Set(ctx, parts)...)
	}
}
