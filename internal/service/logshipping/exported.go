package logshipping

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// What other packages read of a cluster's logs.
const (
	ProjectPrefix    = projectPrefix // before the cluster's ID, where ACK names the project
	EventStore       = eventStore
	SourceInspection = sourceInspection
	SourceEvent      = sourceEvent
)

// Archive is where rows are shipped to.
type Archive = sinkModel

// Scope is where the archive's project is.
func (m sinkModel) Scope() fleet.Scope { return m.scope() }

// ArchiveAttributes are the arguments of an archive that is read.
func ArchiveAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"account_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.AccountID()}, MarkdownDescription: "Log account."},
		"region":     schema.StringAttribute{Required: true, MarkdownDescription: "Region of its project."},
		"project":    schema.StringAttribute{Required: true, Validators: []validator.String{validate.LogProject()}, MarkdownDescription: "Project."},
		"logstore":   schema.StringAttribute{Required: true, Validators: []validator.String{validate.LogStore()}, MarkdownDescription: "Logstore."},
	}
}

// ArchivedRows is the search for the rows of a cluster in an archive that came from a source.
func ArchivedRows(clusterID, source string) string {
	return fmt.Sprintf("%s: %s and %s: %s", clusterField, strconv.Quote(clusterID), logSourceField, strconv.Quote(source))
}

// AddedFields are those that shipping jobs of ours give a row.
func AddedFields() []string { return reservedFields() }

// InspectionStore finds a cluster's Logstore of inspection results among those of a project; the error says what there is.
func InspectionStore(stores []string, clusterID string) (string, error) {
	return inspectionStore(stores, clusterID)
}

// InspectionStores are the Logstores of a project that hold inspection results, of whatever cluster.
func InspectionStores(stores []string) (list []string) {
	for _, store := range stores {
		if source, _, _ := sourceOf(store, ""); source == sourceInspection {
			list = append(list, store)
		}
	}
	return list
}
