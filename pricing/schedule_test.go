package pricing

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// schedules draws one of the book's, or one of random tiers, which may rise.
func drawSchedule(t *rapid.T) *Schedule {
	b := Embedded()
	r, err := b.Region(rapid.SampledFrom(b.Regions()).Draw(t, "region"))
	if err != nil {
		t.Fatal(err)
	}
	all := []*Schedule{r.RESTRequests, r.HTTPRequests, r.Messages, r.Minutes, r.TransferOut}
	s := rapid.SampledFrom(all).Draw(t, "schedule")
	if s == nil {
		return r.RESTRequests
	}
	return s
}

func drawCustom(t *rapid.T) *Schedule {
	scale := rapid.SampledFrom([]int64{1, 3, 1 << 30}).Draw(t, "scale")
	var tiers []Tier
	to := int64(0)
	for range rapid.IntRange(0, 4).Draw(t, "tiers") {
		to += rapid.Int64Range(1, 1e9).Draw(t, "width")
		tiers = append(tiers, Tier{to, drawPrice(t)})
	}
	s, err := newSchedule(append(tiers, Tier{0, drawPrice(t)}), "thing", scale)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func drawPrice(t *rapid.T) Price {
	per := rapid.SampledFrom([]int64{1, 10, 1000, 1e9}).Draw(t, "per")
	return Price{rapid.Int64Range(0, 1e12).Draw(t, "nanos"), per}
}

var quantities = rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Range(0, 40e9), rapid.Int64Range(0, 1<<60))

// bigCost is the same arithmetic in rationals, in the plain way.
func bigCost(s *Schedule, n int64) *big.Int {
	num, den := new(big.Rat), new(big.Rat)
	from := int64(0)
	for _, tier := range s.Tiers {
		to := n
		if tier.To > 0 && tier.To*s.scale < n {
			to = tier.To * s.scale
		}
		if to > from {
			price := new(big.Rat).SetFrac64(tier.Price.Nanos, tier.Price.Per)
			num.Add(num, price.Mul(price, new(big.Rat).SetInt64(to-from)))
			from = to
		}
	}
	den.Quo(num, new(big.Rat).SetInt64(s.scale))
	return exact(den.Num(), den.Denom())
}

func TestCostAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Custom(drawCustom).Draw(t, "custom")
		if rapid.Bool().Draw(t, "book") {
			s = drawSchedule(t)
		}
		n := quantities.Draw(t, "n")
		got, ok := s.Cost(n)
		want := bigCost(s, n)
		switch {
		case ok && (!want.IsInt64() || want.Int64() != int64(got)):
			t.Fatalf("Cost(%d) = %d, want %v (tiers %v)", n, got, want, s.Tiers)
		case !ok && want.IsInt64() && want.Int64() < math.MaxInt64/4:
			t.Fatalf("Cost(%d) does not fit, want %v (tiers %v)", n, want, s.Tiers)
		}
	})
}

// What each tier shows adds up to the line, and its quantities to the quantity.
func TestBreakdownAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		n := rapid.Int64Range(0, 1<<48).Draw(t, "n")
		lines, usd, ok := s.breakdown(n)
		cost, _ := s.Cost(n)
		if !ok || usd != cost {
			t.Fatalf("breakdown(%d) = %d, %v; Cost = %d", n, usd, ok, cost)
		}
		var sum Money
		for _, l := range lines {
			sum += l.USD
			if l.USD < 0 {
				t.Fatalf("tier %+v below 0", l)
			}
		}
		if sum != usd {
			t.Fatalf("tiers of %d add up to %d, want %d: %+v", n, sum, usd, lines)
		}
	})
}

// Laws of the book's schedules: more never costs less; one more costs no more
// than the dearest price, at a tier's bound too; the whole costs no more than
// its parts; doubling never more than doubles. Each up to one nano-dollar for
// each rounding.
func TestCostLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		a, b := rapid.Int64Range(0, 1<<48).Draw(t, "a"), rapid.Int64Range(0, 1<<48).Draw(t, "b")
		if i := rapid.IntRange(-1, len(s.Tiers)-1).Draw(t, "at"); i >= 0 && s.Tiers[i].To > 0 {
			a = s.Tiers[i].To * s.scale
		}
		cost := func(n int64) Money {
			m, ok := s.Cost(n)
			if !ok {
				t.Fatalf("Cost(%d) does not fit", n)
			}
			return m
		}
		if cost(a+b) < cost(a) {
			t.Fatalf("Cost(%d) < Cost(%d)", a+b, a)
		}
		if cost(a+b) > cost(a)+cost(b)+1 {
			t.Fatalf("Cost(%d) = %d > Cost(%d) + Cost(%d) = %d", a+b, cost(a+b), a, b, cost(a)+cost(b))
		}
		if cost(2*a) > 2*cost(a)+1 {
			t.Fatalf("Cost(%d) = %d > twice Cost(%d) = %d", 2*a, cost(2*a), a, 2*cost(a))
		}
		if step, _ := s.Tiers[0].Price.Times(1); cost(a+1)-cost(a) > step+1 {
			t.Fatalf("Cost(%d) - Cost(%d) = %d, above the first tier's price %v", a+1, a, cost(a+1)-cost(a), s.Tiers[0].Price)
		}
	})
}

