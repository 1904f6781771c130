package provider

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
)

// PrepareProcess sets up the process that serves the provider. It is for the program, and for no test: it changes the
// environment and the collector of whoever calls it.
func PrepareProcess() {
	if !logWanted(os.Environ()) {
		quiet()
	}
	if os.Getenv("GOGC") == "" {
		giveRoom(debug.SetGCPercent, liveHeap)
	}
}

// logWanted reports whether somebody asks for a log, of whatever part.
func logWanted(environment []string) bool {
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "TF_LOG") || strings.HasPrefix(name, "TF_ACC_LOG") {
			if value != "" && !strings.EqualFold(value, "off") {
				return true
			}
		}
	}
	return false
}

// quiet has the framework write no log. It writes every line down to TRACE and leaves it to the CLI to throw them away,
// which costs both: of an apply of 200 resources, a fourth of what either computes.
// What its parts log is off with TF_LOG_SDK; their own variables spare it making up the lines.
func quiet() {
	for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_ACKGUARD"} {
		_ = os.Setenv(variable, "off") // an error would only mean that the lines are written and thrown away
	}
}

const (
	// room is how much the heap may grow between two collections at the least, in bytes: a provider lives on some ten
	// megabytes, and would collect its garbage twenty times a second with Go's default of doubling.
	room = 32 << 20
	// usualPercent is Go's default; mostPercent is what a heap of no size at all gets.
	usualPercent = 100
	mostPercent  = 400
)

// giveRoom lets the heap grow by room between two collections, and as usual where that is more.
func giveRoom(set func(percent int) int, live func() uint64) {
	(&collection{set: set, live: live}).over()
}

// collection is garbage that each collection finds anew. (It has pointers, for Go may never find one that is tiny.)
type collection struct {
	set     func(percent int) int
	live    func() uint64
	percent int
}

// over is called when a collection is over.
func (c *collection) over() {
	if percent := percentFor(c.live()); percent != c.percent {
		c.set(percent)
		c.percent = percent
	}
	runtime.SetFinalizer(c, (*collection).over)
}

// percentFor is by how much a heap of this size may grow, in steps: to set it stops all for a moment.
func percentFor(live uint64) int {
	const step = 20
	percent := min(mostPercent, room*usualPercent/max(live, 1)) / step * step
	return int(max(usualPercent, percent)) //nolint:gosec // bounded
}

// liveHeap is how much of the heap the last collection has found to be in use, in bytes.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return room
	}
	return sample[0].Value.Uint64()
}
