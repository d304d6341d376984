package report

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/turnpike-perf/turnpike/pricing"
)

func TestShare(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{{0, "0%"}, {1, "100%"}, {0.00001, "<0.01%"}, {0.999999, ">99.99%"}, {0.0008, "0.08%"}, {0.016, "1.6%"}, {0.418, "41.8%"}, {0.9997, "99.97%"}, {0.99994, ">99.99%"}, {21.5, "2150.0%"}, {math.NaN(), none}} {
		if got := share(c.v); got != c.want {
			t.Errorf("share(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}

// TestShareTellsNothingFromSomething says that only none is 0 % and only all is 100 %.
func TestShareTellsNothingFromSomething(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Uint64Range(1, 1<<40).Draw(t, "whole")
		part := rapid.Uint64Range(0, whole).Draw(t, "part")
		got := share(of(part, whole))
		if (got == "0%" || got == "0.00%") != (part == 0) {
			t.Errorf("share(%d of %d) = %s", part, whole, got)
		}
		if (got == "100%" || got == "100.0%" || got == "100.00%") != (part == whole) {
			t.Errorf("share(%d of %d) = %s", part, whole, got)
		}
	})
}

func TestMillis(t *testing.T) {
	for _, c := range []struct {
		ms   float64
		want string
	}{{0, "0.00 ms"}, {0.42, "0.42 ms"}, {9.994, "9.99 ms"}, {9.996, "10.0 ms"}, {41.26, "41.3 ms"}, {99.96, "100 ms"}, {312.4, "312 ms"}, {999.4, "999 ms"}, {999.6, "1.00 s"}, {1250, "1.25 s"}, {29000, "29.00 s"}, {3.6e6, "3,600 s"}, {math.Inf(1), none}} {
		if got := millis(c.ms); got != c.want {
			t.Errorf("millis(%v) = %q, want %q", c.ms, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{significant(0), "0"}, {significant(0.0421), "0.042"}, {significant(4.216), "4.22"}, {significant(42.16), "42.2"}, {significant(421.6), "422"}, {significant(12345), "12,345"}, {significant(0.9999), "1"},
		{seconds(0.25), "0.25 s"}, {seconds(20), "20 s"}, {seconds(300), "5 min"}, {seconds(301), "5 min 1 s"}, {seconds(7380), "2 h 3 min"}, {seconds(3600), "1 h"},
		{large(950), "950"}, {large(48213), "48,213"}, {large(1.29e9), "1.29 billion"}, {large(5e8), "500 million"}, {large(999_999), "1 million"},
		{dollars(0), "$0"}, {dollars(1698_230_000_000), "$1,698"}, {dollars(3_350_000_000), "$3.35"}, {dollars(4_200_000), "$0.0042"}, {dollars(3_500), "$0.0000035"}, {money(new(pricing.Money(1_300_426))), "$0.0013"}, {money(new(20 * pricing.Cent)), "$0.20"}, {dollars(-250 * pricing.Dollar), "−$250"}, {dollars(100 * pricing.Dollar), "$100"},
		{quantity(""), none}, {quantity("25000000000"), "25,000,000,000"}, {quantity("715155.737305"), "715,155.737"}, {quantity("2.861023"), "2.861"}, {quantity("999.9996"), "1,000"}, {quantity("5.1"), "5.1"}, {quantity("0.001717"), "0.001717"},
		{and(nil), ""}, {and([]string{"a"}), "a"}, {and([]string{"a", "b"}), "a and b"}, {and([]string{"a", "b", "c"}), "a, b and c"},
		{things(1, "request"), "1 request"}, {things(0, "request"), "0 requests"},
		{cut("abcdef", 4), "abc…"}, {cut("abc", 4), "abc"}, {plain("a\x1b[31m\nb"), "a\ufffd[31m\ufffdb"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestAxes says that the ticks of every axis are few, rise, and hold all values.
func TestAxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.Float64Range(1e-6, 1e9).Draw(t, "top")
		s := steps(top, 5, false)
		if len(s) < 2 || len(s) > 7 || s[0] != 0 || s[len(s)-1] < top*(1-1e-9) || !slices.IsSorted(s) {
			t.Errorf("steps(%v, 5) = %v", top, s)
		}
		for _, v := range steps(top, 5, true) {
			if v != math.Trunc(v) {
				t.Errorf("steps(%v, 5, whole) has %v", top, v)
			}
		}
		lo := rapid.Float64Range(0, 1e6).Draw(t, "lo")
		hi := lo + rapid.Float64Range(0, 1e6).Draw(t, "more")
		ticks, from, to := decades(lo, hi)
		if len(ticks) < 2 || len(ticks) > 14 || !slices.IsSorted(ticks) || from > max(lo, 0.001)*1.0001 || to < hi*0.9999 || ticks[0] != from || ticks[len(ticks)-1] != to {
			t.Errorf("decades(%v, %v) = %v, %v, %v", lo, hi, ticks, from, to)
		}
		end := rapid.Float64Range(0.001, 1e7).Draw(t, "end")
		if c := clockTicks(end, 10); len(c) < 1 || len(c) > 21 || c[len(c)-1] > end*1.0001 {
			t.Errorf("clockTicks(%v) has %d ticks to %v", end, len(c), c[len(c)-1])
		}
	})
}
