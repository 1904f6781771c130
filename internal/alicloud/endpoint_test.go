package alicloud

import "testing"

func TestResolveEndpoint(t *testing.T) {
	t.Parallel()
	cs := ProductSpec{Product: "cs", PublicEndpoint: "cs.cn-shanghai.aliyuncs.com", RegionHeader: "x-acs-region-id"}
	sts := ProductSpec{Product: "sts", PublicEndpoint: "sts.aliyuncs.com"}
	for _, c := range []struct {
		name     string
		spec     ProductSpec
		endpoint string
		host     string
		protocol string
		header   string
	}{
		{"public", cs, "", "cs.cn-shanghai.aliyuncs.com", "HTTPS", ""},
		{"of another region", cs, "cs.cn-hangzhou.aliyuncs.com", "cs.cn-shanghai.aliyuncs.com", "HTTPS", ""},
		{"VPC of another region", cs, "cs-vpc.cn-hangzhou.aliyuncs.com", "cs-vpc.cn-shanghai.aliyuncs.com", "HTTPS", ""},
		{"long region name", cs, "cs.cn-beijing-finance-1.aliyuncs.com", "cs.cn-shanghai.aliyuncs.com", "HTTPS", ""},
		{"central", cs, "https://cs.aliyuncs.com", "cs.cn-shanghai.aliyuncs.com", "https", ""},
		{"template", cs, "https://proxy.{region}.example.com/", "proxy.cn-shanghai.example.com", "https", ""},
		{"simulator", cs, "http://127.0.0.1:18080", "127.0.0.1:18080", "http", "cn-shanghai"},
		{"central product", sts, "sts.cn-hangzhou.aliyuncs.com", "sts.cn-hangzhou.aliyuncs.com", "HTTPS", ""},
		{"central product elsewhere", sts, "127.0.0.1:1", "127.0.0.1:1", "HTTPS", ""},
	} {
		host, protocol, headers := resolveEndpoint(Config{Endpoint: c.endpoint, Region: "cn-shanghai"}, c.spec)
		if host != c.host || protocol != c.protocol || headers["x-acs-region-id"] != c.header {
			t.Errorf("%s: %s, %s, %v", c.name, host, protocol, headers)
		}
	}
}
