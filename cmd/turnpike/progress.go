package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/turnpike-perf/turnpike/report"
)

// How often the progress line is written: rewritten in place on a terminal, a
// new line in a log.
const (
	ticksOnTerminal = 250 * time.Millisecond
	ticksInLog      = 5 * time.Second
)

// progressInPlace tells whether stderr is a terminal on which a line can be rewritten.
func (a *app) progressInPlace() bool {
	_, tty := terminal(a.stderr)
	return tty && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
}

// watch shows a running session's progress on stderr until done is called.
func (a *app) watch(s *session, inFlight func() int64, quiet bool) (done func()) {
	if quiet {
		return func() {}
	}
	width, _ := terminal(a.stderr)
	tty := a.progressInPlace()
	every, ending := ticksInLog, "\n"
	if tty {
		every, ending = ticksOnTerminal, ""
	}
	o := report.ProgressOptions{Total: span(s.plan), Count: s.plan.Count(), Terminal: tty, Width: width}
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p := s.recorder.ProgressAt(time.Since(s.began))
				p.InFlight = inFlight()
				fmt.Fprint(a.stderr, report.ProgressLine(p, o)+ending)
			case <-stop:
				if tty {
					fmt.Fprint(a.stderr, "\r\x1b[K")
				}
				return
			}
		}
	})
	return func() { close(stop); watching.Wait() }
}
