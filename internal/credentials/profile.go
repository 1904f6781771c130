package credentials

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// profile is one profile of the vendor's CLI, as far as it is used here.
type profile struct {
	Name            string `json:"name"`
	Mode            string `json:"mode"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	STSToken        string `json:"sts_token"`
	RegionID        string `json:"region_id"`
	RAMRoleName     string `json:"ram_role_name"`
	RAMRoleARN      string `json:"ram_role_arn"`
	RAMSessionName  string `json:"ram_session_name"`
	ExpiredSeconds  int    `json:"expired_seconds"`
	Policy          string `json:"policy"`
	ExternalID      string `json:"external_id"`
	SourceProfile   string `json:"source_profile"`
	OIDCProviderARN string `json:"oidc_provider_arn"`
	OIDCTokenFile   string `json:"oidc_token_file"`
	CredentialsURI  string `json:"credentials_uri"`
}

// profileFile is a file of profiles.
type profileFile struct {
	path     string
	Current  string    `json:"current"`
	Profiles []profile `json:"profiles"`
}

// The modes of a profile that can be used without a person.
const (
	modeAK             = "AK"
	modeSTSToken       = "StsToken"
	modeRAMRoleARN     = "RamRoleArn"
	modeECSRAMRole     = "EcsRamRole"
	modeOIDC           = "OIDC"
	modeChainable      = "ChainableRamRoleArn"
	modeCredentialsURI = "CredentialsURI"
)

var modes = []string{modeAK, modeSTSToken, modeRAMRoleARN, modeECSRAMRole, modeOIDC, modeChainable, modeCredentialsURI}

// readProfiles reads a file of profiles. No error quotes what is in the file.
func readProfiles(path string) (*profileFile, error) {
	path, err := expand(path)
	if err != nil {
		return nil, problem("shared_credentials_file", "Profile file cannot be found", err.Error())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, problem("shared_credentials_file", "Profile file cannot be read",
			err.Error()+". Make it with \"aliyun configure\", or name another one with shared_credentials_file ("+strings.Join(Variables("shared_credentials_file"), ", ")+").")
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // editors on Windows put a byte order mark
	f := &profileFile{path: path}
	err = json.Unmarshal(text, f)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return nil, problem("shared_credentials_file", "Profile file cannot be parsed", fmt.Sprintf("%s, line %d: this is no JSON.", path, line(text, syntax.Offset)))
	case errors.As(err, &wrong):
		return nil, problem("shared_credentials_file", "Profile file cannot be parsed", fmt.Sprintf("%s, line %d: %s must be a %s.", path, line(text, wrong.Offset), wrong.Field, wrong.Type.Kind()))
	case err != nil:
		return nil, problem("shared_credentials_file", "Profile file cannot be parsed", path+" is no file of profiles.")
	}
	return f, nil
}

func line(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(max(offset-1, 0), int64(len(text)))], []byte("\n"))
}

// expand resolves the default and a leading ~, as the official provider does.
func expand(path string) (string, error) {
	if path != "" && path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("there is no home directory to look for profiles in (%w); set shared_credentials_file", err)
	}
	if path == "" {
		return filepath.Join(home, ".aliyun", "config.json"), nil
	}
	return filepath.Join(home, path[1:]), nil
}

func (f *profileFile) find(name string) (profile, error) {
	var names []string
	for _, p := range f.Profiles {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	detail := fmt.Sprintf("%s has no profile %q.", f.path, name)
	if likely := nearest.To(name, names); likely != "" {
		detail += fmt.Sprintf(" Did you mean %q?", likely)
	} else {
		detail += " It has: " + strings.Join(names, ", ") + "."
	}
	return profile{}, problem("profile", "No such profile", detail)
}

// keys turns a profile into a source of keys. through is the profiles that led
// here by source_profile.
func (f *profileFile) keys(name string, env environment, through []string) (Resolved, error) {
	if slices.Contains(through, name) {
		return Resolved{}, problem("profile", "Profiles go in a circle",
			fmt.Sprintf("%s: %s: a source_profile leads back to where it started.", f.path, strings.Join(append(through, name), " -> ")))
	}
	p, err := f.find(name)
	if err != nil {
		return Resolved{}, err
	}
	switch p.Mode {
	case modeAK:
		return f.static(p, false)
	case modeSTSToken:
		return f.static(p, true)
	case modeRAMRoleARN:
		r, err := f.static(p, false)
		if err != nil {
			return r, err
		}
		r, err = f.assume(p, r)
		r.ownRole = true
		return r, err
	case modeECSRAMRole:
		return resolveInstance(p.RAMRoleName, env)
	case modeCredentialsURI:
		if err := f.require(p, [2]string{"credentials_uri", p.CredentialsURI}); err != nil {
			return Resolved{}, err
		}
		return resolveURI(p.CredentialsURI)
	case modeOIDC:
		err := f.require(p, [2]string{"oidc_provider_arn", p.OIDCProviderARN}, [2]string{"oidc_token_file", p.OIDCTokenFile}, [2]string{"ram_role_arn", p.RAMRoleARN})
		if err != nil {
			return Resolved{}, err
		}
		life, err := f.life(p)
		return Resolved{OIDC: &fleet.OIDC{
			ProviderARN: p.OIDCProviderARN, RoleARN: p.RAMRoleARN, SessionName: or(p.RAMSessionName, defaultSessionName),
			Policy: p.Policy, Duration: life, TokenFile: p.OIDCTokenFile,
		}}, err
	case modeChainable:
		if err := f.require(p, [2]string{"source_profile", p.SourceProfile}); err != nil {
			return Resolved{}, err
		}
		r, err := f.keys(p.SourceProfile, env, append(slices.Clone(through), name))
		if err != nil {
			return r, err
		}
		r.ownRole = false
		return f.assume(p, r)
	}
	return Resolved{}, problem("profile", "Profile of an unsupported mode",
		fmt.Sprintf("Profile %q in %s has mode %q, which this provider cannot use. It can use %s. "+
			"For a mode that a person signs in with, let the vendor's CLI get keys and pass them on as environment variables.", p.Name, f.path, p.Mode, strings.Join(modes, ", ")))
}

// require checks that fields, given with their values, are there.
func (f *profileFile) require(p profile, fields ...[2]string) error {
	for _, field := range fields {
		if field[1] == "" {
			return problem("profile", "Profile is not complete", fmt.Sprintf("Profile %q in %s has mode %s and no %s.", p.Name, f.path, p.Mode, field[0]))
		}
	}
	return nil
}

func (f *profileFile) static(p profile, temporary bool) (Resolved, error) {
	keys := alicloud.Credential{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret}
	needed := [][2]string{{"access_key_id", p.AccessKeyID}, {"access_key_secret", p.AccessKeySecret}}
	if temporary {
		keys.SecurityToken = p.STSToken
		needed = append(needed, [2]string{"sts_token", p.STSToken})
	}
	return Resolved{Credential: keys}, f.require(p, needed...)
}

// assume adds the profile's role to what it starts from.
func (f *profileFile) assume(p profile, r Resolved) (Resolved, error) {
	if err := f.require(p, [2]string{"ram_role_arn", p.RAMRoleARN}); err != nil {
		return Resolved{}, err
	}
	life, err := f.life(p)
	if err != nil {
		return Resolved{}, err
	}
	r.Chain = append(r.Chain, fleet.Role{
		ARN: p.RAMRoleARN, SessionName: or(p.RAMSessionName, defaultSessionName), ExternalID: p.ExternalID, Policy: p.Policy, Duration: life,
	})
	return r, nil
}

func (f *profileFile) life(p profile) (time.Duration, error) {
	switch {
	case p.ExpiredSeconds == 0:
		return defaultLife, nil
	case p.ExpiredSeconds < shortestLife || p.ExpiredSeconds > longestLife:
		return 0, problem("profile", "Invalid session expiration",
			fmt.Sprintf("Profile %q in %s: expired_seconds is %d; it must be from %d to %d.", p.Name, f.path, p.ExpiredSeconds, shortestLife, longestLife))
	}
	return time.Duration(p.ExpiredSeconds) * time.Second, nil
}
