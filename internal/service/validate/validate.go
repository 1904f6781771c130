// Package validate checks the identifiers that Alibaba Cloud defines, before
// anything is called with them.
package validate

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

var (
	accountID   = regexp.MustCompile(`^[0-9]{12,20}$`)
	clusterID   = regexp.MustCompile(`^c[0-9a-z]{32}$`)
	aggregator  = regexp.MustCompile(`^ca-[0-9A-Za-z]+$`)
	configRule  = regexp.MustCompile(`^cr-[0-9A-Za-z]+$`)
	configPack  = regexp.MustCompile(`^cp-[0-9A-Za-z]+$`)
	logProject  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	logStore    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]$`)
	logJob      = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]$`)
	delivery    = regexp.MustCompile(`^cdc-[0-9A-Za-z]+$`)
	roleName    = regexp.MustCompile(`^[0-9A-Za-z.-]{1,64}$`)
	roleARN     = regexp.MustCompile(`^acs:ram::[0-9]+:role/[0-9A-Za-z.-]{1,64}$`)
	principal   = regexp.MustCompile(`^([0-9]{12,20}|acs:ram::[0-9]{12,20}:(root|user/[0-9A-Za-z._-]{1,64}|role/[0-9A-Za-z.-]{1,64}))$`)
	sessionName = regexp.MustCompile(`^[0-9A-Za-z.@_-]{2,64}$`)
)

// AccountID checks an account ID.
func AccountID() validator.String {
	return stringvalidator.RegexMatches(accountID, "must be an Alibaba Cloud account ID: digits only, e.g. 1234567890123456")
}

// ClusterID checks a cluster ID.
func ClusterID() validator.String {
	return stringvalidator.RegexMatches(clusterID, "must be an ACK cluster ID: c and 32 lower-case letters or digits")
}

// AggregatorID checks the ID of an account group of Cloud Config.
func AggregatorID() validator.String {
	return stringvalidator.RegexMatches(aggregator, aggregatorForm)
}

const aggregatorForm = "must be the ID of an account group of Cloud Config: ca- and letters or digits"

// AggregatorIDProblem is what is wrong with such an ID from the environment, or "".
func AggregatorIDProblem(id string) string {
	if aggregator.MatchString(id) {
		return ""
	}
	return aggregatorForm
}

// ConfigRuleID checks the ID of a rule of Cloud Config.
func ConfigRuleID() validator.String {
	return stringvalidator.RegexMatches(configRule, "must be the ID of a rule of Cloud Config: cr- and letters or digits")
}

// CompliancePackID checks the ID of a compliance pack of Cloud Config.
func CompliancePackID() validator.String {
	return stringvalidator.RegexMatches(configPack, "must be the ID of a compliance pack of Cloud Config: cp- and letters or digits")
}

// LogStore checks the name of a Logstore.
func LogStore() validator.String {
	return stringvalidator.RegexMatches(logStore, "must be the name of a Logstore: 2 to 63 lower-case letters, digits, hyphens and underscores, the first and last one a letter or digit")
}

// LogJob checks the name of a job of Log Service.
func LogJob() validator.String {
	return stringvalidator.RegexMatches(logJob, "must be the name of a job of Log Service: 2 to 64 lower-case letters, digits, hyphens and underscores, the first and last one a letter or digit")
}

// DeliveryChannelID checks the ID of a delivery channel of Cloud Config.
func DeliveryChannelID() validator.String {
	return stringvalidator.RegexMatches(delivery, "must be the ID of a delivery channel of Cloud Config: cdc- and letters or digits")
}

// LogDashboard checks the name of a dashboard of Log Service.
func LogDashboard() validator.String {
	return stringvalidator.RegexMatches(logJob, "must be the name of a dashboard of Log Service: 2 to 64 lower-case letters, digits, hyphens and underscores, the first and last one a letter or digit")
}

// LogProject checks the name of a project of Log Service.
func LogProject() validator.String {
	return stringvalidator.RegexMatches(logProject, "must be the name of a project of Log Service: 3 to 63 lower-case letters, digits and hyphens, no hyphen at the ends")
}

// RoleName checks a RAM role name.
func RoleName() validator.String {
	return stringvalidator.RegexMatches(roleName, "must be a RAM role name: 1 to 64 letters, digits, dots or hyphens, not an ARN")
}

// RoleARN checks a RAM role's ARN.
func RoleARN() validator.String {
	return stringvalidator.RegexMatches(roleARN, "must be the ARN of a RAM role, e.g. acs:ram::1234567890123456:role/platform")
}

// Principal checks who a trust policy may name: an account ID, or the ARN of an account, a user or a role.
func Principal() validator.String {
	return stringvalidator.RegexMatches(principal, "must be an account ID or an ARN that ends with :root, :user/NAME or :role/NAME, e.g. acs:ram::1234567890123456:role/pipeline")
}

// SessionName checks a role session name (AssumeRole, RoleSessionName).
func SessionName() validator.String {
	return stringvalidator.RegexMatches(sessionName, "must be 2 to 64 letters, digits or the characters . @ _ -")
}

// Day checks a day.
func Day() validator.String { return dayValidator{} }

type dayValidator struct{}

// Description implements validator.String.
func (dayValidator) Description(context.Context) string { return "must be a day as YYYY-MM-DD" }

// MarkdownDescription implements validator.String.
func (v dayValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v dayValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.DateOnly, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid day", fmt.Sprintf("%s %s: %q is none.", req.Path, v.Description(ctx), req.ConfigValue.ValueString()))
	}
}

// Instant checks a time with its zone (RFC 3339).
func Instant() validator.String { return instantValidator{} }

type instantValidator struct{}

// Description implements validator.String.
func (instantValidator) Description(context.Context) string {
	return "must be a time with its zone (RFC 3339), e.g. 2026-01-02T03:04:05+08:00"
}

// MarkdownDescription implements validator.String.
func (v instantValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v instantValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.RFC3339, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid time", fmt.Sprintf("%s %s: %q is none.", req.Path, v.Description(ctx), req.ConfigValue.ValueString()))
	}
}

// Duration checks a duration between two bounds.
func Duration(least, most time.Duration) validator.String { return durationValidator{least, most} }

type durationValidator struct{ least, most time.Duration }

// Description implements validator.String.
func (v durationValidator) Description(context.Context) string {
	return fmt.Sprintf("must be a duration from %s to %s, e.g. 90s or 5m", v.least, v.most)
}

// MarkdownDescription implements validator.String.
func (v durationValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v durationValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d < v.least || d > v.most {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration", fmt.Sprintf("%s %s: %q is none.", req.Path, v.Description(ctx), req.ConfigValue.ValueString()))
	}
}

// Regex checks a regular expression (RE2).
func Regex() validator.String { return regexValidator{} }

type regexValidator struct{}

// Description implements validator.String.
func (regexValidator) Description(context.Context) string { return "must be a regular expression" }

// MarkdownDescription implements validator.String.
func (v regexValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (regexValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := regexp.Compile(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid regular expression",
			fmt.Sprintf("%q does not compile: %s.", req.ConfigValue.ValueString(), err))
	}
}

// JSONObject checks a text that holds a JSON object.
func JSONObject() validator.String { return objectValidator{} }

type objectValidator struct{}

// Description implements validator.String.
func (objectValidator) Description(context.Context) string { return "must be a JSON object" }

// MarkdownDescription implements validator.String.
func (v objectValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (objectValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(req.ConfigValue.ValueString()), &object); err != nil || object == nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a JSON object", "The value must be a JSON object, e.g. from jsonencode({...}).")
	}
}
