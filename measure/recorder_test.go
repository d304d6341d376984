package measure

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turnpike-perf/turnpike/traffic"
	"pgregory.net/rapid"
)

// observation draws any observation that a runner may hand over.
func observation(rt *rapid.T, span time.Duration) traffic.Observation {
	instant := func(label string, most time.Duration) time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(most)).Draw(rt, label))
	}
	o := traffic.Observation{Outcome: traffic.Outcome(rapid.IntRange(0, traffic.NumOutcomes-1).Draw(rt, "outcome"))}
	o.Due = instant("due", span)
	o.Request, o.Client = rapid.IntRange(0, 3).Draw(rt, "request"), rapid.IntRange(-1, 1).Draw(rt, "client")
	if o.Outcome != traffic.NotSent && rapid.IntRange(0, 9).Draw(rt, "sent") > 0 {
		o.Sent = o.Due + 1 + instant("lag", 20*time.Millisecond)
		o.Done = o.Sent + instant("service", rapid.SampledFrom([]time.Duration{time.Millisecond, 10 * time.Second, 2 * time.Hour}).Draw(rt, "scale"))
	}
	if o.Outcome.Refused() {
		o.Limit = traffic.Limit(rapid.IntRange(1, traffic.NumLimits-1).Draw(rt, "limit"))
	}
	if o.Sent > 0 && answered(o.Outcome) {
		o.Status = rapid.SampledFrom([]int{200, 201, 404, 429, 500}).Draw(rt, "status")
		o.BytesIn = 100
	}
	return o
}

func options(span time.Duration) Options {
	return Options{Names: []string{"a", "b", "c"}, Clients: []string{"gold", "free"}, Span: span, Windows: []traffic.Window{
		{Name: "ramp", From: 0, To: span / 4}, {Name: "flat", From: span / 4, To: span / 2, Steady: true}, {Name: "end", From: span / 2, To: span - 1, Steady: true}}}
}

func asJSON(t interface{ Fatal(...any) }, s Summary) string {
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Recorders merged in any order and grouping give what one gives that
// observed everything, in whatever order it came.
func TestMergeEqualsFeedingOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		span := 20 * time.Second
		reach := rapid.SampledFrom([]time.Duration{span, span, span, span, 10 * span, 10 * span, 10 * span, 10 * span, 10 * span, 5000 * time.Hour}).Draw(rt, "reach") // beyond the plan: the series coarsens
		n := rapid.IntRange(0, 60).Draw(rt, "n")
		obs := make([]traffic.Observation, n)
		for i := range obs {
			obs[i] = observation(rt, reach)
		}
		feed := func(obs []traffic.Observation) *Recorder {
			r := NewRecorder(options(span))
			for i := range obs {
				r.Observe(&obs[i])
			}
			return r
		}
		x, y := rapid.IntRange(0, n).Draw(rt, "x"), 0
		y = rapid.IntRange(x, n).Draw(rt, "y")
		want := feed(obs).Summary(End{})

		left := feed(obs[:x]) // (a+b)+c
		left.Merge(feed(obs[x:y]))
		left.Merge(feed(obs[y:]))
		right := feed(obs[y:]) // c+(b+a)
		tail := feed(obs[x:y])
		tail.Merge(feed(obs[:x]))
		right.Merge(tail)
		back := slices.Clone(obs)
		slices.Reverse(back)
		for name, r := range map[string]*Recorder{"(a+b)+c": left, "c+(b+a)": right, "backwards": feed(back)} {
			if got := r.Summary(End{}); !reflect.DeepEqual(want, got) {
				rt.Fatalf("%s differs from feeding one (-one +it):\n%s", name, cmp.Diff(asJSON(rt, want), asJSON(rt, got)))
			}
			if p, q := r.Progress(), feed(obs).Progress(); !cmp.Equal(p, q) {
				rt.Fatalf("%s: Progress() = %+v, want %+v", name, p, q)
			}
		}
	})
}

