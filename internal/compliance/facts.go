package compliance

import "slices"

// Source names one way to ask the cloud for facts; the facts of one source arrive together.
type Source string

// The sources, in the order in which they are cheapest to ask.
const (
	SourceList      Source = "list"
	SourceDetail    Source = "detail"
	SourceNodePools Source = "node_pools"
	SourceAddons    Source = "addons"
)

// calls are the API calls behind the sources: the list is one call for a page of clusters, the others one for a cluster.
var calls = map[Source]string{
	SourceList:      "DescribeClustersForRegion",
	SourceDetail:    "DescribeClusterDetail",
	SourceNodePools: "DescribeClusterNodePools",
	SourceAddons:    "ListClusterAddonInstances",
}

// Call returns the name of the API call that answers for the source.
func (s Source) Call() string { return calls[s] }

// sourceOrder is the order in which sources are reported: cheapest first.
var sourceOrder = []Source{SourceList, SourceDetail, SourceNodePools, SourceAddons}

// Sources returns every source, cheapest first.
func Sources() []Source { return slices.Clone(sourceOrder) }

func sortSources(set map[Source]struct{}) []Source {
	var out []Source
	for _, s := range sourceOrder {
		if _, ok := set[s]; ok {
			out = append(out, s)
		}
	}
	return out
}

// ReasonKind says why a fact is absent.
type ReasonKind string

const (
	// NotFetched is a fact whose source has not been asked yet. It yields INSUFFICIENT_DATA and a need.
	NotFetched ReasonKind = "not_fetched"
	// Unavailable is a fact that the API answered without. It yields INSUFFICIENT_DATA.
	Unavailable ReasonKind = "unavailable"
	// Failed is a fact whose call failed: denied, throttled, broken. It yields ERROR.
	Failed ReasonKind = "failed"
)

// Reason says why a fact is absent, and which source has it or was asked for it.
type Reason struct {
	Kind   ReasonKind
	Source Source
	Text   string // For people, such as "Forbidden.RAM: no permission for cs:DescribeClusterDetail".
}

const notProvided = "not provided"

func (r Reason) normalized() Reason {
	// An unknown kind must not become a need that nobody can serve.
	if r.Kind != NotFetched && r.Kind != Failed {
		r.Kind = Unavailable
	}
	if r.Text == "" {
		switch r.Kind {
		case NotFetched:
			r.Text = "not fetched yet"
		case Failed:
			r.Text = "the call failed"
		default:
			r.Text = notProvided
		}
	}
	return r
}

// Fact is a known value, or absent with a reason. The zero Fact is absent (Unavailable, "not provided"), never a zero
// value.
type Fact[T any] struct {
	value  T
	known  bool
	reason Reason
}

// Known returns a fact that holds v. A known empty string or an empty list is a statement about the cluster.
func Known[T any](v T) Fact[T] { return Fact[T]{value: v, known: true} }

// Absent returns a fact without a value.
func Absent[T any](reason Reason) Fact[T] { return Fact[T]{reason: reason} }

// Get returns the value and whether it is known.
func (f Fact[T]) Get() (T, bool) { return f.value, f.known }

// Known reports whether the fact has a value.
func (f Fact[T]) Known() bool { return f.known }

// Reason returns why the fact is absent; it is the zero Reason for a known fact.
func (f Fact[T]) Reason() Reason {
	if f.known {
		return Reason{}
	}
	return f.reason.normalized()
}

