package docs

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// The archive of the example, and clusters whose logs are in it.
const (
	archiveProject  = "collect-logs"
	archiveStore    = "collect-cluster-security-logs"
	shippedCluster  = "c1a00000000000000000000000retail1"
	paymentsCluster = "c1c0000000000000000000000payments"
)

var shippingMembers = []string{retail, "100000000000004", "100000000000005"}

// archived are the rows that a query finds in the archive, asked for as the platform team would.
func archived(t *testing.T, cloud *acctest.Cloud, query string) []map[string]string {
	t.Helper()
	client, err := cloud.Fleet(t, nil).SLS(fleet.Scope{AccountID: logAccount, Region: "cn-hangzhou"})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := client.Logs(t.Context(), archiveProject, archiveStore, sls.Query{From: time.Now().Add(-48 * time.Hour), To: time.Now().Add(time.Minute), Text: query, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The audit and risk logs of three member accounts, as a platform team ships them: applied at once, a row that is
// written in a member's cluster found in the archive, a job that somebody deletes seen in the plan, destroyed without a
// trace in the members.
func TestExample_logShipping(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, demoFleet(t))
	before := cloud.Snapshot()
	own := regexp.MustCompile(`(?s)^.*?\nterraform \{.*?\n\}\n`)
	w := acctest.NewWorkspace(t, cloud.Provider("", own.ReplaceAllString(read(t, logShipping+"main.tf"), "")))
	list := func(ids ...string) string {
		text, err := json.Marshal(ids)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	run := func(says []string, arguments ...string) {
		t.Helper()
		output, err := w.Terraform(t, append(arguments, "-var=log_account_id="+logAccount, "-var=member_account_ids="+list(shippingMembers...), "-var=inspected_cluster_ids="+list(shippedCluster))...)
		if err != nil {
			t.Fatalf("%v: %v\n%s", arguments, err, output)
		}
		for _, phrase := range says {
			if !acctest.Says(phrase).Match(output) {
				t.Errorf("%v lacks %q\n%s", arguments, phrase, output)
			}
		}
	}

	run([]string{"not_verified = {}"}, "apply")
	run([]string{"No changes"}, "plan")

	if err := cloud.WriteAudit(paymentsCluster, map[string]any{
		"auditID": "5f0a", "verb": "delete", "stage": "ResponseComplete", "requestURI": "/api/v1/namespaces/pay/secrets/ledger",
		"user": map[string]any{"username": "auditor"}, "objectRef": map[string]any{"resource": "secrets", "namespace": "pay", "name": "ledger"}, "responseStatus": map[string]any{"code": 200},
	}); err != nil {
		t.Fatal(err)
	}
	rows := archived(t, cloud, "objectRef.resource: secrets and verb: delete")
	if len(rows) != 1 || rows[0]["account_id"] != "100000000000005" || rows[0]["cluster_id"] != paymentsCluster || rows[0]["log_source"] != "audit" {
		t.Errorf("the archive has %v", rows)
	}
	if rows := archived(t, cloud, "log_source: inspection and cluster_id: "+shippedCluster); len(rows) == 0 {
		t.Error("the archive has no results of the inspection")
	}
	// The member keeps a day.
	if store, _ := cloud.LogStore("k8s-log-"+paymentsCluster, "audit-"+paymentsCluster); store.TTL != 1 {
		t.Errorf("the source keeps rows for %d days", store.TTL)
	}

	if err := cloud.DeleteLogJob("k8s-log-"+paymentsCluster, "ackguard-audit-"+paymentsCluster[:12]); err != nil {
		t.Fatal(err)
	}
	run([]string{fmt.Sprintf(`ackguard_audit_log_shipping.all[%q] will be created`, paymentsCluster+"/audit")}, "plan")
	run(nil, "apply", "-var=force_destroy=true")

	run(nil, "destroy", "-var=force_destroy=true")
	for _, line := range before.Diff(cloud.Snapshot()) {
		// Rows stay where they were written, and switching auditing off again leaves the Logstore that it made.
		if !strings.Contains(line, ".rows") && !strings.HasSuffix(line, ".tags = []") && !strings.Contains(line, "logistic.logstores[1]") {
			t.Errorf("left behind: %s", line)
		}
	}
	if store, found := cloud.LogStore("k8s-log-"+shippedCluster, "audit-"+shippedCluster); !found || store.TTL == 1 {
		t.Errorf("the source is %v, and keeps rows for %d days", found, store.TTL)
	}
}
