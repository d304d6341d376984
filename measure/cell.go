package measure

import "github.com/turnpike-perf/turnpike/traffic"

// A cell counts the observations of one request name or client with one outcome
// in one window.
type cell struct {
	sent, unsent      uint64
	bytesIn, bytesOut uint64
	latency, service  hist
	limits            [traffic.NumLimits]uint64
	statuses          []status // few; the commonest comes to the front
}

type status struct {
	code  int
	count uint64
}

func (c *cell) observe(o *traffic.Observation, t times) {
	c.bytesIn += uint64(max(0, o.BytesIn))
	c.bytesOut += uint64(max(0, o.BytesOut))
	c.limits[o.Limit]++
	if o.Status != 0 {
		c.status(o.Status, 1)
	}
	if !t.sent {
		c.unsent++
		return
	}
	c.sent++
	if !t.done {
		return
	}
	c.latency.record(t.latency)
	c.service.record(t.service)
}

func (c *cell) status(code int, n uint64) {
	for i := range c.statuses {
		if c.statuses[i].code == code {
			c.statuses[i].count += n
			if i > 0 && c.statuses[i].count > c.statuses[i-1].count {
				c.statuses[i], c.statuses[i-1] = c.statuses[i-1], c.statuses[i]
			}
			return
		}
	}
	c.statuses = append(c.statuses, status{code, n})
}

func (c *cell) merge(o *cell) {
	c.sent += o.sent
	c.unsent += o.unsent
	c.bytesIn += o.bytesIn
	c.bytesOut += o.bytesOut
	for i, n := range o.limits {
		c.limits[i] += n
	}
	for _, s := range o.statuses {
		c.status(s.code, s.count)
	}
	c.latency.merge(&o.latency)
	c.service.merge(&o.service)
}

func (c *cell) bytes() int { return 256 + c.latency.bytes() + c.service.bytes() }
