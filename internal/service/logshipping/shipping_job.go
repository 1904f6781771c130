package logshipping

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// sinkName is what a job of ours calls its destination. The service has no use for it but that it is there, so one
// that was taken over keeps its own.
const sinkName = "archive"

// toJob is the job as the model has it, which must be wholly known.
func (m shippingModel) toJob(ctx context.Context, diags *diag.Diagnostics) sls.Job {
	archive := m.archive(ctx, diags)
	return sls.Job{
		Name: m.Name.ValueString(), DisplayName: m.DisplayName.ValueString(), Description: m.Description.ValueString(),
		LogStore: m.LogStore.ValueString(), RoleARN: m.SourceRoleARN.ValueString(), Script: m.Script.ValueString(), Language: sls.SPL, FromTime: seconds(m.FromTime),
		Sinks: []sls.Sink{{
			Name: sinkName, Endpoint: sls.Endpoint(archive.Region.ValueString()), Project: archive.Project.ValueString(), LogStore: archive.LogStore.ValueString(),
			RoleARN: m.DestinationRoleARN.ValueString(), DataSets: []string{sls.DefaultDataSet},
		}},
	}
}

// keeping is the job with what an update must not change of the one that is there.
func keeping(wanted, is sls.Job) sls.Job {
	if len(is.Sinks) == 1 && is.Sinks[0].Name != "" {
		sink := wanted.Sinks[0]
		sink.Name = is.Sinks[0].Name
		wanted.Sinks = []sls.Sink{sink}
	}
	return wanted
}

// fields are what the job adds to each row.
func (m shippingModel) fields(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	fields := map[string]string{}
	if !m.AdditionalFields.IsNull() {
		diags.Append(m.AdditionalFields.ElementsAs(ctx, &fields, false)...)
	}
	for name, v := range map[string]types.String{
		accountField: m.AccountID, regionField: m.Region, clusterField: m.ClusterID, clusterName: m.ClusterName, logSourceField: m.Source, componentField: m.Component,
	} {
		fields[name] = v.ValueString()
	}
	return fields
}

// planScript makes the script of the arguments, as far as they are known.
func (m *shippingModel) planScript(ctx context.Context, diags *diag.Diagnostics) {
	if m.PassThrough.IsUnknown() {
		m.Script = types.StringUnknown()
		return
	}
	if m.PassThrough.ValueBool() {
		m.Script = types.StringValue("")
		return
	}
	for _, v := range []types.String{m.AccountID, m.Region, m.ClusterID, m.ClusterName, m.Source, m.Component} {
		if v.IsUnknown() {
			m.Script = types.StringUnknown()
			return
		}
	}
	if !wholly(ctx, m.AdditionalFields) {
		m.Script = types.StringUnknown()
		return
	}
	script := extending(m.fields(ctx, diags))
	if !sameScript(m.Script.ValueString(), script) || m.Script.IsUnknown() {
		m.Script = types.StringValue(script)
	}
}

// wholly reports whether a map and its values are known.
func wholly(ctx context.Context, m types.Map) bool {
	v, err := m.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}

// scriptOf is a job's script as the state has it: in front of one that is not in SPL stands its language.
func scriptOf(job sls.Job) string {
	if job.Language == sls.SPL || job.Script == "" {
		return job.Script
	}
	language := job.Language
	if language == "" {
		language = "DSL"
	}
	return language + ": " + job.Script
}

// fromJob takes over what the service has. An attribute keeps its own spelling where it means the same.
func (m *shippingModel) fromJob(ctx context.Context, job sls.Job, diags *diag.Diagnostics) {
	m.Name, m.DisplayName, m.Description = types.StringValue(job.Name), types.StringValue(job.DisplayName), types.StringValue(job.Description)
	m.LogStore, m.Status = types.StringValue(job.LogStore), types.StringValue(job.Status)
	m.Enabled = types.BoolValue(runs(job))
	if !sameRole(m.SourceRoleARN.ValueString(), job.RoleARN) {
		m.SourceRoleARN = types.StringValue(job.RoleARN)
	}
	if script := scriptOf(job); m.Script.IsNull() || !sameScript(m.Script.ValueString(), script) {
		m.Script = types.StringValue(script)
	}
	m.PassThrough = types.BoolValue(m.Script.ValueString() == "")
	if seconds(m.FromTime) != job.FromTime {
		m.FromTime = types.StringNull()
		if job.FromTime != 0 {
			m.FromTime = types.StringValue(time.Unix(job.FromTime, 0).UTC().Format(time.RFC3339))
		}
	}
	archive := sinkModel{}
	if len(job.Sinks) > 0 {
		sink := job.Sinks[0]
		account := accountOf(sink.RoleARN)
		archive = sinkModel{value.OrNull(account), types.StringValue(regionOf(sink.Endpoint)), types.StringValue(sink.Project), types.StringValue(sink.LogStore)}
		if !sameRole(m.DestinationRoleARN.ValueString(), sink.RoleARN) {
			m.DestinationRoleARN = types.StringValue(sink.RoleARN)
		}
	}
	if len(job.Sinks) > 1 { // what there is no argument for is not to be overlooked
		archive.LogStore = types.StringValue(fmt.Sprintf("%s and %d more", archive.LogStore.ValueString(), len(job.Sinks)-1))
	}
	object, d := types.ObjectValueFrom(ctx, sinkTypes, archive)
	diags.Append(d...)
	m.Archive = object
}

