package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Types of jobs, each with a quota of maxLogJobs per project.
const (
	jobETL     = "ETL"
	jobAlert   = "Alert"
	maxLogJobs = 100
)

// States of a job; an alert is ENABLED or DISABLED.
const (
	jobStarting = "STARTING"
	jobRunning  = "RUNNING"
	jobStopping = "STOPPING"
	jobStopped  = "STOPPED"
	jobEnabled  = "ENABLED"
	jobDisabled = "DISABLED"
)

var logJobOperations = []operation{
	logOperation(operation{
		action: "CreateJob", method: http.MethodPost, pattern: "/jobs", takesAny: true, resource: inLogBody("job", "name"), run: inLogProject(createLogJob),
	}),
	logOperation(operation{
		action: "ListJobs", method: http.MethodGet, pattern: "/jobs",
		parameters: append(logPages(200), parameter{name: "jobName", mayBeEmpty: true}, parameter{name: "displayName"}, parameter{name: "logstore", mayBeEmpty: true},
			parameter{name: "jobType", enum: []string{jobETL, jobAlert}}, parameter{name: "resourceProvider", refused: true}),
		resource: inLogPath("job", "job"), run: inLogProject(listLogJobs),
	}),
	logOperation(operation{
		action: "GetJob", method: http.MethodGet, pattern: "/jobs/{job}", resource: inLogPath("job", "job"),
		run: inLogProject(func(cl *call, p *logProject) (any, *apiError) {
			j := p.job(cl.path["job"])
			if j == nil {
				return nil, noLogJob(cl)
			}
			return j.object(cl.time), nil
		}),
	}),
	logOperation(operation{
		action: "UpdateJob", method: http.MethodPut, pattern: "/jobs/{job}", at: whereQuery("action", ""), takesAny: true,
		resource: inLogPath("job", "job"), run: inLogJob(updateLogJob),
	}),
	switchJob("StartJob", "START", jobETL, func(cl *call, j *logJob) *apiError {
		return j.turn(cl, jobRunning, "The job to start has already started")
	}),
	switchJob("StopJob", "STOP", jobETL, func(cl *call, j *logJob) *apiError {
		return j.turn(cl, jobStopped, "The job to stop has already stopped")
	}),
	switchJob("EnableJob", "enable", jobAlert, func(cl *call, j *logJob) *apiError {
		return j.turn(cl, jobEnabled, "The job to enable has already enabled")
	}),
	switchJob("DisableJob", "disable", jobAlert, func(cl *call, j *logJob) *apiError {
		return j.turn(cl, jobDisabled, "The job to disable has already disabled")
	}),
	logOperation(operation{
		action: "RestartJob", ramAction: "UpdateJob", method: http.MethodPut, pattern: "/jobs/{job}", at: whereQuery("action", "RESTART"), takesAny: true,
		parameters: []parameter{{name: "action"}}, resource: inLogPath("job", "job"), run: inLogJob(restartLogJob),
	}),
	logOperation(operation{
		action: "DeleteJob", method: http.MethodDelete, pattern: "/jobs/{job}", resource: inLogPath("job", "job"), run: inLogJob(deleteLogJob),
	}),
}

// switchJob is a call that turns a job of a type on or off.
func switchJob(action, verb, kind string, run func(*call, *logJob) *apiError) operation {
	return logOperation(operation{
		action: action, ramAction: "UpdateJob", method: http.MethodPut, pattern: "/jobs/{job}", at: whereQuery("action", verb),
		parameters: []parameter{{name: "action"}}, resource: inLogPath("job", "job"),
		run: inLogJob(func(cl *call, _ *logProject, j *logJob) (any, *apiError) {
			if j.Type != kind {
				return nil, refuse(http.StatusBadRequest, logInvalid, "the action %s is not for jobs of the type %s", verb, j.Type)
			}
			return nil, run(cl, j)
		}),
	})
}

// logJob is a stored job.
type logJob struct {
	*LogJob
	etl               *etlState // of a data transformation
	scheduleID        string
	created, modified time.Time
	goal              string    // the state that it has come to, or is on its way to
	due               time.Time // when it gets there
	deleted           time.Time // zero while it exists, then until when reads show it
}

// newLogJob stores a job that is on its way to its state.
func (c *Cloud) newLogJob(p *logProject, given *LogJob, now time.Time, takes time.Duration) {
	j := &logJob{scheduleID: c.randomID("0123456789abcdef", 32), created: now, modified: now, goal: given.Status, due: now}
	j.configure(given)
	if given.Type == jobETL {
		j.due = now.Add(takes)
	}
	if j.goal == "" && given.Type == jobETL {
		j.goal = jobRunning
	} else if j.goal == "" {
		j.goal = jobEnabled
	}
	j.Status = ""
	p.jobs = append(p.jobs, j)
}

