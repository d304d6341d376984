package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
)

type runFlags struct {
	out, output string
	quiet       bool
	maxRequests uint64
	maxDuration time.Duration
	maxSpend    string
}

func (a *app) runCommand() *cobra.Command {
	f := runFlags{}
	c := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Carry out a scenario: load, measure, price, report, verdict",
		Long: `Sends the scenario's traffic to its target, or to an emulator of its API in this process, and leaves a verdict
on stdout and a report in a run directory. The first Ctrl-C stops sending, waits for what is under way and
reports; the second leaves at once, and reports what there is.

Exit codes: 0 passed, 2 invalid scenario (nothing was sent), 3 target not reachable, 4 stopped by a guard,
5 INVALID measurement, 8 a cost check failed, 99 a check failed, 130 and 143 interrupted.`,
		Example: `  turnpike run examples/quickstart.yaml
  turnpike run peak.yaml -o json --out results/peak
  turnpike run peak.yaml --max-spend 5USD --max-duration 10m`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("max-spend") && f.maxSpend == "" {
				return end(exitUsage, "--max-spend is empty: must be an amount such as 5USD or 0.50USD")
			}
			return a.run(args[0], f)
		},
	}
	resultFlags(c, &f)
	c.Flags().Uint64Var(&f.maxRequests, "max-requests", 0, "send at most so many requests, then report and exit 4 (0: no limit)")
	c.Flags().DurationVar(&f.maxDuration, "max-duration", 0, "send no longer than this, then report and exit 4 (0: no limit)")
	c.Flags().StringVar(&f.maxSpend, "max-spend", "", "send nothing more once the requests to a deployed API cost this, such as 5USD; then report and exit 4")
	return c
}

// resultFlags are the flags of every command that leaves a report.
func resultFlags(c *cobra.Command, f *runFlags) {
	c.Flags().StringVar(&f.out, "out", "", "run directory (default: runs/NAME-TIME)")
	c.Flags().StringVarP(&f.output, "output", "o", "text", "what to print on stdout: text or json")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "no progress on stderr")
}

// textOrJSON checks --output.
func textOrJSON(output string) error {
	if output != "text" && output != "json" {
		return end(exitUsage, "--output %q: must be text or json", output)
	}
	return nil
}

func (a *app) run(path string, f runFlags) error {
	if err := textOrJSON(f.output); err != nil {
		return err
	}
	s, err := load(path)
	if err != nil {
		return err
	}
	guard, err := s.guard(f)
	if err != nil {
		return err
	}
	target, stop, err := a.open(s)
	if err != nil {
		return err
	}
	defer stop()

	ctx, kill, signalled, restore := interrupts(a.stopping)
	defer restore()
	if err := runner.Preflight(ctx, target); err != nil {
		if sig := signalled(); sig != nil {
			return end(interruptedBy(sig), "interrupted; nothing was sent")
		}
		return s.unreachable(err)
	}
	dir, err := s.folder(f)
	if err != nil {
		return err
	}
	self := measure.WatchSelf()
	done := func() {}
	cause := runner.Run(ctx, s.plan, target, s.sink(), runner.Options{
		MaxInFlight: s.scenario.Run.MaxInFlight, Drain: s.scenario.Run.Drain, Guard: guard, Kill: kill,
		UserAgent: "turnpike/" + version(), RunID: s.id,
		Began: func(t time.Time, inFlight func() int64) {
			s.began = t
			done = a.watch(s, inFlight, f.quiet)
		},
	})
	elapsed := time.Since(s.began)
	done()
	if cause != nil && !errors.Is(cause, runner.ErrInterrupted) && !errors.Is(cause, runner.ErrStopped) {
		os.Remove(dir) // nothing is in it
		return s.unreachable(cause)
	}
	r := s.report(report.ModeRun, elapsed, self(), cause)
	if r.Verdict.ExitCode == exitInterrupted {
		r.Verdict.ExitCode = interruptedBy(signalled())
	}
	return a.deliver(s, r, dir, f)
}

// stopping says on stderr what the first interrupt does.
func (a *app) stopping() {
	erase := ""
	if a.progressInPlace() {
		erase = "\r\x1b[K"
	}
	fmt.Fprintln(a.stderr, erase+"stopping: waiting for the answers under way; interrupt again to leave at once")
}

// interruptedBy is the exit code of a run that a signal ended.
func interruptedBy(sig os.Signal) int {
	if sig == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}
