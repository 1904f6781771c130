package scan

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/workload"
)

// Schema implements datasource.DataSource.
func (d *reportDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	list := func(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
		return schema.ListNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
	}
	clusters := workload.ShareAttributes()
	maps.Copy(clusters, map[string]schema.Attribute{
		"account_id": text("Account of the cluster."), "region": text("Region of the cluster."), "cluster_id": text("Cluster."), "cluster_name": text("Name of the cluster."),
		"verdict": text("`NON_COMPLIANT`: it has a violation that is not exempted. `COMPLIANT`: it has none. `INSUFFICIENT_DATA`: its results are missing, or not known as a whole. `ERROR`: they could not be read. " +
			"A cluster without results is never `COMPLIANT`."),
		"problem": text("Why the results are not known, or not as a whole; null if they are."),
		"project": text("Project of its logs; null with `archive`."), "logstore": text("Logstore of its results, found by its prefix; null with `archive` and where there is none."),
		"rows": number("Rows of the last scan."), "unreadable_rows": number("Those that could not be read for lack of what every result needs."),
		"started_at":   text("Start of the last scan that finished, or of the first one that has not (RFC 3339), by its event; null where no event tells it."),
		"finished_at":  text("End of that scan; null if it has not finished, and where no event tells it."),
		"high_risk_at": text("Time of that scan's event of high risks; null without one."), "high_risk_message": text("Message of that event."),
	})
	manifests := workload.ManifestAttributes()
	exemptions := workload.ExemptionAttributes()
	maps.Copy(exemptions, map[string]schema.Attribute{
		"rule_id":    schema.StringAttribute{Required: true, MarkdownDescription: "Check, in the spelling of `findings` or another version's; one that the catalogue does not have is accepted too."},
		"account_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Only in this account.", Validators: []validator.String{validate.AccountID()}},
		"region":     schema.StringAttribute{Optional: true, MarkdownDescription: "Only in this region."},
		"cluster_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Only on this cluster.", Validators: []validator.String{validate.ClusterID()}},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "The latest results of ACK's workload inspection (the component security-inspector) on the clusters of one or many accounts, as its report page shows them. " +
			"They are read from the Logstore that the component writes to, or from an archive that it is shipped to; nothing is asked of the clusters themselves.\n\n" +
			"The last scan is the one whose end was reported last by an event. Without events (no event collector, a project that several clusters share, an archive that they are not shipped to) it is the newest rows up to a pause of ten minutes, and not known as a whole until ten minutes have brought no more. " +
			"The layout of the rows is not published: what is understood is named by `record_layout`, columns that are not known are in `other_columns`, and rows that lack what every result needs are counted and make `complete` false.",
		Attributes: map[string]schema.Attribute{
			"account_ids": inventory.AccountIDsAttribute(),
			"regions":     inventory.RegionsAttribute(),
			"cluster_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Only these clusters. One that is not found is an error, or part of the warning where an account could not be read.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.ClusterID())},
			},
			"projects": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Projects of the results, by cluster ID. Not set: the project that the cluster's audit log goes to, or `k8s-log-` and the cluster ID where auditing is off.",
				Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(), mapvalidator.KeysAre(validate.ClusterID()), mapvalidator.ValueStringsAre(validate.LogProject())},
			},
			"archive": schema.SingleNestedAttribute{
				Optional: true, Attributes: logshipping.ArchiveAttributes(),
				MarkdownDescription: "Archive to read instead, e.g. of `ackguard_audit_log_archive`: what jobs of `ackguard_audit_log_shipping` with `source = \"inspection\"` bring there, and with `source = \"event\"` the times.",
			},
			"max_age_hours": schema.Int64Attribute{
				Optional: true, MarkdownDescription: "How old results may be: 1 to 2160 hours, 168 by default. A cluster with older ones only has none.", Validators: []validator.Int64{int64validator.Between(1, 2160)},
			},
			"compare_with_manifests": schema.SingleNestedAttribute{
				Optional: true, Attributes: manifests,
				MarkdownDescription: "Manifests that results are compared with, in `differences`: as the arguments of `ackguard_workload_compliance`, of which `files` or `manifests` is needed.",
			},
			"fail_on": clustercompliance.FailOnAttribute("Results that are missing do not count: `require_complete` is for those."),
			"require_complete": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "Fail the plan unless `complete` is true, instead of warning. `enforcement` applies here too.",
			},
			"include_compliant": schema.BoolAttribute{Optional: true, MarkdownDescription: "List every verdict in `findings`, not only those that somebody must act on."},
			"max_findings":      clustercompliance.MaxFindingsAttribute(),
			"clusters":          list("The clusters, by account, region and ID.", clusters),
			"findings": list("What somebody must act on: `NON_COMPLIANT`, by severity, check, account, region, cluster and workload; with `include_compliant` the others after them.", map[string]schema.Attribute{
				"rule_id": text("Check, by the catalogue's ID where it has it, else as the cluster says."), "severity": text("Severity of the rule; of a check that the catalogue does not have, the row's, or `medium`."),
				"category": text("Category of the rule, or the row's."), "verdict": text("`COMPLIANT`, `NON_COMPLIANT` or `IGNORED` (exempted)."),
				"account_id": text("Account of the cluster."), "region": text("Region of the cluster."), "cluster_id": text("Cluster."), "cluster_name": text("Name of the cluster."),
				"kind": text("Kind of the workload."), "namespace": text("Its namespace; null where it has none."), "name": text("Its name."), "container": text("Container; null where the row names none."),
				"message":          text("What the row says."),
				"other_columns":    schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Columns of the row that are not known; null without any."},
				"exemption_reason": text("Reason of the exemption, where the verdict is `IGNORED`."), "expired_exemption": text("Last day of the exemption that no longer covers this finding."),
			}),
			"differences": list("Where a cluster's result, before exemptions, is not what the rules say of the manifest of the same workload; null without `compare_with_manifests`. What is on one side only is left out: a white list in the cluster leaves results out, too.", map[string]schema.Attribute{
				"rule_id": text("Check."), "cluster_id": text("Cluster."), "kind": text("Kind of the workload."), "namespace": text("Its namespace in the cluster."), "name": text("Its name."),
				"container": text("Container; null for what is said of the whole."), "cluster_verdict": text("What the inspection found."), "manifest_verdict": text("What the rule says of the manifest."),
				"source": text("File, or name of the text."), "line": number("Line of the source, of a violation there; null otherwise."), "message": text("What is wrong, by the side that is worse."),
			}),
			"counts":        clustercompliance.CountsAttribute(),
			"rule_results":  list("The checks that there are results of.", clustercompliance.RuleAttributes()),
			"summary":       workload.SummaryAttribute(),
			"record_layout": text("Version of the layout of rows that is understood."),
			"outcomes":      inventory.OutcomesAttribute(),
			"complete":      flag("Whether every selected account was read and every cluster has results that are known as a whole."),
			"compliant":     flag("Whether that is so, there is at least one cluster, and nothing that is not exempted is `NON_COMPLIANT`."),
			"truncated":     flag("Whether there are more findings than `max_findings`."),
		},
		Blocks: map[string]schema.Block{
			"exemption": schema.ListNestedBlock{
				MarkdownDescription: "Accepts violations of one check. What the selectors leave open matches everything. One that matches nothing is warned about.",
				NestedObject:        schema.NestedBlockObject{Attributes: exemptions},
			},
		},
	}
}
