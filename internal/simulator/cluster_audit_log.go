package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const controlPlaneLogPath = "/clusters/{ClusterId}/controlplanelog"

// auditLogOperations is the part of Container Service about the logs of a cluster's control plane.
var auditLogOperations = []operation{
	{
		product: ProductCS, action: "GetClusterAuditProject", method: http.MethodGet, pattern: "/clusters/{ClusterId}/audit", ramProduct: "cs",
		resource: oneCluster, run: getClusterAuditProject,
	},
	{
		product: ProductCS, action: "UpdateClusterAuditLogConfig", method: http.MethodPut, pattern: "/clusters/{ClusterId}/audit_log", ramProduct: "cs",
		body: func(Behaviour) any { return &updateAuditLogRequest{} }, resource: oneCluster, run: updateClusterAuditLogConfig,
	},
	{
		product: ProductCS, action: "CheckControlPlaneLogEnable", method: http.MethodGet, pattern: controlPlaneLogPath, ramProduct: "cs",
		resource: oneCluster, run: checkControlPlaneLogEnable,
	},
	{
		product: ProductCS, action: "UpdateControlPlaneLog", method: http.MethodPut, pattern: controlPlaneLogPath, ramProduct: "cs",
		alsoNeeds: "cs:EnableCoreControlPlaneComponentsLog",
		body:      func(Behaviour) any { return &updateControlPlaneLogRequest{} }, resource: oneCluster, run: updateControlPlaneLog,
	},
}

const managedCluster, registeredCluster = "ManagedKubernetes", "ExternalKubernetes"

// updateAuditLogRequest is the documented body.
type updateAuditLogRequest struct {
	Disable        bool   `json:"disable"`
	SLSProjectName string `json:"sls_project_name"`
}

// updateControlPlaneLogRequest is the documented body; aliuid is the caller's own account and has no effect.
type updateControlPlaneLogRequest struct {
	AliUID     *string  `json:"aliuid"`
	Components []string `json:"components"`
	LogProject *string  `json:"log_project"`
	LogTTL     *string  `json:"log_ttl"`
}

// Defaults of both calls, as documented.
const defaultLogTTL = "30"

func (c *Cluster) defaultLogProject() string { return "k8s-log-" + c.ClusterID }

// auditProject is the project of the audit log, empty while auditing is off.
func (c *Cluster) auditProject() string {
	switch {
	case c.AuditLog == nil:
		return ""
	case c.AuditLog.SLSProjectName == "":
		return c.defaultLogProject()
	}
	return c.AuditLog.SLSProjectName
}

const auditProjectKey, controlPlaneLogKey = "AuditProjectName", "ControlPlaneLogConfig"

// takeAuditProject moves what a scenario says in meta_data to the one place where it is kept.
func (c *Cluster) takeAuditProject() {
	if name, _ := c.MetaData[auditProjectKey].(string); name != "" && c.AuditLog == nil {
		c.AuditLog = &AuditLog{SLSProjectName: name}
	}
	delete(c.MetaData, auditProjectKey)
}

// checkLogs finds logs that contradict one another.
func (k *checker) checkLogs(path string, c *Cluster) {
	if name, there := c.MetaData[auditProjectKey]; there && c.AuditLog != nil && name != c.auditProject() {
		k.add(path+".meta_data."+auditProjectKey, "it is %q and audit_log says %q: leave it out, answers get it from audit_log", name, c.auditProject())
	}
	if _, there := c.MetaData[controlPlaneLogKey]; there {
		k.add(path+".meta_data."+controlPlaneLogKey, "leave it out and give control_plane_log, from which answers get it")
	}
	for name, rows := range map[string][]ClusterLogRow{"audit_events": c.AuditEvents, "kubernetes_events": c.KubernetesEvents, "inspection_findings": c.InspectionFindings} {
		for i := range rows {
			k.duration(fmt.Sprintf("%s.%s[%d].age", path, name, i), rows[i].Age)
		}
	}
	if log := c.ControlPlaneLog; log != nil {
		if c.ClusterType != managedCluster {
			k.add(path+".control_plane_log", "only managed clusters have control-plane logs, and this one is %s", c.ClusterType)
		}
		if !validLogTTL(log.LogTTL) {
			k.add(path+".control_plane_log.log_ttl", "log_ttl is %q, want days from 1 to 3000 in quotes", log.LogTTL)
		}
	}
}

// metaData is meta_data as answers show it.
func (c *Cluster) metaData() map[string]any {
	shown := make(map[string]any, len(c.MetaData)+2)
	for key, item := range c.MetaData {
		shown[key] = item
	}
	shown[auditProjectKey] = c.auditProject()
	if c.ControlPlaneLog != nil {
		shown[controlPlaneLogKey] = map[string]any{"log_ttl": c.ControlPlaneLog.LogTTL, "components": c.ControlPlaneLog.Components}
	}
	return shown
}

func validLogTTL(text string) bool {
	days, err := strconv.Atoi(text)
	return err == nil && days >= 1 && days <= 3000 && text == strconv.Itoa(days)
}

