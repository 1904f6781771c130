package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxLogProjects is the documented quota per account.
const maxLogProjects = 150

var logProjectOperations = []operation{
	logOperation(operation{
		// The SDK names the project in the host too, the OpenAPI does not.
		action: "CreateProject", method: http.MethodPost, pattern: "/", at: func(string, url.Values) bool { return true },
		body: func(Behaviour) any { return &createProjectBody{} }, resource: newLogProjectResource, run: createLogProject,
	}),
	logOperation(operation{
		action: "ListProject", method: http.MethodGet, pattern: "/", at: func(project string, _ url.Values) bool { return project == "" },
		parameters: append(logPages(500), parameter{name: "description"}, parameter{name: "projectName"}, parameter{name: "resourceGroupId"},
			parameter{name: "type", refused: true}, parameter{name: "regionId", refused: true}, parameter{name: "searchText", refused: true}, parameter{name: "fetchQuota", refused: true}),
		resource: func(cl *call) string { return cl.logResource("*") }, run: listLogProjects,
	}),
	logOperation(operation{
		action: "GetProject", method: http.MethodGet, pattern: "/", parameters: []parameter{{name: "crossRegion", refused: true}},
		resource: ofLogProject, run: inLogProject(func(_ *call, p *logProject) (any, *apiError) { return p.object(), nil }),
	}),
	logOperation(operation{
		action: "UpdateProject", method: http.MethodPut, pattern: "/", body: func(Behaviour) any { return &updateProjectBody{} },
		resource: ofLogProject, run: inLogProject(updateLogProject),
	}),
	logOperation(operation{
		action: "DeleteProject", method: http.MethodDelete, pattern: "/", parameters: []parameter{{name: "forceDelete", refused: true}},
		resource: ofLogProject, run: inLogProject(deleteLogProject),
	}),
}

type createProjectBody struct {
	ProjectName        string `json:"projectName" jsonschema:"required"`
	Description        string `json:"description"`
	DataRedundancyType string `json:"dataRedundancyType" jsonschema:"enum=LRS,enum=ZRS"`
	ResourceGroupID    string `json:"resourceGroupId"`
}

type updateProjectBody struct {
	Description string `json:"description"`
}

func newLogProjectResource(cl *call) string {
	return cl.logResource(bodyOf[createProjectBody](cl).ProjectName)
}

func createLogProject(cl *call) (any, *apiError) {
	body := bodyOf[createProjectBody](cl)
	given := &LogProject{
		ProjectName: body.ProjectName, Region: cl.region, Description: body.Description, DataRedundancyType: body.DataRedundancyType, ResourceGroupID: body.ResourceGroupID,
	}
	if host := cl.path["project"]; host != "" && host != given.ProjectName {
		return nil, cl.operation.invalid("the host is of the project %s, the body names %s", host, given.ProjectName)
	}
	if problem := given.problem(); problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	if cl.log.projects[given.ProjectName] != nil {
		return nil, refuse(http.StatusBadRequest, "ProjectAlreadyExist", "Project %s already exist", given.ProjectName)
	}
	own := 0
	for _, p := range cl.log.projects {
		own += count(p.accountID == cl.caller.accountID)
	}
	if own >= maxLogProjects {
		return nil, logQuota("project quota exceed")
	}
	cl.newLogProject(cl.caller.accountID, given, cl.time)
	return nil, nil
}

func logQuota(message string) *apiError {
	return refuse(http.StatusBadRequest, "ExceedQuota", "%s", message)
}

// object is a project as GetProject and ListProject answer it; times are text.
func (p *logProject) object() map[string]any {
	endpoint := p.Region + ".log.aliyuncs.com"
	return map[string]any{
		"projectName": p.ProjectName, "description": p.Description, "status": "Normal", "owner": "", "region": p.Region, "resourceGroupId": p.ResourceGroupID,
		"createTime": strconv.FormatInt(p.created.Unix(), 10), "lastModifyTime": strconv.FormatInt(p.modified.Unix(), 10), "dataRedundancyType": p.DataRedundancyType,
		"internetEndpoint": endpoint, "internalEndpoint": p.Region + "-intranet.log.aliyuncs.com", "shareEndpoint": p.Region + "-share.log.aliyuncs.com",
	}
}

func listLogProjects(cl *call) (any, *apiError) {
	wanted := []*logProject{}
	for _, name := range cl.log.order {
		p := cl.log.projects[name]
		group := cl.params.Get("resourceGroupId")
		if p.accountID == cl.caller.accountID && p.Region == cl.region && strings.Contains(p.ProjectName, cl.params.Get("projectName")) &&
			strings.Contains(p.Description, cl.params.Get("description")) && (group == "" || group == p.ResourceGroupID) {
			wanted = append(wanted, p)
		}
	}
	list := []map[string]any{}
	for _, p := range logPage(cl, wanted, 100) {
		list = append(list, p.object())
	}
	return map[string]any{"count": len(list), "total": len(wanted), "projects": list}, nil
}

