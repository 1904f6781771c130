// Package catalog holds the rule files: one rule a file, named after its ID.
package catalog

import "embed"

// Files are the rule files, in a folder for each kind of what they judge: cluster and workload.
//
//go:embed cluster/*.yaml workload/*.yaml
var Files embed.FS
