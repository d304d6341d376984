package pricing

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMoneyText(t *testing.T) {
	for _, c := range []struct {
		m             Money
		text, decimal string
		cents         int64
	}{
		{0, "$0.00", "0.00", 0},
		{1698_230000000, "$1,698.23", "1698.23", 169823},
		{3500, "$0.0000035", "0.0000035", 0},
		{Cent / 2, "$0.005", "0.005", 0},    // half to even: 0
		{Cent * 3 / 2, "$0.02", "0.015", 2}, // half to even: 2
		{Cent * 5 / 2, "$0.02", "0.025", 2}, // half to even: 2
		{Cent*5/2 + 1, "$0.03", "0.025000001", 3},
		{-Cent * 3 / 2, "-$0.02", "-0.015", -2},
		{-1234567 * Dollar, "-$1,234,567.00", "-1234567.00", -123456700},
		{999_999_999, "$1.00", "0.999999999", 100},
		{math.MaxInt64, "$9,223,372,036.85", "9223372036.854775807", 922337203685},
		{math.MinInt64, "-$9,223,372,036.85", "-9223372036.854775808", -922337203685},
	} {
		if got := c.m.String(); got != c.text {
			t.Errorf("Money(%d).String() = %s, want %s", c.m, got, c.text)
		}
		if got := c.m.Decimal(); got != c.decimal {
			t.Errorf("Money(%d).Decimal() = %s, want %s", c.m, got, c.decimal)
		}
		if got := c.m.Cents(); got != c.cents {
			t.Errorf("Money(%d).Cents() = %d, want %d", c.m, got, c.cents)
		}
	}
}

func TestParseMoneyErrors(t *testing.T) {
	for s, want := range map[string]string{
		"": "want a decimal", "1,000": "want a decimal", "1e3": "want a decimal", "+1": "want a decimal", "--1": "want a decimal", "1.": "want a decimal",
		".5": "want a decimal", "0.0000000001": "more than nine decimals", "10000000000": "too large", "0.0000000000000000001": "more than 18",
	} {
		if _, err := ParseMoney(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseMoney(%q) = %v, want an error with %q", s, err, want)
		}
	}
}

func TestMoneyReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "m"))
		if got, err := ParseMoney(m.Decimal()); err != nil || got != m {
			t.Fatalf("ParseMoney(%q) = %d, %v, want %d", m.Decimal(), got, err, m)
		}
	})
}

func TestParsePrice(t *testing.T) {
	for s, want := range map[string]Price{
		"3.5": {3_500_000_000, 1}, "0.0000035": {3500, 1}, "0.0000035000": {3500, 1}, "0.0000015855": {15855, 10}, "0.04522": {45_220_000, 1},
		"1": {1_000_000_000, 1}, "0": {0, 1}, "0.000000000000000001": {1, 1_000_000_000}, "007.10": {7_100_000_000, 1},
	} {
		got, err := ParsePrice(s)
		if err != nil || got != want {
			t.Errorf("ParsePrice(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
}

// FuzzParsePrice compares with arbitrary-precision rationals.
func FuzzParsePrice(f *testing.F) {
	for _, s := range []string{"3.5", "0.0000015855", "", ".", "1.", "-1", "0.000000000000000001", "9223372036.854775807", "9223372036.854775808", "1_0", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePrice(s)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("ParsePrice(%q) = %v, but it is no number", s, p)
		}
		got := new(big.Rat).SetFrac(big.NewInt(p.Nanos), new(big.Int).Mul(big.NewInt(p.Per), big.NewInt(1e9)))
		if got.Cmp(want) != 0 {
			t.Fatalf("ParsePrice(%q) = %v, want %v", s, got, want)
		}
		if q, err := ParsePrice(p.Decimal()); err != nil || q != p {
			t.Fatalf("ParsePrice(%q) = %v, %v, want %v", p.Decimal(), q, err, p)
		}
		m, err := ParseMoney(s)
		if whole := p.Per == 1; whole != (err == nil) || whole && int64(m) != p.Nanos {
			t.Fatalf("ParseMoney(%q) = %d, %v; the price is %v", s, m, err, p)
		}
	})
}

// exact divides in big integers, half to even, as the reference for sum.div.
func exact(num, den *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	twice := new(big.Int).Lsh(r, 1)
	if c := twice.Cmp(den); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func TestSumAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := new(big.Int)
		var s sum
		for range rapid.IntRange(1, 5).Draw(t, "terms") {
			a, b, c := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b"), rapid.Uint64Range(0, 1<<40).Draw(t, "c")
			s.add(a, b, c)
			p := new(big.Int).SetUint64(a)
			num.Add(num, p.Mul(p, new(big.Int).SetUint64(b)).Mul(p, new(big.Int).SetUint64(c)))
		}
		d, e := rapid.Uint64Min(1).Draw(t, "d"), rapid.Uint64Range(1, 1<<31).Draw(t, "e")
		den := new(big.Int).Mul(new(big.Int).SetUint64(d), new(big.Int).SetUint64(e))
		got, ok := s.div(d, e)
		want := exact(num, den)
		if fits := num.BitLen() <= 128 && den.BitLen() <= 64 && want.IsInt64(); ok != fits || ok && want.Int64() != int64(got) {
			t.Fatalf("sum / %v = %d, %v, want %v", den, got, ok, want)
		}
	})
}

func TestParseCount(t *testing.T) {
	for s, want := range map[string]Count{
		"500M": 500e6, "1.2B": 1.2e9, "300k": 300e3, "1_000_000": 1e6, "0": 0, "2600": 2600, "0.5K": 500, "2.500m": 2.5e6, " 7 ": 7, "1_000k": 1e6,
		"9223372036854775807": math.MaxInt64,
	} {
		got, err := ParseCount(s)
		if err != nil || got != want {
			t.Errorf("ParseCount(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "M", "-1", "1.5", "1.2345k", "1e6", "_1", "1_", "1__0", "1,000", "1M5", "0x10", "9223372036854775808", "10000000000B", "1.M", ".5M"} {
		if got, err := ParseCount(s); err == nil {
			t.Errorf("ParseCount(%q) = %d, want an error", s, got)
		}
	}
}

func TestCountReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Count(rapid.OneOf(rapid.Int64Range(0, 1e6), rapid.Map(rapid.Int64Range(0, 1e6), func(n int64) int64 { return n * 1e6 }), rapid.Int64Min(0)).Draw(t, "n"))
		if got, err := ParseCount(c.String()); err != nil || got != c {
			t.Fatalf("ParseCount(%q) = %d, %v, want %d", c, got, err, c)
		}
	})
}

func TestParseKB(t *testing.T) {
	for s, want := range map[string]int64{"3": 3072, "0.3": 308, "0.5": 512, "4608": 4608 * 1024, "0": 0, "0.0001": 1} {
		if got, err := ParseKB(s); err != nil || got != want {
			t.Errorf("ParseKB(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "-1", "1KB", "1e3", "9007199.254740993"} {
		if got, err := ParseKB(s); err == nil && got < 1 {
			t.Errorf("ParseKB(%q) = %d, want an error", s, got)
		}
	}
}
