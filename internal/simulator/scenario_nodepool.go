package simulator

// The node pool as DescribeClusterNodePools answers it: the field tree of the vendor's SDK cs v7.6.0.
// Every field is optional: nil stays off the wire.

// NodePool is one element of "nodepools".
type NodePool struct {
	AutoMode           *AutoMode           `json:"auto_mode,omitzero"`
	AutoScaling        *AutoScaling        `json:"auto_scaling,omitzero"`
	InterconnectConfig *InterconnectConfig `json:"interconnect_config,omitzero"`
	InterconnectMode   *string             `json:"interconnect_mode,omitzero"`
	KubernetesConfig   *KubernetesConfig   `json:"kubernetes_config,omitzero"`
	Management         *Management         `json:"management,omitzero"`
	MaxNodes           *int64              `json:"max_nodes,omitzero"`
	NodeComponents     []NodeComponent     `json:"node_components,omitzero"`
	NodeConfig         *NodeConfig         `json:"node_config,omitzero"`
	NodepoolInfo       *NodePoolInfo       `json:"nodepool_info,omitzero"`
	ScalingGroup       *ScalingGroup       `json:"scaling_group,omitzero"`
	Status             *NodePoolStatus     `json:"status,omitzero"`
	TEEConfig          *TEEConfig          `json:"tee_config,omitzero"`
}

// AutoMode is an object inside a node pool.
type AutoMode struct {
	Enable *bool `json:"enable,omitzero"`
}

// AutoScaling is an object inside a node pool.
type AutoScaling struct {
	EIPBandwidth          *int64  `json:"eip_bandwidth,omitzero"`
	EIPInternetChargeType *string `json:"eip_internet_charge_type,omitzero"`
	Enable                *bool   `json:"enable,omitzero"`
	IsBondEIP             *bool   `json:"is_bond_eip,omitzero"`
	MaxInstances          *int64  `json:"max_instances,omitzero"`
	MinInstances          *int64  `json:"min_instances,omitzero"`
	Type                  *string `json:"type,omitzero"`
}

// InterconnectConfig is an object inside a node pool.
type InterconnectConfig struct {
	Bandwidth      *int64  `json:"bandwidth,omitzero"`
	CCNID          *string `json:"ccn_id,omitzero"`
	CCNRegionID    *string `json:"ccn_region_id,omitzero"`
	CENID          *string `json:"cen_id,omitzero"`
	ImprovedPeriod *string `json:"improved_period,omitzero"`
}

// KubernetesConfig is an object inside a node pool.
type KubernetesConfig struct {
	CMSEnabled     *bool      `json:"cms_enabled,omitzero"`
	CPUPolicy      *string    `json:"cpu_policy,omitzero"`
	Labels         []KeyValue `json:"labels,omitzero"`
	NodeNameMode   *string    `json:"node_name_mode,omitzero"`
	PreUserData    *string    `json:"pre_user_data,omitzero"`
	Runtime        *string    `json:"runtime,omitzero"`
	RuntimeVersion *string    `json:"runtime_version,omitzero"`
	Taints         []Taint    `json:"taints,omitzero"`
	Unschedulable  *bool      `json:"unschedulable,omitzero"`
	UserData       *string    `json:"user_data,omitzero"`
}

// Taint is an object inside a node pool.
type Taint struct {
	Effect *string `json:"effect,omitzero"`
	Key    *string `json:"key,omitzero"`
	Value  *string `json:"value,omitzero"`
}

// Management is an object inside a node pool.
type Management struct {
	AutoRepair        *bool              `json:"auto_repair,omitzero"`
	AutoRepairPolicy  *AutoRepairPolicy  `json:"auto_repair_policy,omitzero"`
	AutoUpgrade       *bool              `json:"auto_upgrade,omitzero"`
	AutoUpgradePolicy *AutoUpgradePolicy `json:"auto_upgrade_policy,omitzero"`
	AutoVulFix        *bool              `json:"auto_vul_fix,omitzero"`
	AutoVulFixPolicy  *AutoVulFixPolicy  `json:"auto_vul_fix_policy,omitzero"`
	Enable            *bool              `json:"enable,omitzero"`
	UpgradeConfig     *UpgradeConfig     `json:"upgrade_config,omitzero"`
}

