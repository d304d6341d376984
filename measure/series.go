package measure

import (
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

const (
	plannedPoints = 7200 // the longest planned series: two hours by the second
	maxPoints     = 8192 // with a tail; beyond it, intervals are merged in pairs
	openPoints    = 8    // intervals whose histogram takes values directly
)

// A series counts observations by interval. Its length is bounded: the interval
// follows from the planned span, and doubles should the run outlast maxPoints of them.
//
// Histograms by interval hold latency (as Row.Latency) by the time of
// completion. Completions come nearly in order, or at worst as far out of it as
// the longest timeout, so the histograms of the latest intervals are open in a ring,
// and the others packed. A straggler for a packed one opens it again: slow, and right.
type series struct {
	interval time.Duration
	points   []point
	ring     [openPoints]*open
	due      cursor
	sent     cursor
	done     cursor
}

type point struct {
	sent, unsent uint64 // by due time
	outcomes     [traffic.NumOutcomes]uint64
	limits       [traffic.NumLimits]uint64
	started      uint64 // by the time sent
	done         uint64 // by the time done
	latency      []byte // a packed hist
}

type open struct {
	at int // which interval
	h  hist
}

// A cursor remembers the interval of the latest instant, to spare a division.
type cursor struct {
	from time.Duration
	at   int
}

func newSeries(span time.Duration) series {
	s := series{interval: interval(span)}
	s.points = make([]point, 0, min(maxPoints, int(span/s.interval)+16))
	return s
}

// interval returns the series' interval for a planned span: 1 s up to two hours, else
// the least round one of which 7,200 cover the span.
func interval(span time.Duration) time.Duration {
	for _, s := range []time.Duration{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600} {
		if span <= s*time.Second*plannedPoints {
			return s * time.Second
		}
	}
	i := 2 * time.Hour
	for span/i > plannedPoints {
		i *= 2
	}
	return i
}

func (s *series) observe(o *traffic.Observation, t times) {
	p := &s.points[s.at(&s.due, t.due)]
	p.outcomes[o.Outcome]++
	p.limits[o.Limit]++
	if !t.sent {
		p.unsent++
		return
	}
	p.sent++
	s.points[s.at(&s.sent, t.at)].started++
	if !t.done {
		return
	}
	i := s.at(&s.done, o.Done)
	s.points[i].done++
	if !o.Outcome.Refused() {
		s.hist(i).record(t.latency)
	}
}

// at returns the interval of an instant, and makes sure that it exists.
func (s *series) at(c *cursor, t time.Duration) int {
	if d := t - c.from; d >= 0 && d < s.interval && c.at < len(s.points) {
		return c.at
	}
	t = max(t, 0)
	for t/s.interval >= maxPoints {
		s.coarsen()
	}
	i := int(t / s.interval)
	s.grow(i + 1)
	c.from, c.at = time.Duration(i)*s.interval, i
	return i
}

func (s *series) grow(n int) {
	if more := n - len(s.points); more > 0 {
		s.points = append(s.points, make([]point, more)...)
	}
}

// hist returns the open histogram of an interval.
func (s *series) hist(i int) *hist {
	r := s.ring[i%openPoints]
	if r == nil {
		r = &open{at: i}
		s.ring[i%openPoints] = r
	}
	if r.at != i {
		s.close(r)
		r.at = i
	}
	return &r.h
}

// close packs an open histogram and empties it.
func (s *series) close(r *open) {
	if r.h.count == 0 {
		return
	}
	p := &s.points[r.at]
	r.h.unpack(p.latency)
	p.latency = r.h.pack()
	r.h.reset()
}

func (s *series) closeAll() {
	for _, r := range s.ring {
		if r != nil {
			s.close(r)
		}
	}
}

// coarsen doubles the interval.
func (s *series) coarsen() {
	s.closeAll()
	s.interval *= 2
	for i := range s.points {
		if i%2 == 0 {
			s.points[i/2] = s.points[i]
		} else {
			s.points[i/2].merge(&s.points[i])
		}
	}
	n := (len(s.points) + 1) / 2
	clear(s.points[n:])
	s.points = s.points[:n]
	s.due, s.sent, s.done = cursor{}, cursor{}, cursor{}
}

func (p *point) merge(o *point) {
	p.sent += o.sent
	p.unsent += o.unsent
	p.started += o.started
	p.done += o.done
	for i, n := range o.outcomes {
		p.outcomes[i] += n
	}
	for i, n := range o.limits {
		p.limits[i] += n
	}
	switch {
	case len(o.latency) == 0:
	case len(p.latency) == 0:
		p.latency = o.latency // packed histograms are never written to
	default:
		var h hist
		h.unpack(p.latency)
		h.unpack(o.latency)
		p.latency = h.pack()
	}
}

// merge adds another series of the same planned span; it closes o's open histograms.
func (s *series) merge(o *series) {
	s.closeAll()
	o.closeAll()
	for s.interval < o.interval {
		s.coarsen()
	}
	ratio := int(s.interval / o.interval)
	for i := range o.points {
		s.grow(i/ratio + 1)
		s.points[i/ratio].merge(&o.points[i])
	}
}

// latency returns all that was recorded of an interval.
func (s *series) latency(i int, into *hist) {
	into.reset()
	into.unpack(s.points[i].latency)
	if r := s.ring[i%openPoints]; r != nil && r.at == i {
		into.merge(&r.h)
	}
}

// last describes the last interval that was complete by then, for a live line.
func (s *series) last(now time.Duration) (rate float64, p50, p99 *float64) {
	i := int(min(now/s.interval, time.Duration(len(s.points)))) - 1
	if i < 0 {
		return 0, nil, nil
	}
	var h hist
	s.latency(i, &h)
	return float64(s.points[i].done) / s.interval.Seconds(), h.rough(.5), h.rough(.99)
}

func (s *series) bytes() int {
	n := cap(s.points) * 288
	for i := range s.points {
		n += cap(s.points[i].latency)
	}
	for _, r := range s.ring {
		if r != nil {
			n += r.h.bytes()
		}
	}
	return n
}