// Nothing is lost or counted twice: names, clients, windows and the series each sum to the whole.
func TestEverythingAddsUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		span := 20 * time.Second
		r := NewRecorder(options(span))
		n := rapid.IntRange(1, 80).Draw(rt, "n")
		withClient := uint64(0)
		for range n {
			o := observation(rt, span)
			r.Observe(&o)
			if o.Client >= 0 {
				withClient++
			}
		}
		s := r.Summary(End{})
		if got := s.Counts.Sent + s.Counts.NotSent; got != uint64(n) || s.Counts.Planned != uint64(n) {
			rt.Fatalf("sent + not sent = %d, planned %d, want %d", got, s.Counts.Planned, n)
		}
		sum := func(rows []Row) (due uint64) {
			for _, row := range rows {
				due += row.Counts.Sent + row.Counts.NotSent
			}
			return due
		}
		if got := sum(s.Rows[1:]); got != uint64(n) {
			rt.Errorf("the names' rows sum to %d, want %d", got, n)
		}
		if got := sum(s.Clients); got != withClient {
			rt.Errorf("the clients' rows sum to %d, want %d", got, withClient)
		}
		var series, outcomes, windows uint64
		for _, p := range s.Series {
			series += p.Sent + p.NotSent
			for _, n := range p.Outcomes {
				outcomes += n
			}
		}
		if series != uint64(n) || outcomes != uint64(n) {
			rt.Errorf("the series sums to %d arrivals and %d outcomes, want %d", series, outcomes, n)
		}
		for _, w := range s.Windows[:2] {
			windows += sum(w.Rows[:1])
		}
		if steady := s.Windows[3]; steady.Name != Steady || sum(steady.Rows[:1]) != sum(s.Windows[1].Rows[:1])+sum(s.Windows[2].Rows[:1]) {
			rt.Errorf("steady is not the sum of its stages")
		}
		if windows > uint64(n) {
			rt.Errorf("windows sum to %d of %d", windows, n)
		}
		if last := s.Series[len(s.Series)-1]; last.InFlight != int64(s.Counts.Sent-s.Counts.Done) {
			rt.Errorf("%d in flight at the end, want %d", last.InFlight, s.Counts.Sent-s.Counts.Done)
		}
	})
}

// Percentiles against the sorted sample itself.
func TestPercentilesAgainstTheSample(t *testing.T) {
	obs := load(200_000, 5000, 3, 0)
	r := NewRecorder(Options{Names: names(3), Span: 40 * time.Second})
	exact := map[int][]float64{}
	refused := []float64{}
	for i := range obs {
		o := &obs[i]
		r.Observe(o)
		if o.Outcome.Refused() {
			refused = append(refused, ms(o.Done-o.Sent))
			continue
		}
		exact[0] = append(exact[0], ms(o.Done-o.Due))
		exact[o.Request+1] = append(exact[o.Request+1], ms(o.Done-o.Due))
	}
	s := r.Summary(End{})
	for i, row := range s.Rows {
		compare(t, row.Name, row.Latency, exact[i])
	}
	compare(t, "refused", s.Rows[0].Refused, refused)
	for _, c := range s.Rows[0].Curve {
		rank := int(math.Ceil(c.Percentile / 100 * float64(len(exact[0]))))
		at := exact[0][min(max(rank, 1), len(exact[0]))-1]
		if c.Percentile > 0 && (c.MS < at*.999-.001 || c.MS > at*1.003+.001) {
			t.Errorf("curve at %.4f %% = %v ms, the sample has %v ms", c.Percentile, c.MS, at)
		}
		if !Supports(c.Percentile/100, uint64(len(exact[0]))) {
			t.Errorf("curve goes to %v %%, beyond what %d support", c.Percentile, len(exact[0]))
		}
	}
	if n := len(s.Rows[0].Curve); n < 30 {
		t.Errorf("curve has %d points", n)
	}
}

