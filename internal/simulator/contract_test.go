package simulator

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
)

// The contract is the field trees of the vendor's SDKs: testdata/contract for all calls, and cs v4.5.8 by reflection,
// so that another version of that SDK shows its differences here.

// node is the type of a value: string, bool, int32, int64, float32, []string, map[string]string,
// map[string]interface{}, object or []object, and for the last two the fields.
type node struct {
	kind   string
	newer  bool // cs v7.6.0 has the field, v4.5.8 has not
	fields map[string]*node
}

// contract is one call.
type contract struct {
	request, response *node
	v7Only            bool
}

var contractLine = regexp.MustCompile(`^( +)(\S+): (\S+)( \+)?$`)

// contracts reads the trees.
func contracts(t *testing.T) map[string]*contract {
	t.Helper()
	all := map[string]*contract{}
	for _, file := range []string{"cs", "rpc"} {
		text, err := os.ReadFile("testdata/contract/" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range strings.Split(string(text), "\n## ")[1:] {
			head, rest, _ := strings.Cut(section, "\n")
			action, versions, _ := strings.Cut(head, " ")
			c := &contract{request: &node{kind: "object"}, response: &node{kind: "object"}, v7Only: versions == "(v7.6.0 only)"}
			all[action] = c
			var stack []*node
			for line := range strings.SplitSeq(rest, "\n") {
				switch m := contractLine.FindStringSubmatch(line); {
				case line == "request":
					stack = []*node{c.request}
				case line == "response":
					stack = []*node{c.response}
				case m != nil:
					stack = stack[:len(m[1])/2]
					n, parent := &node{kind: m[3], newer: m[4] != ""}, stack[len(stack)-1]
					if parent.fields == nil {
						parent.fields = map[string]*node{}
					}
					parent.fields[m[2]] = n
					stack = append(stack, n)
				case line != "":
					t.Fatalf("%s: cannot read the line %q", action, line)
				}
			}
		}
	}
	configContracts(t, all)
	// Deprecated, and only in the older SDK.
	all["DescribeClusters"] = &contract{
		request:  reflected(t, reflect.TypeFor[cs.DescribeClustersRequest]()),
		response: &node{kind: "[]object", fields: reflected(t, reflect.TypeFor[cs.DescribeClustersResponseBody]()).fields},
	}
	return all
}

// typed are the calls that cs v4.5.8 has types for.
var typed = map[string]struct{ request, response reflect.Type }{
	"DescribeClustersV1":         {reflect.TypeFor[cs.DescribeClustersV1Request](), reflect.TypeFor[cs.DescribeClustersV1ResponseBody]()},
	"DescribeClusterDetail":      {nil, reflect.TypeFor[cs.DescribeClusterDetailResponseBody]()},
	"DescribeClusterNodePools":   {nil, reflect.TypeFor[cs.DescribeClusterNodePoolsResponseBody]()},
	"ModifyCluster":              {reflect.TypeFor[cs.ModifyClusterRequest](), reflect.TypeFor[cs.ModifyClusterResponseBody]()},
	"DescribeTaskInfo":           {nil, reflect.TypeFor[cs.DescribeTaskInfoResponseBody]()},
	"CheckControlPlaneLogEnable": {nil, reflect.TypeFor[cs.CheckControlPlaneLogEnableResponseBody]()},
	"UpdateControlPlaneLog":      {reflect.TypeFor[cs.UpdateControlPlaneLogRequest](), reflect.TypeFor[cs.UpdateControlPlaneLogResponseBody]()},
	"ListClusterAddonInstances":  {nil, reflect.TypeFor[cs.ListClusterAddonInstancesResponseBody]()},
	"GetClusterAddonInstance":    {nil, reflect.TypeFor[cs.GetClusterAddonInstanceResponseBody]()},
	"DescribeAddon":              {reflect.TypeFor[cs.DescribeAddonRequest](), reflect.TypeFor[cs.DescribeAddonResponseBody]()},
	// The older SDK takes no answer from these.
	"InstallClusterAddons":          {reflect.TypeFor[cs.InstallClusterAddonsRequest](), reflect.TypeFor[struct{}]()},
	"UpgradeClusterAddons":          {reflect.TypeFor[cs.UpgradeClusterAddonsRequest](), reflect.TypeFor[struct{}]()},
	"UnInstallClusterAddons":        {reflect.TypeFor[cs.UnInstallClusterAddonsRequest](), reflect.TypeFor[struct{}]()},
	"ModifyClusterAddon":            {reflect.TypeFor[cs.ModifyClusterAddonRequest](), reflect.TypeFor[struct{}]()},
	"DescribeClusterUserKubeconfig": {reflect.TypeFor[cs.DescribeClusterUserKubeconfigRequest](), reflect.TypeFor[cs.DescribeClusterUserKubeconfigResponseBody]()},
}

// reflected is the tree of an SDK struct.
func reflected(t *testing.T, of reflect.Type) *node {
	t.Helper()
	n := &node{kind: "object", fields: map[string]*node{}}
	for f := range of.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		inner, list := f.Type, ""
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			if inner.Kind() == reflect.Slice {
				list = "[]"
			}
			inner = inner.Elem()
		}
		switch inner.Kind() {
		case reflect.Struct:
			n.fields[name] = reflected(t, inner)
			n.fields[name].kind = list + "object"
		case reflect.Map:
			kind := "map[string]interface{}"
			if element := inner.Elem(); element.Kind() == reflect.Pointer && element.Elem().Kind() == reflect.String {
				kind = "map[string]string"
			}
			n.fields[name] = &node{kind: list + kind}
		default:
			n.fields[name] = &node{kind: list + inner.Kind().String()}
		}
	}
	return n
}

