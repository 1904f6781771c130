package provider

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tfsdklog"
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

// Every logger of the framework and ours are off, and that is no wish for a log.
func TestQuiet(t *testing.T) {
	for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_ACKGUARD"} {
		t.Setenv(variable, "")
	}
	written, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	defer func(was *os.File) { os.Stderr = was }(os.Stderr)
	os.Stderr = written
	speak := func() (said string) {
		logAll(t.Context())
		text, err := os.ReadFile(written.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	quiet()
	if said := speak(); said != "" {
		t.Errorf("written:\n%s", said)
	}
	if logWanted([]string{"TF_LOG_SDK=" + os.Getenv("TF_LOG_SDK"), "TF_LOG_PROVIDER_ACKGUARD=" + os.Getenv("TF_LOG_PROVIDER_ACKGUARD")}) {
		t.Error("to be quiet is taken for a wish for a log")
	}
	for variable, want := range map[string]string{"TF_LOG_SDK": "root", "TF_LOG_PROVIDER_ACKGUARD": "ours"} {
		t.Setenv(variable, "")
		if said := speak(); !strings.Contains(said, want) {
			t.Errorf("%s is not what silences %s:\n%s", variable, want, said)
		}
		t.Setenv(variable, "off")
	}
}

// logAll logs a line with each logger that a request has, as the framework makes them.
func logAll(ctx context.Context) {
	ctx = tfsdklog.NewRootSDKLogger(ctx, tfsdklog.WithLevelFromEnv("TF_LOG_SDK"))
	tfsdklog.Error(ctx, "root")
	for _, name := range []string{"proto", "framework"} {
		ctx = tfsdklog.NewSubsystem(ctx, name, tfsdklog.WithLevelFromEnv("TF_LOG_SDK", name))
		tfsdklog.SubsystemError(ctx, name, name)
	}
	ctx = tfsdklog.NewRootProviderLogger(ctx, tflog.WithLevelFromEnv("TF_LOG_PROVIDER", "ackguard"))
	tflog.Error(ctx, "ours")
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
