package sls

import (
	"context"
	"errors"
	"fmt"
	"slices"

	sdk "github.com/aliyun/aliyun-log-go-sdk"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// ProjectNotExist is the code for a project that is nowhere, or elsewhere:
// with a project, all in it is gone.
const ProjectNotExist = "ProjectNotExist"

// IsProjectNotFound reports whether err says that the project itself does not exist.
func IsProjectNotFound(err error) bool { return alicloud.HasCode(err, ProjectNotExist) }

// Project is a project. Its name is unique over all accounts.
type Project struct {
	Name, Description string
	Region            string
	Owner             string // account ID
	DataRedundancy    string // LRS or ZRS
}

// Project reads a project of the client's region (GetProject).
func (c *Client) Project(ctx context.Context, name string) (Project, bool, error) {
	op := read("GetProject", name)
	var got *sdk.LogProject
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		got, err = client.GetProject(name)
		return err
	})
	there, err := found(err)
	switch {
	case err != nil || !there:
		return Project{}, false, err
	case got.Region == "" && got.Status == "":
		return Project{}, false, c.unusable(op, "the answer has neither region nor status, so it is no project")
	}
	return Project{Name: name, Description: got.Description, Region: got.Region, Owner: got.Owner, DataRedundancy: got.DataRedundancyType}, true, nil
}

// CreateProject creates a project in the client's region (CreateProject).
func (c *Client) CreateProject(ctx context.Context, p Project) error {
	return c.call(ctx, change("CreateProject", p.Name), func(client *sdk.Client) error {
		_, err := client.CreateProjectV2(p.Name, p.Description, p.DataRedundancy)
		return err
	})
}

// UpdateProject changes a project's description (UpdateProject).
func (c *Client) UpdateProject(ctx context.Context, name, description string) error {
	return c.call(ctx, change("UpdateProject", name), func(client *sdk.Client) error {
		_, err := client.UpdateProject(name, description)
		return err
	})
}

// DeleteProject deletes a project with all in it (DeleteProject). One that is
// gone already is no error.
func (c *Client) DeleteProject(ctx context.Context, name string) error {
	return gone(c.call(ctx, change("DeleteProject", name), func(client *sdk.Client) error { return client.DeleteProject(name) }))
}

// projectType is the resource type of projects in calls about tags.
const projectType = "project"

// Tags are the tags of a project (ListTagResources).
func (c *Client) Tags(ctx context.Context, project string) (map[string]string, error) {
	tags, token := map[string]string{}, ""
	for range maxTagPages {
		err := c.call(ctx, read("ListTagResources", project), func(client *sdk.Client) error {
			page, next, err := client.ListTagResources(project, projectType, []string{project}, []sdk.ResourceFilterTag{}, token)
			for _, tag := range page {
				tags[tag.TagKey] = tag.TagValue
			}
			token = next
			return err
		})
		if err != nil || token == "" {
			return tags, err
		}
	}
	return nil, fmt.Errorf("the tags of project %s do not end", project)
}

// maxTagPages is far above what a project's tags can fill.
const maxTagPages = 100

// SetTags adds tags to a project, or changes their values (TagResources).
func (c *Client) SetTags(ctx context.Context, project string, tags map[string]string) error {
	list := make([]sdk.ResourceTag, 0, len(tags))
	for key, value := range tags {
		list = append(list, sdk.ResourceTag{Key: key, Value: value})
	}
	op := change("TagResources", project)
	op.SafeToRepeat = true
	return c.call(ctx, op, func(client *sdk.Client) error {
		return client.TagResources(project, &sdk.ResourceTags{ResourceType: projectType, ResourceID: []string{project}, Tags: list})
	})
}

// RemoveTags takes tags off a project (UntagResources).
func (c *Client) RemoveTags(ctx context.Context, project string, keys []string) error {
	op := change("UntagResources", project)
	op.SafeToRepeat = true
	return c.call(ctx, op, func(client *sdk.Client) error {
		return client.UnTagResources(project, &sdk.ResourceUnTags{ResourceType: projectType, ResourceID: []string{project}, Tags: keys})
	})
}

// storesPage is the size of a page of names: a project's quota of Logstores by default.
const storesPage = 200

// LogStores are the names of a project's Logstores, sorted (ListLogStores). The
// SDK drops the total, so a short page is the last one.
func (c *Client) LogStores(ctx context.Context, project string) ([]string, error) {
	var names []string
	for page := range maxStorePages {
		var got []string
		err := c.call(ctx, read("ListLogStores", project), func(client *sdk.Client) (err error) {
			got, err = client.ListLogStoreV2(project, page*storesPage, storesPage, "")
			return err
		})
		if err != nil {
			return nil, err
		}
		names = append(names, got...)
		if len(got) < storesPage {
			slices.Sort(names)
			return slices.Compact(names), nil
		}
	}
	return nil, errors.New("the Logstores of project " + project + " do not end")
}

// maxStorePages is far above the largest quota.
const maxStorePages = 50
