package gateway

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turnpike-perf/turnpike/traffic"
)

const annKey = "ann-0123456789-0123456789"

// limited is an API in which every limit can refuse.
func limited(k kind, throttles [4]Throttle, quota int64) Config {
	c := Config{Kind: string(k), Account: &throttles[0], Stages: []StageConfig{{Name: "v1", Throttle: &throttles[1]}},
		Routes: []RouteConfig{
			{Route: "GET /keyed", APIKeyRequired: k == REST, Mock: &Mock{Latency: Latency{Uniform: &Spread{Max: time.Second}}, Status: map[int]traffic.Percent{200: 80, 429: 10, 500: 10}}},
			{Route: "GET /open/{id}", Mock: &Mock{Body: "body"}},
		}}
	if k == REST {
		c.Stages[0].Methods = map[string]Throttle{"GET /open/{id}": throttles[2]}
		c.UsagePlans = []UsagePlan{{Name: "free", Throttle: &throttles[3], Quota: &Quota{Limit: quota, Period: "DAY"}, Keys: []Key{{Name: "ann", Value: annKey}}}}
	}
	return c
}

func drawThrottle(t *rapid.T, name string, top Throttle) Throttle {
	return Throttle{Rate: traffic.Rate(rapid.IntRange(0, int(top.Rate)).Draw(t, name+" rate")), Burst: int64(rapid.IntRange(0, int(top.Burst)).Draw(t, name+" burst"))}
}

var anyRequest = rapid.Custom(func(t *rapid.T) *traffic.Request {
	return &traffic.Request{
		Method: rapid.SampledFrom([]string{"GET", "HEAD", "PUT"}).Draw(t, "method"),
		Path:   rapid.SampledFrom([]string{"/keyed", "/keyed", "/open/1", "/open", "/"}).Draw(t, "path"),
		APIKey: rapid.SampledFrom([]string{annKey, annKey, "", "wrong"}).Draw(t, "key"),
	}
})

// TestServeLaws: every request gets one decision, consistent in itself, and
// Serve and Decide give the same to the same requests in the same order.
func TestServeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]kind{REST, HTTP}).Draw(t, "kind")
		account := drawThrottle(t, "account", Throttle{Rate: 50, Burst: 20})
		throttles := [4]Throttle{account, drawThrottle(t, "stage", account), drawThrottle(t, "method", account), drawThrottle(t, "plan", account)}
		c := limited(k, throttles, int64(rapid.IntRange(1, 30).Draw(t, "quota")))
		one, twin := lawStage(t, c), lawStage(t, c)
		now := time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			now += time.Duration(rapid.IntRange(0, 100).Draw(t, "gap")) * time.Millisecond
			r := anyRequest.Draw(t, "request")
			a, d := one.Serve(now, r), twin.Decide(now, r)
			if got, want := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", d.Response); got != want {
				t.Fatalf("Serve(%v) = %s, Decide gives %s", now, got, want)
			}
			consistent(t, k, r, a)
		}
	})
}

func lawStage(t *rapid.T, c Config) *Stage {
	a, err := New(c, Options{Seed: 3})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	s, _ := a.Stage("")
	return s
}

// consistent checks an answer's parts against each other.
func consistent(t *rapid.T, k kind, r *traffic.Request, a traffic.Response) {
	refused := a.Outcome.Refused()
	switch {
	case refused != (a.Limit != traffic.NoLimit):
		t.Fatalf("%+v: outcome and limit disagree", a)
	case refused && a.Status != 429:
		t.Fatalf("%+v: refused without 429", a)
	case (a.Outcome == traffic.QuotaExceeded) != (a.Limit == traffic.UsagePlanQuota):
		t.Fatalf("%+v: outcome and limit disagree about the quota", a)
	case int(a.Size) != len(a.Body):
		t.Fatalf("%+v: size is not that of the body", a)
	case r.Method == "HEAD" && len(a.Body) > 0:
		t.Fatalf("%+v: HEAD has a body", a)
	case a.Latency < 0 || a.Latency > k.maxTimeout():
		t.Fatalf("%+v: latency out of bounds", a)
	case a.Outcome == traffic.OK && a.Status >= 400:
		t.Fatalf("%+v: ok with an error's status", a)
	}
}

// TestAnswersStayAsTheyAre: what a client does to an answer to HEAD or to its
// struct never reaches the next answer.
func TestAnswersStayAsTheyAre(t *testing.T) {
	s := benchStage(t, benchConfig())
	get := &traffic.Request{Method: "GET", Path: "/posts", APIKey: "0123456789abcdefghij"}
	first := s.Serve(0, get)
	s.Serve(0, &traffic.Request{Method: "HEAD", Path: "/posts", APIKey: get.APIKey})
	second := s.Serve(0, get)
	if first.Size == 0 || !bytes.Equal(first.Body, second.Body) || first.Size != second.Size {
		t.Errorf("Serve = %q (%d bytes), then %q (%d bytes)", first.Body, first.Size, second.Body, second.Size)
	}
}

