package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/signature"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// Log Service is reached by host: {project}.{region}.log.aliyuncs.com, or {region}.log.aliyuncs.com for calls without a
// project. Its errors, its request id and its signatures are not those of the other products.

// logState is all of Log Service; names of projects are unique over all accounts.
type logState struct {
	ahead    time.Duration // how far its clock is ahead of the cloud's
	projects map[string]*logProject
	order    []string       // names of the projects, oldest first
	asked    map[string]int // how often a query was answered incompletely
}

// logInvalid is the code for parameters that break a rule.
const logInvalid = "ParameterInvalid"

// logHost is the name of an endpoint: project, which may be missing, and region.
var logHost = regexp.MustCompile(`^(?:([a-z0-9][a-z0-9-]*)\.)?([a-z0-9-]+?)(?:-intranet|-share|-vpc)?\.log\.aliyuncs\.com$`)

var logOperations = slices.Concat(
	logProjectOperations, logTagOperations, logStoreOperations, logShardOperations, logIndexOperations, logJobOperations, logDataOperations, logQueryOperations, logConsumerOperations, logDashboardOperations, logSearchOperations,
)

// routeLog finds the operation by method, path, the presence of a project and the query.
func routeLog(r *http.Request, t target, project, region string, query url.Values) (target, *apiError) {
	t.action, t.region = "", region
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	got := strings.Split(path, "/")
	for _, known := range paths[address{product: ProductLog, name: r.Method}] {
		op := known.operation
		if op.at == nil && project == "" || op.at != nil && !op.at(project, query) {
			continue
		}
		segments := known.segments
		if op.pattern == "/" {
			segments = []string{"", ""}
		}
		if found, ok := matchPath(segments, got); ok {
			if found == nil {
				found = map[string]string{}
			}
			found["project"] = project
			t.operation, t.action, t.path = op, op.action, found
			return t, nil
		}
	}
	return t, notSimulated("%s %s is not simulated for the host %s", r.Method, r.URL.RequestURI(), hostName(r.Host))
}

// whereQuery is for operations that share an address: a parameter of the query has a value, or none for "".
func whereQuery(name, value string) func(string, url.Values) bool {
	return func(project string, q url.Values) bool { return project != "" && q.Get(name) == value }
}

// logOperation completes an operation of Log Service.
func logOperation(op operation) operation {
	op.product, op.ramProduct = ProductLog, "log"
	return op
}

// identifyLog finds out who sends a request to Log Service, and says in its codes why that cannot be told.
func (c *Cloud) identifyLog(r *http.Request, t target, query url.Values, body []byte, now time.Time) (*principal, *apiError) {
	claim, bad := signature.ReadLog(r, query, body)
	if bad != nil {
		return nil, refuse(bad.Status, bad.Code, "%s", bad.Message)
	}
	if claim.Region != "" && claim.Region != t.region {
		return nil, refuse(http.StatusUnauthorized, "SignatureNotMatch", "the signature is for the region %s, this is %s", claim.Region, t.region)
	}
	caller, err := c.authenticate(claim, now)
	if err == nil {
		return caller, nil
	}
	switch err.Code {
	case "InvalidTimeStamp.Expired":
		return nil, refuse(http.StatusBadRequest, "RequestTimeTooSkewed", "Request time exceeds server time more than 15 minutes.")
	case "InvalidAccessKeyId.NotFound":
		return nil, refuse(http.StatusUnauthorized, "Unauthorized", "AccessKeyId not found: %s", claim.AccessKeyID)
	case "SignatureDoesNotMatch":
		return nil, refuse(http.StatusUnauthorized, "SignatureNotMatch", "signature is not matched, server string to sign is:%s", claim.StringToSign)
	}
	return nil, refuse(http.StatusUnauthorized, "Unauthorized", "%s", err.Message)
}

func logDenied(action, resource string) *apiError {
	return refuse(http.StatusUnauthorized, "Unauthorized", "denied by sts or ram, action: %s, resource: %s", action, resource)
}

// decode reads a JSON body strictly; null is as good as left out.
func (op *operation) decode(body []byte, target any) *apiError {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return refuse(http.StatusBadRequest, "PostBodyInvalid", "the body is not JSON: %v", err)
	}
	text, err := json.Marshal(withoutNulls(tree))
	if err != nil {
		panic(err)
	}
	problems := strict.JSON(text, target)
	if len(problems) == 0 {
		return nil
	}
	if p := problems[0]; p.Kind == strict.Unknown || p.Kind == strict.Duplicate {
		return refuse(http.StatusBadRequest, codeUnknownParameter, "body of %s: %s (at %s)", op.action, p.Message, p.Path)
	}
	return op.invalid("%s", problems[0].Message)
}

// invalid is the error of the operation for a body that breaks a rule.
func (op *operation) invalid(format string, args ...any) *apiError {
	code := op.invalidBody
	if code == "" {
		code = logInvalid
	}
	return refuse(http.StatusBadRequest, code, format, args...)
}

