package traffic

import (
	"math"
	"time"
)

// A segment is a stretch of a plan with one simple rate curve. It is known by
// its count function, how many arrivals are due in its first t seconds, and
// the inverse: when the count reaches x.
//
//	flat    rate a                        count(t) = a·t
//	slope   rate a + (b−a)·t/D            count(t) = a·t + (b−a)·t²/2D
//	wave    rate m + h·sin(2πt/P)         count(t) = m·t + h·P/2π·(1 − cos(2πt/P))
//
// A wave's mean m and height h are kept in a and b: m = a, h = b.
type segment struct {
	kind   segmentKind
	window int32         // index of the stage it belongs to
	start  time.Duration // when it begins
	length time.Duration // D
	a, b   float64       // rates per second
	period float64       // P, seconds

	total float64 // count(D)
	// The segment holds the arrivals whose position on its count function is
	// carry, carry+1, ... below total. A fraction of an arrival that one
	// segment leaves over thus counts toward the next, and none is lost.
	carry float64
	first uint64 // how many arrivals the segments before it hold, at even spacing
	held  uint64 // how many it holds
}

type segmentKind int32

const (
	flat segmentKind = iota
	slope
	wave
)

// count is how many arrivals are due in the first t seconds.
func (s *segment) count(t float64) float64 {
	switch s.kind {
	case slope:
		return t * (s.a + (s.b-s.a)*t/(2*s.length.Seconds()))
	case wave:
		w := 2 * math.Pi / s.period
		return s.a*t + s.b/w*(1-math.Cos(w*t))
	}
	return s.a * t
}

// rate is the derivative of count.
func (s *segment) rate(t float64) float64 {
	switch s.kind {
	case slope:
		return s.a + (s.b-s.a)*t/s.length.Seconds()
	case wave:
		return max(0, s.a+s.b*math.Sin(2*math.Pi/s.period*t))
	}
	return s.a
}

// inverse is the time in seconds at which count reaches x, for 0 <= x < total.
// The hint, any time within the segment, is where a search for it begins.
func (s *segment) inverse(x, hint float64) float64 {
	if x <= 0 {
		return 0
	}
	switch s.kind {
	case slope:
		// The root of k/2·t² + a·t − x in the form that does not cancel when
		// k is small, and that holds for rising and falling slopes alike.
		k := (s.b - s.a) / s.length.Seconds()
		// Rates so small that their squares vanish end at the segment's end.
		return min(2*x/(s.a+math.Sqrt(max(0, s.a*s.a+2*k*x))), s.length.Seconds())
	case wave:
		return s.solve(x, hint)
	}
	return x / s.a
}

// solve inverts count by Newton's method from the hint on. Where a step would
// leave the bracket, as it does where the rate is near zero, it bisects.
func (s *segment) solve(x, hint float64) float64 {
	low, high := 0.0, s.length.Seconds()
	w, t := 2*math.Pi/s.period, hint
	for range 100 {
		sin, cos := math.Sincos(w * t)
		off := s.a*t + s.b/w*(1-cos) - x
		if off > 0 {
			high = t
		} else {
			low = t
		}
		next := t - off/(s.a+s.b*sin)
		if !(next >= low && next <= high) {
			next = low + (high-low)/2
		}
		// Steps shrink quadratically: after one below 0.1 ns the error left is
		// far below what a due time can express.
		if math.Abs(next-t) < 1e-10 {
			return next
		}
		t = next
	}
	return t
}
