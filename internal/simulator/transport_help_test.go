package simulator

import (
	"crypto/x509"
	"io"
	"net/http"
	"testing"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
)

func poolOf(t *testing.T, pem []byte) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", pem)
	}
	return pool
}

// rpcWay calls an RPC API with the vendor's generic client over one of the ways.
func rpcWay(s *Server, w way, k credentials, acs3 bool, endpoint, version, action string, query params) (object, error) {
	client, err := openapi.NewClient(w.config(s, k, endpoint))
	if err != nil {
		return nil, err
	}
	if !acs3 {
		client.SignatureAlgorithm = new("v2")
	}
	values := map[string]*string{}
	for name, v := range query {
		values[name] = &v
	}
	result, err := client.CallApi(&openapiutil.Params{
		Action: &action, Version: &version, Style: new("RPC"), Method: new("POST"), Pathname: new("/"), Protocol: new("HTTPS"),
		AuthType: new("AK"), ReqBodyType: new("formData"), BodyType: new("json"),
	}, &openapiutil.OpenApiRequest{Query: values}, &dara.RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	return object(result).object("body"), nil
}

// rpcAnonymous calls an RPC API without a signature.
func rpcAnonymous(t *testing.T, s *Server, version, action string, query params) (object, error) {
	t.Helper()
	client, err := openapi.NewClient(credentials{id: "unused", secret: "unused"}.config(s))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]*string{}
	for name, v := range query {
		values[name] = &v
	}
	result, err := client.CallApi(&openapiutil.Params{
		Action: &action, Version: &version, Style: new("RPC"), Method: new("POST"), Pathname: new("/"), Protocol: new("HTTP"),
		AuthType: new("Anonymous"), ReqBodyType: new("formData"), BodyType: new("json"),
	}, &openapiutil.OpenApiRequest{Query: values}, &dara.RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	return object(result).object("body"), nil
}

// fetch is a plain request; it returns status, body and header.
func fetch(t *testing.T, method, url string, header http.Header) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := direct.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header
}
