//go:build unix

package demo

import (
	"os"
	"os/exec"
	"syscall"
)

// own gives a child a process group of its own. A terminal's Ctrl-C reaches
// the whole foreground group, and a second interrupt, ours, would make
// Terraform drop everything at once instead of ending its plugins.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}

// reap ends what a child that did not end by itself left of its group.
func reap(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
