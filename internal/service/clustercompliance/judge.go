package clustercompliance

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/observed"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// Judged is what rules say about the clusters of a selection.
type Judged struct {
	Findings []compliance.Finding
	// Absent are the clusters that were named and not found.
	Absent   []string
	listings []inventory.AccountListing
	unread   []fleet.Outcome
}

// Judge finds the selected clusters, all if clusterIDs is null, and evaluates
// the rules on each.
func Judge(ctx context.Context, data *providerdata.Data, rules []*compliance.Rule, selection inventory.Selection, clusterIDs types.Set, diags *diag.Diagnostics) Judged {
	var all Judged
	var clusters []inventory.Cluster
	all.listings, clusters, all.Absent = inventory.Find(ctx, data, selection, clusterIDs, diags)
	for _, j := range inventory.OverClusters(ctx, data, "Judging clusters", clusters, func(ctx context.Context, c inventory.Cluster) judgement {
		return judge(ctx, data.Observed, rules, c)
	}) {
		all.Findings, all.unread = append(all.Findings, j.findings...), append(all.unread, j.failures...)
	}
	return all
}

// Outcomes is how reading each account ended.
func (j Judged) Outcomes() []inventory.OutcomeModel {
	return inventory.OutcomeModels(j.listings, j.unread)
}

// Failures are the accounts, regions and facts that could not be read.
func (j Judged) Failures() []fleet.Outcome {
	return append(inventory.Failures(j.listings), j.unread...)
}

// judgement is what the rules say about one cluster, and which of its facts
// could not be fetched.
type judgement struct {
	findings []compliance.Finding
	failures []fleet.Outcome
}

// judge evaluates the rules on one cluster. It starts from the list's facts
// and fetches a source only when a rule's verdict waits for it, each once.
func judge(ctx context.Context, store *observed.Store, rules []*compliance.Rule, c inventory.Cluster) judgement {
	facts := factsFromList(c)
	var j judgement
	for range len(compliance.Sources()) + 1 {
		j.findings = j.findings[:0]
		var next compliance.Source
		for _, rule := range rules {
			result := compliance.Evaluate(rule, facts)
			j.findings = append(j.findings, result.Finding(facts))
			if len(result.Needs) > 0 && next == "" {
				next = result.Needs[0]
			}
		}
		if next == "" {
			break
		}
		if err := fetch(ctx, store, c.Scope, next, facts); err != nil {
			j.failures = append(j.failures, fleet.OutcomeOf(c.Scope, err))
			facts.Settle(next, compliance.Reason{Kind: compliance.Failed, Source: next, Text: failedText(err)})
		}
	}
	return j
}

func fetch(ctx context.Context, store *observed.Store, scope fleet.Scope, source compliance.Source, facts *compliance.Cluster) error {
	switch source {
	case compliance.SourceDetail:
		return fetched(facts, addDetail)(store.ClusterDetail(ctx, scope, facts.ClusterID))
	case compliance.SourceNodePools:
		return fetched(facts, addNodePools)(store.NodePools(ctx, scope, facts.ClusterID))
	case compliance.SourceAddons:
		return fetched(facts, addAddons)(store.AddonInstances(ctx, scope, facts.ClusterID))
	}
	return fmt.Errorf("there is no call for the facts of %q", source)
}

// fetched adds an answer to the facts, unless the call failed.
func fetched[T any](facts *compliance.Cluster, add func(*compliance.Cluster, T)) func(T, error) error {
	return func(answer T, err error) error {
		if err == nil {
			add(facts, answer)
		}
		return err
	}
}

// failedText says why a fact could not be read. It goes into state, so it has
// no request ID and no count of attempts, which differ with every run.
func failedText(err error) string {
	var e *alicloud.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if e.Code == "" {
		return fmt.Sprintf("%s: %s", e.Action, e.Kind)
	}
	return fmt.Sprintf("%s: %s (%s)", e.Action, e.Kind, e.Code)
}
