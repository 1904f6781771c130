// Package scan is the Terraform surface of the inspection of workload configurations: the component security-inspector.
package scan

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

const (
	// changeTimeout bounds a change: installing the component takes minutes.
	changeTimeout = 15 * time.Minute
	// readTimeout bounds a read, which is a handful of calls.
	readTimeout = 5 * time.Minute
)

// What to do when no API server answers a read.
const (
	unreachableFails = "error"
	unreachableKeeps = "keep_state"
)

type policyResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*policyResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*policyResource)(nil)
	_ resource.ResourceWithValidateConfig = (*policyResource)(nil)
	_ resource.ResourceWithImportState    = (*policyResource)(nil)
	_ resource.ResourceWithIdentity       = (*policyResource)(nil)
)

// NewPolicyResource is the resource ackguard_scan_policy.
func NewPolicyResource() resource.Resource { return &policyResource{} }

type policyModel struct {
	policyIdentity
	ComponentName    types.String `tfsdk:"component_name"`
	ComponentVersion types.String `tfsdk:"component_version"`
	Install          types.Bool   `tfsdk:"install_component"`
	Uninstall        types.Bool   `tfsdk:"uninstall_on_destroy"`
	Enabled          types.Set    `tfsdk:"enabled_checks"`
	Disabled         types.Set    `tfsdk:"disabled_checks"`
	Schedule         types.String `tfsdk:"schedule"`
	Suspend          types.Bool   `tfsdk:"suspend"`
	WhiteList        types.Set    `tfsdk:"white_list"` // of whiteListEntry
	Confirmed        types.Set    `tfsdk:"confirmed_exemption_fields"`
	Objects          types.Object `tfsdk:"objects"`            // see objectsModel
	Connection       types.Object `tfsdk:"cluster_connection"` // see connectionModel
	OnUnreachable    types.String `tfsdk:"on_unreachable"`
	Triggers         types.Map    `tfsdk:"triggers"`

	Dialect          types.String   `tfsdk:"dialect"`
	ConfigNamespace  types.String   `tfsdk:"config_namespace"`
	ConfigKey        types.String   `tfsdk:"config_key"`
	CronJobNamespace types.String   `tfsdk:"cronjob_namespace"`
	Installed        types.String   `tfsdk:"component_version_installed"`
	Unsupported      types.Set      `tfsdk:"unsupported_checks"`
	LastScanJob      types.String   `tfsdk:"last_scan_job"`
	Before           types.Object   `tfsdk:"policy_before"` // see policyBefore
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

type policyIdentity struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	ClusterID types.String `tfsdk:"cluster_id"`
}

type whiteListEntry struct {
	Namespace  types.String `tfsdk:"namespace"`
	Workload   types.String `tfsdk:"workload"`
	Checks     []string     `tfsdk:"checks"`
	Containers []string     `tfsdk:"containers"`
	Reason     types.String `tfsdk:"reason"`
}

var whiteListTypes = types.ObjectType{AttrTypes: map[string]attr.Type{
	"namespace": types.StringType, "workload": types.StringType, "checks": types.SetType{ElemType: types.StringType},
	"containers": types.SetType{ElemType: types.StringType}, "reason": types.StringType,
}}

// objectsModel is the content of objects.
type objectsModel struct {
	ConfigMap          types.String `tfsdk:"config_map"`
	ConfigMapNamespace types.String `tfsdk:"config_map_namespace"`
	ConfigKey          types.String `tfsdk:"config_key"`
	CronJob            types.String `tfsdk:"cron_job"`
	CronJobNamespace   types.String `tfsdk:"cron_job_namespace"`
}

// policyBefore is the content of policy_before. It is in the state and not in private state: of a tainted resource, Terraform
// gives its destroy the one and not the other (seen in 1.11.4). The objects themselves hold the same in an annotation.
type policyBefore struct {
	Config   types.String `tfsdk:"config"`
	Schedule types.String `tfsdk:"schedule"`
	Suspend  types.Bool   `tfsdk:"suspend"`
}

var policyBeforeTypes = map[string]attr.Type{"config": types.StringType, "schedule": types.StringType, "suspend": types.BoolType}

// Metadata implements resource.Resource.
func (r *policyResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_scan_policy"
}

// Configure implements resource.ResourceWithConfigure.
func (r *policyResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *policyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.Identity("cluster_id", "Cluster ID.")
}

