//go:build unix

package acctest

import (
	"os/exec"
	"syscall"
	"testing"
)

func ownGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(command *exec.Cmd) { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }

// NeedsSignals skips a test where processes cannot be interrupted.
func NeedsSignals(*testing.T) {}
