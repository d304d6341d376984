// Package report is the result of a run and its renderings.
//
// A Report is one value: what ran, what was measured, what it costs and what
// the checks made of it. It is written as run.json (lossless, versioned, with
// a published schema), as text for the terminal, as Markdown, as JUnit, and as
// one HTML file that needs no network. Every rendering is a function of the
// Report alone: the same Report gives the same bytes, whenever and wherever it
// is rendered, which is what lets a saved run be rendered again. Beside it stand
// the answers of the commands that send nothing: the Invoice of a quote, and the
// Forecast of a plan.
//
// Rounding happens here and nowhere before. The package measures nothing,
// decides nothing and reads no clock; secrets are the caller's to redact
// before a Report is made.
package report

import (
	"time"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// SchemaName is the version of run.json that this package writes. Fields are
// only ever added under one version.
const SchemaName = "turnpike.run/1"

// The modes of a report.
const (
	ModeRun      = "run"      // carried out in real time
	ModeSimulate = "simulate" // carried out in virtual time against a model
	ModePrice    = "price"    // nothing was sent: a bill alone
)

// The loops of a report.
const (
	LoopOpen   = "open"   // each arrival is sent when it is due, whatever the API does
	LoopClosed = "closed" // a fixed number of clients, each waiting for its answer
)

// The states of a verdict.
const (
	Pass    = "PASS"    // measured soundly, and every check passed (or there are none)
	Fail    = "FAIL"    // measured soundly, and a check failed
	Invalid = "INVALID" // the measurement cannot be trusted, so no check counts
	Partial = "PARTIAL" // ended early; what was measured is sound
)

// A Report is everything known about one run. Its JSON form is run.json.
type Report struct {
	Schema   string             `json:"schema"` // SchemaName
	Tool     Tool               `json:"tool"`
	Name     string             `json:"name"` // the scenario's
	RunID    string             `json:"run_id"`
	Began    time.Time          `json:"began"`
	Mode     string             `json:"mode"` // ModeRun, ModeSimulate or ModePrice
	Loop     string             `json:"loop"` // LoopOpen or LoopClosed
	Seed     uint64             `json:"seed"`
	Target   Target             `json:"target"`
	Command  string             `json:"command"` // what reproduces the run
	Verdict  Verdict            `json:"verdict"`
	Checks   []checks.Result    `json:"checks"`
	Plan     PlanInfo           `json:"plan"`
	Limits   []LimitInfo        `json:"limits"` // the configured limits, where they are known
	Summary  measure.Summary    `json:"summary"`
	Cost     pricing.Comparison `json:"cost"`
	RESTOnly []string           `json:"rest_only,omitempty"` // what the API uses that HTTP APIs lack, in words; empty where nothing is known
	Method   []string           `json:"method"`              // assumptions, a sentence each
	Scenario string             `json:"scenario"`            // the effective scenario as YAML, secrets redacted
}

// Tool says what made the report.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	CPUs    int    `json:"cpus"`
}

// A Target is where the traffic went.
type Target struct {
	Kind    string `json:"kind"` // "emulate" or "url"
	URL     string `json:"url,omitempty"`
	API     string `json:"api,omitempty"`      // the API's name, where it is known
	Stage   string `json:"stage,omitempty"`    // likewise
	APIKind string `json:"api_kind,omitempty"` // "rest" or "http", where it is known
}

// A Verdict is what the run comes to.
type Verdict struct {
	Status   string   `json:"status"`    // Pass, Fail, Invalid or Partial
	Sentence string   `json:"sentence"`  // what Sentence says
	ExitCode int      `json:"exit_code"` // the command's
	Reasons  []string `json:"reasons"`   // why the status is not Pass, the weightiest first
	// Interrupted tells that the run ended before its plan did, by a signal;
	// Guard is the guard that stopped it, in words, where one did.
	Interrupted bool   `json:"interrupted,omitempty"`
	Guard       string `json:"guard,omitempty"`
}

// PlanInfo is what was going to be sent.
type PlanInfo struct {
	DurationS   float64      `json:"duration_s"`
	Count       uint64       `json:"count"`                 // arrivals of the whole plan; 0 for a closed loop without max_requests
	Arrivals    string       `json:"arrivals,omitempty"`    // even, poisson or replay
	Concurrency int          `json:"concurrency,omitempty"` // of a closed loop
	MaxInFlight int          `json:"max_in_flight,omitempty"`
	Windows     []PlanWindow `json:"windows"`
	Curve       []PlanPoint  `json:"curve"` // the planned rate over time
	Warnings    []string     `json:"warnings,omitempty"`
}

// A PlanWindow is one stage of the plan.
type PlanWindow struct {
	Name   string  `json:"name"`
	FromS  float64 `json:"from_s"`
	ToS    float64 `json:"to_s"`
	Steady bool    `json:"steady"`
}

// A PlanPoint is the planned rate at an instant.
type PlanPoint struct {
	AtS  float64 `json:"at_s"`
	Rate float64 `json:"rate_per_s"`
}

// A LimitInfo is one configured limit of the API under test.
type LimitInfo struct {
	Limit  traffic.Limit `json:"limit"` // which kind it is
	Scope  string        `json:"scope"` // what it holds for: a stage, method, plan
	Rate   float64       `json:"rate_per_s"`
	Burst  int64         `json:"burst"`
	Quota  int64         `json:"quota,omitempty"`  // of a quota: requests in a Period
	Period string        `json:"period,omitempty"` // DAY, WEEK or MONTH
	// Whole tells that one bucket takes every request of the run, so that its
	// rate compares with the total load.
	Whole bool `json:"whole,omitempty"`
}

// PlanOf describes a plan by points of its curve, at most n of them and
// evenly apart.
func PlanOf(p *traffic.Plan, n int) PlanInfo {
	d := p.Duration()
	info := PlanInfo{DurationS: d.Seconds(), Count: p.Count(), Windows: []PlanWindow{}, Curve: []PlanPoint{}}
	for _, w := range p.Windows() {
		info.Windows = append(info.Windows, PlanWindow{Name: w.Name, FromS: w.From.Seconds(), ToS: w.To.Seconds(), Steady: w.Steady})
	}
	if c, _ := p.Closed(); c > 0 {
		info.Concurrency = c
		return info
	}
	for i := range max(0, n) {
		at := time.Duration(float64(d) * float64(i) / float64(max(1, n-1)))
		info.Curve = append(info.Curve, PlanPoint{AtS: at.Seconds(), Rate: p.RateAt(min(at, d-1))})
	}
	return info
}

// Failed lists the results of checks that did not pass.
func (r *Report) Failed() []checks.Result {
	var failed []checks.Result
	for _, c := range r.Checks {
		if !c.Passed {
			failed = append(failed, c)
		}
	}
	return failed
}
