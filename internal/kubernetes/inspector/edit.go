package inspector

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// setSeverity changes a severity, and nothing but its word.
func (c *Config) setSeverity(p place, severity string) (*Config, error) {
	if p.value.Value == severity {
		return c, nil
	}
	start, end, err := c.span(p.value)
	if err != nil {
		return nil, err
	}
	with := severity
	if p.value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		with = c.text[start:start+1] + severity + c.text[start:start+1]
	}
	text := c.splice(start, end, with)
	p.value.Value = severity
	return c.changed(text)
}

// raw is the text of a key's value, from behind the colon.
func (c *Config) raw(p place) (string, error) {
	from, err := c.afterColon(p.key)
	if err != nil {
		return "", err
	}
	_, to, err := c.span(p.value)
	if err != nil {
		return "", err
	}
	return c.text[from:to], nil
}

// setRaw replaces a list by a text that raw has returned, or that stands for one.
func (c *Config) setRaw(p place, raw string) (*Config, error) {
	from, err := c.afterColon(p.key)
	if err != nil {
		return nil, err
	}
	_, to, err := c.span(p.value)
	if err != nil {
		return nil, err
	}
	text := c.splice(from, to, raw)
	root, err := parse(text)
	if err != nil {
		return nil, unfit("the list that was there before does not fit any more")
	}
	after := &Config{Dialect: c.Dialect, text: text, root: root, lines: lineStarts(text)}
	for _, q := range after.places() {
		if q.path == p.path && q.list {
			*p.value = *q.value
			return c.changed(text)
		}
	}
	return nil, unfit("the list that was there before does not fit any more")
}

// emptyList and fullList stand for a list of capabilities, behind the colon.
const emptyList = " []"

func fullList() string {
	return " " + jsonList(defaultCapabilities)
}

func jsonList(items []string) string {
	quoted := make([]string, 0, len(items))
	for _, item := range items {
		quoted = append(quoted, jsonText(item))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// jsonText is a string in double quotes, which YAML reads too.
func jsonText(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("inspector: a string has no JSON form: " + err.Error())
	}
	return string(text)
}

// render is an entry on one line.
func (e Exemption) render(json bool) string {
	key := func(name string) string {
		if json {
			return jsonText(name)
		}
		return name
	}
	var fields []string
	if e.Namespace != "" {
		fields = append(fields, key(fieldNamespace)+": "+jsonText(e.Namespace))
	}
	fields = append(fields, key(fieldWorkloads)+": "+jsonList([]string{e.Workload}))
	if len(e.Containers) > 0 {
		fields = append(fields, key(fieldContainers)+": "+jsonList(e.Containers))
	}
	fields = append(fields, key(fieldChecks)+": "+jsonList(e.Checks))
	return "{" + strings.Join(fields, ", ") + "}"
}

// comment is the reason as it stands behind the entry.
func (e Exemption) comment() string {
	reason := strings.Join(strings.FieldsFunc(e.Reason, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || !unicode.IsPrint(r)
	}), " ")
	if reason == "" {
		return ""
	}
	return " # " + reason
}

// How the list of exemptions stood before a policy added to it.
const (
	wasList   = "list"
	wasAbsent = "absent"
	wasNull   = "null" // followed by its text, such as null~
)

// exemptionsStand says how the list of exemptions stands.
func (c *Config) exemptionsStand() (string, error) {
	value := child(c.root, "exemptions")
	switch {
	case value == nil:
		return wasAbsent, nil
	case value.Kind == yaml.SequenceNode:
		return wasList, nil
	case value.Kind == yaml.ScalarNode && value.ShortTag() == "!!null":
		return wasNull + value.Value, nil
	}
	return "", refuse(Unknown, "the configuration's exemptions are no list")
}

// addExemption puts an entry before the others.
func (c *Config) addExemption(e Exemption) (*Config, error) {
	stand, err := c.exemptionsStand()
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(e.render(true)), &document); err != nil {
		return nil, unfit("the exemption of workload " + e.Workload + " has a name that cannot be written")
	}
	item := document.Content[0]
	add := func() (string, error) { return c.addToList(e, stand) }
	if stand == wasAbsent {
		add = func() (string, error) { return c.addList(e) }
	}
	text, err := add()
	if err != nil {
		return nil, err
	}
	if stand == wasAbsent {
		c.root.Content = c.withKey(item)
		return c.changed(text)
	}
	list := child(c.root, "exemptions")
	if stand != wasList {
		*list = yaml.Node{Kind: yaml.SequenceNode}
	}
	list.Content = append([]*yaml.Node{item}, list.Content...)
	return c.changed(text)
}

