package cs_test

import (
	"encoding/json"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, masterURL string
		public          string // what api_server_endpoint says; "-" for absent
		fails           bool
	}{
		{"public", `{"api_server_endpoint":"https://203.0.113.1:6443","intranet_api_server_endpoint":"https://10.0.0.1:6443"}`, "https://203.0.113.1:6443", false},
		{"private, said so", `{"api_server_endpoint":"","intranet_api_server_endpoint":"https://10.0.0.1:6443"}`, "", false},
		{"private, left out", `{"intranet_api_server_endpoint":"https://10.0.0.1:6443"}`, "-", false},
		{"said to be none, without an intranet one", `{"api_server_endpoint":""}`, "", true},
		{"both empty", `{"api_server_endpoint":"","intranet_api_server_endpoint":""}`, "", true},
		{"null beside an intranet one", `{"api_server_endpoint":null,"intranet_api_server_endpoint":"https://10.0.0.1:6443"}`, "-", false},
		{"empty", ``, "", true},
		{"empty object", `{}`, "", true},
		{"null", `null`, "", true},
		{"empty intranet", `{"intranet_api_server_endpoint":""}`, "", true},
		{"array", `[]`, "", true},
		{"string", `"https://203.0.113.1:6443"`, "", true},
		{"wrong type", `{"api_server_endpoint":true}`, "", true},
		{"null endpoint", `{"api_server_endpoint":null}`, "", true},
		{"half", `{"api_server_endpoint":"https:`, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := cs.Cluster{MasterURL: cs.Embed[cs.Endpoints](c.masterURL)}.Endpoints()
			if (err != nil) != c.fails {
				t.Fatalf("error %v, want one: %t", err, c.fails)
			}
			got := "-"
			if e.APIServerEndpoint != nil {
				got = *e.APIServerEndpoint
			}
			if !c.fails && got != c.public {
				t.Errorf("public endpoint %q, want %q", got, c.public)
			}
		})
	}
	if _, err := (cs.Cluster{}).Endpoints(); err == nil {
		t.Error("a cluster without master_url has no known endpoints")
	}
}

func TestMeta(t *testing.T) {
	t.Parallel()
	text := `{"Addons":[{"name":"terway-eniip","disabled":false}],"Capabilities":{"Network":"terway-eniip","TerwayEniip":true},"Timezone":"Asia/Shanghai"}`
	m, err := cs.Embed[cs.Meta](text).Get()
	if err != nil || len(m.Addons) != 1 || m.Addons[0].Name != "terway-eniip" || *m.Capabilities.Network != "terway-eniip" {
		t.Errorf("got %+v, %v", m, err)
	}
	if zone := (cs.Cluster{MetaData: cs.Embed[cs.Meta](text)}).EffectiveTimezone(); zone != "Asia/Shanghai" {
		t.Errorf("time zone %q", zone)
	}
	for _, bad := range []string{"", "null", "[]", `{"Addons":"x"}`, `{"Capabilities":`} {
		if _, err := cs.Embed[cs.Meta](bad).Get(); err == nil {
			t.Errorf("%q is no meta_data", bad)
		}
	}
}

// Whatever a service writes into these strings, decoding neither panics nor
// makes up a private cluster.
func FuzzEndpoints(f *testing.F) {
	for _, seed := range []string{``, `{}`, `null`, `{"api_server_endpoint":""}`, `{"api_server_endpoint":"https://203.0.113.1:6443"}`, `{"API_SERVER_ENDPOINT":"x"}`, `[1]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := cs.Cluster{MasterURL: cs.Embed[cs.Endpoints](text)}.Endpoints()
		if err != nil {
			return
		}
		var object map[string]any
		if json.Unmarshal([]byte(text), &object) != nil || len(object) == 0 {
			t.Errorf("%q gave endpoints %+v", text, e)
		}
	})
}

func FuzzMeta(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"Addons":[{"name":"flannel"}]}`, `{"Capabilities":{"Network":"Flannel"}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := cs.Embed[cs.Meta](text).Get(); err == nil && !json.Valid([]byte(text)) {
			t.Errorf("%q was taken for meta_data", text)
		}
	})
}
