package checks

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
)

// Evaluate holds the check against what was measured and what it costs; either
// may be nil where it is not known, and a check of it then fails.
func (c Check) Evaluate(s *measure.Summary, cost *pricing.Comparison) Result {
	r := Result{Check: c.Text, Metric: c.Metric, Of: c.Of, Client: c.Client, During: c.During, Op: c.Op, Cost: c.Cost,
		BoundValue: c.Bound, Bound: c.Op + " " + c.shown(c.Bound, 4)}
	if c.Cost {
		c.evaluateCost(&r, cost)
		return r
	}
	if s == nil {
		r.Reason = "no data: nothing was measured"
		return r
	}
	v, err := s.Read(c.Metric, c.Of, c.Client, c.During)
	switch {
	case err != nil:
		r.Reason = "no data: " + err.Error()
	case !v.OK:
		r.Reason = v.Reason
	default:
		r.Passed = holds(v.Value, c.Op, c.Bound)
		c.show(&r, v.Value)
	}
	return r
}

// evaluateCost compares whole nano-dollars.
func (c Check) evaluateCost(r *Result, cost *pricing.Comparison) {
	var b *pricing.Bill
	switch {
	case cost == nil:
	case c.API == "rest":
		b = cost.REST
	default:
		b = cost.HTTP
	}
	switch {
	case b == nil:
		r.Reason = "no data: the cost was not worked out"
		return
	case !b.Complete():
		r.Reason = "no price for " + strings.Join(b.Missing, ", ") + " in " + b.Region
		return
	case c.Metric == costPerMillion && b.PerMillion == 0:
		r.Reason = "no data: no request of the month is billed"
		return
	}
	m := b.Total
	if c.Metric == costPerMillion {
		m = b.PerMillion
	}
	r.Passed = holds(m, c.Op, pricing.Money(math.Round(c.Bound*float64(pricing.Dollar))))
	c.show(r, m.Dollars())
}

func holds[T cmp.Ordered](v T, op string, bound T) bool {
	switch op {
	case "<":
		return v < bound
	case "<=":
		return v <= bound
	case ">":
		return v > bound
	case ">=":
		return v >= bound
	case "==":
		return v == bound
	}
	return false
}

// show writes what was observed, with as many digits as tell it from the bound.
func (c Check) show(r *Result, v float64) {
	r.ObservedValue = &v
	for digits := 4; digits <= 17; digits++ {
		r.Observed = c.shown(v, digits)
		bound := c.shown(c.Bound, digits)
		r.Bound = c.Op + " " + bound
		if r.Observed != bound || v == c.Bound {
			break
		}
	}
	room := c.Bound - v
	if strings.HasPrefix(c.Op, ">") {
		room = -room
	}
	switch {
	case room == 0:
		r.Margin = "at the bound"
	case c.Op == "==":
		r.Margin = c.room(math.Abs(room)) + " off"
	case room > 0:
		r.Margin = c.room(room) + " to spare"
	case strings.HasPrefix(c.Op, ">"):
		r.Margin = c.room(-room) + " short"
	default:
		r.Margin = c.room(-room) + " over"
	}
	if c.Bound > 0 && c.Op != "==" {
		ratio := room / c.Bound
		r.MarginRatio = &ratio
	}
}

// room formats a difference; one of shares is in percentage points.
func (c Check) room(v float64) string {
	if c.kind == measure.Share {
		if d := digitsOf(100*v, 3); d != "1" {
			return d + " points"
		}
		return "1 point"
	}
	return c.shown(v, 3)
}

// shown formats a value in the unit in which the check was written.
func (c Check) shown(v float64, digits int) string {
	switch {
	case c.Cost && digits <= 4:
		return pricing.Money(math.Round(v * float64(pricing.Dollar))).String()
	case c.Cost:
		return "$" + pricing.Money(math.Round(v*float64(pricing.Dollar))).Decimal()
	case c.kind == measure.Duration && c.Unit == "s":
		return digitsOf(v/1000, digits) + " s"
	case c.kind == measure.Duration && c.Unit == "us":
		return digitsOf(v*1000, digits) + " µs"
	case c.kind == measure.Duration:
		return digitsOf(v, digits) + " ms"
	case c.kind == measure.Share:
		return digitsOf(100*v, digits) + "%"
	case c.kind == measure.Rate:
		return digitsOf(v, digits) + "/s"
	}
	return fmt.Sprint(uint64(max(0, v)))
}

// digitsOf formats v with that many significant digits, all digits before the
// point, and no zeros at the end of a fraction.
func digitsOf(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(math.Abs(v))))
	s := strconv.FormatFloat(v, 'f', max(0, decimals), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
