package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ClusterLogRow is what a cluster has written before the cloud starts.
type ClusterLogRow struct {
	Age string         `json:"age,omitzero" jsonschema_description:"How long ago, as a Go duration; left out, at the start of the cloud."`
	Row map[string]any `json:"row" jsonschema:"required" jsonschema_description:"The object; what is in it in turn becomes JSON text."`
}

// Days that rows are kept in the Logstores of a cluster; those of audit logs and of control planes are documented.
const (
	auditTTL          = 30
	dedicatedAuditTTL = 365
	eventTTL          = 90
	inspectionTTL     = 30
)

// Names of the Logstores of a cluster.
const (
	auditLogStore      = "audit-"
	eventLogStore      = "k8s-event"
	inspectionLogStore = "security-inspector-configaudit-" // and the first characters of the cluster's id
	inspectionIDLength = 12
)

// auditLogStore is where the API server's audit log goes.
func (c *Cluster) auditLogStore() *LogStore {
	ttl := int64(auditTTL)
	if c.ClusterType == "Kubernetes" {
		ttl = dedicatedAuditTTL
	}
	index := logIndexOf("auditID", "level", "stage", "verb", "requestURI", "userAgent", "sourceIPs", "requestObject", "responseObject", "stageTimestamp", "requestReceivedTimestamp")
	for name, texts := range map[string][]string{
		"user": {"username", "groups"}, "impersonatedUser": {"username", "groups"}, "objectRef": {"resource", "subresource", "namespace", "name", "apiGroup", "apiVersion"},
		"responseStatus": {"status", "reason", "message"}, "annotations": {"authorization.k8s.io/decision", "authorization.k8s.io/reason"},
	} {
		index.Keys[name] = jsonLogKey(texts...)
	}
	index.Keys["responseStatus"].JSONKeys["code"] = LogJSONKey{Type: "long", DocValue: true}
	return &LogStore{LogStoreName: auditLogStore + c.ClusterID, TTL: ttl, Index: index}
}

func jsonLogKey(texts ...string) LogIndexKey {
	key := LogIndexKey{Type: "json", Token: logTokens, DocValue: true, JSONKeys: map[string]LogJSONKey{}}
	for _, name := range texts {
		key.JSONKeys[name] = LogJSONKey{Type: "text", DocValue: true}
	}
	return key
}

// eventStore is where the events of Kubernetes go.
func (c *Cluster) eventStore() *LogStore {
	index := logIndexOf("level")
	index.Keys["eventId"] = jsonLogKey("reason", "type", "message", "metadata.name", "metadata.namespace", "involvedObject.kind", "involvedObject.name", "involvedObject.namespace")
	return &LogStore{LogStoreName: eventLogStore, TTL: eventTTL, Index: index}
}

// inspectionStore is where security-inspector writes what it finds.
func (c *Cluster) inspectionStore() *LogStore {
	return &LogStore{
		LogStoreName: inspectionLogStore + c.ClusterID[:inspectionIDLength], TTL: inspectionTTL,
		Index: logIndexOf("kind", "name", "namespace", "check_type", "check_item", "result", "severity", "message"),
	}
}

// componentStores are where the components of the control plane write.
func (c *Cluster) componentStores() []*LogStore {
	if c.ControlPlaneLog == nil {
		return nil
	}
	days, _ := strconv.ParseInt(c.ControlPlaneLog.LogTTL, 10, 64)
	stores := []*LogStore{}
	for _, component := range c.ControlPlaneLog.Components {
		stores = append(stores, &LogStore{LogStoreName: component + "-" + c.ClusterID, TTL: days, Index: logIndexOf()})
	}
	return stores
}

// clusterProject is where what runs in a cluster writes its logs.
func (c *Cluster) clusterProject() string {
	if c.AuditLog == nil {
		return c.defaultLogProject()
	}
	return c.auditProject()
}

