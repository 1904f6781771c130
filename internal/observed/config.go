package observed

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	managedRule   kind = "managed rule"
	managedRules  kind = "managed rules"
	configRule    kind = "Cloud Config rule"
	configRules   kind = "Cloud Config rules"
	aggregator    kind = "account group"
	recorder      kind = "configuration recorder"
	discovered    kind = "clusters of Cloud Config's inventory"
	preRules      kind = "rules for planned resources"
	preCheck      kind = "verdicts on planned resources"
	configIgnored kind = "acknowledged results"
	snapshot      kind = "cluster of Cloud Config's inventory"
	configPack    kind = "compliance pack"
	delivery      kind = "delivery channel"
)

// configKinds are what ForgetConfig forgets: all that a change of Cloud Config can be seen in.
var configKinds = map[kind]bool{
	configRule: true, configRules: true, aggregator: true, recorder: true, discovered: true, configIgnored: true, configPack: true, delivery: true,
}

// found is an answer about one object that may not be there.
type found[T any] struct {
	object T
	there  bool
}

// ManagedRule is a rule that Cloud Config offers (GetManagedRule).
func (s *Store) ManagedRule(ctx context.Context, accountID, identifier string) (cloudconfig.ManagedRule, bool, error) {
	return ofConfig(ctx, s, key{kind: managedRule, object: identifier}, accountID, func(ctx context.Context, c *cloudconfig.Client) (cloudconfig.ManagedRule, bool, error) {
		return c.ManagedRule(ctx, identifier)
	})
}

// ManagedRules are the rules that Cloud Config offers for ACK's clusters (ListManagedRules).
func (s *Store) ManagedRules(ctx context.Context, accountID string) ([]cloudconfig.ManagedRule, error) {
	return listOfConfig(ctx, s, key{kind: managedRules}, accountID, func(ctx context.Context, c *cloudconfig.Client) ([]cloudconfig.ManagedRule, error) {
		return c.ManagedRules(ctx, cloudconfig.ACKCluster)
	})
}

// ConfigRule is a rule of an account, or of an account group of it (GetConfigRule).
func (s *Store) ConfigRule(ctx context.Context, accountID, aggregatorID, id string) (cloudconfig.StoredRule, bool, error) {
	return ofConfig(ctx, s, key{kind: configRule, object: aggregatorID, part: id}, accountID, func(ctx context.Context, c *cloudconfig.Client) (cloudconfig.StoredRule, bool, error) {
		return c.Of(aggregatorID).Rule(ctx, id)
	})
}

// ConfigRules are the rules for ACK's clusters of an account, or of an account group of it (ListConfigRules).
func (s *Store) ConfigRules(ctx context.Context, accountID, aggregatorID string) ([]cloudconfig.StoredRule, error) {
	return listOfConfig(ctx, s, key{kind: configRules, object: aggregatorID}, accountID, func(ctx context.Context, c *cloudconfig.Client) ([]cloudconfig.StoredRule, error) {
		return c.Of(aggregatorID).Rules(ctx, cloudconfig.RuleFilter{ResourceType: cloudconfig.ACKCluster})
	})
}

// Aggregator is an account group with its members (GetAggregator).
func (s *Store) Aggregator(ctx context.Context, accountID, id string) (cloudconfig.StoredAggregator, bool, error) {
	return ofConfig(ctx, s, key{kind: aggregator, object: id}, accountID, func(ctx context.Context, c *cloudconfig.Client) (cloudconfig.StoredAggregator, bool, error) {
		return c.Aggregator(ctx, id)
	})
}

// Recorder is an account's configuration recorder (GetConfigurationRecorder).
func (s *Store) Recorder(ctx context.Context, accountID string) (cloudconfig.Recorder, error) {
	one, _, err := ofConfig(ctx, s, key{kind: recorder}, accountID, func(ctx context.Context, c *cloudconfig.Client) (cloudconfig.Recorder, bool, error) {
		r, err := c.Recorder(ctx)
		return r, true, err
	})
	return one, err
}

// PreRules are the rules that can judge planned resources of these types (ListPreManagedRules).
func (s *Store) PreRules(ctx context.Context, accountID string, resourceTypes []string) ([]cloudconfig.PreRule, error) {
	return listOfConfig(ctx, s, key{kind: preRules, object: strings.Join(resourceTypes, ",")}, accountID, func(ctx context.Context, c *cloudconfig.Client) ([]cloudconfig.PreRule, error) {
		return c.PreRules(ctx, resourceTypes)
	})
}

// PreCheck is what the service says of planned resources (EvaluatePreConfigRules).
func (s *Store) PreCheck(ctx context.Context, accountID string, planned []cloudconfig.Planned) ([]cloudconfig.PreResult, error) {
	of := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q", planned)))
	return listOfConfig(ctx, s, key{kind: preCheck, object: of}, accountID, func(ctx context.Context, c *cloudconfig.Client) ([]cloudconfig.PreResult, error) {
		return c.PreCheck(ctx, planned)
	})
}

// InventoryGroup is an account group of the provider's own account, whose
// inventory is read with the provider's own identity.
func (s *Store) InventoryGroup(ctx context.Context, id string) (group cloudconfig.StoredAggregator, found bool, err error) {
	own, err := s.fleet.AccountID(ctx, "")
	if err != nil {
		return group, false, err
	}
	return s.Aggregator(ctx, own, id)
}

