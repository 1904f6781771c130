package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// LoadScenario reads and checks a scenario file.
func LoadScenario(path string) (*Scenario, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the scenario: %w", err)
	}
	return ParseScenario(path, data)
}

// ParseScenario reads and checks a scenario; name stands in front of every error.
func ParseScenario(name string, yaml []byte) (*Scenario, error) {
	s := &Scenario{}
	lines, problems := strict.YAML(yaml, s)
	if len(problems) == 0 {
		for _, f := range s.check() {
			problems = append(problems, strict.Problem{Line: nearestLine(lines, f.path), Path: f.path, Message: f.message})
		}
	}
	if len(problems) == 0 {
		return s, nil
	}
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = fmt.Errorf("%s: %s", name, p)
	}
	return nil, errors.Join(errs...)
}

// nearestLine is the line of a path, or of what is around it.
func nearestLine(lines map[string]int, path string) int {
	for path != "" {
		if line := lines[path]; line != 0 {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return lines[""]
}

// finding is a contradiction in a scenario.
type finding struct{ path, message string }

// Validate checks a scenario that was built in Go as ParseScenario checks a file.
func (s *Scenario) Validate() error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	if problems := strict.JSON(text, &Scenario{}); len(problems) > 0 {
		k := &checker{}
		for _, p := range problems {
			k.add(p.Path, "%s", p.Message)
		}
		return k.err()
	}
	return (&checker{findings: s.check()}).err()
}

var (
	accountIDPattern = regexp.MustCompile(`^\d{12,16}$`)
	clusterIDPattern = regexp.MustCompile(`^c[0-9a-z]{32}$`)
	regionPattern    = regexp.MustCompile(`^[a-z]{2}-[a-z]+(-[a-z0-9]+)*$`)
)

// checker collects findings and the ids that were seen.
type checker struct {
	findings []finding
	first    map[string]string // id -> path of its first use
	oidc     map[string]bool   // ARNs of the OIDC providers
}

func (k *checker) add(path, format string, args ...any) {
	k.findings = append(k.findings, finding{path, fmt.Sprintf(format, args...)})
}

func (k *checker) once(kind, id, path string) {
	key := kind + " " + id
	if at, twice := k.first[key]; twice {
		k.add(path, "%s %q is used twice, first at %s: make them differ", kind, id, at)
		return
	}
	k.first[key] = path
}

func (k *checker) duration(path, text string) {
	if d, err := time.ParseDuration(text); text != "" && (err != nil || d < 0) {
		k.add(path, "%q is not a duration, want one such as 30s", text)
	}
}

func (k *checker) time(path, text string) {
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		k.add(path, "%q is not a time, want one such as 2026-01-02T03:04:05Z", text)
	}
}

func (s *Scenario) check() []finding {
	k := &checker{first: map[string]string{}}
	if len(s.Accounts) == 0 {
		k.add("accounts", "the scenario has no account: give at least one")
	}
	k.duration("behaviour.inspect_duration", s.Behaviour.InspectDuration)
	k.duration("behaviour.task_duration", s.Behaviour.TaskDuration)
	k.duration("behaviour.config_task_duration", s.Behaviour.ConfigTaskDuration)
	k.duration("behaviour.config_inventory_delay", s.Behaviour.ConfigInventoryDelay)
	k.duration("behaviour.config_evaluation_delay", s.Behaviour.ConfigEvaluationDelay)
	k.duration("behaviour.log_job_duration", s.Behaviour.LogJobDuration)
	k.duration("behaviour.log_job_delete_lag", s.Behaviour.LogJobDeleteLag)
	k.duration("behaviour.log_shipping_delay", s.Behaviour.LogShippingDelay)
	if n := s.Behaviour.LogQueryIncomplete; n < 0 {
		k.add("behaviour.log_query_incomplete", "log_query_incomplete is %d, want 0 or more", n)
	}
	k.consistency("behaviour.consistency", s.Behaviour.Consistency)
	accounts := map[string]bool{}
	for i := range s.Accounts {
		accounts[s.Accounts[i].AccountID] = true
	}
	folders := s.checkDirectory(k, accounts)
	k.oidc = map[string]bool{}
	for i := range s.Accounts {
		for arn := range s.Accounts[i].oidcProviders() {
			k.oidc[arn] = true
		}
	}
	for i := range s.Accounts {
		s.checkAccount(k, fmt.Sprintf("accounts[%d]", i), &s.Accounts[i], accounts, folders)
	}
	k.managedRules("config_managed_rules", s.ConfigManagedRules)
	k.packTemplates("config_pack_templates", s)
	s.checkCredentialSources(k)
	k.quotas(s.Quotas, func(id string) bool { return accounts[id] })
	for i, f := range s.Faults {
		path := fmt.Sprintf("faults[%d]", i)
		if err := f.check(); err != nil {
			k.add(path, "%v", err)
		}
		if f.AccountID != "" && !accounts[f.AccountID] {
			k.add(path+".account", "the account %q is not in this scenario", f.AccountID)
		}
	}
	return k.findings
}