func getClusterAuditProject(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	return map[string]any{"audit_enabled": shown.AuditLog != nil, "sls_project_name": shown.auditProject()}, nil
}

func updateClusterAuditLogConfig(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	request, now := bodyOf[updateAuditLogRequest](cl), state.now.Cluster
	project := request.SLSProjectName
	if project == "" {
		// An update of the configuration that names no project leaves it.
		if project = now.auditProject(); project == "" {
			project = now.defaultLogProject()
		}
	}
	switch {
	case request.Disable && now.AuditLog != nil && now.ClusterType == registeredCluster:
		return nil, backendError(http.StatusBadRequest, "ErrorNotSupport", "auditing of the registered cluster %s cannot be disabled", state.clusterID)
	case !request.Disable && now.AuditLog != nil && project != now.auditProject() && now.ClusterType != managedCluster:
		return nil, backendError(http.StatusBadRequest, "ErrorNotSupport", "only managed clusters can change the project of the audit log")
	}
	if err := cl.canLog(state.accountID, state.regionID, project); err != nil {
		return nil, notSimulated("%v: what the cloud says then is not known", err)
	}
	return cl.startTask("cluster_audit_log", state, func(c *Cluster, at time.Time) { cl.auditLogSwitched(state, c, !request.Disable, project, at) })
}

// auditLogSwitched is what happens when auditing has been switched on, to a project, or off; the lock is held. The
// change of the cluster itself is stored by the caller.
func (c *Cloud) auditLogSwitched(state *clusterState, cluster *Cluster, on bool, project string, at time.Time) {
	cluster.AuditLog = nil
	if on {
		cluster.AuditLog = &AuditLog{SLSProjectName: project}
	}
	c.logPlacesAt(state, cluster, at)
}

// logPlacesAt makes the Logstores of settings that take effect at a time.
func (c *Cloud) logPlacesAt(state *clusterState, cluster *Cluster, at time.Time) {
	// A project that another account has taken since the call gets nothing.
	_ = c.clusterLogPlaces(state, cluster, c.logTime(at))
}

// managed refuses what only managed clusters have.
func (cl *call) managed(c *Cluster) *apiError {
	if c.ClusterType == managedCluster {
		return nil
	}
	return backendError(http.StatusBadRequest, "ErrorNotSupport", "cluster %s is of type %s, and only managed clusters have control-plane logs", c.ClusterID, c.ClusterType)
}

// checkControlPlaneLogEnable never lists the API server's audit log.
func checkControlPlaneLogEnable(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err == nil {
		err = cl.managed(shown.Cluster)
	}
	if err != nil {
		return nil, err
	}
	log := shown.ControlPlaneLog
	if log == nil {
		log = &ControlPlaneLog{LogTTL: defaultLogTTL}
	}
	return map[string]any{
		"aliuid": cl.caller.accountID, "components": append([]string{}, log.Components...), "log_project": log.LogProject, "log_ttl": log.LogTTL,
	}, nil
}

func updateControlPlaneLog(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err == nil {
		err = cl.managed(state.now.Cluster)
	}
	if err != nil {
		return nil, err
	}
	request, next := bodyOf[updateControlPlaneLogRequest](cl), ControlPlaneLog{LogProject: state.now.defaultLogProject(), LogTTL: defaultLogTTL}
	if is := state.now.ControlPlaneLog; is != nil {
		next = *is
	}
	switch {
	case request.AliUID != nil && *request.AliUID != "" && *request.AliUID != cl.caller.accountID:
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.aliuid", "aliuid is not the account of the cluster")
	case request.LogTTL != nil && *request.LogTTL != "" && !validLogTTL(*request.LogTTL):
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.log_ttl", "log_ttl %q is not from 1 to 3000", *request.LogTTL)
	}
	for _, component := range request.Components {
		if !slices.Contains(controlPlaneComponents, component) {
			return nil, backendError(http.StatusBadRequest, "InvalidParameter.components", "component %q is not supported, want %s", component, strings.Join(controlPlaneComponents, ", "))
		}
	}
	if request.Components != nil {
		next.Components = request.Components
	}
	if sent := value(request.LogProject); sent != "" {
		next.LogProject = sent
	}
	if sent := value(request.LogTTL); sent != "" {
		next.LogTTL = sent
	}
	if err := cl.canLog(state.accountID, state.regionID, next.LogProject); err != nil && len(next.Components) > 0 {
		return nil, notSimulated("%v: what the cloud says then is not known", err)
	}
	return cl.startTask("cluster_control_plane_log", state, func(c *Cluster, at time.Time) {
		c.ControlPlaneLog = nil
		if len(next.Components) > 0 {
			c.ControlPlaneLog = &next
		}
		cl.logPlacesAt(state, c, at)
	})
}

// controlPlaneComponents are those of the page of UpdateControlPlaneLog that a managed cluster can have.
var controlPlaneComponents = []string{
	"apiserver", "ccm", "scheduler", "kcm", "controlplane-events", "alb", "cluster-autoscaler", "ack-goatscaler", "kuberay-operator", "gatekepper", "cluster-operator",
}
