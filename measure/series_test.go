package measure

import (
	"bytes"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/turnpike-perf/turnpike/traffic"
)

func TestInterval(t *testing.T) {
	for span, want := range map[time.Duration]time.Duration{
		0: time.Second, 20 * time.Second: time.Second, 2 * time.Hour: time.Second, 2*time.Hour + 1: 2 * time.Second,
		24 * time.Hour: 15 * time.Second, 730 * time.Hour: 10 * time.Minute, 20000 * time.Hour: 4 * time.Hour} {
		if got := interval(span); got != want {
			t.Errorf("interval(%v) = %v, want %v", span, got, want)
		}
	}
}

// What is due in one interval and done in another counts in each as documented.
func TestPointsByDueAndByDone(t *testing.T) {
	s := time.Second
	r := NewRecorder(Options{Names: []string{"a"}, Span: 4 * s, Planned: func(from, to time.Duration) float64 { return 2 * (to - from).Seconds() }})
	at := func(due, sent, done time.Duration, o traffic.Outcome) {
		r.Observe(&traffic.Observation{Arrival: traffic.Arrival{Due: due, Client: -1}, Sent: sent, Done: done, Outcome: o})
	}
	at(s/2, s/2, 2*s+s/2, traffic.OK)    // due and sent in 0, done in 2
	at(s-1, s+1, s+2, traffic.Throttled) // due in 0, sent and done in 1
	at(s, 0, 0, traffic.NotSent)         // due in 1
	at(3*s, 3*s, 6*s, traffic.Timeout)   // done in 6, after the span
	ps := r.Summary(End{Elapsed: 7 * s}).Series
	want := []struct {
		sent, done, unsent uint64
		inFlight           int64
		planned            float64
	}{{2, 0, 0, 1, 2}, {0, 1, 1, 1, 2}, {0, 1, 0, 0, 2}, {1, 0, 0, 1, 2}, {0, 0, 0, 1, 0}, {0, 0, 0, 1, 0}, {0, 1, 0, 0, 0}}
	if len(ps) != len(want) {
		t.Fatalf("%d points, want %d", len(ps), len(want))
	}
	for i, w := range want {
		p := ps[i]
		if p.Sent != w.sent || p.Done != w.done || p.NotSent != w.unsent || p.InFlight != w.inFlight || p.Planned != w.planned {
			t.Errorf("point %d: %+v, want %+v", i, p, w)
		}
	}
	if ps[0].Outcomes["throttled"] != 1 || ps[0].Outcomes["ok"] != 1 || ps[3].Outcomes["timeout"] != 1 {
		t.Errorf("outcomes by due time: %v, %v", ps[0].Outcomes, ps[3].Outcomes)
	}
	if ps[1].MaxMS != nil || *ps[2].MaxMS != 2000 || *ps[6].MaxMS != 3000 {
		t.Errorf("maxima by completion: %v, %v, %v, want none (a refusal), 2000, 3000", ps[1].MaxMS, ps[2].MaxMS, ps[6].MaxMS)
	}
}

// A run that outlasts its series makes the intervals coarser, and loses nothing.
func TestSeriesIsBounded(t *testing.T) {
	r := NewRecorder(Options{Names: []string{"a"}, Span: 20 * time.Second})
	n := 3 * maxPoints
	for i := range n {
		due := time.Duration(i) * time.Second
		r.Observe(&traffic.Observation{Arrival: traffic.Arrival{Due: due, Client: -1}, Sent: due + 1, Done: due + 1e6, Status: 200})
	}
	s := r.Summary(End{})
	done := uint64(0)
	for _, p := range s.Series {
		done += p.Done
	}
	if s.IntervalS != 4 || len(s.Series) > maxPoints || done != uint64(n) {
		t.Errorf("%d points of %v s with %d done, want at most %d of 4 s with %d", len(s.Series), s.IntervalS, done, maxPoints, n)
	}
}

// hdrhistogram-go's own reader finds in the log what was recorded.
func TestHLogReadsBack(t *testing.T) {
	obs := load(100_000, 5000, 3, 0)
	r := NewRecorder(Options{Names: names(3), Span: 20 * time.Second})
	want := newDense()
	first := newDense()
	for i := range obs {
		o := &obs[i]
		r.Observe(o)
		if o.Outcome.Refused() {
			continue
		}
		v := micros(o.Latency())
		for _, h := range []*hdrhistogram.Histogram{want, first} {
			if h == want || o.Done < time.Second {
				if err := h.RecordValue(v); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var log bytes.Buffer
	began := time.Date(2026, 3, 1, 12, 0, 0, 250e6, time.UTC)
	if err := r.WriteHLog(&log, began); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes for %d intervals", log.Len(), len(r.series.points))
	reader := hdrhistogram.NewHistogramLogReader(&log)
	got := newDense()
	for i := 0; ; i++ {
		h, err := reader.NextIntervalHistogram()
		if err != nil {
			t.Fatal(err)
		}
		if h == nil {
			if i != len(r.series.points) {
				t.Errorf("%d intervals, want %d", i, len(r.series.points))
			}
			break
		}
		if at := began.Add(time.Duration(i) * time.Second).UnixMilli(); h.StartTimeMs() != at || h.EndTimeMs() != at+1000 {
			t.Errorf("interval %d is from %d to %d, want from %d for 1000", i, h.StartTimeMs(), h.EndTimeMs(), at)
		}
		if i == 0 && !h.Equals(first) {
			t.Error("the first interval differs from what was done in it")
		}
		if dropped := got.Merge(h); dropped != 0 {
			t.Errorf("interval %d: %d values out of range", i, dropped)
		}
	}
	for _, q := range []float64{0, 50, 90, 99, 99.9, 99.99, 100} {
		if got, want := got.ValueAtQuantile(q), want.ValueAtQuantile(q); got != want {
			t.Errorf("p%v read back = %d µs, want %d", q, got, want)
		}
	}
	if !got.Equals(want) {
		t.Error("the log's histogram differs")
	}
}
