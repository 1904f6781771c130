package simulator

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// Cluster is an ACK cluster. The "on" tags say which answers carry a field: v1 = DescribeClustersV1, region =
// DescribeClustersForRegion, detail = DescribeClusterDetail (field trees of the vendor's SDK cs v7.6.0), list = the
// deprecated DescribeClusters (cs v4.5.8). Optional fields are pointers, slices or maps: nil stays off the wire.
type Cluster struct {
	ClusterID                   string                       `json:"cluster_id" on:"v1,region,detail,list" jsonschema:"required" jsonschema_description:"c and 32 letters or digits."`
	Name                        string                       `json:"name" on:"v1,region,detail,list" jsonschema:"required" jsonschema_description:"Name of the cluster."`
	ClusterType                 string                       `json:"cluster_type" on:"v1,region,detail,list" jsonschema:"required,enum=Kubernetes,enum=ManagedKubernetes,enum=ExternalKubernetes,enum=Ask" jsonschema_description:"Kubernetes (dedicated), ManagedKubernetes, ExternalKubernetes (registered) or the old Ask."`
	RegionID                    string                       `json:"region_id" on:"v1,region,detail,list" jsonschema:"required" jsonschema_description:"Region of the cluster."`
	State                       string                       `json:"state" on:"v1,region,detail,list" jsonschema:"required,enum=initial,enum=running,enum=updating,enum=migrating,enum=failed,enum=delete_failed,enum=deleting,enum=deleted,enum=upgrading,enum=scaling,enum=removing,enum=waiting,enum=disconnected,enum=inactive,enum=unavailable" jsonschema_description:"State of the cluster."`
	ClusterSpec                 *string                      `json:"cluster_spec,omitzero" on:"v1,region,detail" jsonschema:"enum=,enum=ack.standard,enum=ack.pro.small,enum=ack.pro.xlarge,enum=ack.pro.2xlarge,enum=ack.pro.4xlarge" jsonschema_description:"ack.standard or ack.pro.*; for managed clusters."`
	Profile                     *string                      `json:"profile,omitzero" on:"v1,region,detail,list" jsonschema:"enum=Default,enum=Edge,enum=Serverless,enum=Lingjun,enum=Acs,enum=ask.v2" jsonschema_description:"Sub-type of the cluster."`
	CurrentVersion              *string                      `json:"current_version,omitzero" on:"v1,region,detail,list" jsonschema_description:"Kubernetes version."`
	InitVersion                 *string                      `json:"init_version,omitzero" on:"v1,region,detail,list" jsonschema_description:"Version at creation."`
	NextVersion                 *string                      `json:"next_version,omitzero" on:"v1,region,detail" jsonschema_description:"Version to upgrade to, \"\" for none."`
	DeletionProtection          *bool                        `json:"deletion_protection,omitzero" on:"v1,region,detail,list" jsonschema_description:"Whether the cluster is protected from deletion."`
	Created                     *string                      `json:"created,omitzero" on:"v1,region,detail,list" jsonschema_description:"RFC 3339 time."`
	Updated                     *string                      `json:"updated,omitzero" on:"v1,region,detail,list" jsonschema_description:"RFC 3339 time."`
	Size                        *int64                       `json:"size,omitzero" on:"v1,region,detail,list" jsonschema_description:"Number of nodes."`
	VPCID                       *string                      `json:"vpc_id,omitzero" on:"v1,region,detail,list"`
	VSwitchIDs                  []string                     `json:"vswitch_ids,omitzero" on:"v1,region,detail"`
	VSwitchID                   *string                      `json:"vswitch_id,omitzero" on:"v1,detail,list"`
	SecurityGroupID             *string                      `json:"security_group_id,omitzero" on:"v1,region,detail,list"`
	ResourceGroupID             *string                      `json:"resource_group_id,omitzero" on:"v1,region,detail,list"`
	Tags                        []KeyValue                   `json:"tags,omitzero" on:"v1,region,detail,list"`
	Timezone                    *string                      `json:"timezone,omitzero" on:"v1,region,detail"`
	ContainerCIDR               *string                      `json:"container_cidr,omitzero" on:"v1,region,detail" jsonschema_description:"Pod network of Flannel clusters."`
	ServiceCIDR                 *string                      `json:"service_cidr,omitzero" on:"v1,region,detail"`
	ProxyMode                   *string                      `json:"proxy_mode,omitzero" on:"v1,region,detail"`
	IPStack                     *string                      `json:"ip_stack,omitzero" on:"v1,region,detail"`
	ClusterDomain               *string                      `json:"cluster_domain,omitzero" on:"v1,region,detail"`
	MasterURL                   *MasterURL                   `json:"master_url,omitzero" on:"v1,detail,list" jsonschema_description:"Endpoints, sent as a JSON string; \"\" for none yet."`
	MetaData                    map[string]any               `json:"meta_data,omitzero" on:"v1,detail,list" jsonschema_description:"Metadata, sent as a JSON string."`
	NetworkMode                 *string                      `json:"network_mode,omitzero" on:"v1,detail,list"`
	MaintenanceWindow           *MaintenanceWindow           `json:"maintenance_window,omitzero" on:"v1,detail"`
	OperationPolicy             *OperationPolicy             `json:"operation_policy,omitzero" on:"v1,detail"`
	DockerVersion               *string                      `json:"docker_version,omitzero" on:"v1,detail,list"`
	ExternalLoadbalancerID      *string                      `json:"external_loadbalancer_id,omitzero" on:"v1,detail,list"`
	PrivateZone                 *bool                        `json:"private_zone,omitzero" on:"v1,detail,list"`
	SubnetCIDR                  *string                      `json:"subnet_cidr,omitzero" on:"v1,detail,list"`
	WorkerRAMRoleName           *string                      `json:"worker_ram_role_name,omitzero" on:"v1,detail,list"`
	ZoneID                      *string                      `json:"zone_id,omitzero" on:"v1,detail,list"`
	Parameters                  map[string]string            `json:"parameters,omitzero" on:"detail" jsonschema_description:"Creation parameters; the global list answers null."`
	AutoMode                    *AutoMode                    `json:"auto_mode,omitzero" on:"detail"`
	ControlPlaneConfig          *ControlPlaneConfig          `json:"control_plane_config,omitzero" on:"detail"`
	ControlPlaneEndpointsConfig *ControlPlaneEndpointsConfig `json:"control_plane_endpoints_config,omitzero" on:"detail"`
	ExtraSANs                   []string                     `json:"extra_sans,omitzero" on:"detail"`
	NodeCIDRMask                *string                      `json:"node_cidr_mask,omitzero" on:"detail"`
	RRSAConfig                  *RRSAConfig                  `json:"rrsa_config,omitzero" on:"detail"`

	InstanceDeletionProtection *bool             `json:"instance_deletion_protection,omitzero" jsonschema_description:"Set by ModifyCluster; no simulated answer carries it."`
	NodePools                  []NodePool        `json:"nodepools,omitzero" jsonschema_description:"Answer of DescribeClusterNodePools."`
	Addons                     []Addon           `json:"addons,omitzero" jsonschema_description:"Installed add-ons."`
	ConfigVerdicts             []ConfigVerdict   `json:"config_verdicts,omitzero" jsonschema_description:"What Cloud Config finds by rules that the simulator has no condition for."`
	AuditLog                   *AuditLog         `json:"audit_log,omitzero" jsonschema_description:"The API server's audit log; left out, auditing is off."`
	ControlPlaneLog            *ControlPlaneLog  `json:"control_plane_log,omitzero" jsonschema_description:"Logs of the components of a managed cluster's control plane; left out, none is collected."`
	AuditEvents                []ClusterLogRow   `json:"audit_events,omitzero" jsonschema_description:"Events of audit.k8s.io/v1 that the API server has written to its audit log; for nothing while auditing is off."`
	KubernetesEvents           []ClusterLogRow   `json:"kubernetes_events,omitzero" jsonschema_description:"Events of Kubernetes that the collector has written to the Logstore k8s-event."`
	InspectionFindings         []ClusterLogRow   `json:"inspection_findings,omitzero" jsonschema_description:"What security-inspector has written: kind, name, namespace, check_type, check_item, result, severity, message."`
	Kubernetes                 *Kubernetes       `json:"kubernetes,omitzero" jsonschema_description:"The cluster's own API."`
	TaskFailure                *TaskFailure      `json:"task_failure,omitzero" jsonschema_description:"Why tasks on the cluster fail, without effect; left out, they succeed."`
	InspectConfig              *InspectConfig    `json:"inspect_config,omitzero" jsonschema_description:"Schedule of the cluster inspection."`
	InspectReports             []InspectReport   `json:"inspect_reports,omitzero" jsonschema_description:"History of inspections, in any order."`
	InspectResults             []CheckItemResult `json:"inspect_results,omitzero" jsonschema_description:"What the next inspection finds."`
}

