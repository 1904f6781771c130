// Command ackguard-simulator serves a simulated Alibaba Cloud on one port (plain HTTP, TLS and forward proxy) and prints
// the environment that points Terraform and other clients at it:
//
//	go run ./internal/simulator/cmd/ackguard-simulator -listen 127.0.0.1:18080 -scenario examples/demo/fleet.yaml
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "ackguard-simulator:", err)
		}
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("ackguard-simulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:18080", "address to listen on; port 0 takes a free one")
	path := flags.String("scenario", "", "scenario file (YAML)")
	region := flags.String("region", "cn-hangzhou", "region that the printed environment names")
	kind := flags.String("exports", exportsPlain, "how the printed environment reaches the simulator: plain, tls or proxy; all of them are always served")
	caFile := flags.String("ca-file", "", "where to write the certificate of the test CA, which is new at each start (default: a temporary file, with -exports tls or proxy)")
	schema := flags.Bool("print-scenario-schema", false, "print the JSON Schema of scenario files and exit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: every option has a name, see -help", flags.Arg(0))
	}
	if *schema {
		text, err := simulator.ScenarioSchema()
		if err == nil {
			_, err = fmt.Fprintf(stdout, "%s\n", text)
		}
		return err
	}
	if err := checkExports(*kind); err != nil {
		return err
	}
	if *path == "" {
		return errors.New("-scenario is missing: name a scenario file, for example examples/demo/fleet.yaml")
	}
	scenario, err := simulator.LoadScenario(*path)
	if err != nil {
		return err
	}
	cloud, err := simulator.New(scenario, simulator.Options{
		MaxRequests:  1000, // a long run must not grow
		OnUnexpected: func(message string) { fmt.Fprintln(stderr, "unexpected request:", message) },
	})
	if err != nil {
		return err
	}
	server, err := cloud.Start(*listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the address %s is taken: stop what listens there or choose another with -listen (port 0 takes a free one)", *listen)
	}
	if err != nil {
		return err
	}
	ca, remove, err := writeCA(server, *caFile, *kind)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	defer remove()
	text := environment{
		kind: *kind, address: server.Addr(), region: *region, accountID: cloud.ManagementAccountID(), caFile: ca, key: cloud.ManagementKey(), scenario: scenario,
	}.exports()
	// One write, so that whoever waits for the first byte gets all of it.
	if _, err := io.WriteString(stdout, text); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

// writeCA writes the CA where the user wants it, or where the printed environment needs it.
func writeCA(server *simulator.Server, path, kind string) (string, func(), error) {
	if path != "" {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return "", nil, err
		}
		return absolute, func() {}, server.WriteCAFile(absolute)
	}
	if kind == exportsPlain {
		return "", func() {}, nil
	}
	file, err := os.CreateTemp("", "ackguard-simulator-ca-*.crt")
	if err != nil {
		return "", nil, fmt.Errorf("cannot write the CA: %w", err)
	}
	remove := func() { _ = os.Remove(file.Name()) }
	return file.Name(), remove, errors.Join(file.Close(), server.WriteCAFile(file.Name()))
}
