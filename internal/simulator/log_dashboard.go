package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Documented quotas: of a project, and of a dashboard.
const (
	maxLogDashboards = 100
	maxLogCharts     = 200
	maxLogSearches   = 100
)

// LogDashboard is a dashboard. Charts are kept as they were sent.
type LogDashboard struct {
	DashboardName string           `json:"dashboardName" jsonschema:"required" jsonschema_description:"Name, once per project."`
	DisplayName   string           `json:"displayName,omitzero" jsonschema_description:"Name for readers."`
	Description   string           `json:"description,omitzero" jsonschema_description:"For readers."`
	Charts        []map[string]any `json:"charts,omitzero" jsonschema_description:"Charts; each has at least title, type, search and display."`
	Attribute     map[string]any   `json:"attribute,omitzero" jsonschema_description:"Attributes, such as type: grid."`
}

// LogSavedSearch is a saved search.
type LogSavedSearch struct {
	SavedSearchName string `json:"savedsearchName" jsonschema:"required" jsonschema_description:"Name, once per project."`
	SearchQuery     string `json:"searchQuery" jsonschema:"required" jsonschema_description:"The query."`
	LogStore        string `json:"logstore" jsonschema:"required" jsonschema_description:"Logstore that is searched."`
	Topic           string `json:"topic,omitzero" jsonschema_description:"Topic."`
	DisplayName     string `json:"displayName,omitzero" jsonschema_description:"Name for readers."`
}

var logDashboardOperations = []operation{
	logOperation(operation{
		action: "CreateDashboard", method: http.MethodPost, pattern: "/dashboards", body: func(Behaviour) any { return &LogDashboard{} },
		resource: inLogBody("dashboard", "dashboardName"), run: inLogProject(createLogDashboard),
	}),
	logOperation(operation{
		action: "ListDashboard", method: http.MethodGet, pattern: "/dashboards", parameters: append(logPages(500), parameter{name: "dashboardName"}),
		resource: inLogPath("dashboard", "dashboard"), run: inLogProject(listLogDashboards),
	}),
	logOperation(operation{
		action: "GetDashboard", method: http.MethodGet, pattern: "/dashboards/{dashboard}", resource: inLogPath("dashboard", "dashboard"),
		run: inLogDashboard(func(_ *call, p *logProject, i int) (any, *apiError) { return p.dashboards[i], nil }),
	}),
	logOperation(operation{
		action: "UpdateDashboard", method: http.MethodPut, pattern: "/dashboards/{dashboard}", body: func(Behaviour) any { return &LogDashboard{} },
		resource: inLogPath("dashboard", "dashboard"), run: inLogDashboard(updateLogDashboard),
	}),
	logOperation(operation{
		action: "DeleteDashboard", method: http.MethodDelete, pattern: "/dashboards/{dashboard}", resource: inLogPath("dashboard", "dashboard"),
		run: inLogDashboard(func(_ *call, p *logProject, i int) (any, *apiError) {
			p.dashboards = slices.Delete(p.dashboards, i, i+1)
			return nil, nil
		}),
	}),
}

// problem names what is wrong with a dashboard, or nothing.
func (d *LogDashboard) problem() string {
	if !logJobName.MatchString(d.DashboardName) {
		return fmt.Sprintf("dashboard name %q is invalid", d.DashboardName)
	}
	for i, chart := range d.Charts {
		for _, field := range []string{"title", "type", "search", "display"} {
			if chart[field] == nil {
				return fmt.Sprintf("charts[%d] has no %s", i, field)
			}
		}
	}
	return ""
}

// checkDashboard refuses what breaks a rule or a quota.
func (cl *call) checkDashboard(d *LogDashboard) *apiError {
	if problem := d.problem(); problem != "" {
		return cl.operation.invalid("%s", problem)
	}
	if len(d.Charts) > maxLogCharts {
		return logQuota("You have too many charts in your dashboard")
	}
	return nil
}

func (p *logProject) dashboard(name string) int {
	return slices.IndexFunc(p.dashboards, func(d *LogDashboard) bool { return d.DashboardName == name })
}

