package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Consistency says how far reads of clusters lag behind writes; without reads and duration they do not.
type Consistency struct {
	Reads    int64  `json:"reads,omitzero" jsonschema_description:"After a write the next n reads of the cluster, alone or in a list, show the state before it."`
	Duration string `json:"duration,omitzero" jsonschema_description:"After a write the state before it is shown for this long, as a Go duration."`
}

func (k *checker) consistency(path string, c Consistency) {
	k.duration(path+".duration", c.Duration)
	switch {
	case c.Reads < 0:
		k.add(path+".reads", "reads is %d, want 1 or more", c.Reads)
	case c.Reads > 0 && c.Duration != "":
		k.add(path, "reads and duration exclude one another: keep one")
	}
}

// clusterState is a stored cluster. Writes and snapshots see what is true now; reads may lag behind.
type clusterState struct {
	accountID, clusterID, regionID string

	kubernetes *kubernetesState // nil until the cluster's own API is looked at

	now   *version // nil once the cluster is deleted
	shown *version // while reads lag: what they show, nil before the cluster is visible
	reads int64    // how many more reads show it
	until time.Time
}

// version is one state of a cluster. It is never written again once stored; a change replaces it, so that answers may
// be encoded without the lock, and once only.
type version struct {
	*Cluster
	answers map[any]encoded
}

// encoded is JSON text.
type encoded []byte

// answer encodes an answer of one kind when it is asked for first; the lock must be held.
func (v *version) answer(kind any, object func() any) encoded {
	if known := v.answers[kind]; known != nil {
		return known
	}
	text, err := json.Marshal(object())
	if err != nil {
		panic(fmt.Sprintf("simulator: answer about cluster %s: %v", v.ClusterID, err))
	}
	if v.answers == nil {
		v.answers = map[any]encoded{}
	}
	v.answers[kind] = text
	return text
}

// write replaces what is true; nil deletes. A write while reads lag already makes them lag anew behind what they show.
func (c *Cloud) write(state *clusterState, next *version, at time.Time) {
	c.settleConfig(c.configTime(at))
	defer c.clusterChanged(state, c.configTime(at))
	if lag := c.behaviour.Consistency; lag != (Consistency{}) {
		if !state.lags(at) {
			state.shown = state.now
		}
		state.reads, state.until = lag.Reads, at.Add(duration(lag.Duration))
	}
	state.now = next
}

func (s *clusterState) lags(now time.Time) bool { return s.reads > 0 || now.Before(s.until) }

// read returns what a read sees, nil for no cluster, and counts the read.
func (s *clusterState) read(now time.Time) *version {
	if !s.lags(now) {
		s.shown = nil
		return s.now
	}
	if s.reads > 0 {
		s.reads--
	}
	return s.shown
}

// find returns a cluster that exists, or one that reads may still show.
func (c *Cloud) find(clusterID string) *clusterState {
	if state := c.clusters[clusterID]; state != nil {
		return state
	}
	if at := slices.IndexFunc(c.deleted, func(s *clusterState) bool { return s.clusterID == clusterID }); at >= 0 {
		return c.deleted[at]
	}
	return nil
}

// forget takes deleted clusters out of the lists that no read shows any more, or that give way to a new cluster.
func (c *Cloud) forget(gone func(*clusterState) bool) {
	c.deleted = slices.DeleteFunc(c.deleted, func(state *clusterState) bool {
		if !gone(state) {
			return false
		}
		owner, isIt := c.accounts[state.accountID], func(s *clusterState) bool { return s == state }
		owner.clusters = slices.DeleteFunc(owner.clusters, isIt)
		owner.byRegion[state.regionID] = slices.DeleteFunc(owner.byRegion[state.regionID], isIt)
		return true
	})
}
