package runner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

func stagesOf(stages ...traffic.Stage) traffic.Config { return traffic.Config{Stages: stages} }

func constant(rate float64, d time.Duration) traffic.Stage {
	r := traffic.Rate(rate)
	return traffic.Stage{Rate: &r, For: d}
}

func ramp(from, to float64, d time.Duration) traffic.Stage {
	return traffic.Stage{Ramp: &traffic.Range{From: traffic.Rate(from), To: traffic.Rate(to)}, For: d}
}

func newPlan(t testing.TB, s traffic.Source) *traffic.Plan {
	t.Helper()
	p, err := traffic.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newAPI(t testing.TB, c gateway.Config, began time.Time) *gateway.API {
	t.Helper()
	api, err := gateway.New(c, gateway.Options{Seed: 7, Began: began})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func stageOf(t testing.TB, c gateway.Config, began time.Time) *gateway.Stage {
	t.Helper()
	s, ok := newAPI(t, c, began).Stage("prod")
	if !ok {
		t.Fatal("the API has no stage prod")
	}
	return s
}

func simulate(t testing.TB, s traffic.Source, m runner.Model, o runner.Options) []traffic.Observation {
	t.Helper()
	sink := runner.NewRecord(t)
	if err := runner.Simulate(t.Context(), newPlan(t, s), m, sink, o); err != nil {
		t.Fatal(err)
	}
	return sink.BySeq()
}

// emulate runs a source against the emulator in a bubble.
func emulate(t *testing.T, s traffic.Source, c gateway.Config, o runner.Options, http2 bool) (all []traffic.Observation) {
	p := newPlan(t, s)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		server := emulator.New(newAPI(t, c, began), c, emulator.Options{Annotate: true, Began: began})
		pipes := runner.NewPipes()
		done := make(chan struct{})
		go func() { defer close(done); server.Serve(pipes) }()
		sink := runner.NewRecord(t)
		err := runner.Run(t.Context(), p, runner.Target{URL: "http://api.test/prod", Dial: pipes.Dial, HTTP2: http2}, sink, o)
		if err != nil {
			t.Error(err)
		}
		pipes.Close()
		if err := server.Close(context.Background()); err != nil {
			t.Error(err)
		}
		<-done
		all = sink.BySeq()
	})
	return all
}

func throttle(rate float64, burst int64) *gateway.Throttle {
	return &gateway.Throttle{Rate: traffic.Rate(rate), Burst: burst}
}

// bucketAPI has one stage of 100/s, burst 50.
func bucketAPI(kind string) gateway.Config {
	return gateway.Config{Name: "bucket", Kind: kind,
		Stages: []gateway.StageConfig{{Name: "prod", Throttle: throttle(100, 50)}},
		Routes: []gateway.RouteConfig{{Route: "GET /x", Mock: &gateway.Mock{Body: "ok"}}}}
}

// plansAPI has everything that can refuse, and answers that take their time.
func plansAPI() gateway.Config {
	slow := &gateway.Mock{Body: "ok", Status: map[int]traffic.Percent{200: 90, 404: 5, 500: 5},
		Latency: gateway.Latency{Lognormal: &gateway.Lognormal{P50: 20 * time.Millisecond, P99: 300 * time.Millisecond}}}
	return gateway.Config{Name: "plans", Kind: "rest", Account: throttle(300, 40),
		Stages: []gateway.StageConfig{{Name: "prod", Throttle: throttle(120, 20),
			Methods: map[string]gateway.Throttle{"POST /posts": {Rate: 25, Burst: 5}}}},
		Routes: []gateway.RouteConfig{
			{Route: "GET /posts", APIKeyRequired: true, Mock: slow},
			{Route: "POST /posts", APIKeyRequired: true, Mock: slow},
			{Route: "GET /free/{id}", Mock: slow}},
		UsagePlans: []gateway.UsagePlan{
			{Name: "free", Throttle: throttle(30, 10), Quota: &gateway.Quota{Limit: 100, Period: "DAY"}, Keys: []gateway.Key{{Name: "f", Value: "free-key-0123456789abcdef"}}},
			{Name: "gold", Throttle: throttle(200, 50), Keys: []gateway.Key{{Name: "g", Value: "gold-key-0123456789abcdef"}}}}}
}

