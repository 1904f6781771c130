package logshipping

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// set reports whether a value is written, and known.
func set(v interface {
	IsNull() bool
	IsUnknown() bool
}) bool {
	return !v.IsNull() && !v.IsUnknown()
}

// checkBlock finds what is wrong with the arguments as they are written. account_id and the like may not be known yet.
func (m shippingModel) checkBlock(_ context.Context, diags *diag.Diagnostics) {
	source := m.Source.ValueString()
	if source == "" {
		return
	}
	at := func(name, summary, format string, arguments ...any) {
		diags.AddAttributeError(path.Root(name), summary, fmt.Sprintf(format, arguments...))
	}
	switch {
	case source != sourceCustom && m.ClusterID.IsNull():
		at("cluster_id", "Missing cluster", "cluster_id says whose logs are shipped: only with source = \"custom\" it may be left out.")
	case source == sourceCustom && m.Project.IsNull():
		at("project", "Missing project", "With source = \"custom\", project and logstore say what is shipped.")
	case source == sourceCustom && m.LogStore.IsNull():
		at("logstore", "Missing Logstore", "With source = \"custom\", project and logstore say what is shipped.")
	}
	switch {
	case source == sourceControlPlane && m.Component.IsNull():
		at("component", "Missing component", "With source = \"control_plane\", component says of which one: %s.", strings.Join(shippedComponents, ", "))
	case source != sourceControlPlane && !m.Component.IsNull():
		at("component", "Component of no control plane", "component is for source = \"control_plane\", and this is %q.", source)
	}
	if source == sourceCustom && m.Name.IsNull() && set(m.LogStore) && defaultJobName(source, "", "", m.LogStore.ValueString()) == "" {
		at("name", "Missing name", "The name of the job would be that of the Logstore after ackguard-custom-, and that is longer than %d characters: set name.", maxJobName)
	}
	if m.PassThrough.ValueBool() {
		for name, written := range map[string]bool{"additional_fields": !m.AdditionalFields.IsNull(), "cluster_name": !m.ClusterName.IsNull()} {
			if written {
				at(name, "Fields of a job that adds none", "With pass_through = true, rows arrive as they are: take %s away, or pass_through.", name)
			}
		}
	}
}

// checkPlan finds what is wrong with the planned values, as far as they are known.
func (m shippingModel) checkPlan(ctx context.Context, skipRegions bool, diags *diag.Diagnostics) {
	archive := m.archive(ctx, diags)
	at := func(p path.Path, summary, format string, arguments ...any) {
		diags.AddAttributeError(p, summary, fmt.Sprintf(format, arguments...))
	}
	if set(archive.Region) {
		if problem := providerdata.CheckRegion(archive.Region.ValueString(), skipRegions); problem != "" {
			at(path.Root("archive").AtName("region"), "Unknown region", "%s", problem)
		}
	}
	if reader := accountOf(m.SourceRoleARN.ValueString()); set(m.SourceRoleARN) && set(m.AccountID) && reader != m.AccountID.ValueString() {
		at(path.Root("source_role_arn"), "Role of another account", "The job reads in account %s, with a role of that account: %s is one of account %s.", m.AccountID.ValueString(), m.SourceRoleARN.ValueString(), reader)
	}
	if writer := accountOf(m.DestinationRoleARN.ValueString()); set(m.DestinationRoleARN) && set(archive.AccountID) && writer != archive.AccountID.ValueString() {
		hint := ""
		if writer == m.AccountID.ValueString() {
			hint = " A role of the member cannot write to the log account: make one in the log account that trusts " + writer + "@" + logService + "."
		}
		at(path.Root("destination_role_arn"), "Role of another account", "The job writes to account %s, with a role of that account: %s is one of account %s.%s",
			archive.AccountID.ValueString(), m.DestinationRoleARN.ValueString(), writer, hint)
	}
	if set(m.Project) && set(m.LogStore) && m.Project.Equal(archive.Project) && m.LogStore.Equal(archive.LogStore) {
		at(path.Root("archive"), "Loop", "The job would ship %s/%s to itself, and every row would come back to it without end.", m.Project.ValueString(), m.LogStore.ValueString())
	}
}

// Summaries are the same for every resource, so that the CLI shows a fleet's warnings as one.
const (
	indexGoes   = "Index of a shipped Logstore is taken away"
	rowsAreLost = "Rows are lost after a day"
	pointless   = "Taking the index away saves nothing"
	quotaNear   = "Project has its default quota of jobs"
)

