// Command terraform-provider-ackguard is the provider's plugin server.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger and print the reattach settings")
	flag.Parse()
	if !*debug { // what a log is wanted of is then in the environment of the CLI, which is another
		provider.PrepareProcess()
	}
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: provider.Address,
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
