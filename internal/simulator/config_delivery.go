package simulator

import (
	"fmt"
	"slices"
	"time"
)

// maxChannels is the documented limit per account and per account group.
const maxChannels = 5

// configChannel is a stored delivery channel. Nothing is delivered.
type configChannel struct {
	*DeliveryChannel
	holder *configHolder
}

// channelParameters are those that create a channel and those that change it.
func channelParameters(create bool) []parameter {
	list := []parameter{{name: "ClientToken"}, {name: "DeliveryChannelTargetArn", required: create}}
	for _, name := range []string{"DeliveryChannelName", "DeliveryChannelCondition", "DeliverySnapshotTime", "Description", "OversizedDataOSSTargetArn"} {
		list = append(list, parameter{name: name, mayBeEmpty: !create})
	}
	for _, name := range []string{"ConfigurationItemChangeNotification", "ConfigurationSnapshot", "CompliantSnapshot", "NonCompliantNotification"} {
		list = append(list, parameter{name: name, kind: "bool"})
	}
	if create {
		return append(list, parameter{name: "DeliveryChannelType", required: true, enum: []string{"OSS", "MNS", "SLS"}})
	}
	return append(list, channelIDParameter, parameter{name: "Status", kind: "int64"})
}

var channelIDParameter = parameter{name: "DeliveryChannelId", required: true}

var configDeliveryOperations = slices.Concat(
	twins("CreateConfigDeliveryChannel", createDeliveryChannel, nil, channelParameters(true)...),
	twins("UpdateConfigDeliveryChannel", updateDeliveryChannel, nil, channelParameters(false)...),
	twins("GetConfigDeliveryChannel", getDeliveryChannel, nil, channelIDParameter),
	twins("ListConfigDeliveryChannels", listDeliveryChannels, nil, parameter{name: "DeliveryChannelIds"}),
	twins("DeleteConfigDeliveryChannel", deleteDeliveryChannel, nil, channelIDParameter),
)

func (c *Cloud) channelsOf(h *configHolder) []*configChannel {
	channels := []*configChannel{}
	for _, d := range c.config.channels {
		if d.holder == h {
			channels = append(channels, d)
		}
	}
	return channels
}

func channelNotExists() *apiError {
	return configError("DeliveryChannelNotExists", "The delivery channel does not exist.")
}

// channel is the delivery channel of the call.
func (cl *call) channel(h *configHolder) (*configChannel, *apiError) {
	id := cl.params.Get("DeliveryChannelId")
	for _, d := range cl.channelsOf(h) {
		if d.DeliveryChannelID == id {
			return d, nil
		}
	}
	return nil, channelNotExists()
}

// checkChannel refuses what is not of its form, and targets outside the directory. Whether a target is there is not asked.
func (cl *call) checkChannel(d *DeliveryChannel) *apiError {
	if field := d.problem(); field != "" {
		return configError("Invalid."+field+".Format", "The specified format of "+field+" is invalid.")
	}
	inDirectory := func(id string) bool {
		return cl.directory != nil && id == cl.directory.MasterAccountID || cl.isMember(id)
	}
	if target := d.targetAccount(); target != cl.caller.accountID && (!inDirectory(target) || !inDirectory(cl.caller.accountID)) {
		return configError("DeliveryChannelAccountNotSupport", "Cross-account delivery that is not in the RD is not supported.")
	}
	return nil
}

func (c *Cloud) newChannel(h *configHolder, given *DeliveryChannel) *configChannel {
	if given.DeliveryChannelID == "" {
		given.DeliveryChannelID = "cdc-" + c.randomID("0123456789abcdef", 20)
	}
	given.complete()
	d := &configChannel{given, h}
	c.config.channels = append(c.config.channels, d)
	return d
}