// canLog says whether a project can take the logs of a cluster: it need not exist, but must not be somebody else's.
func (c *Cloud) canLog(accountID, region, project string) error {
	p := c.log.projects[project]
	switch {
	case p == nil:
		if problem := (&LogProject{ProjectName: project}).problem(); problem != "" {
			return fmt.Errorf("%s", problem)
		}
	case p.accountID != accountID || p.Region != region:
		return fmt.Errorf("the project %s is of the account %s in %s, and the cluster of the account %s in %s", project, p.accountID, p.Region, accountID, region)
	}
	return nil
}

// clusterStore finds a Logstore of a cluster; the project and the Logstore are made when they are not there.
func (c *Cloud) clusterStore(state *clusterState, project string, given *LogStore, now time.Time) (*logStore, error) {
	if err := c.canLog(state.accountID, state.regionID, project); err != nil {
		return nil, err
	}
	if c.log.projects[project] == nil {
		c.newLogProject(state.accountID, &LogProject{ProjectName: project, Region: state.regionID, Description: "logs of Kubernetes clusters"}, now)
	}
	p := c.log.projects[project]
	if s := p.store(given.LogStoreName); s != nil {
		return s, nil
	}
	return p.newLogStore(given, now), nil
}

// clusterLogPlaces makes the Logstores that a cluster's settings ask for.
func (c *Cloud) clusterLogPlaces(state *clusterState, cluster *Cluster, now time.Time) error {
	if cluster.AuditLog != nil {
		if _, err := c.clusterStore(state, cluster.auditProject(), cluster.auditLogStore(), now); err != nil {
			return err
		}
	}
	for _, given := range cluster.componentStores() {
		s, err := c.clusterStore(state, cmp.Or(cluster.ControlPlaneLog.LogProject, cluster.defaultLogProject()), given, now)
		if err != nil {
			return err
		}
		changed := clone(s.LogStore)
		if changed.TTL = given.TTL; changed.problem() == "" {
			s.LogStore = changed
		}
	}
	return nil
}

// takeLogRows writes what a scenario says that a cluster has written, and forgets it: from then on it is in Log Service.
func (c *Cloud) takeLogRows(state *clusterState, cluster *Cluster, now time.Time) error {
	written := []struct {
		rows  []ClusterLogRow
		write func(*clusterState, *Cluster, []ClusterLogRow, time.Time) error
	}{
		{cluster.AuditEvents, c.writeAudit}, {cluster.KubernetesEvents, c.writeEvents}, {cluster.InspectionFindings, c.writeInspection},
	}
	cluster.AuditEvents, cluster.KubernetesEvents, cluster.InspectionFindings = nil, nil, nil
	for _, w := range written {
		if err := w.write(state, cluster, w.rows, now); err != nil {
			return err
		}
	}
	return nil
}

// takeClusterLogs does both for a cluster that is about to be stored.
func (c *Cloud) takeClusterLogs(state *clusterState, cluster *Cluster) error {
	now := c.logTime(c.now())
	err := c.clusterLogPlaces(state, cluster, now)
	if err == nil {
		err = c.takeLogRows(state, cluster, now)
	}
	if err != nil {
		return fmt.Errorf("logs of the cluster %s: %w", cluster.ClusterID, err)
	}
	return nil
}

