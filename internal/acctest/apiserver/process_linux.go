package apiserver

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill the program when the test process dies without stopping it, as by a panic or a
// timeout. Ctrl-C must not reach it from the terminal: both would end at once, in the wrong order.
func endWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
