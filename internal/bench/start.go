package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// startRuns is how often a start is measured; the quickest counts, for only
// disturbances make it slower.
const startRuns = 10

// start measures the built provider from exec to its handshake line, its
// memory then, and its size.
func start(ctx context.Context, s Setup) ([]Figure, error) {
	best, memory := time.Hour, 0.0
	for range startRuns {
		took, resident, err := handshake(ctx, s.Binary)
		if err != nil {
			return nil, err
		}
		if took < best {
			best, memory = took, resident
		}
	}
	info, err := os.Stat(s.Binary)
	if err != nil {
		return nil, err
	}
	figures := []Figure{
		{"provider_start_ms", milliseconds(best), "ms", fmt.Sprintf("exec to handshake, quickest of %d; aim 20", startRuns)},
		{"provider_binary_mb", float64(info.Size()) / 1e6, "MB", "stripped, without cgo; aim 50"},
	}
	if memory > 0 {
		figures = append(figures, Figure{"provider_start_rss_mb", memory, "MB", "resident memory at the handshake; aim 40"})
	}
	return figures, nil
}

// handshake starts the plugin as the CLI does and waits for its first line.
// The memory is zero where the system does not tell it.
func handshake(ctx context.Context, binary string) (took time.Duration, residentMB float64, err error) {
	command := exec.CommandContext(ctx, binary)
	// go-plugin's magic cookie of Terraform providers, without which a plugin does not serve.
	command.Env = append(os.Environ(), "PLUGIN_PROTOCOL_VERSIONS=6",
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
	out, err := command.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait() // killed, so it has an error
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	took = time.Since(began)
	if err != nil {
		return 0, 0, fmt.Errorf("the provider gave no handshake: %w", err)
	}
	if !strings.Contains(line, "|grpc|") {
		return 0, 0, fmt.Errorf("unexpected handshake %q", line)
	}
	return took, megabytes(command.Process.Pid, "VmRSS"), nil
}

// schema measures a whole `terraform providers schema -json`.
func schema(ctx context.Context, s Setup) ([]Figure, error) {
	best := time.Hour
	for range 5 {
		run, err := newRun(s, "schema", nil, configuration("", ""))
		if err != nil {
			return nil, err
		}
		began := time.Now()
		if err := run.cli(ctx, "providers", "schema", "-json"); err != nil {
			return nil, err
		}
		best = min(best, time.Since(began))
	}
	return []Figure{{"provider_schema_s", best.Seconds(), "s", "terraform providers schema -json, quickest of 5; aim 0.12"}}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// goBenchmarks runs the benchmarks of the packages that plans spend their time in.
func goBenchmarks(ctx context.Context, s Setup) ([]Figure, error) {
	out, err := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench=.", "-benchtime=200ms", "./internal/compliance").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			_, _ = s.Progress.Write(append(out, exit.Stderr...))
		}
		return nil, err
	}
	var figures []Figure
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") || fields[3] != "ns/op" {
			continue
		}
		nanoseconds, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			return nil, fmt.Errorf("reading %q: %w", line, err)
		}
		figures = append(figures, Figure{"go_" + fields[0], nanoseconds / 1e3, "us", "internal/compliance, one operation"})
	}
	return figures, nil
}