func (s *Scenario) checkDirectory(k *checker, accounts map[string]bool) map[string]bool {
	folders := map[string]bool{}
	rd := s.ResourceDirectory
	if rd == nil {
		return folders
	}
	if !accounts[rd.MasterAccountID] {
		k.add("resource_directory.MasterAccountId", "the account %q is not in this scenario: add it under accounts", rd.MasterAccountID)
	}
	folders[rd.RootFolderID] = true
	parents := map[string]string{}
	for i, f := range rd.Folders {
		k.once("FolderId", f.FolderID, fmt.Sprintf("resource_directory.folders[%d].FolderId", i))
		folders[f.FolderID] = true
		parents[f.FolderID] = f.ParentFolderID
	}
	for i, f := range rd.Folders {
		path := fmt.Sprintf("resource_directory.folders[%d].ParentFolderId", i)
		if f.ParentFolderID != "" && !folders[f.ParentFolderID] {
			k.add(path, "the folder %q does not exist: name one of resource_directory.folders or leave ParentFolderId out", f.ParentFolderID)
		}
		for at, steps := f.ParentFolderID, 0; at != ""; at, steps = parents[at], steps+1 {
			if steps > len(rd.Folders) {
				k.add(path, "the folder %q is inside itself", f.FolderID)
				break
			}
		}
	}
	isMember := func(id string) bool {
		return slices.ContainsFunc(s.Accounts, func(a Account) bool { return a.AccountID == id && a.FolderID != "" })
	}
	k.controlPolicies("resource_directory.control_policies", rd, rd.ControlPolicies, func(id string) bool { return folders[id] }, isMember)
	for i, d := range rd.DelegatedAdministrators {
		if !accounts[d.AccountID] {
			k.add(fmt.Sprintf("resource_directory.delegated_administrators[%d].AccountId", i), "the account %q is not in this scenario: add it under accounts", d.AccountID)
		}
	}
	return folders
}

func (s *Scenario) checkAccount(k *checker, path string, a *Account, accounts, folders map[string]bool) {
	if !accountIDPattern.MatchString(a.AccountID) {
		k.add(path+".AccountId", "AccountId is %q, want 12 to 16 digits", a.AccountID)
	}
	k.once("AccountId", a.AccountID, path+".AccountId")
	if a.FolderID != "" && !folders[a.FolderID] {
		k.add(path+".FolderId", "the folder %q does not exist: add it under resource_directory.folders", a.FolderID)
	}
	if s.ResourceDirectory != nil && a.AccountID == s.ResourceDirectory.MasterAccountID && a.FolderID != "" {
		k.add(path+".FolderId", "the management account is in no folder: leave FolderId out")
	}
	for i, key := range a.RootAccessKeys {
		k.once("AccessKeyId", key.ID, fmt.Sprintf("%s.root_access_keys[%d].AccessKeyId", path, i))
	}
	for i, user := range a.Users {
		at := fmt.Sprintf("%s.users[%d]", path, i)
		k.once("UserName of account "+a.AccountID, user.UserName, at+".UserName")
		for j, key := range user.AccessKeys {
			k.once("AccessKeyId", key.ID, fmt.Sprintf("%s.access_keys[%d].AccessKeyId", at, j))
		}
		k.policies(at, user.AttachedPolicies, user.Policies)
	}
	for i := range a.Roles {
		k.role(fmt.Sprintf("%s.roles[%d]", path, i), a.AccountID, &a.Roles[i], accounts)
	}
	for i := range a.OIDCProviders {
		k.oidcProvider(fmt.Sprintf("%s.oidc_providers[%d]", path, i), a.AccountID, &a.OIDCProviders[i])
	}
	for i, eip := range a.ElasticIPs {
		k.once("AllocationId", eip.AllocationID, fmt.Sprintf("%s.elastic_ips[%d].AllocationId", path, i))
	}
	k.cloudConfig(path+".cloud_config", s, a, accounts, folders)
	k.logService(path+".log_service", a.LogService)
	for i := range a.Clusters {
		at := fmt.Sprintf("%s.clusters[%d]", path, i)
		k.once("cluster_id", a.Clusters[i].ClusterID, at+".cluster_id")
		k.cluster(at, &a.Clusters[i])
	}
}

