package inspector

import (
	"maps"
	"slices"
)

// Policy is what is asked of a configuration.
type Policy struct {
	// Enabled and Disabled are ids of checks, in any spelling. Others stay as they are.
	Enabled, Disabled []string
	// Exemptions are entries that the white list is to have. Others stay.
	Exemptions []Exemption
	// Dropped are entries that the policy had and has no more. Those that were there before it stay.
	Dropped []Exemption
	// Confirmed are fields of exemptions (NamespaceField, ContainersField) that the engine is known to understand.
	Confirmed []string
}

// Before is what a policy has found and put in, so that it can be undone. Its JSON form is kept in the state and on the object.
type Before struct {
	// Checks are severities by path, such as security.hostIPCSet; of lists of capabilities, the text behind the colon.
	Checks map[string]string `json:"checks,omitempty"`
	// Stand is how the list of exemptions stood, see wasList; empty while the policy has none in it.
	Stand string `json:"exemptions,omitempty"`
	// Added are the entries that the policy has put in, Kept those that it found.
	Added []Exemption `json:"added,omitempty"`
	Kept  []Exemption `json:"kept,omitempty"`
}

// Empty reports whether there is nothing to undo.
func (b Before) Empty() bool { return len(b.Checks)+len(b.Added)+len(b.Kept) == 0 && b.Stand == "" }

// Result is a configuration as a policy wants it.
type Result struct {
	Text   string
	Before Before // to undo it with: Apply(Text, Policy{}, Before)
	// Unsupported are checks of the policy that the configuration has no key for; nothing is added for them.
	Unsupported []string
	// Stays are entries of Policy.Dropped that hold all the same: they were there before the policy, or are another's.
	Stays []Exemption
	// Disallowed is the key that makes the white list void; empty where it is not, or where the policy has none.
	Disallowed string
}

// Apply changes a configuration to what a policy wants, and what the policy does not want any more to what was there
// before. before is the zero value at first. Text outside the lines that change stays byte for byte. Errors are *RefusedError.
func Apply(text string, want Policy, before Before) (Result, error) {
	c, err := Parse(text)
	if err != nil {
		return Result{}, err
	}
	before.Checks = maps.Clone(before.Checks)
	if before.Checks == nil {
		before.Checks = map[string]string{}
	}
	e := editor{Config: c, want: want, before: before}
	if err := e.checks(); err != nil {
		return Result{}, err
	}
	if err := e.exemptions(); err != nil {
		return Result{}, err
	}
	result := Result{Text: e.text, Before: e.before, Unsupported: e.unsupported}
	for _, x := range want.Dropped {
		if e.Exempts(x) && !slices.ContainsFunc(want.Exemptions, func(w Exemption) bool { return w.entry().covers(x) }) {
			result.Stays = append(result.Stays, x)
		}
	}
	if len(want.Exemptions) > 0 {
		result.Disallowed = e.ExemptionsDisallowed()
	}
	return result, nil
}

// Adopt is what Before is for a policy that was imported as the configuration is: its checks are put back by destroy.
func Adopt(text string) (Before, error) {
	c, err := Parse(text)
	if err != nil {
		return Before{}, err
	}
	before := Before{Checks: map[string]string{}}
	for _, p := range c.places() {
		if before.Checks[p.path], err = c.value(p); err != nil {
			return Before{}, err
		}
	}
	return before, nil
}

type editor struct {
	*Config
	want        Policy
	before      Before
	unsupported []string
}

// value is what Before keeps of a check.
func (c *Config) value(p place) (string, error) {
	if p.list {
		return c.raw(p)
	}
	return p.value.Value, nil
}

// put sets a check to what value has returned.
func (e *editor) put(path, value string) error {
	for _, p := range e.places() {
		if p.path != path {
			continue
		}
		change := e.setSeverity
		if p.list {
			if now, err := e.raw(p); err != nil || now == value {
				return err
			}
			change = e.setRaw
		} else if !slices.Contains(e.Dialect.Severities(), value) {
			return nil // of another dialect: the component has replaced the configuration since
		}
		next, err := change(p, value)
		if err != nil {
			return err
		}
		e.Config = next
		return nil
	}
	return nil // its key is gone, so there is nothing to put back
}

func (e *editor) checks() error {
	wanted := map[string]bool{} // by path
	type target struct {
		id string
		on bool
	}
	var targets []target
	for _, id := range e.want.Enabled {
		targets = append(targets, target{id, true})
	}
	for _, id := range e.want.Disabled {
		targets = append(targets, target{id, false})
	}
	for _, t := range targets {
		found := e.find(t.id)
		if len(found) == 0 {
			e.unsupported = append(e.unsupported, t.id)
		}
		for _, p := range found {
			wanted[p.path] = true
		}
	}
	slices.Sort(e.unsupported)
	for _, path := range slices.Sorted(maps.Keys(e.before.Checks)) {
		if wanted[path] {
			continue
		}
		if err := e.put(path, e.before.Checks[path]); err != nil {
			return err
		}
		delete(e.before.Checks, path)
	}
	for _, t := range targets {
		if err := e.set(t.id, t.on); err != nil {
			return err
		}
	}
	return nil
}