// ImportState implements resource.ResourceWithImportState.
func (r *policyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.Import(ctx, r.data, req, resp, "cluster_id", validate.ClusterID())
	for name, value := range map[string]attr.Value{
		"install_component": types.BoolValue(false), "uninstall_on_destroy": types.BoolValue(false), "on_unreachable": types.StringValue(unreachableFails),
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
}

// Schema implements resource.Resource.
func (r *policyResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{}
	for _, some := range []map[string]schema.Attribute{componentArguments(), policyArguments(), accessArguments(), policyResults()} {
		for name, attribute := range some {
			attributes[name] = attribute
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What ACK's inspection of workload configurations (the component `security-inspector`) checks in a cluster, when, and what it passes over. " +
			"A cluster has one component: declare one policy of it.\n\n" +
			"The vendor publishes no API for these settings. This resource changes the objects that the component's release notes name, the ConfigMap `" + inspector.ConfigMapName +
			"` and the CronJob `" + inspector.CronJobName + "`, over the cluster's own API, with a temporary kubeconfig that never reaches the state. " +
			"That the ConfigMap holds a configuration of the engine that the component wraps is inferred: where it is, under which key and in which dialect is found out in each cluster, and " +
			"what is not recognised is refused and left as it is.\n\n" +
			"Only what the block declares is managed: other checks, entries of the white list and keys stay as they are, comments and order included, and cause no drift. " +
			"A change that somebody else makes at the same time is never overwritten. What was found is kept in the state (`policy_before`) and in the annotation `" + beforeAnnotation +
			"` of each object, from before the first change; destroying puts it back.",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

func componentArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"account_id": scoped.AccountID(),
		"region":     scoped.Region(),
		"cluster_id": schema.StringAttribute{
			Required: true, MarkdownDescription: "Cluster of the policy. Another value replaces the resource.",
			Validators: []validator.String{validate.ClusterID()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"component_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Name of the add-on: `" + inspector.Component + "`, or `" + inspector.ManagedComponent + "` in clusters that have the managed one. Not set, it is the one that is installed, else `" + inspector.Component + "`.",
			Validators:          []validator.String{stringvalidator.OneOf(inspector.Components...)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"component_version": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Version of the component, e.g. `v0.16.8`: it is installed or upgraded to it, and waited for. Not set, it is left as it is. " +
				"The service does not take add-ons back to earlier versions.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"install_component": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Install the component where it is missing and `component_version` is not set, in the version that the service chooses; false by default: then that is an error.",
		},
		"uninstall_on_destroy": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Uninstall the component when the resource is destroyed, whoever installed it, with its objects; false by default: then what was found is put back.",
		},
	}
}

// textsOf asks for at least so many texts, none of them empty: an empty name of a workload would be the beginning of all.
func textsOf(atLeast int) []validator.Set {
	return []validator.Set{setvalidator.SizeAtLeast(atLeast), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))}
}

func confirmable() []validator.Set {
	return []validator.Set{setvalidator.ValueStringsAre(stringvalidator.OneOf(inspector.NamespaceField, inspector.ContainersField))}
}

func checkSet(description string) schema.SetAttribute {
	return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description, Validators: textsOf(0)}
}

