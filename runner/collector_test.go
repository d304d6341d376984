package runner

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// slow is a sink that takes its time.
type slow struct {
	record
	each time.Duration
}

func (s *slow) Observe(o *traffic.Observation) {
	time.Sleep(s.each)
	s.record.Observe(o)
}

// TestSlowSink: a sink that falls behind loses nothing. What waits for it is
// bounded; beyond that requests wait, which shows as such.
func TestSlowSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &slow{record: record{t: t}, each: 2 * time.Millisecond}
		f := &fake{took: func(time.Duration) time.Duration { return time.Millisecond }}
		if err := carryOut(t.Context(), planOf(t, steady(1000, 30*time.Second)), f, sink, Options{MaxInFlight: 100}); err != nil {
			t.Fatal(err)
		}
		late := 0
		for _, o := range sink.bySeq() {
			if o.Sent > 0 && o.Lag() > time.Second || o.Outcome == traffic.NotSent {
				late++
			}
		}
		if len(sink.all) != 30000 || late == 0 {
			t.Errorf("%d observations, %d of them late or not sent; want 30000, and some late", len(sink.all), late)
		}
	})
}

// TestStopIsAskedOnce: after a guard has objected it is not asked again.
func TestStopIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &record{t: t}
		var asked, halted int
		c := newCollector(sink, Guard{Stop: func(*traffic.Observation) error { asked++; return errors.New("no") }}, func(error) { halted++ })
		for range 10 {
			c.put(&traffic.Observation{})
		}
		c.close()
		if asked != 1 || halted != 1 || len(sink.all) != 10 {
			t.Errorf("asked %d times, halted %d times, %d observed; want 1, 1, 10", asked, halted, len(sink.all))
		}
	})
}