// set switches a check on or off.
func (e *editor) set(id string, on bool) error {
	found := e.find(id)
	for _, p := range found {
		if _, known := e.before.Checks[p.path]; known {
			continue
		}
		value, err := e.value(p)
		if err != nil {
			return err
		}
		e.before.Checks[p.path] = value
	}
	if is := slices.ContainsFunc(found, place.on); is == on {
		return nil
	}
	for _, p := range found {
		if p.on() == on {
			continue
		}
		if err := e.put(p.path, e.target(p, on)); err != nil {
			return err
		}
	}
	if on && len(found) > 0 && found[0].list {
		return e.ensureCapabilities(found)
	}
	return nil
}

// target is what a check is set to.
func (e *editor) target(p place, on bool) string {
	remembered := e.before.Checks[p.path]
	switch {
	case p.list && !on:
		return emptyList
	case p.list:
		return remembered
	case !on:
		return Off
	case remembered != Off && slices.Contains(e.Dialect.Severities(), remembered):
		return remembered
	}
	return e.Dialect.on(p.id)
}

// ensureCapabilities fills the first list where what is remembered is empty too.
func (e *editor) ensureCapabilities(found []place) error {
	if on, _ := e.Check(capabilities); on {
		return nil
	}
	return e.put(found[0].path, fullList())
}

// drop takes out an entry that is exactly x.
func (e *editor) drop(x Exemption) error {
	for i, f := range e.Config.exemptions() {
		if !f.is(x) {
			continue
		}
		next, err := e.dropExemption(i)
		if err != nil {
			return err
		}
		e.Config = next
		return nil
	}
	return nil // somebody has taken it out
}

// dropAll takes x out of every entry that holds it: an import shows it once, and the workloads of an entry one by one.
func (e *editor) dropAll(x Exemption) error {
	for i, f := range slices.Backward(e.Config.exemptions()) {
		if !f.holds(x) {
			continue
		}
		var next *Config
		var err error
		if f.is(x) {
			next, err = e.dropExemption(i)
		} else {
			next, err = e.dropWorkload(i, x.Workload)
		}
		if err != nil {
			return err
		}
		e.Config = next
	}
	return nil
}

func (e *editor) exemptions() error {
	var added []Exemption
	for _, x := range e.before.Added {
		if i := slices.IndexFunc(e.want.Exemptions, x.Same); i >= 0 && e.want.Exemptions[i].comment() == x.comment() {
			added = append(added, x)
			continue
		}
		if err := e.drop(x); err != nil {
			return err
		}
	}
	for _, x := range e.want.Dropped {
		// What was added is dealt with; another one like it is another's.
		if has(e.want.Exemptions, x) || has(e.before.Kept, x) || has(e.before.Added, x) {
			continue
		}
		if err := e.dropAll(x); err != nil {
			return err
		}
	}
	e.before.Kept = slices.DeleteFunc(slices.Clone(e.before.Kept), func(x Exemption) bool { return !has(e.want.Exemptions, x) })
	e.before.Added = added
	for _, x := range slices.Backward(e.want.Exemptions) { // each goes before the others
		if err := e.exempt(x); err != nil {
			return err
		}
	}
	if len(e.before.Added) > 0 {
		return nil
	}
	next, err := e.restoreStand(e.before.Stand)
	if err != nil {
		return err
	}
	e.Config, e.before.Stand = next, ""
	return nil
}

// exempt puts an entry in, unless it is there.
func (e *editor) exempt(x Exemption) error {
	mine := has(e.before.Added, x)
	if e.Exempts(x) {
		if !mine && !has(e.before.Kept, x) {
			e.before.Kept = append(e.before.Kept, x)
		}
		return nil
	}
	if err := e.capable(x, e.want.Confirmed); err != nil {
		return err
	}
	if e.before.Stand == "" {
		stand, err := e.exemptionsStand()
		if err != nil {
			return err
		}
		e.before.Stand = stand
	}
	spelt := x
	spelt.Checks = nil
	for _, id := range x.Checks {
		spelt.Checks = append(spelt.Checks, e.Spelling(id))
	}
	next, err := e.addExemption(spelt)
	if err != nil {
		return err
	}
	e.Config = next
	if !mine {
		e.before.Added = append(e.before.Added, x)
	}
	return nil
}
