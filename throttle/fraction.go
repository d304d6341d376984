package throttle

import (
	"math"
	"math/big"
)

// maxTerm bounds the terms of a rate's fraction, so that products with a
// nanosecond count (below 2^64) stay within 128 bits.
const maxTerm = 1 << 62

// fraction gives rate as num/den tokens per second, den at most maxDen.
//
// It is the first convergent of the rate's continued fraction that is the same
// float64, hence the fraction that was meant: 333.3 is 3333/10, 1.0/3 is 1/3,
// and 1000 an hour, 0.2777…, is 5/18. Where even that needs a larger
// denominator, the closest convergent below it stands in; its error is less
// than 1/(den·maxDen) tokens per second. Rates beyond 2^62 count as 2^62, and
// those below 1/maxDen (for a plain bucket, one token in 146 years) as 0.
func fraction(rate float64, maxDen uint64) (num, den uint64) {
	switch {
	case !(rate > 0):
		return 0, 1
	case rate >= maxTerm:
		return maxTerm, 1
	}
	n, d := uint64(math.Floor(rate)), uint64(1) // the latest convergent
	pn, pd := uint64(1), uint64(0)              // the one before it
	rest := new(big.Rat).SetFloat64(rate)
	rest.Sub(rest, new(big.Rat).SetInt(new(big.Int).SetUint64(n)))
	for rest.Sign() > 0 && ratio(n, d) != rate {
		rest.Inv(rest)
		whole := new(big.Int).Quo(rest.Num(), rest.Denom())
		rest.Sub(rest, new(big.Rat).SetInt(whole))
		nn, okn := next(whole, n, pn, maxTerm)
		nd, okd := next(whole, d, pd, maxDen)
		if !okn || !okd {
			break
		}
		pn, pd, n, d = n, d, nn, nd
	}
	return n, d
}

// next is whole·x + before, and whether it is within limit.
func next(whole *big.Int, x, before, limit uint64) (uint64, bool) {
	sum := new(big.Int).SetUint64(x)
	sum.Mul(sum, whole).Add(sum, new(big.Int).SetUint64(before))
	if !sum.IsUint64() || sum.Uint64() > limit {
		return 0, false
	}
	return sum.Uint64(), true
}

// ratio is the float64 nearest to n/d.
func ratio(n, d uint64) float64 {
	f, _ := new(big.Rat).SetFrac(new(big.Int).SetUint64(n), new(big.Int).SetUint64(d)).Float64()
	return f
}