func updateLogProject(cl *call, p *logProject) (any, *apiError) {
	p.Description, p.modified = bodyOf[updateProjectBody](cl).Description, cl.time
	return nil, nil
}

func deleteLogProject(cl *call, p *logProject) (any, *apiError) {
	cl.dropLogProject(p)
	return nil, nil
}

// maxLogTags is the documented number of tags of one request.
const maxLogTags = 20

var logTagOperations = []operation{
	logOperation(operation{
		action: "TagResources", method: http.MethodPost, pattern: "/tag", body: func(Behaviour) any { return &tagBody{} },
		resource: ofLogProject, run: inLogProject(tagLogProject),
	}),
	logOperation(operation{
		action: "UntagResources", method: http.MethodPost, pattern: "/untag", body: func(Behaviour) any { return &untagBody{} },
		resource: ofLogProject, run: inLogProject(untagLogProject),
	}),
	logOperation(operation{
		action: "ListTagResources", method: http.MethodGet, pattern: "/tags",
		parameters: []parameter{{name: "resourceType", required: true}, {name: "resourceId"}, {name: "tags"}, {name: "nextToken", refused: true}},
		resource:   ofLogProject, run: inLogProject(listLogTags),
	}),
}

type tagBody struct {
	ResourceType string   `json:"resourceType" jsonschema:"required"`
	ResourceID   []string `json:"resourceId" jsonschema:"required"`
	Tags         []LogTag `json:"tags" jsonschema:"required"`
}

type untagBody struct {
	ResourceType string   `json:"resourceType" jsonschema:"required"`
	ResourceID   []string `json:"resourceId" jsonschema:"required"`
	Tags         []string `json:"tags"`
	All          bool     `json:"all"`
}

// tagged checks that tags are asked for on the project of the host, the only thing that has any here.
func (cl *call) tagged(p *logProject, kind string, ids []string) *apiError {
	if !strings.EqualFold(kind, "project") {
		return notSimulated("%s of the resource type %q is not simulated", cl.action, kind)
	}
	if len(ids) != 1 || ids[0] != p.ProjectName {
		return cl.operation.invalid("resourceId is %q, want the project %s of the host", ids, p.ProjectName)
	}
	return nil
}

func tagLogProject(cl *call, p *logProject) (any, *apiError) {
	body := bodyOf[tagBody](cl)
	if err := cl.tagged(p, body.ResourceType, body.ResourceID); err != nil {
		return nil, err
	}
	if len(body.Tags) == 0 || len(body.Tags) > maxLogTags {
		return nil, cl.operation.invalid("%d tags in one request, want 1 to %d", len(body.Tags), maxLogTags)
	}
	for _, tag := range body.Tags {
		if at := slices.IndexFunc(p.Tags, func(t LogTag) bool { return t.Key == tag.Key }); at >= 0 {
			p.Tags[at] = tag
			continue
		}
		p.Tags = append(p.Tags, tag)
	}
	return nil, nil
}

func untagLogProject(cl *call, p *logProject) (any, *apiError) {
	body := bodyOf[untagBody](cl)
	if err := cl.tagged(p, body.ResourceType, body.ResourceID); err != nil {
		return nil, err
	}
	if len(body.Tags) > maxLogTags {
		return nil, cl.operation.invalid("%d tags in one request, want at most %d", len(body.Tags), maxLogTags)
	}
	p.Tags = slices.DeleteFunc(p.Tags, func(t LogTag) bool { return body.All || slices.Contains(body.Tags, t.Key) })
	return nil, nil
}

// tagFilter is a tag that is asked for; without a value every value will do.
type tagFilter struct {
	Key   string  `json:"key" jsonschema:"required"`
	Value *string `json:"value"`
}

func listLogTags(cl *call, p *logProject) (any, *apiError) {
	query := struct {
		IDs  []string    `json:"ids"`
		Tags []tagFilter `json:"tags"`
	}{}
	text := `{"ids":` + orNull(cl.params.Get("resourceId")) + `,"tags":` + orNull(cl.params.Get("tags")) + "}"
	if !json.Valid([]byte(text)) {
		return nil, cl.operation.invalid("resourceId and tags are not JSON lists")
	}
	if err := cl.operation.decode([]byte(text), &query); err != nil {
		return nil, err
	}
	if len(query.IDs) == 0 {
		query.IDs = []string{p.ProjectName}
	}
	if err := cl.tagged(p, cl.params.Get("resourceType"), query.IDs); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, tag := range p.Tags {
		matches := func(f tagFilter) bool { return f.Key == tag.Key && (f.Value == nil || *f.Value == tag.Value) }
		if len(query.Tags) == 0 || slices.ContainsFunc(query.Tags, matches) {
			list = append(list, map[string]any{"resourceType": "project", "resourceId": p.ProjectName, "tagKey": tag.Key, "tagValue": tag.Value})
		}
	}
	return map[string]any{"nextToken": "", "tagResources": list}, nil
}

func orNull(text string) string {
	if text == "" {
		return "null"
	}
	return text
}
