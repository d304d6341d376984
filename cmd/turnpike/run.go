package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
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
		RunE: func(_ *cobra.Command, args []string) error { return a.run(args[0], f) },
	}
	resultFlags(c, &f)
	c.Flags().Uint64Var(&f.maxRequests, "max-requests", 0, "send at most so many requests, then report and exit 4 (0: no limit)")
	c.Flags().DurationVar(&f.maxDuration, "max-duration", 0, "send no longer than this, then report and exit 4 (0: no limit)")
	c.Flags().StringVar(&f.maxSpend, "max-spend", "", "stop before the requests to a deployed API cost more than this, such as 5USD, and exit 4")
	return c
}

// resultFlags are the flags of every command that leaves a report.
func resultFlags(c *cobra.Command, f *runFlags) {
	c.Flags().StringVar(&f.out, "out", "", "run directory (default: runs/NAME-TIME)")
	c.Flags().StringVarP(&f.output, "output", "o", "text", "what to print on stdout: text or json")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "no progress on stderr")
}

func (f *runFlags) check() error {
	if f.output != "text" && f.output != "json" {
		return end(exitUsage, "--output %q: must be text or json", f.output)
	}
	return nil
}

func (a *app) run(path string, f runFlags) error {
	if err := f.check(); err != nil {
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

	ctx, kill, signalled, restore := interrupts()
	defer restore()
	if err := runner.Preflight(ctx, target); err != nil {
		return preflightEnding(err)
	}
	self := measure.WatchSelf()
	done := a.watch(s, f.quiet)
	cause := runner.Run(ctx, s.plan, target, s.sink(), runner.Options{
		MaxInFlight: s.scenario.Run.MaxInFlight, Drain: s.scenario.Run.Drain, Guard: guard, Kill: kill,
		UserAgent: "turnpike/" + version(), RunID: s.id, Began: func(t time.Time) { s.began = t },
	})
	elapsed := time.Since(s.began)
	done()
	if cause != nil && !errors.Is(cause, runner.ErrInterrupted) && !errors.Is(cause, runner.ErrStopped) {
		return &ending{exitPreflight, cause, ""}
	}
	r, err := s.report(report.ModeRun, elapsed, self(), cause)
	if err != nil {
		return err
	}
	if signalled() == syscall.SIGTERM && r.Verdict.ExitCode == exitInterrupted {
		r.Verdict.ExitCode = exitTerminated
	}
	return a.deliver(s, r, f)
}

// preflightEnding says what the runner found wrong with the target, and what to try.
func preflightEnding(err error) error {
	e := &ending{exitPreflight, err, ""}
	var p *runner.PreflightError
	if errors.As(err, &p) {
		e.hint = p.Hint
	}
	return e
}

// open finds the target: the deployed API, or an emulator that it starts on a
// loopback socket. stop ends the emulator.
func (a *app) open(s *session) (t runner.Target, stop func(), err error) {
	t = runner.Target{URL: s.scenario.Target.URL, Insecure: s.scenario.Target.Insecure, Timeout: s.scenario.Run.Timeout, HTTP2: s.scenario.Target.HTTP2}
	if s.scenario.API == nil {
		return t, func() {}, nil
	}
	api, stage, err := s.gateway()
	if err != nil {
		return t, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return t, nil, fmt.Errorf("emulator: %w", err)
	}
	server := emulator.New(api, *s.scenario.API, emulator.Options{Annotate: true, Began: s.began})
	go server.Serve(l)
	t.URL = stageURL(l.Addr(), stage.Name())
	return t, func() { closeServer(server) }, nil
}

// stageURL is where the emulator serves a stage. An HTTP API's $default stage
// is served at the root.
func stageURL(addr net.Addr, stage string) string {
	if stage == "$default" {
		return "http://" + addr.String()
	}
	return "http://" + addr.String() + "/" + stage
}

func closeServer(server *emulator.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Close(ctx)
}

// guard turns the flags into the runner's guard, and refuses at once what the
// plan alone would break.
func (s *session) guard(f runFlags) (runner.Guard, error) {
	g := runner.Guard{MaxRequests: f.maxRequests, MaxDuration: f.maxDuration}
	if f.maxSpend == "" {
		return g, nil
	}
	most, err := pricing.ParseMoney(strings.TrimSuffix(strings.TrimPrefix(f.maxSpend, "$"), "USD"))
	if err != nil {
		return g, end(exitUsage, "--max-spend %q: must be an amount such as 5USD or 0.50USD", f.maxSpend)
	}
	if s.scenario.API != nil {
		return g, nil // an emulated request costs nothing
	}
	meter, every := pricing.NewMeter(s.scenario.Pricing.Rules), 0
	g.Stop = func(o *traffic.Observation) error {
		meter.Observe(o)
		if every++; every%100 != 0 {
			return nil
		}
		spent, err := spend(s.scenario.Pricing, meter)
		if err == nil && spent > most {
			err = fmt.Errorf("%s spent, and --max-spend is %s", spent, most)
		}
		return err
	}
	return g, nil
}

// spend is what the requests so far cost on the dearer kind of API.
func spend(c pricing.Config, m *pricing.Meter) (pricing.Money, error) {
	cost, err := pricing.Compare(pricing.Embedded(), c, m, time.Second)
	return max(cost.RunREST, cost.RunHTTP), err
}

// interrupts turns signals into the two ways to stop: the first cancels ctx,
// the second closes kill. signalled says which came first, nil if none did.
func interrupts() (ctx context.Context, kill <-chan struct{}, signalled func() os.Signal, restore func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, killed, over := make(chan os.Signal, 2), make(chan struct{}), make(chan struct{})
	first := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for n := 0; ; n++ {
			select {
			case sig := <-signals:
				switch n {
				case 0:
					first <- sig
					cancel()
				case 1:
					close(killed)
				}
			case <-over:
				return
			}
		}
	}()
	signalled = func() os.Signal {
		select {
		case sig := <-first:
			return sig
		default:
			return nil
		}
	}
	return ctx, killed, signalled, func() { signal.Stop(signals); close(over); cancel() }
}

// deliver writes the run directory, prints the answer, and turns the verdict
// into the command's ending.
func (a *app) deliver(s *session, r *report.Report, f runFlags) error {
	dir := f.out
	if dir == "" {
		dir = filepath.Join("runs", slug(r.Name)+"-"+r.Began.Format("20060102-150405")+"-"+r.RunID)
	}
	hlog := func(w io.Writer) error { return s.recorder.WriteHLog(w, s.began) }
	if err := report.WriteDir(dir, r, report.Files{HLog: hlog}); err != nil {
		return end(exitInternal, "write the report: %w", err)
	}
	if err := a.print(r, f.output); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "report: %s\n", filepath.Join(dir, "report.html"))
	return endOf(r)
}

// print writes the answer to stdout.
func (a *app) print(r *report.Report, output string) error {
	if output == "json" {
		return report.JSON(a.stdout, r)
	}
	return report.Text(a.stdout, r, a.textOptions())
}

// endOf is nil for a report that passed; else the last line on stderr says why not.
func endOf(r *report.Report) error {
	if r.Verdict.ExitCode == exitOK {
		return nil
	}
	return end(r.Verdict.ExitCode, "exit %d: %s: %s", r.Verdict.ExitCode, r.Verdict.Status, strings.Join(r.Verdict.Reasons, "; "))
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// slug turns a scenario's name into a folder's.
func slug(name string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
