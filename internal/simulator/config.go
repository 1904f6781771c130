package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// configState is what Cloud Config holds.
type configState struct {
	managed    []ManagedRule             // that the scenario adds
	accounts   map[string]*configAccount // that have activated it
	templates  []PackTemplate            // that the scenario has
	rules      []*configRule             // of all accounts and groups, oldest first
	packs      []*configPack             // likewise
	channels   []*configChannel          // likewise
	next       int64                     // order of what is made
	started    time.Time
	ahead      time.Duration // how far its clock is ahead of that of the gateways
	inventory  map[string]*discovered
	discovered []*discovered // in order of discovery
	due        time.Time     // when the next rule has something to do; zero for never
}

// configAccount is Cloud Config in one account.
type configAccount struct {
	configHolder
	status        string
	registered    time.Time // when a status that passes is over
	resourceTypes []string
	aggregators   []*configHolder
}

// configHolder owns rules: an account, or an account group of it.
type configHolder struct {
	accountID string
	group     *Aggregator // nil for the account itself
	created   time.Time
	ready     time.Time
}

func newConfigState(s *Scenario) configState {
	return configState{managed: cloneAll(s.ConfigManagedRules), templates: cloneAll(s.ConfigPackTemplates), accounts: map[string]*configAccount{}, inventory: map[string]*discovered{}}
}

func cloneAll[T any](list []T) []T {
	copied := make([]T, len(list))
	for i := range list {
		copied[i] = *clone(&list[i])
	}
	return copied
}

// loadConfig takes over what the scenario says of Cloud Config, once all accounts and clusters are there.
func (c *Cloud) loadConfig(accounts []Account) {
	now := c.configTime(c.now())
	c.config.started = now
	for _, id := range c.accountOrder {
		for _, state := range c.accounts[id].clusters {
			c.discover(state, time.Time{})
		}
	}
	for i := range accounts {
		given := accounts[i].CloudConfig
		if given == nil {
			continue
		}
		a := c.activate(accounts[i].AccountID, now)
		a.registered, a.status = now, given.ConfigurationRecorderStatus
		if a.status == "" {
			a.status = "REGISTERED"
		}
		if given.ResourceTypes != nil {
			a.resourceTypes = slices.Clone(given.ResourceTypes)
		}
		if a.status == "BUILDING" || a.status == "REBUILDING" {
			a.registered = now.Add(c.behaviour.configTaskDuration())
		}
	}
	for i := range accounts {
		given := accounts[i].CloudConfig
		if given == nil {
			continue
		}
		a := c.config.accounts[accounts[i].AccountID]
		c.loadHolder(&a.configHolder, cloneAll(given.Rules), cloneAll(given.CompliancePacks), cloneAll(given.DeliveryChannels), now)
		for j := range given.Aggregators {
			g := clone(&given.Aggregators[j])
			h := &configHolder{accountID: a.accountID, group: g, created: now, ready: now}
			a.aggregators = append(a.aggregators, h)
			rules, packs, channels := g.Rules, g.CompliancePacks, g.DeliveryChannels
			g.Rules, g.CompliancePacks, g.DeliveryChannels = nil, nil, nil
			c.loadHolder(h, rules, packs, channels, now)
		}
	}
	c.settleConfig(now)
}

func (c *Cloud) loadHolder(h *configHolder, rules []ConfigRule, packs []CompliancePack, channels []DeliveryChannel, now time.Time) {
	for i := range rules {
		c.newRule(h, &rules[i], now)
	}
	for i := range packs {
		c.loadPack(h, &packs[i], now)
	}
	for i := range channels {
		c.newChannel(h, &channels[i])
	}
}

// dropHolder removes at once what accounts or groups hold.
func (c *Cloud) dropHolder(gone func(*configHolder) bool) {
	c.dropRules(func(r *configRule) bool { return gone(r.holder) })
	c.dropChannels(func(d *configChannel) bool { return gone(d.holder) })
	c.config.packs = slices.DeleteFunc(c.config.packs, func(p *configPack) bool { return gone(p.holder) })
}

// configTime is the time by the clock of Cloud Config.
func (c *Cloud) configTime(now time.Time) time.Time { return now.Add(c.config.ahead) }

