package report

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A bucketSketch is a token bucket good enough for a fixture: package throttle
// has the real one.
type bucketSketch struct {
	rate, burst, level float64
	last               time.Duration
}

func (b *bucketSketch) has(now time.Duration) bool {
	b.level = min(b.burst, b.level+b.rate*(now-b.last).Seconds())
	b.last = now
	return b.level >= 1
}

// A sketch is a run made up for tests: 5 s at 200/s, a ramp to 1,500/s, and 5 s
// there, against a stage limit of 700/s and two usage plans.
type sketch struct {
	rng     *rand.Rand
	buckets [3]bucketSketch // free, gold, stage
	windows []traffic.Window
}

func newSketch() *sketch {
	return &sketch{
		rng:     rand.New(rand.NewPCG(42, 7)),
		buckets: [3]bucketSketch{{rate: 150, burst: 100, level: 100}, {rate: 600, burst: 300, level: 300}, {rate: 700, burst: 200, level: 200}},
		windows: []traffic.Window{
			{Name: "200/s", From: 0, To: 5 * time.Second, Steady: true},
			{Name: "ramp 200/s..1500/s", From: 5 * time.Second, To: 15 * time.Second},
			{Name: "1500/s", From: 15 * time.Second, To: 20 * time.Second, Steady: true},
		},
	}
}

func sketchRate(at float64) float64 {
	switch {
	case at < 5:
		return 200
	case at < 15:
		return 200 + 130*(at-5)
	}
	return 1500
}

func sketchPlanned(from, to time.Duration) float64 {
	sum := 0.0
	for t := from; t < to && t < 20*time.Second; t += 10 * time.Millisecond {
		sum += sketchRate(t.Seconds()+0.005) * 0.01
	}
	return sum
}

// observe makes up what came of an arrival.
func (s *sketch) observe(seq uint64, due time.Duration) traffic.Observation {
	o := traffic.Observation{Arrival: traffic.Arrival{Seq: seq, Due: due, Entry: -1}, Method: "GET", HeadIn: 350}
	if s.rng.Float64() < 0.7 {
		o.Client = 0
	} else {
		o.Client = 1
	}
	if o.Client == 0 && s.rng.Float64() < 0.2 {
		o.Client = 1
	}
	switch f := s.rng.Float64(); {
	case f < 0.15:
		o.Request, o.Method, o.BytesOut = 1, "POST", 120
	case f < 0.3:
		o.Request = 2
	}
	o.Sent = due + time.Duration(20_000+s.rng.ExpFloat64()*60_000)
	plan, stage := &s.buckets[o.Client], &s.buckets[2]
	planHas, stageHas := plan.has(o.Sent), stage.has(o.Sent)
	base := 9 + 14*math.Pow(min(1, sketchRate(due.Seconds())/1500), 2)
	took := base * math.Exp(0.42*s.rng.NormFloat64())
	o.Status, o.Outcome, o.BytesIn = 200, traffic.OK, 1800
	switch u := s.rng.Float64(); {
	case !planHas:
		o.Status, o.Outcome, o.Cause, o.Limit, o.BytesIn, took = 429, traffic.Throttled, traffic.RateLimit, traffic.UsagePlan, 31, 0.6+s.rng.ExpFloat64()*0.3
	case !stageHas:
		o.Status, o.Outcome, o.Cause, o.Limit, o.BytesIn, took = 429, traffic.Throttled, traffic.RateLimit, traffic.StageLimit, 31, 0.6+s.rng.ExpFloat64()*0.3
	case o.Request == 2 && u < 0.03:
		o.Status, o.Outcome = 404, traffic.ClientError
	case u < 0.0012:
		o.Status, o.Outcome, o.Cause, took = 502, traffic.IntegrationError, traffic.BackendFailure, 40
	case u < 0.0016:
		o.Status, o.Outcome, o.Cause, took = 504, traffic.IntegrationTimeout, traffic.BackendTimeout, 900
	}
	if o.Limit == traffic.NoLimit {
		plan.level--
		stage.level--
	}
	o.Done = o.Sent + time.Duration(took*1e6)
	o.FirstByte = o.Done
	return o
}

