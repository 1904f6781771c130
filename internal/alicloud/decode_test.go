package alicloud

import (
	"encoding/json"
	"net/http"
	"testing"
)

// One field of an odd type must not hide the others: a denial that is lost
// looks like a broken line.
func TestHeadOf(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]answerHead{
		`{"Code":"Forbidden.RAM","Message":"no","RequestId":"R","AccessDeniedDetail":{"AuthAction":"cs:X","PolicyType":"ControlPolicy"}}`: {"Forbidden.RAM", "no", "R", AccessDenied{AuthAction: "cs:X", PolicyType: "ControlPolicy"}},
		`{"Code":"Forbidden.RAM","AccessDeniedDetail":{"AuthAction":7,"PolicyType":"ControlPolicy"}}`:                                     {code: "Forbidden.RAM", denied: AccessDenied{PolicyType: "ControlPolicy"}},
		`{"code":"ErrorClusterNotFound","message":"gone","requestId":"R","status":404}`:                                                   {"ErrorClusterNotFound", "gone", "R", AccessDenied{}},
		`{"Code":"Forbidden.RAM","AccessDeniedDetail":"text","Message":{"a":1},"RequestId":7}`:                                            {"Forbidden.RAM", "", "7", AccessDenied{}},
		`{"Code":"Forbidden.RAM","code":403,"Message":"no"}`:                                                                              {"Forbidden.RAM", "no", "", AccessDenied{}},
		`{"code":400,"message":"cannot operate cluster where state is updating"}`:                                                         {"400", "cannot operate cluster where state is updating", "", AccessDenied{}},
		`{}`: {},
	} {
		var answer map[string]json.RawMessage
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		if got := headOf(answer); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	c := &Caller{product: "cs", ram: "cs"}
	for _, x := range []struct {
		name, body string
		status     int
		kind       Kind // empty for an answer
	}{
		{"answer", `{"items":[],"requestId":"R"}`, 200, ""},
		{"null for a list is a list", `{"items":null}`, 200, ""},
		{"without what was asked for", `{"requestId":"R"}`, 200, Server},
		{"null", `null`, 200, Network},
		{"nothing", ``, 200, Network},
		{"array", `[]`, 200, Network},
		{"page", `<html>`, 200, Network},
		{"error in a 200", `{"Code":"Forbidden.RAM","Message":"no"}`, 200, Denied},
		{"a code beside the answer", `{"items":[],"code":"ok","message":"fine"}`, 200, ""},
		{"wrong type", `{"items":7}`, 200, Server},
		{"redirect", ``, 302, Network},
		{"denied", `{"Code":"NoPermission","Message":"no"}`, 403, Denied},
		{"page of a gateway", `<html>`, 502, Server},
		{"half an error", `{"Code":"NoPerm`, 403, Network},
	} {
		var out struct {
			Items []string `json:"items"`
		}
		failure := c.decode(Operation{Action: "A", Holds: []string{"items"}}, &exchange{answered: true, status: x.status, body: []byte(x.body), header: http.Header{}}, Credential{}, &out)
		if (failure == nil) != (x.kind == "") || failure != nil && failure.Kind != x.kind {
			t.Errorf("%s: %v, want kind %q", x.name, failure, x.kind)
		}
	}
	if failure := c.decode(Operation{Action: "A"}, &exchange{answered: true, status: 200, header: http.Header{}}, Credential{}, nil); failure != nil {
		t.Errorf("an empty answer where none is wanted: %v", failure)
	}
}
