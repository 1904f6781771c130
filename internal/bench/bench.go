// Package bench measures what users wait for: the provider's start, its
// schema, and whole runs of the CLI on the simulator with a latency per call.
package bench

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Figure is one measurement.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Input string  `json:"input"` // what was measured, with the expected value where there is one
}

// Setup is what the measurements need.
type Setup struct {
	Binary   string // the stripped provider
	CLI      string // terraform or tofu
	Dir      string // an empty folder to work in
	Progress io.Writer
	Only     string // part of the names of the measurements to make; empty for all
}

// All measures everything and gives each figure as soon as it is there.
func All(ctx context.Context, s Setup, emit func(Figure) error) error {
	for _, measure := range []struct {
		name string
		do   func(context.Context, Setup) ([]Figure, error)
	}{
		{"provider start", start},
		{"provider schema", schema},
		{"plan of a small fleet", planSmall},
		{"plans of 1,000 and 10,000 clusters", planFleets},
		{"inventory of the accounts and of Cloud Config", inventories},
		{"plan with faults", planFaults},
		{"plan against quotas", planQuota},
		{"size of the state", stateSize},
		{"refresh of 1,000 schedules", refreshSchedules},
		{"results of Cloud Config", configResults},
		{"shipping of logs", shipLogs},
		{"workloads", workloads},
		{"Go benchmarks", goBenchmarks},
	} {
		if !strings.Contains(measure.name, s.Only) {
			continue
		}
		_, _ = fmt.Fprintln(s.Progress, "measuring: "+measure.name)
		figures, err := measure.do(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", measure.name, err)
		}
		for _, f := range figures {
			if err := emit(f); err != nil {
				return err
			}
		}
	}
	return nil
}