// compare wants q within 0.1 % or a microsecond of the sample's own quantiles, the
// rank being rounded either way.
func compare(t *testing.T, what string, q Quantiles, sample []float64) {
	t.Helper()
	slices.Sort(sample)
	n := len(sample)
	if int(q.Count) != n || q.MinMS != sample[0] || q.MaxMS != sample[n-1] {
		t.Errorf("%s: count, min, max = %d, %v, %v, want %d, %v, %v", what, q.Count, q.MinMS, q.MaxMS, n, sample[0], sample[n-1])
	}
	sum := 0.0
	for _, v := range sample {
		sum += v
	}
	if mean := sum / float64(n); math.Abs(q.MeanMS-mean) > 1e-9*mean {
		t.Errorf("%s: mean = %v, want %v", what, q.MeanMS, mean)
	}
	for _, p := range []struct {
		q   float64
		got *float64
	}{{.5, q.P50}, {.9, q.P90}, {.95, q.P95}, {.99, q.P99}, {.999, q.P999}, {.9999, q.P9999}} {
		if float64(n)*(1-p.q) < 10-1e-6 {
			if p.got != nil {
				t.Errorf("%s: p%v = %v of %d samples, want none", what, 100*p.q, *p.got, n)
			}
			continue
		}
		low := sample[max(0, int(math.Floor(p.q*float64(n)))-1)]
		high := sample[min(n-1, int(math.Ceil(p.q*float64(n))))]
		if p.got == nil || *p.got < low-.001 || *p.got > high*1.001+.001 {
			t.Errorf("%s: p%v = %v, the sample has %v..%v", what, 100*p.q, p.got, low, high)
		}
	}
}

func TestNeeds(t *testing.T) {
	for q, want := range map[float64]uint64{0: 10, .5: 10, .9: 100, .95: 200, .99: 1000, .999: 10_000, .9999: 100_000} {
		if got := Needs(q); got != want {
			t.Errorf("Needs(%v) = %d, want %d", q, got, want)
		}
		if Supports(q, want-1) || !Supports(q, want) {
			t.Errorf("Supports(%v, %d), Supports(%v, %d) = %v, %v", q, want-1, q, want, Supports(q, want-1), Supports(q, want))
		}
	}
}

// A generator that falls behind shows in latency and not in service.
func TestLatencyIsFromDue(t *testing.T) {
	r := NewRecorder(Options{Names: []string{"a"}, Span: time.Second})
	for i := range 1000 {
		due := time.Duration(i) * time.Millisecond
		r.Observe(&traffic.Observation{Arrival: traffic.Arrival{Due: due, Client: -1}, Sent: due + 40*time.Millisecond, Done: due + 45*time.Millisecond, Status: 200})
	}
	s := r.Summary(End{})
	if row := s.Rows[0]; row.Latency.MeanMS != 45 || row.Service.MeanMS != 5 || s.Lag.MeanMS != 40 {
		t.Errorf("latency, service, lag = %v, %v, %v ms, want 45, 5, 40", row.Latency.MeanMS, row.Service.MeanMS, s.Lag.MeanMS)
	}
	c := NewRecorder(Options{Names: []string{"a"}, Span: time.Second, Closed: true})
	c.Observe(&traffic.Observation{Arrival: traffic.Arrival{Client: -1}, Sent: 700 * time.Millisecond, Done: 705 * time.Millisecond, Status: 200})
	if s := c.Summary(End{}); s.Rows[0].Latency.MeanMS != 5 || s.Validity.Verdict != Valid || s.Lag.MaxMS != 0 {
		t.Errorf("closed loop: latency %v ms, lag %v ms, %+v; want 5, 0, VALID", s.Rows[0].Latency.MeanMS, s.Lag.MaxMS, s.Validity)
	}
}

func TestSummarySurvivesJSON(t *testing.T) {
	obs := load(20_000, 1000, 3, 2)
	r := NewRecorder(Options{Names: names(3), Clients: names(2), Windows: five(20 * time.Second), Span: 20 * time.Second})
	for i := range obs {
		r.Observe(&obs[i])
	}
	s := r.Summary(End{Self: Self{CPUSeconds: 1.5, GCPauseMax: time.Millisecond}})
	var back Summary
	if err := json.NewDecoder(bytes.NewBufferString(asJSON(t, s))).Decode(&back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, s), asJSON(t, back)); diff != "" {
		t.Error(diff)
	}
	for _, m := range Metrics() {
		v, ok, err := s.Value(m, "", "")
		bv, bok, berr := back.Value(m, "", "")
		if err != nil || berr != nil || v != bv || ok != bok {
			t.Errorf("Value(%q) = %v, %v, %v; of the saved %v, %v, %v", m, v, ok, err, bv, bok, berr)
		}
	}
}
