package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Product names in records and faults.
const (
	ProductCS                = "cs"
	ProductSTS               = "sts"
	ProductResourceDirectory = "resourcedirectory"
	ProductConfig            = "config"
	ProductLog               = "sls"
	ProductMetadata          = "ecs-metadata"
	ProductKubernetes        = "kubernetes" // a cluster's own API
	ProductCredentialsURI    = "credentials-uri"
)

// target is where a request goes.
type target struct {
	product, region, action, version string
	operation                        *operation
	path                             map[string]string
}

// hosts maps the names of the products' endpoints; group 1 is the region where the name has one. What comes first wins.
var hosts = []struct {
	product string
	pattern *regexp.Regexp
}{
	{ProductCS, regexp.MustCompile(`^cs(?:-anony-vpc|-vpc)?(?:\.([a-z0-9-]+))?\.aliyuncs\.com$`)},
	{ProductSTS, regexp.MustCompile(`^sts(?:-vpc)?(?:\.([a-z0-9-]+))?\.aliyuncs\.com$`)},
	{ProductLog, logHost},
	{ProductConfig, regexp.MustCompile(`^config(?:\.([a-z0-9-]+))?\.aliyuncs\.com$`)},
	{ProductResourceDirectory, regexp.MustCompile(`^resourcedirectory(?:-intl)?\.aliyuncs\.com$`)},
	{ProductResourceDirectory, regexp.MustCompile(`^resourcemanager\.aliyuncs\.com$`)},
}

// metadataHost is where an ECS instance finds its metadata.
const metadataHost = "100.100.100.200"

// simulatesHost says whether a true host name is one of the simulated endpoints.
func simulatesHost(name string) bool {
	for _, known := range hosts {
		if known.pattern.MatchString(name) {
			return true
		}
	}
	return false
}

// versions maps API versions to products, for requests without a true host name.
var versions = map[string]string{
	"2015-12-15": ProductCS, "2015-04-01": ProductSTS, "2022-04-19": ProductResourceDirectory, "2020-03-31": ProductResourceDirectory,
	"2020-09-07": ProductConfig, version2019: ProductConfig,
}

// route finds the operation: by host name first, then by path, Action and Version.
func route(r *http.Request, query, form url.Values) (target, *apiError) {
	t := target{action: r.Header.Get("x-acs-action"), version: r.Header.Get("x-acs-version")}
	host := hostName(r.Host)
	if strings.HasSuffix(host, ".aliyuncs.com") {
		for _, known := range hosts {
			if m := known.pattern.FindStringSubmatch(host); m != nil {
				t.product = known.product
				if len(m) > 1 {
					t.region = m[1]
				}
				if known.product == ProductLog {
					return routeLog(r, t, m[1], m[2], query)
				}
			}
		}
		if t.product == "" {
			return t, notSimulated("the host %s is not simulated", host)
		}
		if t.product == ProductCS {
			return routeROA(r, t)
		}
		return routeRPC(t, query, form)
	}
	switch {
	case host == metadataHost || strings.HasPrefix(r.URL.Path, "/latest/"):
		t.product = ProductMetadata
		return routePath(r, t)
	case strings.HasPrefix(r.URL.Path, credentialsURIPath):
		t.product = ProductCredentialsURI
		return routePath(r, t)
	case r.URL.Path != "/" && r.URL.Path != "":
		t.product = ProductCS
		// Older SDK cores name the region of a ROA call here; with one port it is the only place that can.
		t.region = r.Header.Get("x-acs-region-id")
		return routeROA(r, t)
	}
	return routeRPC(t, query, form)
}

func routeRPC(t target, query, form url.Values) (target, *apiError) {
	for _, values := range []url.Values{query, form} {
		if t.action == "" {
			t.action = values.Get("Action")
		}
		if t.version == "" {
			t.version = values.Get("Version")
		}
	}
	if t.action == "" {
		return t, refuse(http.StatusBadRequest, "MissingAction", "Action is mandatory for this action.")
	}
	if t.version == "" {
		return t, refuse(http.StatusBadRequest, "MissingVersion", "Version is mandatory for this action.")
	}
	product, known := versions[t.version]
	if t.product == "" {
		t.product = product
	}
	if !known || product != t.product {
		return t, notSimulated("version %s of %s is not simulated", t.version, t.action)
	}
	own := ""
	if t.version == version2019 {
		own = t.version
	}
	if op := actions[address{t.product, own, t.action}]; op != nil {
		t.operation = op
		return t, nil
	}
	return t, notSimulated("the action %s of version %s is not simulated", t.action, t.version)
}

func routeROA(r *http.Request, t target) (target, *apiError) {
	claimed := t.action
	if t.version != "" && t.version != "2015-12-15" {
		t.action = ""
		return t, notSimulated("version %s of %s %s is not simulated", t.version, r.Method, r.URL.Path)
	}
	t, err := routePath(r, t)
	if err != nil {
		return t, err
	}
	if claimed != "" && claimed != t.action {
		return t, notSimulated("x-acs-action says %s, but %s %s is %s", claimed, r.Method, r.URL.Path, t.action)
	}
	if t.region == "" {
		t.region = t.path["region_id"]
	}
	return t, nil
}

// routePath finds the operation of a product by method and path.
func routePath(r *http.Request, t target) (target, *apiError) {
	t.action = ""
	got := strings.Split(r.URL.EscapedPath(), "/")
	for _, known := range paths[address{product: t.product, name: r.Method}] {
		if path, ok := matchPath(known.segments, got); ok {
			t.operation, t.action, t.path = known.operation, known.operation.action, path
			return t, nil
		}
	}
	return t, notSimulated("%s %s is not simulated", r.Method, r.URL.Path)
}

// matchPath compares segment by segment; {name} takes one non-empty, percent-encoded segment.
func matchPath(want, got []string) (map[string]string, bool) {
	if len(want) != len(got) {
		return nil, false
	}
	var path map[string]string
	for i := range want {
		if name, ok := strings.CutPrefix(want[i], "{"); ok {
			segment, err := url.PathUnescape(got[i])
			if err != nil || segment == "" {
				return nil, false
			}
			if path == nil {
				path = map[string]string{}
			}
			path[strings.TrimSuffix(name, "}")] = segment
		} else if want[i] != got[i] {
			return nil, false
		}
	}
	return path, true
}
