package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// observer is what watches the calls: nothing where nobody asked for a log. The
// CLI would throw the lines away, and writing and sending them costs a tenth of
// what a plan over thousands of clusters computes.
func observer() func(context.Context, alicloud.Attempt) {
	if logWanted(os.Environ()) {
		return logAttempt
	}
	return nil
}

// logAttempt writes one line per HTTP exchange at DEBUG. correlation_id ties
// the attempts of one call together; the framework's tf_req_id ties the calls
// of one operation of Terraform together. An Attempt holds no secret, so
// nothing has to be masked here.
func logAttempt(ctx context.Context, a alicloud.Attempt) {
	fields := map[string]any{
		"product": a.Product, "action": a.Action, "account_id": a.AccountID, "region": a.Region,
		"correlation_id": a.CorrelationID, "attempt": a.Number, "status": a.Status, "request_id": a.RequestID,
		"queued_ms": a.Queued.Milliseconds(), "took_ms": a.Took.Milliseconds(),
	}
	if a.Err != nil {
		fields["error_code"], fields["error"] = a.Code, a.Err.Error()
	}
	if a.Wait > 0 {
		fields["wait_ms"] = a.Wait.Milliseconds()
	}
	tflog.Debug(ctx, "Alibaba Cloud API call", fields)
}
