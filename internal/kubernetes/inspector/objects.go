// Package inspector knows the documented objects of ACK's component
// security-inspector: where they are, what their configuration says, and how
// to change that without touching the rest. It makes no call.
//
// Names of objects are from the component's release notes, ids of checks from
// the help page; that the ConfigMap holds a configuration of the engine which
// the component wraps, and in which of its dialects, is inferred: so the
// dialect is detected and never assumed (reference/security-inspector.md).
package inspector

import (
	"slices"
	"strconv"
	"strings"
)

// Names of the component as an add-on. The managed one is that of managed and Auto Mode clusters.
const (
	Component        = "security-inspector"
	ManagedComponent = "managed-security-inspector"
)

// Components are the names to look for.
var Components = []string{Component, ManagedComponent}

// Names of the objects, and the data key of the engine's own deployment.
const (
	ConfigMapName = "security-inspector-polaris-config"
	CronJobName   = "security-inspector-polaris-cronjob"
	ConfigKey     = "config.yaml"
)

// Namespaces of the objects: the component's tasks moved out of kube-system with v0.14.0.
const (
	OwnNamespace    = "security-inspector"
	SystemNamespace = "kube-system"
)

var movedWith = []int{0, 14, 0}

// Namespaces are where to look for the objects of a version, the likely one
// first. The ConfigMap and the CronJob may be in different ones.
func Namespaces(version string) []string {
	if v := numbers(version); v != nil && slices.Compare(v, movedWith) < 0 {
		return []string{SystemNamespace, OwnNamespace}
	}
	return []string{OwnNamespace, SystemNamespace}
}

// numbers are the parts of a version such as "v0.10.1.2-g13c9de7-aliyun"; nil if it has none.
func numbers(version string) []int {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "-")
	var parts []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil
		}
		parts = append(parts, n)
	}
	return parts
}

// SameVersion reports whether an installed version is the one that was asked
// for. The service may name more of it than was asked for: a build, or a fourth number.
func SameVersion(installed, asked string) bool {
	if installed == asked {
		return true
	}
	i, a := numbers(installed), numbers(asked)
	if i == nil || a == nil || len(i) < len(a) || !slices.Equal(i[:len(a)], a) {
		return false
	}
	// A build that was asked for by name is only that build.
	return !strings.Contains(asked, "-")
}

// Older reports whether version a is known to come before version b.
func Older(a, b string) bool {
	x, y := numbers(a), numbers(b)
	return x != nil && y != nil && slices.Compare(x, y) < 0
}
