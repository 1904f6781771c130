package nearest

import (
	"strings"
	"testing"
)

func TestTo(t *testing.T) {
	t.Parallel()
	words := []string{"cn-shanghai", "cn-hangzhou", "cluster_type"}
	for written, want := range map[string]string{
		"cn-hangzou": "cn-hangzhou", "CN-Shanghai": "cn-shanghai", "cluser_type": "cluster_type",
		"entirely different": "", "": "", strings.Repeat("x", 10_000): "",
	} {
		if got := To(written, words); got != want {
			t.Errorf("To(%q) = %q, want %q", written[:min(len(written), 40)], got, want)
		}
	}
	if got := To("aac", []string{"aab", "aaa"}); got != "aaa" {
		t.Errorf("of two as near, %q: the answer depends on the order", got)
	}
}