// inLogDashboard makes a call of one that needs its dashboard, which it gets by its place.
func inLogDashboard(run func(*call, *logProject, int) (any, *apiError)) func(*call) (any, *apiError) {
	return inLogProject(func(cl *call, p *logProject) (any, *apiError) {
		i := p.dashboard(cl.path["dashboard"])
		if i < 0 {
			return nil, refuse(http.StatusNotFound, "DashboardNotExist", "specified dashboard does not exist")
		}
		return run(cl, p, i)
	})
}

func createLogDashboard(cl *call, p *logProject) (any, *apiError) {
	d := bodyOf[LogDashboard](cl)
	if err := cl.checkDashboard(d); err != nil {
		return nil, err
	}
	if p.dashboard(d.DashboardName) >= 0 {
		return nil, cl.operation.invalid("specified dashboard already exists")
	}
	if len(p.dashboards) >= maxLogDashboards {
		return nil, logQuota("dashboard quota exceed")
	}
	p.dashboards = append(p.dashboards, d)
	return nil, nil
}

func updateLogDashboard(cl *call, p *logProject, i int) (any, *apiError) {
	d := bodyOf[LogDashboard](cl)
	if err := cl.checkDashboard(d); err != nil {
		return nil, err
	}
	if d.DashboardName != p.dashboards[i].DashboardName {
		return nil, cl.operation.invalid("dashboard name %s is not that of the path", d.DashboardName)
	}
	p.dashboards[i] = d
	return nil, nil
}

func listLogDashboards(cl *call, p *logProject) (any, *apiError) {
	items := []map[string]any{}
	for _, d := range p.dashboards {
		if strings.Contains(d.DashboardName, cl.listText("dashboardName")) {
			items = append(items, map[string]any{"dashboardName": d.DashboardName, "displayName": d.DisplayName})
		}
	}
	page := logPage(cl, items, 500)
	return map[string]any{"total": len(items), "count": len(page), "dashboards": texts(page, "dashboardName"), "dashboardItems": page}, nil
}

// texts is one field of each item.
func texts(items []map[string]any, field string) []string {
	list := []string{}
	for _, item := range items {
		text, _ := item[field].(string)
		list = append(list, text)
	}
	return list
}

var logSearchOperations = []operation{
	logOperation(operation{
		action: "CreateSavedSearch", method: http.MethodPost, pattern: "/savedsearches", body: func(Behaviour) any { return &LogSavedSearch{} },
		resource: inLogBody("savedsearch", "savedsearchName"), run: inLogProject(createLogSearch),
	}),
	logOperation(operation{
		action: "ListSavedSearch", method: http.MethodGet, pattern: "/savedsearches", parameters: append(logPages(500), parameter{name: "savedsearchName"}),
		resource: inLogPath("savedsearch", "savedsearch"), run: inLogProject(listLogSearches),
	}),
	logOperation(operation{
		action: "GetSavedSearch", method: http.MethodGet, pattern: "/savedsearches/{savedsearch}", resource: inLogPath("savedsearch", "savedsearch"),
		run: inLogSearch(func(_ *call, p *logProject, i int) (any, *apiError) { return p.searches[i], nil }),
	}),
	logOperation(operation{
		action: "UpdateSavedSearch", method: http.MethodPut, pattern: "/savedsearches/{savedsearch}", body: func(Behaviour) any { return &LogSavedSearch{} },
		resource: inLogPath("savedsearch", "savedsearch"), run: inLogSearch(updateLogSearch),
	}),
	logOperation(operation{
		action: "DeleteSavedSearch", method: http.MethodDelete, pattern: "/savedsearches/{savedsearch}", resource: inLogPath("savedsearch", "savedsearch"),
		run: inLogSearch(func(_ *call, p *logProject, i int) (any, *apiError) {
			p.searches = slices.Delete(p.searches, i, i+1)
			return nil, nil
		}),
	}),
}

