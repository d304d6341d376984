package measure

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Supports tells whether a sample of n can support the quantile q: the median
// needs 10 values, and a quantile above it needs 10 beyond it, n(1−q) >= 10, so
// p90 needs 100, p99 1,000 and p99.9 10,000. This is a rule of thumb, not a
// theorem: the number of values beyond a quantile is about Poisson distributed,
// and an expected 10 are known to within a third (1/√10).
func Supports(q float64, n uint64) bool { return n >= Needs(q) }

// Needs returns the smallest sample that supports the quantile q (see Supports).
func Needs(q float64) uint64 {
	if q <= 0.5 {
		return 10
	}
	return uint64(math.Ceil(10/(1-q) - 1e-6))
}

// A reader works out quantiles with hdrhistogram-go, in one dense histogram
// that it uses again and again.
type reader struct{ dense *hdrhistogram.Histogram }

func newReader() *reader { return &reader{dense: newDense()} }

// quantiles describes h.
func (r *reader) quantiles(h *hist) Quantiles {
	q := Quantiles{Count: h.count, Overflow: h.over}
	if h.count == 0 {
		return q
	}
	q.MeanMS, q.MinMS, q.MaxMS = h.sum()/float64(h.count)/1e6, ms(h.min), ms(h.max)
	h.fill(r.dense)
	for _, p := range []struct {
		q  float64
		to **float64
	}{{.5, &q.P50}, {.9, &q.P90}, {.95, &q.P95}, {.99, &q.P99}, {.999, &q.P999}, {.9999, &q.P9999}} {
		if Supports(p.q, h.count) {
			*p.to = r.at(h, p.q)
		}
	}
	return q
}

// at returns the quantile q of h, which the dense histogram has been filled
// from, in milliseconds; nil where it lies in the overflow.
func (r *reader) at(h *hist, q float64) *float64 {
	in := h.count - h.over
	share := 100 * q * float64(h.count) / float64(max(in, 1))
	if in == 0 || share > 100 {
		return nil
	}
	v := within(h, r.dense.ValueAtPercentile(share))
	return &v
}

// curve returns the percentile curve of h as far as its sample supports it.
func (r *reader) curve(h *hist) []CurvePoint {
	if h.count == 0 || h.over > 0 {
		return nil
	}
	h.fill(r.dense)
	var c []CurvePoint
	for _, b := range r.dense.CumulativeDistributionWithTicks(5) {
		if !Supports(b.Quantile/100, h.count) {
			break
		}
		c = append(c, CurvePoint{Percentile: b.Quantile, MS: within(h, b.ValueAt), Count: uint64(b.Count)})
	}
	return c
}

// within returns a bucket's value in milliseconds, held between the smallest and
// the largest that were seen: the library answers with the highest value that
// the bucket could hold.
func within(h *hist, micros int64) float64 {
	return ms(min(max(time.Duration(micros)*time.Microsecond, h.min), h.max))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
