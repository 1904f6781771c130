// Package nearest suggests what somebody probably meant.
package nearest

import "github.com/agext/levenshtein"

// To returns the candidate closest to what was written, or "" if none is
// close enough to be a likely slip.
func To(written string, candidates []string) string {
	best, bestScore := "", 0.6
	for _, c := range candidates {
		if score := levenshtein.Match(written, c, nil); score > bestScore {
			best, bestScore = c, score
		}
	}
	return best
}
