package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// OutcomeModel is an outcome as data sources show it: without a request ID,
// which would change with every run.
type OutcomeModel struct {
	AccountID       types.String `tfsdk:"account_id"`
	Region          types.String `tfsdk:"region"`
	Outcome         types.String `tfsdk:"outcome"`
	ErrorCode       types.String `tfsdk:"error_code"`
	ActionNeeded    types.String `tfsdk:"action_needed"`
	RegionsExamined []string     `tfsdk:"regions_examined"`
}

// OutcomesAttribute is the schema of a data source's outcomes.
func OutcomesAttribute() schema.ListNestedAttribute {
	text := attribute.Text
	return schema.ListNestedAttribute{
		Computed: true,
		MarkdownDescription: "How reading each account ended: one entry per account, and one more per region (or account) that could not be read. " +
			"An account that is denied or throttled is here, never left out.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"account_id":    text("Account."),
			"region":        text("Region that could not be read; null in an account's own entry."),
			"outcome":       text("`ok`, `denied`, `throttled`, `not_activated` or `error`. An account's own entry has the first one of its failures."),
			"error_code":    text("The service's error code; null without an error."),
			"action_needed": text("What to do about it; null without an error."),
			"regions_examined": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Regions whose cluster list was read, in an account's own entry; null in a failed region's.",
			},
		}},
	}
}

// OutcomeModels lists the outcomes of listings and of later failures in the
// same scopes.
func OutcomeModels(listings []AccountListing, later []fleet.Outcome) []OutcomeModel {
	models := []OutcomeModel{}
	for _, l := range listings {
		failures := slices.Clone(l.Failures)
		for _, o := range later {
			if o.AccountID == l.AccountID {
				failures = append(failures, o)
			}
		}
		failures, _ = distinct(failures)
		account := OutcomeModel{
			AccountID: types.StringValue(l.AccountID), Outcome: types.StringValue(string(fleet.OK)), RegionsExamined: []string{},
		}
		account.RegionsExamined = append(account.RegionsExamined, l.Regions...)
		if len(failures) > 0 {
			account.fail(failures[0])
		}
		models = append(models, account)
		for _, o := range failures {
			if o.Region == "" {
				continue // the account's own entry says it
			}
			m := OutcomeModel{AccountID: types.StringValue(o.AccountID), Region: types.StringValue(o.Region)}
			m.fail(o)
			models = append(models, m)
		}
	}
	return models
}

func (m *OutcomeModel) fail(o fleet.Outcome) {
	m.Outcome = types.StringValue(string(o.Status))
	m.ErrorCode, m.ActionNeeded = value.OrNull(o.ErrorCode), value.OrNull(o.ActionNeeded)
}

// Failures collects the failures of listings.
func Failures(listings []AccountListing) []fleet.Outcome {
	var all []fleet.Outcome
	for _, l := range listings {
		all = append(all, l.Failures...)
	}
	return all
}

// distinct keeps one failure per scope and error code, in order of the scopes,
// and counts the others: a hundred clusters of a denied account are one thing
// to fix.
func distinct(failures []fleet.Outcome) (kept []fleet.Outcome, count []int) {
	failures = slices.Clone(failures)
	order := func(a, b fleet.Outcome) int {
		return cmp.Or(a.Compare(b.Scope), cmp.Compare(a.ErrorCode, b.ErrorCode), cmp.Compare(a.ActionNeeded, b.ActionNeeded))
	}
	slices.SortStableFunc(failures, order)
	for _, o := range failures {
		if n := len(kept); n > 0 && order(kept[n-1], o) == 0 {
			count[n-1]++
			continue
		}
		kept, count = append(kept, o), append(count, 1)
	}
	return kept, count
}

// maxWords bounds how many failures a diagnostic spells out.
const maxWords = 20

// Describe words failures for one diagnostic: account, region, what the
// service said, what to do.
func Describe(failures []fleet.Outcome) string {
	failures, count := distinct(failures)
	failures, count, shared := sharing(failures, count)
	var b strings.Builder
	for i, o := range failures {
		if i == maxWords {
			fmt.Fprintf(&b, "- and %d more\n", len(failures)-maxWords)
			break
		}
		if accounts := shared[i]; len(accounts) > 1 {
			fmt.Fprintf(&b, "- accounts %s", someOf(accounts))
		} else {
			fmt.Fprintf(&b, "- account %s", o.AccountID)
		}
		if o.Region != "" {
			fmt.Fprintf(&b, ", region %s", o.Region)
		}
		fmt.Fprintf(&b, ": %s: %s", o.Status, strings.TrimRight(o.Err.Error(), "."))
		if count[i] > 1 {
			fmt.Fprintf(&b, " (and %d more calls in the same way)", count[i]-1)
		}
		b.WriteString(".")
		if o.ActionNeeded != "" {
			fmt.Fprintf(&b, " What to do: %s.", o.ActionNeeded)
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// sharing keeps one failure of accounts that the same call failed for, and
// tells the accounts of each.
func sharing(failures []fleet.Outcome, count []int) (kept []fleet.Outcome, keptCount []int, accounts [][]string) {
	at := map[*alicloud.Error]int{}
	for i, o := range failures {
		var call *alicloud.Error
		if errors.As(o.Err, &call) {
			if first, known := at[call]; known && kept[first].AccountID != o.AccountID {
				accounts[first] = append(accounts[first], o.AccountID)
				continue
			}
			at[call] = len(kept)
		}
		kept, keptCount, accounts = append(kept, o), append(keptCount, count[i]), append(accounts, []string{o.AccountID})
	}
	return kept, keptCount, accounts
}
