package simulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// LogJob is a data-transformation job (type ETL) or an alert. Its configuration is kept as it was sent; ETL reads that
// of a data transformation.
type LogJob struct {
	Name          string         `json:"name" jsonschema:"required" jsonschema_description:"2 to 64 lower-case letters, digits, hyphens and underscores."`
	DisplayName   string         `json:"displayName,omitzero" jsonschema_description:"Name for readers."`
	Description   string         `json:"description,omitzero" jsonschema_description:"For readers."`
	Type          string         `json:"type" jsonschema:"required,enum=ETL,enum=Alert" jsonschema_description:"ETL or Alert."`
	Status        string         `json:"status,omitzero" jsonschema_description:"RUNNING (the default) or STOPPED, of an alert ENABLED (the default) or DISABLED."`
	Schedule      LogSchedule    `json:"schedule" jsonschema:"required" jsonschema_description:"When it runs; a data transformation is Resident."`
	Configuration map[string]any `json:"configuration" jsonschema:"required" jsonschema_description:"What it does, as CreateJob takes it."`
}

// LogSchedule is when a job runs.
type LogSchedule struct {
	Type           string `json:"type" jsonschema:"required,enum=Resident,enum=FixedRate,enum=Cron,enum=Daily,enum=Hourly,enum=Weekly" jsonschema_description:"Kind of the schedule."`
	Interval       string `json:"interval,omitzero" jsonschema_description:"FixedRate: such as 5m."`
	CronExpression string `json:"cronExpression,omitzero" jsonschema_description:"Cron: the expression."`
	Delay          int64  `json:"delay,omitzero" jsonschema_description:"Seconds to wait."`
	DayOfWeek      int64  `json:"dayOfWeek,omitzero" jsonschema_description:"Weekly: the day."`
	Hour           int64  `json:"hour,omitzero" jsonschema_description:"Daily and Weekly: the hour."`
	RunImmediately bool   `json:"runImmediately,omitzero" jsonschema_description:"Whether it runs at once."`
	TimeZone       string `json:"timeZone,omitzero" jsonschema_description:"Such as +0800."`
}

// logJobBody is what requests say besides.
type logJobBody struct {
	LogJob
	State            string `json:"state" jsonschema:"enum=Enabled,enum=Disabled"`
	CreateTime       int64  `json:"createTime"`       // as GetJob answers it, without effect
	LastModifiedTime int64  `json:"lastModifiedTime"` // likewise
}

// LogETL is the configuration of a data transformation.
type LogETL struct {
	AccessKeyID     string            `json:"accessKeyId"`
	AccessKeySecret string            `json:"accessKeySecret"`
	FromTime        int64             `json:"fromTime"` // unix seconds, 0 for the first row
	ToTime          int64             `json:"toTime"`   // unix seconds, 0 for ever
	LogStore        string            `json:"logstore" jsonschema:"required"`
	Parameters      map[string]string `json:"parameters"`
	RoleARN         string            `json:"roleArn"` // reads the source
	Script          string            `json:"script"`
	Version         int64             `json:"version"`
	Lang            string            `json:"lang" jsonschema:"enum=,enum=SPL"`
	Sinks           []LogSink         `json:"sinks" jsonschema:"required"`
}

// LogSink is a destination of a data transformation.
type LogSink struct {
	AccessKeyID     string   `json:"accessKeyId"`
	AccessKeySecret string   `json:"accessKeySecret"`
	Endpoint        string   `json:"endpoint"`
	LogStore        string   `json:"logstore" jsonschema:"required"`
	Name            string   `json:"name" jsonschema:"required"`
	Project         string   `json:"project" jsonschema:"required"`
	RoleARN         string   `json:"roleArn"` // writes to the destination
	Type            string   `json:"type" jsonschema:"enum=AliyunLOG"`
	DataSets        []string `json:"datasets"`
}

