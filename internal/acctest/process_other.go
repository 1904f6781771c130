//go:build !unix

package acctest

import (
	"os/exec"
	"testing"
)

func ownGroup(*exec.Cmd) {}

func killGroup(command *exec.Cmd) { _ = command.Process.Kill() }

// NeedsSignals skips a test where processes cannot be interrupted.
func NeedsSignals(t *testing.T) {
	t.Helper()
	t.Skip("there are no signals here")
}
