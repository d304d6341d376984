package runner

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/turnpike-perf/turnpike/traffic"
)

// fake is an engine that answers each request after a time that is found from
// when it was sent, and counts how many are under way.
type fake struct {
	took      func(sent time.Duration) time.Duration
	now, most atomic.Int64
	closed    bool
}

type fakeLane struct {
	*fake
	clock
	ctx context.Context
}

func (f *fake) lane(ctx context.Context, c clock) lane { return &fakeLane{f, c, ctx} }
func (f *fake) close()                                 { f.closed = true }

func (l *fakeLane) exchange(_ int, r *traffic.Request, o *traffic.Observation) {
	o.Method = r.Method
	if l.ctx.Err() != nil {
		o.Outcome = traffic.Aborted
		return
	}
	l.most.Store(max(l.most.Load(), l.fake.now.Add(1)))
	defer l.fake.now.Add(-1)
	o.Sent = l.stamp()
	select {
	case <-time.After(l.took(o.Sent)):
		o.FirstByte, o.Status = l.stamp(), 200
	case <-l.ctx.Done():
		o.Outcome = traffic.Aborted
	}
	o.Done = l.stamp()
}

// Serve makes the same fake a model.
func (f *fake) Serve(now time.Duration, _ *traffic.Request) traffic.Response {
	return traffic.Response{Status: 200, Latency: f.took(max(1, now))}
}

// scatter returns times up to most that depend on the instant alone and look
// random, odd so that no end falls on an arrival.
func scatter(most time.Duration, seed uint64) func(time.Duration) time.Duration {
	return func(t time.Duration) time.Duration {
		x := (uint64(t)*0x9e3779b97f4a7c15 ^ seed) * 0xbf58476d1ce4e5b9
		x ^= x >> 31
		return time.Duration(x%uint64(most)) | 1
	}
}

// A trial is a run under random circumstances.
type trial struct {
	rate                         float64
	length, took                 time.Duration
	seed                         uint64
	inFlight                     int
	drain                        time.Duration
	interrupt, kill, maxDuration time.Duration // 0 = never
	maxRequests                  uint64
	clients                      int // closed loop if above 0
}

func drawTrial(t *rapid.T) (c trial) {
	ms := func(name string, least, most int64) time.Duration {
		return time.Duration(rapid.Int64Range(least, most).Draw(t, name))*time.Millisecond + 333*time.Microsecond
	}
	maybe := func(name string, most int64) time.Duration {
		if !rapid.Bool().Draw(t, "with "+name) {
			return 0
		}
		return ms(name, 1, most)
	}
	c.rate = float64(rapid.IntRange(1, 600).Draw(t, "rate"))
	c.length = time.Duration(rapid.IntRange(1, 3).Draw(t, "seconds")) * time.Second
	c.took = ms("took", 0, 1500)
	c.seed = rapid.Uint64().Draw(t, "seed")
	c.inFlight = rapid.IntRange(1, 200).Draw(t, "in flight")
	c.drain = ms("drain", 1, 2000)
	c.interrupt, c.kill, c.maxDuration = maybe("interrupt", 3500), maybe("kill", 4000), maybe("max duration", 3500)
	if rapid.Bool().Draw(t, "with max requests") {
		c.maxRequests = rapid.Uint64Range(1, 4000).Draw(t, "max requests")
	}
	if rapid.IntRange(0, 3).Draw(t, "closed") == 0 {
		c.clients = rapid.IntRange(1, 20).Draw(t, "clients")
	}
	return c
}

func (c *trial) config() traffic.Config {
	if c.clients > 0 {
		return traffic.Config{Concurrency: c.clients, For: c.length}
	}
	return steady(c.rate, c.length)
}

// run carries the trial out in a bubble.
func (c *trial) run(t *testing.T, f *fake, sink *record) (err error) {
	p := planOf(t, c.config())
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		kill := make(chan struct{})
		if c.interrupt > 0 {
			time.AfterFunc(c.interrupt, cancel)
		}
		if c.kill > 0 {
			time.AfterFunc(c.kill, func() { close(kill) })
		}
		err = carryOut(ctx, p, f, sink, Options{MaxInFlight: c.inFlight, Drain: c.drain, Kill: kill,
			Guard: Guard{MaxRequests: c.maxRequests, MaxDuration: c.maxDuration}})
	})
	return err
}

