// Package credentials finds out where the provider's keys come from: the
// provider block, the environment, a profile of the vendor's CLI, a metadata
// service or a URI, under the names and in the order of the official provider.
package credentials

// Where a line of the tables was learned.
const (
	// Documented: on the vendor's help pages, or in the published code of the official provider or the vendor's CLI.
	Documented = "documented"
	// Inferred: our conclusion where the public sources say nothing or differ.
	Inferred = "inferred"
)

// Way is one way to sign in.
type Way struct {
	Name    string // arguments that select it
	When    string // what must be there
	Meaning string
	Source  string // Documented or Inferred
	Note    string // why, where it is inferred
}

// The ways by name.
const (
	WayKeys           = "access_key, secret_key"
	WayInstance       = "ecs_role_name"
	WayURI            = "credentials_uri"
	WayOIDC           = "assume_role_with_oidc"
	WayKeysEnv        = "access_key, secret_key from the environment"
	WayProfile        = "profile"
	WayURIEnv         = "credentials_uri from the environment"
	WayInstanceEnv    = "ecs_role_name from the environment"
	WayOIDCEnv        = "OIDC variables without a block"
	WayCurrentProfile = "shared_credentials_file without profile"
)

// Ways lists the ways to sign in by precedence: the first whose condition
// holds is taken, and no other is looked at. assume_role blocks then apply to
// whatever it gave.
var Ways = []Way{
	{
		Name: WayKeys, When: "one of the two arguments is set; the other, and `security_token`, may come from their variables",
		Meaning: "AccessKey of a RAM user, or temporary keys with their token", Source: Documented,
	},
	{
		Name: WayInstance, When: "the argument is set", Meaning: "RAM role of the ECS instance that Terraform runs on", Source: Documented,
		Note: "the help page names it beside the keys of the provider block; the official provider's code lets keys of the environment win",
	},
	{
		Name: WayURI, When: "the argument is set", Meaning: "temporary keys that a service of yours hands out", Source: Inferred,
		Note: "what is written in the provider block beats the environment; the official provider's code lets other keys win",
	},
	{
		Name: WayOIDC, When: "the block is there; what it leaves out comes from the variables", Meaning: "role for a token of an identity provider: RRSA in a pod, or CI", Source: Inferred,
		Note: "what is written in the provider block beats the environment; the official provider's code lets other keys win",
	},
	{
		Name: WayKeysEnv, When: "one of the two has a variable that is set", Meaning: "AccessKey of a RAM user, or temporary keys with their token", Source: Documented,
	},
	{
		Name: WayProfile, When: "`profile` or its variable is set", Meaning: "profile of the vendor's CLI", Source: Documented,
	},
	{
		Name: WayURIEnv, When: "a variable of `credentials_uri` is set", Meaning: "temporary keys that a service of yours hands out", Source: Documented,
	},
	{
		Name: WayInstanceEnv, When: "a variable of `ecs_role_name` is set, and `ALIBABA_CLOUD_ECS_METADATA_DISABLED` is not `true`", Meaning: "RAM role of the ECS instance that Terraform runs on", Source: Documented,
	},
	{
		Name: WayOIDCEnv, When: "provider ARN, role ARN and a token or token file are all in the environment", Meaning: "role for a token of an identity provider, as RRSA puts it into a pod", Source: Inferred,
		Note: "the vendor's libraries read these variables by themselves; the official provider wants an empty block and fails without",
	},
	{
		Name: WayCurrentProfile, When: "`shared_credentials_file` is set in the provider block and no profile is", Meaning: "the file's current profile", Source: Inferred,
		Note: "as the vendor's CLI does; the official provider ignores the file and fails",
	},
}

// Argument is one argument, and where its value comes from when it is not in
// the provider block: from the first variable that is set, then from the
// profile that is in use.
type Argument struct {
	Name      string   // "" for a switch that only the environment has
	Variables []string // in order of precedence
	// ProfileField is the field of the profile, with the modes that use it.
	ProfileField string
	Meaning      string
	Source       string // Documented or Inferred
}

