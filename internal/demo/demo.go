// Package demo is what `make demo` plays: the real Terraform CLI with the
// built provider on a simulated landing zone, told for a person and asserted
// from Terraform's own JSON. It is the outside view: beside the simulator it
// imports nothing of ours, and whoever changes a cluster without Terraform
// does so by signed API calls.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Options of a run.
type Options struct {
	Provider  string // the provider's binary
	Directory string // examples/demo: the configuration and fleet.yaml
	Out       io.Writer
	Colour    bool
}

// Run plays the demo. It writes demo: PASS as its last line if everything held
// and nothing was left behind, and demo: FAIL with an error otherwise.
func Run(ctx context.Context, o Options) error {
	screen := &screen{out: o.Out, colour: o.Colour, gap: true}
	err := play(ctx, o, screen)
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	if err != nil {
		screen.blank()
		screen.line(err.Error())
		screen.line(screen.paint(red, "demo: FAIL"))
		return err
	}
	screen.blank()
	screen.line(screen.paint(green, "demo: PASS"))
	return nil
}

// play sets the stage, plays, and clears the stage whatever happened.
func play(ctx context.Context, o Options, screen *screen) (err error) {
	folder, err := os.MkdirTemp("", "ackguard-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	// The CLI resolves the folder's symbolic links, and names the paths it writes.
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return err
	}
	land, err := newLandscape(filepath.Join(o.Directory, "fleet.yaml"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, land.server.Close()) }()
	if err := furnish(folder, o); err != nil {
		return err
	}
	key := land.ManagementKey()
	work := filepath.Join(folder, "work")
	terraform, err := newCLI(ctx, work, environment(os.Environ(), folder, land.server.URL(), key.ID, key.Secret))
	if err != nil {
		return err
	}
	s := &story{
		screen: screen, land: land, terraform: terraform, plugins: filepath.Join(folder, "plugins"),
		colleague: colleague{endpoint: land.server.Addr(), id: key.ID, secret: key.Secret},
	}
	if err := s.cast(); err != nil {
		return err
	}
	for _, scene := range s.scenes() {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	return land.complaints()
}

// pluginVersion is any version: the directory of the plugin needs one.
const pluginVersion = "0.0.1"

// furnish copies the configuration and lays out the provider so that init
// finds it without a network, an own CLI configuration or a known checksum.
func furnish(folder string, o Options) error {
	plugins := filepath.Join(folder, "plugins", "registry.terraform.io", "ackguard", "ackguard", pluginVersion, runtime.GOOS+"_"+runtime.GOARCH)
	work := filepath.Join(folder, "work")
	for _, d := range []string{plugins, work, filepath.Join(folder, "home"), filepath.Join(folder, "tmp")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	name := "terraform-provider-ackguard_v" + pluginVersion
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := copyFile(o.Provider, filepath.Join(plugins, name), 0o700); err != nil {
		return fmt.Errorf("the provider's binary: %w (make build builds it)", err)
	}
	files, err := filepath.Glob(filepath.Join(o.Directory, "*.tf"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := copyFile(file, filepath.Join(work, filepath.Base(file)), 0o600); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no configuration in %s", o.Directory)
	}
	return nil
}

func copyFile(from, to string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