// TestOneObservationEach: whatever delays, limits, interrupts and guards come
// together, each arrival up to the run's end has exactly one observation,
// nothing is sent early or late, and no more than MaxInFlight are under way.
func TestOneObservationEach(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawTrial(rt)
		f := &fake{took: scatter(c.took, c.seed)}
		sink := &record{t: t}
		err := c.run(t, f, sink)
		all := sink.bySeq()
		if !f.closed {
			rt.Error("the engine was left open")
		}
		limit := c.inFlight
		if c.clients > 0 {
			limit = c.clients
		}
		if most := f.most.Load(); most > int64(limit) {
			rt.Errorf("%d requests under way, want at most %d", most, limit)
		}
		var sent uint64
		for _, o := range all {
			if o.Sent != 0 {
				sent++
			}
			if fault := faultOf(o); fault != "" {
				rt.Fatalf("%s: %+v", fault, o)
			}
		}
		if c.maxRequests > 0 && sent > c.maxRequests {
			rt.Errorf("%d sent, want at most %d", sent, c.maxRequests)
		}
		if c.clients == 0 {
			checkEnd(rt, &c, all, err)
		}
	})
}

func faultOf(o traffic.Observation) string {
	switch {
	case o.Sent == 0 && o.Outcome != traffic.NotSent && o.Outcome != traffic.Aborted:
		return "has an outcome but was not sent"
	case o.Sent == 0 && (o.Done != 0 || o.FirstByte != 0):
		return "done but not sent"
	case o.Sent != 0 && o.Sent != max(1, o.Due):
		return "sent at another time than due"
	case o.Sent != 0 && o.Done < o.Sent:
		return "done before it was sent"
	case o.Outcome == traffic.NotSent && o.Sent != 0:
		return "sent and not sent"
	}
	return ""
}

// checkEnd checks that an open loop's observations end where the run ended.
func checkEnd(t *rapid.T, c *trial, all []traffic.Observation, err error) {
	end := c.length
	for _, at := range []time.Duration{c.interrupt, c.kill, c.maxDuration} {
		if at > 0 {
			end = min(end, at)
		}
	}
	due := 0 // arrivals due before the end, if no other guard came first
	for due = range int(c.rate*c.length.Seconds()) + 1 {
		if time.Duration(float64(due)/c.rate*1e9) >= end {
			break
		}
	}
	if errors.Is(err, ErrStopped) && c.maxRequests > 0 && len(all) < due {
		return // ended by max requests, which counts only what is sent
	}
	if len(all) < due-1 || len(all) > due+1 {
		t.Errorf("%d observations of %d arrivals due before %v; Run = %v", len(all), due, end, err)
	}
}

// TestRunAndSimulateAgree: an engine that takes so long over each request and
// a model that says it takes so long yield the same observations.
func TestRunAndSimulateAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawTrial(rt)
		c.interrupt, c.kill, c.clients, c.drain = 0, 0, 0, time.Hour
		f := &fake{took: scatter(c.took, c.seed)}
		run, simulated := &record{t: t}, &record{t: t}
		errRun := c.run(t, f, run)
		errSimulated := Simulate(t.Context(), planOf(t, c.config()), f, simulated, Options{MaxInFlight: c.inFlight,
			Guard: Guard{MaxRequests: c.maxRequests, MaxDuration: c.maxDuration}})
		if (errRun == nil) != (errSimulated == nil) {
			rt.Fatalf("Run = %v, Simulate = %v", errRun, errSimulated)
		}
		a, b := run.bySeq(), simulated.bySeq()
		if len(a) != len(b) {
			rt.Fatalf("Run observed %d, Simulate %d", len(a), len(b))
		}
		for i := range a {
			b[i].HeadIn = 0 // estimated: the fake engine has no heads
			if a[i] != b[i] {
				rt.Fatalf("arrival %d: Run %+v\nSimulate %+v", i, a[i], b[i])
			}
		}
	})
}
