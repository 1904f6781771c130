package simulator

import (
	"regexp"
	"slices"
	"strings"
)

// splSetting is a field that a script gives every row: a literal, or the value of another field.
type splSetting struct {
	name, value string
	isField     bool
}

// splRule is a script that the simulator can run: it leaves rows as they are but for these fields.
type splRule []splSetting

const splName = `([A-Za-z][A-Za-z0-9_]*|"[^"]+")`

var (
	splExtend = regexp.MustCompile(`^\|\s*extend\s+`)
	splAssign = regexp.MustCompile(`^` + splName + `\s*=\s*('(?:[^']|'')*'|` + splName + `)\s*`)
)

// parseETLScript reads the scripts that are simulated: nothing at all; in SPL also * and any number of
// "| extend name = 'text', other = field" after it, with doubled quotes in texts.
func parseETLScript(lang, script string) (splRule, bool) {
	rest := strings.TrimSpace(script)
	if rest == "" {
		return nil, true
	}
	if lang != "SPL" || rest[0] != '*' {
		return nil, false
	}
	rule := splRule{}
	rest = strings.TrimSpace(rest[1:])
	for rest != "" {
		opening := splExtend.FindString(rest)
		if opening == "" {
			return nil, false
		}
		rest = rest[len(opening):]
		for {
			found := splAssign.FindStringSubmatch(rest)
			if found == nil || strings.HasPrefix(strings.Trim(found[1], `"`), "__") {
				return nil, false
			}
			rule = append(rule, newSPLSetting(found[1], found[2]))
			rest = rest[len(found[0]):]
			if !strings.HasPrefix(rest, ",") {
				break
			}
			rest = strings.TrimSpace(rest[1:])
		}
	}
	return rule, true
}

func newSPLSetting(name, value string) splSetting {
	s := splSetting{name: strings.Trim(name, `"`)}
	if text, literal := strings.CutPrefix(value, "'"); literal {
		s.value = strings.ReplaceAll(strings.TrimSuffix(text, "'"), "''", "'")
	} else {
		s.value, s.isField = strings.Trim(value, `"`), true
	}
	return s
}

// apply gives one row its new fields; a field that another is to be set to and that is not there sets nothing.
func (rule splRule) apply(contents []logPair) []logPair {
	changed := slices.Clone(contents)
	for _, s := range rule {
		value, there := s.value, true
		if s.isField {
			value, there = lastPair(changed, s.value)
		}
		if !there {
			continue
		}
		changed = slices.DeleteFunc(changed, func(pair logPair) bool { return pair.key == s.name })
		changed = append(changed, logPair{s.name, value})
	}
	return changed
}

func lastPair(contents []logPair, key string) (string, bool) {
	value, there := "", false
	for _, pair := range contents {
		if pair.key == key {
			value, there = pair.value, true
		}
	}
	return value, there
}
