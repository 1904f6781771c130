package cs

import (
	"encoding/json"
	"errors"
	"fmt"
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

	// MasterURL and MetaData are JSON objects in a string; see Endpoints and Meta.
	MasterURL *string `json:"master_url"`
	MetaData  *string `json:"meta_data"`

	Parameters         map[string]*string `json:"parameters"`
	ControlPlaneConfig *struct {
		CloudMonitorFlags *bool `json:"cloud_monitor_flags"`
	} `json:"control_plane_config"`
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

// Endpoints decodes master_url. An empty master_url (a cluster that is being
// made, or a registered one) and one without any endpoint are errors: nothing
// is known then, least of all that there is no public endpoint. Without a
// public one, the intranet endpoint is the proof that the answer is about a
// cluster that has endpoints.
func (c Cluster) Endpoints() (Endpoints, error) {
	var e Endpoints
	if c.MasterURL == nil || *c.MasterURL == "" {
		return e, errors.New("master_url is empty")
	}
	if err := decodeObject(*c.MasterURL, &e); err != nil {
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

// Meta decodes meta_data.
func (c Cluster) Meta() (Meta, error) {
	var m Meta
	if c.MetaData == nil || *c.MetaData == "" {
		return m, errors.New("meta_data is empty")
	}
	if err := decodeObject(*c.MetaData, &m); err != nil {
		return m, fmt.Errorf("meta_data: %w", err)
	}
	return m, nil
}

// EffectiveTimezone is the cluster's time zone name, or "" if the answer has none.
func (c Cluster) EffectiveTimezone() string {
	if c.Timezone != nil && *c.Timezone != "" {
		return *c.Timezone
	}
	if m, err := c.Meta(); err == nil && m.Timezone != nil {
		return *m.Timezone
	}
	return ""
}

// decodeObject refuses everything but a JSON object: null would decode into
// an empty struct without an error and pass for facts.
func decodeObject(text string, out any) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return fmt.Errorf("not a JSON object: %w", err)
	}
	if object == nil {
		return fmt.Errorf("not a JSON object: %s", text)
	}
	return json.Unmarshal([]byte(text), out)
}
