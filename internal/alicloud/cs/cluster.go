package cs

import (
	"errors"
	"fmt"

	csv4 "github.com/alibabacloud-go/cs-20151215/v4/client"
)

// Cluster is a cluster as the lists and DescribeClusterDetail give it. The
// v4 SDK's struct drops timezone and control_plane_config, so this is our own.
// A nil pointer means that the answer does not have the field.
type Cluster struct {
	ClusterID          string  `json:"cluster_id"`
	Name               string  `json:"name"`
	RegionID           string  `json:"region_id"`
	ClusterType        *string `json:"cluster_type"`
	Profile            *string `json:"profile"`
	ClusterSpec        *string `json:"cluster_spec"`
	State              *string `json:"state"`
	CurrentVersion     *string `json:"current_version"`
	DeletionProtection *bool   `json:"deletion_protection"`
	Timezone           *string `json:"timezone"`
	Size               *int64  `json:"size"`
	VPCID              *string `json:"vpc_id"`
	ResourceGroupID    *string `json:"resource_group_id"`
	Tags               []Tag   `json:"tags"`

	MasterURL Embedded[Endpoints] `json:"master_url"` // see Endpoints
	MetaData  Embedded[Meta]      `json:"meta_data"`

	Parameters struct {
		CloudMonitorFlags *string `json:"CloudMonitorFlags"`
	} `json:"parameters"`
	ControlPlaneConfig *struct {
		CloudMonitorFlags *bool `json:"cloud_monitor_flags"`
	} `json:"control_plane_config"`
}

// DecodeDetail reads an answer of DescribeClusterDetail that another service
// has kept as a text.
func DecodeDetail(text string) (Cluster, error) {
	var c Cluster
	if err := decodeObject(text, &c); err != nil {
		return Cluster{}, err
	}
	if c.ClusterID == "" {
		return Cluster{}, errors.New("it has no cluster_id")
	}
	return c, nil
}

// Tag is a key and a value.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Endpoints is the content of master_url.
type Endpoints struct {
	APIServerEndpoint         *string `json:"api_server_endpoint"`
	IntranetAPIServerEndpoint *string `json:"intranet_api_server_endpoint"`
}

// Endpoints reads master_url. An empty master_url (a cluster that is being
// made, or a registered one) and one without any endpoint are errors: nothing
// is known then, least of all that there is no public endpoint. Without a
// public one, the intranet endpoint is the proof that the answer is about a
// cluster that has endpoints.
func (c Cluster) Endpoints() (Endpoints, error) {
	e, err := c.MasterURL.Get()
	if err != nil {
		return e, fmt.Errorf("master_url: %w", err)
	}
	none := func(s *string) bool { return s == nil || *s == "" }
	if none(e.APIServerEndpoint) && none(e.IntranetAPIServerEndpoint) {
		return e, errors.New("master_url holds no API server endpoint")
	}
	return e, nil
}

// Meta is the part of meta_data that is read here.
type Meta struct {
	Addons []struct {
		Name     string `json:"name"`
		Disabled *bool  `json:"disabled"`
	} `json:"Addons"`
	Capabilities struct {
		Network *string `json:"Network"`
	} `json:"Capabilities"`
	Timezone *string `json:"Timezone"`
}

// EffectiveTimezone is the cluster's time zone name, or "" if the answer has none.
func (c Cluster) EffectiveTimezone() string {
	if c.Timezone != nil && *c.Timezone != "" {
		return *c.Timezone
	}
	if m, err := c.MetaData.Get(); err == nil && m.Timezone != nil {
		return *m.Timezone
	}
	return ""
}

// NodePool is a node pool as DescribeClusterNodePools gives it, as far as rules
// ask. A nil pointer means that the answer does not have the field.
type NodePool struct {
	ID, Name   string
	TotalNodes *int64
	CMSEnabled *bool // the CloudMonitor agent on its nodes
}

func nodePool(p *csv4.DescribeClusterNodePoolsResponseBodyNodepools) NodePool {
	var pool NodePool
	if p.NodepoolInfo != nil {
		pool.ID, pool.Name = deref(p.NodepoolInfo.NodepoolId), deref(p.NodepoolInfo.Name)
	}
	if p.Status != nil {
		pool.TotalNodes = p.Status.TotalNodes
	}
	if p.KubernetesConfig != nil {
		pool.CMSEnabled = p.KubernetesConfig.CmsEnabled
	}
	return pool
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
