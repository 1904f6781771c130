package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
)

type manifestsDataSource struct{}

var (
	_ datasource.DataSourceWithConfigValidators = (*manifestsDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*manifestsDataSource)(nil)
)

// NewManifestsDataSource is the data source ackguard_scan_policy_manifests.
func NewManifestsDataSource() datasource.DataSource { return &manifestsDataSource{} }

type manifestsModel struct {
	ConfigMap types.String `tfsdk:"config_map"`
	CronJob   types.String `tfsdk:"cron_job"`
	ConfigKey types.String `tfsdk:"config_key"`
	Enabled   types.Set    `tfsdk:"enabled_checks"`
	Disabled  types.Set    `tfsdk:"disabled_checks"`
	Schedule  types.String `tfsdk:"schedule"`
	Suspend   types.Bool   `tfsdk:"suspend"`
	WhiteList types.Set    `tfsdk:"white_list"`
	Confirmed types.Set    `tfsdk:"confirmed_exemption_fields"`

	Dialect     types.String `tfsdk:"dialect"`
	Unsupported types.Set    `tfsdk:"unsupported_checks"`
	Manifests   []string     `tfsdk:"manifests"`
}

// Metadata implements datasource.DataSource.
func (d *manifestsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_scan_policy_manifests"
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *manifestsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(path.MatchRoot("config_map"), path.MatchRoot("cron_job"))}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *manifestsDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	checkLists(ctx, req.Config, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *manifestsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := []validator.String{stringvalidator.LengthAtLeast(1)}
	ids := func(description string) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description, Validators: textsOf(0),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The objects of the component `security-inspector` as a policy wants them, as manifests: for clusters that GitOps changes and Terraform does not reach. " +
			"The vendor publishes no manifests of these objects, so they start from those of a cluster (`kubectl get configmap -n " + inspector.OwnNamespace + " " + inspector.ConfigMapName + " -o yaml`); " +
			"what the policy does not name stays as it is in them, byte for byte within the configuration. It makes no call.",
		Attributes: map[string]schema.Attribute{
			"config_map":      schema.StringAttribute{Optional: true, MarkdownDescription: "The ConfigMap, YAML or JSON."},
			"cron_job":        schema.StringAttribute{Optional: true, MarkdownDescription: "The CronJob, YAML or JSON."},
			"config_key":      schema.StringAttribute{Optional: true, MarkdownDescription: "Key of the ConfigMap's data; found out if not set, as in `ackguard_scan_policy`."},
			"enabled_checks":  ids("Checks that are on."),
			"disabled_checks": ids("Checks that are off."),
			"schedule":        schema.StringAttribute{Optional: true, MarkdownDescription: "When the component scans: a cron schedule of five fields.", Validators: []validator.String{cronValidator{}}},
			"suspend":         schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the periodic scan is suspended."},
			"white_list": schema.SetNestedAttribute{
				Optional: true, MarkdownDescription: "Workloads that checks pass over, as in `ackguard_scan_policy`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"namespace":  schema.StringAttribute{Optional: true, MarkdownDescription: "Namespace of the workload; all if not set.", Validators: text},
					"workload":   schema.StringAttribute{Required: true, MarkdownDescription: "Beginning of the workload's name.", Validators: text},
					"checks":     schema.SetAttribute{Required: true, ElementType: types.StringType, MarkdownDescription: "Checks that pass over it.", Validators: textsOf(1)},
					"containers": schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Beginnings of the names of its containers; all if not set.", Validators: textsOf(1)},
					"reason":     schema.StringAttribute{Optional: true, MarkdownDescription: "Why; it stands in a comment."},
				}},
			},
			"confirmed_exemption_fields": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Fields of an exemption that you know the engine to understand, as in `ackguard_scan_policy`.",
				Validators: confirmable(),
			},
			"dialect": attribute.Text("How the configuration names its checks: `grouped` or `flat`; null without `config_map`."),
			"unsupported_checks": schema.SetAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "Checks that the configuration has no key for: they are off, and nothing is added for them.",
			},
			"manifests": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The ConfigMap and the CronJob, as far as they are given, as YAML without what the API server keeps of them (`status`, `managedFields`, versions, the annotation of the last `kubectl apply`).",
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *manifestsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m manifestsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	policy := policyModel{Enabled: m.Enabled, Disabled: m.Disabled, WhiteList: m.WhiteList, Confirmed: m.Confirmed, Schedule: m.Schedule, Suspend: m.Suspend}
	want := policy.policy(ctx, &resp.Diagnostics)
	m.Unsupported, m.Manifests = stringSet(nil), []string{}
	if !m.ConfigMap.IsNull() {
		m.renderConfig(want, &resp.Diagnostics)
	}
	if !m.CronJob.IsNull() {
		m.renderTiming(&resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *manifestsModel) renderConfig(want inspector.Policy, diags *diag.Diagnostics) {
	at := path.Root("config_map")
	object, err := manifest(m.ConfigMap.ValueString(), "ConfigMap")
	if err != nil {
		diags.AddAttributeError(at, "Not a ConfigMap", err.Error()+".")
		return
	}
	key, text, parsed, err := config(object, m.ConfigKey.ValueString())
	var result inspector.Result
	if err == nil {
		result, err = inspector.Apply(text, want, inspector.Before{})
	}
	if err == nil {
		err = unstructured.SetNestedField(object.Object, result.Text, "data", key)
	}
	if err != nil {
		d := explained("Rendering the scan policy", "the ConfigMap "+object.GetName(), err)
		diags.AddAttributeError(at, d.Summary(), d.Detail())
		return
	}
	m.Dialect, m.Unsupported = types.StringValue(string(parsed.Dialect)), stringSet(result.Unsupported)
	if result.Disallowed != "" {
		diags.AddAttributeWarning(path.Root("white_list"), voidWhiteList, fmt.Sprintf("The configuration has %s: true, so the engine passes over nothing.", result.Disallowed))
	}
	m.render(object, diags)
}

func (m *manifestsModel) renderTiming(diags *diag.Diagnostics) {
	object, err := manifest(m.CronJob.ValueString(), "CronJob")
	if err != nil {
		diags.AddAttributeError(path.Root("cron_job"), "Not a CronJob", err.Error()+".")
		return
	}
	t := timingOf(object)
	if !m.Schedule.IsNull() {
		t.Schedule = m.Schedule.ValueString()
	}
	if !m.Suspend.IsNull() {
		t.Suspend = m.Suspend.ValueBool()
	}
	if err := t.put(object); err != nil {
		diags.AddAttributeError(path.Root("cron_job"), "Not a CronJob", err.Error()+".")
		return
	}
	m.render(object, diags)
}

// manifest reads one object of a kind. No error quotes it.
func manifest(text, kind string) (*cluster.Object, error) {
	var content map[string]any
	asJSON, err := sigsyaml.YAMLToJSONStrict([]byte(text))
	if err == nil {
		err = json.Unmarshal(asJSON, &content) // which keeps whole numbers whole
	}
	if err != nil {
		return nil, errors.New("it is no YAML of one object, or has a key twice")
	}
	object := &cluster.Object{Object: content}
	if object.GetKind() != kind {
		return nil, fmt.Errorf("its kind is %q and not %s", object.GetKind(), kind)
	}
	for _, field := range [][]string{
		{"status"},
		{"metadata", "managedFields"}, {"metadata", "resourceVersion"}, {"metadata", "uid"}, {"metadata", "creationTimestamp"}, {"metadata", "generation"}, {"metadata", "selfLink"},
		{"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"}, {"metadata", "annotations", beforeAnnotation},
	} {
		unstructured.RemoveNestedField(content, field...)
	}
	if annotations, found, _ := unstructured.NestedMap(content, "metadata", "annotations"); found && len(annotations) == 0 {
		unstructured.RemoveNestedField(content, "metadata", "annotations")
	}
	return object, nil
}

func (m *manifestsModel) render(object *cluster.Object, diags *diag.Diagnostics) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(object.Object); err != nil {
		diags.AddError("Manifest cannot be written", err.Error())
		return
	}
	m.Manifests = append(m.Manifests, b.String())
}
