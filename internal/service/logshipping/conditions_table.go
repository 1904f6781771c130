package logshipping

import "strings"

// auditColumn is a column of a result; rows are grouped by it unless it is counted.
type auditColumn struct {
	expression, alias string
	counted           bool
}

// Columns of audit rows. The names are none of the archive's fields: in GROUP BY and ORDER BY a field would come first.
var (
	byUser      = auditColumn{expression: userColumn, alias: "user_name"}
	byNamespace = auditColumn{expression: `"objectRef.namespace"`, alias: "target_namespace"}
	// A list or a watch has no name: it is about all of them.
	byName        = auditColumn{expression: `coalesce("objectRef.name", '*')`, alias: "target_name"}
	byResource    = auditColumn{expression: `"objectRef.resource"`, alias: "target_resource"}
	bySubresource = auditColumn{expression: `"objectRef.subresource"`, alias: "target_subresource"}
	byVerb        = auditColumn{expression: "verb", alias: "operation"}
	byPublicIP    = auditColumn{expression: publicIP, alias: "source_ip"}
)

const (
	// The first address is what the client says of itself where there is a proxy in between (X-Forwarded-For); the
	// second is then what the proxy saw. Either counts as public, or a header would hide it.
	firstIP    = `json_extract_scalar(sourceIPs, '$[0]')`
	secondIP   = `json_extract_scalar(sourceIPs, '$[1]')`
	fromPublic = `(ip_to_domain(` + firstIP + `) = 'internet' or ip_to_domain(` + secondIP + `) = 'internet')`
	publicIP   = `case when ip_to_domain(` + firstIP + `) = 'internet' then ` + firstIP + ` else ` + secondIP + ` end`
	// A request that runs for long is recorded when it starts and when it ends.
	countRequests = "count(distinct auditID)"
	countFailures = `count(distinct case when "responseStatus.code" >= 400 then auditID end)`
	narrowedBy    = holeAccounts + holeClusters + holeNamespaces + holeNotNamespaces
	// A row without a code counts as answered: what is not known must not hide anything.
	notRefused = " and not responseStatus.code >= 400"
	// The WebSocket form of exec is a GET (Kubernetes maps methods to verbs), which the documented query misses.
	execSearch = "objectRef.resource: pods and (((verb: create or verb: get) and (objectRef.subresource: exec or objectRef.subresource: attach or objectRef.subresource: portforward))" +
		" or ((verb: patch or verb: update) and objectRef.subresource: ephemeralcontainers))" + notRefused
)

// audited is the analysis of audit rows: how many requests, by columns.
func audited(where, having string, columns ...auditColumn) string {
	selected, grouped := []string{"account_id", "cluster_id", "max(cluster_name) as cluster_name"}, []string{"account_id", "cluster_id"}
	ip := []string{"max(" + firstIP + ") as source_ip"}
	for _, c := range columns {
		selected = append(selected, c.expression+" as "+c.alias)
		if !c.counted {
			grouped = append(grouped, c.expression)
		}
		if c == byPublicIP {
			ip = nil
		}
	}
	selected = append(append(selected, ip...), countRequests+" as cnt")
	return "select " + strings.Join(selected, ", ") + " from log where auditID is not null" + where + holeUsers + holeNotUsers + holeSystem +
		" group by " + strings.Join(grouped, ", ") + " having " + countRequests + " >= " + holeCount + having + " order by cnt desc limit 1000"
}

