package rampolicy

import (
	"maps"
	"slices"
)

// system holds the system policies that scenarios may attach. Their documents are shortened to the products that are
// simulated; the read-only list of cs follows the verbs of its read calls.
var system = map[string]Document{
	"AdministratorAccess":                   allow("*"),
	"ReadOnlyAccess":                        allow("cs:Get*", "cs:List*", "cs:Describe*", "cs:Check*", "resourcemanager:Get*", "resourcemanager:List*", "config:Get*", "config:List*", "log:Get*", "log:List*"),
	"AliyunCSFullAccess":                    allow("cs:*"),
	"AliyunCSReadOnlyAccess":                allow("cs:Get*", "cs:List*", "cs:Describe*", "cs:Check*"),
	"AliyunConfigFullAccess":                allow("config:*"),
	"AliyunConfigReadOnlyAccess":            allow("config:Get*", "config:List*"),
	"AliyunLogFullAccess":                   allow("log:*"),
	"AliyunLogReadOnlyAccess":               allow("log:Get*", "log:List*"),
	"AliyunSTSAssumeRoleAccess":             allow("sts:AssumeRole"),
	"AliyunResourceDirectoryFullAccess":     allow("resourcemanager:*"),
	"AliyunResourceDirectoryReadOnlyAccess": allow("resourcemanager:Get*", "resourcemanager:List*"),
}

func allow(actions ...string) Document {
	return Document{Version: "1", Statement: []Statement{{Effect: "Allow", Action: actions, Resource: Strings{"*"}}}}
}

// System returns a system policy by its name.
func System(name string) (Document, bool) {
	document, ok := system[name]
	return document, ok
}

// SystemNames lists the system policies, sorted.
func SystemNames() []string { return slices.Sorted(maps.Keys(system)) }