// TestContractMatchesTheSDK: the trees say what cs v4.5.8 has.
func TestContractMatchesTheSDK(t *testing.T) {
	all := contracts(t)
	for action, types := range typed {
		if types.request != nil {
			compare(t, action+" request", all[action].request, reflected(t, types.request))
		}
		compare(t, action+" response", all[action].response, reflected(t, types.response))
	}
	for action, c := range all {
		if _, known := typed[action]; !known && len(contractOperation(t, action).pattern) > 0 && !c.v7Only && action != "DescribeClusters" {
			t.Errorf("%s is in cs v4.5.8 and compared with nothing", action)
		}
	}
}

func compare(t *testing.T, path string, tree, sdk *node) {
	t.Helper()
	for name, inner := range tree.fields {
		same := sdk.fields[name]
		switch {
		case inner.newer != (same == nil):
			t.Errorf("%s.%s: newer than v4.5.8 is %v in the tree, and the SDK has the field: %v", path, name, inner.newer, same != nil)
		case same != nil && inner.kind != same.kind:
			t.Errorf("%s.%s is %s in the tree and %s in the SDK", path, name, inner.kind, same.kind)
		case same != nil:
			compare(t, path+"."+name, inner, same)
		}
	}
	for name := range sdk.fields {
		if tree.fields[name] == nil {
			t.Errorf("%s.%s is in the SDK only", path, name)
		}
	}
}