// readyConditions are the ready conditions, by what they are about.
var readyConditions = []readyCondition{
	{
		ID: "public_access", Origin: fromDocuments, Source: "audit", Severity: "high", MinimumCount: 1, SystemUsers: true,
		Title:       bilingual{"API server was used from the Internet", "公网访问 API Server"},
		Why:         bilingual{"A request came from a public address. Whoever holds a kubeconfig can use it from anywhere as long as the API server answers there.", "有来自公网地址的请求。只要 API Server 可从公网访问，持有 kubeconfig 的人即可在任何地方使用它。"},
		Remediation: bilingual{"If it was not meant to be: take the public endpoint away or restrict it by an access control list, and revoke the user's kubeconfig.", "如非预期：取消公网端点或通过访问控制策略限制来源，并吊销该用户的 kubeconfig。"},
		Message:     bilingual{"${cnt} request(s) from ${source_ip} to cluster ${cluster_name} (${cluster_id}, account ${account_id})", "来自 ${source_ip} 的 ${cnt} 次请求访问了集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）"},
		search:      "*" + narrowedBy, analysis: audited(" and "+fromPublic, "", byPublicIP),
		Labels: []string{"account_id", "cluster_id", "source_ip"},
	},
	{
		ID: "public_access_failing", Origin: fromDocuments, Source: "audit", Severity: "high", MinimumCount: 10, MinimumFailurePercent: 50, SystemUsers: true,
		Title:       bilingual{"Requests from the Internet fail", "公网访问大量失败"},
		Why:         bilingual{"Most requests of a public address were refused: somebody tries credentials or looks for what is open.", "某公网地址的大部分请求被拒绝：可能有人在尝试凭证或探测开放的接口。"},
		Remediation: bilingual{"Block the address by the access control list of the API server's load balancer, and look at what was answered to it.", "在 API Server 负载均衡的访问控制策略中封禁该地址，并检查其成功的请求。"},
		Message:     bilingual{"${failed} of ${cnt} requests from ${source_ip} to cluster ${cluster_name} (${cluster_id}, account ${account_id}) failed", "来自 ${source_ip} 对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 ${cnt} 次请求中有 ${failed} 次失败"},
		search:      "*" + narrowedBy,
		analysis:    audited(" and "+fromPublic, " and "+countFailures+" * 100 >= "+holePercent+" * "+countRequests, byPublicIP, auditColumn{countFailures, "failed", true}),
		Labels:      []string{"account_id", "cluster_id", "source_ip"},
	},
	{
		ID: "exec_into_container", Origin: fromDocuments, Source: "audit", Severity: "high", MinimumCount: 1, SystemUsers: true,
		Title: bilingual{"Command was run in a container", "登录容器执行命令"},
		Why: bilingual{"Somebody opened a session in a container (exec, attach), forwarded a port of it or put a debug container beside it. It is how an intruder looks around, and nothing of it is in the image.",
			"有人进入容器会话（exec、attach）、转发其端口或注入了调试容器。入侵者常以此横向移动，且不会留在镜像中。"},
		Remediation: bilingual{"Ask the user. Give pods/exec, pods/attach, pods/portforward and pods/ephemeralcontainers to no role that does not need them.", "向该用户确认。不要将 pods/exec、pods/attach、pods/portforward 与 pods/ephemeralcontainers 授予不需要的角色。"},
		Message: bilingual{"${user_name} used ${target_subresource} on pod ${target_namespace}/${target_name} of cluster ${cluster_name} (${cluster_id}, account ${account_id}) from ${source_ip}",
			"${user_name} 从 ${source_ip} 对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 Pod ${target_namespace}/${target_name} 执行了 ${target_subresource}"},
		search:   execSearch + narrowedBy,
		analysis: audited("", "", byUser, byNamespace, byName, bySubresource),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "secret_access", Origin: composedHere, Source: "audit", Severity: "medium", MinimumCount: 1,
		Title:       bilingual{"Secrets were read", "访问保密字典"},
		Why:         bilingual{"Somebody read Secrets: tokens, passwords, certificates. A list returns all of a namespace or of the cluster with their contents.", "有人读取了保密字典（令牌、密码、证书）。list 会返回整个命名空间或集群的全部内容。"},
		Remediation: bilingual{"Ask the user, and rotate what was read if it was not meant to be. Let people read named Secrets only.", "向该用户确认；如非预期，轮转被读取的内容。仅允许按名称读取保密字典。"},
		Message: bilingual{"${user_name}: ${operation} of Secret ${target_namespace}/${target_name} of cluster ${cluster_name} (${cluster_id}, account ${account_id}) from ${source_ip}",
			"${user_name} 从 ${source_ip} 对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的保密字典 ${target_namespace}/${target_name} 执行了 ${operation}"},
		search:   "objectRef.resource: secrets and (verb: get or verb: list or verb: watch)" + notRefused + narrowedBy,
		analysis: audited("", "", byUser, byVerb, byNamespace, byName),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "rbac_change", Origin: composedHere, Source: "audit", Severity: "high", MinimumCount: 1,
		Title:       bilingual{"Rights in a cluster were changed", "变更 RBAC 权限"},
		Why:         bilingual{"A role or a binding was created, changed or deleted: who may do what is different now.", "角色或绑定被创建、修改或删除：集群内的授权关系已发生变化。"},
		Remediation: bilingual{"Compare with what was approved, and look above all for bindings to cluster-admin and for * in verbs or resources.", "与审批内容核对，重点检查对 cluster-admin 的绑定以及 verbs、resources 中的 *。"},
		Message: bilingual{"${user_name}: ${operation} of ${target_resource} ${target_name} of cluster ${cluster_name} (${cluster_id}, account ${account_id}) from ${source_ip}",
			"${user_name} 从 ${source_ip} 对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 ${target_resource} ${target_name} 执行了 ${operation}"},
		search: "(objectRef.resource: clusterroles or objectRef.resource: clusterrolebindings or objectRef.resource: roles or objectRef.resource: rolebindings)" +
			" and (verb: create or verb: update or verb: patch or verb: delete or verb: deletecollection)" + notRefused + narrowedBy,
		analysis: audited("", "", byUser, byVerb, byResource, byNamespace, byName),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "resource_deleted", Origin: composedHere, Source: "audit", Severity: "medium", MinimumCount: 1,
		Title:       bilingual{"Something was deleted", "删除资源"},
		Why:         bilingual{"Somebody, and no component of Kubernetes, deleted an object, or all of a kind at once.", "有人（而非 Kubernetes 组件）删除了对象，或一次性删除了某一类对象。"},
		Remediation: bilingual{"Ask the user; restore it from the backup centre or from the repository if it was not meant to be.", "向该用户确认；如非预期，从备份中心或代码仓库恢复。"},
		Message: bilingual{"${user_name}: ${operation} of ${target_resource} ${target_namespace}/${target_name} of cluster ${cluster_name} (${cluster_id}, account ${account_id})",
			"${user_name} 对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 ${target_resource} ${target_namespace}/${target_name} 执行了 ${operation}"},
		search:   "(verb: delete or verb: deletecollection)" + notRefused + narrowedBy,
		analysis: audited("", "", byUser, byVerb, byResource, byNamespace, byName),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "resource_modified", Origin: fromDocuments, Source: "audit", Severity: "low", MinimumCount: 1,
		Title:       bilingual{"Something was changed", "修改资源"},
		Why:         bilingual{"Somebody, and no component of Kubernetes, changed an object. Where all changes come from a pipeline, anybody else is news.", "有人（而非 Kubernetes 组件）修改了对象。若所有变更都应来自流水线，其他人的修改即值得关注。"},
		Remediation: bilingual{"Put the pipeline's user into filters.exclude_users, and let it undo what differs from the repository.", "将流水线用户加入 filters.exclude_users，并由流水线恢复与代码仓库不一致的内容。"},
		Message: bilingual{"${user_name} changed ${target_resource} ${target_namespace}/${target_name} of cluster ${cluster_name} (${cluster_id}, account ${account_id}) ${cnt} time(s)",
			"${user_name} 修改了集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 ${target_resource} ${target_namespace}/${target_name}，共 ${cnt} 次"},
		search:   "(verb: update or verb: patch) and not objectRef.resource: leases" + notRefused + narrowedBy,
		analysis: audited("", "", byUser, byResource, byNamespace, byName),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "drain_eviction", Origin: fromDocuments, Source: "audit", Severity: "medium", MinimumCount: 1, SystemUsers: true,
		Title:       bilingual{"Pods were evicted", "驱逐 Pod"},
		Why:         bilingual{"Pods were evicted, as draining a node does. At the wrong time it takes an application down.", "Pod 被驱逐（例如排空节点）。在错误的时间会导致应用中断。"},
		Remediation: bilingual{"Ask the user, or look at the autoscaler; protect applications by a PodDisruptionBudget.", "向该用户确认或检查弹性伸缩；通过 PodDisruptionBudget 保护应用。"},
		Message: bilingual{"${user_name} evicted ${cnt} pod(s) of namespace ${target_namespace} of cluster ${cluster_name} (${cluster_id}, account ${account_id})",
			"${user_name} 驱逐了集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）命名空间 ${target_namespace} 的 ${cnt} 个 Pod"},
		search:   "objectRef.resource: pods and objectRef.subresource: eviction and verb: create" + notRefused + narrowedBy,
		analysis: audited("", "", byUser, byNamespace),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "forbidden", Origin: composedHere, Source: "audit", Severity: "medium", MinimumCount: 10, SystemUsers: true,
		Title:       bilingual{"Requests were refused", "请求被拒绝"},
		Why:         bilingual{"A user was refused again and again, as unknown (401) or for lack of rights (403): somebody tries what they may not, or an application lost its rights.", "某用户反复被拒绝（401 未认证或 403 无权限）：可能有人在越权尝试，或应用丢失了权限。"},
		Remediation: bilingual{"If an application lost its rights, give them back; otherwise find out who uses the identity, and revoke it.", "如为应用丢失权限，请恢复授权；否则查明该身份的使用者并吊销。"},
		Message: bilingual{"${cnt} request(s) of ${user_name} to cluster ${cluster_name} (${cluster_id}, account ${account_id}) were refused, e.g. from ${source_ip}",
			"${user_name} 对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 ${cnt} 次请求被拒绝，来源例如 ${source_ip}"},
		search:   "(responseStatus.code = 401 or responseStatus.code = 403)" + narrowedBy,
		analysis: audited("", "", byUser),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "anonymous", Origin: composedHere, Source: "audit", Severity: "critical", MinimumCount: 1, SystemUsers: true,
		Title:       bilingual{"Anonymous request was answered", "匿名请求获得响应"},
		Why:         bilingual{"The API server answered a request without credentials, for something else than its health or version.", "API Server 响应了未携带凭证的请求，且并非健康检查或版本查询。"},
		Remediation: bilingual{"Find the binding to system:anonymous or system:unauthenticated that allows it, and delete it.", "找到授权给 system:anonymous 或 system:unauthenticated 的绑定并删除。"},
		Message: bilingual{"Anonymous request from ${source_ip} was answered: ${operation} of ${target_resource} of cluster ${cluster_name} (${cluster_id}, account ${account_id}), ${cnt} time(s)",
			"来自 ${source_ip} 的匿名请求获得响应：对集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的 ${target_resource} 执行 ${operation}，共 ${cnt} 次"},
		search: `user.username: "system:anonymous"` + notRefused + narrowedBy,
		// The words of a name may come in any order, so the name is compared too. Load balancers ask for the health anonymously.
		analysis: audited(" and "+userColumn+` = 'system:anonymous' and not regexp_like(coalesce(requestURI, ''), '^/(healthz|livez|readyz|version)([/?]|$)')`, "", byUser, byVerb, byResource),
		Labels:   []string{"account_id", "cluster_id", "source_ip"},
	},
	{
		ID: "token_request", Origin: composedHere, Source: "audit", Severity: "high", MinimumCount: 1,
		Title:       bilingual{"Token of a service account was made", "签发服务账号令牌"},
		Why:         bilingual{"Somebody asked for a token of a service account: it is a credential that works outside the cluster and belongs to no person.", "有人签发了服务账号的令牌：该凭证可在集群外使用且不属于任何个人。"},
		Remediation: bilingual{"Ask the user; delete the service account to revoke the token, and give serviceaccounts/token to no role of people.", "向该用户确认；删除服务账号可吊销令牌，不要将 serviceaccounts/token 授予人员角色。"},
		Message: bilingual{"${user_name} made a token of service account ${target_namespace}/${target_name} of cluster ${cluster_name} (${cluster_id}, account ${account_id}) from ${source_ip}",
			"${user_name} 从 ${source_ip} 签发了集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）服务账号 ${target_namespace}/${target_name} 的令牌"},
		search:   "objectRef.resource: serviceaccounts and objectRef.subresource: token and verb: create" + notRefused + narrowedBy,
		analysis: audited("", "", byUser, byNamespace, byName),
		Labels:   []string{"account_id", "cluster_id", "user_name"},
	},
	{
		ID: "high_risk_finding", Origin: inferredFields, Source: "inspection", Severity: "high", MinimumCount: 1,
		Title:       bilingual{"Workload inspection found a high risk", "配置巡检发现高危项"},
		Why:         bilingual{"A workload breaks a check of severity danger: it runs as root, shares the host's namespaces or the like.", "工作负载未通过严重级别为 danger 的检查：例如以 root 运行或共享主机命名空间。"},
		Remediation: bilingual{"Fix the workload as the inspection report says, or whitelist the check for it.", "按巡检报告修复工作负载，或为其配置检查项白名单。"},
		Message: bilingual{"${cnt} workload(s) of cluster ${cluster_name} (${cluster_id}, account ${account_id}) fail check ${failed_check}, e.g. ${example}",
			"集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）有 ${cnt} 个工作负载未通过检查 ${failed_check}，例如 ${example}"},
		// What a passed check says is not documented, so any result that is not known to be one counts.
		search: "(severity: danger or severity: high) and not (result: pass or result: passed or result: success or result: true)" + holeAccounts + holeClusters,
		analysis: "select account_id, cluster_id, max(cluster_name) as cluster_name, check_item as failed_check, max(concat(coalesce(namespace, ''), '/', coalesce(name, ''))) as example, " +
			"count(distinct " + workload + ") as cnt from log where check_item is not null group by account_id, cluster_id, check_item having count(distinct " + workload + ") >= " + holeCount + " order by cnt desc limit 1000",
		Labels: []string{"account_id", "cluster_id"},
	},
	{
		ID: "high_risk_event", Origin: fromDocuments, Source: "event", Severity: "high", MinimumCount: 1,
		Title:       bilingual{"Workload inspection reported high risks", "配置巡检上报高危事件"},
		Why:         bilingual{"The inspection of a cluster's workloads ended with high risks, as its Kubernetes event says. It tells how many, not which.", "集群配置巡检结束并发现高危项（Kubernetes 事件）。事件只包含数量，不包含明细。"},
		Remediation: bilingual{"Look at the inspection report of the cluster, and fix the workloads.", "查看集群的巡检报告并修复工作负载。"},
		Message:     bilingual{"The workload inspection of cluster ${cluster_name} (${cluster_id}, account ${account_id}) found high risks", "集群 ${cluster_name}（${cluster_id}，账号 ${account_id}）的配置巡检发现高危项"},
		search:      "SecurityInspectorConfigAuditHighRiskFound" + holeAccounts + holeClusters,
		analysis:    "select account_id, cluster_id, max(cluster_name) as cluster_name, count(1) as cnt from log group by account_id, cluster_id having count(1) >= " + holeCount + " order by cnt desc limit 1000",
		Labels:      []string{"account_id", "cluster_id"},
	},
}

// workload is which workload a row of the inspection is about.
const workload = `concat(coalesce(kind, ''), '/', coalesce(namespace, ''), '/', coalesce(name, ''))`