// logAlert is the configuration of an alert, version 2. Nothing evaluates it here, so only its form is checked.
type logAlert struct {
	Version              string           `json:"version" jsonschema:"required"`
	Type                 string           `json:"type" jsonschema:"required,enum=default,enum=tpl"`
	Template             map[string]any   `json:"templateConfiguration"`
	Dashboard            string           `json:"dashboard"`
	Threshold            int64            `json:"threshold"`
	NoDataFire           bool             `json:"noDataFire"`
	NoDataSeverity       int64            `json:"noDataSeverity"`
	SendResolved         bool             `json:"sendResolved"`
	Queries              []logAlertQuery  `json:"queryList"`
	Annotations          []LogTag         `json:"annotations"`
	Labels               []LogTag         `json:"labels"`
	Severities           []logSeverity    `json:"severityConfigurations"`
	Joins                []logJoin        `json:"joinConfigurations"`
	Group                *logGrouping     `json:"groupConfiguration"`
	Policy               *logAlertPolicy  `json:"policyConfiguration"`
	AutoAnnotation       bool             `json:"autoAnnotation"`
	SinkEventStore       map[string]any   `json:"sinkEventStore"`
	SinkCMS              map[string]any   `json:"sinkCms"`
	SinkAlertHub         map[string]any   `json:"sinkAlerthub"`
	Tags                 []string         `json:"tags"`
	MuteUntil            int64            `json:"muteUntil"`
	ConditionV1          string           `json:"condition"`
	NotificationListV1   []map[string]any `json:"notificationList"`
	NotificationsAtV1    int64            `json:"notifyThreshold"`
	NotificationsPauseV1 string           `json:"throttling"`
}

type logAlertQuery struct {
	ChartTitle   string `json:"chartTitle"`
	LogStoreV1   string `json:"logStore"`
	Query        string `json:"query"`
	TimeSpanType string `json:"timeSpanType"`
	Start        string `json:"start"`
	End          string `json:"end"`
	StoreType    string `json:"storeType" jsonschema:"enum=,enum=log,enum=metric,enum=meta"`
	Project      string `json:"project"`
	Store        string `json:"store"`
	Region       string `json:"region"`
	RoleARN      string `json:"roleArn"`
	DashboardID  string `json:"dashboardId"`
	PowerSQLMode string `json:"powerSqlMode" jsonschema:"enum=,enum=auto,enum=enable,enum=disable"`
}

type logSeverity struct {
	Severity      int64        `json:"severity" jsonschema:"required"`
	EvalCondition logCondition `json:"evalCondition" jsonschema:"required"`
}

type logCondition struct {
	Condition      string `json:"condition"`
	CountCondition string `json:"countCondition"`
}

type logJoin struct {
	Type      string `json:"type"`
	Condition string `json:"condition"`
}

type logGrouping struct {
	Type   string   `json:"type" jsonschema:"enum=,enum=no_group,enum=labels_auto,enum=custom"`
	Fields []string `json:"fields"`
}

type logAlertPolicy struct {
	UseDefault     bool   `json:"useDefault"`
	RepeatInterval string `json:"repeatInterval"`
	AlertPolicyID  string `json:"alertPolicyId"`
	ActionPolicyID string `json:"actionPolicyId"`
}

// splDataSet is the data set that a sink of the current version takes unless told otherwise.
const splDataSet = "__UNNAMED__"

// maxLogSinks is the documented number of sinks of a job.
const maxLogSinks = 50

var (
	logRoleARN      = regexp.MustCompile(`^acs:ram::\d{5,20}:role/[\w.@-]+$`)
	logSinkEndpoint = regexp.MustCompile(`^(https?://)?[a-z0-9-]+\.log\.aliyuncs\.com$`)
	logSeverities   = []int64{2, 4, 6, 8, 10}
)

// problem names what is wrong with a job, or nothing, and whether it is a field that no API has.
func (j *LogJob) problem() (problem string, unknown bool) {
	states := []string{"", jobRunning, jobStarting, jobStopping, jobStopped}
	if j.Type == jobAlert {
		states = []string{"", jobEnabled, jobDisabled}
	}
	switch {
	case !logJobName.MatchString(j.Name):
		return fmt.Sprintf("job name %q is invalid: want 2 to 64 lower-case letters, digits, hyphens and underscores, a letter or digit first and last", j.Name), false
	case !slices.Contains(states, j.Status):
		return fmt.Sprintf("status %q is none of a job of the type %s", j.Status, j.Type), false
	}
	switch j.Type {
	case jobETL:
		return j.etlProblem()
	case jobAlert:
		return j.alertProblem()
	}
	return fmt.Sprintf("job type %q is neither ETL nor Alert", j.Type), false
}

// strictly decodes the configuration.
func (j *LogJob) strictly(into any) (problem string, unknown bool) {
	text, err := json.Marshal(j.Configuration)
	if err != nil {
		return err.Error(), false
	}
	if problems := strict.JSON(text, into); len(problems) > 0 {
		return fmt.Sprintf("configuration: %s (at %s)", problems[0].Message, problems[0].Path), problems[0].Kind == strict.Unknown
	}
	return "", false
}

