// Command ackguard-demo plays the demo: `make demo` builds the provider and runs
//
//	ackguard-demo -provider bin/terraform-provider-ackguard
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"github.com/ackguard/terraform-provider-ackguard/internal/demo"
)

func main() {
	o := demo.Options{Out: os.Stdout, Colour: colour()}
	flag.StringVar(&o.Provider, "provider", "bin/terraform-provider-ackguard", "the provider's binary")
	flag.StringVar(&o.Directory, "directory", "examples/demo", "directory of the configuration and the scenario")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demo.Run(ctx, o)
	stop()
	if err != nil {
		os.Exit(1) // Run said why
	}
}

// colour reports whether a person with a terminal looks at the output.
func colour() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
