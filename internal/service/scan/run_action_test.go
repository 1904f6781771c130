package scan_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// invoke scans the cluster of Retail, with further arguments as texts.
func invoke(t *testing.T, cloud *acctest.Cloud, arguments map[string]string, wait bool) (said []string) {
	t.Helper()
	const kind = "ackguard_run_scan"
	p := cloud.Protocol(t)
	server, ok := p.ProviderServer.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider serves no actions")
	}
	values := map[string]tftypes.Value{"wait": tftypes.NewValue(tftypes.Bool, wait)}
	for name, text := range acctest.With(map[string]any{"account_id": acctest.Retail, "region": "cn-hangzhou", "cluster_id": retail}) {
		values[name] = tftypes.NewValue(tftypes.String, text)
	}
	for name, text := range arguments {
		if name == "timeouts" {
			values[name] = tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"invoke": tftypes.String}},
				map[string]tftypes.Value{"invoke": tftypes.NewValue(tftypes.String, text)})
			continue
		}
		values[name] = tftypes.NewValue(tftypes.String, text)
	}
	stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: kind, Config: acctest.Fill(t, p.Schemas.ActionSchemas[kind].Schema.ValueType(), values)})
	if err != nil {
		t.Fatal(err)
	}
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			said = append(said, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			for _, d := range e.Diagnostics {
				said = append(said, d.Severity.String()+" "+d.Summary+": "+d.Detail)
			}
		}
	}
	return said
}

// inspected is a fleet whose component finds one violation, in runs of a duration.
func inspected(t *testing.T, change func(*simulator.Inspector)) *acctest.Cloud {
	t.Helper()
	return acctest.New(t, acctest.InspectedFleet(newest, func(k *simulator.Kubernetes) {
		k.Inspector = &simulator.Inspector{Findings: []map[string]any{{"kind": "Deployment", "namespace": "shop", "name": "cart", "check_item": "runAsPrivileged", "result": "fail"}}}
		change(k.Inspector)
	}))
}

// A scan that is run shows in the report.
func TestRunAction(t *testing.T) {
	t.Parallel()
	cloud := inspected(t, func(*simulator.Inspector) {})
	has(t, read(t, cloud, "cluster_ids", []any{retail}), []any{"clusters", 0, "verdict", "INSUFFICIENT_DATA"})
	if said := invoke(t, cloud, map[string]string{"token": "once"}, true); len(said) != 2 || !strings.Contains(said[0], "started, Job security-inspector/") || !strings.Contains(said[1], "completed") {
		t.Errorf("said %q", said)
	}
	r := read(t, cloud, "cluster_ids", []any{retail})
	has(t, r, []any{"clusters", 0, "verdict", "NON_COMPLIANT"}, []any{"findings", 0, "rule_id", "runAsPrivileged"}, []any{"clusters", 0, "high_risk_message", "1 high risks have been found after running config audit"})
	_ = invoke(t, cloud, map[string]string{"token": "once"}, true)
	if jobs := cloud.KubernetesObjects(retail, "jobs", own); len(jobs) != 1 {
		t.Errorf("%d Jobs; the same token must start one scan", len(jobs))
	}
	_ = invoke(t, cloud, nil, true)
	_ = invoke(t, cloud, nil, true)
	if jobs := cloud.KubernetesObjects(retail, "jobs", own); len(jobs) != 3 {
		t.Errorf("%d Jobs after two invocations more", len(jobs))
	}
	hears(t, invoke(t, cloud, map[string]string{"region": "cn-hangzou"}, true), `"cn-hangzou" is not a region`)
	hears(t, invoke(t, cloud, map[string]string{"cron_job_name": "another"}, true), "objects not found", "another")
	hears(t, invoke(t, cloud, map[string]string{"cluster_id": acctest.ClusterID("logistics"), "account_id": acctest.Logistics}, true), "ERROR", "has no add-on security-inspector")
	if err := cloud.SetKubernetesRBAC(retail, []simulator.KubernetesGrant{}); err != nil {
		t.Fatal(err)
	}
	hears(t, invoke(t, cloud, nil, true), "ERROR", "forbidden")
}

func TestRunAction_long(t *testing.T) {
	t.Parallel()
	cloud := inspected(t, func(i *simulator.Inspector) { i.Duration = "10h" })
	hears(t, invoke(t, cloud, nil, true), "ERROR Scan is still running", "of cluster "+retail+" in account "+acctest.Retail+", region cn-hangzhou", "is active", "goes on by itself")
	hears(t, invoke(t, cloud, nil, false), "WARNING Scan is running already", "In cluster "+retail+" in account "+acctest.Retail+", region cn-hangzhou", "none was started")
	// The kubeconfig is good for as long as the scan may take.
	quick := inspected(t, func(*simulator.Inspector) {})
	hears(t, invoke(t, quick, map[string]string{"timeouts": "3h"}, true), "Scan of cluster "+retail+" completed")
	long := simulator.Filter{Action: "DescribeClusterUserKubeconfig", Where: func(r simulator.Request) bool { return r.Query.Get("TemporaryDurationMinutes") == "190" }}
	if quick.Count(long) != 1 {
		t.Error("the kubeconfig is not good for three hours")
	}
	failing := inspected(t, func(i *simulator.Inspector) { i.Dialect = "flat" })
	err := failing.UpdateKubernetesObject(retail, "configmaps", own, configMap, func(object map[string]any) { object["data"] = map[string]any{} })
	if err != nil {
		t.Fatal(err)
	}
	hears(t, invoke(t, failing, nil, true), "ERROR Scan failed", "BackoffLimitExceeded")
}
