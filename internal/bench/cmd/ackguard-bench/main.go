// Command ackguard-bench measures the provider and prints one JSON object a
// line: name, value, unit, input. Progress goes to standard error.
//
// Figures of one run belong together: machines are noisy, so compare the
// ratios, and times only with others of the same run.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/ackguard/terraform-provider-ackguard/internal/bench"
)

func main() {
	cli := flag.String("cli", "terraform", "Terraform or OpenTofu to run")
	only := flag.String("only", "", "make only the measurements whose name has this in it, e.g. quota")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *cli, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ackguard-bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cli, only string) error {
	dir, err := os.MkdirTemp("", "ackguard-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	binary := filepath.Join(dir, "terraform-provider-ackguard")
	fmt.Fprintln(os.Stderr, "building the stripped provider")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	build.Stderr = os.Stderr
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := build.Run(); err != nil {
		return fmt.Errorf("building the provider: %w", err)
	}
	encoder := json.NewEncoder(os.Stdout)
	return bench.All(ctx, bench.Setup{Binary: binary, CLI: cli, Dir: dir, Progress: os.Stderr, Only: only}, func(f bench.Figure) error { return encoder.Encode(f) })
}