// realistic is the report of that run.
func realistic(t testing.TB) *Report {
	t.Helper()
	s := newSketch()
	rec := measure.NewRecorder(measure.Options{Names: []string{"list posts", "create post", "read post"}, Clients: []string{"free", "gold"}, Windows: s.windows, Span: 20 * time.Second, Planned: sketchPlanned})
	meter := pricing.NewMeter(nil)
	next := 0.0
	var seq uint64
	for next < 20 {
		o := s.observe(seq, time.Duration(next*1e9))
		rec.Observe(&o)
		meter.Observe(&o)
		next += 1 / sketchRate(next)
		seq++
	}
	r := &Report{
		Schema: SchemaName, Tool: Tool{Version: "0.1.0", Commit: "3f2a9c1", Go: "go1.26.8", OS: "linux", Arch: "amd64", CPUs: 2},
		Name: "quickstart", RunID: "20261122-130412-7f3a", Began: time.Date(2026, 11, 22, 13, 4, 12, 0, time.UTC), Mode: ModeRun, Loop: LoopOpen, Seed: 42,
		Target:  Target{Kind: "emulate", API: "posts", Stage: "prod", APIKind: "rest"},
		Command: "turnpike run examples/quickstart.yaml",
		Limits: []LimitInfo{
			{Limit: traffic.UsagePlan, Scope: "free", Rate: 150, Burst: 100}, {Limit: traffic.UsagePlan, Scope: "gold", Rate: 600, Burst: 300},
			{Limit: traffic.StageLimit, Scope: "prod", Rate: 700, Burst: 200, Whole: true}, {Limit: traffic.AccountLimit, Scope: "region", Rate: 10000, Burst: 5000, Whole: true},
		},
		Plan: PlanInfo{DurationS: 20, Count: seq, Arrivals: "even", MaxInFlight: 500},
		Method: []string{
			"Open loop: each request was sent when it was due, whatever the API did; latency counts from when it was due.",
			"Histograms hold microseconds with three significant digits: a percentile is at most 0.1% above the true one.",
			"Limits are enforced exactly, as one set of token buckets behind one lock; API Gateway's own enforcement is best effort.",
			"The backend is a mock with a latency distribution of its own; no function or network stands behind it.",
		},
		Scenario: "name: quickstart\ntarget: {emulate: posts.yaml, stage: prod}\ntraffic:\n  seed: 42\n  stages:\n    - {rate: 200/s, for: 5s}\n    - {ramp: 200/s..1500/s, for: 10s}\n    - {rate: 1500/s, for: 5s}\nclients:\n  - {name: free, share: 56%, api_key: REDACTED}\n  - {name: gold, share: 44%, api_key: REDACTED}\n",
	}
	for _, w := range s.windows {
		r.Plan.Windows = append(r.Plan.Windows, PlanWindow{Name: w.Name, FromS: w.From.Seconds(), ToS: w.To.Seconds(), Steady: w.Steady})
	}
	for i := range 101 {
		r.Plan.Curve = append(r.Plan.Curve, PlanPoint{AtS: float64(i) / 5, Rate: sketchRate(min(19.999, float64(i)/5))})
	}
	r.Summary = rec.Summary(measure.End{Planned: seq, Self: measure.Self{CPUSeconds: 6.2, MaxRSSBytes: 61 << 20, GCs: 18, GCPauseTotal: 2100 * time.Microsecond, GCPauseMax: 310 * time.Microsecond}})
	var err error
	if r.Cost, err = pricing.Compare(pricing.Embedded(), pricing.Config{Region: "eu-west-1"}, meter, 20*time.Second); err != nil {
		t.Fatalf("Compare: %v", err)
	}
	p99 := *r.Summary.Rows[0].Latency.P99
	r.Checks = []checks.Result{
		{Check: "p99 < 250ms", Observed: millis(p99), Bound: "< 250 ms", Margin: millis(250-p99) + " to spare", Passed: true, Line: 31, Metric: "p99", Op: "<", ObservedValue: &p99, BoundValue: 250, MarginRatio: ptr(1 - p99/250)},
		{Check: "errors < 1%", Observed: "0.08%", Bound: "< 1%", Margin: "0.92% to spare", Passed: true, Line: 32, Metric: "errors", Op: "<", ObservedValue: ptr(0.0008), BoundValue: 0.01, MarginRatio: ptr(0.92)},
		{Check: "throttled < 1% of client \"gold\"", Observed: "22.5%", Bound: "< 1%", Margin: "21.5% too much", Passed: false, Line: 33, Metric: "throttled", Of: "gold", Client: true, Op: "<", ObservedValue: ptr(0.225), BoundValue: 0.01, MarginRatio: ptr(-21.5)},
		{Check: "p99.9 of \"create post\" < 100ms during steady", Bound: "< 100 ms", Passed: false, Reason: "needs 10,000 requests, has 1,372", Line: 34, Metric: "p99.9", Of: "create post", During: "steady", Op: "<", BoundValue: 100},
		{Check: "monthly cost on http < 5000 USD", Observed: "$1,755.91", Bound: "< $5,000.00", Margin: "$3,244.09 to spare", Passed: true, Cost: true, Line: 35, Metric: "monthly cost", Op: "<", ObservedValue: ptr(1755.91), BoundValue: 5000, MarginRatio: ptr(0.65)},
	}
	r.Verdict = Verdict{Status: Fail, ExitCode: 99, Reasons: []string{"2 of 5 checks failed"}}
	r.Verdict.Sentence = Sentence(r)
	return r
}
