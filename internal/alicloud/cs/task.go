package cs

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Task is work that goes on after its call has answered. Its ID is known in its
// own account and region only.
type Task struct {
	ID, Type, State string
	// Code and Message say why it failed; they may be empty.
	Code, Message string
}

// Task reads how a task stands (DescribeTaskInfo).
func (c *Client) Task(ctx context.Context, taskID string) (Task, error) {
	const action = "DescribeTaskInfo"
	op := alicloud.Operation{
		Action: action, Method: "GET", Path: "/tasks/" + url.PathEscape(taskID), Resource: taskID, SafeToRepeat: true, Holds: []string{"state"},
	}
	var answer struct {
		Type  string `json:"task_type"`
		State string `json:"state"`
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := c.caller.Call(ctx, op, &answer); err != nil {
		return Task{}, err
	}
	if answer.State == "" {
		return Task{}, c.caller.Malformed(op, errors.New("the state of the task is empty"))
	}
	return Task{ID: taskID, Type: answer.Type, State: answer.State, Code: answer.Error.Code, Message: answer.Error.Message}, nil
}

// Succeeded reports whether the task is done.
func (t Task) Succeeded() bool { return t.State == "success" }

// ended are states out of which a task does not come by itself. The list is
// that of the official provider, in whose code they were seen.
var ended = []string{"fail", "failed", "error", "paused", "canceled", "cancelled"}

// Failure is why the task will not succeed, in words that complete "the task …";
// nil while it may.
func (t Task) Failure() error {
	if !slices.Contains(ended, t.State) {
		return nil
	}
	why := strings.TrimRight(t.Message, " .")
	switch {
	case t.Code != "" && why != "":
		why = t.Code + ": " + why
	case why == "":
		why = t.Code
	}
	if why == "" {
		why = "the service does not say why"
	}
	return fmt.Errorf("ended as %s: %s", t.State, why)
}

// IsBusy reports whether err says that the cluster is being changed otherwise,
// and takes the change once it is not. Seen in public code: a code of its own,
// or a bare number with the message.
func IsBusy(err error) bool {
	var e *alicloud.Error
	return errors.As(err, &e) && e.Product == "cs" &&
		(e.Code == "ErrorClusterState" || strings.Contains(e.Message, "cannot operate cluster where state is"))
}
