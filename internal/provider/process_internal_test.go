package provider

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestLogWanted(t *testing.T) {
	for variable, want := range map[string]bool{
		"TF_LOG=INFO": true, "TF_LOG_PROVIDER=debug": true, "TF_LOG_SDK_PROTO=TRACE": true, "TF_ACC_LOG=TRACE": true, "TF_LOG_PROVIDER_ACKGUARD=WARN": true,
		"TF_LOG=": false, "TF_LOG=OFF": false, "TF_LOG_SDK=off": false, "TF_CLI_ARGS=x": false, "": false,
	} {
		if got := logWanted([]string{"PATH=/bin", variable}); got != want {
			t.Errorf("%s: %t", variable, got)
		}
	}
	if logWanted(nil) || !logWanted([]string{"TF_LOG=off", "TF_LOG_CORE=TRACE"}) {
		t.Error("nothing is no log, and one that is off does not silence another")
	}
}

func TestPercentFor(t *testing.T) {
	for live, want := range map[uint64]int{0: 400, 1 << 20: 400, 8 << 20: 400, 10 << 20: 320, 16 << 20: 200, 30 << 20: 100, 32 << 20: 100, 4 << 30: 100} {
		if got := percentFor(live); got != want {
			t.Errorf("%d MB: %d %%, not %d", live>>20, got, want)
		}
	}
}

// Each collection adjusts the percentage, not only the first.
func TestGiveRoom(t *testing.T) {
	var live atomic.Uint64
	var percent atomic.Int64
	live.Store(8 << 20)
	giveRoom(func(p int) int { return int(percent.Swap(int64(p))) }, live.Load)
	for _, step := range []struct {
		live uint64
		want int64
	}{{8 << 20, 400}, {16 << 20, 200}, {100 << 20, 100}, {16 << 20, 200}} {
		live.Store(step.live)
		for end := time.Now().Add(10 * time.Second); percent.Load() != step.want && time.Now().Before(end); time.Sleep(time.Millisecond) {
			runtime.GC()
		}
		if got := percent.Load(); got != step.want {
			t.Errorf("%d MB: %d %%, not %d", step.live>>20, got, step.want)
		}
	}
	if liveHeap() == 0 {
		t.Error("the runtime does not tell how large the heap is")
	}
}
