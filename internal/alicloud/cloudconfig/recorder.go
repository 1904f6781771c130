package cloudconfig

import (
	"context"

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

// Recorder reads the recorder (GetConfigurationRecorder).
func (c *Client) Recorder(ctx context.Context) (Recorder, error) {
	var answer struct{ ConfigurationRecorder Recorder }
	err := c.read(ctx, recorderCall("GetConfigurationRecorder"), "ConfigurationRecorder", &answer)
	return answer.ConfigurationRecorder, err
}

// StartRecorder activates Cloud Config in the account (StartConfigurationRecorder).
func (c *Client) StartRecorder(ctx context.Context) error {
	return c.change(ctx, recorderCall("StartConfigurationRecorder"), true, nil)
}

// StopRecorder stops it (StopConfigurationRecorder).
func (c *Client) StopRecorder(ctx context.Context) error {
	return c.change(ctx, recorderCall("StopConfigurationRecorder"), true, nil)
}

// UpdateRecorder sets the resource types that are recorded (UpdateConfigurationRecorder).
func (c *Client) UpdateRecorder(ctx context.Context, resourceTypes []string) error {
	op := recorderCall("UpdateConfigurationRecorder")
	op.Form = map[string]string{"ResourceTypes": commas(resourceTypes)}
	return c.change(ctx, op, true, nil)
}

func recorderCall(action string) alicloud.Operation {
	return alicloud.Operation{Action: action, Method: "POST", Resource: "the configuration recorder"}
}
