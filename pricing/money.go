package pricing

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount of US dollars in nano-dollars (10^-9 USD), as an integer:
// up to 9.2 billion dollars. Its JSON is a decimal string such as "1698.23".
type Money int64

// Nano-dollars in a cent and in a dollar.
const (
	Cent   Money = 10_000_000
	Dollar Money = 100 * Cent
)

// Decimal returns the exact amount with at least two and at most nine decimals,
// for example "1698.23" or "0.0000035".
func (m Money) Decimal() string { return decimal(int64(m), 9, 2) }

// String returns the amount rounded to whole cents, half to even, as a person
// reads it: "$1,698.23", "-$0.10". An amount that is not zero but rounds to no
// cents shows its first significant digits instead: "$0.0000035".
func (m Money) String() string {
	c := m.Cents()
	if c == 0 && m != 0 {
		return sign(int64(m)) + "$" + decimal(abs(int64(m)), 9, 2)
	}
	u := abs(c)
	return sign(c) + "$" + group(u/100) + fmt.Sprintf(".%02d", u%100)
}

// Cents returns the amount in whole cents, rounded half to even.
func (m Money) Cents() int64 {
	q, r := int64(m/Cent), int64(m%Cent)
	half := int64(Cent / 2)
	if r > half || r == half && q%2 != 0 {
		q++
	}
	if r < -half || r == -half && q%2 != 0 {
		q--
	}
	return q
}

// Dollars returns the amount as a float, for plots and ratios only.
func (m Money) Dollars() float64 { return float64(m) / float64(Dollar) }

// MarshalText writes Decimal.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.Decimal()), nil }

// UnmarshalText reads a decimal number of dollars with at most nine decimals, exactly.
func (m *Money) UnmarshalText(b []byte) error {
	v, err := ParseMoney(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// ParseMoney reads a decimal number of dollars, such as "1698.23" or "-0.5",
// exactly. More than nine decimals, or more than 9.2 billion dollars, is an error.
func ParseMoney(s string) (Money, error) {
	rest, negative := strings.CutPrefix(s, "-")
	p, err := ParsePrice(rest)
	if err != nil {
		return 0, fmt.Errorf("amount %q: %w", s, err)
	}
	if p.Per != 1 {
		return 0, fmt.Errorf("amount %q: has more than nine decimals", s)
	}
	if negative {
		p.Nanos = -p.Nanos
	}
	return Money(p.Nanos), nil
}

// decimal writes n / 10^scale with trailing zeros cut, keeping at least keep decimals.
func decimal(n int64, scale, keep int) string {
	s := strconv.FormatUint(magnitude(n), 10)
	if pad := scale + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	whole, frac := s[:len(s)-scale], s[len(s)-scale:]
	for len(frac) > keep && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if frac != "" {
		whole += "." + frac
	}
	return sign(n) + whole
}

// digits returns log10 of a power of ten.
func digits(n int64) (d int) {
	for ; n >= 10; n /= 10 {
		d++
	}
	return d
}

// group writes n with commas between thousands.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func sign(n int64) string {
	if n < 0 {
		return "-"
	}
	return ""
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