func policyArguments() map[string]schema.Attribute {
	text := stringvalidator.LengthAtLeast(1)
	return map[string]schema.Attribute{
		"enabled_checks": checkSet("Checks that are on, e.g. `hostNetworkSet`. Either spelling is taken of those that the engine renamed (`capabilitiesAdded`, `dangerousCapabilities`; `notReadOnlyRootFileSystem`, " +
			"`notReadOnlyRootFilesystem`). A check that was off gets the severity that it had before, else the engine's own."),
		"disabled_checks": checkSet("Checks that are off. Checks in neither list stay as they are; taken out of a list, a check is put back to what was found."),
		"schedule": schema.StringAttribute{
			Optional: true, Validators: []validator.String{cronValidator{}},
			MarkdownDescription: "When the component scans: a cron schedule of five fields, e.g. `30 2 * * *`, in the time zone of the CronJob. The vendor advises to scan off-peak. Not set, it stays as it is.",
		},
		"suspend": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the periodic scan is suspended. Not set, it stays as it is."},
		"white_list": schema.SetNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Workloads that checks pass over. Entries of others stay, and so does one that was there before this block declared it; a warning says so when it is taken out of the block. The engine matches the names of workloads and containers by their beginning: `web` exempts `web-admin` too.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"namespace": schema.StringAttribute{
					Optional: true, Validators: []validator.String{text},
					MarkdownDescription: "Namespace of the workload. Not set, the entry holds in all namespaces. Engines of the `grouped` dialect do not know it, and older ones of the `flat` dialect ignore it; see `confirmed_exemption_fields`.",
				},
				"workload": schema.StringAttribute{Required: true, MarkdownDescription: "Beginning of the workload's name.", Validators: []validator.String{text}},
				"checks": schema.SetAttribute{
					Required: true, ElementType: types.StringType, MarkdownDescription: "Checks that pass over it.",
					Validators: textsOf(1),
				},
				"containers": schema.SetAttribute{
					Optional: true, ElementType: types.StringType, MarkdownDescription: "Beginnings of the names of its containers; all if not set. As `namespace`, not every engine knows it.",
					Validators: textsOf(1),
				},
				"reason": schema.StringAttribute{Optional: true, MarkdownDescription: "Why. It stands in a comment beside the entry, where the configuration is YAML. It is not read back."},
			}},
		},
		"confirmed_exemption_fields": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Fields of an exemption that you know the engine to understand: `" + inspector.NamespaceField + "` (since 1.3.0 of the engine), `" + inspector.ContainersField + "` (since 3.1.0). " +
				"An older engine ignores them, which would exempt more than the entry says, and the ConfigMap does not tell the version: so an entry with such a field is refused unless one in the cluster uses it already, or it is confirmed here.",
			Validators: confirmable(),
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.NoNullValues()},
			MarkdownDescription: "Any values. A change, or creating the resource with them, starts one scan at once: a Job from the CronJob's template, unless one runs already. " +
				"Taking `triggers` away runs nothing. The same values do not run twice while their Job is there.",
		},
	}
}

func accessArguments() map[string]schema.Attribute {
	name := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
	}
	return map[string]schema.Attribute{
		"objects": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "Where the component's objects are, if they are not found. Another object than the one that is managed, or one whose name is known at apply only, replaces the resource.",
			Attributes: map[string]schema.Attribute{
				"config_map":           name("Name of the ConfigMap; `" + inspector.ConfigMapName + "` by default."),
				"config_map_namespace": name("Its namespace; found out by default: `" + inspector.OwnNamespace + "` or `" + inspector.SystemNamespace + "`."),
				"config_key":           name("Key of its data; by default `" + inspector.ConfigKey + "`, else the only one that holds a configuration."),
				"cron_job":             name("Name of the CronJob; `" + inspector.CronJobName + "` by default."),
				"cron_job_namespace":   name("Its namespace; found out by default, on its own."),
			},
		},
		"cluster_connection": connectionAttribute(),
		"on_unreachable": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(unreachableFails),
			MarkdownDescription: "What a read does when no API server answers: `error` (default), or `keep_state`: the state stays as it was, with a warning, and drift is not seen. Changes and destroying fail in either case.",
			Validators:          []validator.String{stringvalidator.OneOf(unreachableFails, unreachableKeeps)},
		},
	}
}

func policyResults() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}}
	}
	return map[string]schema.Attribute{
		"dialect":                     text("How the configuration names its checks: `grouped` or `flat`."),
		"config_namespace":            text("Namespace of the ConfigMap."),
		"config_key":                  text("Key of its data."),
		"cronjob_namespace":           text("Namespace of the CronJob; null if there is none."),
		"component_version_installed": text("Version of the component that is installed."),
		"unsupported_checks": schema.SetAttribute{
			Computed: true, ElementType: types.StringType, PlanModifiers: []planmodifier.Set{setplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Checks of this block that the installed version has no key for: they are off, and nothing is added for them.",
		},
		"last_scan_job": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Namespace and name of the Job that `triggers` started last, or found running; null without one.",
		},
		"policy_before": schema.SingleNestedAttribute{
			Computed: true, PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "What was found, which destroying puts back. After an import, it is what was imported.",
			Attributes: map[string]schema.Attribute{
				"config":   schema.StringAttribute{Computed: true, MarkdownDescription: "Severities that were found and entries that were added, as JSON."},
				"schedule": schema.StringAttribute{Computed: true, MarkdownDescription: "Schedule that was found, if this block sets one."},
				"suspend":  schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the scan was suspended, if this block sets `suspend`."},
			},
		},
	}
}
