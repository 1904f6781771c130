package scan

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// cronField is one of the five fields of a schedule.
type cronField struct {
	name     string
	min, max int
	names    []string // of the values from min on
}

// cronFields are as the API server's CronJob has them (Kubernetes documentation, CronJob schedule syntax).
var cronFields = []cronField{
	{"minute", 0, 59, nil},
	{"hour", 0, 23, nil},
	{"day of month", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"day of week", 0, 6, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// cronProblem is what is wrong with a schedule; empty for nothing.
func cronProblem(text string) string {
	parts := strings.Fields(text)
	if len(parts) != len(cronFields) {
		return fmt.Sprintf("it has %d fields and not five: minute, hour, day of month, month, day of week", len(parts))
	}
	for i, field := range cronFields {
		for item := range strings.SplitSeq(parts[i], ",") {
			if !field.takes(item) {
				return fmt.Sprintf("%q is no %s: %d to %d, a range, * or either with a step, e.g. */5", parts[i], field.name, field.min, field.max)
			}
		}
	}
	return ""
}

// takes reports whether an item such as 5, mon-fri, 0-30/10 or */5 is one of the field's.
func (f cronField) takes(item string) bool {
	span, step, stepped := strings.Cut(item, "/")
	if stepped {
		if n, err := strconv.Atoi(step); err != nil || n < 1 || strings.HasPrefix(step, "+") {
			return false
		}
	}
	if span == "*" || span == "?" {
		return true
	}
	from, to, ranged := strings.Cut(span, "-")
	low, ok := f.value(from)
	if !ranged || !ok {
		return ok
	}
	high, ok := f.value(to)
	return ok && low <= high
}

func (f cronField) value(text string) (int, bool) {
	for i, name := range f.names {
		if strings.EqualFold(name, text) {
			return f.min + i, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.min && n <= f.max && !strings.HasPrefix(text, "+")
}

// sameCron compares schedules, whatever the blanks between the fields.
func sameCron(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

type cronValidator struct{}

// Description implements validator.String.
func (cronValidator) Description(context.Context) string {
	return "must be a cron schedule of five fields, e.g. 30 2 * * *"
}

// MarkdownDescription implements validator.String.
func (v cronValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v cronValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := cronProblem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid schedule", fmt.Sprintf("%q %s: %s.", req.ConfigValue.ValueString(), v.Description(ctx), problem))
	}
}
