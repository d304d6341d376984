package pricing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Tier is the price of the units up to To in a month, above the previous
// tier's; To 0 means without end.
type Tier struct {
	To    int64 `json:"to,omitempty"`
	Price Price `json:"usd"`
}

// A Schedule is what a month's quantity of one thing costs: each tier's price
// applies to the units that fall into it, not to all.
//
//	USD │            ╱╌╌╌  t3
//	    │       ╱╌╌╌╱      t2: less steep, and no step between
//	    │   ╱╌╌╱
//	    │ ╱                t1
//	    └──┴────┴──────── units a month
type Schedule struct {
	Unit  string // request, message, minute, hour, GB
	Tiers []Tier

	scale int64 // what is counted for one unit: 2^30 bytes for a GB, else 1
	per   int64 // the largest Per of any tier: all prices are exact over it
}

func newSchedule(tiers []Tier, unit string, scale int64) (*Schedule, error) {
	s := &Schedule{Unit: unit, Tiers: tiers, scale: scale, per: 1}
	from := int64(0)
	for i, t := range tiers {
		last := i == len(tiers)-1
		switch {
		case t.Price.Per < 1 || t.Price.Nanos < 0:
			return nil, fmt.Errorf("tier %d has no price", i+1)
		case last && t.To != 0:
			return nil, fmt.Errorf("last tier ends at %d: want one without end", t.To)
		case !last && t.To <= from:
			return nil, fmt.Errorf("tier %d ends at %d: want above %d", i+1, t.To, from)
		case t.To > math.MaxInt64/scale:
			return nil, fmt.Errorf("tier %d ends at %d: too large", i+1, t.To)
		}
		from = t.To
		s.per = max(s.per, t.Price.Per)
	}
	if len(tiers) == 0 {
		return nil, fmt.Errorf("no tiers")
	}
	return s, nil
}

// Cost returns what n of what is counted costs in a month: requests, messages,
// minutes, hours, or bytes of data transfer. It is exact up to one rounding,
// half to even, to a nano-dollar; false means that it is beyond what Money
// holds, or n below 0. It does not allocate.
func (s *Schedule) Cost(n int64) (Money, bool) { return s.walk(n, nil) }

// breakdown returns the tiers that n reaches, with their parts of the cost.
func (s *Schedule) breakdown(n int64) ([]TierLine, Money, bool) {
	lines := make([]TierLine, 0, len(s.Tiers))
	usd, ok := s.walk(n, func(t TierLine, part int64) {
		t.Quantity = quantity(part, s.scale)
		lines = append(lines, t)
	})
	return lines, usd, ok
}

// walk adds up n's cost, tier by tier, and tells each of them, where told is
// not nil. A tier's dollars are the difference of two rounded running totals,
// so that they add up to the line's exactly.
func (s *Schedule) walk(n int64, told func(t TierLine, part int64)) (Money, bool) {
	var total sum
	var usd Money
	from := int64(0)
	ok := n >= 0
	for i := 0; ok && i < len(s.Tiers); i++ {
		t := &s.Tiers[i]
		end := n
		if t.To > 0 {
			end = min(n, t.To*s.scale)
		}
		if end <= from && i > 0 {
			break
		}
		total.add(uint64(end-from), uint64(t.Price.Nanos), uint64(s.per/t.Price.Per))
		var running Money
		running, ok = total.div(uint64(s.per), uint64(s.scale))
		if told != nil {
			told(TierLine{From: from / s.scale, To: t.To, Price: t.Price, USD: running - usd}, end-from)
		}
		usd, from = running, end
	}
	return usd, ok
}

// quantity writes n counted things in units of scale: whole numbers exactly,
// others rounded half up to six decimals.
func quantity(n, scale int64) string {
	if scale == 1 {
		return strconv.FormatInt(n, 10)
	}
	whole, rest := n/scale, n%scale
	millionths := (rest*1_000_000 + scale/2) / scale
	if millionths == 1_000_000 {
		whole, millionths = whole+1, 0
	}
	frac := strings.TrimRight(fmt.Sprintf(".%06d", millionths), "0")
	return strconv.FormatInt(whole, 10) + strings.TrimSuffix(frac, ".")
}