// withKey is the root's content with a list of one exemption: in front where the text is JSON, else at the end.
func (c *Config) withKey(item *yaml.Node) []*yaml.Node {
	pair := []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: "exemptions", Tag: "!!str"},
		{Kind: yaml.SequenceNode, Content: []*yaml.Node{item}},
	}
	if c.root.Style&yaml.FlowStyle != 0 {
		return append(pair, c.root.Content...)
	}
	return append(c.root.Content, pair...)
}

// addList adds the key with one entry.
func (c *Config) addList(e Exemption) (string, error) {
	first := c.root.Content[0]
	at, err := c.offset(first)
	if err != nil {
		return "", err
	}
	if c.root.Style&yaml.FlowStyle != 0 {
		return c.splice(at, at, `"exemptions": [`+e.render(true)+"]"+c.separator(at)), nil
	}
	start, _, _ := c.line(at)
	indent, br := c.text[start:at], c.lineBreak()
	if strings.Trim(indent, " ") != "" {
		return "", unfit("its first key does not start a line")
	}
	lines := indent + "exemptions:" + br + indent + "  - " + e.render(false) + e.comment()
	return c.appended(len(c.text), lines), nil
}

// appended inserts whole lines at the start of a line, or at the end of a text whose last line has no break.
func (c *Config) appended(at int, lines string) string {
	start, _, _ := c.line(at)
	if at == len(c.text) && start != at {
		return c.splice(at, at, c.lineBreak()+lines)
	}
	return c.splice(at, at, lines+c.lineBreak())
}

// separator goes between a new item of a flow collection and the one at an offset: in a line of its own if that one is.
func (c *Config) separator(at int) string {
	start, _, _ := c.line(at)
	if indent := c.text[start:at]; strings.Trim(indent, " \t") == "" && start > 0 {
		return "," + c.lineBreak() + indent
	}
	return ", "
}

// addToList adds an entry to the list, which may be null.
func (c *Config) addToList(e Exemption, stand string) (string, error) {
	key, list := entry(c.root, "exemptions")
	behind, err := c.afterColon(key)
	if err != nil {
		return "", err
	}
	flow := c.root.Style&yaml.FlowStyle != 0
	if stand != wasList && (stand != wasNull || flow) {
		start, end, err := c.span(list)
		if err != nil {
			return "", err
		}
		return c.splice(start, end, "["+e.render(true)+"]"), nil
	}
	if stand == wasList && list.Style&yaml.FlowStyle != 0 {
		start, _, err := c.span(list)
		if err != nil {
			return "", err
		}
		if len(list.Content) == 0 {
			return c.splice(start+1, start+1, e.render(true)), nil
		}
		at, err := c.offset(list.Content[0])
		if err != nil {
			return "", err
		}
		return c.splice(at, at, e.render(true)+c.separator(at)), nil
	}
	start, end, next := c.line(behind)
	if !remark(c.text[behind:end]) {
		return "", unfit("its exemptions have an anchor or a tag")
	}
	keyAt, err := c.offset(key)
	if err != nil {
		return "", err
	}
	indent := c.text[start:keyAt] + "  "
	if stand == wasList {
		at, err := c.offset(list)
		if err != nil {
			return "", err
		}
		begin, _, _ := c.line(at)
		indent = c.text[begin:at]
	}
	if strings.Trim(indent, " ") != "" {
		return "", unfit("its exemptions do not start a line")
	}
	return c.appended(next, indent+"- "+e.render(false)+e.comment()), nil
}

// dropExemption takes an entry out, with its lines.
func (c *Config) dropExemption(i int) (*Config, error) {
	return c.dropItem(child(c.root, "exemptions"), i)
}

// dropWorkload takes a workload out of an entry that names others too. It never leaves an entry without one, which would
// exempt all.
func (c *Config) dropWorkload(i int, name string) (*Config, error) {
	list := child(child(c.root, "exemptions").Content[i], fieldWorkloads)
	at := slices.IndexFunc(list.Content, func(n *yaml.Node) bool { return n.Value == name })
	if at < 0 || len(list.Content) == 1 {
		return c, nil
	}
	next, err := c.dropItem(list, at)
	if err != nil {
		return nil, err
	}
	return next.dropWorkload(i, name) // it may stand there twice
}

