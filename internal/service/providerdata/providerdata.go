// Package providerdata is what the configured provider hands to each resource
// and data source.
package providerdata

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/observed"
)

// Enforcement says what fail_on does to a plan.
type Enforcement string

// The enforcements.
const (
	EnforceError Enforcement = "error"
	EnforceWarn  Enforcement = "warn"
)

// EnforcementVariable is the environment variable behind the provider's
// enforcement argument.
const EnforcementVariable = "ACKGUARD_ENFORCEMENT"

// Data is the configured provider.
type Data struct {
	Fleet *fleet.Fleet
	// Observed is what was read in this run: reads go through it, so that no answer is asked for twice.
	Observed    *observed.Store
	Enforcement Enforcement
	// EnforcementConfigured: the provider block sets enforcement, so the
	// environment variable has no say.
	EnforcementConfigured bool
	SkipRegionValidation  bool
}

// Enforce adds an error, or a warning where the provider only warns. The error
// names the switch that works: a failing data source blocks its own fix.
func (d *Data) Enforce(diags *diag.Diagnostics, summary, detail, argument string) {
	if d.Enforcement == EnforceWarn {
		diags.AddAttributeWarning(path.Root(argument), summary, detail+"\n\nenforcement is \"warn\": this would fail the plan otherwise.")
		return
	}
	way := fmt.Sprintf("set the environment variable %s=warn", EnforcementVariable)
	if d.EnforcementConfigured {
		way = "set enforcement = \"warn\" in the provider block"
	}
	diags.AddAttributeError(path.Root(argument), summary,
		detail+fmt.Sprintf("\n\nThis also blocks an apply that fixes it, and destroy. To let them through, %s.", way))
}

// From reads the provider's data in a Configure method. It returns nil, and
// no error, before the provider is configured (the framework validates then).
func From(provided any, diags *diag.Diagnostics) *Data {
	if provided == nil {
		return nil
	}
	data, ok := provided.(*Data)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("Expected *providerdata.Data, got %T. This is a defect of the provider; please report it.", provided))
		return nil
	}
	return data
}
