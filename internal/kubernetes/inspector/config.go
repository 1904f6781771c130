package inspector

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Config is a configuration that was understood.
type Config struct {
	Dialect Dialect
	text    string
	root    *yaml.Node // the mapping
	lines   []int      // byte offset of each line, as YAML counts them
}

// FindKey finds the data key of a ConfigMap that holds the configuration: the
// given one if it is not empty, else config.yaml, else the only one that reads like one.
func FindKey(data map[string]string, override string) (string, error) {
	keys := slices.AppendSeq([]string{}, maps.Keys(data))
	slices.Sort(keys)
	for _, key := range []string{override, ConfigKey} {
		if _, found := data[key]; found && key != "" {
			return key, nil
		}
		if key == override && key != "" {
			return "", &RefusedError{NoKey, "the ConfigMap has no key " + override, keys}
		}
	}
	var likely []string
	for _, key := range keys {
		if looksLikeConfig(data[key]) {
			likely = append(likely, key)
		}
	}
	switch len(likely) {
	case 0:
		return "", &RefusedError{NoKey, "no key of the ConfigMap holds a configuration of the inspection", keys}
	case 1:
		return likely[0], nil
	}
	return "", &RefusedError{NoKey, "several keys of the ConfigMap may hold the configuration of the inspection", likely}
}

func looksLikeConfig(text string) bool {
	root, err := parse(text)
	return err == nil && slices.ContainsFunc(topKeys(root), func(key string) bool { return slices.Contains(topLevel, key) })
}

// Parse reads a configuration, YAML or JSON, and finds out its dialect. Errors are *RefusedError.
func Parse(text string) (*Config, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &Config{text: text, root: root, lines: lineStarts(text)}
	if c.Dialect, err = classify(root); err != nil {
		return nil, err
	}
	return c, nil
}

// parse reads the one mapping of a text.
func parse(text string) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var document, more yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, refuse(Broken, "the configuration is empty")
		}
		return nil, refuse(Broken, "the configuration is no YAML: %s", withoutValues(err))
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, refuse(Broken, "the configuration has more than one document")
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, refuse(Broken, "the configuration is no mapping")
	}
	if key := duplicate(root); key != "" {
		return nil, refuse(Broken, "the configuration has the key %q twice in one mapping", key)
	}
	return root, nil
}

// withoutValues is what the parser says, which quotes nothing but names of anchors and tags.
func withoutValues(err error) string { return strings.TrimPrefix(err.Error(), "yaml: ") }

// duplicate is a key that a mapping has twice; empty for none.
func duplicate(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode {
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				continue
			}
			if seen[key.Value] {
				return key.Value
			}
			seen[key.Value] = true
		}
	}
	for _, child := range n.Content {
		if key := duplicate(child); key != "" {
			return key
		}
	}
	return ""
}

// classify tells the dialects apart.
func classify(root *yaml.Node) (Dialect, error) {
	flat, flatMixed, flatOdd := speaks(child(root, "checks"), Flat, func(string) bool { return true })
	flat = flat || child(root, "checks") != nil && len(child(root, "checks").Content) == 0 && child(root, "checks").Kind == yaml.MappingNode
	var grouped bool
	mixed, odd := flatMixed, flatOdd
	for _, name := range groups {
		is, isMixed, isOdd := speaks(child(root, name), Grouped, func(key string) bool { return groupOf(key) == name })
		grouped, mixed = grouped || is, mixed || isMixed
		for _, key := range isOdd {
			odd = append(odd, name+"."+key)
		}
	}
	switch {
	case mixed || flat && grouped:
		return "", &RefusedError{Mixed, "the configuration mixes two dialects, so it is not clear what the engine makes of it", topKeys(root)}
	case len(odd) > 0:
		return "", &RefusedError{Unknown, "checks of the configuration have severities that are not known", odd}
	case flat:
		return Flat, nil
	case grouped:
		return Grouped, nil
	}
	return "", &RefusedError{Unknown, "the configuration is in no dialect that is known; top-level keys are listed", topKeys(root)}
}

// speaks reports whether a mapping holds severities of a dialect, or of another, and the keys with other values.
func speaks(n *yaml.Node, d Dialect, known func(string) bool) (is, mixed bool, odd []string) {
	if n == nil || n.Kind != yaml.MappingNode {
		return false, false, nil
	}
	other := severest[Flat]
	if d == Flat {
		other = severest[Grouped]
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !known(key.Value) {
			continue
		}
		switch {
		case value.Kind != yaml.ScalarNode || !slices.Contains(append(d.Severities(), other), value.Value):
			odd = append(odd, key.Value)
		case value.Value == other:
			mixed = true
		default:
			is = true
		}
	}
	return is, mixed, odd
}

// groupOf is the group of a check that has a severity in the grouped dialect; empty for others.
func groupOf(id string) string {
	if id == capabilities {
		return ""
	}
	if id == "pullPolicyNotAlways" {
		return "images"
	}
	for _, c := range Checks {
		if c.ID == Canonical(id) {
			return c.Group
		}
	}
	return ""
}

func topKeys(root *yaml.Node) []string {
	keys := []string{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		keys = append(keys, root.Content[i].Value)
	}
	return keys
}

// child is the value of a key; nil if the mapping has none.
func child(n *yaml.Node, key string) *yaml.Node {
	_, value := entry(n, key)
	return value
}

// entry is a key with its value; nil if the mapping has none.
func entry(n *yaml.Node, key string) (k, v *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key && n.Content[i].Kind == yaml.ScalarNode {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// lineStarts are the offsets of a text's lines, with the breaks of YAML 1.1, which the parser counts by.
func lineStarts(text string) []int {
	starts := []int{0}
	for i := 0; i < len(text); {
		n := breakAt(text, i)
		if n == 0 {
			i++
			continue
		}
		i += n
		starts = append(starts, i)
	}
	return starts
}

var otherBreaks = [][]byte{{0xC2, 0x85}, {0xE2, 0x80, 0xA8}, {0xE2, 0x80, 0xA9}}

// breakAt is the length of the line break at an offset; 0 for none.
func breakAt(text string, at int) int {
	switch text[at] {
	case '\r':
		if at+1 < len(text) && text[at+1] == '\n' {
			return 2
		}
		return 1
	case '\n':
		return 1
	}
	for _, b := range otherBreaks {
		if bytes.HasPrefix([]byte(text[at:min(len(text), at+3)]), b) {
			return len(b)
		}
	}
	return 0
}