// Arguments lists everything that credentials are made from.
var Arguments = []Argument{
	{"access_key", []string{"ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"}, "access_key_id (AK, StsToken, RamRoleArn)", "AccessKey ID", Documented},
	{"secret_key", []string{"ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"}, "access_key_secret (AK, StsToken, RamRoleArn)", "AccessKey secret", Documented},
	{"security_token", []string{"ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"}, "sts_token (StsToken)", "token of temporary keys", Documented},
	{"region", []string{"ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"}, "region_id", "default region", Documented},
	{"profile", []string{"ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"}, "name", "profile to use", Documented},
	{"shared_credentials_file", []string{"ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"}, "", "file with the profiles, in JSON; `~/.aliyun/config.json` by default", Documented},
	{"ecs_role_name", []string{"ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"}, "ram_role_name (EcsRamRole); empty asks the instance", "role of the ECS instance", Documented},
	{"", []string{"ALIBABA_CLOUD_IMDSV1_DISABLED"}, "", "`true`: the metadata service is asked with a token only", Documented},
	{"", []string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED"}, "", "`true`: the metadata service is never asked", Documented},
	{"", []string{MetadataEndpointVariable}, "", "address of the metadata service, for tests; `http://100.100.100.200` by default", Inferred},
	{"credentials_uri", []string{"ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"}, "credentials_uri (CredentialsURI)", "address that hands out temporary keys", Documented},
	{"assume_role_with_oidc.oidc_provider_arn", []string{"ALIBABA_CLOUD_OIDC_PROVIDER_ARN"}, "oidc_provider_arn (OIDC)", "ARN of the identity provider in RAM", Documented},
	{"assume_role_with_oidc.oidc_token", []string{"ALIBABA_CLOUD_OIDC_TOKEN"}, "", "the token; goes before the file", Documented},
	{"assume_role_with_oidc.oidc_token_file", []string{"ALIBABA_CLOUD_OIDC_TOKEN_FILE"}, "oidc_token_file (OIDC)", "file with the token, read again at each refresh", Documented},
	{"assume_role_with_oidc.role_arn", []string{"ALIBABA_CLOUD_ROLE_ARN"}, "ram_role_arn (OIDC)", "role to become", Documented},
	{"assume_role_with_oidc.role_session_name", []string{"ALIBABA_CLOUD_ROLE_SESSION_NAME"}, "ram_session_name (OIDC)", "session name; `terraform` by default", Documented},
	{"assume_role_with_oidc.policy", nil, "policy (OIDC)", "narrows the session", Documented},
	{"assume_role_with_oidc.session_expiration", nil, "expired_seconds (OIDC)", "seconds that the keys live; 3600 by default", Documented},
	{"assume_role.role_arn", []string{"ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"}, "ram_role_arn (RamRoleArn, ChainableRamRoleArn)", "role to become; the second variable does not count where it names the role of the OIDC token", Documented},
	{"assume_role.session_name", []string{"ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"}, "ram_session_name (RamRoleArn, ChainableRamRoleArn)", "session name; `terraform` by default", Documented},
	{"assume_role.session_expiration", []string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"}, "expired_seconds (RamRoleArn, ChainableRamRoleArn)", "seconds that the keys live; 3600 by default", Documented},
	{"assume_role.policy", nil, "policy (RamRoleArn, ChainableRamRoleArn)", "narrows the session", Documented},
	{"assume_role.external_id", nil, "external_id (RamRoleArn, ChainableRamRoleArn)", "external ID that the trust policy asks for", Documented},
}

// Variables are the environment variables of an argument, in order of
// precedence.
func Variables(argument string) []string {
	for _, a := range Arguments {
		if a.Name == argument {
			return a.Variables
		}
	}
	return nil
}
