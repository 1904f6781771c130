// Command ackguard-docs renders internal/provider/schema.json, the policies in
// the examples and docs from the code, the templates and the other examples. It needs no Terraform CLI and no
// network. Run it at the root of the repository:
//
//	go run ./internal/docs/cmd/ackguard-docs
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
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
	examples, err := docs.Examples()
	if err != nil {
		return err
	}
	if err := docs.Write(".", examples); err != nil {
		return err
	}
	pages, done, err := tfplugindocs(ctx, tool)
	if err != nil {
		return err
	}
	defer done()
	if err := pages("generate", "--rendered-provider-name", name); err != nil {
		return err
	}
	// tfplugindocs has emptied docs/guides, so ours come after it.
	if err := docs.Write(".", files); err != nil {
		return err
	}
	completed, err := docs.Pages(ctx, ".")
	if err != nil {
		return err
	}
	if err := docs.Write(".", completed); err != nil {
		return err
	}
	return pages("validate")
}

// name is the provider's bare name.
const name = "ackguard"

// tfplugindocs returns a way to run the tool on a schema under the provider's
// bare name: it looks for that or for a provider of its own vendor, and not
// for an address. With a schema it needs no CLI.
func tfplugindocs(ctx context.Context, tool []string) (run func(arguments ...string) error, done func(), err error) {
	schema, err := docs.SchemaJSON(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "ackguard-docs")
	if err != nil {
		return nil, nil, err
	}
	done = func() { _ = os.RemoveAll(dir) }
	path := filepath.Join(dir, "schema.json")
	if err := os.WriteFile(path, schema, 0o600); err != nil {
		done()
		return nil, nil, err
	}
	return func(arguments ...string) error {
		all := slices.Concat(tool[1:], arguments, []string{"--provider-name", name, "--providers-schema", path})
		command := exec.CommandContext(ctx, tool[0], all...)
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, output)
		}
		return nil
	}, done, nil
}
