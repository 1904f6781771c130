package alicloud_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
)

// TestTyped_sendsOnce: an SDK that tries again by rules of its own, or asks more than once, sends one request an attempt,
// and what comes of it is the first answer.
func TestTyped_sendsOnce(t *testing.T) {
	service := answering.New(t)
	service.With(http.StatusServiceUnavailable, `{"errorCode":"ServerBusy","errorMessage":"later"}`)
	config := service.Config()
	arrived := 0
	caller, err := alicloud.NewCaller(config, alicloud.ProductSpec{Product: "sls", RAM: "log", Typed: true})
	if err != nil {
		t.Fatal(err)
	}
	err = caller.Call(t.Context(), alicloud.Operation{Action: "Get", Typed: func(client *http.Client, _ alicloud.Credential) error {
		for range 3 {
			request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, config.Endpoint, http.NoBody)
			if err != nil {
				return err
			}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			body, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if response.StatusCode != 499 || len(body) == 0 {
				t.Errorf("the SDK is told %d %s", response.StatusCode, body)
			}
			service.With(http.StatusOK, `{}`)
			arrived++
		}
		return nil
	}}, nil)
	if !alicloud.Is(err, alicloud.Server) || !alicloud.HasCode(err, "ServerBusy") || arrived != 3 {
		t.Errorf("after %d requests of the SDK: %v", arrived, err)
	}
}
