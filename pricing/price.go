package pricing

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// A Price is exactly Nanos nano-dollars for Per units. Per is a power of ten,
// so that a price has a finite decimal form: 0.0000015855 USD a request is
// 15855 nano-dollars for 10.
type Price struct{ Nanos, Per int64 }

// ParsePrice reads a price in dollars per unit from a decimal string as AWS's
// price lists write it, such as "0.0000035000", without going through a float.
// It takes digits with at most one point and at most 18 decimals.
func ParsePrice(s string) (Price, error) {
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || point && frac == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return Price{}, fmt.Errorf("price %q: want a decimal number of dollars such as 0.0000035", s)
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > 18 {
		return Price{}, fmt.Errorf("price %q: has more than 18 decimals", s)
	}
	per := int64(1)
	for i := 9; i < len(frac); i++ {
		per *= 10
	}
	digits := whole + frac
	if pad := 9 - len(frac); pad > 0 {
		digits += strings.Repeat("0", pad)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Price{}, fmt.Errorf("price %q: too large to keep exactly", s)
	}
	return Price{Nanos: n, Per: per}, nil
}

// Decimal returns the exact price of one unit in dollars: "0.0000035".
func (p Price) Decimal() string { return decimal(p.Nanos, 9+digits(p.Per), 0) }

// Times returns the price of n units, rounded half to even to a nano-dollar;
// false means that it is beyond what Money holds.
func (p Price) Times(n int64) (Money, bool) {
	m, ok := mulDiv(n, p.Nanos, p.Per)
	return Money(m), ok
}

// MarshalText writes Decimal.
func (p Price) MarshalText() ([]byte, error) { return []byte(p.Decimal()), nil }

// UnmarshalText reads what ParsePrice does.
func (p *Price) UnmarshalText(b []byte) error {
	v, err := ParsePrice(string(b))
	if err == nil {
		*p = v
	}
	return err
}

// compare orders two prices exactly.
func (p Price) compare(q Price) int {
	ph, pl := bits.Mul64(uint64(p.Nanos), uint64(q.Per))
	qh, ql := bits.Mul64(uint64(q.Nanos), uint64(p.Per))
	return cmp.Or(cmp.Compare(ph, qh), cmp.Compare(pl, ql))
}

// mulDiv returns a*b/c for values that are not negative, rounded half to even;
// false means that it does not fit.
func mulDiv(a, b, c int64) (int64, bool) {
	var s sum
	s.add(uint64(a), uint64(b), 1)
	m, ok := s.div(uint64(c), 1)
	return int64(m), ok
}

// A sum is a 128-bit sum of products, so that a line of any size is rounded once.
type sum struct {
	hi, lo   uint64
	overflow bool
}

// add adds a*b*c.
func (s *sum) add(a, b, c uint64) {
	hi, lo := bits.Mul64(a, b)
	over, hi2 := bits.Mul64(hi, c)
	carry, lo2 := bits.Mul64(lo, c)
	hi2, c1 := bits.Add64(hi2, carry, 0)
	var c2, c3 uint64
	s.lo, c2 = bits.Add64(s.lo, lo2, 0)
	s.hi, c3 = bits.Add64(s.hi, hi2, c2)
	if over|c1|c3 != 0 {
		s.overflow = true
	}
}

// div returns the sum divided by d*e, rounded half to even; false means that
// the sum or the quotient is too large.
func (s *sum) div(d, e uint64) (Money, bool) {
	over, by := bits.Mul64(d, e)
	if s.overflow || over != 0 || s.hi >= by {
		return 0, false
	}
	q, r := bits.Div64(s.hi, s.lo, by)
	if q > math.MaxInt64 {
		return 0, false
	}
	if up := by - r; r > up || r == up && q&1 == 1 {
		q++
	}
	return Money(q), q <= math.MaxInt64
}