// loadClusterLogs does both for the clusters of the scenario.
func (c *Cloud) loadClusterLogs() error {
	for _, id := range c.accountOrder {
		for _, state := range c.accounts[id].clusters {
			if err := c.takeClusterLogs(state, state.now.Cluster); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Cloud) writeAudit(state *clusterState, cluster *Cluster, rows []ClusterLogRow, now time.Time) error {
	if cluster.AuditLog == nil {
		// Nobody writes an audit log that is off.
		return nil
	}
	return c.writeClusterRows(state, cluster.auditProject(), cluster.auditLogStore, rows, now, "stageTimestamp", flatRow)
}

// writeEvents writes events as the collector does: the level, and the whole event as JSON text.
func (c *Cloud) writeEvents(state *clusterState, cluster *Cluster, rows []ClusterLogRow, now time.Time) error {
	return c.writeClusterRows(state, cluster.clusterProject(), cluster.eventStore, rows, now, "lastTimestamp", func(row map[string]any) (map[string]string, error) {
		text, err := json.Marshal(row)
		if err != nil {
			return nil, err
		}
		level, _ := row["type"].(string)
		return map[string]string{"level": level, "eventId": string(text)}, nil
	})
}

func (c *Cloud) writeInspection(state *clusterState, cluster *Cluster, rows []ClusterLogRow, now time.Time) error {
	return c.writeClusterRows(state, cluster.clusterProject(), cluster.inspectionStore, rows, now, "", flatRow)
}

// writeClusterRows appends rows to a Logstore of a cluster. The time of a row is in one of its fields, if it has one.
func (c *Cloud) writeClusterRows(state *clusterState, project string, store func() *LogStore, rows []ClusterLogRow, now time.Time, clock string, fields func(map[string]any) (map[string]string, error)) error {
	slices.SortStableFunc(rows, func(a, b ClusterLogRow) int { return int(duration(b.Age) - duration(a.Age)) })
	for i := range rows {
		received := now.Add(-duration(rows[i].Age))
		row := LogRow{Time: received.Unix(), Source: state.clusterID}
		if text, _ := rows[i].Row[clock].(string); text != "" {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				row.Time = at.Unix()
			}
		}
		var err error
		if row.Fields, err = fields(rows[i].Row); err != nil {
			return err
		}
		s, err := c.clusterStore(state, project, store(), now)
		if err != nil {
			return err
		}
		s.receive(&row, received)
	}
	return nil
}

// flatRow is an object as a row: text stays, all else becomes JSON text.
func flatRow(object map[string]any) (map[string]string, error) {
	row := map[string]string{}
	for name, item := range object {
		if text, isText := item.(string); isText {
			row[name] = text
			continue
		}
		text, err := json.Marshal(item)
		if err != nil {
			return nil, err
		}
		row[name] = string(text)
	}
	return row, nil
}

// behindClusterLogs writes rows of a cluster now. Rows are maps, or structs that become objects in JSON.
func (c *Cloud) behindClusterLogs(clusterID string, rows []any, write func(*clusterState, *Cluster, []ClusterLogRow, time.Time) error) error {
	given := []ClusterLogRow{}
	for i, row := range rows {
		object := map[string]any{}
		text, err := json.Marshal(row)
		if err == nil {
			decoder := json.NewDecoder(strings.NewReader(string(text)))
			decoder.UseNumber()
			err = decoder.Decode(&object)
		}
		if err != nil {
			return fmt.Errorf("row %d of the cluster %s is no object: %w", i, clusterID, err)
		}
		given = append(given, ClusterLogRow{Row: object})
	}
	return c.behindLog(func(now time.Time) error {
		state := c.clusters[clusterID]
		if state == nil {
			return fmt.Errorf("cluster %s does not exist", clusterID)
		}
		return write(state, state.now.Cluster, given, now)
	})
}

// WriteAudit has the API server of a cluster write events of audit.k8s.io/v1, maps or structs, to its audit log: one
// field for each top-level key, whose objects and lists are JSON text. It writes nothing while auditing is off. The
// time of a row is its stageTimestamp, or now.
func (c *Cloud) WriteAudit(clusterID string, events ...any) error {
	return c.behindClusterLogs(clusterID, events, c.writeAudit)
}

// WriteEvent has a cluster write events of Kubernetes to the Logstore k8s-event of its project.
func (c *Cloud) WriteEvent(clusterID string, events ...any) error {
	return c.behindClusterLogs(clusterID, events, c.writeEvents)
}

// WriteInspection has security-inspector write results, with the fields kind, name, namespace, check_type, check_item,
// result, severity and message, to its Logstore in the cluster's project.
func (c *Cloud) WriteInspection(clusterID string, results ...any) error {
	return c.behindClusterLogs(clusterID, results, c.writeInspection)
}
