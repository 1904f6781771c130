package providerdata

import (
	"fmt"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// knownRegions are the regions that the vendor's pages list for ACK. A new
// region is not in it; skip_region_validation is for that.
var knownRegions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
	"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "cn-beijing", "cn-beijing-finance-1", "cn-chengdu",
	"cn-fuzhou", "cn-guangzhou", "cn-hangzhou", "cn-hangzhou-finance", "cn-heyuan", "cn-heyuan-acdr-1", "cn-hongkong",
	"cn-huhehaote", "cn-nanjing", "cn-north-2-gov-1", "cn-qingdao", "cn-shanghai", "cn-shanghai-finance-1",
	"cn-shenzhen", "cn-shenzhen-finance-1", "cn-wuhan-lr", "cn-wulanchabu", "cn-zhangjiakou", "cn-zhengzhou-jva",
	"eu-central-1", "eu-west-1", "me-central-1", "me-east-1", "na-south-1", "us-east-1", "us-southeast-1", "us-west-1",
}

// CheckRegion returns what is wrong with a region, or "". A misspelt region
// has no endpoint, and without this check shows as a host that does not resolve.
func CheckRegion(region string, skip bool) string {
	if skip || slices.Contains(knownRegions, region) {
		return ""
	}
	hint := ""
	if near := nearest.To(region, knownRegions); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	return fmt.Sprintf("%q is not a region that this version knows.%s If it is a new region, set skip_region_validation = true in the provider block.", region, hint)
}
