package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	managedRule   kind = "managed rule"
	managedRules  kind = "managed rules"
	configRule    kind = "Cloud Config rule"
	configRules   kind = "Cloud Config rules"
	aggregator    kind = "account group"
	recorder      kind = "configuration recorder"
	configIgnored kind = "acknowledged results"
	configPack    kind = "compliance pack"
	delivery      kind = "delivery channel"
)

// configKinds are what ForgetConfig forgets: all that a change of Cloud Config can be seen in.
var configKinds = map[kind]bool{configRule: true, configRules: true, aggregator: true, recorder: true, configIgnored: true, configPack: true, delivery: true}

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
