package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// process is a program that runs until it is stopped.
type process struct {
	name    string
	log     string
	command *exec.Cmd
	ended   chan struct{} // closed when it has ended
	err     error         // why; set before ended is closed
}

// run starts a program that writes to the file log.
func run(path, log string, arguments ...string) (*process, error) {
	output, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	p := &process{name: filepath.Base(path), log: log, command: exec.Command(path, arguments...), ended: make(chan struct{})} //nolint:noctx // ends by stop, in order
	p.command.Stdout, p.command.Stderr = output, output
	endWithParent(p.command)
	started := make(chan error)
	go func() {
		// Linux ends a child with the thread that started it, so the thread has to stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer output.Close()
		err := p.command.Start()
		started <- err
		if err == nil {
			p.err = p.command.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// await polls until the condition holds; a program that ends first is an error at once.
func (p *process) await(ctx context.Context, condition func() bool) error {
	ended := func() bool {
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	}
	if err := poll(ctx, func() bool { return ended() || condition() }); err != nil {
		return fmt.Errorf("%s is not ready within KUBEBUILDER_CONTROLPLANE_START_TIMEOUT: %w\n%s", p.name, err, p.lastLines())
	}
	if ended() {
		return fmt.Errorf("%s ended before it was ready: %w\n%s", p.name, p.err, p.lastLines())
	}
	return nil
}

// poll returns once the condition holds; the context's end is an error.
func poll(ctx context.Context, condition func() bool) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}

// stop ends the program as a supervisor would, and kills it when it does not end in time. A nil process has ended.
func (p *process) stop() error {
	if p == nil {
		return nil
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		_ = p.command.Process.Kill() // there is no SIGTERM on this system
	}
	limit := timeout("KUBEBUILDER_CONTROLPLANE_STOP_TIMEOUT")
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.ended:
		// etcd cleans up and then ends by the signal.
		status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus)
		if p.err == nil || ok && status.Signaled() && status.Signal() == syscall.SIGTERM {
			return nil
		}
		return fmt.Errorf("%s failed: %w\n%s", p.name, p.err, p.lastLines())
	case <-timer.C:
		_ = p.command.Process.Kill()
		<-p.ended
		return fmt.Errorf("%s did not end within %s of SIGTERM and was killed\n%s", p.name, limit, p.lastLines())
	}
}

// lastLines returns the end of the program's log, for an error.
func (p *process) lastLines() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4096):])
}
