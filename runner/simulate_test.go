package runner

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// model answers by a function of the instant.
type model func(now time.Duration) traffic.Response

func (m model) Serve(now time.Duration, _ *traffic.Request) traffic.Response { return m(now) }

func takes(d time.Duration) model {
	return func(time.Duration) traffic.Response {
		return traffic.Response{Status: 200, Size: 7, Latency: d, Header: []traffic.Field{{Name: "a", Value: "bc"}}}
	}
}

func simulate(t *testing.T, c traffic.Config, m Model, o Options) *record {
	t.Helper()
	sink := &record{t: t}
	if err := Simulate(t.Context(), planOf(t, c), m, sink, o); err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestSimulate(t *testing.T) {
	all := simulate(t, steady(100, 10*time.Second), takes(3*time.Millisecond), Options{}).bySeq()
	if len(all) != 1000 {
		t.Fatalf("%d observations, want 1000", len(all))
	}
	for _, o := range all {
		sent := max(1, o.Due)
		if o.Sent != sent || o.Done != o.Due+3*time.Millisecond || o.FirstByte != o.Done || o.BytesIn != 7 || o.Method != "GET" {
			t.Fatalf("observed %+v", o)
		}
	}
}

func TestSimulateTimeout(t *testing.T) {
	for took, want := range map[time.Duration]traffic.Outcome{
		time.Second: traffic.OK, time.Second + 1: traffic.Timeout, time.Hour: traffic.Timeout,
	} {
		for _, o := range simulate(t, steady(10, time.Second), takes(took), Options{Timeout: time.Second}).bySeq() {
			if o.Outcome != want || o.Latency() != time.Second || (o.Status == 0) != (want == traffic.Timeout) {
				t.Errorf("an answer after %v: observed %+v, want %v", took, o, want)
			}
		}
	}
}

func TestSimulateOverload(t *testing.T) {
	sink := simulate(t, steady(100, 10*time.Second), takes(995*time.Millisecond), Options{MaxInFlight: 30})
	for _, o := range sink.bySeq() {
		if sent := o.Due%time.Second < 300*time.Millisecond; sent != (o.Outcome == traffic.OK) || sent != (o.Sent > 0) {
			t.Fatalf("arrival due %v: %v, sent %v", o.Due, o.Outcome, o.Sent)
		}
	}
}

func TestSimulateClosedLoop(t *testing.T) {
	for _, tt := range []struct {
		took time.Duration
		want int
	}{{100 * time.Millisecond, 500}, {0, 500_000}} {
		c := traffic.Config{Concurrency: 5, For: 10 * time.Second}
		sink := simulate(t, c, takes(tt.took), Options{MaxInFlight: 1})
		if n := len(sink.bySeq()); n != tt.want {
			t.Errorf("clients of a model that takes %v sent %d, want %d", tt.took, n, tt.want)
		}
	}
	if n := len(simulate(t, traffic.Config{Concurrency: 5, MaxRequests: 17}, takes(0), Options{}).bySeq()); n != 17 {
		t.Errorf("%d sent, want 17", n)
	}
}

func TestSimulateEnds(t *testing.T) {
	stop := errors.New("spent")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx   context.Context
		guard Guard
		err   error
		want  int
	}{
		"interrupted":  {cancelled, Guard{}, ErrInterrupted, 0},
		"max requests": {t.Context(), Guard{MaxRequests: 17}, ErrStopped, 17},
		"max duration": {t.Context(), Guard{MaxDuration: time.Second}, ErrStopped, 100},
		"stop": {t.Context(), Guard{Stop: func(o *traffic.Observation) error {
			if o.Seq == 41 {
				return stop
			}
			return nil
		}}, stop, 42},
	} {
		for loop, c := range map[string]traffic.Config{
			"open":   steady(100, time.Minute),
			"closed": {Concurrency: 1, For: time.Minute},
		} {
			sink := &record{t: t}
			err := Simulate(tt.ctx, planOf(t, c), takes(10*time.Millisecond), sink, Options{Guard: tt.guard})
			if !errors.Is(err, tt.err) || len(sink.bySeq()) != tt.want {
				t.Errorf("%s, %s loop: %v after %d, want %v after %d", name, loop, err, len(sink.all), tt.err, tt.want)
			}
		}
	}
}
