package report

import (
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// samples are reports of every kind, the odd ones above all: whatever is
// rendered must be rendered for each of them.
func samples(t testing.TB) map[string]*Report {
	return map[string]*Report{
		"realistic":   realistic(t),
		"zero":        {},
		"nothing":     measured(t, 0, ModeRun),
		"single":      measured(t, 1, ModeRun),
		"few":         measured(t, 9, ModeRun),
		"simulated":   measured(t, 3000, ModeSimulate),
		"price":       priced(t),
		"closed":      closedLoop(t),
		"invalid":     invalidRun(t),
		"hostile":     hostile(t),
		"interrupted": interrupted(t),
		"long":        longRun(t),
	}
}

// measured is a run of n requests at 100/s, each answered after 5 ms.
func measured(t testing.TB, n int, mode string) *Report {
	t.Helper()
	span := max(time.Duration(n)*10*time.Millisecond, time.Millisecond)
	rec := measure.NewRecorder(measure.Options{Names: []string{"get"}, Span: span})
	meter := pricing.NewMeter(nil)
	for i := range n {
		due := time.Duration(i) * 10 * time.Millisecond
		o := traffic.Observation{Arrival: traffic.Arrival{Seq: uint64(i), Due: due, Client: -1, Entry: -1}, Sent: due + 1, FirstByte: due + 5*time.Millisecond, Done: due + 5*time.Millisecond, Method: "GET", Status: 200, BytesIn: 10, HeadIn: 200}
		rec.Observe(&o)
		meter.Observe(&o)
	}
	r := &Report{Schema: SchemaName, Name: "steady", RunID: "r1", Mode: mode, Loop: LoopOpen, Seed: 1, Verdict: Verdict{Status: Pass}, Plan: PlanInfo{DurationS: span.Seconds(), Count: uint64(n), Curve: []PlanPoint{{0, 100}, {span.Seconds(), 100}}}}
	r.Summary = rec.Summary(measure.End{Planned: uint64(n)})
	var err error
	if r.Cost, err = pricing.Compare(pricing.Embedded(), pricing.Config{}, meter, span); err != nil {
		t.Fatalf("Compare: %v", err)
	}
	return r
}

func priced(t testing.TB) *Report {
	r := measured(t, 3000, ModePrice)
	r.Summary, r.Plan, r.Name, r.Loop, r.Cost.Ledger = measure.Summary{}, PlanInfo{}, "rest or http", "", pricing.Ledger{}
	return r
}

func closedLoop(t testing.TB) *Report {
	r := measured(t, 3000, ModeRun)
	r.Loop, r.Summary.Closed, r.Plan.Concurrency, r.Plan.Curve = LoopClosed, true, 10, nil
	return r
}

func invalidRun(t testing.TB) *Report {
	r := realistic(t)
	r.Verdict.Status, r.Verdict.Sentence = Invalid, ""
	r.Summary.Validity = measure.Validity{Verdict: measure.Invalid, Reasons: []string{"only 91.2% of 16,999 arrivals were sent, want at least 98%", "lag p99 was 48 ms, bound 10 ms"}}
	r.Summary.Counts.NotSent, r.Summary.Counts.Outcomes["not_sent"] = 1496, 1496
	return r
}

func interrupted(t testing.TB) *Report {
	r := measured(t, 1200, ModeRun)
	r.Plan.DurationS, r.Verdict.Interrupted, r.Verdict.Status = 20, true, Partial
	r.Summary.Validity.Verdict = measure.Partial
	return r
}

// longRun has more intervals than a chart draws.
func longRun(t testing.TB) *Report {
	r := measured(t, 3000, ModeRun)
	s := &r.Summary
	s.IntervalS, s.LoadS, s.ElapsedS, s.Series = 10, 9990, 10000, nil
	for i := range 1000 {
		s.Series = append(s.Series, measure.Point{FromS: float64(10 * i), Planned: 100, Sent: 100, Done: 100, Outcomes: map[string]uint64{"ok": 100}, P50MS: ptr(5), InFlight: 1})
	}
	return r
}

const nasty = "</script><script>alert(1)</script><!--\"'`\x1b[31m{{.}}\u2028&amp;|*_\n"

// hostile has markup, quotes and control characters in all text that comes from a file or the API.
func hostile(t testing.TB) *Report {
	r := realistic(t)
	r.Name, r.RunID, r.Command, r.Scenario = nasty, nasty, nasty, nasty
	r.Target = Target{Kind: "url", URL: "javascript:alert(1)//" + nasty, API: nasty, Stage: nasty}
	r.Method = []string{nasty}
	for i := range r.Summary.Rows {
		r.Summary.Rows[i].Name = nasty
	}
	for i := range r.Summary.Clients {
		r.Summary.Clients[i].Name = nasty
	}
	for i := range r.Plan.Windows {
		r.Plan.Windows[i].Name = nasty
	}
	for i := range r.Limits {
		r.Limits[i].Scope = nasty
	}
	r.Checks = append(r.Checks, checks.Result{Check: nasty, Observed: nasty, Bound: nasty, Margin: nasty, Reason: nasty, Metric: "p99", BoundValue: 30})
	r.Verdict.Sentence = ""
	return r
}
