package runner_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

// tally is about the least that a sink can do.
type tally [traffic.NumOutcomes]uint64

func (t *tally) Observe(o *traffic.Observation) { t[o.Outcome]++ }

// benchAPI passes every request through three buckets: usage plan, stage, account.
func benchAPI(latency gateway.Latency) gateway.Config {
	const many = 8_000_000
	return gateway.Config{Name: "bench", Kind: "rest", Account: throttle(many, many),
		Stages:     []gateway.StageConfig{{Name: "prod", Throttle: throttle(many, many)}},
		Routes:     []gateway.RouteConfig{{Route: "GET /posts", APIKeyRequired: true, Mock: &gateway.Mock{Body: "ok", Latency: latency}}},
		UsagePlans: []gateway.UsagePlan{{Name: "gold", Throttle: throttle(many/2, many/2), Keys: []gateway.Key{{Name: "g", Value: "gold-key-0123456789abcdef"}}}}}
}

// BenchmarkSimulate is one arrival an operation: plan, gateway with account,
// stage and plan, and the runner's own share.
func BenchmarkSimulate(b *testing.B) {
	for _, bench := range []struct {
		name     string
		latency  gateway.Latency
		inFlight int
	}{
		{"latency=0", gateway.Latency{}, 0},
		{"latency=20ms", gateway.Latency{Constant: 20 * time.Millisecond}, 200_000},
		{"lognormal", gateway.Latency{Lognormal: &gateway.Lognormal{P50: 20 * time.Millisecond, P99: 90 * time.Millisecond}}, 1_000_000},
		{"saturated", gateway.Latency{Lognormal: &gateway.Lognormal{P50: 20 * time.Millisecond, P99: 90 * time.Millisecond}}, 1000},
	} {
		b.Run(bench.name, func(b *testing.B) {
			stage := stageOf(b, benchAPI(bench.latency), time.Unix(0, 0))
			c := stagesOf(constant(5_000_000, 1000*time.Hour))
			c.MaxRequests = uint64(b.N)
			p := newPlan(b, traffic.Source{Traffic: c,
				Clients:  []traffic.Client{{Name: "gold", Share: 100, APIKey: "gold-key-0123456789abcdef"}},
				Requests: []traffic.RequestSpec{{Name: "list", Method: "GET", Path: "/posts"}}})
			var sink tally
			b.ReportAllocs()
			b.ResetTimer()
			if err := runner.Simulate(b.Context(), p, stage, &sink, runner.Options{MaxInFlight: bench.inFlight}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
		})
	}
}

// BenchmarkRun is one request an operation over loopback, closed loop, to a
// net/http server in the same process.
func BenchmarkRun(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	defer server.Close()
	for _, bench := range []struct {
		name    string
		request traffic.RequestSpec
	}{
		{"shared", traffic.RequestSpec{Name: "x", Method: "GET", Path: "/x"}},
		{"rendered", traffic.RequestSpec{Name: "x", Method: "GET", Path: "/x/{{seq}}", Headers: map[string]string{"X-Id": "{{uuid}}"}}},
	} {
		for _, engine := range []string{"wire", "net-http"} {
			b.Run(bench.name+"/"+engine, func(b *testing.B) {
				p := newPlan(b, traffic.Source{Traffic: traffic.Config{Concurrency: 64, MaxRequests: uint64(b.N)},
					Requests: []traffic.RequestSpec{bench.request}})
				target := runner.Target{URL: server.URL, HTTP2: engine == "net-http"}
				var sink tally
				b.ReportAllocs()
				b.ResetTimer()
				if err := runner.Run(b.Context(), p, target, &sink, runner.Options{}); err != nil {
					b.Fatal(err)
				}
				if sink[traffic.OK] != uint64(b.N) {
					b.Fatalf("%v of %d ok", sink, b.N)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
			})
		}
	}
}

// BenchmarkOpenLoop is five seconds at 5,000/s over loopback, whatever b.N is:
// how late the generator is while it shares its cores with the server.
func BenchmarkOpenLoop(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	defer server.Close()
	for range b.N {
		sink := runner.NewRecord(b)
		p := newPlan(b, traffic.Source{Traffic: stagesOf(constant(5000, 5*time.Second)), Requests: []traffic.RequestSpec{{Name: "x", Method: "GET", Path: "/x"}}})
		if err := runner.Run(b.Context(), p, runner.Target{URL: server.URL}, sink, runner.Options{}); err != nil {
			b.Fatal(err)
		}
		all := sink.BySeq()
		lags := make([]time.Duration, len(all))
		for i := range all {
			lags[i] = all[i].Lag()
		}
		slices.Sort(lags)
		b.ReportMetric(float64(lags[len(lags)/2].Microseconds()), "lag-p50-µs")
		b.ReportMetric(float64(lags[len(lags)*99/100].Microseconds()), "lag-p99-µs")
		b.ReportMetric(float64(sink.Count(traffic.OK)), "ok")
	}
}
