package sls

import (
	"context"
	"encoding/json"
	"math"

	sdk "github.com/aliyun/aliyun-log-go-sdk"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Job is a data-transformation job (ETL): it reads the rows of a Logstore of its
// own project, changes them by a script, and writes them to others.
type Job struct {
	Name, DisplayName, Description string
	Status                         string // STARTING, RUNNING, STOPPING or STOPPED
	LogStore                       string // source, in the job's project
	RoleARN                        string // with which it reads
	Script                         string // empty passes rows through as they are
	Language                       string // SPL; anything else is the old version
	FromTime, ToTime               int64  // seconds; zero for from the first row, and for no end
	Parameters                     map[string]string
	Sinks                          []Sink
	LastModified                   int64 // seconds
}

// Sink is where a job writes.
type Sink struct {
	Name, Endpoint, Project, LogStore, RoleARN string
	DataSets                                   []string
}

// The states of a job.
const (
	Starting = "STARTING"
	Running  = "RUNNING"
	Stopping = "STOPPING"
	Stopped  = "STOPPED"
)

// SPL is the language of the current version of data transformation, and
// DefaultDataSet the one data set of its scripts.
const (
	SPL            = "SPL"
	DefaultDataSet = "__UNNAMED__"
)

// etlVersion is the version number that the SDK gives every job.
const etlVersion = 2

func (j Job) wire() sdk.ETL {
	w := sdk.ETL{
		Name: j.Name, DisplayName: j.DisplayName, Description: j.Description, Type: "ETL", Schedule: sdk.ETLSchedule{Type: "Resident"},
		Configuration: sdk.ETLConfiguration{
			Logstore: j.LogStore, RoleArn: j.RoleARN, Script: j.Script, Lang: j.Language, Version: etlVersion,
			FromTime: j.FromTime, ToTime: until(j.ToTime), Parameters: j.Parameters,
		},
	}
	for _, s := range j.Sinks {
		w.Configuration.ETLSinks = append(w.Configuration.ETLSinks, sdk.ETLSink{
			Name: s.Name, Endpoint: s.Endpoint, Project: s.Project, Logstore: s.LogStore, RoleArn: s.RoleARN, Type: "AliyunLOG", DataSets: s.DataSets,
		})
	}
	return w
}

// until is an end as the SDK has it.
func until(at int64) int32 { return int32(min(max(at, 0), math.MaxInt32)) } //nolint:gosec // bounded

func jobOf(w *sdk.ETL) Job {
	j := Job{
		Name: w.Name, DisplayName: w.DisplayName, Description: w.Description, Status: w.Status, LogStore: w.Configuration.Logstore, RoleARN: w.Configuration.RoleArn,
		Script: w.Configuration.Script, Language: w.Configuration.Lang, FromTime: w.Configuration.FromTime, ToTime: int64(w.Configuration.ToTime),
		Parameters: w.Configuration.Parameters, LastModified: int64(w.LastModifiedTime),
	}
	for _, s := range w.Configuration.ETLSinks {
		j.Sinks = append(j.Sinks, Sink{Name: s.Name, Endpoint: s.Endpoint, Project: s.Project, LogStore: s.Logstore, RoleARN: s.RoleArn, DataSets: s.DataSets})
	}
	return j
}

// JSON is the job with its state, as the service has it.
func (j Job) JSON() (string, error) {
	w := j.wire()
	w.Status = j.Status
	text, err := json.Marshal(w)
	return string(text), err
}

// JobOf is a job of such a text.
func JobOf(text string) (Job, error) {
	var w sdk.ETL
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return Job{}, err
	}
	return jobOf(&w), nil
}

// Job reads a data-transformation job (GetJob).
func (c *Client) Job(ctx context.Context, project, name string) (Job, bool, error) {
	op := read("GetJob", place(project, name))
	var got *sdk.ETL
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		got, err = client.GetETL(project, name)
		return err
	})
	there, err := found(err)
	switch {
	case err != nil || !there:
		return Job{}, false, err
	case got == nil || got.Name == "": // the SDK makes an empty job of an answer that it cannot decode
		return Job{}, false, c.unusable(op, "the answer has no name, so it is no job")
	}
	return jobOf(got), true, nil
}

// CreateJob creates a data-transformation job, which starts at once (CreateJob).
func (c *Client) CreateJob(ctx context.Context, project string, job Job) error {
	return c.call(ctx, change("CreateJob", place(project, job.Name)), func(client *sdk.Client) error {
		return client.CreateETL(project, job.wire())
	})
}

// UpdateJob changes a job that is stopped (UpdateJob).
func (c *Client) UpdateJob(ctx context.Context, project string, job Job) error {
	return c.call(ctx, change("UpdateJob", place(project, job.Name)), func(client *sdk.Client) error {
		return client.UpdateETL(project, job.wire())
	})
}

// StartJob starts a job that is stopped (UpdateJob with action START).
func (c *Client) StartJob(ctx context.Context, project, name string) error {
	return c.call(ctx, updates("StartJob", place(project, name)), func(client *sdk.Client) error { return client.StartETL(project, name) })
}

// StopJob stops a job (UpdateJob with action STOP).
func (c *Client) StopJob(ctx context.Context, project, name string) error {
	return c.call(ctx, updates("StopJob", place(project, name)), func(client *sdk.Client) error { return client.StopETL(project, name) })
}

// updates is a call that RAM knows as an update of the job.
func updates(action, resource string) alicloud.Operation {
	op := change(action, resource)
	op.RAMAction = "log:UpdateJob"
	return op
}

// DeleteJob deletes a job of any type (DeleteJob). One that is gone already is no error.
func (c *Client) DeleteJob(ctx context.Context, project, name string) error {
	op := change("DeleteJob", place(project, name))
	op.SafeToRepeat = true
	return gone(c.call(ctx, op, func(client *sdk.Client) error { return client.DeleteETL(project, name) }))
}

// jobsPage is the page size of lists of jobs, and their quota by default.
const jobsPage = 100

// Jobs are a project's data-transformation jobs (ListJobs).
func (c *Client) Jobs(ctx context.Context, project string) ([]Job, error) {
	op := read("ListJobs", project)
	jobs, err := alicloud.Numbered(func(j Job) string { return j.Name }, func(page int) (alicloud.Page[Job], error) {
		var got *sdk.ListETLResponse
		err := c.call(ctx, op, func(client *sdk.Client) (err error) {
			got, err = client.ListETL(project, (page-1)*jobsPage, jobsPage)
			return err
		})
		if err != nil {
			return alicloud.Page[Job]{}, err
		}
		items := make([]Job, 0, len(got.Results))
		for _, job := range got.Results {
			items = append(items, jobOf(job))
		}
		return alicloud.Page[Job]{Items: items, Total: &got.Total}, nil
	})
	return jobs, c.caller.Malformed(op, err)
}
