package runner

import (
	"context"
	"io"
	"net"
	"net/http"
	"sort"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// planOf makes a plan, of one GET of /x unless requests are given.
func planOf(t testing.TB, c traffic.Config, requests ...traffic.RequestSpec) *traffic.Plan {
	t.Helper()
	if len(requests) == 0 {
		requests = []traffic.RequestSpec{{Name: "x", Method: "GET", Path: "/x"}}
	}
	p, err := traffic.NewPlan(traffic.Source{Traffic: c, Requests: requests})
	if err != nil {
		t.Fatalf("NewPlan: %v", err)
	}
	return p
}

// steady is so many arrivals a second, for so long.
func steady(rate float64, d time.Duration) traffic.Config {
	r := traffic.Rate(rate)
	return traffic.Config{Stages: []traffic.Stage{{Rate: &r, For: d}}}
}

// record is a sink that keeps everything.
type record struct {
	mu  sync.Mutex // held to show that no two calls overlap
	all []traffic.Observation
	t   testing.TB
}

func (r *record) Observe(o *traffic.Observation) {
	if !r.mu.TryLock() {
		r.t.Error("Observe called by two goroutines at once")
		return
	}
	defer r.mu.Unlock()
	r.all = append(r.all, *o)
}

// bySeq returns the observations by sequence number, after checking that there
// is exactly one for each number from 0.
func (r *record) bySeq() []traffic.Observation {
	r.t.Helper()
	sort.Slice(r.all, func(i, j int) bool { return r.all[i].Seq < r.all[j].Seq })
	for i := range r.all {
		if r.all[i].Seq != uint64(i) {
			r.t.Fatalf("observation %d of %d is arrival %d's: want exactly one an arrival", i, len(r.all), r.all[i].Seq)
		}
	}
	return r.all
}

func (r *record) count(o traffic.Outcome) (n int) {
	for i := range r.all {
		if r.all[i].Outcome == o {
			n++
		}
	}
	return n
}

// pipes is a listener of in-memory connections, for bubbles.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve serves h over pipes until the test ends, and returns the way there.
func serve(t *testing.T, h http.HandlerFunc) Target {
	l := newPipes()
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-done })
	return Target{URL: "http://api.test/prod", Dial: l.dial}
}

// A server serves h in the bubble, and returns the way there on one engine.
type server func(h http.HandlerFunc) Target

// onEngines runs a test in a bubble on each engine. Where HTTP/2 is asked for
// it is net/http's, also if the server does not speak it.
func onEngines(t *testing.T, test func(t *testing.T, serve server)) {
	for name, http2 := range engines {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test(t, func(h http.HandlerFunc) Target {
					target := serve(t, h)
					target.HTTP2 = http2
					return target
				})
			})
		})
	}
}

var engines = map[string]bool{"wire": false, "net-http": true}

// after answers after d, or not if the client leaves first.
func after(d time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			io.WriteString(w, "ok")
		case <-r.Context().Done():
		}
	}
}
