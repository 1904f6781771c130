package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Snapshot is the whole store at one moment, for comparisons; sessions, tasks and recorded requests are not part of it.
type Snapshot struct {
	values map[string]string // path -> JSON text of a leaf
}

// Snapshot copies the store.
func (c *Cloud) Snapshot() Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	s := Snapshot{values: map[string]string{}}
	for _, id := range c.accountOrder {
		s.add("account "+id, c.accounts[id].account)
		for _, state := range c.accounts[id].clusters {
			if state.now != nil {
				s.add("cluster "+state.clusterID, state.now.Cluster)
			}
		}
	}
	c.snapshotKubernetes(s)
	c.snapshotConfig(s)
	c.snapshotLog(s)
	return s
}

func (s Snapshot) add(path string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		panic(err)
	}
	s.flatten(path, tree)
}

// addText keeps a whole value as one leaf.
func (s Snapshot) addText(path string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	s.values[path] = string(text)
}

func (s Snapshot) flatten(path string, tree any) {
	switch tree := tree.(type) {
	case map[string]any:
		s.values[path] = "{}"
		for key, item := range tree {
			s.flatten(path+"."+key, item)
		}
	case []any:
		s.values[path] = "[]"
		for i, item := range tree {
			s.flatten(path+"["+strconv.Itoa(i)+"]", item)
		}
	default:
		text, err := json.Marshal(tree)
		if err != nil {
			panic(err)
		}
		s.values[path] = string(text)
	}
}

// Diff says in sorted lines what differs in a later snapshot; it is empty when nothing does.
func (s Snapshot) Diff(later Snapshot) []string {
	paths := maps.Clone(s.values)
	maps.Copy(paths, later.values)
	lines := []string{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		before, was := s.values[path]
		after, is := later.values[path]
		switch {
		case !was:
			lines = append(lines, fmt.Sprintf("+ %s = %s", path, after))
		case !is:
			lines = append(lines, fmt.Sprintf("- %s = %s", path, before))
		case before != after:
			lines = append(lines, fmt.Sprintf("~ %s = %s, was %s", path, after, before))
		}
	}
	return lines
}