// problem names what is wrong with a saved search, or nothing.
func (s *LogSavedSearch) problem() string {
	if !logJobName.MatchString(s.SavedSearchName) {
		return fmt.Sprintf("savedsearch name %q is invalid", s.SavedSearchName)
	}
	if s.LogStore == "" {
		return "logstore is empty"
	}
	return ""
}

func (p *logProject) search(name string) int {
	return slices.IndexFunc(p.searches, func(s *LogSavedSearch) bool { return s.SavedSearchName == name })
}

// inLogSearch makes a call of one that needs its saved search, which it gets by its place.
func inLogSearch(run func(*call, *logProject, int) (any, *apiError)) func(*call) (any, *apiError) {
	return inLogProject(func(cl *call, p *logProject) (any, *apiError) {
		i := p.search(cl.path["savedsearch"])
		if i < 0 {
			return nil, refuse(http.StatusNotFound, "SavedSearchNotExist", "specified savedsearch does not exist")
		}
		return run(cl, p, i)
	})
}

func createLogSearch(cl *call, p *logProject) (any, *apiError) {
	s := bodyOf[LogSavedSearch](cl)
	if problem := s.problem(); problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	if p.search(s.SavedSearchName) >= 0 {
		return nil, cl.operation.invalid("specified savedsearch already exists")
	}
	if len(p.searches) >= maxLogSearches {
		return nil, logQuota("savedsearch quota exceed")
	}
	p.searches = append(p.searches, s)
	return nil, nil
}

func updateLogSearch(cl *call, p *logProject, i int) (any, *apiError) {
	s := bodyOf[LogSavedSearch](cl)
	if problem := s.problem(); problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	if s.SavedSearchName != p.searches[i].SavedSearchName {
		return nil, cl.operation.invalid("savedsearch name %s is not that of the path", s.SavedSearchName)
	}
	p.searches[i] = s
	return nil, nil
}

func listLogSearches(cl *call, p *logProject) (any, *apiError) {
	items := []map[string]any{}
	for _, s := range p.searches {
		if strings.Contains(s.SavedSearchName, cl.listText("savedsearchName")) {
			items = append(items, map[string]any{"savedsearchName": s.SavedSearchName, "displayName": s.DisplayName})
		}
	}
	page := logPage(cl, items, 500)
	return map[string]any{"total": len(items), "count": len(page), "savedsearches": texts(page, "savedsearchName"), "savedsearchItems": page}, nil
}

// LogDashboard returns a copy of a dashboard.
func (c *Cloud) LogDashboard(project, name string) (LogDashboard, bool) {
	copied := LogDashboard{}
	err := c.behindLogDashboard(project, name, func(p *logProject, i int) error {
		copied = *clone(p.dashboards[i])
		return nil
	})
	return copied, err == nil
}

func (c *Cloud) behindLogDashboard(project, name string, change func(*logProject, int) error) error {
	return c.behindLogProject(project, func(p *logProject, _ time.Time) error {
		i := p.dashboard(name)
		if i < 0 {
			return fmt.Errorf("the dashboard %s of the project %s does not exist", name, project)
		}
		return change(p, i)
	})
}

// UpdateLogDashboard changes a dashboard behind the back of every client.
func (c *Cloud) UpdateLogDashboard(project, name string, change func(*LogDashboard)) error {
	return c.behindLogDashboard(project, name, func(p *logProject, i int) error {
		changed := clone(p.dashboards[i])
		change(changed)
		if changed.DashboardName != name {
			return fmt.Errorf("a change of the dashboard %s must keep its name", name)
		}
		if problem := changed.problem(); problem != "" {
			return errors.New(problem)
		}
		p.dashboards[i] = clone(changed)
		return nil
	})
}

// DeleteLogDashboard removes a dashboard behind the back of every client.
func (c *Cloud) DeleteLogDashboard(project, name string) error {
	return c.behindLogDashboard(project, name, func(p *logProject, i int) error {
		p.dashboards = slices.Delete(p.dashboards, i, i+1)
		return nil
	})
}
