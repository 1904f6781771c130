package logshipping

import (
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

// The reports: those that ACK makes of each cluster's audit logs, over all that are shipped to an archive.
const (
	reportOverview   = "overview"
	reportOperations = "operations_overview"
	reportDetails    = "operation_details"
)

// auditReport is a dashboard's content.
type auditReport struct {
	ID          string
	Title       bilingual
	Description bilingual
	Charts      []reportChart
}

// reportChart is one chart of a report. Its query is a template as a condition's is.
type reportChart struct {
	ID   string // part of the chart's title, by which Log Service knows it
	Name bilingual
	Type string
	// X and Y are columns of the result: what stands below, and what is counted.
	X, Y             []string
	query            string
	x, y, wide, high float64
}

// chartPrefix begins the titles of our charts, which are names and not shown; those of others are left alone.
const chartPrefix = "ackguard-"

func (r *auditReport) title(c reportChart) string {
	return chartPrefix + strings.ReplaceAll(r.ID, "_", "-") + "-" + c.ID
}

// charts are the report's charts on a Logstore.
func (r *auditReport) charts(store, span, language string, f auditFilters) []sls.Chart {
	list := make([]sls.Chart, 0, len(r.Charts))
	for _, c := range r.Charts {
		list = append(list, sls.Chart{
			Title: r.title(c), Type: c.Type,
			Search: sls.ChartSearch{LogStore: store, Query: f.fill(c.query, nil), Start: "-" + span, End: "now"},
			Display: sls.ChartDisplay{
				XAxis: c.X, YAxis: c.Y, XPos: c.x, YPos: c.y, Width: c.wide, Height: c.high, DisplayName: c.Name.in(language),
			},
		})
	}
	return list
}

// reportOf finds a report.
func reportOf(id string) (*auditReport, bool) {
	for i := range auditReports {
		if auditReports[i].ID == id {
			return &auditReports[i], true
		}
	}
	return nil, false
}

func reportIDs() (ids []string) {
	for _, r := range auditReports {
		ids = append(ids, r.ID)
	}
	return ids
}

// searched is the most conditions that a query of the report has in its search part without filters.
func (r *auditReport) searched() (most int) {
	for _, c := range r.Charts {
		search, _, _ := strings.Cut(c.query, " | ")
		most = max(most, searchConditions(search))
	}
	return most
}

const (
	hourBucket = "__time__ - __time__ % 3600"
	// shownHour and shownTime are in the service's time zone.
	shownHour     = `date_format(from_unixtime(` + hourBucket + `), '%m-%d %H:00') as hour`
	shownTime     = `date_format(from_unixtime(max(__time__)), '%Y-%m-%d %H:%i:%S') as time_of_request`
	countCreates  = `count(distinct case when verb = 'create' then auditID end) as creates`
	countUpdates  = `count(distinct case when verb in ('update', 'patch') then auditID end) as updates`
	countDeletes  = `count(distinct case when verb in ('delete', 'deletecollection') then auditID end) as deletes`
	countAccesses = `count(distinct case when verb in ('get', 'list', 'watch') then auditID end) as accesses`
	countRefused  = `count(distinct case when "responseStatus.code" in (401, 403) then auditID end) as refused`
	ofCluster     = `account_id, cluster_id, max(cluster_name) as cluster_name`
	// auditRows is what every query of a report goes through.
	auditRows     = ` from log where auditID is not null` + holeUsers + holeNotUsers
	personRows    = auditRows + holeSystem
	narrowedTo    = narrowedBy + holeResources
	bySingle      = ` group by account_id, cluster_id, auditID order by max(__time__) desc limit 1000`
	requestFields = `max(` + userColumn + `) as user_name, max(verb) as operation, max("objectRef.resource") as target_resource, max("objectRef.namespace") as target_namespace, ` +
		`max(coalesce("objectRef.name", '*')) as target_name, max("responseStatus.code") as code, max(` + firstIP + `) as source_ip`
)

// requestColumns are the columns of a table of single requests.
var requestColumns = []string{
	"time_of_request", "user_name", "operation", "target_resource", "target_namespace", "target_name", "code", "source_ip", "account_id", "cluster_id", "cluster_name", "audit_id",
}

// requestTable is a table of single requests.
func requestTable(search string) string {
	return search + narrowedTo + " | select " + shownTime + ", " + requestFields + ", account_id, cluster_id, max(cluster_name) as cluster_name, auditID as audit_id" + personRows + bySingle
}

// figure is a chart of one figure.
func figure(id string, name bilingual, query string, x float64) reportChart {
	return reportChart{ID: id, Name: name, Type: "number", Y: []string{"cnt"}, query: query, x: x, wide: 5, high: 4}
}

// operationsOn are operations by kind of resource, and over time.
func operationsOn(id string, name, trend bilingual, y float64, resources ...string) []reportChart {
	search := "(objectRef.resource: " + strings.Join(resources, " or objectRef.resource: ") + ")" + notRefused + narrowedTo
	counts := countCreates + ", " + countUpdates + ", " + countDeletes + ", " + countAccesses
	return []reportChart{
		{
			ID: id, Name: name, Type: "table", X: []string{"target_resource"}, Y: []string{"creates", "updates", "deletes", "accesses"}, x: 0, y: y, wide: 10, high: 8,
			query: search + ` | select "objectRef.resource" as target_resource, ` + counts + personRows + ` group by "objectRef.resource" order by target_resource limit 1000`,
		},
		{
			ID: id + "-over-time", Name: trend, Type: "line", X: []string{"hour"}, Y: []string{"creates", "updates", "deletes", "accesses"}, x: 10, y: y, wide: 10, high: 8,
			query: search + " | select " + shownHour + ", " + counts + personRows + " group by " + hourBucket + " order by " + hourBucket + " limit 1000",
		},
	}
}

func allOf(lists ...[]reportChart) (all []reportChart) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// auditReports are the three reports.
var auditReports = []auditReport{
	{
		ID: reportOverview, Title: bilingual{"Audit overview", "审计中心概览"},
		Description: bilingual{"Who did what in all clusters, and what deserves a look.", "所有集群的操作总览及需要关注的事件。"},
		Charts: []reportChart{
			figure("requests", bilingual{"Requests", "请求数"}, "*"+narrowedTo+" | select "+countRequests+" as cnt"+personRows, 0),
			figure("users", bilingual{"Users", "用户数"}, "*"+narrowedTo+" | select count(distinct "+userColumn+") as cnt"+personRows, 5),
			figure("clusters", bilingual{"Clusters", "集群数"}, "*"+narrowedTo+" | select count(distinct cluster_id) as cnt"+personRows, 10),
			// Components count here: a stolen token of theirs is as good as one of a person.
			figure("public-requests", bilingual{"Requests from the Internet", "公网请求数"}, "*"+narrowedTo+" | select "+countRequests+" as cnt"+auditRows+" and "+fromPublic, 15),
			{
				ID: "operations-by-user", Name: bilingual{"Operations by user", "按用户统计操作"}, Type: "table", x: 0, y: 4, wide: 20, high: 8,
				X: []string{"user_name", "ram_user_id"}, Y: []string{"creates", "updates", "deletes", "accesses", "refused", "clusters"},
				query: "*" + narrowedTo + " | select " + userColumn + " as user_name, " + userRAMID + " as ram_user_id, " + countCreates + ", " + countUpdates + ", " + countDeletes + ", " + countAccesses + ", " + countRefused +
					", count(distinct cluster_id) as clusters" + personRows + " group by " + userColumn + " order by " + countRequests + " desc, user_name limit 1000",
			},
			{
				ID: "operations-over-time", Name: bilingual{"Operations over time", "操作趋势"}, Type: "line", x: 0, y: 12, wide: 20, high: 8,
				X: []string{"hour"}, Y: []string{"creates", "updates", "deletes", "accesses", "refused"},
				query: "*" + narrowedTo + " | select " + shownHour + ", " + countCreates + ", " + countUpdates + ", " + countDeletes + ", " + countAccesses + ", " + countRefused + personRows + " group by " + hourBucket + " order by " + hourBucket + " limit 1000",
			},
			{
				ID: "public-access", Name: bilingual{"Use from the Internet", "公网访问"}, Type: "table", x: 0, y: 20, wide: 10, high: 8,
				X: []string{"source_ip", "account_id", "cluster_id", "cluster_name"}, Y: []string{"cnt", "failed"},
				query: "*" + narrowedTo + " | select " + publicIP + " as source_ip, " + ofCluster + ", " + countRequests + " as cnt, " + countFailures + " as failed" + auditRows + " and " + fromPublic +
					" group by " + publicIP + ", account_id, cluster_id order by cnt desc limit 1000",
			},
			{
				ID: "refused", Name: bilingual{"Refused requests by user", "被拒绝的请求"}, Type: "table", x: 10, y: 20, wide: 10, high: 8,
				X: []string{"user_name", "account_id", "cluster_id", "cluster_name"}, Y: []string{"cnt"},
				query: "(responseStatus.code = 401 or responseStatus.code = 403)" + narrowedTo + " | select " + userColumn + " as user_name, " + ofCluster + ", " + countRequests + " as cnt" + auditRows +
					" group by " + userColumn + ", account_id, cluster_id order by cnt desc limit 1000",
			},
			{
				ID: "commands", Name: bilingual{"Commands in containers", "容器命令执行"}, Type: "table", X: requestColumns, x: 0, y: 28, wide: 20, high: 8,
				query: execSearch + narrowedTo + " | select " + shownTime + ", " + requestFields + ", account_id, cluster_id, max(cluster_name) as cluster_name, auditID as audit_id" + auditRows + bySingle,
			},
			{
				ID: "deletions", Name: bilingual{"Deletions", "删除操作"}, Type: "table", X: requestColumns, x: 0, y: 36, wide: 20, high: 8,
				query: requestTable("(verb: delete or verb: deletecollection)" + notRefused),
			},
			{
				ID: "secrets", Name: bilingual{"Secrets that were read", "访问保密字典"}, Type: "table", X: requestColumns, x: 0, y: 44, wide: 20, high: 8,
				query: requestTable("objectRef.resource: secrets and (verb: get or verb: list or verb: watch)" + notRefused),
			},
		},
	},
	{
		ID: reportOperations, Title: bilingual{"Operations overview", "资源操作概览"},
		Description: bilingual{"Created, changed, deleted and read: workloads, network and storage, by kind and over time.", "计算、网络、存储资源的创建、更新、删除与访问统计。"},
		Charts: allOf(
			operationsOn("workloads", bilingual{"Workloads", "计算资源"}, bilingual{"Workloads over time", "计算资源操作趋势"}, 0, "deployments", "statefulsets", "cronjobs", "daemonsets", "jobs", "pods"),
			operationsOn("network", bilingual{"Network", "网络资源"}, bilingual{"Network over time", "网络资源操作趋势"}, 8, "services", "ingresses"),
			operationsOn("storage", bilingual{"Configuration and storage", "存储资源"}, bilingual{"Configuration and storage over time", "存储资源操作趋势"}, 16, "configmaps", "secrets", "persistentvolumeclaims"),
		),
	},
	{
		ID: reportDetails, Title: bilingual{"Operation details", "资源详细操作列表"},
		Description: bilingual{"Every operation on some kinds of resources, or on all.", "某些（或全部）资源类型的详细操作列表。"},
		Charts: []reportChart{
			figure("users", bilingual{"Users", "用户数"}, "*"+narrowedTo+" | select count(distinct "+userColumn+") as cnt"+personRows, 0),
			figure("namespaces", bilingual{"Namespaces", "命名空间数"}, "*"+narrowedTo+` | select count(distinct "objectRef.namespace") as cnt`+personRows, 5),
			figure("verbs", bilingual{"Kinds of operations", "操作类型数"}, "*"+narrowedTo+" | select count(distinct verb) as cnt"+personRows, 10),
			figure("success-percent", bilingual{"Succeeded, percent", "成功率（%）"},
				"*"+narrowedTo+" | select 100 * ("+countRequests+" - "+countFailures+") / "+countRequests+" as cnt"+personRows+" having "+countRequests+" > 0", 15),
			{
				ID: "namespaces-by-operation", Name: bilingual{"Operations by namespace", "按命名空间统计操作"}, Type: "table", x: 0, y: 4, wide: 10, high: 8,
				X: []string{"target_namespace"}, Y: []string{"creates", "updates", "deletes", "accesses"},
				query: "*" + narrowedTo + ` | select coalesce("objectRef.namespace", '-') as target_namespace, ` + countCreates + ", " + countUpdates + ", " + countDeletes + ", " + countAccesses + personRows +
					` group by "objectRef.namespace" order by target_namespace limit 1000`,
			},
			{
				ID: "operations-over-time", Name: bilingual{"Operations over time", "操作趋势"}, Type: "line", x: 10, y: 4, wide: 10, high: 8,
				X: []string{"hour"}, Y: []string{"creates", "updates", "deletes", "accesses"},
				query: "*" + narrowedTo + " | select " + shownHour + ", " + countCreates + ", " + countUpdates + ", " + countDeletes + ", " + countAccesses + personRows + " group by " + hourBucket + " order by " + hourBucket + " limit 1000",
			},
			{
				ID: "operations", Name: bilingual{"Operations", "操作列表"}, Type: "table", X: requestColumns, x: 0, y: 12, wide: 20, high: 16, query: requestTable("*"),
			},
		},
	},
}
