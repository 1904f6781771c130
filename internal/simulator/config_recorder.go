package simulator

import (
	"fmt"
	"slices"
	"strings"
)

var recorderOperations = []operation{
	recorderOperation("GetConfigurationRecorder", getConfigurationRecorder),
	recorderOperation("StartConfigurationRecorder", startConfigurationRecorder),
	configOperation("StopConfigurationRecorder", stopConfigurationRecorder),
	configOperation("UpdateConfigurationRecorder", updateConfigurationRecorder, parameter{name: "ResourceTypes", required: true}),
}

func (a *configAccount) recorder(cl *call) map[string]any {
	return map[string]any{"RequestId": "", "ConfigurationRecorder": map[string]any{
		"ConfigurationRecorderStatus": a.recorderStatus(cl.time), "ResourceTypes": append([]string{}, a.resourceTypes...),
	}}
}

func getConfigurationRecorder(cl *call) (any, *apiError) {
	a := cl.config.accounts[cl.caller.accountID]
	if a == nil {
		return nil, noAccount()
	}
	return a.recorder(cl), nil
}

// startConfigurationRecorder activates Cloud Config; an active recorder stays as it is.
func startConfigurationRecorder(cl *call) (any, *apiError) {
	a, err := cl.configAccount()
	if err != nil {
		a = cl.activate(cl.caller.accountID, cl.time)
		cl.registeredAt(a)
	}
	return a.recorder(cl), nil
}

// stopConfigurationRecorder deactivates Cloud Config, which clears rules and results.
func stopConfigurationRecorder(cl *call) (any, *apiError) {
	cl.deactivate(cl.caller.accountID)
	return map[string]any{"RequestId": "", "StopConfigurationRecorderResult": true}, nil
}

func (c *Cloud) deactivate(accountID string) {
	a := c.config.accounts[accountID]
	c.dropHolder(func(h *configHolder) bool { return h.accountID == accountID })
	a.aggregators = nil
	delete(c.config.accounts, accountID)
}

func updateConfigurationRecorder(cl *call) (any, *apiError) {
	a := cl.config.accounts[cl.caller.accountID]
	types := commaList(cl.params.Get("ResourceTypes"))
	if slices.ContainsFunc(types, func(kind string) bool { return !resourceTypePattern.MatchString(kind) }) {
		return nil, invalidValue("ResourceTypes")
	}
	a.resourceTypes, a.status, a.registered = types, "REBUILDING", cl.time.Add(cl.behaviour.configTaskDuration())
	cl.registeredAt(a)
	return a.recorder(cl), nil
}

// registeredAt has all rules over an account evaluated when its recorder is registered.
func (c *Cloud) registeredAt(a *configAccount) {
	for _, r := range c.config.rules {
		if c.inGroup(r.holder, a.accountID) {
			c.start(r, a.registered)
		}
	}
}

// SetRecorderStatus changes the recorder of an account behind the back of every client; REGISTRABLE deactivates Cloud
// Config, and any other status activates it.
func (c *Cloud) SetRecorderStatus(accountID, status string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	now := c.configTime(c.now())
	a := c.config.accounts[accountID]
	known := []string{"REGISTRABLE", "BUILDING", "REGISTERED", "REBUILDING"}
	switch {
	case c.accounts[accountID] == nil:
		return fmt.Errorf("account %s does not exist", accountID)
	case !slices.Contains(known, status):
		return fmt.Errorf("the recorder status %q is none of %s", status, strings.Join(known, ", "))
	case status == "REGISTRABLE":
		if a != nil {
			c.deactivate(accountID)
		}
		return nil
	case a == nil:
		a = c.activate(accountID, now)
	}
	a.status, a.registered = status, now
	if status == "BUILDING" || status == "REBUILDING" {
		a.registered = now.Add(c.behaviour.configTaskDuration())
	}
	c.registeredAt(a)
	c.settleConfig(now)
	return nil
}
