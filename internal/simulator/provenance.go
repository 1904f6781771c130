package simulator

import (
	"fmt"
	"strings"
)

// Origins of a behaviour, from the surest to the least sure.
const (
	originDocumented = "documented" // help page or published contract
	originSDK        = "sdk"        // types and comments of the vendor's SDKs
	originObserved   = "observed"   // seen on the wire between real clients and a listener
	originClient     = "client"     // what the code of an official client expects
	originGuessed    = "guessed"    // no public source; a test that rests on it proves little
)

// behaviour is one thing that the simulator does, and why it is believed to be so. README.md shows the table; a test
// keeps it current.
type behaviour struct {
	id, what, origin, source string
}

// provenance is the whole table; every guess must be in it.
var provenance = []behaviour{
	{"auth-acs3", "ACS3-HMAC-SHA256: canonical request, SignedHeaders from the request, host with port, x-acs-content-sha256 against the body", originObserved, "requests of darabonba-openapi v2.0.5 to v2.2.4; signing page"},
	{"auth-acs3-all-signed", "Every x-acs-* header, host and content-type must be signed when sent", originDocumented, "signing page: all common headers but Authorization"},
	{"auth-acs3-incomplete", "A request that leaves one unsigned gets 400 IncompleteSignature", originGuessed, ""},
	{"auth-roa-v1", "ROA version 1: HMAC-SHA1 header, values un-encoded in the string to sign, a missing nonce is legal", originObserved, "cs v4.5.8, vendor CLI (sends no nonce)"},
	{"auth-rpc-v1", "RPC version 1: HMAC-SHA1 over query and form", originObserved, "credentials-go, vendor CLI, official provider"},
	{"auth-unknown-key", "Unknown AccessKey: 404 InvalidAccessKeyId.NotFound", originDocumented, "common error codes"},
	{"auth-mismatch", "Wrong signature: 400 SignatureDoesNotMatch with the server's string to sign", originDocumented, "common error codes; status 400 INFERRED for these products"},
	{"auth-skew", "Date more than 15 minutes off: 400 InvalidTimeStamp.Expired", originDocumented, "signing page, common error codes"},
	{"auth-nonce", "Nonce used before by the same key: 400 SignatureNonceUsed", originGuessed, "code INFERRED"},
	{"auth-token-expired", "Expired session: 400 InvalidSecurityToken.Expired", originGuessed, "code public, status INFERRED (400 or 403)"},
	{"auth-token-missing", "Session key without token: 400 MissingSecurityToken", originGuessed, ""},
	{"auth-token-mismatch", "Token of another key: 400 InvalidSecurityToken.MismatchWithAccessKey", originGuessed, ""},
	{"auth-order", "Signature is checked before the token, the token before the nonce", originGuessed, ""},
	{"quota-code", "Too many calls: Throttling.User with \"Request was denied due to user flow control.\", status 400", originDocumented, "product pages on errors; newer gateways answer 429, so code, status and x-acs-retry-after are the scenario's"},
	{"quota-bucket", "A token bucket per account of the key, product and, where the quota names one, action; a refused call takes no token", originGuessed, "limits per account and API are documented, how they are counted is not"},
	{"quota-order", "Calls are counted after authentication and before permissions and parameters; anonymous calls are not counted", originGuessed, ""},
	{"quota-form", "Container Service refuses in its own body form", originGuessed, "SDKs read both forms"},
	{"sts-assume-role", "AssumeRole: parameters, limits, answer, errors NoPermission, EntityNotExist.Role, InvalidParameter.*", originDocumented, "AssumeRole page"},
	{"sts-root", "The account's own AccessKey cannot assume roles: 403 NoPermission", originDocumented, "AssumeRole page gives the text; code and status guessed"},
	{"sts-permission-before-role", "Missing sts:AssumeRole is found before a missing role", originGuessed, ""},
	{"sts-trust", "Trust policy: account root, user, role or session ARN; StringEquals on sts:ExternalId", originDocumented, "RAM policy language"},
	{"sts-role-deleted", "Sessions of a deleted role stop at once: 403 NoPermission", originGuessed, ""},
	{"sts-identity", "GetCallerIdentity: RAMUser, AssumedRoleUser, Account; needs no permission", originDocumented, "GetCallerIdentity page"},
	{"sts-oidc", "AssumeRoleWithOIDC is anonymous; parameters and answer with OIDCTokenInfo; 401 AuthenticationFail.NoPermission, .OIDCToken.Invalid, .InvalidSignature, .Expired, .AudienceNotMatch", originDocumented, "AssumeRoleWithOIDC page, list of STS error codes"},
	{"sts-oidc-token", "Tokens are looked up in the scenario, never verified: another token with three parts has a bad signature, one without is invalid", originGuessed, "by design"},
	{"sts-oidc-order", "Provider, token, role and trust are checked in this order; a missing role is 404 EntityNotExist.Role, a malformed provider ARN 400 InvalidParameter.OIDCProviderArn; a signature that is sent all the same is checked", originGuessed, ""},
	{"sts-oidc-trust", "Trust policy: Principal.Federated, StringEquals on oidc:iss, oidc:aud, oidc:sub, StringLike on oidc:sub; action sts:AssumeRole", originDocumented, "page on roles for a trusted identity provider"},
	{"ecs-metadata", "Role name, credentials {Code, AccessKeyId, AccessKeySecret, SecurityToken, LastUpdated, Expiration}; token by PUT with a TTL of 1 to 21600 s; HttpTokens required refuses requests without", originDocumented, "instance metadata page; credentials-go v1.4.12"},
	{"ecs-metadata-errors", "400 for a bad TTL, 403 for a missing, unknown or expired token, 404 for another role, in plain text", originGuessed, "403 from memory of the page, bodies unknown"},
	{"ecs-metadata-life", "Credentials live 6 h (switch) and are renewed when half of that is over; the session is called vm-ram- and the instance's id", originGuessed, "6 h and the name as seen in audit logs"},
	{"ecs-metadata-trust", "The role of an instance must trust ecs.aliyuncs.com", originDocumented, "page on instance RAM roles"},
	{"credentials-uri", "A credentials URI answers {Code: Success, AccessKeyId, AccessKeySecret, SecurityToken, Expiration}", originDocumented, "README and source of credentials-go v1.4.12; Code is what the CLI asks for"},
	{"ram-evaluation", "Deny before Allow, wildcards; control policies, then the session policy, then the identity's own policies, and each must allow", originDocumented, "RAM policy language; page on how RAM evaluates policies; session before identity policies INFERRED from the order in which it lists them"},
	{"ram-policy-type", "AccessDeniedDetail.PolicyType: ControlPolicy, SessionPolicy, AssumeRolePolicy, AccountLevelIdentityBasedPolicy; NoPermissionType: ExplicitDeny, ImplicitDeny", originDocumented, "DecodeDiagnosticMessage page; field comments of the vendor's SDKs"},
	{"ram-conditions", "Conditions other than sts:ExternalId and oidc:* in trust policies are refused", originGuessed, "not simulated"},
	{"ram-system-policies", "System policies are shortened to the simulated products", originGuessed, ""},
	{"rd-callers", "Only the management account or a delegated administrator may call", originDocumented, "ListAccounts page"},
	{"rd-control-policies", "Control policies bound the RAM users and roles of members, not the account's own key and not the management account. From the member up to the root folder every level must allow, and the first that does not decides; FullAliyunAccess is attached everywhere", originDocumented, "pages on how RAM evaluates policies, on Control Policy for OSS, on enabling the feature; EffectScope RAM of CreateControlPolicy"},
	{"rd-control-policies-caller", "Those above the caller's account count, so AssumeRole by the management account is never bound; a session in a member is", originGuessed, "the RAM page speaks of a member's identities, the OSS page of the owner of the resource: they differ in calls across accounts only"},
	{"rd-control-policies-detach", "replaces_full_access detaches FullAliyunAccess from the targets", originGuessed, "DetachControlPolicy exists; when it refuses is not simulated"},
	{"rd-control-policies-at-once", "A change of control policies binds the next call, of open sessions too", originGuessed, ""},
	{"rd-denied", "Another member gets 403 NoPermission", originGuessed, ""},
	{"rd-none", "An account without a directory gets 404 EntityNotExists.ResourceDirectory", originDocumented, "error list of the resource directory's API"},
	{"rd-management-not-listed", "ListAccounts does not list the management account", originClient, "official provider and the landing-zone repository add it by hand"},
	{"rd-actions", "resourcemanager:ListAccounts on acs:resourcemanager:*:{account}:account/*", originDocumented, "ListAccounts page; resources of the other calls by analogy"},
	{"rd-paging", "PageSize 1 to 100, default 10; MaxResults and NextToken in 2022-04-19 only and take precedence", originSDK, "ResourceDirectoryMaster 2022-04-19; default of MaxResults guessed"},
	{"rd-token", "Tokens are bound to call, caller and filter and live one hour: InvalidParameter.NextToken", originGuessed, ""},
	{"rd-order", "Accounts and folders come in the scenario's order", originGuessed, ""},
	{"rd-keyword", "QueryKeyword is part of DisplayName or AccountName, or the whole AccountId", originGuessed, "the page names the display name"},
	{"rd-ancestors", "ListAncestors answers from the root folder down", originGuessed, ""},
	{"rd-not-found", "404 EntityNotExists.Account and EntityNotExists.Folder", originClient, "official provider"},
	{"cs-lists", "DescribeClustersV1 lists all regions, DescribeClustersForRegion one region with a leaner object", originSDK, "cs v7.6.0 and the official ACK skill"},
	{"cs-old-list", "The deprecated DescribeClusters (GET /clusters) answers a bare array of all clusters", originSDK, "cs v4.5.8, help page on viewing all clusters; that it lists all regions INFERRED"},
	{"cs-json-strings", "master_url and meta_data are JSON strings, master_url may be empty; parameters is null in the global list", originObserved, "published cluster objects"},
	{"cs-page-size", "page_size 1 to 100, default 10", originGuessed, "50 and 100 are seen in clients"},
	{"cs-name-filter", "name selects by a part of the name", originGuessed, ""},
	{"cs-wrong-region", "Another region's or account's cluster: 404 ErrorClusterNotFound", originDocumented, "the official ACK skill; that other accounts look alike is INFERRED"},
	{"cs-region-mismatch", "DescribeClustersForRegion at another region's endpoint: 400 InvalidParameter.RegionId", originGuessed, ""},
	{"cs-region-header", "x-acs-region-id names the region of a ROA call when there is one port for all", originClient, "older SDK cores send it; that the cloud reads it is INFERRED"},
	{"cs-error-form", "Container Service errors are {code,message,requestId,status}", originClient, "key spelling INFERRED; SDKs read both spellings"},
	{"cs-denied", "Missing permission: 403 Forbidden.RAM", originClient, "code in public code; the form of the body INFERRED"},
	{"cs-list-permission", "DescribeClustersV1 needs cs:DescribeClustersV1 and cs:GetClusters on *", originDocumented, "help pages disagree: one names the first, one the second, two name both; both are asked for"},
	{"cs-modify-state", "ModifyCluster and changes of log settings outside state running: 400 ErrorClusterState", originGuessed, "third-party text"},
	{"cs-consistency", "With behaviour.consistency, reads and lists of clusters, node pools, add-ons, log settings, inspection configs and reports show the state before a write for some reads or some time; a second write starts that anew; writes and tasks know the truth. Off by default", originGuessed, "no page promises how soon a write is seen, or says how it is not"},
	{"cs-modify-eip", "api_server_eip binds the EIP of api_server_eip_id; false clears api_server_endpoint", originGuessed, "parameters documented, form of the result INFERRED"},
	{"cs-modify-rrsa", "enable_rrsa shows in rrsa_config.enabled and meta_data.RRSAConfig.enabled", originSDK, "cs v7.6.0; effect INFERRED"},
	{"cs-modify-async", "The cluster is updating until the task succeeds, then running with the change visible", originClient, "official provider waits for updating -> running"},
	{"cs-task", "Tasks are seen in their own account and region: 404 ErrorTaskNotFound", originGuessed, "region scope: the official ACK skill; code guessed"},
	{"cs-task-failure", "A failed task has state failed and error {code, message}, and its change has no effect", originSDK, "cs v7.6.0 has the fields; the official provider takes fail, failed and error for a failure; that nothing is left half done is guessed"},
	{"cs-audit", "UpdateClusterAuditLogConfig: disable true switches auditing off, false on or to another project; the default project is k8s-log- and the cluster's id; only managed clusters change the project", originDocumented, "page of UpdateClusterAuditLogConfig; its RAM resource is the cluster"},
	{"cs-audit-read", "GetClusterAuditProject: audit_enabled, sls_project_name; CheckControlPlaneLogEnable never lists a component audit", originDocumented, "pages of both calls; that the project is empty while auditing is off is guessed"},
	{"cs-audit-metadata", "meta_data.AuditProjectName is the project of the audit log, empty while auditing is off; meta_data.ControlPlaneLogConfig {log_ttl, components}", originClient, "an audit tool takes an empty name for off; published cluster objects"},
	{"cs-audit-registered", "Auditing of a registered cluster cannot be disabled", originDocumented, "page on cluster auditing; that the call refuses it is guessed"},
	{"cs-audit-edges", "Enabling what is enabled without a project leaves it; what changes nothing makes a task all the same; 400 ErrorNotSupport for what a type of cluster does not have", originGuessed, ""},
	{"cs-control-plane-log", "UpdateControlPlaneLog and CheckControlPlaneLogEnable: managed clusters; components, log_ttl as text from 1 to 3000, 30 by default, default project k8s-log- and the cluster's id; the update needs cs:EnableCoreControlPlaneComponentsLog too", originDocumented, "pages of both calls; that the second action is needed on the cluster, and that gatekepper needs no auto mode, is guessed"},
	{"cs-control-plane-log-partial", "Fields that the update does not send stay; no components is off, and off reads as no components with log_ttl 30; codes InvalidParameter.{field}", originGuessed, "the official provider sends what has changed"},
	{"cs-control-plane-log-async", "The cluster is updating until the task of a log change ends", originClient, "the official provider waits for updating -> running after UpdateControlPlaneLog; UpdateClusterAuditLogConfig by analogy"},
	{"cs-addon-missing", "404 AddonNotFound", originClient, "public code"},
	{"cs-inspect-contract", "Create takes recurrence, Update takes scheduleTime; FREQ=DAILY with BYHOUR and BYMINUTE, no COUNT or UNTIL", originDocumented, "help pages and cs v7.6.0"},
	{"cs-inspect-grammar-code", "A bad recurrence is 400 InvalidParameter; lists of hours are accepted, other parts refused", originGuessed, ""},
	{"cs-inspect-update-recurrence", "Whether Update takes recurrence too is a switch, off by default", originClient, "ecctl sends it"},
	{"cs-inspect-update-partial", "Fields that Update does not send stay", originGuessed, ""},
	{"cs-inspect-missing", "Get without config: 404 ErrorInspectConfigNotFound, or 200 without recurrence (switch)", originClient, "ecctl's document and code disagree; code guessed"},
	{"cs-inspect-exists", "Create over a config: 409 ErrorInspectConfigAlreadyExist", originGuessed, ""},
	{"cs-inspect-delete", "Delete removes the schedule and keeps the reports; without config 404", originClient, "ecctl's document; the 404 guessed"},
	{"cs-inspect-reports", "Reports: newest first, running without endTime and summary, filters, maxResults up to 50", originSDK, "cs v7.6.0; order and absent fields guessed"},
	{"cs-inspect-summary", "summary.code is the worst level; critical counts as error; enableFilter keeps abnormal items", originGuessed, ""},
	{"cs-inspect-language", "language is checked and changes nothing: the scenario has one text", originGuessed, "not simulated"},
	{"config-not-activated", "Without Cloud Config every call but StartConfigurationRecorder gets 404 AccountNotExisted", originDocumented, "error list of the rule calls; that a recorder in REGISTRABLE counts as none is guessed"},
	{"config-recorder", "Recorder: REGISTRABLE, BUILDING, REGISTERED, REBUILDING; StopConfigurationRecorder clears rules and results", originSDK, "config-20200907 v2.4.18"},
	{"config-recorder-after-stop", "A stopped recorder is as if it had never been there; a change of resource types passes through REBUILDING", originGuessed, ""},
	{"config-denied", "Others than the management account and delegated administrators of config.aliyuncs.com get 403 AggregatorMemberNoPermission from calls on account groups", originDocumented, "error list of the rule calls; who exactly gets it INFERRED"},
	{"config-aggregators", "Account groups: types RD, FOLDER, CUSTOM; status 0, then 1; at most 5, one of them RD, 200 members; AggregatorCreateTimestamp is text in Get and a number in List", originSDK, "config-20200907 v2.4.18"},
	{"config-aggregator-owner", "Only the account that made a group sees it; an RD group holds the management account too; a group that is gone takes its rules along", originGuessed, ""},
	{"config-aggregator-codes", "AggregatorNameExists, ExceedMaxAggregatorCount, Invalid.AggregatorAccounts.Value, Invalid.FolderId.Value; an unknown id in DeleteAggregators fails with Invalid.AggregatorId.Value", originGuessed, ""},
	{"config-errors", "ConfigRuleNotExists, ConfigRuleExists, ExceedMaxRuleCount, Invalid.AggregatorId.Value (400) with their texts", originDocumented, "pages of UpdateConfigRule and its twin"},
	{"config-invalid-value", "Other bad values of rules: 400 Invalid.{Parameter}.Value; an id that does not begin with cr- is Invalid.ConfigRuleId.Value", originGuessed, "form as in codes that the official provider knows"},
	{"config-update", "Update keeps what is not sent and clears what is sent empty; TagsScope and ExcludeTagsScope cannot be cleared", originGuessed, ""},
	{"config-update-trigger", "ConfigRuleTriggerTypes of a managed rule cannot change", originDocumented, "page of UpdateConfigRule; that it is an error is guessed"},
	{"config-per-item", "Delete, Active and Deactive answer 200 with a result for each rule", originSDK, "config-20200907 v2.4.18; ErrorCode ConfigRuleNotExists guessed"},
	{"config-rule-limit", "200 rules, counted per account and per group", originDocumented, "per management account; how it is counted is guessed"},
	{"config-status", "StartConfigRuleEvaluation of a rule that is not ACTIVE: 400 ConfigRuleStatusError", originGuessed, "the page has no code for it; DeactiveConfigRules has ConfigRuleStatusNotActive"},
	{"config-states", "A rule is EVALUATING until its first results, DELETING until it is gone", originClient, "waits of the official provider; that each full evaluation shows as EVALUATING is guessed"},
	{"config-managed-rules", "The list of managed rules for ACK, with default level, trigger and period", originDocumented, "list page and the pages of the rules"},
	{"config-managed-rules-unread", "Level or trigger of ack-cluster-deletion-protection-enabled, ack-cluster-node-monitorenabled, ack-cluster-spec-check, acs-cluster-node-multi-zone and two inspection rules", originGuessed, "their pages were not found"},
	{"config-ram", "config:{Action} on all resources", originGuessed, "some pages name resources, e.g. UpdateAggregator acs:config:*:{accountId}:aggregator/{AggregatorId}; that the rest have none is guessed, and nothing is narrowed here"},
	{"config-system-policies", "AliyunConfigFullAccess and AliyunConfigReadOnlyAccess", originGuessed, "names by analogy"},
	{"config-client-token", "The same ClientToken answers with what the first call made", originGuessed, ""},
	{"config-rule-in-pack", "DeleteConfigRules answers ConfigRuleCanNotDelete for a rule of a compliance pack; CreateBy names the pack", originDocumented, "page of DeleteConfigRules has the code; that a pack is its cause is INFERRED; fields in config-20200907 v2.4.18"},
	{"config-size", "More than 20 ConfigRuleIds: 400 Invalid.ConfigRuleIds.SizeExceed", originDocumented, "pages of DeactiveConfigRules and DeleteAggregateConfigRules; the calls that attach and detach by analogy"},
	{"config-packs", "Compliance packs: parameters, CREATING, then ACTIVE; a rule by ConfigRuleId, else made from ManagedRuleIdentifier; RiskLevel 2 by default; DeleteRule false by default", originSDK, "config-20200907 v2.4.18"},
	{"config-pack-errors", "CompliancePackExists, CompliancePackExceedMaxCount, Invalid.CompliancePackId.Value, Invalid.CompliancePackTemplateId.Value, Invalid.ConfigRules.Empty, Invalid.ConfigRules.Value, ConfigRuleExceedMaxRuleCount, CompliancePackAlreadyPending, Invalid.CompliancePackIds.SizeExceed (400) with their texts", originDocumented, "pages of CreateAggregateCompliancePack, UpdateCompliancePack, DeleteCompliancePacks and GetConfigRuleComplianceByPack"},
	{"config-pack-limit", "5 packs per account and per group, 5 in one DeleteCompliancePacks", originDocumented, "pages of CreateCompliancePack, CreateAggregateCompliancePack, DeleteCompliancePacks"},
	{"config-pack-pending", "A pack that is being made can neither be changed nor deleted: CompliancePackAlreadyPending", originDocumented, "pages of UpdateCompliancePack and DeleteCompliancePacks; that a change makes it CREATING again: the official provider waits for ACTIVE after it; that attaching and detaching do not: it does not wait there"},
	{"config-pack-rules", "ConfigRules of an update is the whole list: what was made for the pack and is not in it is deleted, what was attached is let go; a rule without a name is called like its pack and its managed rule; its level is that of the pack; a name that a rule has is Invalid.ConfigRules.Value", originGuessed, "names of that form are in the sample of ListConfigRules"},
	{"config-pack-alone", "A rule belongs to one pack: attaching it to a second fails with Invalid.ConfigRuleIds.Value; detaching a rule that is not in the pack fails with ConfigRuleNotExists", originGuessed, "CreateBy names one pack; the second code is the sample of both calls"},
	{"config-pack-delete", "A pack is gone at once; an unknown id fails with Invalid.CompliancePackId.Value; a rule that leaves a pack stays, active as it was", originGuessed, ""},
	{"config-pack-enable", "DefaultEnable false makes rules INACTIVE; left out, they are ACTIVE", originSDK, "comment in config-20200907 v2.4.18; the default INFERRED: the page of CreateAggregateCompliancePack says that rules are evaluated once a pack is made"},
	{"config-pack-scope", "The scope of a pack bounds its rules besides their own", originGuessed, "fields in config-20200907 v2.4.18"},
	{"config-pack-templates", "ListCompliancePackTemplates lists what the scenario has: none of the service's own is for ACK, and their rules are not public as data", originSDK, "config-20200907 v2.4.18"},
	{"config-channels", "Delivery channels: forms of the targets, Status 1 by default, flags false by default; AccountId is text in GetAggregateConfigDeliveryChannel and a number elsewhere", originSDK, "config-20200907 v2.4.18"},
	{"config-channel-errors", "DeliveryChannelNotExists, Invalid.DeliveryChannelTargetArn.Format, Invalid.DeliveryChannelCondition.Format, DeliveryChannelAccountNotSupport (400) with their texts", originDocumented, "pages of PutDeliveryChannel and DescribeDeliveryChannels, version 2019-01-08; that 2020-09-07 has the same INFERRED: the official provider knows the first"},
	{"config-channel-limit", "5 delivery channels per account and per group", originDocumented, "pages of CreateConfigDeliveryChannel and CreateAggregateConfigDeliveryChannel"},
	{"config-channel-codes", "ExceedMaxDeliveryChannelCount; Invalid.{Parameter}.Format of a bucket for what is too big, a time or a Status; DeliveryChannelNotExists when a list asks for ids and none is there", originGuessed, ""},
	{"config-channel-update", "Update keeps what is not sent and clears what is sent empty; DeliveryChannelAssumeRoleArn names the role of the sample; fields that were never sent are empty text", originGuessed, "the sample of DescribeDeliveryChannels has empty texts"},
	{"config-channel-target", "Whether a target is there or may be written is not checked: DeliveryChannelOssUnreachable, DeliveryChannelMnsUnreachable and DeliveryChannelSlsUnreachable are never answered", originGuessed, "the codes are on the page of PutDeliveryChannel; when they are answered is not"},
	{"config-2019", "Version 2019-01-08: ListConfigRules, DeleteConfigRules, StopConfigRules (ConfigRuleStatusNotActive for a rule that is not active) and StartConfigRuleEvaluation", originDocumented, "the published metadata of that version"},
	{"config-2019-active", "Version 2019-01-08: ActiveConfigRules is like that of 2020-09-07", originClient, "official provider"},
	{"config-conditions", "Verdicts come from conditions written from each rule's title: public endpoint, deletion protection, Terway, CloudMonitor agent, inspection schedule; from the inspection's latest finished report; from the scenario", originDocumented, "pages of the rules, as far as they were found"},
	{"config-conditions-edges", "Registered clusters are NOT_APPLICABLE, so are clusters without nodes for Terway and the agent; what a cluster does not say is INSUFFICIENT_DATA; of a dedicated cluster the control plane counts as nodes", originGuessed, ""},
	{"config-inspection", "Inspection rules: off is NOT_APPLICABLE, on without a finished report INSUFFICIENT_DATA", originDocumented, "pages of the inspection rules"},
	{"config-inspection-items", "An inspection rule heeds the check item whose checkItemUid has the letters of its identifier; without such an item the cluster is COMPLIANT", originGuessed, "one checkItemUid is public"},
	{"config-triggers", "Rules are evaluated by change of a cluster, or by period from the last full evaluation; making, changing, activating and starting a rule evaluates everything", originDocumented, "help pages on triggers; when a period begins, and that every write of a cluster is a change, is guessed"},
	{"config-results", "Results: token paging with MaxResults up to 100, filters, Annotation as JSON text, times in milliseconds", originSDK, "config-20200907 v2.4.18; the default of MaxResults and the order are guessed"},
	{"config-results-scope", "Only clusters of registered recorders within the scopes have results; a cluster that is deleted loses its results at once", originGuessed, ""},
	{"config-compliance", "A rule is NON_COMPLIANT if a result is, else COMPLIANT, else NOT_APPLICABLE, else INSUFFICIENT_DATA; Count counts results of that kind", originGuessed, ""},
	{"config-deactivated", "A rule that is INACTIVE keeps its results", originSDK, "comment of DeactiveConfigRules in config-20200907 v2.4.18"},
	{"config-ignore", "Ignored results are IGNORED until IgnoreDate, on which they are evaluated again, or until they are reverted; they are still evaluated", originSDK, "comments of IgnoreEvaluationResults in config-20200907 v2.4.18"},
	{"config-ignore-zone", "IgnoreDate begins at midnight of UTC+8 and must lie ahead; only a NON_COMPLIANT result can be ignored, any other is 400 Invalid.Resources.Value", originGuessed, ""},
	{"config-inventory", "Discovered resources: filters, token paging, ResourceDeleted 1 unless 0 is asked for, Tags and Configuration as JSON text", originSDK, "config-20200907 v2.4.18; that Configuration is the answer of DescribeClusterDetail INFERRED"},
	{"config-inventory-lag", "The inventory lags behind clusters by a switch; Version is always 1, UpdateTime the last change of what DescribeClusterDetail answers; a missing resource is 404 ResourceNotExists", originGuessed, ""},
	{"config-precheck", "ListPreManagedRules and EvaluatePreConfigRules: parameters in the body, resources and types as JSON, COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE with an annotation; the list has no total; an empty ResourceLogicalId becomes the properties in Base64", originDocumented, "pages of both calls; config-20200907 v2.4.18"},
	{"config-precheck-rules", "None of the documented rules for ACK can be pre-checked", originDocumented, "their pages say that there is no dry run; that the list has none of them INFERRED"},
	{"config-precheck-verdict", "A rule compares one property with one value, by the scenario; a rule without a pre-check is refused with Invalid.Identifier.Value", originGuessed, ""},
	{"config-inventory-compliance", "ComplianceType of one resource is the worst verdict of all rules", originGuessed, ""},
	{"log-host", "Log Service by host: {project}.{region}.log.aliyuncs.com and, without a project, {region}.log.aliyuncs.com; -intranet, -share and -vpc after the region are the same", originSDK, "aliyun-log-go-sdk v0.1.127; requests seen on the wire"},
	{"log-auth-v1", "LOG signature, hmac-sha1 or hmac-sha256: Content-MD5 of the body, x-log-* and x-acs-* headers, the path with the decoded query; not the host", originObserved, "aliyun-log-go-sdk v0.1.127 for hmac-sha1; signing page"},
	{"log-auth-sha256", "hmac-sha256 signs the same text as hmac-sha1", originGuessed, "no client in this repository sends it"},
	{"log-auth-v4", "SLS4-HMAC-SHA256: host, content-type, x-log-* (but not x-log-meta-*) and x-acs-* headers, x-log-content-sha256 of the body, the region of the scope that of the endpoint", originObserved, "aliyun-log-go-sdk v0.1.127"},
	{"log-auth-errors", "MissingAPIVersion, InvalidAPIVersion, MissingBodyRawSize, InvalidBodyRawSize, MissingContentType, MissingSignatureMethod, InvalidSignatureMethod, MissingDate, InvalidDateFormat, RequestTimeTooSkewed, MissAccessKeyId (400), Unauthorized, SignatureNotMatch (401)", originDocumented, "page of the common error codes, as it was; statuses of RequestTimeTooSkewed and SignatureNotMatch from the same list"},
	{"log-auth-digest", "A Content-MD5 or x-log-content-sha256 that is not that of the body: 401 SignatureNotMatch", originGuessed, ""},
	{"log-auth-token", "A session key without its token, with another or an expired one: 401 Unauthorized", originGuessed, ""},
	{"log-errors", "Errors are {errorCode, errorMessage}, success is 200 only, the request id is in x-log-requestid; nothing is compressed but what PullLogs is asked for", originSDK, "aliyun-log-go-sdk v0.1.127"},
	{"log-denied", "Missing permission: 401 Unauthorized \"denied by sts or ram, action: log:{Action}, resource: acs:log:{region}:{account}:project/...\"", originClient, "public issues of the Go SDK and of log-pilot"},
	{"log-ram", "RAM actions log:{Action}, log:PostLogStoreLogs for PutLogs, log:GetCursorOrData for GetCursor and PullLogs, log:UpdateJob for what turns a job; project/{p}, with /logstore/{l}, /job/{j}, /dashboard/{d}, /savedsearch/{s}", originDocumented, "RAM action list of Log Service; that index, shards and metering are the Logstore's, and tags the project's, INFERRED"},
	{"log-system-policies", "AliyunLogFullAccess and AliyunLogReadOnlyAccess", originDocumented, "authorization pages of Log Service; the second is shortened to log:Get* and log:List*"},
	{"log-project", "Projects: names once over all accounts, 3 to 63 characters; a project of another region is 404 ProjectNotExist", originDocumented, "page of CreateProject; message from the SDKs' tests; that another region looks like none INFERRED"},
	{"log-project-foreign", "A project of another account: 401 Unauthorized, although the caller's own policies are asked first", originGuessed, "text from public questions"},
	{"log-project-exists", "A second project of a name: 400 ProjectAlreadyExist", originClient, "official provider knows the code; status INFERRED"},
	{"log-project-delete", "A deleted project is gone at once with all that is in it, and its name is free", originGuessed, "the recycle bin is not simulated"},
	{"log-tags", "Tags of projects: up to 20 in a request, resourceType in any case", originDocumented, "pages of TagResources and UntagResources; upper case: official provider"},
	{"log-store", "Logstores: ttl 1 to 3650, hot_ttl 7 to ttl, at least 30 days of infrequent access before archive, maxSplitShard 1 to 256, modes, encrypt_conf; LogStoreInfoInvalid, LogStoreAlreadyExist (400), LogStoreNotExist (404)", originDocumented, "page of CreateLogStore; codes and texts from the tests of the Java SDK"},
	{"log-store-update", "An update keeps what is not sent, hot_ttl above all, and ignores shardCount; mode and encrypt_conf but for enable cannot change: LogStoreInfoInvalid", originSDK, "comments in aliyun-log-go-sdk v0.1.127; the code guessed"},
	{"log-store-order", "ListLogStores is in order of names", originGuessed, ""},
	{"log-metering", "New Logstores are ChargeByDataIngest; the mode can be changed to and fro", originDocumented, "billing overview; that nothing forbids the change INFERRED"},
	{"log-shards", "Shards divide the space of MD5 hashes evenly; split and merge leave read-only shards behind and answer all that they touched; rows without a hash key go to each shard in turn", originDocumented, "pages of SplitShard and MergeShards; in turn is guessed"},
	{"log-index", "Index: line or keys, IndexInfoInvalid, IndexAlreadyExist (400), IndexConfigNotExist (404); a deleted Logstore takes its index along", originDocumented, "pages of CreateIndex and GetIndex; 404 and the last INFERRED"},
	{"log-index-defaults", "GetIndex answers lastModifyTime, the ttl of the Logstore and max_text_len 2048 where the index has none", originGuessed, ""},
	{"log-job", "Jobs of the types ETL and Alert at /jobs, as they were sent, with status, scheduleId, createTime and lastModifiedTime", originSDK, "aliyun-log-go-sdk v0.1.127, Java SDK"},
	{"log-job-states", "A data transformation is STARTING, RUNNING, STOPPING, STOPPED; how long is a switch", originClient, "official provider"},
	{"log-job-update", "PUT is refused while a data transformation is not STOPPED, RESTART with a body works in every state", originGuessed, "the official provider does it so"},
	{"log-job-delete", "A deleted job can still be read for a time (switch), and its name is taken meanwhile; a second deletion is 404 JobNotExist", originClient, "official provider and the SDK's tests wait; the second INFERRED"},
	{"log-job-errors", "JobNotExist (404), JobAlreadyExist \"Job {name} already exists\" (400); a job that is where it is sent to: 400 ParameterInvalid \"The job to enable has already enabled\" and the like", originGuessed, "texts are public, codes and statuses INFERRED"},
	{"log-job-etl", "Data transformations: role ARNs, up to 50 sinks, datasets with SPL and only with it, schedule Resident", originDocumented, "pages of CreateETL; ROS reference"},
	{"log-etl-roles", "A data transformation reads as its role, of the source's account and trusting log.aliyuncs.com, and writes as the sink's role, of the sink's account and trusting {source account}@log.aliyuncs.com, or log.aliyuncs.com within one account; needed are log:ListShards and log:GetCursorOrData on the source, six actions on its consumer group, log:PostLogStoreLogs on the sink", originDocumented, "authorization pages of data transformation; RAM resources of the consumer group from the pages of its calls"},
	{"log-etl-move", "A running data transformation moves rows as soon as they arrive, or after a delay (switch), from fromTime to toTime by their receipt, and is STOPPED when toTime is over; topic, source and tags stay; fields of extend replace what is there", originDocumented, "pages of data transformation (new version) and of CreateETL; that times are of the receipt INFERRED; the status INFERRED"},
	{"log-etl-checkpoint", "A job that is started again goes on where it stopped; RESTART reads everything from fromTime again", originDocumented, "page on managing data transformations (Start, Rerun); that RESTART is Rerun INFERRED"},
	{"log-etl-group", "A data transformation reads through a consumer group called etl- and an id, which ListConsumerGroup and GetCheckPoint show; it goes with the job", originDocumented, "authorization page for the name; that it goes INFERRED"},
	{"log-etl-failure", "A data transformation that cannot read or write stays RUNNING, moves nothing, keeps its place and tries again all the time; each failure is a row of internal-etl-log in the source's project (job_name, level, code, message) when it begins, changes and every minute", originGuessed, "that failures are told there and not by the API is public; the fields, texts and codes are INFERRED"},
	{"log-etl-ttl", "A running job has read rows before ttl takes them; a job that was stopped or failed loses what is older than ttl", originGuessed, "follows from both"},
	{"log-etl-script", "Scripts: none; in SPL * and * | extend with texts and fields. Others are refused by calls; a job of the scenario that has one fails", originDocumented, "SPL pages for what extend does"},
	{"log-etl-sinks", "In SPL every sink gets all rows, without SPL the first", originDocumented, "pages of CreateETL and of the default destination"},
	{"log-job-unchecked", "Source, sinks and roles of a job need not be there when it is made", originGuessed, "no page says that they are checked"},
	{"log-alert", "Alerts of version 2.0 are kept; created ENABLED unless state says otherwise, an update keeps the state", originSDK, "aliyun-log-go-sdk v0.1.127; the last guessed"},
	{"log-dashboard", "Dashboards and saved searches; lists take names and pages from the query or from headers; ParameterInvalid \"specified dashboard already exists\", DashboardNotExist, SavedSearchNotExist", originSDK, "aliyun-log-go-sdk v0.1.127; statuses INFERRED"},
	{"log-quotas", "150 projects per account; 200 Logstores, 400 shards, 100 data transformations, 100 alerts, 100 dashboards, 100 saved searches per project, 200 charts per dashboard: 400 ExceedQuota, ProjectQuotaExceed for Logstores and shards", originDocumented, "quota pages, page of CreateLogStore; status of ExceedQuota and which objects have it INFERRED"},
	{"log-throttle", "Without code and status in the quota, too many calls get 403 ReadQuotaExceed", originDocumented, "page of the common error codes; that it holds for calls of the control plane is guessed"},
	{"log-put", "PutLogs: LogGroup as protobuf, raw, as an LZ4 block or with zstd, x-log-bodyrawsize the size before; InvalidContentType (415), InvalidCompressType, PostBodyUncompressError, PostBodyInvalid, PostBodyTooLarge (400)", originDocumented, "page of PutLogs and of the common error codes; up to 10 MiB"},
	{"log-pull", "GetCursor by begin, end or time of receipt; PullLogs up to 1000 groups with x-log-cursor, x-log-count, x-log-bodyrawsize, x-log-compresstype and x-log-read-last-cursor; GetCursorTime by cursor, past the last row it is now; ShardNotExist (404), InvalidCursor (400)", originSDK, "aliyun-log-go-sdk v0.1.127; pages of both calls"},
	{"log-ttl", "Rows go when they were received ttl days ago, whatever their own time; rows of the scenario were received at their own time", originGuessed, "that ttl counts from the receipt INFERRED"},
	{"transport-first-byte", "The first byte of a connection tells TLS from plain HTTP", originGuessed, "by design: the cloud has a port for each"},
	{"transport-proxy", "As a forward proxy (absolute form, CONNECT) the port answers for the simulated hosts and refuses the rest with 502", originGuessed, "by design: Simulator.HostNotSimulated is no code of the cloud"},
	{"strict", "Unknown parameters, bodies and calls are refused with Simulator.* codes that no cloud sends", originGuessed, "by design: a cloud may ignore what it does not know"},
}