// dropItem takes an item out of a list, with its lines.
func (c *Config) dropItem(list *yaml.Node, i int) (*Config, error) {
	var from, to int
	var err error
	if list.Style&yaml.FlowStyle != 0 {
		from, to, err = c.flowItem(list.Content, i)
	} else {
		from, to, err = c.blockItem(list.Content[i])
	}
	if err != nil {
		return nil, err
	}
	text := c.splice(from, to, "")
	if len(list.Content) == 1 && list.Style&yaml.FlowStyle == 0 {
		*list = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
		return c.changed(text)
	}
	list.Content = append(list.Content[:i:i], list.Content[i+1:]...)
	return c.changed(text)
}

// flowItem is the range of an item of a flow collection with the comma that goes with it.
func (c *Config) flowItem(items []*yaml.Node, i int) (from, to int, err error) {
	if from, to, err = c.span(items[i]); err != nil {
		return 0, 0, err
	}
	switch {
	case i+1 < len(items):
		to, err = c.offset(items[i+1])
	case i > 0:
		_, from, err = c.span(items[i-1])
	}
	return from, to, err
}

// blockItem is the lines of an item of a block sequence.
func (c *Config) blockItem(item *yaml.Node) (from, to int, err error) {
	start, end, err := c.span(item)
	if err != nil {
		return 0, 0, err
	}
	begin, _, _ := c.line(start)
	if strings.Trim(c.text[begin:start], " ") != "-" {
		return 0, 0, unfit("an exemption does not start its line")
	}
	_, lineEnd, next := c.line(end)
	if !remark(c.text[end:lineEnd]) {
		return 0, 0, unfit("an exemption does not end its line")
	}
	return c.wholeLines(begin, lineEnd, next)
}

// wholeLines takes the break before the lines instead where there is none behind them.
func (c *Config) wholeLines(begin, lineEnd, next int) (from, to int, err error) {
	if lineEnd != next || begin == 0 {
		return begin, next, nil
	}
	_, before, _ := c.line(begin - 1)
	return min(before, begin-1), next, nil
}

// restoreStand leaves the empty list of exemptions as it stood before.
func (c *Config) restoreStand(stand string) (*Config, error) {
	key, list := entry(c.root, "exemptions")
	if key == nil || stand == wasList || stand == "" || len(list.Content) > 0 {
		return c, nil
	}
	if stand == wasAbsent {
		return c.dropList(key, list)
	}
	start, end, err := c.span(list)
	if err != nil {
		return nil, err
	}
	raw := strings.TrimPrefix(stand, wasNull)
	if c.text[start:end] == raw {
		return c, nil
	}
	text := c.splice(start, end, raw)
	*list = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: raw}
	return c.changed(text)
}

// dropList takes the key out with its empty list.
func (c *Config) dropList(key, list *yaml.Node) (*Config, error) {
	index := 0
	for c.root.Content[index] != key {
		index += 2
	}
	var text string
	if c.root.Style&yaml.FlowStyle != 0 {
		from, err := c.offset(key)
		if err != nil {
			return nil, err
		}
		if index+2 >= len(c.root.Content) {
			return c, nil // somebody has moved it: an empty list exempts nothing
		}
		to, err := c.offset(c.root.Content[index+2])
		if err != nil {
			return nil, err
		}
		text = c.splice(from, to, "")
	} else {
		behind, err := c.afterColon(key)
		if err != nil {
			return nil, err
		}
		if list.Kind == yaml.SequenceNode || list.Value != "" {
			if _, behind, err = c.span(list); err != nil {
				return nil, err
			}
		}
		begin, end, next := c.line(behind)
		at, err := c.offset(key)
		if err != nil {
			return nil, err
		}
		if at < begin || strings.Trim(c.text[begin:at], " ") != "" || !remark(c.text[behind:end]) {
			return c, nil // the same
		}
		from, to, _ := c.wholeLines(begin, end, next)
		text = c.splice(from, to, "")
	}
	c.root.Content = append(c.root.Content[:index:index], c.root.Content[index+2:]...)
	return c.changed(text)
}
