// Command ackguard-simulator serves a simulated Alibaba Cloud on one port and prints the environment that points
// Terraform at it:
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
	"strings"
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
	if _, err := io.WriteString(stdout, exports(server.URL(), *region, cloud.ManagementKey())); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

// exports is the environment as shell commands.
func exports(url, region string, key simulator.AccessKey) string {
	text := ""
	var textSb83 strings.Builder
	for _, v := range [][2]string{
		{"ALIBABA_CLOUD_REGION", region},
		{"ALICLOUD_REGION", region},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", key.ID},
		{"ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.Secret},
		{"ALIBABA_CLOUD_ENDPOINT_CS", url},
		{"ALIBABA_CLOUD_ENDPOINT_STS", url},
		{"ALIBABA_CLOUD_ENDPOINT_RESOURCEMANAGER", url},
		{"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER", url},
	} {
		textSb83.WriteString("export " + v[0] + "=" + v[1] + "\n")
	}
	text += textSb83.String()
	return text
}