// status is where the job is at a time.
func (j *logJob) status(now time.Time) string {
	switch {
	case !now.Before(j.due):
		return j.goal
	case j.goal == jobRunning:
		return jobStarting
	default:
		return jobStopping
	}
}

// job finds a job that reads show.
func (p *logProject) job(name string) *logJob {
	for _, j := range p.jobs {
		if j.Name == name {
			return j
		}
	}
	return nil
}

func noLogJob(cl *call) *apiError {
	return refuse(http.StatusNotFound, "JobNotExist", "Job %s does not exist", cl.path["job"])
}

// inLogJob makes a call of one that changes a job.
func inLogJob(run func(*call, *logProject, *logJob) (any, *apiError)) func(*call) (any, *apiError) {
	return inLogProject(func(cl *call, p *logProject) (any, *apiError) {
		j := p.job(cl.path["job"])
		if j == nil || !j.deleted.IsZero() {
			return nil, noLogJob(cl)
		}
		return run(cl, p, j)
	})
}

// jobBody reads the body of a call that makes or changes a job.
func (cl *call) jobBody() (*LogJob, *apiError) {
	body := &logJobBody{}
	if err := cl.operation.decode(cl.raw, body); err != nil {
		return nil, err
	}
	given := &body.LogJob
	if body.State != "" {
		// What an alert is to be, in the words of the request.
		given.Status = strings.ToUpper(body.State)
	}
	problem, unknown := given.problem()
	if unknown {
		return nil, refuse(http.StatusBadRequest, codeUnknownParameter, "body of %s: %s", cl.action, problem)
	}
	if problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	if why := cmp.Or(given.unsupported(), given.unknownScript()); why != "" {
		return nil, notSimulated("%s", why)
	}
	return given, nil
}

func createLogJob(cl *call, p *logProject) (any, *apiError) {
	given, err := cl.jobBody()
	if err != nil {
		return nil, err
	}
	if given.Type == jobETL {
		// Whatever the request says, a job that is made starts.
		given.Status = ""
	}
	if p.job(given.Name) != nil {
		return nil, refuse(http.StatusBadRequest, "JobAlreadyExist", "Job %s already exists", given.Name)
	}
	n := 0
	for _, j := range p.jobs {
		n += count(j.Type == given.Type && j.deleted.IsZero())
	}
	if n >= maxLogJobs {
		return nil, logQuota("job quota exceed, type: " + given.Type)
	}
	cl.newLogJob(p, given, cl.time, cl.behaviour.logJobDuration())
	return nil, nil
}

// replace takes over what a request says; the state is not part of it.
func (j *logJob) replace(cl *call, p *logProject) *apiError {
	given, err := cl.jobBody()
	if err != nil {
		return err
	}
	if given.Name != j.Name || given.Type != j.Type {
		return cl.operation.invalid("the body is of the job %s of the type %s, the path of %s of the type %s", given.Name, given.Type, j.Name, j.Type)
	}
	given.Status = ""
	if j.Type == jobETL && given.ETL().LogStore != j.etl.config.LogStore {
		j.forgetPosition(p)
	}
	j.configure(given)
	j.modified = cl.time
	return nil
}

func updateLogJob(cl *call, p *logProject, j *logJob) (any, *apiError) {
	if status := j.status(cl.time); j.Type == jobETL && status != jobStopped {
		return nil, cl.operation.invalid("Job %s is %s, stop it before an update", j.Name, status)
	}
	return nil, j.replace(cl, p)
}

// restartLogJob runs a job anew: what it has read before, it reads again.
func restartLogJob(cl *call, p *logProject, j *logJob) (any, *apiError) {
	if j.Type != jobETL {
		return nil, cl.operation.invalid("the action RESTART is not for jobs of the type %s", j.Type)
	}
	if err := j.replace(cl, p); err != nil {
		return nil, err
	}
	j.forgetPosition(p)
	j.goal, j.due = jobRunning, cl.time.Add(cl.behaviour.logJobDuration())
	return nil, nil
}

// turn sends the job to a state.
func (j *logJob) turn(cl *call, goal, already string) *apiError {
	if j.goal == goal {
		return cl.operation.invalid("%s", already)
	}
	j.goal, j.due, j.modified = goal, cl.time, cl.time
	if j.Type == jobETL {
		j.due = cl.time.Add(cl.behaviour.logJobDuration())
	}
	return nil
}

