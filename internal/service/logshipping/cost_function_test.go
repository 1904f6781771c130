package logshipping

import (
	"fmt"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

// onePerUnit makes every price 1, so that a cost is its quantity.
func onePerUnit() map[string]float64 {
	given := map[string]float64{}
	for _, p := range prices {
		given[p.name] = 1
	}
	return given
}

func costs(b *bill) map[string]float64 {
	all := map[string]float64{}
	for _, i := range b.items {
		all[i.Where+" "+i.Item] = math.Round(i.Cost*1e6) / 1e6
	}
	return all
}

// The figures were reckoned by hand: 100 GB a day, stored at a tenth, with an index as large as the rows.
func TestCost_figures(t *testing.T) {
	t.Parallel()
	base := usage{
		GBPerDay: 100, Compression: 0.1, IndexRatio: 1, SourceMetering: sls.ChargeByFunction, SourceDays: 1, SourceShards: 2,
		ArchiveMetering: sls.ChargeByFunction, ArchiveDays: 180, HotDays: 30, InfrequentDays: 60, CrossRegion: true,
	}
	in := map[string]float64{
		"source write_gb": 10, "source index_gb": 100, "source shard_day": 2,
		"source storage_gb_month": 110, "source infrequent_access_gb_month": 220, "source archive_gb_month": 330, // 110 GB a day; 30, 60 and 90 days
	}
	out := map[string]float64{
		"source write_gb": 10, "source shard_day": 2, "source storage_gb_month": 0.333333, // 10 GB for a day
		"shipping transformation_gb": 100, "shipping traffic_gb": 10,
		"archive write_gb": 10, "archive index_gb": 100, "archive storage_gb_month": 110, "archive infrequent_access_gb_month": 220, "archive archive_gb_month": 330,
	}
	compare := func(name string, got, want map[string]float64) {
		t.Helper()
		for item, cost := range want {
			if got[item] != cost {
				t.Errorf("%s: %s is %g, want %g", name, item, got[item], cost)
			}
		}
		for item := range got {
			if _, ok := want[item]; !ok {
				t.Errorf("%s: %s was not expected", name, item)
			}
		}
	}
	compare("in place", costs(base.inPlace(onePerUnit())), in)
	compare("shipped", costs(base.shipped(onePerUnit())), out)

	ingest := base
	ingest.SourceMetering, ingest.SourceDays, ingest.IngestIncludesStorageDays = sls.ChargeByDataIngest, 31, 30
	compare("by ingested data", costs(ingest.shipped(onePerUnit())), map[string]float64{
		"source ingest_gb": 100, "source storage_gb_month": 0.333333, // the 31st day
		"shipping traffic_gb": 10,
		"archive write_gb":    10, "archive index_gb": 100, "archive storage_gb_month": 110, "archive infrequent_access_gb_month": 220, "archive archive_gb_month": 330,
	})
}

// Shipping cannot pay where it only adds: the archive keeps what the source would have kept, at the same prices.
func TestCost_sameTermsNeverPay(t *testing.T) {
	t.Parallel()
	for _, metering := range []string{sls.ChargeByFunction, sls.ChargeByDataIngest} {
		for days := 1.0; days <= 720; days *= 2 {
			u := usage{GBPerDay: 7, Compression: 0.2, IndexRatio: 0.5, SourceMetering: metering, SourceDays: 1, SourceShards: 1, ArchiveMetering: metering, ArchiveDays: days}
			if in, out := u.inPlace(onePerUnit()).total(), u.shipped(onePerUnit()).total(); out <= in {
				t.Errorf("%s, %g days: shipped for %g, in place for %g", metering, days, out, in)
			}
		}
	}
}

func run(t *testing.T, described map[string]attr.Value, given map[string]attr.Value) (types.Object, string) {
	t.Helper()
	kinds := map[string]attr.Type{}
	for name, value := range described {
		kinds[name] = value.Type(t.Context())
	}
	req := function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{
		types.DynamicValue(types.ObjectValueMust(kinds, described)), types.MapValueMust(types.Float64Type, given),
	})}
	resp := &function.RunResponse{Result: function.NewResultData(types.ObjectUnknown(costType))}
	costFunction{}.Run(t.Context(), req, resp)
	if resp.Error != nil {
		return types.Object{}, resp.Error.Text
	}
	return resp.Result.Value().(types.Object), ""
}

func number(n float64) attr.Value { return types.NumberValue(bigFloat(n)) }