// gaps is what the simulator does not do.
var gaps = []string{
	"TLS and the forward proxy serve HTTP/1.1 only; the test CA vouches for *.aliyuncs.com, localhost and the address that is listened on, for nothing else.",
	"Without a region in the host name or in x-acs-region-id, a cluster-scoped call sees the account's clusters of every region.",
	"Without quotas in the scenario nothing is throttled: the real limits are not built in.",
	"Only clusters and what belongs to them can lag behind writes, all readers see the same lag, and the pages of a list differ only as the lag ends between them; accounts, folders, RAM and control policies change at once.",
	"Scheduled inspections do not run by themselves; RunClusterInspect and the scenario make reports.",
	"Control policies come from the scenario and from tests; their own API (CreateControlPolicy, ListTargetAttachmentsForControlPolicy and so on), NotAction and conditions are not there, and roles of services are bound like others.",
	"Known parameters that are refused: SourceIdentity of AssumeRole, Tag.*.Key of ListFoldersForParent and Tag.*.Value of ListFoldersForParent (folders have no tags).",
	"AssumeRoleWithSAML; metadata other than the RAM role; ACS3-HMAC-SM3, ACS3-RSA-SHA256 and bearer tokens.",
	"ModifyCluster refuses these known fields: access_control_list, api_server_custom_cert_sans, control_plane_config, control_plane_endpoints_config, ingress_domain_rebinding, ingress_loadbalancer_id, system_events_logging.",
	"Cloud Config: custom rules (CUSTOM_FC), remediation, resource types other than ACS::ACK::Cluster, the filter UNCOVERED_RESOURCE of ListManagedRules, rules of account groups as their members see them.",
	"Cloud Config 2019-01-08: everything but ListConfigRules, DeleteConfigRules, ActiveConfigRules, StopConfigRules and StartConfigRuleEvaluation of the account itself; PutConfigRule, DescribeConfigRule, PutDeliveryChannel, DescribeDeliveryChannels and the rest answer 501, and so do the retired parameters MultiAccount of ListConfigRules and MemberId of ListConfigRules.",
	"RAM knows Cloud Config's calls on all resources only; newer pages name some, such as acs:config:*:{account}:compliancepack/*.",
	"Compliance packs refuse these known parameters: TemplateContent of CreateCompliancePack and TemplateContent of CreateAggregateCompliancePack; GetCompliancePack does not answer it. Reports of packs, CopyCompliancePacks and the compliance of accounts and resources by pack are not there.",
	"EvaluatePreConfigRules with EnableManagedRules true is refused: which rule it makes is not documented.",
	"Delivery channels deliver nothing, and their targets need not exist; CreateDeliveryChannel, UpdateDeliveryChannel and ListDeliveryChannels, which are older, are not there.",
	"Log Service: GetLogs, GetHistograms, contexts, consumer groups of one's own, metrics, charts one by one, machine groups, resource policies, the OpenAPI's paths (/etls, /alerts) and forceDelete of DeleteProject; ListAllProjects (type of ListProject, regionId of ListProject, searchText of ListProject, fetchQuota of ListProject), crossRegion of GetProject, nextToken of ListTagResources (there is one page), resourceProvider of ListJobs, processor of PutLogs, query of PullLogs, pullMode of PullLogs and processor of PullLogs are refused, as are enableModify, telemetryType Metrics, AccessKeys in jobs, alerts before version 2.0 and the compression deflate.",
	"Log Service: reads never lag behind writes; shards do not split by themselves, and read-only ones stay; only projects have tags; alerts are not evaluated; data transformations do not run in the older language, count against no quota of consumer groups or writing, and rows that go round in circles do so four times with each call.",
	"Cloud Config knows at once of everything that happens to accounts and folders; groups do not lag.",
	"Cluster creation and deletion, node lists, kubeconfig, cluster checks, alerts, vulnerabilities, policy governance; Security Center.",
	"Components of control-plane logs that other than managed clusters have: vk and istio.",
	"Nothing here was ever compared with a real account.",
}

// ProvenancePage is the table and the list as Markdown: what the simulator does and why it is believed to be so, what
// clients send without effect, and what is missing.
func ProvenancePage() string {
	var b strings.Builder
	b.WriteString("\n| id | behaviour | origin | source |\n|---|---|---|---|\n")
	for _, p := range provenance {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.id, p.what, p.origin, p.source)
	}
	b.WriteString("\nParameters that clients send and the cloud takes without effect:\n\n| parameter | call | origin | source |\n|---|---|---|---|\n")
	for _, a := range accepted {
		name, call := a.name, a.action
		if a.onlyEmpty {
			name += " (empty)"
		}
		if call == "" {
			call = "every RPC call"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, call, a.origin, a.source)
	}
	b.WriteString("\n## What is missing\n\n")
	for _, g := range gaps {
		b.WriteString("* " + g + "\n")
	}
	return b.String() + "\n"
}
