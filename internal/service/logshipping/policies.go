package logshipping

import (
	"encoding/json"
	"fmt"
	"slices"
)

// The RAM documents of a shipping job's two roles, as Log Service's pages on custom roles across accounts have them.
type (
	policyDocument[S any] struct {
		Version   string `json:"Version"`
		Statement []S    `json:"Statement"`
	}
	trustStatement struct {
		Action    string           `json:"Action"`
		Effect    string           `json:"Effect"`
		Principal servicePrincipal `json:"Principal"`
	}
	servicePrincipal struct {
		Service []string `json:"Service"`
	}
	policyStatement struct {
		Effect   string   `json:"Effect"`
		Action   []string `json:"Action"`
		Resource []string `json:"Resource"`
	}
)

// logService is the service that runs jobs.
const logService = "log.aliyuncs.com"

var (
	// readActions are what a job needs on its source: it reads shards as a consumer group.
	readActions = []string{
		"log:ListShards", "log:GetCursorOrData", "log:GetConsumerGroupCheckPoint", "log:UpdateConsumerGroup", "log:ConsumerGroupHeartBeat",
		"log:ConsumerGroupUpdateCheckPoint", "log:ListConsumerGroup", "log:CreateConsumerGroup",
	}
	// writeActions are what a job needs on its destination.
	writeActions = []string{"log:Post*", "log:BatchPost*"}
)

// storePattern is one Logstore, or many by wildcards in either name.
type storePattern struct{ Project, LogStore string }

func (p storePattern) arn() string {
	return fmt.Sprintf("acs:log:*:*:project/%s/logstore/%s", p.Project, p.LogStore)
}

// defaultSources are the stores of ACK's logs in the projects that the service chooses.
func defaultSources() (list []storePattern) {
	for _, store := range []string{"audit-*", inspectionPrefix + "*", eventStore, ingressStore, "apiserver-*", "kcm-*", "scheduler-*", "ccm-*"} {
		list = append(list, storePattern{projectPrefix + "*", store})
	}
	return list
}

// sourceTrust is the trust policy of the role that reads: Log Service may assume it.
func sourceTrust() string { return trust(logService) }

// sourcePolicy is what that role may do.
func sourcePolicy(sources []storePattern) string {
	var resources []string
	for _, s := range sources {
		resources = append(resources, s.arn(), s.arn()+"/*")
	}
	slices.Sort(resources)
	return allowing(readActions, slices.Compact(resources))
}

// destinationTrust is the trust policy of the role that writes: Log Service may assume it for these members. For a
// member that is the log account itself, the service does so under its plain name.
func destinationTrust(logAccount string, members []string) string {
	var principals []string
	for _, member := range members {
		if member == logAccount {
			principals = append(principals, logService)
			continue
		}
		principals = append(principals, member+"@"+logService)
	}
	slices.Sort(principals)
	return trust(slices.Compact(principals)...)
}

// destinationPolicy is what that role may do.
func destinationPolicy(archive storePattern) string {
	return allowing(writeActions, []string{archive.arn()})
}

func trust(principals ...string) string {
	return text(policyDocument[trustStatement]{"1", []trustStatement{{"sts:AssumeRole", "Allow", servicePrincipal{principals}}}})
}

func allowing(actions, resources []string) string {
	return text(policyDocument[policyStatement]{"1", []policyStatement{{"Allow", actions, resources}}})
}

// text is a document that consists of strings, so that it can always be encoded.
func text[S any](d policyDocument[S]) string {
	encoded, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}