// conforms checks that a value has no field that the tree lacks, and none of another type. Null is no value.
func (n *node) conforms(path string, v any) []string {
	wrong := []string{fmt.Sprintf("%s is %T, want %s", path, v, n.kind)}
	if v == nil {
		return nil
	}
	if inner, ok := strings.CutPrefix(n.kind, "[]"); ok {
		list, ok := v.([]any)
		if !ok {
			return wrong
		}
		var problems []string
		for i, item := range list {
			problems = append(problems, (&node{kind: inner, fields: n.fields}).conforms(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
		return problems
	}
	switch n.kind {
	case "string":
		if _, ok := v.(string); ok {
			return nil
		}
	case "bool":
		if _, ok := v.(bool); ok {
			return nil
		}
	case "int32", "int64", "float32":
		if number, ok := v.(float64); ok && (n.kind == "float32" || number == math.Trunc(number)) && (n.kind != "int32" || math.Abs(number) <= math.MaxInt32) {
			return nil
		}
	case "map[string]interface{}":
		if _, ok := v.(map[string]any); ok {
			return nil
		}
	case "map[string]string":
		if values, ok := v.(map[string]any); ok {
			var problems []string
			for key, item := range values {
				problems = append(problems, (&node{kind: "string"}).conforms(path+"."+key, item)...)
			}
			return problems
		}
	case "object":
		values, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		var problems []string
		for key, item := range values {
			if n.fields[key] == nil {
				problems = append(problems, path+"."+key+" is unknown to the SDK")
				continue
			}
			problems = append(problems, n.fields[key].conforms(path+"."+key, item)...)
		}
		return problems
	}
	return wrong
}

// TestConforms: the check itself finds what it is for.
func TestConforms(t *testing.T) {
	tree := &node{kind: "object", fields: map[string]*node{
		"text": {kind: "string"}, "count": {kind: "int32"}, "list": {kind: "[]object", fields: map[string]*node{"on": {kind: "bool"}}}, "map": {kind: "map[string]string"},
	}}
	good := map[string]any{"text": "a", "count": 1.0, "list": []any{map[string]any{"on": true}}, "map": nil}
	if problems := tree.conforms("", good); len(problems) > 0 {
		t.Error(problems)
	}
	for path, bad := range map[string]map[string]any{
		".text":       {"text": 1.0},
		".count":      {"count": 1.5},
		".list[0].on": {"list": []any{map[string]any{"on": "true"}}},
		".map.a":      {"map": map[string]any{"a": 1.0}},
		".other":      {"other": nil},
	} {
		if problems := tree.conforms("", bad); len(problems) != 1 || !strings.HasPrefix(problems[0], path+" is ") {
			t.Errorf("%s: %v", path, problems)
		}
	}
}

// contractOperation finds the operation of a call.
func contractOperation(t *testing.T, action string) *operation {
	t.Helper()
	at := slices.IndexFunc(operations, func(op operation) bool { return op.action == action && op.serve == nil })
	if at < 0 {
		t.Fatalf("%s has a contract and is not simulated", action)
	}
	return &operations[at]
}

// TestEveryRequestParameterIsKnown: whatever the SDKs can send is accepted or refused by name, and nothing else is.
func TestEveryRequestParameterIsKnown(t *testing.T) {
	for action, c := range contracts(t) {
		op := contractOperation(t, action)
		if op.body != nil {
			knowsBody(t, action, c.request, reflect.TypeOf(op.body(Behaviour{})).Elem())
			continue
		}
		known := map[string]bool{}
		for _, p := range op.parameters {
			known[p.name] = true
		}
		for name, n := range c.request.fields {
			names := []string{name}
			if n.kind == "[]object" {
				names = nil
				for inner := range n.fields {
					names = append(names, name+".*."+inner)
				}
			}
			for _, name := range names {
				if !known[name] {
					t.Errorf("%s: the parameter %s is unknown to the simulator", action, name)
				}
				delete(known, name)
			}
		}
		for name := range known {
			t.Errorf("%s: the parameter %s is unknown to the SDKs", action, name)
		}
	}
}

// knowsBody compares a body's struct with the tree. Free maps know everything below them.
func knowsBody(t *testing.T, path string, tree *node, body reflect.Type) {
	t.Helper()
	if body.Kind() == reflect.Slice { // a bare list, to which the SDK gives a name
		for _, list := range tree.fields {
			tree, body = list, body.Elem()
			break
		}
	}
	known := map[string]reflect.Type{}
	for f := range body.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = f.Type
	}
	for name, n := range tree.fields {
		inner, ok := known[name]
		if !ok {
			t.Errorf("%s: the field %s is unknown to the simulator", path, name)
			continue
		}
		delete(known, name)
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if n.kind == "object" && inner.Kind() == reflect.Struct {
			knowsBody(t, path+"."+name, n, inner)
		}
	}
	for name := range known {
		t.Errorf("%s: the field %s is unknown to the SDKs", path, name)
	}
}
