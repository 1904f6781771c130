package provider

import (
	"os"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// Environment variables behind the arguments that are not about credentials
// (those are in credentials.Arguments), in order of precedence, as the official
// provider reads them.
var (
	userAgentVariables   = []string{"TF_APPEND_USER_AGENT"}
	enforcementVariables = []string{providerdata.EnforcementVariable}
	inventoryVariables   = []string{"ACKGUARD_INVENTORY"}
	aggregatorVariables  = []string{"ACKGUARD_AGGREGATOR_ID"}
	endpointVariables    = map[string][]string{
		"cs":  {"ALIBABA_CLOUD_ENDPOINT_CS", "CS_ENDPOINT"},
		"sts": {"ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"},
		"resourcemanager": {
			"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER", "RESOURCEDIRECTORYMASTER_ENDPOINT",
			"ALIBABA_CLOUD_ENDPOINT_RESOURCEMANAGER", "RESOURCEMANAGER_ENDPOINT",
		},
		"config": {"ALIBABA_CLOUD_ENDPOINT_CONFIG", "CONFIG_ENDPOINT"},
		"sls":    {"ALIBABA_CLOUD_ENDPOINT_SLS", "SLS_ENDPOINT", "ALIBABA_CLOUD_ENDPOINT_LOG", "LOG_ENDPOINT"},
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
