package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/scenarios"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A session is one carrying-out of a scenario, in real or in virtual time: what
// is sent, who watches, and the report that comes of it.
type session struct {
	scenario *scenarios.Scenario
	plan     *traffic.Plan
	recorder *measure.Recorder
	meter    *pricing.Meter
	id       string
	began    time.Time
}

// load reads a scenario that sends something and makes its plan.
func load(path string) (*session, error) {
	s, err := scenarios.Load(path, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	if s.CostOnly() {
		return nil, &ending{exitUsage, fmt.Errorf("%s has no traffic to send: it is a bill alone", path), "turnpike price " + path}
	}
	p, err := traffic.NewPlan(s.Source)
	if err != nil {
		return nil, &ending{exitUsage, errors.New(s.Hide(err.Error())), ""}
	}
	n, _ := p.Closed()
	return &session{
		scenario: s,
		plan:     p,
		meter:    pricing.NewMeter(s.Pricing.Rules),
		recorder: measure.NewRecorder(measure.Options{
			Names: p.Names, Clients: clientNames(p.Clients), Windows: p.Windows(), Span: span(p),
			LagBound: s.Run.LagBound, Closed: n > 0, Planned: planned(p),
		}),
		id:    runID(),
		began: time.Now(),
	}, nil
}

// planned is how many arrivals are due in an interval; a closed loop has no plan of that.
func planned(p *traffic.Plan) func(from, to time.Duration) float64 {
	if n, _ := p.Closed(); n > 0 {
		return nil
	}
	return p.Planned
}

// span is how long arrivals are due.
func span(p *traffic.Plan) time.Duration {
	if n, d := p.Closed(); n > 0 {
		return d
	}
	return p.Duration()
}

func (s *session) sink() traffic.Sink { return traffic.Tee(s.recorder, s.meter) }

// gateway builds the API that the scenario emulates and finds its stage.
func (s *session) gateway() (*gateway.API, *gateway.Stage, error) {
	api, err := gateway.New(*s.scenario.API, gateway.Options{Seed: s.plan.Seed, Began: s.began})
	if err != nil {
		return nil, nil, &ending{exitUsage, err, ""}
	}
	stage, ok := api.Stage(s.scenario.Target.Stage)
	if !ok {
		return nil, nil, end(exitUsage, "target.stage: the API has no stage %q", s.scenario.Target.Stage)
	}
	return api, stage, nil
}

// report makes the report of a session that ended with cause after elapsed.
func (s *session) report(mode string, elapsed time.Duration, self measure.Self, cause error) *report.Report {
	if cause == nil {
		elapsed = max(elapsed, span(s.plan)) // the plan's last arrival may be due before its end
	}
	summary := s.recorder.Summary(measure.End{
		Elapsed: elapsed, Self: self, Planned: s.known(cause), Exact: true,
		Interrupted: errors.Is(cause, runner.ErrInterrupted), Guarded: errors.Is(cause, runner.ErrStopped),
	})
	over := time.Duration(summary.LoadS * float64(time.Second))
	cost, noBill := pricing.Compare(pricing.Embedded(), s.scenario.Pricing, s.meter, over)
	r := &report.Report{
		Schema: report.SchemaName,
		Tool:   report.Tool{Version: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.GOMAXPROCS(0)},
		Name:   s.scenario.Name, RunID: s.id, Began: s.began.UTC(), Mode: mode, Loop: report.LoopOpen, Seed: s.plan.Seed,
		Target:  s.target(),
		Command: fmt.Sprintf("turnpike %s %s", mode, s.scenario.Path),
		Plan:    s.planInfo(), Summary: summary, Cost: cost,
		Limits: limits(s.scenario.API), Scenario: string(s.scenario.Effective),
		Checks: []checks.Result{},
	}
	if n, _ := s.plan.Closed(); n > 0 {
		r.Loop = report.LoopClosed
	}
	if s.scenario.API != nil {
		r.RESTOnly = s.scenario.API.RESTOnly()
	}
	for i, c := range s.scenario.Checks {
		result := c.Evaluate(&r.Summary, &r.Cost)
		result.Line = s.scenario.CheckLines[i]
		r.Checks = append(r.Checks, result)
	}
	r.Method = method(r, s.scenario)
	if noBill != nil { // the measurement stands without it
		r.Method = append(r.Method, "There is no bill: "+noBill.Error()+".")
	}
	r.Verdict = verdict(r, cause)
	return r
}

// known is how many arrivals the run must have observed, or 0 where only their
// expectation is known: Poisson arrivals, a closed loop, a run cut short.
func (s *session) known(cause error) uint64 {
	if n, _ := s.plan.Closed(); n > 0 || cause != nil || s.scenario.Source.Traffic.Arrivals == "poisson" {
		return 0
	}
	return s.plan.Count()
}

func (s *session) target() report.Target {
	t := s.scenario.Target
	if s.scenario.API == nil {
		return report.Target{Kind: "url", URL: t.Shown}
	}
	stage := t.Stage
	if stage == "" {
		stage = s.scenario.API.Stages[0].Name
	}
	return report.Target{Kind: "emulate", API: s.scenario.API.Name, Stage: stage, APIKind: s.scenario.API.Kind}
}

func (s *session) planInfo() report.PlanInfo {
	info := report.PlanOf(s.plan, 200)
	info.MaxInFlight = s.scenario.Run.MaxInFlight
	info.Arrivals = s.scenario.Source.Traffic.Arrivals
	if r := s.scenario.Source.Traffic.Replay; r != nil {
		info.Arrivals = "replay"
	}
	return info
}

func clientNames(clients []traffic.Client) []string {
	names := make([]string, len(clients))
	for i, c := range clients {
		names[i] = c.Name
	}
	return names
}

// runID tells one run from another in folder names and in the header that the
// API's own logs can be searched for.
func runID() string {
	b := make([]byte, 4)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