func TestCostRefuses(t *testing.T) {
	r, _ := Embedded().Region("us-east-1")
	for _, n := range []int64{-1, math.MinInt64, math.MaxInt64} {
		if m, ok := r.RESTRequests.Cost(n); ok {
			t.Errorf("Cost(%d) = %d, want none", n, m)
		}
	}
}

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		n, scale int64
		want     string
	}{{0, 1, "0"}, {500e6, 1, "500000000"}, {1 << 30, 1 << 30, "1"}, {1<<30 - 1, 1 << 30, "1"}, {3 << 29, 1 << 30, "1.5"}, {15_360_000_000, 1 << 30, "14.305115"}, {1, 1 << 30, "0"}} {
		if got := quantity(c.n, c.scale); got != c.want {
			t.Errorf("quantity(%d, %d) = %s, want %s", c.n, c.scale, got, c.want)
		}
	}
}

func TestBillRefuses(t *testing.T) {
	for _, c := range []struct {
		region string
		api    API
		u      Usage
		want   string
	}{
		{"nowhere", REST, Usage{}, `unknown region "nowhere"`},
		{"us-east-1", "soap", Usage{}, `unknown kind of API "soap"`},
		{"us-east-1", REST, Usage{RESTRequests: -1}, "quantity is -1, below 0"},
		{"us-east-1", REST, Usage{BytesOut: -1}, "quantity is -1, below 0"},
		{"us-east-1", REST, Usage{CacheGB: "2"}, "no cache of \"2\" GB: want one of 0.5, 1.6"},
		{"us-east-1", REST, Usage{CacheGB: "0.5", CacheHours: -1}, "below 0"},
		{"us-east-1", HTTP, Usage{HTTPUnits: math.MaxInt64}, "cost more than can be counted"},
		{"us-east-1", WebSocket, Usage{WebSocketMessages: 9e15, ConnectionMinutes: 9e15}, "cost more than can be counted"},
	} {
		if b, err := Embedded().Bill(c.region, c.api, c.u); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Bill(%s, %s, %+v) = %v, %v, want an error with %q", c.region, c.api, c.u, b.Total, err, c.want)
		}
	}
}

// A region without a price says so, and its bill is not complete: never zero in silence.
func TestMissingPrices(t *testing.T) {
	for _, c := range []struct {
		region string
		api    API
		want   int
	}{{"mx-central-1", HTTP, 1}, {"ap-east-2", WebSocket, 2}, {"ap-southeast-5", HTTP, 1}, {"mx-central-1", REST, 0}, {"mx-central-1", WebSocket, 0}} {
		b, err := Embedded().Bill(c.region, c.api, Usage{RESTRequests: 1, HTTPUnits: 1, WebSocketMessages: 1, ConnectionMinutes: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Missing) != c.want || b.Complete() != (c.want == 0) {
			t.Errorf("%s in %s: missing %q, complete %v, want %d missing", c.api, c.region, b.Missing, b.Complete(), c.want)
		}
	}
	if b := (*Bill)(nil); b.Complete() {
		t.Error("no bill is complete")
	}
}

func TestFreeTransfer(t *testing.T) {
	const gb = 1 << 30
	for _, c := range []struct {
		region string
		bytes  int64
		off    bool
		want   string
	}{
		{"us-east-1", 100 * gb, false, "$0.00"},
		{"us-east-1", 100*gb + 1, false, "$0.00"},
		{"us-east-1", 101 * gb, false, "$0.09"},
		{"us-east-1", 101 * gb, true, "$9.09"},
		{"us-east-1", (10240 + 100) * gb, false, "$921.60"}, // the tiers start after the free part
		{"us-east-1", (10240 + 101) * gb, false, "$921.68"}, // 921.685, half to even
		{"us-gov-west-1", 100 * gb, false, "$15.50"},        // not known to be free there
	} {
		b, err := Embedded().Bill(c.region, REST, Usage{BytesOut: c.bytes, NoFreeTransfer: c.off})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Total.String(); got != c.want {
			t.Errorf("%d bytes out of %s: %s, want %s", c.bytes, c.region, got, c.want)
		}
	}
}
