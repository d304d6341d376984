package throttle

import (
	"math/big"
	"math/bits"
	"time"
)

// second is the number of instants in a second.
const second = uint64(time.Second)

// A Bucket is one token bucket. It is not safe for concurrent use; its zero
// value refuses everything.
//
// With the rate as a fraction num/den of tokens per second, the bucket counts
// in units of 1/(den·10⁹) of a token: a nanosecond adds num units and a request
// costs den·10⁹. Both are whole, so refilling in a million steps gives exactly
// what refilling in one does. Levels are 128 bits wide, so that neither a large
// burst nor a year of a huge rate overflows.
//
// The bucket is deeper than its burst by what one nanosecond adds. This is the
// tolerance for instants that were rounded to whole nanoseconds: k/rate rounded
// by any one rule differs from the true span to any earlier arrival by less
// than 1 ns. It is always less than a token, so it never admits a request more
// in a burst. At rates above 10⁹/s arrivals share nanoseconds, and a burst of 1
// then does refuse.
type Bucket struct {
	hi, lo       uint64        // level in units, including the tolerance
	topHi, topLo uint64        // level when full
	cost         uint64        // units of one token, above 0 but in the zero value
	perNano      uint64        // units added in a nanosecond
	slack        uint64        // units of the tolerance
	last         time.Duration // the instant of this level
}

// NewBucket returns a full bucket.
func NewBucket(l Limit, now time.Duration) Bucket { return newBucket(l, 1, now) }

// newBucket returns a full bucket with one part in k of the rate and the whole burst.
func newBucket(l Limit, k uint64, now time.Duration) Bucket {
	num, den := fraction(l.Rate, maxTerm/second/k)
	b := Bucket{cost: den * k * second, perNano: num, last: now}
	b.slack = min(b.perNano, b.cost-1)
	b.topHi, b.topLo = bits.Mul64(uint64(min(max(l.Burst, 0), maxTerm)), b.cost)
	b.topHi, b.topLo = add(b.topHi, b.topLo, 0, b.slack)
	b.hi, b.lo = b.topHi, b.topLo
	return b
}

// Take refills the bucket up to now and takes a token, or reports false and
// takes nothing. A now before the latest one seen counts as the latest.
func (b *Bucket) Take(now time.Duration) bool {
	b.refill(now)
	return b.take()
}

// Level is the number of tokens in the bucket at now: between 0 and the burst.
// It changes nothing.
func (b *Bucket) Level(now time.Duration) float64 {
	c := *b
	c.refill(now)
	if c.cost == 0 || c.hi == 0 && c.lo <= c.slack {
		return 0
	}
	hi, lo := sub(c.hi, c.lo, 0, c.slack)
	f, _ := new(big.Rat).SetFrac(wide(hi, lo), new(big.Int).SetUint64(c.cost)).Float64()
	return f
}

// refill adds what the span since the latest instant brings.
func (b *Bucket) refill(now time.Duration) {
	if now <= b.last {
		return
	}
	hi, lo := bits.Mul64(uint64(now)-uint64(b.last), b.perNano)
	hi, lo = add(hi, lo, b.hi, b.lo)
	if hi > b.topHi || hi == b.topHi && lo > b.topLo {
		hi, lo = b.topHi, b.topLo
	}
	b.hi, b.lo, b.last = hi, lo, now
}

// take takes a token where there is one.
func (b *Bucket) take() bool {
	if b.hi == 0 && b.lo < b.cost || b.cost == 0 {
		return false
	}
	b.hi, b.lo = sub(b.hi, b.lo, 0, b.cost)
	return true
}

// giveBack undoes a take of the same instant.
func (b *Bucket) giveBack() { b.hi, b.lo = add(b.hi, b.lo, 0, b.cost) }

func add(hi, lo, xhi, xlo uint64) (uint64, uint64) {
	lo, carry := bits.Add64(lo, xlo, 0)
	hi, _ = bits.Add64(hi, xhi, carry)
	return hi, lo
}

func sub(hi, lo, xhi, xlo uint64) (uint64, uint64) {
	lo, borrow := bits.Sub64(lo, xlo, 0)
	hi, _ = bits.Sub64(hi, xhi, borrow)
	return hi, lo
}

func wide(hi, lo uint64) *big.Int {
	w := new(big.Int).SetUint64(hi)
	return w.Lsh(w, 64).Or(w, new(big.Int).SetUint64(lo))
}
