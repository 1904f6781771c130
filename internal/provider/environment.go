package provider

import (
	"os"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// Environment variables behind the arguments, in order of precedence, as the
// official provider reads them.
var (
	accessKeyVariables      = []string{"ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"}
	secretKeyVariables      = []string{"ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"}
	securityTokenVariables  = []string{"ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"}
	regionVariables         = []string{"ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"}
	roleARNVariables        = []string{"ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"}
	roleSessionVariables    = []string{"ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"}
	roleExpirationVariables = []string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"}
	userAgentVariables      = []string{"TF_APPEND_USER_AGENT"}
	enforcementVariables    = []string{providerdata.EnforcementVariable}
	endpointVariables       = map[string][]string{
		"cs":  {"ALIBABA_CLOUD_ENDPOINT_CS", "CS_ENDPOINT"},
		"sts": {"ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"},
		"resourcemanager": {
			"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER", "RESOURCEDIRECTORYMASTER_ENDPOINT",
			"ALIBABA_CLOUD_ENDPOINT_RESOURCEMANAGER", "RESOURCEMANAGER_ENDPOINT",
		},
	}
)

// fromEnvironment is the first of the variables that is set, and its name.
func fromEnvironment(variables []string) (value, name string) {
	for _, v := range variables {
		if value := os.Getenv(v); value != "" {
			return value, v
		}
	}
	return "", ""
}

func environment(variables []string) string {
	return "Environment: `" + strings.Join(variables, "`, `") + "`."
}