// MasterURL is the content of master_url; without any field it is the empty string, as a cluster in state initial and
// a registered cluster have it.
type MasterURL struct {
	APIServerEndpoint         *string `json:"api_server_endpoint,omitzero" jsonschema_description:"Public endpoint, \"\" or absent for none."`
	IntranetAPIServerEndpoint *string `json:"intranet_api_server_endpoint,omitzero" jsonschema_description:"Endpoint inside the VPC."`
	DashboardEndpoint         *string `json:"dashboard_endpoint,omitzero"`
	MiranaEndpoint            *string `json:"mirana_endpoint,omitzero"`
	ReverseTunnelEndpoint     *string `json:"reverse_tunnel_endpoint,omitzero"`
}

// AcceptString takes only the empty string.
func (MasterURL) AcceptString(s string) error {
	if s != "" {
		return errors.New(`want a mapping with api_server_endpoint and the like, or ""`)
	}
	return nil
}

// UnmarshalJSON takes both forms.
func (m *MasterURL) UnmarshalJSON(data []byte) error {
	if string(data) == `""` {
		*m = MasterURL{}
		return nil
	}
	type plain MasterURL
	return json.Unmarshal(data, (*plain)(m))
}

// MarshalJSON writes the scenario's form.
func (m MasterURL) MarshalJSON() ([]byte, error) {
	if m == (MasterURL{}) {
		return []byte(`""`), nil
	}
	type plain MasterURL
	return json.Marshal(plain(m))
}