func (j *LogJob) etlProblem() (problem string, unknown bool) {
	e := &LogETL{}
	if problem, unknown := j.strictly(e); problem != "" {
		return problem, unknown
	}
	switch {
	case j.Schedule.Type != "Resident":
		return fmt.Sprintf("schedule type %q is not Resident", j.Schedule.Type), false
	case e.LogStore == "":
		return "configuration.logstore is empty", false
	case e.AccessKeyID == "" && !logRoleARN.MatchString(e.RoleARN):
		return fmt.Sprintf("configuration.roleArn %q is no ARN of a role", e.RoleARN), false
	case e.ToTime != 0 && e.ToTime <= e.FromTime:
		return "configuration.toTime is not after fromTime", false
	case len(e.Sinks) < 1 || len(e.Sinks) > maxLogSinks:
		return fmt.Sprintf("configuration.sinks has %d sinks, want 1 to %d", len(e.Sinks), maxLogSinks), false
	}
	for i, sink := range e.Sinks {
		if problem := sink.problem(e.Lang); problem != "" {
			return fmt.Sprintf("configuration.sinks[%d]: %s", i, problem), false
		}
		if slices.ContainsFunc(e.Sinks[:i], func(other LogSink) bool { return other.Name == sink.Name }) {
			return fmt.Sprintf("configuration.sinks[%d]: the name %s is taken", i, sink.Name), false
		}
	}
	return "", false
}

func (s *LogSink) problem(lang string) string {
	switch {
	case s.Name == "" || s.Project == "" || s.LogStore == "":
		return "name, project and logstore must not be empty"
	case s.AccessKeyID == "" && !logRoleARN.MatchString(s.RoleARN):
		return fmt.Sprintf("roleArn %q is no ARN of a role", s.RoleARN)
	case s.Endpoint != "" && !logSinkEndpoint.MatchString(s.Endpoint):
		return fmt.Sprintf("endpoint %q is none of Log Service", s.Endpoint)
	case lang == "SPL" && len(s.DataSets) == 0:
		return "datasets is empty, want " + splDataSet
	case lang != "SPL" && len(s.DataSets) > 0:
		return "datasets is for the language SPL"
	}
	return ""
}

func (j *LogJob) alertProblem() (problem string, unknown bool) {
	a := &logAlert{}
	if problem, unknown := j.strictly(a); problem != "" {
		return problem, unknown
	}
	if j.Schedule.Type == "Resident" {
		return "schedule type Resident is not for alerts", false
	}
	if a.Type == "default" && (len(a.Queries) == 0 || len(a.Severities) == 0) {
		return "configuration needs queryList and severityConfigurations", false
	}
	for _, s := range a.Severities {
		if !slices.Contains(logSeverities, s.Severity) {
			return fmt.Sprintf("severity %d is none of 2, 4, 6, 8, 10", s.Severity), false
		}
	}
	return "", false
}

// unsupported says what the simulator has no effect for.
func (j *LogJob) unsupported() string {
	if j.Type == jobETL {
		e := j.ETL()
		if e.AccessKeyID+e.AccessKeySecret != "" || slices.ContainsFunc(e.Sinks, func(s LogSink) bool { return s.AccessKeyID+s.AccessKeySecret != "" }) {
			return "a job with an AccessKey instead of roles is not simulated"
		}
		return ""
	}
	a := &logAlert{}
	if err := retype(j.Configuration, a); err != nil || a.Version != "2.0" {
		return "alerts of another version than 2.0 are not simulated"
	}
	return ""
}

// unknownScript says that a data transformation does what the simulator cannot; such a job fails when it runs, and no
// client can make one.
func (j *LogJob) unknownScript() string {
	e := j.ETL()
	if _, known := e.rule(); !known && j.Type == jobETL {
		return etlNotSimulated
	}
	return ""
}

// rule is what the script does, if that is simulated.
func (e *LogETL) rule() (splRule, bool) {
	rule, known := parseETLScript(e.Lang, e.Script)
	for i := range e.Sinks {
		for _, name := range e.Sinks[i].DataSets {
			known = known && name == splDataSet
		}
	}
	return rule, known
}

// ETL is the configuration of a data transformation; that of another job is empty.
func (j *LogJob) ETL() LogETL {
	e := LogETL{}
	if j.Type == jobETL {
		// The form was checked when the job was stored.
		_ = retype(j.Configuration, &e)
	}
	return e
}