func withoutNulls(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for name, item := range tree {
			if item == nil {
				delete(tree, name)
				continue
			}
			tree[name] = withoutNulls(item)
		}
	case []any:
		for i := range tree {
			tree[i] = withoutNulls(tree[i])
		}
	}
	return tree
}

// logTime is the time by the clock of Log Service.
func (c *Cloud) logTime(now time.Time) time.Time { return now.Add(c.log.ahead) }

// AdvanceLogs moves the clock of Log Service alone: rows grow old and jobs come to rest, while requests that are signed
// with the true date are still accepted.
func (c *Cloud) AdvanceLogs(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	c.log.ahead += d
	c.settleLog(c.logTime(c.now()))
}

// settleLog moves rows, and lets go what has had its time: rows older than their store keeps them, and jobs that are
// deleted. However far the clock jumped, a running job has read its rows before they went.
func (c *Cloud) settleLog(now time.Time) {
	c.transform(now)
	for _, p := range c.log.projects {
		for _, s := range p.stores {
			s.expire(now)
		}
		p.jobs = slices.DeleteFunc(p.jobs, func(j *logJob) bool { return !j.deleted.IsZero() && !now.Before(j.deleted) })
	}
}

// logProject is a stored project. The scenario's lists are kept apart.
type logProject struct {
	*LogProject
	accountID         string
	created, modified time.Time
	stores            []*logStore // in order of creation
	jobs              []*logJob   // with deleted ones that reads still show
	dashboards        []*LogDashboard
	searches          []*LogSavedSearch
}

// theLogProject is the project of the call.
func (cl *call) theLogProject() (*logProject, *apiError) {
	name := cl.path["project"]
	p := cl.log.projects[name]
	if p == nil || p.Region != cl.region {
		return nil, refuse(http.StatusNotFound, "ProjectNotExist", "The Project does not exist : %s", name)
	}
	if p.accountID != cl.caller.accountID {
		return nil, refuse(http.StatusUnauthorized, "Unauthorized", "The project does not belong to you.")
	}
	return p, nil
}

// inLogProject makes a call of one that needs its project.
func inLogProject(run func(*call, *logProject) (any, *apiError)) func(*call) (any, *apiError) {
	return func(cl *call) (any, *apiError) {
		p, err := cl.theLogProject()
		if err != nil {
			return nil, err
		}
		return run(cl, p)
	}
}

// logResource is the RAM resource of something in a project, or of the project itself.
func (cl *call) logResource(project string, parts ...string) string {
	return "acs:log:" + cl.region + ":" + cl.caller.accountID + ":project/" + strings.Join(append([]string{project}, parts...), "/")
}

// ofLogProject is the RAM resource of calls on a project.
func ofLogProject(cl *call) string { return cl.logResource(cl.path["project"]) }

// inLogPath is the RAM resource of calls on what the path names in a project, or on all of its kind where it names none.
func inLogPath(kind, name string) func(*call) string {
	return func(cl *call) string {
		if id := cl.path[name]; id != "" {
			return cl.logResource(cl.path["project"], kind, id)
		}
		return cl.logResource(cl.path["project"], kind, "*")
	}
}

// inLogBody is the RAM resource of calls that make what their body names.
func inLogBody(kind, field string) func(*call) string {
	return func(cl *call) string {
		named := map[string]any{}
		_ = json.Unmarshal(cl.raw, &named)
		id, _ := named[field].(string)
		return cl.logResource(cl.path["project"], kind, id)
	}
}

// pageParameters of lists: size is 1 to most.
func logPages(most int64) []parameter {
	return []parameter{{name: "offset", kind: "int", min: 0, max: 1 << 30}, {name: "size", kind: "int", min: 1, max: most}}
}

// logPage cuts one page out of a list; dashboards and saved searches are asked for in headers by the Go SDK.
func logPage[T any](cl *call, list []T, size int) []T {
	offset, size := cl.listNumber("offset", 0), cl.listNumber("size", size)
	start := min(max(offset, 0), len(list))
	return list[start:min(start+max(size, 0), len(list))]
}

func (cl *call) listNumber(name string, otherwise int) int {
	values := url.Values{name: {cl.listText(name)}}
	return number(values, name, otherwise)
}

// listText reads a parameter of a list from the query, else from the header.
func (cl *call) listText(name string) string {
	if text := cl.params.Get(name); text != "" {
		return text
	}
	return cl.header.Get(name)
}

// behindLog changes Log Service behind the back of every client.
func (c *Cloud) behindLog(change func(now time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	return change(c.logTime(c.now()))
}

func (c *Cloud) behindLogProject(project string, change func(*logProject, time.Time) error) error {
	return c.behindLog(func(now time.Time) error {
		p := c.log.projects[project]
		if p == nil {
			return fmt.Errorf("the project %s does not exist", project)
		}
		return change(p, now)
	})
}