func deleteLogJob(cl *call, p *logProject, j *logJob) (any, *apiError) {
	j.forgetPosition(p)
	j.deleted = cl.time.Add(cl.behaviour.logJobDeleteLag())
	cl.settleLog(cl.time)
	return nil, nil
}

// object is a job as GetJob and ListJobs answer it.
func (j *logJob) object(now time.Time) map[string]any {
	item := map[string]any{
		"name": j.Name, "displayName": j.DisplayName, "description": j.Description, "type": j.Type, "schedule": j.Schedule, "configuration": j.Configuration,
		"status": j.status(now), "scheduleId": j.scheduleID, "createTime": j.created.Unix(), "lastModifiedTime": j.modified.Unix(),
	}
	if j.Type == jobAlert {
		item["state"] = j.goal[:1] + strings.ToLower(j.goal[1:])
	}
	return item
}

func listLogJobs(cl *call, p *logProject) (any, *apiError) {
	wanted, q := []*logJob{}, cl.params
	for _, j := range p.jobs {
		store, _ := j.Configuration["logstore"].(string)
		if (q.Get("jobType") == "" || q.Get("jobType") == j.Type) && strings.Contains(j.Name, q.Get("jobName")) &&
			strings.Contains(j.DisplayName, q.Get("displayName")) && (q.Get("logstore") == "" || q.Get("logstore") == store) {
			wanted = append(wanted, j)
		}
	}
	list := []map[string]any{}
	for _, j := range logPage(cl, wanted, 10) {
		list = append(list, j.object(cl.time))
	}
	return map[string]any{"total": len(wanted), "count": len(list), "results": list}, nil
}

func (j *logJob) snapshot(now time.Time) LogJob {
	copied := *clone(j.LogJob)
	copied.Status = j.status(now)
	return copied
}

// LogJob returns a copy of a job; its Status says where it is.
func (c *Cloud) LogJob(project, name string) (LogJob, bool) {
	copied := LogJob{}
	err := c.behindLogJob(project, name, func(_ *logProject, j *logJob, now time.Time) error {
		copied = j.snapshot(now)
		return nil
	})
	return copied, err == nil
}

func (c *Cloud) behindLogJob(project, name string, change func(*logProject, *logJob, time.Time) error) error {
	return c.behindLogProject(project, func(p *logProject, now time.Time) error {
		j := p.job(name)
		if j == nil || !j.deleted.IsZero() {
			return fmt.Errorf("the job %s of the project %s does not exist", name, project)
		}
		return change(p, j, now)
	})
}

// UpdateLogJob changes a job, its Status too, behind the back of every client and at once.
func (c *Cloud) UpdateLogJob(project, name string, change func(*LogJob)) error {
	return c.behindLogJob(project, name, func(p *logProject, j *logJob, now time.Time) error {
		changed := j.snapshot(now)
		change(&changed)
		if changed.Name != name || changed.Type != j.Type {
			return fmt.Errorf("a change of the job %s must keep its name and type", name)
		}
		if changed.Status == jobStarting || changed.Status == jobStopping {
			return fmt.Errorf("a change of the job %s must give a state that lasts, not %s", name, changed.Status)
		}
		if problem, _ := changed.problem(); problem != "" {
			return errors.New(problem)
		}
		j.goal, j.due, j.modified = changed.Status, now, now
		changed.Status = ""
		if j.Type == jobETL && changed.ETL().LogStore != j.etl.config.LogStore {
			j.forgetPosition(p)
		}
		j.configure(clone(&changed))
		return nil
	})
}

// DeleteLogJob removes a job at once, behind the back of every client.
func (c *Cloud) DeleteLogJob(project, name string) error {
	return c.behindLogJob(project, name, func(p *logProject, j *logJob, _ time.Time) error {
		j.forgetPosition(p)
		p.jobs = slices.DeleteFunc(p.jobs, func(other *logJob) bool { return other == j })
		return nil
	})
}

// AddLogJob puts a new job into a project, in the state that it names.
func (c *Cloud) AddLogJob(project string, job LogJob) error {
	return c.behindLogProject(project, func(p *logProject, now time.Time) error {
		if p.job(job.Name) != nil {
			return fmt.Errorf("the job %s of the project %s exists already", job.Name, project)
		}
		if problem, _ := job.problem(); problem != "" {
			return errors.New(problem)
		}
		c.newLogJob(p, clone(&job), now, 0)
		return nil
	})
}

// retype fills a typed configuration from the one that was sent.
func retype(configuration map[string]any, into any) error {
	text, err := json.Marshal(configuration)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
