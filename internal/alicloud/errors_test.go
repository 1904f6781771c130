package alicloud

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   string
		status int
		want   Kind
	}{
		// A 404 that says nothing about the object.
		{"EntityNotExist.Role", 404, Denied},
		{"InvalidAccessKeyId.NotFound", 404, Denied},
		{"InvalidAccessKeyId.Inactive", 403, Denied},
		{"NoPermission", 403, Denied},
		{"Forbidden.RAM", 403, Denied},
		{"Forbidden", 403, Denied},
		{"SignatureDoesNotMatch", 400, Denied},
		{"InvalidSecurityToken.Expired", 400, Denied},
		{"InvalidTimeStamp.Expired", 400, Denied},
		{"ErrorClusterNotFound", 404, NotFound},
		{"ErrorClusterNotFound", 400, NotFound}, // by code, whatever the status
		{"InvalidResource.NotFound", 404, NotFound},
		{"EntityNotExist.User", 404, Denied},
		{"ErrorRamRoleNotFound", 404, Denied},
		{"AccountNotFound", 404, Denied},
		{"InvalidRegion.NotFound", 404, Invalid},
		{"InvalidProduct.NotFound", 404, Invalid},
		{"EntityNotExists.Folder", 404, NotFound},
		{"InspectConfigNotFound", 404, NotFound},
		{"InvalidApi.NotFound", 404, Invalid},
		{"InvalidAction.NotFound", 404, Invalid},
		{"InvalidRegionId.NotFound", 404, Invalid},
		{"404", 404, Invalid}, // a bare number is no statement about the object
		{"", 404, Invalid},
		{"", 403, Invalid},
		{"Throttling", 400, Throttled},
		{"Throttling.User", 400, Throttled},
		{"Throttling.Api", 429, Throttled},
		{"Rejected.Throttling", 503, Throttled},
		{"QPS Limit Exceeded", 400, Throttled},
		{"ServiceUnavailable", 503, Server},
		{"InternalError", 500, Server},
		{"SomethingNew", 500, Server},
		{"SomethingNew", 400, Invalid},
		{"ClusterNameAlreadyExist", 400, Conflict},
		{"ProductNotActivated", 400, NotActivated},
	} {
		if got := classify(c.code, c.status); got != c.want {
			t.Errorf("classify(%q, %d) = %s, want %s", c.code, c.status, got, c.want)
		}
	}
}

func TestErrorNamesEverything(t *testing.T) {
	t.Parallel()
	err := error(&Error{
		Kind: Denied, Product: "cs", Action: "DescribeClusterDetail", RAMAction: "cs:DescribeClusterDetail", Resource: "c1",
		AccountID: "100000000000003", Region: "cn-hangzhou", Code: "Forbidden.RAM", Message: "no permission.", RequestID: "R-1", Attempts: 2,
	})
	want := "cs DescribeClusterDetail c1 in account 100000000000003, region cn-hangzhou: denied (Forbidden.RAM): no permission; request ID R-1; 2 attempts"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	wrapped := fmt.Errorf("outer: %w", err)
	if !Is(wrapped, Denied) || !HasCode(wrapped, "Forbidden.RAM") || Is(errors.New("x"), Denied) {
		t.Error("the kind or code is lost in wrapping")
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	role := "acs:ram::100000000000003:role/R"
	for _, c := range []struct {
		err  Error
		want string
	}{
		{Error{Kind: Denied, Action: "AssumeRole", Code: "EntityNotExist.Role", Resource: role}, "create the role " + role},
		{Error{Kind: Denied, Action: "AssumeRole", Code: "NoPermission", Resource: role}, "trust policy"},
		{Error{Kind: Denied, Code: "InvalidAccessKeyId.NotFound"}, "check access_key"},
		{Error{Kind: Denied, Code: "SignatureDoesNotMatch"}, "check secret_key"},
		{Error{Kind: Denied, Code: "InvalidSecurityToken.Expired"}, "new STS token"},
		{Error{Kind: Denied, Code: "InvalidTimeStamp.Expired"}, "clock"},
		{Error{Kind: Denied, Code: "Forbidden.RAM", RAMAction: "cs:DescribeClusterDetail", AccountID: "1"}, "allow the RAM action cs:DescribeClusterDetail to the identity used in account 1"},
		{Error{Kind: Throttled}, "requests_per_second"},
		{Error{Kind: NotActivated, Product: "cs"}, "open the product"},
		{Error{Kind: Server}, "request ID"},
		{Error{Kind: Network}, "network path"},
		{Error{Kind: NotFound, Code: "ErrorClusterNotFound", AccountID: "1", Region: "cn-hangzhou"}, "region cn-hangzhou"},
	} {
		if got := Advice(&c.err); !strings.Contains(got, c.want) {
			t.Errorf("advice on %s: %q, want something with %q", c.err.Code, got, c.want)
		}
	}
	if got := Advice(errors.New("x")); got != "" {
		t.Errorf("advice on another error: %q", got)
	}
}
