package traffic

import (
	"math"
	"sort"
	"time"
)

// A curve is a plan's rate over time: segments in order of time, which may
// leave gaps in which nothing is due.
type curve struct {
	segments []segment
	length   time.Duration
	held     uint64  // arrivals at even spacing
	expected float64 // arrivals in the mean, at Poisson spacing
}

// newCurve works out what each segment holds and leaves over.
func newCurve(segments []segment, length time.Duration) *curve {
	c := &curve{length: length}
	carry := 0.0
	for _, s := range segments {
		s.total = s.count(s.length.Seconds())
		if s.length <= 0 || s.total <= 0 {
			continue
		}
		s.carry, s.first = carry, c.held
		c.expected += s.total
		n := s.holds()
		s.held = n
		c.held += n
		carry += float64(n) - s.total // from -slack to 1
		c.segments = append(c.segments, s)
	}
	return c
}

// slack is how much of an arrival rounding may make or lose: a rate of 0.1/s
// for 30 s holds 3 arrivals, though 0.1·30 comes out above 3 in binary.
const slack = 1e-6

// holds is how many evenly spaced arrivals are due within the segment.
func (s *segment) holds() uint64 {
	return uint64(max(0, math.Ceil(s.total-s.carry-slack)))
}

// instant is t seconds into the segment, to the nanosecond and within it.
func (s *segment) instant(t float64) time.Duration {
	return s.start + min(time.Duration(t*1e9+0.5), s.length-1)
}

// at finds the segment that holds t, or nil in a gap.
func (c *curve) at(t time.Duration) *segment {
	i := sort.Search(len(c.segments), func(i int) bool { return c.segments[i].start > t }) - 1
	if i < 0 || t >= c.segments[i].start+c.segments[i].length {
		return nil
	}
	return &c.segments[i]
}

// upTo is the expected number of arrivals before t.
func (c *curve) upTo(t time.Duration) float64 {
	i := sort.Search(len(c.segments), func(i int) bool { return c.segments[i].start >= t }) - 1
	if i < 0 {
		return 0
	}
	s := &c.segments[i]
	before := float64(s.first) - s.carry
	return before + s.count(min(t-s.start, s.length).Seconds())
}

// nth is when the n-th evenly spaced arrival is due, counting from 0.
func (c *curve) nth(n uint64) time.Duration {
	i := sort.Search(len(c.segments), func(i int) bool { return c.segments[i].first > n }) - 1
	s := &c.segments[i]
	x := s.carry + float64(n-s.first)
	return s.instant(s.inverse(x, x/s.total*s.length.Seconds()))
}
