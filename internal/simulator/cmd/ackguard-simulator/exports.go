package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Ways to reach the simulator that the printed environment may describe.
const (
	exportsPlain = "plain"
	exportsTLS   = "tls"
	exportsProxy = "proxy"
)

var exportKinds = []string{exportsPlain, exportsTLS, exportsProxy}

// endpointVariables name the products' endpoints, for this provider and for the official one.
var endpointVariables = []string{
	"ALIBABA_CLOUD_ENDPOINT_CS", "ALIBABA_CLOUD_ENDPOINT_STS",
	"ALIBABA_CLOUD_ENDPOINT_RESOURCEMANAGER", "ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER",
}

// environment is what the exports are made of.
type environment struct {
	kind, address, region, accountID, caFile string
	key                                      simulator.AccessKey
	scenario                                 *simulator.Scenario
}

func checkExports(kind string) error {
	if slices.Contains(exportKinds, kind) {
		return nil
	}
	return errors.New("-exports is " + kind + ", want one of " + strings.Join(exportKinds, ", "))
}

// script collects the lines of a shell script.
type script struct{ strings.Builder }

func (s *script) comment(format string, args ...any) { fmt.Fprintf(s, "# "+format+"\n", args...) }

func (s *script) export(name, value string) {
	fmt.Fprintf(s, "export %s=%s\n", name, quote(value))
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]*$`)

// quote makes one shell word of a value.
func quote(value string) string {
	if plainWord.MatchString(value) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// exports is the environment as a shell script that may be pasted or sourced.
func (e environment) exports() string {
	s := &script{}
	s.comment("Environment of the simulated cloud at %s. Use it in a shell of its own.", e.address)
	s.export("ALIBABA_CLOUD_REGION", e.region)
	s.export("ALICLOUD_REGION", e.region)
	s.export("ALIBABA_CLOUD_ACCESS_KEY_ID", e.key.ID)
	s.export("ALIBABA_CLOUD_ACCESS_KEY_SECRET", e.key.Secret)
	switch e.kind {
	case exportsTLS:
		e.tls(s)
	case exportsProxy:
		e.proxy(s)
	default:
		e.plain(s)
	}
	e.credentials(s)
	return s.String()
}

func (e environment) plain(s *script) {
	for _, name := range endpointVariables {
		s.export(name, "http://"+e.address)
	}
	s.comment("The vendor's CLI speaks plain HTTP with --insecure:")
	s.comment("  %s --endpoint %s --insecure cs GET /api/v1/clusters", e.cli(), e.address)
	s.comment("The official Terraform provider wants TLS: start the simulator with -exports tls or -exports proxy.")
}

// tls is what programs need that insist on TLS. Endpoints have no scheme, because the official provider takes none.
func (e environment) tls(s *script) {
	for _, name := range endpointVariables {
		s.export(name, e.address)
	}
	e.trust(s)
	e.officialProvider(s)
	s.comment("and in its block, which needs no keys and no region then:")
	s.comment("  provider \"alicloud\" {")
	s.comment("    skip_region_validation = true")
	s.comment("    endpoints {")
	for _, product := range []string{"cs", "sts", "resourcemanager", "config"} {
		s.comment("      %-15s = %q", product, e.address)
	}
	s.comment("    }")
	s.comment("  }")
	s.comment("The vendor's CLI: %s --endpoint %s cs GET /api/v1/clusters", e.cli(), e.address)
}

// proxy lets programs use the cloud's own host names.
func (e environment) proxy(s *script) {
	s.comment("The forward proxy answers for the cloud's own host names and refuses all others, the registry too: run terraform init first.")
	fmt.Fprintf(s, "unset %s\n", strings.Join(endpointVariables, " "))
	for _, name := range []string{"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"} {
		s.export(name, "http://"+e.address)
	}
	s.export("no_proxy", "")
	s.export("NO_PROXY", "")
	e.trust(s)
	e.officialProvider(s)
	s.comment("and in its block: provider \"alicloud\" { skip_region_validation = true }")
	s.comment("The vendor's CLI: %s cs GET /api/v1/clusters", e.cli())
}

func (e environment) trust(s *script) {
	s.comment("Go programs read this on Linux and the BSDs; elsewhere the CA must go into the system's store.")
	s.export("SSL_CERT_FILE", e.caFile)
}

// officialProvider keeps it from asking hosts that are not simulated who the account is.
func (e environment) officialProvider(s *script) {
	s.comment("The official Terraform provider needs these two,")
	s.export("ALIBABA_CLOUD_ACCOUNT_ID", e.accountID)
	s.export("ALIBABA_CLOUD_ACCOUNT_TYPE", "Domestic")
}

func (e environment) cli() string {
	return "aliyun --mode AK --access-key-id " + quote(e.key.ID) + " --access-key-secret " + quote(e.key.Secret) + " --region " + e.region
}

// credentials shows the other ways to sign in that the scenario has.
func (e environment) credentials(s *script) {
	url := "http://" + e.address
	for _, uri := range e.scenario.CredentialsURIs {
		s.comment("Instead of the key: ALIBABA_CLOUD_CREDENTIALS_URI=%s/credentials-uri/%s", url, uri.Name)
	}
	if i := e.scenario.ECSInstance; i != nil {
		s.comment("Instead of the key: the RAM role %s of an ECS instance, with the metadata service at %s (at 100.100.100.200 through the proxy)", i.RAMRoleName, url)
	}
	for i := range e.scenario.Accounts {
		a := &e.scenario.Accounts[i]
		for _, p := range a.OIDCProviders {
			s.comment("Instead of the key: ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::%s:oidc-provider/%s with a token of the scenario in a file", a.AccountID, p.OIDCProviderName)
		}
	}
}