func TestCostFunction(t *testing.T) {
	t.Parallel()
	given := map[string]attr.Value{}
	for name := range onePerUnit() {
		given[name] = types.Float64Value(1)
	}
	result, problem := run(t, map[string]attr.Value{"gb_per_day": number(100), "source_metering": types.StringValue(sls.ChargeByFunction), "hot_days": types.NumberNull()}, given)
	if problem != "" {
		t.Fatal(problem)
	}
	got := result.Attributes()
	// By default: 15 GB and an index of 100 GB a day for 180 days, 1 shard.
	if total := got["in_place"].(types.Object).Attributes()["total"].(types.Float64).ValueFloat64(); math.Abs(total-(15+100+1+115*180/30.0)) > 1e-9 {
		t.Errorf("in place costs %g", total)
	}
	if got["pays"].(types.Bool).ValueBool() || got["saving"].(types.Float64).ValueFloat64() >= 0 {
		t.Errorf("it pays to ship on the same terms: %s", result)
	}

	for want, arguments := range map[string]map[string]attr.Value{
		"gb_per_day is 0; how many GB are written a day must be given":             {},
		"usage has no gb_perday: did you mean gb_per_day?":                         {"gb_perday": number(1)},
		"gb_per_day is no number":                                                  {"gb_per_day": types.BoolValue(true)},
		"cross_region is neither true nor false":                                   {"gb_per_day": number(1), "cross_region": types.StringValue("yes")},
		"compression is 7, and is stored over written size":                        {"gb_per_day": number(1), "compression": number(7)},
		`archive_metering is "free"; it is ChargeByFunction or ChargeByDataIngest`: {"gb_per_day": number(1), "archive_metering": types.StringValue("free")},
		"hot_days and infrequent_access_days are 190 together":                     {"gb_per_day": number(1), "hot_days": number(30), "infrequent_access_days": number(160)},
		"infrequent_access_days follow hot_days":                                   {"gb_per_day": number(1), "infrequent_access_days": number(60)},
	} {
		if _, problem := run(t, arguments, given); !strings.Contains(problem, want) {
			t.Errorf("%q, want %q", problem, want)
		}
	}
	described := map[string]attr.Value{"gb_per_day": number(1)}
	for want, amounts := range map[string]map[string]attr.Value{
		"these prices are needed and missing: index_gb, shard_day, storage_gb_month, transformation_gb, write_gb": {},
		"there is no price ingests_gb: did you mean ingest_gb?":                                                   {"ingests_gb": types.Float64Value(1)},
		"the price index_gb is negative":                                                                          {"index_gb": types.Float64Value(-1)},
	} {
		if _, problem := run(t, described, amounts); !strings.Contains(problem, want) {
			t.Errorf("%q, want %q", problem, want)
		}
	}
}

func bigFloat(n float64) *big.Float { return big.NewFloat(n) }

// The guide's table, in both languages, holds the figures that the function gives.
func TestGuide_costs(t *testing.T) {
	t.Parallel()
	given := map[string]float64{
		"write_gb": 0.2, "index_gb": 0.3, "storage_gb_month": 0.4, "infrequent_access_gb_month": 0.2, "archive_gb_month": 0.1, "transformation_gb": 0.2, "shard_day": 0.05,
	}
	u := usage{
		GBPerDay: 20, Compression: 0.15, IndexRatio: 1, SourceMetering: sls.ChargeByFunction, ArchiveMetering: sls.ChargeByFunction, SourceDays: 1, SourceShards: 1,
		ArchiveDays: 180, HotDays: 30, InfrequentDays: 60,
	}
	place, ship := u.inPlace(given), u.shipped(given)
	row := func(item, where string, b *bill) string {
		for _, i := range b.items {
			if i.Item == item && i.Where == where {
				return fmt.Sprintf("%.2f", i.Cost)
			}
		}
		return "-"
	}
	for _, page := range []string{"log-shipping.md", "log-shipping.zh-CN.md"} {
		text, err := os.ReadFile("../../../docs/guides/" + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range []string{"write_gb", "index_gb", "storage_gb_month", "infrequent_access_gb_month", "archive_gb_month", "transformation_gb", "shard_day"} {
			where := "source"
			if item == "transformation_gb" {
				where = "shipping"
			}
			line := fmt.Sprintf("| `%s` | %s | %s | %s |", item, row(item, "source", place), row(item, where, ship), row(item, "archive", ship))
			if !strings.Contains(string(text), line) {
				t.Errorf("%s lacks %s", page, line)
			}
		}
		if line := fmt.Sprintf("| %.2f | %.2f |", place.total(), ship.total()); !strings.Contains(string(text), line) {
			t.Errorf("%s lacks %s", page, line)
		}
	}
}
