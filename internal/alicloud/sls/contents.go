package sls

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aliyun/aliyun-log-go-sdk"
)

// contentsPage is the size of a page of what is in a project; a part of it is enough to know that it is not empty.
const contentsPage = 100

// internal starts the names of what the service itself puts into a project, e.g. the log of its jobs.
const internal = "internal-"

// OtherLogStores are the Logstores of a project beside one, without those of the
// service itself (ListLogStores).
func (c *Client) OtherLogStores(ctx context.Context, project, store string) ([]string, error) {
	names, err := c.LogStores(ctx, project)
	return slices.DeleteFunc(names, func(name string) bool { return name == store || strings.HasPrefix(name, internal) }), err
}

// Contents says what is in a project beside a Logstore, without what the
// service itself puts there, at least a part of it: empty for a project that can go
// (ListLogStores, ListJobs, ListDashboard).
func (c *Client) Contents(ctx context.Context, project, store string) (list []string, err error) {
	stores, err := c.OtherLogStores(ctx, project, store)
	if err != nil {
		return nil, err
	}
	add := func(kind string, names []string) {
		for _, name := range names {
			if !strings.HasPrefix(name, internal) {
				list = append(list, kind+" "+name)
			}
		}
	}
	add("log store", stores)
	for _, part := range []struct {
		action, kind string
		names        func(*sdk.Client) ([]string, error)
	}{
		{"ListJobs", "transformation job", func(client *sdk.Client) (names []string, err error) {
			got, err := client.ListETL(project, 0, contentsPage)
			if err != nil {
				return nil, err
			}
			for _, job := range got.Results {
				names = append(names, job.Name)
			}
			return names, nil
		}},
		{"ListJobs", "alert", func(client *sdk.Client) (names []string, err error) {
			alerts, _, _, err := client.ListAlert(project, "", "", 0, contentsPage)
			for _, alert := range alerts {
				names = append(names, alert.Name)
			}
			return names, err
		}},
		{"ListDashboard", "dashboard", func(client *sdk.Client) ([]string, error) {
			names, _, _, err := client.ListDashboard(project, "", 0, contentsPage)
			return names, err
		}},
	} {
		err := c.call(ctx, read(part.action, project), func(client *sdk.Client) error {
			names, err := part.names(client)
			if err == nil {
				add(part.kind, names)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}
