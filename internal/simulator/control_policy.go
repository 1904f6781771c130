package simulator

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// ControlPolicy is an access control policy of the resource directory: it bounds what the RAM users and roles of
// members may do and grants nothing. FullAliyunAccess is attached to every folder and member besides.
type ControlPolicy struct {
	PolicyName         string             `json:"PolicyName" jsonschema:"required" jsonschema_description:"Name of the policy: 1 to 128 letters, digits and hyphens, a letter first."`
	PolicyDocument     rampolicy.Document `json:"PolicyDocument" jsonschema:"required" jsonschema_description:"The document as a mapping; next to FullAliyunAccess only its Deny statements matter."`
	Targets            []string           `json:"targets" jsonschema:"required" jsonschema_description:"What it is attached to: the RootFolderId, FolderIds, AccountIds of members."`
	ReplacesFullAccess bool               `json:"replaces_full_access,omitzero" jsonschema_description:"Whether FullAliyunAccess is detached from the targets, so that nothing is allowed there but what their control policies allow."`
}

var controlPolicyName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)

// controlPolicies checks the policies of a directory.
func (k *checker) controlPolicies(path string, rd *ResourceDirectory, policies []ControlPolicy, isFolder, isMember func(id string) bool) {
	if status := value(rd.ControlPolicyStatus); len(policies) > 0 && status != "" && status != "Enabled" {
		k.add(path, "ControlPolicyStatus is %s, which detaches all control policies: make it Enabled or leave it out", status)
	}
	names := map[string]bool{}
	for i := range policies {
		p, at := &policies[i], fmt.Sprintf("%s[%d]", path, i)
		if !controlPolicyName.MatchString(p.PolicyName) {
			k.add(at+".PolicyName", "PolicyName is %q, want 1 to 128 letters, digits and hyphens, a letter first", p.PolicyName)
		}
		if names[p.PolicyName] {
			k.add(at+".PolicyName", "PolicyName %q is used twice: make them differ", p.PolicyName)
		}
		names[p.PolicyName] = true
		if err := p.PolicyDocument.Check(false); err != nil {
			k.add(at+".PolicyDocument", "%v", err)
		}
		if len(p.Targets) == 0 {
			k.add(at+".targets", "the control policy %s is attached to nothing: give a target", p.PolicyName)
		}
		for j, target := range p.Targets {
			at := fmt.Sprintf("%s.targets[%d]", at, j)
			switch {
			case target == rd.MasterAccountID:
				k.add(at, "control policies do not bound the management account: name a folder or a member")
			case !isFolder(target) && !isMember(target):
				k.add(at, "the target %q is neither a folder nor a member of the directory", target)
			case slices.Contains(p.Targets[:j], target):
				k.add(at, "the target %q is listed twice", target)
			}
		}
	}
}

// attach indexes policies by their targets.
func attach(policies []ControlPolicy) map[string][]*ControlPolicy {
	attached := map[string][]*ControlPolicy{}
	for i := range policies {
		p := clone(&policies[i])
		for _, target := range p.Targets {
			attached[target] = append(attached[target], p)
		}
	}
	return attached
}

// SetControlPolicies replaces the control policies of the directory. They bound all calls from now on, those of
// sessions that are open too. A policy that contradicts itself or the directory changes nothing.
func (c *Cloud) SetControlPolicies(policies []ControlPolicy) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.directory == nil {
		return fmt.Errorf("the scenario has no resource_directory that %d control policies could belong to", len(policies))
	}
	k := &checker{}
	k.controlPolicies("control_policies", c.directory, policies, func(id string) bool { return id == c.directory.RootFolderID || c.folder(id) != nil }, c.isMember)
	if err := k.err(); err != nil {
		return err
	}
	c.settle(c.now())
	c.attached = attach(policies)
	return nil
}

func (c *Cloud) isMember(accountID string) bool {
	state := c.accounts[accountID]
	return state != nil && c.directory != nil && state.account.FolderID != "" && accountID != c.directory.MasterAccountID
}

// bound evaluates the control policies on the way from the member up to the root folder: every level must allow, and
// the first that does not decides.
func (c *Cloud) bound(p *principal, action, resource string) rampolicy.Decision {
	if len(c.attached) == 0 || p.authType == "Account" || !c.isMember(p.accountID) {
		return rampolicy.Allowed
	}
	levels := []string{c.directory.RootFolderID}
	for _, folder := range c.chain(c.accounts[p.accountID].account.FolderID) {
		levels = append(levels, folder.FolderID)
	}
	levels = append(levels, p.accountID)
	for _, level := range slices.Backward(levels) {
		if decision := c.boundAt(level, action, resource); decision != rampolicy.Allowed {
			return decision
		}
	}
	return rampolicy.Allowed
}

// boundAt evaluates what is attached to one folder or member.
func (c *Cloud) boundAt(level, action, resource string) rampolicy.Decision {
	fullAccess, _ := rampolicy.System("AdministratorAccess") // what FullAliyunAccess says
	documents, replaced := []rampolicy.Document{}, false
	for _, policy := range c.attached[level] {
		documents = append(documents, policy.PolicyDocument)
		replaced = replaced || policy.ReplacesFullAccess
	}
	if !replaced {
		documents = append(documents, fullAccess)
	}
	return rampolicy.Evaluate(documents, action, resource)
}
