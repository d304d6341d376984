package pricing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Count is a number of requests or messages, written "500M", "1.2B", "300k",
// "1_000_000" or as an integer.
type Count int64

// ParseCount reads a Count: a decimal number that may end in k (thousand), M
// (million) or B (billion) and comes to a whole number; digits may be grouped
// by underscores.
func ParseCount(s string) (Count, error) {
	n, ok := parseScaled(strings.TrimSpace(s))
	if !ok {
		return 0, fmt.Errorf("count %q: want a whole number such as 500M, 1.2B, 300k or 1_000_000", s)
	}
	return Count(n), nil
}

var countUnits = map[byte]int{'k': 3, 'K': 3, 'm': 6, 'M': 6, 'b': 9, 'B': 9}

func parseScaled(s string) (int64, bool) {
	zeros := 0
	if s != "" {
		if z, ok := countUnits[s[len(s)-1]]; ok {
			zeros, s = z, s[:len(s)-1]
		}
	}
	whole, frac, point := strings.Cut(s, ".")
	whole, ok := ungroup(whole)
	if !ok || point && (frac == "" || !onlyDigits(frac)) {
		return 0, false
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > zeros {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", zeros-len(frac)), 10, 64)
	return n, err == nil
}

// ungroup removes underscores that stand between digits.
func ungroup(s string) (string, bool) {
	groups := strings.Split(s, "_")
	for _, g := range groups {
		if g == "" || !onlyDigits(g) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// String writes the count so that it reads back exactly: "500M", "1.2B", "2600".
func (c Count) String() string {
	for _, u := range []struct {
		name string
		size Count
	}{{"B", 1e9}, {"M", 1e6}, {"k", 1e3}} {
		if c >= u.size && c%(u.size/1000) == 0 {
			return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%03d", c/u.size, c%u.size/(u.size/1000)), "0"), ".") + u.name
		}
	}
	return strconv.FormatInt(int64(c), 10)
}

// MarshalText writes String.
func (c Count) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseCount does.
func (c *Count) UnmarshalText(b []byte) error {
	v, err := ParseCount(string(b))
	if err == nil {
		*c = v
	}
	return err
}

// ParseKB reads a size in kilobytes of 1,024 bytes, as AWS's price examples
// count, with decimals such as "3" or "0.3", and returns it in bytes, rounded up.
func ParseKB(s string) (int64, error) {
	p, err := ParsePrice(strings.TrimSpace(s))
	if err != nil || p.Nanos > math.MaxInt64/1024 {
		return 0, fmt.Errorf("size %q: want a number of KB such as 3 or 0.5", s)
	}
	const nano = 1_000_000_000
	per := p.Per * nano
	if p.Per > math.MaxInt64/nano {
		return 0, fmt.Errorf("size %q: has too many decimals", s)
	}
	n := p.Nanos * 1024
	return n/per + min(1, n%per), nil
}

// roughly writes a count for reading, in four figures: "341.6M".
func roughly(n int64) string {
	for _, u := range []struct {
		name string
		size int64
	}{{"T", 1e12}, {"B", 1e9}, {"M", 1e6}, {"k", 1e3}} {
		if n >= u.size*10 || n >= u.size && n%u.size == 0 || n >= 1e6 && n >= u.size {
			return strconv.FormatFloat(float64(n)/float64(u.size), 'g', 4, 64) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