// AutoRepairPolicy is an object inside a node pool.
type AutoRepairPolicy struct {
	ApprovalRequired   *bool   `json:"approval_required,omitzero"`
	AutoRepairPolicyID *string `json:"auto_repair_policy_id,omitzero"`
	RestartNode        *bool   `json:"restart_node,omitzero"`
}

// AutoUpgradePolicy is an object inside a node pool.
type AutoUpgradePolicy struct {
	AutoUpgradeKubelet *bool `json:"auto_upgrade_kubelet,omitzero"`
}

// AutoVulFixPolicy is an object inside a node pool.
type AutoVulFixPolicy struct {
	ExcludePackages *string `json:"exclude_packages,omitzero"`
	RestartNode     *bool   `json:"restart_node,omitzero"`
	VulLevel        *string `json:"vul_level,omitzero"`
}

// UpgradeConfig is an object inside a node pool.
type UpgradeConfig struct {
	AutoUpgrade     *bool  `json:"auto_upgrade,omitzero"`
	MaxUnavailable  *int64 `json:"max_unavailable,omitzero"`
	Surge           *int64 `json:"surge,omitzero"`
	SurgePercentage *int64 `json:"surge_percentage,omitzero"`
}

// NodeComponent is an object inside a node pool.
type NodeComponent struct {
	Config  *NodeComponentConfig `json:"config,omitzero"`
	Name    *string              `json:"name,omitzero"`
	Version *string              `json:"version,omitzero"`
}

// NodeComponentConfig is an object inside a node pool.
type NodeComponentConfig struct {
	CustomConfig map[string]string `json:"custom_config,omitzero"`
}

// NodeConfig is an object inside a node pool.
type NodeConfig struct {
	KubeletConfiguration *KubeletConfiguration `json:"kubelet_configuration,omitzero"`
	NodeOSConfig         *NodeOSConfig         `json:"node_os_config,omitzero"`
}

// KubeletConfiguration is an object inside a node pool.
type KubeletConfiguration struct {
	AllowedUnsafeSysctls        []string         `json:"allowedUnsafeSysctls,omitzero"`
	ClusterDNS                  []string         `json:"clusterDNS,omitzero"`
	ContainerLogMaxFiles        *int64           `json:"containerLogMaxFiles,omitzero"`
	ContainerLogMaxSize         *string          `json:"containerLogMaxSize,omitzero"`
	ContainerLogMaxWorkers      *int32           `json:"containerLogMaxWorkers,omitzero"`
	ContainerLogMonitorInterval *string          `json:"containerLogMonitorInterval,omitzero"`
	CPUCFSQuota                 *bool            `json:"cpuCFSQuota,omitzero"`
	CPUCFSQuotaPeriod           *string          `json:"cpuCFSQuotaPeriod,omitzero"`
	CPUManagerPolicy            *string          `json:"cpuManagerPolicy,omitzero"`
	EventBurst                  *int64           `json:"eventBurst,omitzero"`
	EventRecordQPS              *int64           `json:"eventRecordQPS,omitzero"`
	EvictionHard                map[string]any   `json:"evictionHard,omitzero"`
	EvictionSoft                map[string]any   `json:"evictionSoft,omitzero"`
	EvictionSoftGracePeriod     map[string]any   `json:"evictionSoftGracePeriod,omitzero"`
	FeatureGates                map[string]any   `json:"featureGates,omitzero"`
	ImageGCHighThresholdPercent *int32           `json:"imageGCHighThresholdPercent,omitzero"`
	ImageGCLowThresholdPercent  *int32           `json:"imageGCLowThresholdPercent,omitzero"`
	KubeAPIBurst                *int64           `json:"kubeAPIBurst,omitzero"`
	KubeAPIQPS                  *int64           `json:"kubeAPIQPS,omitzero"`
	KubeReserved                map[string]any   `json:"kubeReserved,omitzero"`
	MaxPods                     *int64           `json:"maxPods,omitzero"`
	MemoryManagerPolicy         *string          `json:"memoryManagerPolicy,omitzero"`
	PodPidsLimit                *int64           `json:"podPidsLimit,omitzero"`
	ReadOnlyPort                *int64           `json:"readOnlyPort,omitzero"`
	RegistryBurst               *int64           `json:"registryBurst,omitzero"`
	RegistryPullQPS             *int64           `json:"registryPullQPS,omitzero"`
	ReservedMemory              []ReservedMemory `json:"reservedMemory,omitzero"`
	SerializeImagePulls         *bool            `json:"serializeImagePulls,omitzero"`
	ServerTLSBootstrap          *bool            `json:"serverTLSBootstrap,omitzero"`
	SystemReserved              map[string]any   `json:"systemReserved,omitzero"`
	TopologyManagerPolicy       *string          `json:"topologyManagerPolicy,omitzero"`
	Tracing                     *KubeletTracing  `json:"tracing,omitzero"`
}