// AdvanceConfig moves the clock of Cloud Config alone: evaluations, deletions and acknowledgements come due, while requests
// that are signed with the true date are still accepted.
func (c *Cloud) AdvanceConfig(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	c.config.ahead += d
	c.settleConfig(c.configTime(c.now()))
}

func (c *Cloud) activate(accountID string, now time.Time) *configAccount {
	a := &configAccount{configHolder: configHolder{accountID: accountID, created: now}, status: "BUILDING", registered: now.Add(c.behaviour.configTaskDuration()), resourceTypes: []string{ackClusterType}}
	c.config.accounts[accountID] = a
	return a
}

// recorderStatus is the status at a time.
func (a *configAccount) recorderStatus(now time.Time) string {
	switch {
	case a == nil:
		return "REGISTRABLE"
	case (a.status == "BUILDING" || a.status == "REBUILDING") && !now.Before(a.registered):
		return "REGISTERED"
	}
	return a.status
}

// records says whether clusters of an account are seen.
func (c *Cloud) records(accountID string, now time.Time) bool {
	a := c.config.accounts[accountID]
	return a.recorderStatus(now) == "REGISTERED" && slices.Contains(a.resourceTypes, ackClusterType)
}

// configError is a refusal with status 400.
func configError(code, message string) *apiError {
	return refuse(http.StatusBadRequest, code, "%s", message)
}

func invalidValue(name string) *apiError {
	return configError("Invalid."+name+".Value", "The specified "+name+" is invalid.")
}

func noAccount() *apiError {
	return refuse(http.StatusNotFound, "AccountNotExisted", "Your account does not exist.")
}

// configAccount is the caller's account, if it has activated Cloud Config.
func (cl *call) configAccount() (*configAccount, *apiError) {
	a := cl.config.accounts[cl.caller.accountID]
	if a.recorderStatus(cl.time) == "REGISTRABLE" {
		return nil, noAccount()
	}
	return a, nil
}

// configOperation is a call that needs an account with Cloud Config, and no more.
func configOperation(action string, run func(*call) (any, *apiError), parameters ...parameter) operation {
	op := recorderOperation(action, func(cl *call) (any, *apiError) {
		if _, err := cl.configAccount(); err != nil {
			return nil, err
		}
		return run(cl)
	}, parameters...)
	return op
}

// recorderOperation is a call of Cloud Config. Few pages name RAM resources, so that each call is on all of them.
func recorderOperation(action string, run func(*call) (any, *apiError), parameters ...parameter) operation {
	return operation{product: ProductConfig, action: action, parameters: parameters, ramProduct: "config", resource: func(*call) string { return "*" }, run: run}
}

// groupOperation is a call that only those may make who may have account groups.
func groupOperation(action string, run func(*call) (any, *apiError), parameters ...parameter) operation {
	return configOperation(action, func(cl *call) (any, *apiError) {
		if !cl.directory.administers(cl.caller.accountID) {
			return nil, refuse(http.StatusForbidden, "AggregatorMemberNoPermission", "The aggregator member is not authorized to perform the operation.")
		}
		return run(cl)
	}, parameters...)
}

var firstWord = regexp.MustCompile(`^[A-Z][a-z]+`)

// twins are a call on the rules of an account and the same on those of an account group; more are the parameters that
// only the latter has.
func twins(action string, run func(*call, *configHolder) (any, *apiError), more []parameter, parameters ...parameter) []operation {
	verb := firstWord.FindString(action)
	return []operation{
		configOperation(action, func(cl *call) (any, *apiError) { return run(cl, &cl.config.accounts[cl.caller.accountID].configHolder) }, parameters...),
		groupOperation(verb+"Aggregate"+strings.TrimPrefix(action, verb), func(cl *call) (any, *apiError) {
			h, err := cl.aggregator()
			if err != nil {
				return nil, err
			}
			return run(cl, h)
		}, slices.Concat([]parameter{{name: "AggregatorId", required: true}}, more, parameters)...),
	}
}

var configOperations = slices.Concat(recorderOperations, aggregatorOperations, managedRuleOperations, configRuleOperations, configPackOperations, configDeliveryOperations, configResultOperations, inventoryOperations)

// configPage is a page by number.
func (cl *call) configPage(name string, list []map[string]any) map[string]any {
	pageNumber, pageSize := number(cl.params, "PageNumber", 1), number(cl.params, "PageSize", 10)
	return map[string]any{"PageNumber": pageNumber, "PageSize": pageSize, "TotalCount": len(list), name: page(list, pageNumber, pageSize)}
}