// MaintenanceWindow is when the cloud may maintain a cluster.
type MaintenanceWindow struct {
	Enable          *bool   `json:"enable,omitzero"`
	MaintenanceTime *string `json:"maintenance_time,omitzero"`
	Duration        *string `json:"duration,omitzero"`
	WeeklyPeriod    *string `json:"weekly_period,omitzero"`
	Recurrence      *string `json:"recurrence,omitzero"`
}

// OperationPolicy holds the upgrade policy.
type OperationPolicy struct {
	ClusterAutoUpgrade *ClusterAutoUpgrade `json:"cluster_auto_upgrade,omitzero"`
}

// ClusterAutoUpgrade is the automatic upgrade of a cluster.
type ClusterAutoUpgrade struct {
	Channel *string `json:"channel,omitzero"`
	Enabled *bool   `json:"enabled,omitzero"`
}

// ControlPlaneConfig describes the control-plane nodes of a dedicated cluster.
type ControlPlaneConfig struct {
	AutoRenew                  *bool                    `json:"auto_renew,omitzero"`
	AutoRenewPeriod            *int64                   `json:"auto_renew_period,omitzero"`
	ChargeType                 *string                  `json:"charge_type,omitzero"`
	CloudMonitorFlags          *bool                    `json:"cloud_monitor_flags,omitzero"`
	CPUPolicy                  *string                  `json:"cpu_policy,omitzero"`
	DeploymentsetID            *string                  `json:"deploymentset_id,omitzero"`
	ImageID                    *string                  `json:"image_id,omitzero"`
	ImageType                  *string                  `json:"image_type,omitzero"`
	InstanceMetadataOptions    *InstanceMetadataOptions `json:"instance_metadata_options,omitzero"`
	InstanceTypes              []string                 `json:"instance_types,omitzero"`
	KeyPair                    *string                  `json:"key_pair,omitzero"`
	NodePortRange              *string                  `json:"node_port_range,omitzero"`
	Period                     *int64                   `json:"period,omitzero"`
	PeriodUnit                 *string                  `json:"period_unit,omitzero"`
	Runtime                    *string                  `json:"runtime,omitzero"`
	SecurityHardeningOS        *bool                    `json:"security_hardening_os,omitzero"`
	Size                       *int64                   `json:"size,omitzero"`
	SOCEnabled                 *bool                    `json:"soc_enabled,omitzero"`
	SystemDiskBurstingEnabled  *bool                    `json:"system_disk_bursting_enabled,omitzero"`
	SystemDiskCategory         *string                  `json:"system_disk_category,omitzero"`
	SystemDiskPerformanceLevel *string                  `json:"system_disk_performance_level,omitzero"`
	SystemDiskProvisionedIOPS  *int64                   `json:"system_disk_provisioned_iops,omitzero"`
	SystemDiskSize             *int64                   `json:"system_disk_size,omitzero"`
	SystemDiskSnapshotPolicyID *string                  `json:"system_disk_snapshot_policy_id,omitzero"`
}