// TestDrawsFollowTheirDistributions compares large samples with what the
// definition asks for.
func TestDrawsFollowTheirDistributions(t *testing.T) {
	const n = 200_000
	ms := time.Millisecond
	for _, test := range []struct {
		name     string
		latency  Latency
		p50, p99 time.Duration
	}{
		{"constant", Latency{Constant: 7 * ms}, 7 * ms, 7 * ms},
		{"uniform", Latency{Uniform: &Spread{Min: 10 * ms, Max: 110 * ms}}, 60 * ms, 109 * ms},
		{"lognormal", Latency{Lognormal: &Lognormal{P50: 20 * ms, P99: 200 * ms}}, 20 * ms, 200 * ms},
		{"empirical", Latency{Empirical: []time.Duration{1 * ms, 2 * ms, 3 * ms}}, 2 * ms, 3 * ms},
	} {
		m, err := newMock(&Mock{Latency: test.latency, Status: map[int]traffic.Percent{200: 90, 404: 7.5, 500: 2.5}}, REST, "", time.Hour, traffic.Response{})
		if err != nil {
			t.Fatal(err)
		}
		d := draws{seed: hashSeed(1, test.name)}
		times, statuses := make([]time.Duration, n), make(map[int]int)
		for i := range n {
			resp := m.answer(d.next())
			times[i] = resp.Latency
			statuses[resp.Status]++
		}
		slices.Sort(times)
		for _, q := range []struct {
			at   float64
			want time.Duration
		}{{0.5, test.p50}, {0.99, test.p99}} {
			if got := times[int(q.at*n)]; math.Abs(float64(got-q.want)) > 0.03*float64(q.want) {
				t.Errorf("%s: quantile %v = %v, want %v within 3%%", test.name, q.at, got, q.want)
			}
		}
		for status, want := range map[int]float64{200: 0.9, 404: 0.075, 500: 0.025} {
			if got := float64(statuses[status]) / n; math.Abs(got-want) > 0.003 {
				t.Errorf("%s: share of %d = %.4f, want %.4f within 0.003", test.name, status, got, want)
			}
		}
	}
}

// TestLatencyEnds: the ends of a draw's range stay within the distribution.
func TestLatencyEnds(t *testing.T) {
	for _, l := range []Latency{{Uniform: &Spread{Min: 5, Max: 9}}, {Lognormal: &Lognormal{P50: 1, P99: 1 << 40}}, {Empirical: []time.Duration{1, 2}}, {File: "latencies.txt"}} {
		built, err := newLatency(&l, "testdata")
		if err != nil {
			t.Fatal(err)
		}
		low, high := built.at(0), built.at(math.MaxUint64)
		if low < 0 || high < low {
			t.Errorf("%+v: at(0) = %v, at(max) = %v, want 0 <= at(0) <= at(max)", l, low, high)
		}
	}
}

// TestServeConcurrently: many goroutines together are admitted exactly what the
// limits hold, and each answer's draw is used once.
func TestServeConcurrently(t *testing.T) {
	c := limited(REST, [4]Throttle{{1000, 1000}, {100, 90}, {50, 50}, {70, 70}}, 60)
	s := benchStage(t, c)
	const workers, each = 8, 50
	var wg sync.WaitGroup
	counts := make([][traffic.NumLimits]int, workers)
	for w := range workers {
		wg.Go(func() {
			for range each {
				counts[w][s.Serve(0, &traffic.Request{Method: "GET", Path: "/keyed", APIKey: annKey}).Limit]++
				counts[w][s.Serve(0, &traffic.Request{Method: "GET", Path: "/open/1"}).Limit]++
			}
		})
	}
	wg.Wait()
	var total [traffic.NumLimits]int
	for _, count := range counts {
		for l, n := range count {
			total[l] += n
		}
	}
	// The quota of 60 holds /keyed, before the plan's 70 is used up; the method's 50 holds /open.
	want := [traffic.NumLimits]int{traffic.NoLimit: 110, traffic.UsagePlanQuota: 340, traffic.MethodLimit: 350}
	if total != want {
		t.Errorf("answers by limit = %v, want %v", total, want)
	}
	if got := s.router.literals["/keyed"].methods[0].draws.count.Load(); got != 60 {
		t.Errorf("draws of /keyed = %d, want 60, one for each request that was served", got)
	}
}

// TestServeDoesNotAllocate holds the fast path to its promise.
func TestServeDoesNotAllocate(t *testing.T) {
	s := benchStage(t, benchConfig())
	for _, path := range []string{"/posts", "/posts/17", "/static/a/b", "/posts/"} {
		r := &traffic.Request{Method: "GET", Path: path, APIKey: "0123456789abcdefghij", Header: []traffic.Field{{Name: "Accept", Value: "*/*"}}}
		now := time.Duration(0)
		if n := testing.AllocsPerRun(100, func() { now += time.Microsecond; s.Serve(now, r) }); n != 0 {
			t.Errorf("Serve of %s allocates %v times, want 0", path, n)
		}
	}
}