// configToken reads the NextToken of a call, which is bound to the caller and to all other parameters.
func (cl *call) configToken() (last string, err *apiError) {
	token := cl.params.Get("NextToken")
	if token == "" {
		return "", nil
	}
	last, ok := cl.readToken(token, cl.action, cl.caller.accountID, cl.configFilter())
	if !ok {
		return "", invalidValue("NextToken")
	}
	return last, nil
}

func (cl *call) configFilter() url.Values {
	filter := url.Values{}
	for name, values := range cl.params {
		if name != "NextToken" && name != "MaxResults" {
			filter[name] = values
		}
	}
	return filter
}

func (cl *call) nextConfigToken(last string) string {
	return cl.makeToken(cl.action, cl.caller.accountID, cl.configFilter(), last)
}

// jsonParameter reads a parameter that is JSON text; one that is not sent leaves the value alone.
func jsonParameter[T any](cl *call, name string, target *T) *apiError {
	text := cl.params.Get(name)
	if text == "" {
		return nil
	}
	switch kind := reflect.TypeFor[T]().Kind(); kind {
	case reflect.Map:
		if json.Unmarshal([]byte(text), target) != nil {
			return invalidValue(name)
		}
	default:
		wrapped := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Value", Type: reflect.TypeFor[T](), Tag: `json:"value"`}}))
		problems := strict.JSON([]byte(`{"value":`+text+`}`), wrapped.Interface())
		for _, p := range problems {
			if p.Kind == strict.Unknown || p.Kind == strict.Duplicate {
				return refuse(http.StatusBadRequest, codeUnknownParameter, "%s of %s: %s (at %s)", name, cl.action, p.Message, p.Path)
			}
		}
		if len(problems) > 0 {
			return invalidValue(name)
		}
		*target, _ = wrapped.Elem().Field(0).Interface().(T)
	}
	return nil
}

// sentTag is how requests write tags of what is made.
type sentTag struct {
	Key   string `json:"Key" jsonschema:"required"`
	Value string `json:"Value"`
}

// sentTags reads Tag.
func (cl *call) sentTags() ([]ConfigTag, *apiError) {
	var sent []sentTag
	if err := jsonParameter(cl, "Tag", &sent); err != nil {
		return nil, err
	}
	var tags []ConfigTag
	for _, t := range sent {
		tags = append(tags, ConfigTag{t.Key, t.Value})
	}
	return tags, nil
}

// hasTags says whether all of the tags that a request asks for are there.
func hasTags(have, wanted []ConfigTag) bool {
	return !slices.ContainsFunc(wanted, func(w ConfigTag) bool {
		return !slices.ContainsFunc(have, func(t ConfigTag) bool { return t.TagKey == w.TagKey && (w.TagValue == "" || t.TagValue == w.TagValue) })
	})
}

// accountNumber is an account id as answers of Cloud Config carry it.
func accountNumber(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// once answers a repeated request with the same ClientToken as the first.
func once(cl *call, h *configHolder, create func() (string, *apiError)) (string, *apiError) {
	token := cl.params.Get("ClientToken")
	key := strings.Join([]string{cl.action, h.id(), token}, "\x00")
	if id, repeated := cl.clientTokens[key].(string); repeated && token != "" {
		return id, nil
	}
	id, err := create()
	if err == nil && token != "" {
		cl.clientTokens[key] = id
	}
	return id, err
}

// behind makes a change behind the back of every client.
func (c *Cloud) behind(change func(now time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	now := c.configTime(c.now())
	err := change(now)
	c.settleConfig(now)
	return err
}

// owner is how snapshots name a holder.
func (h *configHolder) owner() (accountID, aggregatorID string) {
	if h.group != nil {
		aggregatorID = h.group.AggregatorID
	}
	return h.accountID, aggregatorID
}

// id names a holder among all.
func (h *configHolder) id() string {
	if h.group != nil {
		return h.group.AggregatorID
	}
	return h.accountID
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func (b Behaviour) configTaskDuration() time.Duration { return duration(b.ConfigTaskDuration) }

func (b Behaviour) configEvaluationDelay() time.Duration { return duration(b.ConfigEvaluationDelay) }
