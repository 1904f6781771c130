package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cronRanges are the fields of a schedule, with the names that stand for numbers.
var cronRanges = []struct {
	low, high int
	names     []string
}{
	{0, 59, nil}, {0, 23, nil}, {1, 31, nil},
	{1, 12, []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{0, 6, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// cronProblem is what the API server has against a schedule, in its words.
func cronProblem(schedule string) string {
	if strings.HasPrefix(schedule, "@") {
		every, isEvery := strings.CutPrefix(schedule, "@every ")
		switch {
		case isEvery:
			if _, err := time.ParseDuration(every); err != nil {
				return fmt.Sprintf("failed to parse duration %s: %v", schedule, err)
			}
		case !slices.Contains([]string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}, schedule):
			return "unrecognized descriptor: " + schedule
		}
		return ""
	}
	fields := strings.Fields(schedule)
	if len(fields) != len(cronRanges) {
		return fmt.Sprintf("expected exactly %d fields, found %d: %v", len(cronRanges), len(fields), fields)
	}
	for i, text := range fields {
		for part := range strings.SplitSeq(text, ",") {
			if problem := cronPartProblem(part, i); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func cronPartProblem(part string, field int) string {
	bounds := cronRanges[field]
	number := func(text string) (int, string) {
		if at := slices.Index(bounds.names, strings.ToLower(text)); at >= 0 && text != "" {
			return at, ""
		}
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return 0, fmt.Sprintf("failed to parse int from %s: %v", text, err)
		case n < 0:
			return 0, fmt.Sprintf("negative number (%d) not allowed: %s", n, text)
		}
		return n, ""
	}
	rangeAndStep := strings.Split(part, "/")
	ends := strings.Split(rangeAndStep[0], "-")
	low, high, step := bounds.low, bounds.high, 1
	var problem string
	if ends[0] != "*" && ends[0] != "?" {
		if low, problem = number(ends[0]); problem != "" {
			return problem
		}
		switch len(ends) {
		case 1:
			high = low
		case 2:
			if high, problem = number(ends[1]); problem != "" {
				return problem
			}
		default:
			return "too many hyphens: " + part
		}
	}
	switch len(rangeAndStep) {
	case 1:
	case 2:
		bounds.names = nil
		if step, problem = number(rangeAndStep[1]); problem != "" {
			return problem
		}
		if len(ends) == 1 {
			high = bounds.high
		}
	default:
		return "too many slashes: " + part
	}
	switch {
	case low < bounds.low:
		return fmt.Sprintf("beginning of range (%d) below minimum (%d): %s", low, bounds.low, part)
	case high > bounds.high:
		return fmt.Sprintf("end of range (%d) above maximum (%d): %s", high, bounds.high, part)
	case low > high:
		return fmt.Sprintf("beginning of range (%d) beyond end of range (%d): %s", low, high, part)
	case step == 0:
		return "step of range should be a positive number: " + part
	}
	return ""
}
