package measure

import (
	"math"
	"math/bits"
	"time"
)

// perInterval is how many instants of each interval of the planned series are
// sampled: enough that a stall of some milliseconds is not missed.
const perInterval = 1000

// A sampler counts how many requests were in flight at one random instant in
// every slice of time. Instants at a fixed distance would do for Poisson
// arrivals, but beat with evenly spaced ones: 40/s that take 20 ms each have
// none in flight at any whole second, and 0.8 in the mean. The instants depend
// on nothing but the slice, so that samplers of one run can be merged.
type sampler struct {
	slice time.Duration
	seen  uint64
}

// observe counts a request that was in flight from one instant to another.
func (s *sampler) observe(from, to time.Duration) { s.seen += s.before(to) - s.before(from) }

// before returns how many instants lie before t.
func (s *sampler) before(t time.Duration) uint64 {
	n := uint64(t / s.slice)
	x := (n + 1) * 0x9e3779b97f4a7c15 // splitmix64 (Steele, Lea and Flood 2014)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	if at, _ := bits.Mul64(x^x>>31, uint64(s.slice)); time.Duration(at) < t%s.slice {
		n++
	}
	return n
}

// little checks L = λW from the first instant to the last answer, so that
// nothing that is in flight at either end is counted in part.
func (r *Recorder) little(all Row) Little {
	n := r.sampler.before(r.latest)
	count := all.Service.Count + all.Refused.Count
	if n == 0 || count == 0 {
		return Little{}
	}
	l := Little{Samples: int(n), InFlight: float64(r.sampler.seen) / float64(n)}
	l.RatePerS = float64(count) / r.latest.Seconds()
	l.ServiceS = (all.Service.MeanMS*float64(all.Service.Count) + all.Refused.MeanMS*float64(all.Refused.Count)) / float64(count) / 1000
	l.Expected = l.RatePerS * l.ServiceS
	// The samples' error is at most about √(L/n): where fewer than 400 were seen in
	// flight in all, 5 % apart says nothing.
	if l.Expected*float64(n) >= 400 {
		m := math.Abs(l.InFlight-l.Expected) / l.Expected
		l.Mismatch = &m
	}
	return l
}
