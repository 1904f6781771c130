package observed

import (
	"context"
	"reflect"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/resourcedirectory"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	directory       kind = "directory"
	accounts        kind = "accounts"
	allClusters     kind = "all clusters"
	regionsClusters kind = "clusters of a region"
	clusterDetail   kind = "cluster detail"
	nodePools       kind = "node pools"
	addonInstances  kind = "add-ons"
	auditLog        kind = "audit log"
	controlPlaneLog kind = "control-plane logs"
	inspectConfig   kind = "inspection schedule"
	inspectReports  kind = "inspection reports"
	inspectReport   kind = "inspection report"
)

// Directory is the resource directory (GetResourceDirectory).
func (s *Store) Directory(ctx context.Context) (resourcedirectory.Directory, error) {
	return read(ctx, s, key{kind: directory}, sizeOf, func(ctx context.Context) (d resourcedirectory.Directory, err error) {
		client, err := s.fleet.ResourceDirectory()
		if err != nil {
			return d, err
		}
		return client.Directory(ctx)
	})
}

// Accounts are the member accounts (ListAccounts).
func (s *Store) Accounts(ctx context.Context) ([]resourcedirectory.Account, error) {
	return read(ctx, s, key{kind: accounts}, sizeOfAll, func(ctx context.Context) ([]resourcedirectory.Account, error) {
		client, err := s.fleet.ResourceDirectory()
		if err != nil {
			return nil, err
		}
		return client.Accounts(ctx)
	})
}

// Clusters is the global list of an account (DescribeClustersV1), asked in the
// provider's region.
func (s *Store) Clusters(ctx context.Context, accountID string) ([]cs.Cluster, error) {
	scope := fleet.Scope{AccountID: accountID, Region: s.fleet.Region()}
	return ofScope(ctx, s, key{kind: allClusters, Scope: scope}, sizeOfAll, (*cs.Client).Clusters)
}

// ClustersForRegion is the list of a region (DescribeClustersForRegion).
func (s *Store) ClustersForRegion(ctx context.Context, scope fleet.Scope) ([]cs.Cluster, error) {
	return ofScope(ctx, s, key{kind: regionsClusters, Scope: scope}, sizeOfAll, func(c *cs.Client, ctx context.Context) ([]cs.Cluster, error) {
		return c.ClustersForRegion(ctx, scope.Region)
	})
}

// ClusterDetail is one cluster (DescribeClusterDetail).
func (s *Store) ClusterDetail(ctx context.Context, scope fleet.Scope, clusterID string) (cs.Cluster, error) {
	return ofCluster(ctx, s, aboutCluster(clusterDetail, scope, clusterID), sizeOf, (*cs.Client).ClusterDetail)
}

// NodePools are a cluster's node pools (DescribeClusterNodePools).
func (s *Store) NodePools(ctx context.Context, scope fleet.Scope, clusterID string) ([]cs.NodePool, error) {
	return ofCluster(ctx, s, aboutCluster(nodePools, scope, clusterID), sizeOfAll, (*cs.Client).NodePools)
}

// AddonInstances are a cluster's add-ons (ListClusterAddonInstances).
func (s *Store) AddonInstances(ctx context.Context, scope fleet.Scope, clusterID string) ([]cs.Addon, error) {
	return ofCluster(ctx, s, aboutCluster(addonInstances, scope, clusterID), sizeOfAll, (*cs.Client).AddonInstances)
}

// AuditLog is whether a cluster's API server writes an audit log (GetClusterAuditProject).
func (s *Store) AuditLog(ctx context.Context, scope fleet.Scope, clusterID string) (cs.AuditLog, error) {
	return ofCluster(ctx, s, aboutCluster(auditLog, scope, clusterID), sizeOf, (*cs.Client).AuditLog)
}

// ControlPlaneLog is which logs of a cluster's control plane are collected (CheckControlPlaneLogEnable).
func (s *Store) ControlPlaneLog(ctx context.Context, scope fleet.Scope, clusterID string) (cs.ControlPlaneLog, error) {
	return ofCluster(ctx, s, aboutCluster(controlPlaneLog, scope, clusterID), sizeOf, (*cs.Client).ControlPlaneLog)
}

// InspectConfig is a cluster's inspection schedule (GetClusterInspectConfig);
// found is false if it has none.
func (s *Store) InspectConfig(ctx context.Context, scope fleet.Scope, clusterID string) (config cs.InspectConfig, found bool, err error) {
	schedule, err := ofCluster(ctx, s, aboutCluster(inspectConfig, scope, clusterID), sizeOf, func(c *cs.Client, ctx context.Context, clusterID string) (*cs.InspectConfig, error) {
		config, found, err := c.InspectConfig(ctx, clusterID)
		if err != nil || !found {
			return nil, err
		}
		return &config, nil
	})
	if err != nil || schedule == nil {
		return config, false, err
	}
	return *schedule, true, nil
}

// InspectReports are the inspection reports of a cluster (ListClusterInspectReports).
func (s *Store) InspectReports(ctx context.Context, scope fleet.Scope, clusterID string) ([]cs.InspectReport, error) {
	return ofCluster(ctx, s, aboutCluster(inspectReports, scope, clusterID), sizeOfAll, (*cs.Client).InspectReports)
}

// InspectReportDetail is a report with its items (GetClusterInspectReportDetail).
func (s *Store) InspectReportDetail(ctx context.Context, scope fleet.Scope, clusterID, reportID, language string) (cs.InspectReport, []cs.InspectItem, error) {
	type detail struct {
		report cs.InspectReport
		items  []cs.InspectItem
	}
	k := aboutCluster(inspectReport, scope, clusterID)
	k.part = reportID + "/" + language
	size := func(d detail) int {
		bytes := sizeOf(d.report) + sizeOfAll(d.items)
		for _, item := range d.items {
			bytes += len(item.Targets) * targetBytes
		}
		return bytes
	}
	d, err := ofCluster(ctx, s, k, size, func(c *cs.Client, ctx context.Context, clusterID string) (d detail, err error) {
		d.report, d.items, err = c.InspectReportDetail(ctx, clusterID, reportID, language)
		return d, err
	})
	return d.report, d.items, err
}

func ofScope[T any](ctx context.Context, s *Store, k key, size func(T) int, call func(*cs.Client, context.Context) (T, error)) (T, error) {
	return read(ctx, s, k, size, func(ctx context.Context) (none T, err error) {
		client, err := s.fleet.CS(k.Scope)
		if err != nil {
			return none, err
		}
		return call(client, ctx)
	})
}

func ofCluster[T any](ctx context.Context, s *Store, k key, size func(T) int, call func(*cs.Client, context.Context, string) (T, error)) (T, error) {
	return ofScope(ctx, s, k, size, func(c *cs.Client, ctx context.Context) (T, error) { return call(c, ctx, k.object) })
}

// targetBytes is what the name of one target of a check item takes.
const targetBytes = 64

// textBytes is what the texts of an object take beside its fields, as a guess:
// the bound is there against a fleet of another order, not to account for bytes.
const textBytes = 512

func sizeOf[T any](T) int {
	return int(reflect.TypeFor[T]().Size()) + textBytes //nolint:gosec // no type is that large
}

func sizeOfAll[T any](items []T) int {
	return textBytes + len(items)*sizeOf(*new(T))
}