// ReservedMemory is an object inside a node pool.
type ReservedMemory struct {
	Limits   map[string]any `json:"limits,omitzero"`
	NumaNode *int32         `json:"numaNode,omitzero"`
}

// KubeletTracing is an object inside a node pool.
type KubeletTracing struct {
	Endpoint               *string `json:"endpoint,omitzero"`
	SamplingRatePerMillion *int32  `json:"samplingRatePerMillion,omitzero"`
}

// NodeOSConfig is an object inside a node pool.
type NodeOSConfig struct {
	Hugepage *Hugepage `json:"hugepage,omitzero"`
}

// Hugepage is an object inside a node pool.
type Hugepage struct {
	KhugepagedAllocSleepMillisecs *int64  `json:"khugepagedAllocSleepMillisecs,omitzero"`
	KhugepagedDefrag              *int64  `json:"khugepagedDefrag,omitzero"`
	KhugepagedPagesToScan         *int64  `json:"khugepagedPagesToScan,omitzero"`
	KhugepagedScanSleepMillisecs  *int64  `json:"khugepagedScanSleepMillisecs,omitzero"`
	TransparentDefrag             *string `json:"transparentDefrag,omitzero"`
	TransparentEnabled            *string `json:"transparentEnabled,omitzero"`
}

// NodePoolInfo is an object inside a node pool.
type NodePoolInfo struct {
	Created         *string `json:"created,omitzero"`
	IsDefault       *bool   `json:"is_default,omitzero"`
	Name            *string `json:"name,omitzero"`
	NodepoolID      *string `json:"nodepool_id,omitzero"`
	RegionID        *string `json:"region_id,omitzero"`
	ResourceGroupID *string `json:"resource_group_id,omitzero"`
	Type            *string `json:"type,omitzero"`
	Updated         *string `json:"updated,omitzero"`
}