func plansSource(c traffic.Config) traffic.Source {
	return traffic.Source{Traffic: c,
		Clients: []traffic.Client{
			{Name: "free", Share: 60, APIKey: "free-key-0123456789abcdef"},
			{Name: "gold", Share: 30, APIKey: "gold-key-0123456789abcdef"},
			{Name: "stray", Share: 10, APIKey: "nobody's"}},
		Requests: []traffic.RequestSpec{
			{Name: "list", Weight: 6, Method: "GET", Path: "/posts"},
			{Name: "create", Weight: 2, Method: "POST", Path: "/posts", Body: "post {{seq}}"},
			{Name: "free", Weight: 2, Method: "GET", Path: "/free/{{seq}}"},
			{Name: "lost", Weight: 1, Method: "GET", Path: "/nowhere"}}}
}

func bucketSource() traffic.Source {
	return traffic.Source{Traffic: stagesOf(constant(200, 10*time.Second)),
		Requests: []traffic.RequestSpec{{Name: "x", Method: "GET", Path: "/x"}}}
}

// bucketCounts: 200/s for 10 s meet 50 tokens and 100 more a second. The last
// arrival is due at 9.995 s, when 50 + 999.5 have been there to be had: 1,049
// whole ones, one short of the 1,050 of ten full seconds.
var bucketCounts = map[traffic.Outcome]int{traffic.OK: 1049, traffic.Throttled: 951}

// TestSimulateAndRunAgree: in a bubble, a run against the emulator and a
// simulation against its gateway see the same of every single arrival.
func TestSimulateAndRunAgree(t *testing.T) {
	poisson := stagesOf(ramp(20, 600, 8*time.Second), constant(300, 4*time.Second))
	poisson.Arrivals, poisson.Seed = "poisson", 3
	crowded := runner.Options{MaxInFlight: 12}
	for _, tt := range []struct {
		name   string
		source traffic.Source
		api    gateway.Config
		o      runner.Options
		counts map[traffic.Outcome]int // where they are known by arithmetic
	}{
		{"REST, one bucket", bucketSource(), bucketAPI("rest"), runner.Options{}, bucketCounts},
		{"HTTP, one bucket", bucketSource(), bucketAPI("http"), runner.Options{}, bucketCounts},
		{"plans, even", plansSource(stagesOf(ramp(20, 600, 8*time.Second))), plansAPI(), runner.Options{}, nil},
		{"plans, poisson", plansSource(poisson), plansAPI(), runner.Options{}, nil},
		{"plans, poisson, crowded", plansSource(poisson), plansAPI(), crowded, nil},
	} {
		for name, http2 := range map[string]bool{"wire": false, "net-http": true} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				run := emulate(t, tt.source, tt.api, tt.o, http2)
				began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when bubbles begin
				compareRuns(t, run, simulate(t, tt.source, stageOf(t, tt.api, began), tt.o), tt.counts)
			})
		}
	}
}

// compareRuns compares arrival by arrival, and with what is known by arithmetic.
func compareRuns(t *testing.T, run, simulated []traffic.Observation, want map[traffic.Outcome]int) {
	if len(run) != len(simulated) {
		t.Fatalf("Run observed %d, Simulate %d", len(run), len(simulated))
	}
	counts := map[traffic.Outcome]int{}
	for i, r := range run {
		counts[r.Outcome]++
		if s := simulated[i]; !same(r, s) {
			t.Fatalf("arrival %d:\n     Run %+v\nSimulate %+v", i, r, s)
		}
	}
	t.Log(counts)
	for outcome, n := range want {
		if counts[outcome] != n {
			t.Errorf("%d %v, want %d", counts[outcome], outcome, n)
		}
	}
}

// same compares all but what a simulation can only estimate, and the cause of
// a 403 that the wire does not tell.
func same(run, simulated traffic.Observation) bool {
	if off := run.HeadIn - simulated.HeadIn; off < -60 || off > 60 {
		return false
	}
	if run.Cause == traffic.ForbiddenByAny && simulated.Cause == traffic.BadAPIKey {
		run.Cause = simulated.Cause
	}
	run.HeadIn, simulated.HeadIn = 0, 0
	return run == simulated
}
