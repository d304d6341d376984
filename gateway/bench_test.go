package gateway

import (
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// benchConfig is an API in which a request meets every kind of limit.
func benchConfig() Config {
	return Config{
		Kind:    "rest",
		Account: &Throttle{Rate: 1e6, Burst: 1e6},
		Stages:  []StageConfig{{Name: "prod", Throttle: &Throttle{Rate: 1e6, Burst: 1e6}, Methods: map[string]Throttle{"GET /posts": {Rate: 1e6, Burst: 1e6}}}},
		Routes: []RouteConfig{
			{Route: "GET /posts", APIKeyRequired: true, Mock: &Mock{Latency: Latency{Constant: 20 * time.Millisecond}, Body: `{"posts":[]}`}},
			{Route: "GET /posts/{id}", APIKeyRequired: true, Mock: &Mock{Latency: Latency{Lognormal: &Lognormal{P50: 20 * time.Millisecond, P99: 200 * time.Millisecond}},
				Status: map[int]traffic.Percent{200: 99, 500: 1}}},
			{Route: "POST /posts", Mock: &Mock{}},
			{Route: "ANY /{proxy+}", Mock: &Mock{}},
		},
		UsagePlans: []UsagePlan{{
			Name: "gold", Throttle: &Throttle{Rate: 1e6, Burst: 1e6}, Quota: &Quota{Limit: 1e12, Period: "MONTH"},
			Keys: []Key{{Name: "acme", Value: "0123456789abcdefghij"}, {Name: "other", Value: "0123456789abcdefghik"}},
		}},
	}
}

func benchStage(tb testing.TB, c Config) *Stage {
	tb.Helper()
	a, err := New(c, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	s, ok := a.Stage("")
	if !ok {
		tb.Fatal("the API has no stage")
	}
	return s
}

func BenchmarkServe(b *testing.B) {
	for _, bench := range []struct {
		name    string
		request traffic.Request
		want    traffic.Outcome
	}{
		{"literal", traffic.Request{Method: "GET", Path: "/posts", APIKey: "0123456789abcdefghij"}, traffic.OK},
		{"literal_unkeyed", traffic.Request{Method: "POST", Path: "/posts"}, traffic.OK},
		{"param_lognormal_mix", traffic.Request{Method: "GET", Path: "/posts/17", APIKey: "0123456789abcdefghij"}, traffic.OK},
		{"greedy", traffic.Request{Method: "GET", Path: "/static/css/site.css"}, traffic.OK},
		{"bad_key", traffic.Request{Method: "GET", Path: "/posts", APIKey: "0123456789abcdefghxx"}, traffic.AuthDenied},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := benchStage(b, benchConfig())
			now := time.Duration(0)
			b.ReportAllocs()
			for b.Loop() {
				now += 2 * time.Microsecond
				if resp := s.Serve(now, &bench.request); resp.Outcome != bench.want && resp.Status != 500 {
					b.Fatalf("Serve = %v, want %v", resp.Outcome, bench.want)
				}
			}
		})
	}
}