// ScalingGroup is an object inside a node pool.
type ScalingGroup struct {
	AutoRenew                           *bool                `json:"auto_renew,omitzero"`
	AutoRenewPeriod                     *int64               `json:"auto_renew_period,omitzero"`
	CISEnabled                          *bool                `json:"cis_enabled,omitzero"`
	CompensateWithOnDemand              *bool                `json:"compensate_with_on_demand,omitzero"`
	DataDisks                           []DataDisk           `json:"data_disks,omitzero"`
	DeploymentsetID                     *string              `json:"deploymentset_id,omitzero"`
	DesiredSize                         *int64               `json:"desired_size,omitzero"`
	DiskInit                            []DiskInit           `json:"disk_init,omitzero"`
	ImageID                             *string              `json:"image_id,omitzero"`
	ImageType                           *string              `json:"image_type,omitzero"`
	InstanceChargeType                  *string              `json:"instance_charge_type,omitzero"`
	InstancePatterns                    []InstancePattern    `json:"instance_patterns,omitzero"`
	InstanceTypes                       []string             `json:"instance_types,omitzero"`
	InternetChargeType                  *string              `json:"internet_charge_type,omitzero"`
	InternetMaxBandwidthOut             *int64               `json:"internet_max_bandwidth_out,omitzero"`
	KeyPair                             *string              `json:"key_pair,omitzero"`
	LoginAsNonRoot                      *bool                `json:"login_as_non_root,omitzero"`
	LoginPassword                       *string              `json:"login_password,omitzero"`
	MultiAZPolicy                       *string              `json:"multi_az_policy,omitzero"`
	OnDemandBaseCapacity                *int64               `json:"on_demand_base_capacity,omitzero"`
	OnDemandPercentageAboveBaseCapacity *int64               `json:"on_demand_percentage_above_base_capacity,omitzero"`
	Period                              *int64               `json:"period,omitzero"`
	PeriodUnit                          *string              `json:"period_unit,omitzero"`
	Platform                            *string              `json:"platform,omitzero"`
	PrivatePoolOptions                  *PrivatePoolOptions  `json:"private_pool_options,omitzero"`
	RAMPolicy                           *string              `json:"ram_policy,omitzero"`
	RAMRoleName                         *string              `json:"ram_role_name,omitzero"`
	RDSInstances                        []string             `json:"rds_instances,omitzero"`
	ResourcePoolOptions                 *ResourcePoolOptions `json:"resource_pool_options,omitzero"`
	ScalingGroupID                      *string              `json:"scaling_group_id,omitzero"`
	ScalingPolicy                       *string              `json:"scaling_policy,omitzero"`
	SecurityGroupID                     *string              `json:"security_group_id,omitzero"`
	SecurityGroupIDs                    []string             `json:"security_group_ids,omitzero"`
	SecurityHardeningOS                 *bool                `json:"security_hardening_os,omitzero"`
	SOCEnabled                          *bool                `json:"soc_enabled,omitzero"`
	SpotInstancePools                   *int64               `json:"spot_instance_pools,omitzero"`
	SpotInstanceRemedy                  *bool                `json:"spot_instance_remedy,omitzero"`
	SpotPriceLimit                      []SpotPriceLimit     `json:"spot_price_limit,omitzero"`
	SpotStrategy                        *string              `json:"spot_strategy,omitzero"`
	SystemDiskBurstingEnabled           *bool                `json:"system_disk_bursting_enabled,omitzero"`
	SystemDiskCategories                []string             `json:"system_disk_categories,omitzero"`
	SystemDiskCategory                  *string              `json:"system_disk_category,omitzero"`
	SystemDiskEncryptAlgorithm          *string              `json:"system_disk_encrypt_algorithm,omitzero"`
	SystemDiskEncrypted                 *bool                `json:"system_disk_encrypted,omitzero"`
	SystemDiskKMSKeyID                  *string              `json:"system_disk_kms_key_id,omitzero"`
	SystemDiskPerformanceLevel          *string              `json:"system_disk_performance_level,omitzero"`
	SystemDiskProvisionedIOPS           *int64               `json:"system_disk_provisioned_iops,omitzero"`
	SystemDiskSize                      *int64               `json:"system_disk_size,omitzero"`
	SystemDiskSnapshotPolicyID          *string              `json:"system_disk_snapshot_policy_id,omitzero"`
	Tags                                []KeyValue           `json:"tags,omitzero"`
	VswitchIDs                          []string             `json:"vswitch_ids,omitzero"`
}

// DataDisk is an object inside a node pool.
type DataDisk struct {
	AutoFormat           *bool   `json:"auto_format,omitzero"`
	AutoSnapshotPolicyID *string `json:"auto_snapshot_policy_id,omitzero"`
	BurstingEnabled      *bool   `json:"bursting_enabled,omitzero"`
	Category             *string `json:"category,omitzero"`
	Device               *string `json:"device,omitzero"`
	DiskName             *string `json:"disk_name,omitzero"`
	Encrypted            *string `json:"encrypted,omitzero"`
	FileSystem           *string `json:"file_system,omitzero"`
	KMSKeyID             *string `json:"kms_key_id,omitzero"`
	MountTarget          *string `json:"mount_target,omitzero"`
	PerformanceLevel     *string `json:"performance_level,omitzero"`
	ProvisionedIOPS      *int64  `json:"provisioned_iops,omitzero"`
	Size                 *int64  `json:"size,omitzero"`
	SnapshotID           *string `json:"snapshot_id,omitzero"`
}

