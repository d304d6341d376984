package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// load returns n observations at a rate per second: lognormal latencies, four outcomes.
func load(n int, rate float64, names, clients int) []traffic.Observation {
	r := rand.New(rand.NewPCG(1, 2))
	obs := make([]traffic.Observation, n)
	for i := range obs {
		o := &obs[i]
		o.Seq, o.Due = uint64(i), time.Duration(float64(i)/rate*1e9)
		o.Request, o.Client = r.IntN(names), -1
		if clients > 0 {
			o.Client = r.IntN(clients)
		}
		o.Sent = o.Due + 1 + time.Duration(r.ExpFloat64()*50e3)
		o.Done = o.Sent + time.Duration(20e6*math.Exp(.4*r.NormFloat64()))
		o.Status, o.BytesIn = 200, 512
		switch p := r.Float64(); {
		case p < .1:
			o.Outcome, o.Cause, o.Limit, o.Status, o.Done = traffic.Throttled, traffic.RateLimit, traffic.StageLimit, 429, o.Sent+time.Duration(5e5*(1+r.Float64()))
		case p < .12:
			o.Outcome, o.Status = traffic.IntegrationError, 502
		case p < .15:
			o.Outcome, o.Status = traffic.ClientError, 404
		}
	}
	return obs
}

func names(n int) (ns []string) {
	for i := range n {
		ns = append(ns, fmt.Sprintf("request %d", i))
	}
	return ns
}

func five(span time.Duration) (ws []traffic.Window) {
	for i := range time.Duration(5) {
		ws = append(ws, traffic.Window{Name: fmt.Sprintf("stage %d", i), From: i * span / 5, To: (i + 1) * span / 5, Steady: i%2 == 1})
	}
	return ws
}

func BenchmarkObserve(b *testing.B) {
	for _, clients := range []int{0, 3} {
		b.Run(fmt.Sprintf("10 names, %d clients", clients), func(b *testing.B) {
			const n = 1 << 18
			span := time.Duration(n / 5000.0 * 1e9)
			obs := load(n, 5000, 10, clients)
			r := NewRecorder(Options{Names: names(10), Clients: names(clients), Windows: five(span), Span: span})
			for i := range obs {
				r.Observe(&obs[i])
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				r.Observe(&obs[i&(n-1)])
				i++
			}
		})
	}
}

func BenchmarkSummary(b *testing.B) {
	obs := load(300_000, 5000, 10, 3)
	r := NewRecorder(Options{Names: names(10), Clients: names(3), Windows: five(time.Minute), Span: time.Minute})
	for i := range obs {
		r.Observe(&obs[i])
	}
	for b.Loop() {
		r.Summary(End{})
	}
}

// What a recorder takes does not depend on how long the run is: ten times the
// observations of the same kind take little more, and the rest is bounded.
func TestMemory(t *testing.T) {
	measure := func(seconds int) int {
		span := time.Duration(seconds) * time.Second
		obs := load(seconds*2000, 2000, 10, 0)
		r := NewRecorder(Options{Names: names(10), Windows: five(span), Span: span})
		for i := range obs {
			r.Observe(&obs[i])
		}
		cells := 0
		for _, c := range r.cells {
			if c != nil {
				cells++
			}
		}
		t.Logf("10 names x 4 outcomes x 5 windows, %d s at 2,000/s: %d cells, %.2f MB, of which the series %.2f MB",
			seconds, cells, float64(r.Memory())/1e6, float64(r.series.bytes())/1e6)
		return r.Memory() - r.series.bytes()
	}
	short, long := measure(20), measure(400)
	if long > 2*short || long > 10e6 {
		t.Errorf("cells take %d bytes after 20 s and %d after 400 s", short, long)
	}
}
