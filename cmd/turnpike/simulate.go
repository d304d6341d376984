package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

func (a *app) simulateCommand() *cobra.Command {
	f := runFlags{}
	c := &cobra.Command{
		Use:   "simulate SCENARIO",
		Short: "Carry out a scenario in virtual time against the model of its API",
		Long: `Takes the same arrivals through the same model of API Gateway that the emulator serves, without sending anything:
an hour of traffic takes a second. The target must be an API definition (target.emulate).`,
		Example: `  turnpike simulate examples/quickstart.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.simulate(args[0], f) },
	}
	resultFlags(c, &f)
	return c
}

func (a *app) simulate(path string, f runFlags) error {
	if err := textOrJSON(f.output); err != nil {
		return err
	}
	s, err := load(path)
	if err != nil {
		return err
	}
	ctx, _, signalled, restore := interrupts(nil)
	defer restore()
	dir, err := s.folder(f)
	if err != nil {
		return err
	}
	last := &lastDone{}
	cause := s.simulate(ctx, traffic.Tee(s.sink(), last))
	if cause != nil && !errors.Is(cause, runner.ErrInterrupted) {
		os.Remove(dir) // nothing is in it
		return cause
	}
	r := s.report(report.ModeSimulate, last.at, measure.Self{}, cause)
	if r.Verdict.ExitCode == exitInterrupted {
		r.Verdict.ExitCode = interruptedBy(signalled())
	}
	return a.deliver(s, r, dir, f)
}

// simulate takes the plan through the model of the scenario's API.
func (s *session) simulate(ctx context.Context, sink traffic.Sink) error {
	if s.scenario.API == nil {
		return &ending{exitUsage, fmt.Errorf("%s has no API definition to simulate", s.scenario.Path), "name one: target: {emulate: api.yaml}"}
	}
	_, stage, err := s.gateway()
	if err != nil {
		return err
	}
	return runner.Simulate(ctx, s.plan, stage, sink, runner.Options{
		MaxInFlight: s.scenario.Run.MaxInFlight, Timeout: s.scenario.Run.Timeout,
	})
}

// lastDone is a sink that knows when the last answer was complete.
type lastDone struct{ at time.Duration }

func (l *lastDone) Observe(o *traffic.Observation) { l.at = max(l.at, o.Done, o.Due) }
