package simulator

import (
	"crypto/x509"
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
