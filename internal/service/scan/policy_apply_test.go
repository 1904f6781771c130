package scan

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
)

const nowhere = `apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users: [{name: a, user: {token: t}}]
`

// A run that was stopped before the first look has not found that objects are missing.
func TestAwait_interrupted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(nowhere), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := cluster.Connect(t.Context(), nil, "c1", cluster.Options{KubeconfigPath: file})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	o := &operation{component: component{clock: clock.System{}, timeout: time.Minute, clusterID: "c1"}, scope: fleet.Scope{AccountID: "1", Region: "cn-hangzhou"}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.await(ctx, client, &policyModel{}, cs.Addon{})
	if err == nil {
		t.Fatal("no error")
	}
	d := o.explain("Changing it", err)
	if want := "the run was interrupted before it could be read back.\n\nWhere: cluster c1 in account 1, region cn-hangzhou."; d.Summary() != "Changing it failed" || d.Detail() != want {
		t.Errorf("%s: %s", d.Summary(), d.Detail())
	}
}
