package cloudconfig

import (
	"context"
	"errors"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// States of the recorder.
const (
	RecorderRegistrable = "REGISTRABLE" // Cloud Config is not activated
	RecorderBuilding    = "BUILDING"
	RecorderRegistered  = "REGISTERED"
	RecorderRebuilding  = "REBUILDING"
)

// Recorder is the account's configuration recorder.
type Recorder struct {
	Status        string `json:"ConfigurationRecorderStatus"`
	ResourceTypes []string
}

// Recorder reads the recorder (GetConfigurationRecorder). An account that has
// not activated Cloud Config has one that could be started.
func (c *Client) Recorder(ctx context.Context) (Recorder, error) {
	var answer struct{ ConfigurationRecorder Recorder }
	op := recorderCall("GetConfigurationRecorder")
	err := c.read(ctx, op, "ConfigurationRecorder", &answer)
	switch {
	case alicloud.Is(err, alicloud.NotActivated):
		return Recorder{Status: RecorderRegistrable}, nil
	case err == nil && answer.ConfigurationRecorder.Status == "":
		err = c.caller.Malformed(op, errors.New("it has no status"))
	}
	return answer.ConfigurationRecorder, err
}

// StartRecorder activates Cloud Config in the account (StartConfigurationRecorder).
func (c *Client) StartRecorder(ctx context.Context) error {
	return c.change(ctx, recorderCall("StartConfigurationRecorder"), nil)
}

// StopRecorder stops it (StopConfigurationRecorder): the account's rules and
// results are cleared.
func (c *Client) StopRecorder(ctx context.Context) error {
	op := recorderCall("StopConfigurationRecorder")
	op.Holds = []string{"StopConfigurationRecorderResult"}
	var answer struct{ StopConfigurationRecorderResult bool }
	if err := c.change(ctx, op, &answer); err != nil {
		return err
	}
	if !answer.StopConfigurationRecorderResult {
		return c.caller.Refused(op, "", "the service answers that it did not stop the recorder")
	}
	return nil
}

// UpdateRecorder sets the resource types that are recorded (UpdateConfigurationRecorder).
func (c *Client) UpdateRecorder(ctx context.Context, resourceTypes []string) error {
	op := recorderCall("UpdateConfigurationRecorder")
	op.Form = map[string]string{"ResourceTypes": commas(resourceTypes)}
	return c.change(ctx, op, nil)
}

func recorderCall(action string) alicloud.Operation {
	return alicloud.Operation{Action: action, Method: "POST", Resource: "the configuration recorder"}
}
