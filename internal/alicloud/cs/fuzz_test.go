package cs_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

const clusterID = "c00000000000000000000000000retail"

// fuzzAnswers calls with whatever the fuzzer makes of the seeds as the answer.
// No answer may panic, and one that is taken must be a JSON object with the
// keys that hold the answer: nothing is read from anything else.
func fuzzAnswers(f *testing.F, call func(context.Context, *cs.Client) error, holds string, seeds ...string) {
	f.Helper()
	answering.Seed(f, append(seeds, `{"`+holds+`":null}`, `{"code":"ErrorClusterNotFound","message":"gone","requestId":"R","status":404}`)...)
	service := answering.New(f)
	client, err := cs.New(service.Config())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		service.With(status, body)
		err := call(t.Context(), client)
		service.Check(t, err)
		if err != nil {
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &object) != nil {
			t.Errorf("%d %q was taken for an answer", status, body)
		}
		if _, ok := object[holds]; !ok {
			t.Errorf("%d %q has no %s and was taken for an answer", status, body, holds)
		}
	})
}

func FuzzClusters(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		list, err := c.Clusters(ctx)
		for _, cluster := range list {
			if cluster.ClusterID == "" {
				return errors.New("a cluster without an ID")
			}
		}
		return err
	}, "clusters",
		`{"clusters":[{"cluster_id":"c1","name":"a","region_id":"cn-hangzhou","state":"running","tags":[{"key":"k","value":"v"}],"parameters":null}],"page_info":{"page_number":1,"page_size":50,"total_count":1}}`,
		`{"clusters":[],"page_info":{"total_count":0}}`, `{"clusters":[{}],"page_info":{"total_count":1}}`, `{"clusters":[{"cluster_id":"c1"}],"page_info":{"total_count":7}}`)
}

func FuzzClusterDetail(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		cluster, err := c.ClusterDetail(ctx, clusterID)
		if err == nil {
			_, _ = cluster.Endpoints()
			_, _ = cluster.MetaData.Get()
			_ = cluster.EffectiveTimezone()
		}
		return err
	}, "cluster_id",
		`{"cluster_id":"c1","master_url":"{\"api_server_endpoint\":\"https://203.0.113.1:6443\"}","meta_data":"{\"Capabilities\":{\"Network\":\"Flannel\"}}","parameters":{"CloudMonitorFlags":"True"},"control_plane_config":{"cloud_monitor_flags":true}}`,
		`{"cluster_id":"c1","master_url":"","meta_data":"null"}`, `{"cluster_id":"c1","master_url":7}`, `{"cluster_id":"c1","deletion_protection":"true"}`)
}

func FuzzNodePools(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error { _, err := c.NodePools(ctx, clusterID); return err }, "nodepools",
		`{"nodepools":[{"nodepool_info":{"nodepool_id":"np1","name":"default"},"kubernetes_config":{"cms_enabled":true},"status":{"total_nodes":3}}]}`,
		`{"nodepools":[null]}`, `{"nodepools":[{}]}`, `{"nodepools":[{"status":{"total_nodes":"3"}}]}`)
}

func FuzzAddonInstances(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error { _, err := c.AddonInstances(ctx, clusterID); return err }, "addons",
		`{"addons":[{"name":"terway-eniip","state":"active","version":"v1.14.0"}]}`, `{"addons":[null]}`, `{"addons":{}}`)
}

func FuzzInspectConfig(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		_, found, err := c.InspectConfig(ctx, clusterID)
		if err == nil && !found {
			return &alicloud.Error{Kind: alicloud.NotFound} // what holds then is said by its own test
		}
		return err
	}, "requestId",
		`{"requestId":"R","enabled":true,"recurrence":"FREQ=DAILY;BYHOUR=2;BYMINUTE=30","disabledCheckItems":["A"]}`,
		`{"requestId":"R"}`, `{"requestId":"R","recurrence":"x"}`)
}

func FuzzInspectReports(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error { _, err := c.InspectReports(ctx, clusterID); return err }, "reports",
		`{"reports":[{"reportId":"r1","status":"completed","startTime":"2026-01-02T03:04:05Z","summary":{"code":"warning","warnCount":1}}],"nextToken":"","requestId":"R"}`,
		`{"reports":[],"nextToken":"again","requestId":"R"}`)
}

func FuzzInspectReportDetail(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		_, _, err := c.InspectReportDetail(ctx, clusterID, "r1", "en_US")
		return err
	}, "status",
		`{"reportId":"r1","status":"completed","summary":{"code":"warning"},"checkItemResults":[{"checkItemUid":"A","result":"true","level":"warning","targets":["t"]}],"requestId":"R"}`,
		`{"status":"running","requestId":"R"}`)
}

func FuzzAuditLog(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error { _, err := c.AuditLog(ctx, clusterID); return err }, "audit_enabled",
		`{"audit_enabled":true,"sls_project_name":"k8s-log-c1\n"}`, `{"audit_enabled":false,"sls_project_name":""}`,
		`{"audit_enabled":"true"}`, `{"sls_project_name":"k8s-log-c1"}`)
}

func FuzzControlPlaneLog(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		log, err := c.ControlPlaneLog(ctx, clusterID)
		if err == nil && log.TTLDays < 0 {
			return errors.New("a negative retention")
		}
		return err
	}, "components",
		`{"aliuid":"1","components":["apiserver","kcm"],"log_project":"k8s-log-c1","log_ttl":"30"}`, `{"components":[],"log_ttl":""}`,
		`{"components":["ccm"],"log_ttl":30}`, `{"components":["ccm"],"log_ttl":"-1"}`, `{"components":["ccm"],"log_ttl":"a month"}`, `{"components":"ccm"}`)
}

func FuzzTask(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		task, err := c.Task(ctx, "T-1")
		if err == nil && task.Succeeded() && task.Failure() != nil {
			return errors.New("a task that succeeded and failed")
		}
		return err
	}, "state",
		`{"task_id":"T-1","task_type":"cluster_audit_log","state":"running"}`, `{"state":"success","error":null}`,
		`{"state":"failed","error":{"code":"E","message":"no."}}`, `{"state":""}`, `{"state":"failed","error":"no"}`)
}

func FuzzUserKubeconfig(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		config, err := c.UserKubeconfig(ctx, clusterID, cs.KubeconfigRequest{})
		if err == nil && config.Config == "" {
			return errors.New("an empty kubeconfig was taken")
		}
		return err
	}, "config", `{"config":"apiVersion: v1","expiration":"2026-11-28T12:00:00Z"}`, `{"config":""}`, `{"config":7}`)
}

func FuzzAddon(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cs.Client) error {
		offer, found, err := c.Addon(ctx, clusterID, "cn-hangzhou", inspector, "")
		if err == nil && !found {
			return &alicloud.Error{Message: "there is none"}
		}
		if err == nil && offer.Name != inspector {
			return errors.New("another add-on was taken")
		}
		return err
	}, "name", `{"name":"security-inspector","version":"v0.16.8","newer_versions":[null]}`, `{"name":"other"}`)
}