// Cluster is what is known about one cluster. The tags are the only description of the facts: CEL types and values, the
// decoding of test cases and the documentation come from them.
//
//   - cel: the name in expressions, as cluster.NAME.
//   - source: the sources that can hold it, the one to ask first in front.
//   - from: the field of the API that it is read from.
//   - doc: what it means.
type Cluster struct {
	AccountID string `cel:"account_id" source:"list" from:"the scope that was asked" doc:"The account that owns the cluster."`
	Region    string `cel:"region" source:"list" from:"DescribeClustersForRegion clusters[].region_id" doc:"The region of the cluster."`
	ClusterID string `cel:"cluster_id" source:"list" from:"DescribeClustersForRegion clusters[].cluster_id" doc:"The ID of the cluster."`
	Name      string `cel:"name" source:"list" from:"DescribeClustersForRegion clusters[].name" doc:"The name of the cluster."`

	ClusterType         Fact[string]     `cel:"cluster_type" source:"list" from:"DescribeClustersForRegion clusters[].cluster_type" doc:"Kubernetes (dedicated), ManagedKubernetes, ExternalKubernetes (registered) or, on old serverless clusters, Ask."`
	Profile             Fact[string]     `cel:"profile" source:"list" from:"DescribeClustersForRegion clusters[].profile" doc:"The kind of managed cluster: Default, Edge, Serverless, Lingjun or Acs. Compare it without regard to case."`
	ClusterSpec         Fact[string]     `cel:"cluster_spec" source:"list" from:"DescribeClustersForRegion clusters[].cluster_spec" doc:"The edition, such as ack.standard or ack.pro.small."`
	State               Fact[string]     `cel:"state" source:"list" from:"DescribeClustersForRegion clusters[].state" doc:"The state, such as initial, running, updating or failed."`
	CurrentVersion      Fact[string]     `cel:"current_version" source:"list" from:"DescribeClustersForRegion clusters[].current_version" doc:"The Kubernetes version that the cluster runs."`
	DeletionProtection  Fact[bool]       `cel:"deletion_protection" source:"list,detail" from:"DescribeClustersForRegion clusters[].deletion_protection, or else DescribeClusterDetail deletion_protection" doc:"Whether the console and the API refuse to delete the cluster."`
	PublicEndpoint      Fact[string]     `cel:"public_endpoint" source:"detail" from:"DescribeClusterDetail master_url (JSON text) api_server_endpoint" doc:"The address at which the API server answers on the Internet; empty when there is none. Absent when master_url itself is empty."`
	NetworkPlugin       Fact[string]     `cel:"network_plugin" source:"detail,addons" from:"DescribeClusterDetail meta_data (JSON text) Addons[].name, or else Capabilities.Network, or else ListClusterAddonInstances addons[].name" doc:"The network plug-in in lower case, such as terway-eniip or flannel; empty when none was found."`
	ControlPlaneMonitor Fact[bool]       `cel:"control_plane_monitor" source:"detail" from:"DescribeClusterDetail control_plane_config.cloud_monitor_flags, or else parameters.CloudMonitorFlags" doc:"Whether the CloudMonitor agent was installed on the control-plane nodes of a dedicated cluster."`
	NodePools           Fact[[]NodePool] `cel:"node_pools" source:"node_pools" from:"DescribeClusterNodePools nodepools[]" doc:"The node pools."`
}

// NodePool is what is known about one node pool of a cluster.
type NodePool struct {
	ID   string `cel:"id" source:"node_pools" from:"DescribeClusterNodePools nodepools[].nodepool_info.nodepool_id" doc:"The ID of the node pool."`
	Name string `cel:"name" source:"node_pools" from:"DescribeClusterNodePools nodepools[].nodepool_info.name" doc:"The name of the node pool."`

	TotalNodes Fact[int64] `cel:"total_nodes" source:"node_pools" from:"DescribeClusterNodePools nodepools[].status.total_nodes" doc:"The number of nodes in the pool."`
	CMSEnabled Fact[bool]  `cel:"cms_enabled" source:"node_pools" from:"DescribeClusterNodePools nodepools[].kubernetes_config.cms_enabled" doc:"Whether the CloudMonitor agent is installed on nodes of the pool."`
}

// Unfetched returns a cluster whose facts are all NotFetched from the source to ask first: where demand-driven
// evaluation starts.
func Unfetched() Cluster {
	var c Cluster
	forEachFact(&c, func(f *field, fact settableFact) {
		fact.setAbsent(Reason{Kind: NotFetched, Source: f.sources[0]})
	})
	return c
}

// Settle marks every fact that still waits for source as absent for reason. A caller does so after asking source,
// whether it answered (Unavailable) or not (Failed), so that the same source is never needed twice.
//
// It writes to c alone: node pools that other clusters share are copied first.
func (c *Cluster) Settle(source Source, reason Reason) {
	if reason.Source == "" {
		reason.Source = source
	}
	// A reason that names another source sends the caller there next; the same source again would loop.
	if reason.Kind == NotFetched && reason.Source == source {
		reason.Kind = Unavailable
	}
	settle := func(_ *field, fact settableFact) {
		_, why, known := fact.read()
		if !known && why.Kind == NotFetched && why.Source == source {
			fact.setAbsent(reason)
		}
	}
	forEachFact(c, settle)
	if pools, known := c.NodePools.Get(); known {
		pools = slices.Clone(pools)
		for i := range pools {
			forEachFact(&pools[i], settle)
		}
		c.NodePools = Known(pools)
	}
}