// DiskInit is an object inside a node pool.
type DiskInit struct {
	DiskName        *string `json:"disk_name,omitzero"`
	LocalDisk       *bool   `json:"local_disk,omitzero"`
	MkfsType        *string `json:"mkfs_type,omitzero"`
	MountForRuntime *bool   `json:"mount_for_runtime,omitzero"`
	MountTarget     *string `json:"mount_target,omitzero"`
}

// InstancePattern is an object inside a node pool.
type InstancePattern struct {
	Architectures                      []string `json:"architectures,omitzero"`
	BurstPerformanceOption             *string  `json:"burst_performance_option,omitzero"`
	Core                               *int64   `json:"core,omitzero"`
	Cores                              *int64   `json:"cores,omitzero"`
	CPUArchitectures                   []string `json:"cpu_architectures,omitzero"`
	ExcludedInstanceTypes              []string `json:"excluded_instance_types,omitzero"`
	InstanceCategories                 []string `json:"instance_categories,omitzero"`
	InstanceFamilyLevel                *string  `json:"instance_family_level,omitzero"`
	InstanceTypeFamilies               []string `json:"instance_type_families,omitzero"`
	MaxCPUCores                        *int64   `json:"max_cpu_cores,omitzero"`
	MaxMemorySize                      *float32 `json:"max_memory_size,omitzero"`
	MaxPrice                           *float32 `json:"max_price,omitzero"`
	MaximumGPUAmount                   *int64   `json:"maximum_gpu_amount,omitzero"`
	Memory                             *float32 `json:"memory,omitzero"`
	MinCPUCores                        *int64   `json:"min_cpu_cores,omitzero"`
	MinMemorySize                      *float32 `json:"min_memory_size,omitzero"`
	MinimumENIIPv6AddressQuantity      *int64   `json:"minimum_eni_ipv6_address_quantity,omitzero"`
	MinimumENIPrivateIPAddressQuantity *int64   `json:"minimum_eni_private_ip_address_quantity,omitzero"`
	MinimumENIQuantity                 *int64   `json:"minimum_eni_quantity,omitzero"`
}

// PrivatePoolOptions is an object inside a node pool.
type PrivatePoolOptions struct {
	ID            *string `json:"id,omitzero"`
	MatchCriteria *string `json:"match_criteria,omitzero"`
}

// ResourcePoolOptions is an object inside a node pool.
type ResourcePoolOptions struct {
	PrivatePoolIDs []string `json:"private_pool_ids,omitzero"`
	Strategy       *string  `json:"strategy,omitzero"`
}

// SpotPriceLimit is an object inside a node pool.
type SpotPriceLimit struct {
	InstanceType *string `json:"instance_type,omitzero"`
	PriceLimit   *string `json:"price_limit,omitzero"`
}

// NodePoolStatus is an object inside a node pool.
type NodePoolStatus struct {
	FailedNodes   *int64  `json:"failed_nodes,omitzero"`
	HealthyNodes  *int64  `json:"healthy_nodes,omitzero"`
	InitialNodes  *int64  `json:"initial_nodes,omitzero"`
	OfflineNodes  *int64  `json:"offline_nodes,omitzero"`
	RemovingNodes *int64  `json:"removing_nodes,omitzero"`
	ServingNodes  *int64  `json:"serving_nodes,omitzero"`
	State         *string `json:"state,omitzero"`
	TotalNodes    *int64  `json:"total_nodes,omitzero"`
}

// TEEConfig is an object inside a node pool.
type TEEConfig struct {
	TEEEnable *bool `json:"tee_enable,omitzero"`
}
