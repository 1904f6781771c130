// Package nearest suggests what somebody probably meant.
package nearest

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// longest bounds what is measured: a distance costs the product of the
// lengths, and no name here is that long.
const longest = 200

// To returns the candidate closest to what was written, without regard to
// case, or "" if none is close enough to be a likely slip: a third of the
// word may be wrong, in a short one two letters.
func To(written string, candidates []string) string {
	if len(written) > longest {
		return ""
	}
	best, distance := "", max(2, len(written)/3)+1
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		if d := levenshtein.Distance(strings.ToLower(written), strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}
