package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	region     = "cn-hangzhou"
	memberRole = "ResourceDirectoryAccountAccessRole"
)

// landscape is the simulated cloud, and what its scenario file says is in it.
type landscape struct {
	*simulator.Cloud
	scenario *simulator.Scenario
	server   *simulator.Server

	mu         sync.Mutex
	unexpected []string
}

func newLandscape(path string) (*landscape, error) {
	scenario, err := simulator.LoadScenario(path)
	if err != nil {
		return nil, err
	}
	l := &landscape{scenario: scenario}
	if l.Cloud, err = simulator.New(scenario, simulator.Options{OnUnexpected: l.complain}); err != nil {
		return nil, err
	}
	if l.server, err = l.Start("127.0.0.1:0"); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *landscape) complain(message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unexpected = append(l.unexpected, message)
}

// complaints is an error about the calls that a real cloud would not know.
func (l *landscape) complaints() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unexpected) == 0 {
		return nil
	}
	return errors.New("the simulated cloud got calls that it does not know:\n" + strings.Join(l.unexpected, "\n"))
}

// place is where a cluster is.
type place struct{ account, region, id, name string }

// cluster finds a cluster of the scenario by its name.
func (l *landscape) cluster(name string) (place, error) {
	for _, a := range l.scenario.Accounts {
		for _, c := range a.Clusters {
			if c.Name == name {
				return place{account: a.AccountID, region: c.RegionID, id: c.ClusterID, name: name}, nil
			}
		}
	}
	return place{}, fmt.Errorf("the scenario has no cluster %s, which the demo is about", name)
}

// account finds a member account of the scenario by its display name.
func (l *landscape) account(name string) (string, error) {
	for _, a := range l.scenario.Accounts {
		if a.DisplayName != nil && *a.DisplayName == name {
			return a.AccountID, nil
		}
	}
	return "", fmt.Errorf("the scenario has no account %s, which the demo is about", name)
}

// colleague is somebody who changes clusters without Terraform: the vendor's
// SDK with keys of the member account, as the vendor's CLI would do it.
type colleague struct {
	endpoint   string
	id, secret string
}

// direct is an HTTP client of its own: the SDK's is shared without a lock and
// heeds proxies, and its idle connections would outlive the simulator.
type direct struct{ transport *http.Transport }

func (d direct) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	return d.transport.RoundTrip(r)
}

// call signs and sends one call.
func (c colleague) call(ctx context.Context, config openapiutil.Config, params openapiutil.Params, request openapiutil.OpenApiRequest) (map[string]any, error) {
	transport := &http.Transport{DisableKeepAlives: true}
	config.Endpoint, config.Protocol, config.RegionId, config.HttpClient = &c.endpoint, new("HTTP"), new(region), direct{transport}
	client, err := openapi.NewClient(&config)
	if err != nil {
		return nil, err
	}
	params.Protocol, params.AuthType, params.BodyType = new("HTTP"), new("AK"), new("json")
	answer, err := client.CallApiWithCtx(ctx, &params, &request, &dara.RuntimeOptions{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", *params.Action, err)
	}
	body, _ := answer["body"].(map[string]any)
	return body, nil
}

// put changes something of a cluster with keys of its account.
func (c colleague) put(ctx context.Context, at place, action, path string, body map[string]any) error {
	answer, err := c.call(ctx,
		openapiutil.Config{AccessKeyId: &c.id, AccessKeySecret: &c.secret},
		openapiutil.Params{
			Action: new("AssumeRole"), Version: new("2015-04-01"), Style: new("RPC"), Method: new("POST"), Pathname: new("/"), ReqBodyType: new("formData"),
		},
		openapiutil.OpenApiRequest{Query: map[string]*string{
			"RoleArn": new("acs:ram::" + at.account + ":role/" + memberRole), "RoleSessionName": new("colleague"),
		}})
	if err != nil {
		return err
	}
	keys, _ := answer["Credentials"].(map[string]any)
	id, _ := keys["AccessKeyId"].(string)
	secret, _ := keys["AccessKeySecret"].(string)
	token, _ := keys["SecurityToken"].(string)
	_, err = c.call(ctx,
		openapiutil.Config{AccessKeyId: &id, AccessKeySecret: &secret, SecurityToken: &token},
		openapiutil.Params{
			Action: &action, Version: new("2015-12-15"), Style: new("ROA"), Method: new("PUT"), Pathname: &path, ReqBodyType: new("json"),
		},
		// One endpoint stands for all regions here, so the header names the region.
		openapiutil.OpenApiRequest{Headers: map[string]*string{"x-acs-region-id": &at.region}, Body: body})
	return err
}

// setSchedule changes when a cluster is inspected.
func (c colleague) setSchedule(ctx context.Context, at place, recurrence string) error {
	return c.put(ctx, at, "UpdateClusterInspectConfig", "/clusters/"+at.id+"/inspectConfig", map[string]any{"enabled": true, "scheduleTime": recurrence})
}

// unprotect turns a cluster's deletion protection off.
func (c colleague) unprotect(ctx context.Context, at place) error {
	return c.put(ctx, at, "ModifyCluster", "/api/v2/clusters/"+at.id, map[string]any{"deletion_protection": false})
}
