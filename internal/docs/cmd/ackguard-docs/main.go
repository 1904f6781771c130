// Command ackguard-docs renders internal/provider/schema.json and docs from the
// code, the templates and the examples. It needs no Terraform CLI and no
// network. Run it at the root of the repository:
//
//	go run ./internal/docs/cmd/ackguard-docs
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/docs"
)

func main() {
	tool := flag.String("tfplugindocs", "go tool -modfile=internal/tools/go.mod tfplugindocs", "command that renders the pages of the provider's objects")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, strings.Fields(*tool))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ackguard-docs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, tool []string) error {
	if _, err := os.Stat("templates"); err != nil || len(tool) == 0 {
		return errors.New("run this at the root of the repository, where templates is")
	}
	// First what cannot fail half-way: the rest replaces docs.
	files, err := docs.Files(ctx)
	if err != nil {
		return err
	}
	if err := render(ctx, tool); err != nil {
		return err
	}
	// tfplugindocs has emptied docs/guides, so ours come after it.
	if err := docs.Write(".", files); err != nil {
		return err
	}
	pages, err := docs.Pages(ctx, ".")
	if err != nil {
		return err
	}
	return docs.Write(".", pages)
}

// render runs tfplugindocs on a schema under the provider's bare name: it
// looks for that or for a provider of its own vendor, and not for an address.
func render(ctx context.Context, tool []string) error {
	const name = "ackguard"
	schema, err := docs.SchemaJSON(ctx, name)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ackguard-docs")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "schema.json")
	if err := os.WriteFile(path, schema, 0o600); err != nil {
		return err
	}
	arguments := append(tool[1:len(tool):len(tool)], "generate",
		"--providers-schema", path, "--provider-name", name, "--rendered-provider-name", name)
	command := exec.CommandContext(ctx, tool[0], arguments...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, output.Bytes())
	}
	return nil
}
