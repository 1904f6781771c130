package simulator

import (
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// Scenario is everything that the simulated cloud holds at its start. What an API owns has the API's own field names;
// what only the simulator knows is written in snake_case. A field that is left out stays off the wire.
type Scenario struct {
	Description         string             `json:"description,omitzero" jsonschema_description:"For readers."`
	Seed                uint64             `json:"seed,omitzero" jsonschema_description:"Seed of every made-up id; the same seed and the same calls give the same ids."`
	Behaviour           Behaviour          `json:"behaviour,omitzero" jsonschema_description:"Switches where public sources disagree or are silent, and durations of asynchronous work."`
	ResourceDirectory   *ResourceDirectory `json:"resource_directory,omitzero" jsonschema_description:"The resource directory; left out, no account has one."`
	Accounts            []Account          `json:"accounts" jsonschema:"required" jsonschema_description:"All accounts, the management account included."`
	ECSInstance         *ECSInstance       `json:"ecs_instance,omitzero" jsonschema_description:"The ECS instance whose metadata service the port answers for; left out, there is none."`
	CredentialsURIs     []CredentialsURI   `json:"credentials_uris,omitzero" jsonschema_description:"Addresses that hand out credentials of a role: /credentials-uri/ and the name."`
	ConfigManagedRules  []ManagedRule      `json:"config_managed_rules,omitzero" jsonschema_description:"Managed rules of Cloud Config besides the documented ones for ACK."`
	ConfigPackTemplates []PackTemplate     `json:"config_pack_templates,omitzero" jsonschema_description:"Templates of compliance packs; left out, there are none, since none of the service's own is for ACK."`
	Quotas              []Quota            `json:"quotas,omitzero" jsonschema_description:"How often accounts may call; left out, as often as they like."`
	Faults              []Fault            `json:"faults,omitzero" jsonschema_description:"Faults that are active from the start."`
}

// Behaviour switches between documented variants.
type Behaviour struct {
	InspectConfigMissing    string      `json:"inspect_config_missing,omitzero" jsonschema:"enum=not_found,enum=empty" jsonschema_description:"What GetClusterInspectConfig answers without a config: not_found (404, the default) or empty (200 without recurrence)."`
	InspectUpdateRecurrence bool        `json:"inspect_update_recurrence,omitzero" jsonschema_description:"Whether UpdateClusterInspectConfig takes recurrence besides scheduleTime."`
	InspectDuration         string      `json:"inspect_duration,omitzero" jsonschema_description:"How long an inspection runs, as a Go duration; 0s by default."`
	TaskDuration            string      `json:"task_duration,omitzero" jsonschema_description:"How long a change of a cluster takes, as a Go duration; 0s by default."`
	ConfigTaskDuration      string      `json:"config_task_duration,omitzero" jsonschema_description:"How long Cloud Config takes to register a recorder, to create a group, to create or change a compliance pack and to delete a rule, as a Go duration; 0s by default."`
	ConfigInventoryDelay    string      `json:"config_inventory_delay,omitzero" jsonschema_description:"How far the inventory of Cloud Config lags behind clusters, as a Go duration; 0s by default."`
	ConfigEvaluationDelay   string      `json:"config_evaluation_delay,omitzero" jsonschema_description:"How long after its trigger an evaluation of a rule has its results, as a Go duration; 0s by default."`
	LogJobDuration          string      `json:"log_job_duration,omitzero" jsonschema_description:"How long a job of Log Service takes to start and to stop, as a Go duration; 0s by default."`
	LogJobDeleteLag         string      `json:"log_job_delete_lag,omitzero" jsonschema_description:"How long a deleted job of Log Service can still be read, as a Go duration; 0s by default."`
	LogQueryIncomplete      int64       `json:"log_query_incomplete,omitzero" jsonschema_description:"How often a query of Log Service is answered Incomplete, without rows, before it is answered; 0 by default."`
	LogShippingDelay        string      `json:"log_shipping_delay,omitzero" jsonschema_description:"How long a row takes through a data transformation of Log Service, as a Go duration; 0s by default."`
	Consistency             Consistency `json:"consistency,omitzero" jsonschema_description:"How far reads of clusters lag behind writes; left out, they do not."`
}

// ResourceDirectory is the directory that the management account owns.
type ResourceDirectory struct {
	ResourceDirectoryID     string                   `json:"ResourceDirectoryId" jsonschema:"required" jsonschema_description:"rd- and letters or digits."`
	MasterAccountID         string                   `json:"MasterAccountId" jsonschema:"required" jsonschema_description:"AccountId of the management account."`
	RootFolderID            string                   `json:"RootFolderId" jsonschema:"required" jsonschema_description:"r- and letters or digits."`
	CreateTime              *string                  `json:"CreateTime,omitzero" jsonschema_description:"RFC 3339 time."`
	ControlPolicyStatus     *string                  `json:"ControlPolicyStatus,omitzero" jsonschema:"enum=Enabled,enum=Disabled,enum=PendingEnable,enum=PendingDisable" jsonschema_description:"Whether control policies are on."`
	MemberDeletionStatus    *string                  `json:"MemberDeletionStatus,omitzero" jsonschema:"enum=Enabled,enum=Disabled" jsonschema_description:"Whether members may be deleted."`
	Folders                 []Folder                 `json:"folders,omitzero" jsonschema_description:"Folders below the root folder, parents in any order."`
	ControlPolicies         []ControlPolicy          `json:"control_policies,omitzero" jsonschema_description:"Custom control policies; FullAliyunAccess is attached everywhere besides."`
	DelegatedAdministrators []DelegatedAdministrator `json:"delegated_administrators,omitzero" jsonschema_description:"Members that may read the directory too."`
}

// Folder is one folder of the directory.
type Folder struct {
	FolderID       string  `json:"FolderId" jsonschema:"required" jsonschema_description:"fd- and letters or digits."`
	FolderName     string  `json:"FolderName" jsonschema:"required" jsonschema_description:"Name of the folder."`
	ParentFolderID string  `json:"ParentFolderId,omitzero" jsonschema_description:"Left out, the root folder."`
	CreateTime     *string `json:"CreateTime,omitzero" jsonschema_description:"RFC 3339 time."`
}

// DelegatedAdministrator names a member and the trusted service that it administers.
type DelegatedAdministrator struct {
	AccountID        string `json:"AccountId" jsonschema:"required" jsonschema_description:"AccountId of a member."`
	ServicePrincipal string `json:"ServicePrincipal" jsonschema:"required" jsonschema_description:"For example config.aliyuncs.com."`
}

// Account is one Alibaba Cloud account with its identities and clusters. DisplayName to Tags are what the resource
// directory says of a member; they mean nothing for the management account.
type Account struct {
	AccountID      string         `json:"AccountId" jsonschema:"required" jsonschema_description:"12 to 16 digits, in quotes."`
	AccountName    *string        `json:"AccountName,omitzero" jsonschema_description:"Name of the account."`
	DisplayName    *string        `json:"DisplayName,omitzero" jsonschema_description:"Display name in the directory."`
	FolderID       string         `json:"FolderId,omitzero" jsonschema_description:"Folder of the member; left out, the account is in no directory (or is the management account)."`
	Status         *string        `json:"Status,omitzero" jsonschema:"enum=CreateSuccess,enum=CreateVerifying,enum=CreateFailed,enum=CreateExpired,enum=CreateCancelled,enum=PromoteVerifying,enum=PromoteFailed,enum=PromoteExpired,enum=PromoteCancelled,enum=PromoteSuccess,enum=InviteSuccess,enum=Removed" jsonschema_description:"Status of the member."`
	JoinMethod     *string        `json:"JoinMethod,omitzero" jsonschema:"enum=created,enum=invited" jsonschema_description:"How the member joined."`
	JoinTime       *string        `json:"JoinTime,omitzero" jsonschema_description:"RFC 3339 time."`
	ModifyTime     *string        `json:"ModifyTime,omitzero" jsonschema_description:"RFC 3339 time."`
	Type           *string        `json:"Type,omitzero" jsonschema:"enum=CloudAccount,enum=ResourceAccount" jsonschema_description:"Kind of the member."`
	DeletionStatus *string        `json:"DeletionStatus,omitzero" jsonschema:"enum=Checking,enum=Deleting,enum=CheckFailed,enum=DeleteFailed" jsonschema_description:"State of a deletion in progress."`
	Tags           []MemberTag    `json:"Tags,omitzero" jsonschema_description:"Tags of the member."`
	RootAccessKeys []AccessKey    `json:"root_access_keys,omitzero" jsonschema_description:"AccessKeys of the account itself; they may do everything but assume roles."`
	Users          []User         `json:"users,omitzero" jsonschema_description:"RAM users."`
	Roles          []Role         `json:"roles,omitzero" jsonschema_description:"RAM roles."`
	OIDCProviders  []OIDCProvider `json:"oidc_providers,omitzero" jsonschema_description:"OIDC identity providers, for AssumeRoleWithOIDC."`
	ElasticIPs     []ElasticIP    `json:"elastic_ips,omitzero" jsonschema_description:"EIPs that ModifyCluster may bind to an API server."`
	CloudConfig    *CloudConfig   `json:"cloud_config,omitzero" jsonschema_description:"Cloud Config of the account; left out, it is not activated."`
	LogService     *LogService    `json:"log_service,omitzero" jsonschema_description:"What the account has in Log Service; left out, nothing yet."`
	Clusters       []Cluster      `json:"clusters,omitzero" jsonschema_description:"ACK clusters."`
}

// MemberTag is a tag of a member account.
type MemberTag struct {
	Key   string `json:"Key" jsonschema:"required" jsonschema_description:"Tag key."`
	Value string `json:"Value,omitzero" jsonschema_description:"Tag value."`
}

// AccessKey is a permanent key pair.
type AccessKey struct {
	ID     string `json:"AccessKeyId" jsonschema:"required" jsonschema_description:"Made up; never a real key."`
	Secret string `json:"AccessKeySecret" jsonschema:"required" jsonschema_description:"Made up; never a real secret."`
}

// User is a RAM user.
type User struct {
	UserName         string               `json:"UserName" jsonschema:"required" jsonschema_description:"Name of the user."`
	AccessKeys       []AccessKey          `json:"access_keys,omitzero" jsonschema_description:"AccessKeys of the user."`
	AttachedPolicies []string             `json:"attached_policies,omitzero" jsonschema_description:"Names of system policies, such as AdministratorAccess."`
	Policies         []rampolicy.Document `json:"policies,omitzero" jsonschema_description:"Custom policy documents."`
}

// Role is a RAM role.
type Role struct {
	RoleName           string               `json:"RoleName" jsonschema:"required" jsonschema_description:"Name of the role."`
	Trusts             []string             `json:"trusts,omitzero" jsonschema_description:"Who may assume the role: account ids, ARNs of users, roles and OIDC providers, or services such as ecs.aliyuncs.com. Short for a trust policy."`
	ExternalID         string               `json:"external_id,omitzero" jsonschema_description:"ExternalId that callers named in trusts must send."`
	TrustPolicy        *rampolicy.Document  `json:"AssumeRolePolicyDocument,omitzero" jsonschema_description:"Trust policy in full; not together with trusts."`
	MaxSessionDuration int64                `json:"MaxSessionDuration,omitzero" jsonschema_description:"Seconds, 3600 to 43200; 3600 by default."`
	AttachedPolicies   []string             `json:"attached_policies,omitzero" jsonschema_description:"Names of system policies."`
	Policies           []rampolicy.Document `json:"policies,omitzero" jsonschema_description:"Custom policy documents."`
}

// ElasticIP is a public address of an account.
type ElasticIP struct {
	AllocationID string `json:"AllocationId" jsonschema:"required" jsonschema_description:"eip- and letters or digits."`
	IPAddress    string `json:"IpAddress" jsonschema:"required" jsonschema_description:"Public IPv4 address; use a documentation range."`
}

func (b Behaviour) inspectDuration() time.Duration { return duration(b.InspectDuration) }

func (b Behaviour) logJobDuration() time.Duration { return duration(b.LogJobDuration) }

func (b Behaviour) logJobDeleteLag() time.Duration { return duration(b.LogJobDeleteLag) }

func (b Behaviour) logShippingDelay() time.Duration { return duration(b.LogShippingDelay) }

func (b Behaviour) taskDuration() time.Duration { return duration(b.TaskDuration) }

// duration reads a duration that validation has accepted.
func duration(s string) time.Duration {
	d, _ := time.ParseDuration(s)
	return d
}
