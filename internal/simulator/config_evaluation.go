package simulator

import (
	"slices"
	"time"
)

var complianceTypes = []string{"COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA", "IGNORED"}

// evaluation is the work and the results of a rule.
type evaluation struct {
	full    *configRun           // an evaluation of all clusters that has no results yet
	period  time.Time            // when the next periodic evaluation begins; zero for none
	changed map[string]configRun // evaluations of single clusters after a change, by cluster
	results []*configResult      // by account and cluster; what is new comes last
	byID    map[string]*configResult
	next    int64
	first   time.Time // beginning and end of evaluations so far
	invoked time.Time
	ended   time.Time
}

// configRun is an evaluation between its trigger and its results.
type configRun struct {
	trigger      string
	invoked, due time.Time
}

// configResult is the verdict of a rule on a cluster.
type configResult struct {
	order         int64
	accountID     string
	clusterID     string
	regionID      string
	name, groupID string
	verdict       verdict
	run           configRun
	lastBad       time.Time
	ignored       *configIgnore
}

// configIgnore is an acknowledgement of a result.
type configIgnore struct {
	reason, date string
	until        time.Time // zero for ever
}

// wake has the engine run at a time.
func (c *Cloud) wake(at time.Time) {
	if c.config.due.IsZero() || at.Before(c.config.due) {
		c.config.due = at
	}
}

// start begins an evaluation of all clusters of a rule, and its period anew.
func (c *Cloud) start(r *configRule, now time.Time) {
	if r.ConfigRuleState != "ACTIVE" || !r.deleted.IsZero() {
		return
	}
	triggers := commaList(r.ConfigRuleTriggerTypes)
	r.full = &configRun{trigger: triggers[0], invoked: now, due: now.Add(c.behaviour.configEvaluationDelay())}
	r.period = time.Time{}
	if slices.Contains(triggers, triggerScheduled) {
		r.period = now.Add(r.frequency())
		c.wake(r.period.Add(c.behaviour.configEvaluationDelay()))
	}
	if r.first.IsZero() {
		r.first = now
	}
	c.wake(r.full.due)
}

func (r *configRule) frequency() time.Duration {
	return time.Duration(frequencies[r.MaximumExecutionFrequency]) * time.Hour
}

// settleConfig does what is due. Clusters do not change between two calls of it, so that periods that have passed
// without a call need the last evaluation only.
func (c *Cloud) settleConfig(now time.Time) {
	if c.config.due.IsZero() || now.Before(c.config.due) {
		return
	}
	c.config.due = time.Time{}
	c.dropRules(func(r *configRule) bool { return !r.deleted.IsZero() && !now.Before(r.deleted) })
	for _, r := range c.config.rules {
		c.settleRule(r, now)
	}
}

func (c *Cloud) settleRule(r *configRule, now time.Time) {
	if !r.deleted.IsZero() {
		c.wake(r.deleted)
	}
	for id, run := range r.changed {
		if now.Before(run.due) {
			c.wake(run.due)
			continue
		}
		delete(r.changed, id)
		if state := c.clusters[id]; state != nil && c.covers(r, state, run.due) {
			c.evaluate(r, state, run)
			r.finished(run)
		}
	}
	if r.full != nil && !now.Before(r.full.due) {
		run := *r.full
		r.full = nil
		c.evaluateAll(r, run)
	}
	if !r.period.IsZero() {
		delay, every := c.behaviour.configEvaluationDelay(), r.frequency()
		if passed := now.Sub(r.period.Add(delay)); passed >= 0 {
			last := r.period.Add(passed - passed%every)
			r.period = last.Add(every)
			c.evaluateAll(r, configRun{trigger: triggerScheduled, invoked: last, due: last.Add(delay)})
		}
		c.wake(r.period.Add(delay))
	}
	if r.full != nil {
		c.wake(r.full.due)
	}
	for _, result := range r.results {
		switch i := result.ignored; {
		case i == nil || i.until.IsZero():
		case now.Before(i.until):
			c.wake(i.until)
		default:
			// Its date has come: the result is shown again, and evaluated anew.
			result.ignored = nil
			if state := c.clusters[result.clusterID]; state != nil && r.ConfigRuleState == "ACTIVE" && c.covers(r, state, i.until) {
				c.evaluate(r, state, configRun{trigger: triggerScheduled, invoked: i.until, due: i.until})
			}
		}
	}
}

func (r *configRule) finished(run configRun) {
	if run.due.After(r.ended) {
		r.invoked, r.ended = run.invoked, run.due
	}
}

// evaluateAll evaluates every cluster that a rule covers, and forgets the results of the others.
func (c *Cloud) evaluateAll(r *configRule, run configRun) {
	covered := map[string]bool{}
	for _, accountID := range c.accountsOf(r.holder) {
		for _, state := range c.accounts[accountID].clusters {
			if state.now != nil && c.covers(r, state, run.due) {
				covered[state.clusterID] = true
				c.evaluate(r, state, run)
			}
		}
	}
	r.forgetResults(func(result *configResult) bool { return !covered[result.clusterID] })
	r.finished(run)
}

func (r *configRule) forgetResults(gone func(*configResult) bool) {
	r.results = slices.DeleteFunc(r.results, func(result *configResult) bool {
		if gone(result) {
			delete(r.byID, result.clusterID)
			return true
		}
		return false
	})
}

