package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v2"
	node "go.yaml.in/yaml/v3"
)

// parse gives the text with its positions; nil if the library cannot, which is not the one that decodes.
func parse(text []byte) (root *node.Node) {
	var err error
	defer func() {
		if err != nil {
			root = nil
		}
	}()
	defer recovered(&err)
	var document node.Node
	if err = node.Unmarshal(text, &document); err != nil || len(document.Content) != 1 {
		return nil
	}
	return document.Content[0]
}

// duplicate is a key that stands a second time in its map.
type duplicate struct {
	name                string
	line, column, first int // of the text, from 1; zero when unknown
}

// duplicateKey finds the first duplicate key of a text; nil when there is none. Keys that a merge brings are not
// counted. Where it cannot be sure it says that there is one.
func duplicateKey(text []byte) *duplicate {
	root := parse(text)
	if root == nil {
		return &duplicate{}
	}
	return duplicateIn(root)
}

func duplicateIn(n *node.Node) *duplicate {
	seen := map[string]int{}
	for i, child := range n.Content {
		if n.Kind == node.MappingNode && i%2 == 0 && child.Tag != "!!merge" {
			if child.Kind != node.ScalarNode || child.Style&node.TaggedStyle != 0 {
				return &duplicate{}
			}
			name := keyName(child)
			if first, has := seen[name]; has {
				return &duplicate{name, child.Line, child.Column, first}
			}
			seen[name] = child.Line
		}
		if found := duplicateIn(child); found != nil {
			return found
		}
	}
	return nil
}

// keyName is what sigs.k8s.io/yaml makes of a key: y is "true".
func keyName(key *node.Node) string {
	if key.Kind == node.AliasNode {
		key = key.Alias
	}
	if key.Style != 0 {
		return key.Value
	}
	var resolved any
	if err := yaml.Unmarshal([]byte(key.Value), &resolved); err != nil {
		return key.Value
	}
	switch resolved := resolved.(type) {
	case string:
		return resolved
	case map[any]any, []any:
		return key.Value
	default:
		if name, err := jsonKey(resolved); err == nil {
			return name
		}
		return key.Value
	}
}

// locate follows a path as far as it goes and gives where its last step begins: the key of a map's entry, an element
// of a list.
func locate(n *node.Node, path []any) (line, column int) {
	line, column = n.Line, n.Column
	for _, step := range path {
		at, next := child(n, step, 0)
		if next == nil {
			break
		}
		line, column, n = at.Line, at.Column, next
	}
	return line, column
}

// child is an entry and where it begins. Merged maps are looked into after the map's own keys; merges of merges end,
// for the text may be cyclic.
func child(n *node.Node, step any, merges int) (at, value *node.Node) {
	for ; n.Kind == node.AliasNode; n = n.Alias {
		if merges++; merges > 20 {
			return nil, nil
		}
	}
	switch step := step.(type) {
	case int:
		if n.Kind == node.SequenceNode && step >= 0 && step < len(n.Content) {
			return n.Content[step], n.Content[step]
		}
	case string:
		if n.Kind != node.MappingNode {
			return nil, nil
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag != "!!merge" && keyName(n.Content[i]) == step {
				return n.Content[i], n.Content[i+1]
			}
		}
		return merged(n, step, merges)
	}
	return nil, nil
}

func merged(n *node.Node, step string, merges int) (at, value *node.Node) {
	if merges > 20 {
		return nil, nil
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		sources := []*node.Node{n.Content[i+1]}
		if sources[0].Kind == node.SequenceNode {
			sources = sources[0].Content
		}
		for _, source := range sources {
			if at, value = child(source, step, merges+1); value != nil {
				return at, value
			}
		}
	}
	return nil, nil
}

func (d *duplicate) text() string {
	if d.line == 0 {
		return "a key stands twice in the same map; kubectl would silently take the last"
	}
	return fmt.Sprintf("the key %q stands twice in the same map, first on line %d; kubectl would silently take the last", d.name, d.first)
}
