package runner

import (
	"sync/atomic"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// slots is how many slots a plan's arrivals have, and slot is an arrival's: one
// for each request name and client, since a client's key and headers are part of the request.
func slots(p *traffic.Plan) int { return len(p.Names) * (len(p.Clients) + 1) }

func slot(p *traffic.Plan, a traffic.Arrival) int {
	return a.Request*(len(p.Clients)+1) + a.Client + 1
}

// work carries queued arrivals out, one at a time.
func (l *live) work(queue <-chan traffic.Arrival) {
	lane := l.engine.lane(l.flying, l.clock)
	var o traffic.Observation
	for a := range queue {
		l.carry(lane, a, &o)
		l.inFlight.Add(-1)
	}
}

// carry sends one arrival's request and has its observation collected.
func (l *live) carry(to lane, a traffic.Arrival, o *traffic.Observation) {
	*o = traffic.Observation{Arrival: a}
	to.exchange(slot(l.plan, a), l.plan.Request(a), o)
	l.collector.put(o)
}

// closed is what the clients of a closed loop share.
type closed struct {
	*live
	taken atomic.Uint64
	last  uint64        // how many arrivals the plan has; 0 = no limit
	end   time.Duration // when the last arrival is due; 0 = no limit
}

// work is one client.
func (c *closed) work() {
	lane := c.engine.lane(c.flying, c.clock)
	var o traffic.Observation
	for c.sending.Err() == nil {
		due := c.now()
		if c.end > 0 && due >= c.end {
			return
		}
		seq := c.taken.Add(1) - 1
		if c.last > 0 && seq >= c.last {
			return
		}
		if err := c.guard.ends(due, seq); err != nil {
			c.halt(err)
			return
		}
		a := c.plan.Draw(seq)
		a.Due = due
		c.inFlight.Add(1)
		c.carry(lane, a, &o)
		c.inFlight.Add(-1)
	}
}
