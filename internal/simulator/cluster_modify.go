package simulator

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// modifyClusterRequest is the documented body. Fields tagged simulated:"no" are known but have no effect to offer, so
// that sending them is an error of its own.
type modifyClusterRequest struct {
	AccessControlList          []string           `json:"access_control_list" simulated:"no"`
	APIServerCustomCertSANs    map[string]any     `json:"api_server_custom_cert_sans" simulated:"no"`
	APIServerEIP               *bool              `json:"api_server_eip"`
	APIServerEIPID             *string            `json:"api_server_eip_id"`
	ClusterName                *string            `json:"cluster_name"`
	ControlPlaneConfig         map[string]any     `json:"control_plane_config" simulated:"no"`
	ControlPlaneEndpoints      map[string]any     `json:"control_plane_endpoints_config" simulated:"no"`
	DeletionProtection         *bool              `json:"deletion_protection"`
	EnableRRSA                 *bool              `json:"enable_rrsa"`
	IngressDomainRebinding     *bool              `json:"ingress_domain_rebinding" simulated:"no"`
	IngressLoadbalancerID      *string            `json:"ingress_loadbalancer_id" simulated:"no"`
	InstanceDeletionProtection *bool              `json:"instance_deletion_protection"`
	MaintenanceWindow          *MaintenanceWindow `json:"maintenance_window"`
	OperationPolicy            *OperationPolicy   `json:"operation_policy"`
	ResourceGroupID            *string            `json:"resource_group_id"`
	SecurityGroupID            *string            `json:"security_group_id"`
	SystemEventsLogging        map[string]any     `json:"system_events_logging" simulated:"no"`
	Timezone                   *string            `json:"timezone"`
	VSwitchIDs                 []string           `json:"vswitch_ids"`
}

// task is asynchronous work; it ends at its due time.
type task struct {
	id, kind, accountID, region, clusterID string
	created, due                           time.Time
	failure                                *TaskFailure
}

func modifyCluster(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	request := bodyOf[modifyClusterRequest](cl)
	value := reflect.ValueOf(request).Elem()
	for f, field := range value.Fields() {
		if f.Tag.Get("simulated") == "no" && !field.IsNil() {
			return nil, notSimulated("the parameter %s of ModifyCluster is not simulated", f.Tag.Get("json"))
		}
	}
	change, err := request.change(cl)
	if err != nil {
		return nil, err
	}
	return cl.startTask("cluster_modify", state, func(c *Cluster, at time.Time) {
		change(c)
		if c.Updated != nil {
			c.Updated = new(at.UTC().Format(time.RFC3339))
		}
	})
}

// startTask has a change of a running cluster take effect when its task ends, unless the scenario lets tasks fail.
// Until then the cluster is updating.
func (cl *call) startTask(kind string, state *clusterState, change func(*Cluster, time.Time)) (any, *apiError) {
	if state.now.State != "running" {
		return nil, backendError(http.StatusBadRequest, "ErrorClusterState", "cannot operate cluster where state is %s", state.now.State)
	}
	due, failure := cl.time.Add(cl.behaviour.taskDuration()), state.now.TaskFailure
	if due.After(cl.time) {
		cl.mutate(state, cl.time, func(c *Cluster) { c.State = "updating" })
	}
	t := cl.newTask(kind, state, due)
	t.failure = failure
	cl.pending = append(cl.pending, pendingChange{due: due, clusterID: state.clusterID, change: func(c *Cluster) {
		c.State = "running"
		if failure == nil {
			change(c, due)
		}
	}})
	cl.settle(cl.time)
	return map[string]any{"cluster_id": state.clusterID, "request_id": "", "task_id": t.id}, nil
}

