package simulator

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// Quota limits how often the identities of an account may call, as a token bucket on the cloud's clock. Every account
// has a bucket of its own; a call that several quotas cover needs a token of each.
type Quota struct {
	Product           string  `json:"product" jsonschema:"required,enum=cs,enum=sts,enum=resourcedirectory,enum=config,enum=sls" jsonschema_description:"Product whose calls are counted."`
	Action            string  `json:"action,omitzero" jsonschema_description:"Name of the API, for example DescribeClusterDetail; left out, all calls of the product share one bucket."`
	AccountID         string  `json:"account,omitzero" jsonschema_description:"AccountId of the caller's key; left out, the quota holds for each account by itself."`
	RequestsPerSecond float64 `json:"requests_per_second" jsonschema:"required" jsonschema_description:"Calls that come back per second, above 0; 0.5 is one in two seconds."`
	Burst             int64   `json:"burst,omitzero" jsonschema_description:"Calls that may be made at once after a pause; requests_per_second rounded up by default."`
	Code              string  `json:"code,omitzero" jsonschema_description:"Error code of a refusal; Throttling.User by default, ReadQuotaExceed for sls."`
	Status            int64   `json:"status,omitzero" jsonschema_description:"HTTP status of a refusal; 400 by default, 403 for sls."`
	RetryAfter        string  `json:"retry_after,omitzero" jsonschema_description:"Value of the header x-acs-retry-after of a refusal, in milliseconds; left out, there is no header."`
}

// quotaMessage is the documented text of Throttling.User.
const quotaMessage = "Request was denied due to user flow control."

// check names a contradiction in a quota.
func (q Quota) check() error {
	actions := []string{}
	for i := range operations {
		if operations[i].product == q.Product && operations[i].serve == nil {
			actions = append(actions, operations[i].action)
		}
	}
	_, notANumber := strconv.ParseUint(q.RetryAfter, 10, 31)
	switch {
	case len(actions) == 0:
		return fmt.Errorf("the product %q has no quotas, want cs, sts, resourcedirectory, config or sls", q.Product)
	case q.Action != "" && !slices.Contains(actions, q.Action):
		hint := ""
		if near := nearest.To(q.Action, actions); near != "" {
			hint = " (did you mean " + near + "?)"
		}
		return fmt.Errorf("%s has no action %q%s", q.Product, q.Action, hint)
	case !(q.RequestsPerSecond > 0) || math.IsInf(q.RequestsPerSecond, 0):
		return fmt.Errorf("requests_per_second is %v, want a number above 0", q.RequestsPerSecond)
	case q.Burst < 0:
		return fmt.Errorf("burst is %d, want 1 or more", q.Burst)
	case q.Status != 0 && (q.Status < 400 || q.Status > 599):
		return fmt.Errorf("status is %d, want 400 to 599", q.Status)
	case q.RetryAfter != "" && notANumber != nil:
		return fmt.Errorf("retry_after is %q, want whole milliseconds such as \"200\"", q.RetryAfter)
	}
	return nil
}

func (k *checker) quotas(quotas []Quota, knows func(accountID string) bool) {
	for i, q := range quotas {
		path := fmt.Sprintf("quotas[%d]", i)
		if err := q.check(); err != nil {
			k.add(path, "%v", err)
		}
		if q.AccountID != "" && !knows(q.AccountID) {
			k.add(path+".account", "the account %q is not in this scenario", q.AccountID)
		}
		for j, other := range quotas[:i] {
			if q.Product == other.Product && q.Action == other.Action && q.AccountID == other.AccountID {
				k.add(path, "quotas[%d] is for the same calls: keep one", j)
			}
		}
	}
}

// quotaState is a quota in force, with the bucket of each account that has called.
type quotaState struct {
	Quota
	buckets map[string]*bucket
}

// bucket holds the tokens that an account had at a time.
type bucket struct {
	tokens float64
	at     time.Time
}

func newQuotas(quotas []Quota) []quotaState {
	states := make([]quotaState, len(quotas))
	for i, q := range quotas {
		if q.Burst == 0 {
			q.Burst = int64(math.Ceil(q.RequestsPerSecond))
		}
		code, status := "Throttling.User", int64(http.StatusBadRequest)
		if q.Product == ProductLog {
			code, status = "ReadQuotaExceed", http.StatusForbidden
		}
		if q.Code == "" {
			q.Code = code
		}
		if q.Status == 0 {
			q.Status = status
		}
		states[i] = quotaState{Quota: q, buckets: map[string]*bucket{}}
	}
	return states
}

// SetQuotas replaces all quotas; the buckets are full afterwards. A quota that contradicts itself changes nothing.
func (c *Cloud) SetQuotas(quotas []Quota) error {
	k := &checker{}
	c.mu.Lock()
	defer c.mu.Unlock()
	k.quotas(quotas, func(id string) bool { return c.accounts[id] != nil })
	if err := k.err(); err != nil {
		return err
	}
	c.quotaMu.Lock()
	defer c.quotaMu.Unlock()
	c.quotas = newQuotas(quotas)
	return nil
}

// throttle takes a token of each quota that covers the call, or of none.
func (c *Cloud) throttle(t target, accountID string, now time.Time) *apiError {
	c.quotaMu.Lock()
	defer c.quotaMu.Unlock()
	var taken []*bucket
	for i := range c.quotas {
		q := &c.quotas[i]
		if q.Product != t.product || q.Action != "" && q.Action != t.action || q.AccountID != "" && q.AccountID != accountID {
			continue
		}
		b := q.refilled(accountID, now)
		if b.tokens < 1 {
			e := t.operation.refuse(int(q.Status), q.Code, quotaMessage)
			e.RetryAfter = q.RetryAfter
			return e
		}
		taken = append(taken, b)
	}
	for _, b := range taken {
		b.tokens--
	}
	return nil
}

// refilled is the bucket of an account with the tokens that have come back by now.
func (q *quotaState) refilled(accountID string, now time.Time) *bucket {
	b := q.buckets[accountID]
	if b == nil {
		b = &bucket{tokens: float64(q.Burst), at: now}
		q.buckets[accountID] = b
	}
	// Calls at once may arrive here in another order than they read the clock.
	if elapsed := now.Sub(b.at); elapsed > 0 {
		// Binary fractions may miss a whole token by a hair.
		const hair = 1e-9
		b.tokens = min(b.tokens+elapsed.Seconds()*q.RequestsPerSecond+hair, float64(q.Burst))
		b.at = now
	}
	return b
}
