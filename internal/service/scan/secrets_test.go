package scan_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// A TRACE log of a whole run, its output and its state hold nothing of a kubeconfig, and of the proxy's password only what
// the argument itself leaves in the state.
func TestSecrets_neverLogged(t *testing.T) {
	t.Parallel()
	scenario := acctest.InspectedFleet(newest)
	scenario.Accounts[1].Clusters[0].MasterURL.APIServerEndpoint = new("")
	acctest.Inspected(newest, func(k *simulator.Kubernetes) { k.Credential = "token" })(&scenario.Accounts[3].Clusters[0])
	cloud := acctest.New(t, scenario)
	const password = "hunter2hunter2"
	proxy := strings.Replace(cloud.Endpoint(), "http://", "http://me:"+password+"@", 1)
	policies := block(acctest.Retail, "cn-hangzhou", "retail", `
  disabled_checks    = ["hostPortSet"]
  triggers           = { version = "1" }
  cluster_connection = { proxy_url = "`+proxy+`" }`) +
		strings.Replace(block(acctest.Payments, "cn-shanghai", "payments", `
  suspend = true`), `"this"`, `"other"`, 1) + `
data "ackguard_scan_policies" "all" {
  account_ids        = ["` + acctest.Retail + `"]
  cluster_connection = { proxy_url = "` + proxy + `" }
}
`
	log := acctest.TraceLog(t, cloud.Provider("", policies), "DEBUG=dara,tea")
	for _, proof := range []string{"action=DescribeClusterUserKubeconfig", `"last_scan_job": "security-inspector/`} {
		if !bytes.Contains(log, []byte(proof)) {
			t.Errorf("the log has no %s, so it proves nothing", proof)
		}
	}
	if n := cloud.Count(simulator.Filter{Product: "kubernetes", Where: func(r simulator.Request) bool { return strings.HasPrefix(r.Host, "10.0.0.1") }}); n == 0 {
		t.Error("nothing went through the proxy, so it proves nothing")
	}
	asArgument := []byte(`"proxy_url": "` + proxy + `"`)
	if !bytes.Contains(log, asArgument) {
		t.Error("the state has no argument, so that this test does not know what it looks at")
	}
	log = bytes.ReplaceAll(log, asArgument, nil)
	secrets := append(cloud.Issued(), password, base64.StdEncoding.EncodeToString([]byte("me:"+password)))
	for _, secret := range secrets {
		if bytes.Contains(log, []byte(secret)) {
			t.Errorf("the log holds a secret that starts with %q", secret[:8])
		}
	}
	for _, trace := range []string{"client-key-data", "client-certificate-data", "current-context", "PRIVATE KEY"} {
		if at := bytes.Index(log, []byte(trace)); at >= 0 {
			t.Errorf("the log holds a piece of a kubeconfig: %q", log[max(0, at-80):at+40])
		}
	}
	if len(secrets) < 10 {
		t.Errorf("only %d secrets to look for", len(secrets))
	}
}
