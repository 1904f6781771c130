package cs_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

func answered(t *testing.T) (*answering.Service, *cs.Client) {
	t.Helper()
	service := answering.New(t)
	client, err := cs.New(service.Config())
	if err != nil {
		t.Fatal(err)
	}
	return service, client
}

// check compares what is read, or the end of the error, with what is wanted.
func check(t *testing.T, body string, got any, err error, want any) {
	t.Helper()
	if says, isError := want.(string); isError {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v, want the error %q", body, got, err, says)
		}
		return
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, %v, want %+v", body, got, err, want)
	}
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	for body, want := range map[string]any{
		`{"audit_enabled":true,"sls_project_name":"central"}`:         cs.AuditLog{Enabled: true, Project: "central"},
		`{"audit_enabled":true,"sls_project_name":"k8s-log-c1\n"}`:    cs.AuditLog{Enabled: true, Project: "k8s-log-c1"},
		`{"audit_enabled":false}`:                                     cs.AuditLog{},
		`{"audit_enabled":null,"sls_project_name":"central"}`:         "cannot be told whether auditing is on",
		`{"sls_project_name":"central"}`:                              `the answer has no "audit_enabled"`,
		`{"components":["apiserver"],"log_project":"k8s-log-c1"}`:     `the answer has no "audit_enabled"`, // what CheckControlPlaneLogEnable answers
		`{"audit_enabled":"true","sls_project_name":"central"}`:       "cannot be decoded",
		`{"code":"ErrorClusterNotFound","message":"no","status":404}`: "ErrorClusterNotFound",
	} {
		service.With(200, body)
		got, err := client.AuditLog(t.Context(), clusterID)
		check(t, body, got, err, want)
	}
}

func TestControlPlaneLog(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	one := cs.ControlPlaneLog{Components: []string{"kcm"}, TTLDays: 30, Project: "p"}
	for body, want := range map[string]any{
		`{"components":["kcm"],"log_project":"p","log_ttl":"30"}`: one,
		`{"components":["kcm"],"log_project":"p","log_ttl":30}`:   one,
		`{"components":null,"log_ttl":""}`:                        cs.ControlPlaneLog{},
		`{"components":null,"log_ttl":null}`:                      cs.ControlPlaneLog{},
		`{"components":["kcm"],"log_ttl":"a month"}`:              `log_ttl "a month" is no number of days`,
		`{"components":["kcm"],"log_ttl":1.5}`:                    `log_ttl "1.5" is no number of days`,
		`{"log_project":"p"}`:                                     `the answer has no "components"`,
	} {
		service.With(200, body)
		got, err := client.ControlPlaneLog(t.Context(), clusterID)
		check(t, body, got, err, want)
	}
}

func TestTask(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	for body, want := range map[string]struct {
		succeeded bool
		failure   string
	}{
		`{"state":"success","error":{}}`:                               {true, ""},
		`{"state":"running"}`:                                          {false, ""},
		`{"state":"something new"}`:                                    {false, ""},
		`{"state":"failed","error":{"code":"E","message":"no luck."}}`: {false, "ended as failed: E: no luck"},
		`{"state":"fail","error":{"message":"no luck"}}`:               {false, "ended as fail: no luck"},
		`{"state":"canceled","error":{"code":"E"}}`:                    {false, "ended as canceled: E"},
		`{"state":"paused"}`:                                           {false, "ended as paused: the service does not say why"},
	} {
		service.With(200, body)
		task, err := client.Task(t.Context(), "T-1")
		if err != nil {
			t.Fatal(err)
		}
		failure := ""
		if err := task.Failure(); err != nil {
			failure = err.Error()
		}
		if task.Succeeded() != want.succeeded || failure != want.failure {
			t.Errorf("%s: %t %q, want %+v", body, task.Succeeded(), failure, want)
		}
	}
}

func TestIsBusy(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	for body, want := range map[string]bool{
		`{"code":"ErrorClusterState","message":"not now"}`:                                true,
		`{"code":"400","message":"cannot operate cluster where state is updating"}`:       true,
		`{"code":"400","message":"no"}`:                                                   false,
		`{"code":"InvalidParameter","message":"the project does not exist","status":400}`: false,
	} {
		service.With(400, body)
		_, err := client.UpdateAuditLog(t.Context(), clusterID, cs.AuditLog{Enabled: true})
		if cs.IsBusy(err) != want {
			t.Errorf("%s: busy is %t", body, !want)
		}
	}
}
