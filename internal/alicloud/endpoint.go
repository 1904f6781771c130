package alicloud

import (
	"regexp"
	"strings"
)

// regionalHost is a public endpoint of one region, e.g.
// cs.cn-hangzhou.aliyuncs.com or cs-vpc.cn-hangzhou.aliyuncs.com.
var regionalHost = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)*)\.[a-z]{2}-[a-z0-9-]+\.aliyuncs\.com$`)

// resolveEndpoint is where a product's calls of one scope go. An endpoint of
// the cloud that names a region is taken as the kind of endpoint that is meant
// (VPC, say), in the region of the scope: asked at another region's endpoint,
// the service answers that a cluster does not exist.
func resolveEndpoint(config Config, spec ProductSpec) (host, protocol string, headers map[string]string) {
	host, protocol, headers = config.Endpoint, config.Protocol, map[string]string{}
	if scheme, rest, ok := strings.Cut(host, "://"); ok {
		host, protocol = strings.TrimRight(rest, "/"), scheme
	}
	if protocol == "" {
		protocol = "HTTPS"
	}
	regional := spec.RegionHeader != "" && config.Region != ""
	switch match := regionalHost.FindStringSubmatch(host); {
	case host == "", regional && host == spec.Product+".aliyuncs.com":
		host = spec.PublicEndpoint
	case strings.Contains(host, "{region}"):
		host = strings.ReplaceAll(host, "{region}", config.Region)
	case regional && match != nil:
		host = match[1] + "." + config.Region + ".aliyuncs.com"
	case regional && !strings.HasSuffix(host, ".aliyuncs.com"):
		headers[spec.RegionHeader] = config.Region
	}
	return host, protocol, headers
}
