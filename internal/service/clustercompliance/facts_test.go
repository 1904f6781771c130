package clustercompliance

import (
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

func TestNetworkPluginOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, metaData, want string
		known                bool
	}{
		{"capability, any case", `{"Capabilities":{"Network":"Terway-ENIIP"}}`, "terway-eniip", true},
		{"flannel", `{"Capabilities":{"Network":"Flannel","TerwayEniip":true}}`, "flannel", true},
		{"add-on before capability", `{"Addons":[{"name":"flannel"}],"Capabilities":{"Network":"terway-eniip"}}`, "flannel", true},
		{"disabled add-on", `{"Addons":[{"name":"flannel","disabled":true}],"Capabilities":{"Network":"terway-eniip"}}`, "terway-eniip", true},
		{"agent before controller", `{"Addons":[{"name":"terway-controlplane"},{"name":"terway-eniip"}]}`, "terway-eniip", true},
		{"controller alone", `{"Addons":[{"name":"terway-controlplane"}]}`, "terway-controlplane", true},
		{"old name", `{"Addons":[{"name":"kube-flannel-ds"}]}`, "flannel", true},
		{"says nothing", `{"Capabilities":{"TerwayEniip":true}}`, "", false},
		{"empty", ``, "", false},
		{"broken", `{`, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, known := networkPluginOf(cs.Cluster{MetaData: cs.Embed[cs.Meta](c.metaData)})
			if got != c.want || known != c.known {
				t.Errorf("got %q, %t; want %q, %t", got, known, c.want, c.known)
			}
		})
	}
}

func TestParseBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"True": {true, true}, "true": {true, true}, "False": {false, true}, "false": {false, true},
		"": {false, false}, "1": {false, false}, "yes": {false, false}, "tru": {false, false},
	} {
		if value, ok := parseBool(&text); value != want[0] || ok != want[1] {
			t.Errorf("%q: %t, %t; want %v", text, value, ok, want)
		}
	}
	if _, ok := parseBool(nil); ok {
		t.Error("an absent string is known")
	}
}
