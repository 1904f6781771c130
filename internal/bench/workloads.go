package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

const (
	workloadCount = 10_000
	workloadSeed  = 1
	workloadRuns  = 3
)

// workloads measures whole runs of evaluate-workloads on generated Deployments, from reading the file to writing every
// verdict.
func workloads(ctx context.Context, s Setup) ([]Figure, error) {
	program := filepath.Join(s.Dir, "evaluate-workloads")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./internal/compliance/cmd/evaluate-workloads")
	build.Stderr = s.Progress
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("building evaluate-workloads: %w", err)
	}
	items, err := inspectionItems()
	if err != nil {
		return nil, err
	}
	var figures []Figure
	for _, format := range []struct {
		name  string
		limit string
	}{{"yaml", "at most 3.5, aim 1.15"}, {"json", "at most 1.2, aim 0.5"}} {
		file := filepath.Join(s.Dir, "workloads."+format.name)
		size, err := writeWorkloads(file, format.name)
		if err != nil {
			return nil, err
		}
		seconds, megabytes, err := evaluateWorkloads(ctx, program, items, file)
		if err != nil {
			return nil, err
		}
		input := fmt.Sprintf("evaluate-workloads -format json, %d Deployments of %.1f kB in one file, %d checks", workloadCount, float64(size)/workloadCount/1e3, len(items))
		figures = append(figures, Figure{"workloads_" + format.name + "_cpu_s", seconds, "s", fmt.Sprintf("user and system, least of %d runs; %s: %s", workloadRuns, format.limit, input)})
		if format.name == "yaml" {
			figures = append(figures, Figure{"workloads_yaml_rss_mb", megabytes, "MB", "peak of the resident memory, most of the runs; at most 200: " + input})
		}
	}
	return figures, nil
}

// inspectionItems are the ids that the inspection's documentation publishes; the peer has the same checks.
func inspectionItems() (ids []string, err error) {
	catalogue, err := workload.Load()
	if err != nil {
		return nil, err
	}
	for _, rule := range catalogue.Rules() {
		if rule.Published {
			ids = append(ids, rule.ID)
		}
	}
	return ids, nil
}

// writeWorkloads writes what generate-workloads does, and gives its bytes.
func writeWorkloads(file, format string) (int64, error) {
	objects, err := generate.Objects(workloadSeed, workloadCount)
	if err != nil {
		return 0, err
	}
	out, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	buffered := bufio.NewWriter(out)
	if err := generate.Write(buffered, format, objects); err != nil {
		return 0, err
	}
	if err := buffered.Flush(); err != nil {
		return 0, err
	}
	info, err := out.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), out.Close()
}

func evaluateWorkloads(ctx context.Context, program string, rules []string, file string) (seconds, most float64, err error) {
	seconds = math.Inf(1)
	for range workloadRuns {
		command := exec.CommandContext(ctx, program, "-format", "json", "-rules", strings.Join(rules, ","), file)
		command.Stdout = io.Discard
		if err := command.Start(); err != nil {
			return 0, 0, fmt.Errorf("starting evaluate-workloads: %w", err)
		}
		// Not the usage's own peak, which begins with the size of whoever starts a process.
		peak := peakUntil(command.Process.Pid, func() { err = command.Wait() })
		if err != nil {
			return 0, 0, fmt.Errorf("running evaluate-workloads: %w", err)
		}
		most = max(most, peak)
		seconds = min(seconds, (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds())
	}
	return seconds, most, nil
}
