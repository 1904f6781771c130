package inspector

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Setting is a check as the configuration has it.
type Setting struct {
	ID string // as the configuration spells it
	On bool
}

// place is where a check stands: its key with its value.
type place struct {
	path       string // dotted, e.g. security.hostIPCSet
	id         string
	key, value *yaml.Node
	list       bool // a list of capabilities, which is off when empty
}

func (p place) on() bool {
	if p.list {
		return len(p.value.Content) > 0
	}
	return p.value.Value != Off
}

// places are all checks, in the configuration's order.
func (c *Config) places() []place {
	var all []place
	for i := 0; i+1 < len(c.root.Content); i += 2 {
		group, mapping := c.root.Content[i].Value, c.root.Content[i+1]
		if mapping.Kind != yaml.MappingNode || c.Dialect == Flat && group != "checks" {
			continue
		}
		for j := 0; j+1 < len(mapping.Content); j += 2 {
			key, value := mapping.Content[j], mapping.Content[j+1]
			switch {
			case value.Kind == yaml.ScalarNode && slices.Contains(c.Dialect.Severities(), value.Value):
				all = append(all, place{path: group + "." + key.Value, id: key.Value, key: key, value: value})
			case c.Dialect == Grouped && group == "security" && key.Value == "capabilities":
				all = append(all, capabilityLists(value)...)
			}
		}
	}
	return all
}

// capabilityLists are the lists that stand for capabilitiesAdded in the grouped dialect.
func capabilityLists(n *yaml.Node) (lists []place) {
	for _, severity := range []string{severest[Grouped], warning} {
		group := child(n, severity)
		for _, name := range []string{"ifAnyAdded", "ifAnyAddedBeyond", "ifAnyNotDropped"} {
			if key, value := entry(group, name); value != nil && value.Kind == yaml.SequenceNode {
				lists = append(lists, place{path: "security.capabilities." + severity + "." + name, id: capabilities, key: key, value: value, list: true})
			}
		}
	}
	return lists
}

// find is where a check stands, in whichever spelling the configuration has; several places for capabilitiesAdded.
func (c *Config) find(id string) []place {
	all := c.places()
	for _, name := range spellings(id) {
		found := slices.DeleteFunc(slices.Clone(all), func(p place) bool { return p.id != name })
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// Settings are the checks that the configuration has a key for, each once, in its order.
func (c *Config) Settings() []Setting {
	var settings []Setting
	for _, p := range c.places() {
		if i := slices.IndexFunc(settings, func(s Setting) bool { return s.ID == p.id }); i >= 0 {
			settings[i].On = settings[i].On || p.on()
			continue
		}
		settings = append(settings, Setting{p.id, p.on()})
	}
	return settings
}

// Check tells whether a check is on, in whichever spelling; known is false without a key for it, which is off too.
func (c *Config) Check(id string) (on, known bool) {
	found := c.find(id)
	return slices.ContainsFunc(found, place.on), len(found) > 0
}

// Spelling is how the configuration names a check in exemptions.
func (c *Config) Spelling(id string) string {
	if found := c.find(id); len(found) > 0 {
		return found[0].id
	}
	return id
}

// Exemption is an entry of the white list. Names match by prefix in the engine.
type Exemption struct {
	Namespace  string   `json:"namespace,omitempty"` // empty for all
	Workload   string   `json:"workload"`
	Containers []string `json:"containers,omitempty"` // empty for all
	Checks     []string `json:"checks"`
	// Reason stands in a comment beside the entry, where the text can hold one.
	Reason string `json:"reason,omitempty"`
}

// Names of an entry's fields.
const (
	fieldNamespace  = "namespace"
	fieldWorkloads  = "controllerNames"
	fieldContainers = "containerNames"
	fieldChecks     = "rules"
)

// found is an entry as the configuration has it: it may name several workloads.
type found struct {
	namespace                     string
	workloads, containers, checks []string
	// foreign: it has a field that we do not know, so it is not one of ours.
	foreign bool
}

// exemptions are the entries, in order.
func (c *Config) exemptions() []found {
	list := child(c.root, "exemptions")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	entries := make([]found, 0, len(list.Content))
	for _, n := range list.Content {
		entries = append(entries, readExemption(n))
	}
	return entries
}

func readExemption(n *yaml.Node) (f found) {
	if n.Kind != yaml.MappingNode {
		return found{foreign: true}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := n.Content[i+1]
		var ok bool
		switch n.Content[i].Value {
		case fieldNamespace:
			ok, f.namespace = value.Kind == yaml.ScalarNode, value.Value
		case fieldWorkloads:
			f.workloads, ok = texts(value)
		case fieldContainers:
			f.containers, ok = texts(value)
		case fieldChecks:
			f.checks, ok = texts(value)
		}
		f.foreign = f.foreign || !ok
	}
	return f
}

// texts are a list's scalars.
func texts(n *yaml.Node) ([]string, bool) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil, true
	}
	if n.Kind != yaml.SequenceNode {
		return nil, false
	}
	var list []string
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			return nil, false
		}
		list = append(list, item.Value)
	}
	return list, true
}

