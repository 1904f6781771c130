package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// parameter declares one parameter of the query (or, for RPC, of the form).
type parameter struct {
	name       string // Tag.*.Key stands for Tag.1.Key, Tag.2.Key and so on
	kind       string // string, int, int64 or bool
	required   bool
	versions   []string // API versions that know it; empty means all
	enum       []string
	min, max   int64 // limits of an int, when max is not 0
	mayBeEmpty bool  // sent empty, it clears what is there
	refused    bool  // the cloud takes it, the simulator has no effect to offer
}

// accepted lists parameters that clients send and clouds take without effect.
var accepted = []struct {
	product, action, name string
	onlyEmpty             bool
	origin, source        string
}{
	{ProductCS, "DescribeClustersForRegion", "region_id", false, originClient, "official provider, alicloud_cs_clusters: the region is in the path as well"},
	{ProductCS, "DescribeClustersForRegion", "cluster_id", true, originClient, "official provider, alicloud_cs_clusters: sent empty when no id is asked for"},
	{"", "", "SignatureType", true, originClient, "vendor CLI and official provider, RPC calls"},
	{"", "", "RegionId", false, originClient, "vendor CLI, RPC calls"},
}

// commonParameters belong to the RPC protocol itself.
var commonParameters = []string{
	"AccessKeyId", "Action", "Format", "Signature", "SignatureMethod", "SignatureNonce", "SignatureVersion", "Timestamp", "Version", "SecurityToken",
}

var repeated = regexp.MustCompile(`\.\d+(\.|$)`)

// checkParameters refuses whatever the operation does not declare, and returns the parameters of query and form merged.
func (op *operation) checkParameters(t target, query, form url.Values) (url.Values, *apiError) {
	merged, err := op.mergeParameters(t, query, form)
	if err != nil {
		return nil, err
	}
	for name, list := range merged {
		declared := name
		if strings.Contains(name, ".") {
			declared = repeated.ReplaceAllString(name, ".*$1")
		}
		at := slices.IndexFunc(op.parameters, func(p parameter) bool { return p.name == declared && p.isIn(t.version) })
		if at < 0 {
			return nil, op.unknownParameter(t, name)
		}
		if err := op.parameters[at].check(op, name, list[0]); err != nil {
			return nil, err
		}
	}
	for i := range op.parameters {
		if p := &op.parameters[i]; p.required && p.isIn(t.version) && merged.Get(p.name) == "" {
			return nil, op.parameterError("Missing"+p.name, p.name+" is mandatory for this action.")
		}
	}
	return merged, nil
}

func (p *parameter) isIn(version string) bool {
	return len(p.versions) == 0 || slices.Contains(p.versions, version)
}

func (op *operation) unknownParameter(t target, name string) *apiError {
	names := []string{}
	for i := range op.parameters {
		if p := &op.parameters[i]; p.isIn(t.version) {
			names = append(names, p.name)
		}
	}
	hint := ""
	if nearest := nearest.To(name, names); nearest != "" {
		hint = " (did you mean " + nearest + "?)"
	}
	return refuse(http.StatusBadRequest, codeUnknownParameter, "%s of version %s has no parameter %s%s", t.action, t.version, name, hint)
}

// mergeParameters leaves out what belongs to the protocol and what is accepted without effect.
func (op *operation) mergeParameters(t target, query, form url.Values) (url.Values, *apiError) {
	merged := url.Values{}
	for _, values := range []url.Values{query, form} {
		for name, list := range values {
			if len(list) > 1 || merged.Has(name) {
				return nil, refuse(http.StatusBadRequest, codeUnknownParameter, "%s: the parameter %s is sent more than once", t.action, name)
			}
			if op.pattern == "" && slices.Contains(commonParameters, name) || isAccepted(t, name, list[0]) {
				continue
			}
			if list[0] == "" && !slices.ContainsFunc(op.parameters, func(p parameter) bool { return p.name == name && p.mayBeEmpty }) {
				return nil, refuse(http.StatusBadRequest, codeUnknownParameter, "%s: the parameter %s is empty: leave it out", t.action, name)
			}
			merged[name] = list
		}
	}
	if format := query.Get("Format") + form.Get("Format"); op.pattern == "" && format != "" && !strings.EqualFold(format, "JSON") {
		return nil, notSimulated("the answer format %s is not simulated", format)
	}
	return merged, nil
}

func isAccepted(t target, name, value string) bool {
	for _, a := range accepted {
		if a.name == name && (a.product == "" && t.operation.pattern == "" || a.product == t.product && a.action == t.action) {
			return !a.onlyEmpty || value == ""
		}
	}
	return false
}

func (op *operation) parameterError(code, message string) *apiError {
	if op.product == ProductLog {
		code = logInvalid
	}
	return op.refuse(http.StatusBadRequest, code, message)
}

// refuse is an error in the body form of the operation's product.
func (op *operation) refuse(status int, code, message string) *apiError {
	e := refuse(status, code, "%s", message)
	e.Backend = op.pattern != ""
	return e
}

// check compares a value with its declaration.
func (p *parameter) check(op *operation, name, value string) *apiError {
	if p.refused {
		return notSimulated("the parameter %s of %s is not simulated", name, op.action)
	}
	invalid := func(why string) *apiError {
		return op.parameterError("InvalidParameter."+strings.SplitN(p.name, ".", 2)[0], "The specified parameter "+name+" is not valid: "+strconv.Quote(value)+" "+why+".")
	}
	switch p.kind {
	case "int", "int64":
		bits := 32
		if p.kind == "int64" {
			bits = 64
		}
		n, err := strconv.ParseInt(value, 10, bits)
		if err != nil {
			return invalid("is not a whole number")
		}
		if p.max != 0 && (n < p.min || n > p.max) {
			return invalid("is not between " + strconv.FormatInt(p.min, 10) + " and " + strconv.FormatInt(p.max, 10))
		}
	case "bool":
		if value != "true" && value != "false" {
			return invalid("is neither true nor false")
		}
	}
	if len(p.enum) > 0 && !slices.Contains(p.enum, value) {
		return invalid("is none of " + strings.Join(p.enum, ", "))
	}
	return nil
}

// number reads a checked int parameter.
func number(values url.Values, name string, otherwise int) int {
	if n, err := strconv.Atoi(values.Get(name)); err == nil {
		return n
	}
	return otherwise
}

// page cuts one page out of a list; a page past the end is empty.
func page[T any](list []T, pageNumber, pageSize int) []T {
	start := min((pageNumber-1)*pageSize, len(list))
	return list[start:min(start+pageSize, len(list))]
}