// InstanceMetadataOptions is the metadata access of an instance.
type InstanceMetadataOptions struct {
	HTTPTokens *string `json:"http_tokens,omitzero"`
}

// ControlPlaneEndpointsConfig is the DNS setup of the control plane.
type ControlPlaneEndpointsConfig struct {
	InternalDNSConfig *InternalDNSConfig `json:"internal_dns_config,omitzero"`
}

// InternalDNSConfig names the VPCs that resolve the API server.
type InternalDNSConfig struct {
	BindVPCs []string `json:"bind_vpcs,omitzero"`
	Enabled  *bool    `json:"enabled,omitzero"`
}

// RRSAConfig is the setup of RAM roles for service accounts.
type RRSAConfig struct {
	Audience                *string `json:"audience,omitzero"`
	Enabled                 *bool   `json:"enabled,omitzero"`
	Issuer                  *string `json:"issuer,omitzero"`
	JWKSURL                 *string `json:"jwks_url,omitzero"`
	MaxOIDCTokenExpiration  *string `json:"max_oidc_token_expiration,omitzero"`
	OIDCARN                 *string `json:"oidc_arn,omitzero"`
	OIDCName                *string `json:"oidc_name,omitzero"`
	OpenAPIConfigurationURL *string `json:"open_api_configuration_url,omitzero"`
}

// KeyValue is a tag or label of Container Service.
type KeyValue struct {
	Key   *string `json:"key,omitzero"`
	Value *string `json:"value,omitzero"`
}

// Addon is an installed add-on.
type Addon struct {
	Name    string        `json:"name" jsonschema:"required" jsonschema_description:"Name of the add-on."`
	Version *string       `json:"version,omitzero" jsonschema_description:"Installed version."`
	State   *string       `json:"state,omitzero" jsonschema:"enum=active,enum=updating,enum=upgrading,enum=deleting" jsonschema_description:"State of the instance."`
	Config  *string       `json:"config,omitzero" jsonschema_description:"Configuration as a JSON string."`
	Logging *AddonLogging `json:"logging,omitzero"`
}

// AddonLogging says where an add-on logs to.
type AddonLogging struct {
	Capable    *bool   `json:"capable,omitzero"`
	Enabled    *bool   `json:"enabled,omitzero"`
	LogProject *string `json:"log_project,omitzero"`
	Logstore   *string `json:"logstore,omitzero"`
}

// AuditLog is where the audit log of the API server goes.
type AuditLog struct {
	SLSProjectName string `json:"sls_project_name,omitzero" jsonschema_description:"Project of Log Service; left out, k8s-log- and the cluster's id."`
}

// ControlPlaneLog is what is collected of the control plane's components.
type ControlPlaneLog struct {
	Components []string `json:"components" jsonschema:"required" jsonschema_description:"For example apiserver, kcm, scheduler, ccm."`
	LogProject string   `json:"log_project" jsonschema:"required" jsonschema_description:"Project of Log Service."`
	LogTTL     string   `json:"log_ttl" jsonschema:"required" jsonschema_description:"Days, in quotes: 1 to 3000."`
}

// TaskFailure is the error of a task.
type TaskFailure struct {
	Code    string `json:"code" jsonschema:"required" jsonschema_description:"Error code."`
	Message string `json:"message" jsonschema:"required" jsonschema_description:"Error message."`
}