// evaluate stores the verdict on one cluster; a result that is younger stays.
func (c *Cloud) evaluate(r *configRule, state *clusterState, run configRun) {
	result := r.byID[state.clusterID]
	if result == nil {
		if r.byID == nil {
			r.byID = map[string]*configResult{}
		}
		r.next++
		result = &configResult{order: r.next, accountID: state.accountID, clusterID: state.clusterID, regionID: state.regionID}
		r.byID[state.clusterID] = result
		r.results = append(r.results, result)
	} else if result.run.due.After(run.due) {
		return
	}
	cluster := state.now.Cluster
	result.name, result.groupID = cluster.Name, value(cluster.ResourceGroupID)
	result.verdict, result.run = judge(r.SourceIdentifier, cluster, run.due.Add(-c.config.ahead)), run
	if result.verdict.compliance == "NON_COMPLIANT" {
		result.lastBad = run.due
	}
}

// covers says whether a rule looks at a cluster.
func (c *Cloud) covers(r *configRule, state *clusterState, at time.Time) bool {
	if state.now == nil || !c.records(state.accountID, at) || r.ResourceTypesScope != ackClusterType && !slices.Contains(commaList(r.ResourceTypesScope), ackClusterType) {
		return false
	}
	return c.inGroup(r.holder, state.accountID) && within(r.AccountIDsScope, state.accountID) && outside(r.ExcludeAccountIDsScope, state.accountID) &&
		(r.FolderIDsScope == "" || c.isBelow(state.accountID, commaList(r.FolderIDsScope))) && !c.isBelow(state.accountID, commaList(r.ExcludeFolderIDsScope)) &&
		within(r.ResourceNameScope, state.now.Name) && r.covers(state, r.TagKeyLogicScope == "AND") && (r.pack == nil || r.pack.covers(state, false))
}

func within(scope, have string) bool { return scope == "" || slices.Contains(commaList(scope), have) }

func outside(scope, have string) bool { return !slices.Contains(commaList(scope), have) }

// covers says whether a cluster is within the scope; allTags has it need every tag of the scope instead of one.
func (s *ConfigScope) covers(state *clusterState, allTags bool) bool {
	group := value(state.now.ResourceGroupID)
	return within(s.RegionIDsScope, state.regionID) && outside(s.ExcludeRegionIDsScope, state.regionID) &&
		within(s.ResourceGroupIDsScope, group) && outside(s.ExcludeResourceGroupIDsScope, group) &&
		within(s.ResourceIDsScope, state.clusterID) && outside(s.ExcludeResourceIDsScope, state.clusterID) && s.coversTags(state.now.Tags, allTags)
}

func (s *ConfigScope) coversTags(tags []KeyValue, all bool) bool {
	has := func(want ConfigTag) bool {
		return slices.ContainsFunc(tags, func(t KeyValue) bool {
			return value(t.Key) == want.TagKey && (want.TagValue == "" || value(t.Value) == want.TagValue)
		})
	}
	if slices.ContainsFunc(s.ExcludeTagsScope, has) {
		return false
	}
	wanted := slices.Clone(s.TagsScope)
	for _, key := range commaList(s.TagKeyScope) {
		wanted = append(wanted, ConfigTag{key, s.TagValueScope})
	}
	if len(wanted) == 0 {
		return true
	}
	if all {
		return !slices.ContainsFunc(wanted, func(w ConfigTag) bool { return !has(w) })
	}
	return slices.ContainsFunc(wanted, has)
}

// clusterChanged is called before and after each write of a cluster: what was due before it is evaluated on the old
// state, and rules that heed changes look at the new one.
func (c *Cloud) clusterChanged(state *clusterState, at time.Time) {
	c.discover(state, at)
	for _, r := range c.config.rules {
		if state.now == nil {
			r.forgetResults(func(result *configResult) bool { return result.clusterID == state.clusterID })
			delete(r.changed, state.clusterID)
			continue
		}
		if r.ConfigRuleState != "ACTIVE" || !slices.Contains(commaList(r.ConfigRuleTriggerTypes), triggerChange) || !c.inGroup(r.holder, state.accountID) {
			continue
		}
		if _, waiting := r.changed[state.clusterID]; waiting {
			continue
		}
		if r.changed == nil {
			r.changed = map[string]configRun{}
		}
		run := configRun{trigger: triggerChange, invoked: at, due: at.Add(c.behaviour.configEvaluationDelay())}
		r.changed[state.clusterID] = run
		c.wake(run.due)
	}
}

// shown is the verdict as answers carry it.
func (result *configResult) shown() string {
	if result.ignored != nil {
		return "IGNORED"
	}
	return result.verdict.compliance
}

// verdict is the verdict of a rule as a whole, with the number of results that say so.
func (r *configRule) verdict() (compliance string, count int) {
	counts := map[string]int{}
	for _, result := range r.results {
		counts[result.shown()]++
	}
	for _, kind := range []string{"NON_COMPLIANT", "COMPLIANT", "NOT_APPLICABLE"} {
		if counts[kind] > 0 {
			return kind, counts[kind]
		}
	}
	return "INSUFFICIENT_DATA", counts["INSUFFICIENT_DATA"]
}

// compliance is that verdict as answers carry it.
func (r *configRule) compliance() map[string]any {
	kind, count := r.verdict()
	return map[string]any{"ComplianceType": kind, "Count": count}
}

func (r *configRule) evaluationStatus() map[string]any {
	status := map[string]any{"FirstEvaluationStarted": !r.first.IsZero()}
	if !r.first.IsZero() {
		status["FirstActivatedTimestamp"] = millis(r.first)
	}
	if !r.ended.IsZero() {
		status["LastSuccessfulInvocationTimestamp"], status["LastSuccessfulEvaluationTimestamp"] = millis(r.invoked), millis(r.ended)
	}
	return status
}

func (r *configRule) revertAll() {
	for _, result := range r.results {
		result.ignored = nil
	}
}
