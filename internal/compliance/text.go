package compliance

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/agext/levenshtein"
)

// maxMessage is the length of a message in characters: it ends up in Terraform's state once per finding.
const maxMessage = 1000

// clean makes text from an API or an expression fit for a terminal and for state.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.TrimSpace(s)
	runes := []rune(s)
	if len(runes) <= maxMessage {
		return s
	}
	return string(runes[:maxMessage-1]) + "…"
}

// nearest returns the candidate that id was probably meant to be, or "".
func nearest(id string, candidates []string) string {
	// A distance costs the product of the lengths, so an absurdly long id is not measured.
	if len(id) > 200 {
		return ""
	}
	best, distance := "", max(2, len(id)/3)+1
	for _, c := range candidates {
		if d := levenshtein.Distance(strings.ToLower(id), c, nil); d < distance {
			best, distance = c, d
		}
	}
	return best
}

func didYouMean(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return "; did you mean " + suggestion + "?"
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
