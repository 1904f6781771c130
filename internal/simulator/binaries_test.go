package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Tests with programs that are not ours and not in this repository. They take the path of a binary from the environment
// and say so when they are skipped.
const (
	cliVariable      = "ACKGUARD_E2E_ALIYUN_CLI"
	providerVariable = "ACKGUARD_E2E_TERRAFORM_PROVIDER_ALICLOUD"
)

// binary is the absolute path in a variable.
func binary(t *testing.T, variable, what string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("%s is not set: it names the binary of %s, with which this test would run", variable, what)
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return path
}

// surroundings are a program's environment: a scratch home, and how it finds the simulator.
func surroundings(t *testing.T, s *Server, proxied bool) []string {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.crt")
	if err := s.WriteCAFile(ca); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SSL_CERT_FILE=" + ca}
	if proxied {
		env = append(env, "http_proxy="+s.URL(), "https_proxy="+s.URL())
	}
	return env
}

func TestVendorCLI(t *testing.T) {
	cli := binary(t, cliVariable, "the vendor's CLI (aliyun)")
	for _, way := range []struct {
		name    string
		proxied bool
		plain   bool
	}{{"TCP", false, true}, {"TLS", false, false}, {"proxy, absolute form", true, true}, {"proxy, CONNECT", true, false}} {
		t.Run(way.name, func(t *testing.T) {
			c, s := startCloud(t, testScenario())
			env := surroundings(t, s, way.proxied)
			aliyun := func(k credentials, arguments ...string) any {
				t.Helper()
				arguments = append(arguments, "--mode", "AK", "--access-key-id", k.id, "--access-key-secret", k.secret, "--region", "cn-hangzhou")
				if !way.proxied {
					arguments = append(arguments, "--endpoint", s.Addr())
				}
				if way.plain {
					arguments = append(arguments, "--insecure")
				}
				command := exec.CommandContext(t.Context(), cli, arguments...)
				command.Env = env
				var stdout, stderr bytes.Buffer
				command.Stdout, command.Stderr = &stdout, &stderr
				if err := command.Run(); err != nil {
					t.Fatalf("aliyun %s: %v\n%s%s", strings.Join(arguments, " "), err, stdout.String(), stderr.String())
				}
				var answer any
				if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
					t.Fatalf("aliyun %s: %v in %s", strings.Join(arguments, " "), err, stdout.String())
				}
				return answer
			}
			decoded := func(answer any) object {
				inner, _ := answer.(map[string]any)
				return inner
			}
			admin, local := keyOf("FAKEADMIN"), keyOf("FAKELOCAL")
			if n := len(decoded(aliyun(local, "cs", "GET", "/api/v1/clusters")).list("clusters")); n != 3 {
				t.Errorf("%d clusters, want 3", n)
			}
			if old, _ := aliyun(local, "cs", "GET", "/clusters").([]any); len(old) != 3 {
				t.Errorf("GET /clusters: %v", old)
			}
			if detail := decoded(aliyun(local, "cs", "GET", "/clusters/"+clusterID("one"))); detail.text("name") != "one" {
				t.Errorf("detail: %v", detail)
			}
			if identity := decoded(aliyun(admin, "sts", "GetCallerIdentity")); identity.text("AccountId") != testManagement {
				t.Errorf("identity: %v", identity)
			}
			if accounts := decoded(aliyun(admin, "resourcemanager", "ListAccounts")); len(accounts.object("Accounts").list("Account")) != 2 {
				t.Errorf("accounts: %v", accounts)
			}
			role := decoded(aliyun(admin, "sts", "AssumeRole", "--RoleArn", "acs:ram::"+testMember+":role/"+testRole, "--RoleSessionName", "cli"))
			if role.object("Credentials").text("SecurityToken") == "" {
				t.Errorf("AssumeRole: %v", role)
			}
			if bad := c.Requests(Filter{Where: func(r Request) bool { return r.Status != http.StatusOK }}); len(bad) > 0 {
				t.Errorf("refused: %+v", bad)
			}
		})
	}
}

func TestOfficialProvider(t *testing.T) {
	provider := binary(t, providerVariable, "the official Terraform provider (terraform-provider-alicloud)")
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		var err error
		if terraform, err = exec.LookPath("terraform"); err != nil {
			t.Skip("terraform is neither in TF_ACC_TERRAFORM_PATH nor on PATH: the official provider needs it")
		}
	}
	for _, way := range []struct {
		name    string
		proxied bool
	}{{"TLS", false}, {"proxy", true}} {
		t.Run(way.name, func(t *testing.T) {
			c, s := startCloud(t, testScenario())
			folder := t.TempDir()
			if err := os.Symlink(provider, filepath.Join(folder, "terraform-provider-alicloud")); err != nil {
				t.Fatal(err)
			}
			endpoints := ""
			if !way.proxied {
				endpoints = fmt.Sprintf("endpoints {\n    cs = %[1]q\n    sts = %[1]q\n    resourcemanager = %[1]q\n  }", s.Addr())
			}
			files := map[string]string{
				"cli.tfrc": fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/aliyun/alicloud\" = %q\n  }\n}\n", folder),
				"main.tf": `terraform {
  required_providers {
    alicloud = { source = "aliyun/alicloud" }
  }
}
provider "alicloud" {
  skip_region_validation = true
  ` + endpoints + `
}
data "alicloud_caller_identity" "current" {}
data "alicloud_resource_manager_accounts" "all" {}
data "alicloud_cs_clusters" "all" {}
output "account_id" { value = data.alicloud_caller_identity.current.account_id }
output "accounts" { value = length(data.alicloud_resource_manager_accounts.all.accounts) }
`,
			}
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			k := keyOf("FAKEADMIN")
			env := append(
				surroundings(t, s, way.proxied), "TF_CLI_CONFIG_FILE="+filepath.Join(folder, "cli.tfrc"), "CHECKPOINT_DISABLE=1",
				"ALIBABA_CLOUD_ACCESS_KEY_ID="+k.id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+k.secret, "ALIBABA_CLOUD_REGION=cn-hangzhou",
				"ALIBABA_CLOUD_ACCOUNT_ID="+testManagement, "ALIBABA_CLOUD_ACCOUNT_TYPE=Domestic",
			)
			if !way.proxied {
				env = append(env, "ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER="+s.Addr(), "ALIBABA_CLOUD_ENDPOINT_RESOURCEMANAGER="+s.Addr())
			}
			run := func(arguments ...string) []byte {
				t.Helper()
				command := exec.CommandContext(t.Context(), terraform, arguments...)
				command.Dir, command.Env = folder, env
				var stdout, stderr bytes.Buffer
				command.Stdout, command.Stderr = &stdout, &stderr
				if err := command.Run(); err != nil {
					t.Fatalf("terraform %s: %v\n%s%s", strings.Join(arguments, " "), err, stdout.String(), stderr.String())
				}
				return stdout.Bytes()
			}
			run("apply", "-auto-approve", "-no-color")
			var outputs map[string]struct {
				Value any `json:"value"`
			}
			if err := json.Unmarshal(run("output", "-json"), &outputs); err != nil {
				t.Fatal(err)
			}
			if outputs["account_id"].Value != testManagement || outputs["accounts"].Value != 2.0 {
				t.Errorf("outputs are %v", outputs)
			}
			if c.Count(Filter{Action: "DescribeClustersForRegion", Region: "cn-hangzhou", Status: http.StatusOK}) == 0 {
				t.Errorf("no list of clusters in %+v", c.Requests())
			}
		})
	}
}