// runs reports whether a job runs, or is about to.
func runs(job sls.Job) bool { return job.Status == sls.Running || job.Status == sls.Starting }

// endpoint is an endpoint of Log Service, of the public network or another.
var endpoint = regexp.MustCompile(`^(?:https?://)?([a-z]{2}-[a-z0-9-]+?)(?:-intranet|-share|-vpc)?\.(?:log|sls)\.aliyuncs\.com/?$`)

// regionOf is the region of an endpoint, or the endpoint where it has none.
func regionOf(e string) string {
	if match := endpoint.FindStringSubmatch(e); match != nil {
		return match[1]
	}
	return e
}

// roleARN is a role's ARN; what it names is the account and the role.
var roleARN = regexp.MustCompile(`^acs:ram::([0-9]+):role/(.+)$`)

// accountOf is the account of a role, or "".
func accountOf(arn string) string {
	if match := roleARN.FindStringSubmatch(arn); match != nil {
		return match[1]
	}
	return ""
}

// sameRole compares ARNs as RAM does: names of roles are the same in whatever case.
func sameRole(a, b string) bool { return strings.EqualFold(a, b) }

// jobDifference lists what two jobs differ in, by the names of the arguments; whether they run is not looked at.
func jobDifference(is, wanted sls.Job) string {
	var parts []string
	differ := func(same bool, name string, is, wanted any) {
		if !same {
			parts = append(parts, fmt.Sprintf("%s is %q, not %q", name, is, wanted))
		}
	}
	plain := func(name, is, wanted string) { differ(is == wanted, name, is, wanted) }
	plain("logstore", is.LogStore, wanted.LogStore)
	plain("display_name", is.DisplayName, wanted.DisplayName)
	plain("description", is.Description, wanted.Description)
	differ(sameRole(is.RoleARN, wanted.RoleARN), "source_role_arn", is.RoleARN, wanted.RoleARN)
	differ(sameScript(scriptOf(is), scriptOf(wanted)), "script", scriptOf(is), scriptOf(wanted))
	if is.FromTime != wanted.FromTime {
		parts = append(parts, fmt.Sprintf("from_time is %s, not %s", instant(is.FromTime), instant(wanted.FromTime)))
	}
	if is.ToTime != 0 && is.ToTime != wanted.ToTime {
		parts = append(parts, "it ends at "+instant(is.ToTime)+", and not never")
	}
	if len(is.Sinks) != len(wanted.Sinks) {
		parts = append(parts, fmt.Sprintf("it has %d destinations, not %d", len(is.Sinks), len(wanted.Sinks)))
		return strings.Join(parts, "; ")
	}
	for i, sink := range is.Sinks {
		w := wanted.Sinks[i]
		plain("archive.region", regionOf(sink.Endpoint), regionOf(w.Endpoint))
		plain("archive.project", sink.Project, w.Project)
		plain("archive.logstore", sink.LogStore, w.LogStore)
		differ(sameRole(sink.RoleARN, w.RoleARN), "destination_role_arn", sink.RoleARN, w.RoleARN)
	}
	return strings.Join(parts, "; ")
}

func instant(seconds int64) string {
	if seconds == 0 {
		return "not set"
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// derive tells from a job that was imported or moved which arguments it stands for.
func (m *shippingModel) derive(ctx context.Context, job sls.Job, diags *diag.Diagnostics) {
	fields := m.deriveSource(job)
	m.ClusterName, m.AdditionalFields = value.OrNull(fields[clusterName]), types.MapNull(types.StringType)
	for _, name := range originFields {
		delete(fields, name)
	}
	if len(fields) > 0 {
		more, d := types.MapValueFrom(ctx, types.StringType, fields)
		diags.Append(d...)
		m.AdditionalFields = more
	}
	m.AdoptExisting, m.Verify, m.VerifyTimeout = types.BoolValue(false), types.BoolValue(true), types.StringValue(defaultVerifyTimeout)
	m.SourceRetention, m.VerifyTriggers = types.ObjectNull(retentionTypes), types.MapNull(types.StringType)
	m.Verified, m.LagSeconds, m.Verification = types.BoolNull(), types.Int64Null(), types.StringValue("Nothing was done: the job was there already.")
}

// deriveSource tells what a job ships: from the fields that it adds, which it returns if the script is one of ours, or
// from its Logstore's name.
func (m *shippingModel) deriveSource(job sls.Job) (fields map[string]string) {
	source, component, clusterID := sourceOf(job.LogStore, m.Project.ValueString())
	fields, ours := extended(job.Script)
	if !ours || job.Language != sls.SPL {
		fields = nil
	}
	if slices.Contains(shippingSources, fields[logSourceField]) {
		source, component, clusterID = fields[logSourceField], fields[componentField], fields[clusterField]
	}
	if !isClusterID(clusterID) {
		source, component, clusterID = sourceCustom, "", ""
	}
	m.Source, m.Component, m.ClusterID = types.StringValue(source), value.OrNull(component), value.OrNull(clusterID)
	return fields
}