func (k *checker) policies(path string, attached []string, custom []rampolicy.Document) {
	for i, name := range attached {
		if _, ok := rampolicy.System(name); !ok {
			k.add(fmt.Sprintf("%s.attached_policies[%d]", path, i), "the system policy %q is not simulated, known are %s: write it out under policies", name, strings.Join(rampolicy.SystemNames(), ", "))
		}
	}
	for i := range custom {
		if err := custom[i].Check(false); err != nil {
			k.add(fmt.Sprintf("%s.policies[%d]", path, i), "%v", err)
		}
	}
}

var trustedARN = regexp.MustCompile(`^acs:ram::(\d+):(root|user/.+|role/.+)$`)

func (k *checker) role(path, accountID string, r *Role, accounts map[string]bool) {
	k.once("RoleName of account "+accountID, strings.ToLower(r.RoleName), path+".RoleName")
	for i, who := range r.Trusts {
		at, trusted := fmt.Sprintf("%s.trusts[%d]", path, i), who
		if serviceName.MatchString(who) {
			continue
		}
		if strings.Contains(who, ":oidc-provider/") {
			if !k.oidc[who] {
				k.add(at, "the role %s trusts %q, which is no OIDC provider of this scenario: add it under oidc_providers or name another", r.RoleName, who)
			}
			continue
		}
		if parts := trustedARN.FindStringSubmatch(who); parts != nil {
			trusted = parts[1]
		}
		if !accounts[trusted] {
			k.add(at, "the role %s trusts %q, which is no account of this scenario: add the account or name another", r.RoleName, who)
		}
	}
	switch {
	case r.TrustPolicy != nil && (len(r.Trusts) > 0 || r.ExternalID != ""):
		k.add(path+".AssumeRolePolicyDocument", "the role %s has both trusts and AssumeRolePolicyDocument: keep one", r.RoleName)
	case r.TrustPolicy != nil:
		if err := r.TrustPolicy.Check(true); err != nil {
			k.add(path+".AssumeRolePolicyDocument", "%v", err)
		}
	}
	if r.MaxSessionDuration != 0 && (r.MaxSessionDuration < 3600 || r.MaxSessionDuration > 43200) {
		k.add(path+".MaxSessionDuration", "MaxSessionDuration is %d, want 3600 to 43200 seconds", r.MaxSessionDuration)
	}
	k.policies(path, r.AttachedPolicies, r.Policies)
}

func (k *checker) cluster(path string, c *Cluster) {
	if !clusterIDPattern.MatchString(c.ClusterID) {
		k.add(path+".cluster_id", "cluster_id is %q, want c and 32 lower-case letters or digits", c.ClusterID)
	}
	if !regionPattern.MatchString(c.RegionID) {
		k.add(path+".region_id", "region_id is %q, want a region such as cn-hangzhou", c.RegionID)
	}
	if c.InspectConfig != nil {
		if err := checkRecurrence(c.InspectConfig.Recurrence); err != nil {
			k.add(path+".inspect_config.recurrence", "%s", err.Message)
		}
	}
	k.checkLogs(path, c)
	k.kubernetes(path+".kubernetes", c.Kubernetes)
	for i := range c.InspectReports {
		r, at := &c.InspectReports[i], fmt.Sprintf("%s.inspect_reports[%d]", path, i)
		k.once("reportId", r.ReportID, at+".reportId")
		k.time(at+".startTime", r.StartTime)
		k.time(at+".endTime", r.EndTime)
	}
	for i, v := range c.ConfigVerdicts {
		at := fmt.Sprintf("%s.config_verdicts[%d].Identifier", path, i)
		if conditions[v.Identifier] != nil {
			k.add(at, "the simulator evaluates %s itself: change the cluster instead", v.Identifier)
		}
		if slices.ContainsFunc(c.ConfigVerdicts[:i], func(other ConfigVerdict) bool { return other.Identifier == v.Identifier }) {
			k.add(at, "the rule %s is listed twice", v.Identifier)
		}
	}
	names := map[string]bool{}
	for i, addon := range c.Addons {
		if names[addon.Name] {
			k.add(fmt.Sprintf("%s.addons[%d].name", path, i), "the add-on %q is listed twice", addon.Name)
		}
		names[addon.Name] = true
	}
}

// check is the check of one cluster that a test adds.
func (c *Cluster) check() error {
	k := &checker{first: map[string]string{}}
	k.cluster("cluster", c)
	return k.err()
}

func (k *checker) err() error {
	errs := make([]error, len(k.findings))
	for i, f := range k.findings {
		errs[i] = fmt.Errorf("%s: %s", f.path, f.message)
	}
	return errors.Join(errs...)
}
