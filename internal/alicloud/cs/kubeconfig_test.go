package cs_test

import (
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

func TestUserKubeconfig(t *testing.T) {
	t.Parallel()
	service, client := answered(t)
	for body, want := range map[string]any{
		`{"config":"apiVersion: v1\n","expiration":"2026-11-28T12:00:00Z"}`: cs.Kubeconfig{Config: "apiVersion: v1\n", Expiration: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)},
		`{"config":"apiVersion: v1\n","expiration":"soon"}`:                 cs.Kubeconfig{Config: "apiVersion: v1\n"},
		`{"config":""}`:                                               "the kubeconfig is empty",
		`{"config":{"users":"a-secret"}}`:                             "cannot be decoded",
		`{"expiration":"2026-11-28T12:00:00Z"}`:                       `the answer has no "config"`,
		`{"code":"ErrorClusterNotFound","message":"no","status":404}`: "ErrorClusterNotFound",
	} {
		service.With(200, body)
		got, err := client.UserKubeconfig(t.Context(), clusterID, cs.KubeconfigRequest{Private: true, Duration: time.Hour})
		check(t, body, got, err, want)
	}
}