func createDeliveryChannel(cl *call, h *configHolder) (any, *apiError) {
	id, err := once(cl, h, func() (string, *apiError) {
		given := &DeliveryChannel{}
		cl.setFields(given)
		if err := cl.checkChannel(given); err != nil {
			return "", err
		}
		if len(cl.channelsOf(h)) >= maxChannels {
			return "", configError("ExceedMaxDeliveryChannelCount", "The maximum number of delivery channels is exceeded.")
		}
		return cl.newChannel(h, given).DeliveryChannelID, nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"RequestId": "", "DeliveryChannelId": id}, nil
}

func updateDeliveryChannel(cl *call, h *configHolder) (any, *apiError) {
	d, err := cl.channel(h)
	if err != nil {
		return nil, err
	}
	changed := clone(d.DeliveryChannel)
	cl.setFields(changed)
	if err := cl.checkChannel(changed); err != nil {
		return nil, err
	}
	d.DeliveryChannel = changed
	return map[string]any{"RequestId": "", "DeliveryChannelId": d.DeliveryChannelID}, nil
}

// object has every field, empty where nothing was sent, as the samples do.
func (d *configChannel) object() map[string]any {
	item := map[string]any{
		"AccountId": accountNumber(d.holder.accountID), "DeliveryChannelAssumeRoleArn": "acs:ram::" + d.holder.accountID + ":role/aliyunserviceroleforconfig",
		"DeliveryChannelId": d.DeliveryChannelID, "DeliveryChannelName": d.DeliveryChannelName, "DeliveryChannelType": d.DeliveryChannelType,
		"DeliveryChannelTargetArn": d.DeliveryChannelTargetARN, "DeliveryChannelCondition": d.DeliveryChannelCondition, "DeliverySnapshotTime": d.DeliverySnapshotTime,
		"Description": d.Description, "OversizedDataOSSTargetArn": d.OversizedDataOSSTargetARN, "Status": *d.Status,
		"ConfigurationItemChangeNotification": d.ConfigurationItemChangeNotification, "ConfigurationSnapshot": d.ConfigurationSnapshot,
		"CompliantSnapshot": d.CompliantSnapshot, "NonCompliantNotification": d.NonCompliantNotification,
	}
	if g := d.holder.group; g != nil {
		item["AggregatorId"] = g.AggregatorID
	}
	return item
}

func getDeliveryChannel(cl *call, h *configHolder) (any, *apiError) {
	d, err := cl.channel(h)
	if err != nil {
		return nil, err
	}
	item := d.object()
	if h.group != nil {
		// A string here, a number in the list and for an account.
		item["AccountId"] = h.accountID
	}
	return map[string]any{"RequestId": "", "DeliveryChannel": item}, nil
}

func listDeliveryChannels(cl *call, h *configHolder) (any, *apiError) {
	ids, list := commaList(cl.params.Get("DeliveryChannelIds")), []map[string]any{}
	for _, d := range cl.channelsOf(h) {
		if len(ids) == 0 || slices.Contains(ids, d.DeliveryChannelID) {
			list = append(list, d.object())
		}
	}
	if len(ids) > 0 && len(list) == 0 {
		return nil, channelNotExists()
	}
	return map[string]any{"RequestId": "", "DeliveryChannels": list}, nil
}

func deleteDeliveryChannel(cl *call, h *configHolder) (any, *apiError) {
	d, err := cl.channel(h)
	if err != nil {
		return nil, err
	}
	cl.dropChannels(func(other *configChannel) bool { return other == d })
	return map[string]any{"RequestId": "", "DeliveryChannelId": d.DeliveryChannelID}, nil
}

func (c *Cloud) dropChannels(gone func(*configChannel) bool) {
	c.config.channels = slices.DeleteFunc(c.config.channels, gone)
}

// ConfigDeliveryChannelSnapshot is a copy of a stored delivery channel.
type ConfigDeliveryChannelSnapshot struct {
	AccountID, AggregatorID string
	DeliveryChannel
}

// ConfigDeliveryChannels returns copies of all delivery channels of all accounts and groups, oldest first.
func (c *Cloud) ConfigDeliveryChannels() []ConfigDeliveryChannelSnapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []ConfigDeliveryChannelSnapshot{}
	for _, d := range c.config.channels {
		s := ConfigDeliveryChannelSnapshot{DeliveryChannel: *clone(d.DeliveryChannel)}
		s.AccountID, s.AggregatorID = d.holder.owner()
		list = append(list, s)
	}
	return list
}

// behindChannel finds a channel for a change behind the back of every client.
func (c *Cloud) behindChannel(id string, change func(*configChannel) error) error {
	return c.behind(func(time.Time) error {
		at := slices.IndexFunc(c.config.channels, func(d *configChannel) bool { return d.DeliveryChannelID == id })
		if at < 0 {
			return fmt.Errorf("the delivery channel %s does not exist", id)
		}
		return change(c.config.channels[at])
	})
}

// UpdateConfigDeliveryChannel changes a delivery channel behind the back of every client.
func (c *Cloud) UpdateConfigDeliveryChannel(id string, change func(*DeliveryChannel)) error {
	return c.behindChannel(id, func(d *configChannel) error {
		changed := clone(d.DeliveryChannel)
		change(changed)
		changed = clone(changed)
		changed.complete()
		if changed.DeliveryChannelID != id {
			return fmt.Errorf("a change of the delivery channel %s must keep its id", id)
		}
		if field := changed.problem(); field != "" {
			return fmt.Errorf("%s of the delivery channel %s is not of its form", field, id)
		}
		d.DeliveryChannel = changed
		return nil
	})
}

// DeleteConfigDeliveryChannel removes a delivery channel behind the back of every client.
func (c *Cloud) DeleteConfigDeliveryChannel(id string) error {
	return c.behindChannel(id, func(d *configChannel) error {
		c.dropChannels(func(other *configChannel) bool { return other == d })
		return nil
	})
}