// DiscoveredClusters are the clusters in the inventory of such a group, or of
// one account of it (ListAggregateDiscoveredResources).
func (s *Store) DiscoveredClusters(ctx context.Context, aggregatorID, accountID string) ([]cloudconfig.Discovered, error) {
	own, err := s.fleet.AccountID(ctx, "")
	if err != nil {
		return nil, err
	}
	return listOfConfig(ctx, s, key{kind: discovered, object: aggregatorID, part: accountID}, own, func(ctx context.Context, c *cloudconfig.Client) ([]cloudconfig.Discovered, error) {
		return c.Of(aggregatorID).DiscoveredClusters(ctx, accountID)
	})
}

// ClusterSnapshot is one cluster of such an inventory (GetAggregateDiscoveredResource).
func (s *Store) ClusterSnapshot(ctx context.Context, aggregatorID string, scope fleet.Scope, clusterID string) (cs.Cluster, error) {
	own, err := s.fleet.AccountID(ctx, "")
	if err != nil {
		return cs.Cluster{}, err
	}
	k := aboutCluster(snapshot, scope, clusterID)
	k.part = aggregatorID
	return read(ctx, s, k, sizeOf, func(ctx context.Context) (cs.Cluster, error) {
		client, err := s.fleet.CloudConfig(own)
		if err != nil {
			return cs.Cluster{}, err
		}
		return client.Of(aggregatorID).Snapshot(ctx, scope.AccountID, scope.Region, clusterID)
	})
}

// ConfigPack is a compliance pack of an account, or of an account group of it (GetCompliancePack).
func (s *Store) ConfigPack(ctx context.Context, accountID, aggregatorID, id string) (cloudconfig.StoredPack, bool, error) {
	return ofConfig(ctx, s, key{kind: configPack, object: aggregatorID, part: id}, accountID, func(ctx context.Context, c *cloudconfig.Client) (cloudconfig.StoredPack, bool, error) {
		return c.Of(aggregatorID).Pack(ctx, id)
	})
}

// ConfigDelivery is a delivery channel of an account, or of an account group of it (GetConfigDeliveryChannel).
func (s *Store) ConfigDelivery(ctx context.Context, accountID, aggregatorID, id string) (cloudconfig.StoredDelivery, bool, error) {
	return ofConfig(ctx, s, key{kind: delivery, object: aggregatorID, part: id}, accountID, func(ctx context.Context, c *cloudconfig.Client) (cloudconfig.StoredDelivery, bool, error) {
		return c.Of(aggregatorID).Delivery(ctx, id)
	})
}

// ForgetConfig drops what is known of an account's Cloud Config, because it was changed.
func (s *Store) ForgetConfig(accountID string) {
	s.forget(func(k key) bool { return configKinds[k.kind] && k.AccountID == accountID })
}

// ForgetRecorder drops what is known of an account's Cloud Config, and of all
// account groups: they tell the recorders of their members, whoever has them.
func (s *Store) ForgetRecorder(accountID string) {
	s.forget(func(k key) bool { return k.kind == aggregator || configKinds[k.kind] && k.AccountID == accountID })
}

func ofConfig[T any](ctx context.Context, s *Store, k key, accountID string, call func(context.Context, *cloudconfig.Client) (T, bool, error)) (T, bool, error) {
	k.Scope = fleet.Scope{AccountID: accountID}
	answer, err := read(ctx, s, k, sizeOf, func(ctx context.Context) (answer found[T], err error) {
		client, err := s.fleet.CloudConfig(accountID)
		if err == nil {
			answer.object, answer.there, err = call(ctx, client)
		}
		return answer, err
	})
	return answer.object, answer.there, err
}

func listOfConfig[T any](ctx context.Context, s *Store, k key, accountID string, call func(context.Context, *cloudconfig.Client) ([]T, error)) ([]T, error) {
	k.Scope = fleet.Scope{AccountID: accountID}
	return read(ctx, s, k, sizeOfAll, func(ctx context.Context) ([]T, error) {
		client, err := s.fleet.CloudConfig(accountID)
		if err != nil {
			return nil, err
		}
		return call(ctx, client)
	})
}

// ConfigResults goes through results of an account, or of an account group of
// it (ListConfigRuleEvaluationResults). They are not kept: there may be more of
// them than of everything else.
func (s *Store) ConfigResults(ctx context.Context, accountID, aggregatorID string, f cloudconfig.ResultFilter, each func(cloudconfig.Result) error) error {
	client, err := s.fleet.CloudConfig(accountID)
	if err != nil {
		return err
	}
	return client.Of(aggregatorID).Results(ctx, f, each)
}

// ConfigIgnored are the results of a rule that are acknowledged: many
// exemptions of one rule are one read.
func (s *Store) ConfigIgnored(ctx context.Context, accountID, aggregatorID, ruleID string) ([]cloudconfig.Result, error) {
	return listOfConfig(ctx, s, key{kind: configIgnored, object: aggregatorID, part: ruleID}, accountID, func(ctx context.Context, c *cloudconfig.Client) (ignored []cloudconfig.Result, err error) {
		err = c.Of(aggregatorID).Results(ctx, cloudconfig.ResultFilter{RuleID: ruleID, Verdict: cloudconfig.Ignored}, func(r cloudconfig.Result) error {
			ignored = append(ignored, r)
			return nil
		})
		return ignored, err
	})
}
