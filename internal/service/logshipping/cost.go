// Package logshipping is the Terraform surface of the log account: API-server
// audit logs and risk logs of the member accounts' clusters, shipped to one
// archive, kept, watched and alerted on.
package logshipping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

// daysAMonth is what prices per month are divided by.
const daysAMonth = 30

// usage is what a flow of logs costs money for. Volumes are of uncompressed rows.
type usage struct {
	GBPerDay float64
	// Compression is stored over written size of the rows; IndexRatio is the size of an index over that of its rows.
	Compression, IndexRatio float64

	SourceMetering string
	SourceDays     float64
	SourceIndexed  bool
	SourceShards   float64

	ArchiveMetering           string
	ArchiveDays               float64
	HotDays, InfrequentDays   float64 // of ArchiveDays; all hot if HotDays is zero
	ArchiveShards             float64 // the part of the archive's shards that this flow needs
	CrossRegion               bool
	IngestIncludesStorageDays float64 // of a Logstore that is charged by ingested data
}

// price is one of the service's prices.
type price struct{ name, unit, what string }

// prices are all prices that a cost can depend on. The service's billing
// pages name them; the amounts change, and are always arguments.
var prices = []price{
	{"ingest_gb", "GB", "rows written to a Logstore that is charged by ingested data"},
	{"write_gb", "compressed GB", "write traffic of a Logstore that is charged by feature"},
	{"index_gb", "GB", "index traffic of a Logstore that is charged by feature"},
	{"storage_gb_month", "GB and month", "hot storage of rows and index"},
	{"infrequent_access_gb_month", "GB and month", "storage in the infrequent access tier"},
	{"archive_gb_month", "GB and month", "archive storage"},
	{"transformation_gb", "GB", "data transformation of a Logstore that is charged by feature"},
	{"shard_day", "shard and day", "active shards of a Logstore that is charged by feature"},
	{"traffic_gb", "compressed GB", "traffic between regions over public endpoints"},
}

func priceNames() []string {
	names := make([]string, 0, len(prices))
	for _, p := range prices {
		names = append(names, p.name)
	}
	return names
}

// costItem is what one cause costs a day.
type costItem struct {
	Where, Item    string
	Quantity, Cost float64
	Unit           string
}

// bill adds items up. A price that is used and was not given is missing.
type bill struct {
	given   map[string]float64
	items   []costItem
	missing []string
}

func (b *bill) add(where, name string, quantity float64) {
	if quantity == 0 {
		return
	}
	at := slices.IndexFunc(prices, func(p price) bool { return p.name == name })
	amount, ok := b.given[name]
	if !ok {
		b.missing = append(b.missing, name)
	}
	perDay := 1.0
	if strings.HasSuffix(name, "_month") {
		perDay = daysAMonth
	}
	b.items = append(b.items, costItem{where, name, quantity, quantity * amount / perDay, prices[at].unit})
}

func (b *bill) total() float64 {
	sum := 0.0
	for _, i := range b.items {
		sum += i.Cost
	}
	return sum
}

// logstore adds what a Logstore costs a day once it is as full as it gets.
func (b *bill) logstore(where, metering string, u usage, days, hot, infrequent float64, indexed bool, shards float64) {
	stored, free := u.GBPerDay*u.Compression, 0.0
	if indexed {
		stored += u.GBPerDay * u.IndexRatio
	}
	if metering == sls.ChargeByDataIngest {
		b.add(where, "ingest_gb", u.GBPerDay)
		free = u.IngestIncludesStorageDays
	} else {
		b.add(where, "write_gb", u.GBPerDay*u.Compression)
		if indexed {
			b.add(where, "index_gb", u.GBPerDay)
		}
		b.add(where, "shard_day", shards)
	}
	if hot == 0 {
		hot = days
	}
	b.add(where, "storage_gb_month", stored*max(0, hot-free))
	b.add(where, "infrequent_access_gb_month", stored*infrequent)
	b.add(where, "archive_gb_month", stored*(days-hot-infrequent))
}

// inPlace is what it costs to keep the rows where they are for as long as the archive would.
func (u usage) inPlace(given map[string]float64) *bill {
	b := &bill{given: given}
	b.logstore("source", u.SourceMetering, u, u.ArchiveDays, u.HotDays, u.InfrequentDays, true, u.SourceShards)
	return b
}

// shipped is what the one-day channel, the transformation and the archive cost together.
func (u usage) shipped(given map[string]float64) *bill {
	b := &bill{given: given}
	b.logstore("source", u.SourceMetering, u, u.SourceDays, 0, 0, u.SourceIndexed, u.SourceShards)
	if u.SourceMetering == sls.ChargeByFunction { // it is included in the other mode
		b.add("shipping", "transformation_gb", u.GBPerDay)
	}
	if u.CrossRegion {
		b.add("shipping", "traffic_gb", u.GBPerDay*u.Compression)
	}
	b.logstore("archive", u.ArchiveMetering, u, u.ArchiveDays, u.HotDays, u.InfrequentDays, true, u.ArchiveShards)
	return b
}

// check names what no flow of logs can be.
func (u usage) check() error {
	switch {
	case u.GBPerDay <= 0:
		return fmt.Errorf("gb_per_day is %g; how many GB are written a day must be given", u.GBPerDay)
	case u.Compression <= 0 || u.Compression > 1:
		return fmt.Errorf("compression is %g, and is stored over written size: more than 0, at most 1", u.Compression)
	case u.IndexRatio < 0, u.SourceShards < 0, u.ArchiveShards < 0, u.HotDays < 0, u.InfrequentDays < 0, u.IngestIncludesStorageDays < 0:
		return errors.New("a negative number makes no cost")
	case u.SourceDays < 1 || u.ArchiveDays < 1:
		return fmt.Errorf("source_days is %g and archive_days %g; rows are kept for a day at least", u.SourceDays, u.ArchiveDays)
	case u.HotDays+u.InfrequentDays > u.ArchiveDays:
		return fmt.Errorf("hot_days and infrequent_access_days are %g together, more than archive_days, %g", u.HotDays+u.InfrequentDays, u.ArchiveDays)
	case u.InfrequentDays > 0 && u.HotDays == 0:
		return errors.New("infrequent_access_days follow hot_days, which is not given")
	}
	for name, mode := range map[string]string{"source_metering": u.SourceMetering, "archive_metering": u.ArchiveMetering} {
		if mode != sls.ChargeByFunction && mode != sls.ChargeByDataIngest {
			return fmt.Errorf("%s is %q; it is %s or %s", name, mode, sls.ChargeByFunction, sls.ChargeByDataIngest)
		}
	}
	return nil
}
