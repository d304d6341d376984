package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turnpike-perf/turnpike/pricing"
)

// none stands for a figure that there is not: no sample, or too small a one.
const none = "–"

// count writes a whole number in groups of three.
func count(n uint64) string { return humanize.Comma(int64(min(n, math.MaxInt64))) }

// things writes a number of things with the noun in its right form.
func things(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// significant writes v with about three significant digits, never in
// exponents and without losing whole digits: 0.042, 4.2, 42.1, 421, 4,213.
func significant(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return none
	case a == 0:
		return "0"
	case a < 0.001:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case a < 0.9995:
		return trim(v, 3)
	case a < 9.995:
		return trim(v, 2)
	case a < 99.95:
		return trim(v, 1)
	}
	return humanize.Comma(int64(math.Round(v)))
}

// trim writes v with at most n decimals and no trailing zeros.
func trim(v float64, n int) string {
	s := strconv.FormatFloat(v, 'f', n, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// rate writes a rate per second.
func rate(v float64) string { return significant(v) + "/s" }

// millis writes a time given in milliseconds in the unit that suits it, with a
// space between the two: 0.42 ms, 41.3 ms, 312 ms, 1.25 s.
func millis(ms float64) string {
	switch {
	case math.IsNaN(ms) || math.IsInf(ms, 0):
		return none
	case math.Abs(ms) >= 99_950:
		return significant(ms/1000) + " s"
	case math.Abs(ms) >= 999.5:
		return strconv.FormatFloat(ms/1000, 'f', 2, 64) + " s"
	case math.Abs(ms) >= 99.95:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	case math.Abs(ms) >= 9.995:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	}
	return strconv.FormatFloat(ms, 'f', 2, 64) + " ms"
}

// quantile writes a percentile, or a dash where the sample cannot support it.
func quantile(ms *float64) string {
	if ms == nil {
		return none
	}
	return millis(*ms)
}

// share writes a part of 1 as a percentage that never rounds something to
// nothing or almost everything to everything.
func share(v float64) string {
	p := v * 100
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return none
	case p == 0:
		return "0%"
	case p == 100:
		return "100%"
	case p > 0 && p < 0.01:
		return "<0.01%"
	case p > 99.99 && p < 100:
		return ">99.99%"
	case p < 1 || p > 99 && p < 100:
		return strconv.FormatFloat(p, 'f', 2, 64) + "%"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + "%"
}

// of is the share that part is of whole, 0 where there is no whole.
func of(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// seconds writes a length of time: 0.25 s, 20 s, 5 min, 2 h 3 min.
func seconds(s float64) string {
	if s < 120 {
		return significant(s) + " s"
	}
	whole := int64(math.Round(s))
	h, m, sec := whole/3600, whole/60%60, whole%60
	var parts []string
	if h > 0 {
		parts = append(parts, fmt.Sprintf("%d h", h))
	}
	if m > 0 {
		parts = append(parts, fmt.Sprintf("%d min", m))
	}
	if sec > 0 && h == 0 {
		parts = append(parts, fmt.Sprintf("%d s", sec))
	}
	return strings.Join(parts, " ")
}

// size writes a number of bytes in binary units.
func size(b uint64) string { return humanize.IBytes(b) }

// large writes a big count in words that fit a sentence: 950, 48,213, 1.29 million.
func large(v float64) string {
	for _, u := range []struct {
		from float64
		word string
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}} {
		if v >= u.from*0.9995 {
			return significant(v/u.from) + " " + u.word
		}
	}
	return significant(math.Round(v))
}

// dollars writes money for prose: whole dollars from 100 up, cents below, and
// what is under a cent with as many digits as it takes.
func dollars(m pricing.Money) string {
	v := float64(m) / 1e9
	switch a := math.Abs(v); {
	case m == 0:
		return "$0"
	case a >= 99.995:
		return sign(v) + "$" + humanize.Comma(int64(math.Round(a)))
	case a >= 0.01:
		return sign(v) + "$" + strconv.FormatFloat(a, 'f', 2, 64)
	}
	digits := 1 - int(math.Floor(math.Log10(math.Abs(v)))) // two significant ones
	return sign(v) + "$" + trim(math.Abs(v), digits)
}

func sign(v float64) string {
	if v < 0 {
		return "−"
	}
	return ""
}

// and joins words as prose does: a, b and c.
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