// entry is e as a configuration has it.
func (e Exemption) entry() found {
	return found{namespace: e.Namespace, workloads: []string{e.Workload}, containers: e.Containers, checks: e.Checks}
}

// is reports whether an entry is exactly e.
func (f found) is(e Exemption) bool { return f.holds(e) && len(set(f.workloads)) == 1 }

// holds reports whether an entry is e, and the same of other workloads perhaps.
func (f found) holds(e Exemption) bool {
	return !f.foreign && f.namespace == e.Namespace && slices.Contains(f.workloads, e.Workload) &&
		slices.Equal(set(f.containers), set(e.Containers)) && slices.Equal(ids(f.checks), ids(e.Checks))
}

// covers reports whether an entry holds e among others.
func (f found) covers(e Exemption) bool {
	all := ids(f.checks)
	return !f.foreign && f.namespace == e.Namespace && slices.Contains(f.workloads, e.Workload) && slices.Equal(set(f.containers), set(e.Containers)) &&
		!slices.ContainsFunc(ids(e.Checks), func(id string) bool { return !slices.Contains(all, id) })
}

func set(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func ids(list []string) []string {
	canonical := make([]string, 0, len(list))
	for _, id := range list {
		canonical = append(canonical, Canonical(id))
	}
	return set(canonical)
}

// Exempts reports whether the white list has an entry that holds e.
func (c *Config) Exempts(e Exemption) bool {
	return slices.ContainsFunc(c.exemptions(), func(f found) bool { return f.covers(e) })
}

// Exemptions are the entries that a policy can hold, one for each workload that they name: those without a workload or
// checks, which engines read differently, and those with fields of their own are left out. Checks have their published ids.
func (c *Config) Exemptions() []Exemption {
	var list []Exemption
	for _, f := range c.exemptions() {
		if f.foreign || len(f.checks) == 0 {
			continue
		}
		for _, workload := range set(f.workloads) {
			e := Exemption{Namespace: f.namespace, Workload: workload, Containers: set(f.containers), Checks: ids(f.checks)}
			if workload != "" && !has(list, e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// Same reports whether two entries exempt the same, whatever their reasons and the spelling of their checks.
func (e Exemption) Same(b Exemption) bool {
	return e.Namespace == b.Namespace && e.Workload == b.Workload && slices.Equal(set(e.Containers), set(b.Containers)) && slices.Equal(ids(e.Checks), ids(b.Checks))
}

func has(list []Exemption, e Exemption) bool { return slices.ContainsFunc(list, e.Same) }

// ExemptionsDisallowed is the key that switches exemptions off; empty where none does.
func (c *Config) ExemptionsDisallowed() string {
	for _, key := range []string{"disallowExemptions", "disallowConfigExemptions"} {
		if v := child(c.root, key); v != nil && v.Kind == yaml.ScalarNode && v.ShortTag() == "!!bool" && (v.Value == "true" || v.Value == "True" || v.Value == "TRUE") {
			return key
		}
	}
	return ""
}

// Fields of an exemption that not every engine understands.
const (
	NamespaceField  = fieldNamespace  // the flat engine's since 1.3.0
	ContainersField = fieldContainers // the flat engine's since 3.1.0
)

// capable refuses an entry whose fields the engine may ignore, which would exempt more than was asked for. confirmed are
// fields that the user knows it to understand.
func (c *Config) capable(e Exemption, confirmed []string) error {
	used := func(field string) bool {
		return slices.ContainsFunc(c.exemptions(), func(f found) bool {
			return field == NamespaceField && f.namespace != "" || field == ContainersField && len(f.containers) > 0
		})
	}
	for _, need := range []struct {
		field string
		asked bool
		since string
		wider string
	}{
		{NamespaceField, e.Namespace != "", "1.3.0", "all namespaces"},
		{ContainersField, len(e.Containers) > 0, "3.1.0", "all containers"},
	} {
		switch {
		case !need.asked:
		case c.Dialect == Grouped:
			return refuse(Incapable, "the grouped dialect has no %s in an exemption, so that of workload %s would hold for %s", need.field, e.Workload, need.wider)
		case !used(need.field) && !slices.Contains(confirmed, need.field):
			return refuse(Incapable, "no exemption in the cluster has a %s yet, and an engine before %s ignores it, so that of workload %s would hold for %s",
				need.field, need.since, e.Workload, need.wider)
		}
	}
	return nil
}
