package fanout

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

func testFleet(t *testing.T) *fleet.Fleet {
	t.Helper()
	f, err := fleet.New(fleet.Config{MaxConcurrency: 2, Region: "cn-hangzhou"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func firstLetter(s string) string { return s[:1] }

func TestOver_resultsInOrder(t *testing.T) {
	t.Parallel()
	items := []string{"a1", "a2", "a3", "b1", "b2", "c1"}
	got := Over(t.Context(), testFleet(t), "Testing", items, firstLetter, func(_ context.Context, s string) string { return s + "!" })
	if want := []string{"a1!", "a2!", "a3!", "b1!", "b2!", "c1!"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	items := []string{"a1", "a2", "a3", "b1", "b2", "c1"}
	var started []string
	for _, i := range spread(items, firstLetter) {
		started = append(started, items[i])
	}
	if want := []string{"a1", "b1", "c1", "a2", "b2", "a3"}; !slices.Equal(started, want) {
		t.Errorf("started %v, want %v", started, want)
	}
}

// Long work says how far it is while it runs, also when nothing finishes.
func TestProgress_logged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ticks := make(chan time.Time)
	p := newProgress("Testing", []string{"a1", "a2", "b1"}, firstLetter)
	stop := p.logUntilDone(tflogtest.RootLogger(t.Context(), &out), ticks)
	p.done("a")
	p.done("b")
	ticks <- time.Time{}
	ticks <- time.Time{}
	stop()
	lines, err := tflogtest.MultilineJSONDecode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 3 {
		t.Errorf("%d lines for two ticks and the end", len(lines))
	}
	for _, line := range lines {
		if line["@message"] != "Testing" || line["@level"] != "info" || line["accounts_done"] != 1.0 || line["accounts"] != 2.0 || line["items_done"] != 2.0 || line["items"] != 3.0 {
			t.Errorf("got %v", line)
		}
	}
}
