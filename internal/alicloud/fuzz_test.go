package alicloud

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whatever body comes with whatever status: nothing panics, an error names its
// kind and shows no secret, and what is taken for an answer is a JSON object
// that holds what was asked for and no error.
func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `[]`, `"text"`, `{"items":[]}`, `<html>502</html>`, `{"items":[],"Code":"Throttling.User","Message":"slow"}`,
		`{"Code":"Forbidden.RAM","Message":"secret-of-the-call","RequestId":"R","AccessDeniedDetail":{"AuthAction":"cs:X","PolicyType":"ControlPolicy","NoPermissionType":"ExplicitDeny"}}`,
		`{"code":"ErrorClusterNotFound","message":"gone","requestId":"R","status":404}`, `{"code":400,"message":"busy"}`, `{"Code":["a"],"Message":{"b":1}}`,
		`{"Code":"QPS Limit Exceeded"}`, `{"Code":"ServiceUnavailable"}`, `{"items":`,
	} {
		for _, status := range []int{200, 204, 302, 400, 403, 404, 429, 500, 503} {
			f.Add(status, seed, "700")
		}
	}
	c := &Caller{product: "cs", ram: "cs"}
	op := Operation{Action: "X", Holds: []string{"items"}, Secrets: []string{"secret-of-the-call"}}
	f.Fuzz(func(t *testing.T, status int, body, after string) {
		x := &exchange{status: status, body: []byte(body), header: http.Header{"X-Acs-Retry-After": {after}}}
		var out struct {
			Items json.RawMessage `json:"items"`
		}
		failure := c.decode(op, x, Credential{AccessKeySecret: "secret-of-the-keys", SecurityToken: "token-of-the-keys"}, &out)
		if failure != nil {
			for _, secret := range []string{"secret-of-the-call", "secret-of-the-keys", "token-of-the-keys"} {
				if strings.Contains(failure.Message, secret) {
					t.Errorf("%d %q: the message shows a secret: %s", status, body, failure.Message)
				}
			}
			if failure.Kind == "" || failure.Kind == NotSent || failure.retryAfter < 0 || failure.Error() == "" {
				t.Errorf("%d %q: %+v", status, body, failure)
			}
			_ = Advice(failure)
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &object) != nil || object["items"] == nil || status >= 400 {
			t.Errorf("%d %q was taken for an answer", status, body)
		}
	})
}
