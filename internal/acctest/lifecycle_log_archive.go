package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// LogAccount is the account of Fleet that the archives are in.
const LogAccount = Logistics

var (
	archive = map[string]any{"account_id": LogAccount, "region": "cn-hangzhou", "project": "ack-audit", "logstore": "clusters"}
	// keptLonger has another value for everything that can be changed in place.
	keptLonger = With(archive, "description", "For the auditors.", "retention_days", 365, "hot_days", 30, "infrequent_access_days", 60, "shard_count", 3, "auto_split", false,
		"encryption", map[string]any{"type": "m4"}, "metering_mode", "ChargeByFunction", "additional_index_fields", map[string]any{"tenant": "text"}, "force_destroy", true)
	adopted = With(archive, "adopt_existing_project", true, "adopt_existing_logstore", true)
)

// FoundArchive is Fleet with a project and a log store that somebody made, with an index of a field of their own and a row.
func FoundArchive() *simulator.Scenario {
	s := Fleet()
	s.Accounts[2].LogService = &simulator.LogService{Projects: []simulator.LogProject{{
		ProjectName: "ack-audit", Region: "cn-hangzhou", Description: "By hand.",
		LogStores: []simulator.LogStore{
			{
				LogStoreName: "clusters", TTL: 30, AppendMeta: true, MaxSplitShard: 8, AutoSplit: true, Rows: []simulator.LogRow{{Fields: map[string]string{"verb": "get"}}},
				// What the service would add by itself is said, so that putting it back makes no difference.
				Index: &simulator.LogIndex{TTL: 30, MaxTextLen: 2048, Keys: map[string]simulator.LogIndexKey{"mine": {Type: "long", DocValue: true}}},
			},
			{LogStoreName: "another", TTL: 7},
		},
	}}}
	return s
}

// emptyProject is Fleet with a project of somebody's, in which there is nothing.
func emptyProject() *simulator.Scenario {
	s := FoundArchive()
	s.Accounts[2].LogService.Projects[0].LogStores = nil
	return s
}

var auditLogArchive = []Lifecycle{
	{Name: "plain", Seed: Fleet, Create: archive, Update: keptLonger},
	{
		Name: "adopted", Seed: FoundArchive, Create: adopted, Update: With(adopted, "retention_days", 400, "metering_mode", "ChargeByFunction", "description", "For the auditors."),
		Lost: &Lost{
			Warning: "Log store taken over; what was there before is not known",
			Lines:   regexp.MustCompile(`^[-+~] log ack-audit`),
		},
	},
	{Name: "adopted project", Seed: emptyProject, Create: With(archive, "adopt_existing_project", true), Update: With(archive, "adopt_existing_project", true, "hot_days", 7)},
	{Name: "replaced", Seed: Fleet, Create: With(archive, "metering_mode", "ChargeByFunction"), Update: With(archive, "logstore", "clusters-2")},
}
