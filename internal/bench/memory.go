package bench

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// megabytes reads a size from a process's status, which only Linux has: VmRSS
// is the resident memory now, VmHWM the most so far.
func megabytes(pid int, field string) float64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == field+":" {
			kilobytes, err := strconv.ParseFloat(fields[1], 64)
			if err != nil {
				return 0
			}
			return kilobytes / 1024
		}
	}
	return 0
}

// peakUntil looks at a process until wait has returned, and gives the most
// memory that it took, zero where the system does not tell.
func peakUntil(pid int, wait func()) (peak float64) {
	ended := make(chan struct{})
	go func() {
		wait()
		close(ended)
	}()
	for {
		select {
		case <-ended:
			return peak
		case <-time.After(5 * time.Millisecond):
			peak = max(peak, megabytes(pid, "VmHWM"))
		}
	}
}

// watchMemory watches the processes of a program that the CLI starts and ends.
// The function that it returns stops and gives the most that one of them took,
// zero where the system does not tell.
func watchMemory(program string) func() float64 {
	stop, most := make(chan struct{}), make(chan float64)
	go func() {
		var pids []int
		peak := 0.0
		for look := 0; ; look++ {
			if look%10 == 0 { // to walk through all processes costs what is being measured
				pids = processesOf(program)
			}
			for _, pid := range pids {
				peak = max(peak, megabytes(pid, "VmHWM"))
			}
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(30 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-most
	}
}

func processesOf(program string) (pids []int) {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return nil
	}
	for _, link := range links {
		if path, err := os.Readlink(link); err != nil || path != program {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