// warnRetention warns of what a planned retention costs; was is nil for a resource that is new.
func (m shippingModel) warnRetention(ctx context.Context, was *shippingModel, diags *diag.Diagnostics) {
	wanted := m.retention(ctx, diags)
	before := retentionModel{}
	if was != nil {
		before = was.retention(ctx, diags)
	}
	if set(wanted.IndexEnabled) && !wanted.IndexEnabled.ValueBool() && !before.IndexEnabled.Equal(wanted.IndexEnabled) {
		diags.AddAttributeWarning(path.Root("source_retention").AtName("index_enabled"), indexGoes, fmt.Sprintf(
			"The reports that the ACK console shows of cluster %s, and alerts and queries on its Logstore, work no longer once the index is gone. Rows are shipped without it.", m.ClusterID.ValueString()))
	}
	stopped := set(m.Enabled) && !m.Enabled.ValueBool() || was != nil && was.Status.ValueString() == sls.Stopped
	if set(wanted.Days) && wanted.Days.ValueInt64() == 1 && stopped {
		diags.AddAttributeWarning(path.Root("source_retention").AtName("days"), rowsAreLost, fmt.Sprintf(
			"The job %s stands still, and its source keeps rows for a day: what is older when it starts again is lost. Let it run, or let source_retention.days be longer than it stands still.", m.Name.ValueString()))
	}
}

// sourceFacts are what the source is like, as far as it could be read.
type sourceFacts struct {
	store    *sls.LogStore // nil if it could not be read, or is not there yet
	metering string        // empty if it could not be read
	jobs     []string      // names of the project's data-transformation jobs
}

// The quotas of data-transformation jobs of a project (Log Service's page on limits).
const (
	jobQuota    = 100
	maxJobQuota = 400
)

// checkSource compares what is planned with what the source is like; creates is whether the job is to be made.
func (m shippingModel) checkSource(ctx context.Context, is sourceFacts, creates bool, diags *diag.Diagnostics) {
	wanted, where := m.retention(ctx, diags), m.Project.ValueString()+"/"+m.LogStore.ValueString()
	if is.store != nil && set(wanted.Days) && is.store.HotTTL > int(wanted.Days.ValueInt64()) {
		diags.AddAttributeError(path.Root("source_retention").AtName("days"), "Hot tier is longer than the retention", fmt.Sprintf(
			"The Logstore %s keeps rows in hot storage for %d days (hot_ttl), and cannot keep them for %d days in all. Once set, hot_ttl cannot be taken away: choose at least %d days.",
			where, is.store.HotTTL, wanted.Days.ValueInt64(), is.store.HotTTL))
	}
	if is.metering == sls.ChargeByDataIngest && set(wanted.IndexEnabled) && !wanted.IndexEnabled.ValueBool() {
		diags.AddAttributeWarning(path.Root("source_retention").AtName("index_enabled"), pointless, fmt.Sprintf(
			"The Logstore %s is charged by ingested data (%s), which includes its index: without the index its reports are gone, and it costs the same.", where, is.metering))
	}
	if !creates || slices.Contains(is.jobs, m.Name.ValueString()) {
		return
	}
	switch n := len(is.jobs); {
	case n >= maxJobQuota:
		diags.AddAttributeError(path.Root("project"), "Project has no room for a job", fmt.Sprintf(
			"The project %s has %d data-transformation jobs, and the service allows %d at the most: delete some, or ship from another project.", m.Project.ValueString(), n, maxJobQuota))
	case n >= jobQuota:
		diags.AddAttributeWarning(path.Root("project"), quotaNear, fmt.Sprintf(
			"The project %s has %d data-transformation jobs. The quota is %d unless it was raised (up to %d): if it was not, this job will be refused.", m.Project.ValueString(), n, jobQuota, maxJobQuota))
	}
}

// archiveElsewhere is the error for an archive that is in another region than its block says.
func archiveElsewhere(project, is, says string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("archive").AtName("region"), "Archive is in another region", fmt.Sprintf("The project %s is in region %s, and not in %s.", project, is, says))
}

// isClusterID reports whether a text is the ID of a cluster.
func isClusterID(id string) bool {
	return len(id) == 33 && id[0] == 'c' && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}