// change turns a request into the change of a cluster; fields that were not sent stay as they are.
func (r *modifyClusterRequest) change(cl *call) (func(*Cluster), *apiError) {
	var endpoint *string
	if r.APIServerEIP == nil && r.APIServerEIPID != nil {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter", "api_server_eip_id takes effect only with api_server_eip")
	}
	if r.APIServerEIP != nil {
		endpoint = new("")
		if *r.APIServerEIP {
			id := value(r.APIServerEIPID)
			addresses := cl.accounts[cl.caller.accountID].account.ElasticIPs
			at := slices.IndexFunc(addresses, func(e ElasticIP) bool { return e.AllocationID == id })
			if at < 0 {
				return nil, backendError(http.StatusBadRequest, "InvalidParameter.api_server_eip_id", "the EIP %q does not exist", id)
			}
			endpoint = new("https://" + addresses[at].IPAddress + ":6443")
		}
	}
	if r.ClusterName != nil && strings.TrimSpace(*r.ClusterName) == "" {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.cluster_name", "cluster_name must not be empty")
	}
	return func(c *Cluster) {
		if endpoint != nil {
			if c.MasterURL == nil {
				c.MasterURL = &MasterURL{}
			}
			c.MasterURL.APIServerEndpoint = endpoint
		}
		if r.ClusterName != nil {
			c.Name = *r.ClusterName
		}
		setIfSent(&c.DeletionProtection, r.DeletionProtection)
		setIfSent(&c.InstanceDeletionProtection, r.InstanceDeletionProtection)
		setIfSent(&c.MaintenanceWindow, r.MaintenanceWindow)
		setIfSent(&c.OperationPolicy, r.OperationPolicy)
		setIfSent(&c.ResourceGroupID, r.ResourceGroupID)
		setIfSent(&c.SecurityGroupID, r.SecurityGroupID)
		setIfSent(&c.Timezone, r.Timezone)
		if r.VSwitchIDs != nil {
			c.VSwitchIDs = r.VSwitchIDs
		}
		if r.EnableRRSA != nil {
			c.setRRSA(*r.EnableRRSA)
		}
	}, nil
}

func setIfSent[T any](field **T, sent *T) {
	if sent != nil {
		*field = sent
	}
}

// setRRSA changes both places where an answer shows it.
func (c *Cluster) setRRSA(enabled bool) {
	if c.RRSAConfig == nil {
		c.RRSAConfig = &RRSAConfig{}
	}
	c.RRSAConfig.Enabled = &enabled
	if c.MetaData == nil {
		return
	}
	config, ok := c.MetaData["RRSAConfig"].(map[string]any)
	if !ok {
		config = map[string]any{}
	}
	config["enabled"] = enabled
	c.MetaData["RRSAConfig"] = config
}

func (cl *call) newTask(kind string, state *clusterState, due time.Time) *task {
	t := &task{
		id: "T-" + cl.randomID("0123456789abcdef", 24), kind: kind, accountID: state.accountID, region: state.regionID,
		clusterID: state.clusterID, created: cl.time, due: due,
	}
	cl.tasks[t.id] = t
	return t
}

// describeTaskInfo answers only in the account and region of the task.
func describeTaskInfo(cl *call) (any, *apiError) {
	t := cl.tasks[cl.path["task_id"]]
	if t == nil || t.accountID != cl.caller.accountID || cl.region != "" && cl.region != t.region {
		return nil, backendError(http.StatusNotFound, "ErrorTaskNotFound", "task %s not found", cl.path["task_id"])
	}
	state, updated := "running", cl.time
	if !cl.time.Before(t.due) {
		state, updated = "success", t.due
	}
	answer := map[string]any{}
	if state == "success" && t.failure != nil {
		state, answer["error"] = "failed", t.failure
	}
	maps.Copy(answer, map[string]any{
		"task_id": t.id, "task_type": t.kind, "cluster_id": t.clusterID, "state": state,
		"created": t.created.UTC().Format(time.RFC3339), "updated": updated.UTC().Format(time.RFC3339),
		"target": map[string]any{"id": t.clusterID, "type": "cluster"},
	})
	return answer, nil
}
