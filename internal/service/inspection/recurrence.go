package inspection

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// recurrence is a daily rule by meaning: at each of hours, at each of minutes.
type recurrence struct{ hours, minutes []int }

const recurrenceExample = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"

// parseRecurrence reads an RFC 5545 rule of the form that the inspection API
// documents: FREQ=DAILY with BYHOUR and BYMINUTE, and nothing else.
func parseRecurrence(text string) (recurrence, error) {
	var r recurrence
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.TrimSuffix(text, ";"), ";") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.ToUpper(strings.TrimSpace(name))
		value = strings.TrimSpace(value)
		if !ok || value == "" {
			return r, fmt.Errorf("the part %q is not of the form NAME=VALUE", part)
		}
		if seen[name] {
			return r, fmt.Errorf("%s stands twice", name)
		}
		seen[name] = true
		var err error
		switch name {
		case "FREQ":
			if !strings.EqualFold(value, "DAILY") {
				err = fmt.Errorf("FREQ=%s: the inspection runs daily only, so FREQ must be DAILY", value)
			}
		case "BYHOUR":
			r.hours, err = numbers(name, value, 23)
		case "BYMINUTE":
			r.minutes, err = numbers(name, value, 59)
		case "COUNT", "UNTIL":
			err = fmt.Errorf("%s is not allowed: a schedule has no end", name)
		default:
			err = fmt.Errorf("%s is not supported: only FREQ, BYHOUR and BYMINUTE are", name)
		}
		if err != nil {
			return r, err
		}
	}
	for _, name := range []string{"FREQ", "BYHOUR", "BYMINUTE"} {
		if !seen[name] {
			return r, fmt.Errorf("%s is missing", name)
		}
	}
	return r, nil
}

// numbers reads a list of numbers from 0 to limit, sorted and without repeats.
func numbers(name, value string, limit int) ([]int, error) {
	var list []int
	for text := range strings.SplitSeq(value, ",") {
		text = strings.TrimSpace(text)
		n, err := strconv.ParseUint(text, 10, 8)
		if err != nil || int(n) > limit {
			return nil, fmt.Errorf("%s=%s: %q is not a number from 0 to %d", name, value, text, limit)
		}
		list = append(list, int(n))
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// canonical is a rule as it goes to the service: only the spelling that its
// documentation shows, whatever else means the same.
func canonical(text string) string {
	r, err := parseRecurrence(text)
	if err != nil {
		return text // the service says what is wrong with it
	}
	list := func(numbers []int) string {
		parts := make([]string, 0, len(numbers))
		for _, n := range numbers {
			parts = append(parts, strconv.Itoa(n))
		}
		return strings.Join(parts, ",")
	}
	return "FREQ=DAILY;BYHOUR=" + list(r.hours) + ";BYMINUTE=" + list(r.minutes)
}

// sameRecurrence compares by meaning. Rules that cannot be read, which only
// somebody else can have set, are compared as text.
func sameRecurrence(a, b string) bool {
	if a == b {
		return true
	}
	first, err := parseRecurrence(a)
	if err != nil {
		return false
	}
	second, err := parseRecurrence(b)
	return err == nil && slices.Equal(first.hours, second.hours) && slices.Equal(first.minutes, second.minutes)
}

// recurrenceType is a string whose values are compared by meaning, so that
// the service's spelling of the same rule is no drift.
type recurrenceType struct{ basetypes.StringType }

var (
	_ basetypes.StringTypable                    = recurrenceType{}
	_ basetypes.StringValuableWithSemanticEquals = recurrenceValue{}
)

// Equal implements attr.Type.
func (t recurrenceType) Equal(o attr.Type) bool {
	other, ok := o.(recurrenceType)
	return ok && t.StringType.Equal(other.StringType)
}

// String implements attr.Type.
func (recurrenceType) String() string { return "inspection.recurrenceType" }

// ValueFromString implements basetypes.StringTypable.
func (recurrenceType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return recurrenceValue{in}, nil
}

// ValueFromTerraform implements attr.Type.
func (t recurrenceType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return recurrenceValue{text}, nil
}

// ValueType implements attr.Type.
func (recurrenceType) ValueType(context.Context) attr.Value { return recurrenceValue{} }

type recurrenceValue struct{ basetypes.StringValue }

// Type implements attr.Value.
func (recurrenceValue) Type(context.Context) attr.Type { return recurrenceType{} }

// Equal implements attr.Value.
func (v recurrenceValue) Equal(o attr.Value) bool {
	other, ok := o.(recurrenceValue)
	return ok && v.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals implements basetypes.StringValuableWithSemanticEquals.
func (v recurrenceValue) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(recurrenceValue)
	return ok && sameRecurrence(v.ValueString(), other.ValueString()), nil
}

// keepEquivalent plans the stored spelling of a rule when the configured one
// means the same, so that respelling it is no change.
type keepEquivalent struct{}

// Description implements planmodifier.String.
func (keepEquivalent) Description(context.Context) string {
	return "a rule that means the same is no change"
}

// MarkdownDescription implements planmodifier.String.
func (k keepEquivalent) MarkdownDescription(ctx context.Context) string { return k.Description(ctx) }

// PlanModifyString implements planmodifier.String.
func (keepEquivalent) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if !req.StateValue.IsNull() && !req.PlanValue.IsUnknown() && sameRecurrence(req.PlanValue.ValueString(), req.StateValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

// recurrenceValidator refuses what the API documents as not allowed.
type recurrenceValidator struct{}

// Description implements validator.String.
func (recurrenceValidator) Description(context.Context) string {
	return "must be a daily RFC 5545 rule such as " + recurrenceExample
}

// MarkdownDescription implements validator.String.
func (v recurrenceValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

// ValidateString implements validator.String.
func (recurrenceValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseRecurrence(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid recurrence",
			fmt.Sprintf("%q: %s. Write a daily rule such as %s.", req.ConfigValue.ValueString(), err, recurrenceExample))
	}
}