// InspectConfig is the schedule of the cluster inspection.
type InspectConfig struct {
	Enabled            bool     `json:"enabled" jsonschema:"required" jsonschema_description:"Whether inspections run."`
	Recurrence         string   `json:"recurrence" jsonschema:"required" jsonschema_description:"FREQ=DAILY with BYHOUR and BYMINUTE."`
	DisabledCheckItems []string `json:"disabledCheckItems,omitzero" jsonschema_description:"checkItemUid values that are switched off."`
}

// InspectReport is one inspection; it is running until EndTime.
type InspectReport struct {
	ReportID         string            `json:"reportId" jsonschema:"required" jsonschema_description:"Id of the report."`
	StartTime        string            `json:"startTime" jsonschema:"required" jsonschema_description:"RFC 3339 time."`
	EndTime          string            `json:"endTime" jsonschema:"required" jsonschema_description:"RFC 3339 time; until then the report is running."`
	CheckItemResults []CheckItemResult `json:"checkItemResults,omitzero" jsonschema_description:"Results; the summary is counted from them."`
}

// CheckItemResult is the result of one check item.
type CheckItemResult struct {
	CheckItemUID string   `json:"checkItemUid" jsonschema:"required" jsonschema_description:"For example APIServerClbInstanceStatus."`
	Name         *string  `json:"name,omitzero"`
	Description  *string  `json:"description,omitzero"`
	Fix          *string  `json:"fix,omitzero"`
	Category     string   `json:"category" jsonschema:"required,enum=security,enum=performance,enum=stability,enum=limitation,enum=cost" jsonschema_description:"Category of the item."`
	Level        string   `json:"level" jsonschema:"required,enum=advice,enum=warning,enum=error,enum=critical" jsonschema_description:"How bad an abnormal result is."`
	Result       string   `json:"result" jsonschema:"required,enum=true,enum=false,enum=disable" jsonschema_description:"\"true\" is abnormal, \"false\" normal, \"disable\" switched off."`
	TargetType   *string  `json:"targetType,omitzero"`
	Targets      []string `json:"targets,omitzero"`
}

// view selects the fields of one kind of answer.
type view struct {
	index []int
	name  []string
	null  []string // fields that the answer has as null
}

func newView(on string, null ...string) *view {
	v := &view{null: null}
	for f := range reflect.TypeFor[Cluster]().Fields() {
		for part := range strings.SplitSeq(f.Tag.Get("on"), ",") {
			if part == on {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				v.index, v.name = append(v.index, f.Index[0]), append(v.name, name)
			}
		}
	}
	return v
}

var viewV1, viewRegion, viewDetail, viewList = newView("v1", "parameters"), newView("region"), newView("detail"), newView("list")

func (v *view) encode(c *version) encoded {
	return c.answer(v, func() any { return v.object(c.Cluster) })
}

// array is a list of clusters between two pieces of JSON.
func (v *view) array(before string, list []*version, after string) encoded {
	size := len(before) + len(after) + 2
	for _, c := range list {
		size += len(v.encode(c)) + 1
	}
	text := append(make(encoded, 0, size), before+"["...)
	for i, c := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, v.encode(c)...)
	}
	return append(text, "]"+after...)
}

// object is a cluster as one answer shows it. Nested JSON travels as a string, as the API sends it.
func (v *view) object(c *Cluster) map[string]any {
	object := make(map[string]any, len(v.index))
	value := reflect.ValueOf(c).Elem()
	for i, index := range v.index {
		field := value.Field(index)
		if k := field.Kind(); (k == reflect.Pointer || k == reflect.Slice || k == reflect.Map) && field.IsNil() {
			continue
		}
		object[v.name[i]] = field.Interface()
	}
	for _, name := range v.null {
		object[name] = nil
	}
	if c.MasterURL != nil && object["master_url"] != nil {
		object["master_url"] = jsonString(*c.MasterURL)
	}
	if c.MetaData != nil && object["meta_data"] != nil {
		object["meta_data"] = jsonString(c.metaData())
	}
	return object
}

// jsonString is a value as the JSON text that travels in a string; an empty MasterURL is the empty string.
func jsonString(v any) string {
	if v == (any)(MasterURL{}) {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
