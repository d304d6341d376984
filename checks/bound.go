package checks

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/turnpike-perf/turnpike/measure"

	"github.com/turnpike-perf/turnpike/spelling"
)

const (
	maxUSD   = 9.2e9 // what pricing.Money can hold
	maxBound = 1e15  // the largest number that is sure to be printed exactly
)

// bound reads the number and its unit, and brings it to the metric's own.
func (p *parser) bound(c *Check) {
	p.space()
	if p.err != nil {
		return
	}
	at := p.at
	dollar := p.at < len(p.text) && p.text[p.at] == '$'
	if dollar {
		p.at++
	}
	n := p.number()
	v, err := strconv.ParseFloat(n, 64)
	if err != nil || math.IsInf(v, 0) {
		p.fail(at, "a number must follow %s, such as %s", c.Op, example(c))
		return
	}
	if v > maxBound {
		p.fail(at, "the bound is beyond anything that is measured")
		return
	}
	end := p.at
	p.space()
	unitAt := p.at
	c.Unit = p.unit()
	if c.Unit == "" {
		p.at, unitAt = end, end
	}
	if dollar {
		if c.Unit != "" && c.Unit != "USD" {
			p.fail(unitAt, "%q does not go with $", c.Unit)
		}
		c.Unit = "USD"
	}
	c.Bound = p.scale(c, v, at, unitAt)
}

// scale applies the unit.
func (p *parser) scale(c *Check, v float64, at, unitAt int) float64 {
	if c.Cost {
		p.want(c, unitAt, "a cost", "USD")
		if v > maxUSD {
			p.fail(at, "the bound is beyond what a bill can come to")
		}
		return v
	}
	switch c.kind {
	case measure.Duration:
		p.want(c, unitAt, "a duration", "ms", "s", "us", "µs", "μs")
		switch c.Unit {
		case "ms":
			return v
		case "s":
			return v * 1000
		}
		c.Unit = "us"
		return v / 1000
	case measure.Share:
		p.want(c, unitAt, "a share", "%")
		if v > 100 {
			p.fail(at, "a share is at most 100%%")
		}
		return v / 100
	case measure.Rate:
		p.want(c, unitAt, "a rate", "", "/s")
	default:
		p.want(c, unitAt, "a number of requests", "")
	}
	return v
}

// want fails unless the unit is one of those.
func (p *parser) want(c *Check, at int, what string, units ...string) {
	for _, u := range units {
		if c.Unit == u {
			return
		}
	}
	switch {
	case c.Unit == "":
		p.fail(at, "%s is %s, and its bound needs a unit, such as %s", c.Metric, what, example(c))
	case len(units) == 1 && units[0] == "":
		p.fail(at, "%s is %s and takes no unit, not %q", c.Metric, what, c.Unit)
	default:
		p.fail(at, "unknown unit %q of %s%s: it must be as in %s", c.Unit, what, spelling.DidYouMean(c.Unit, units), example(c))
	}
}

// example shows a bound of the check's metric.
func example(c *Check) string {
	switch {
	case c.Cost:
		return "< 500 USD"
	case c.kind == measure.Duration:
		return "< 250ms"
	case c.kind == measure.Share:
		return "< 1%"
	case c.kind == measure.Rate:
		return "> 490/s"
	}
	return "> 1000"
}

// number reads decimal digits with at most one point among them.
func (p *parser) number() string {
	from, point := p.at, false
	for p.at < len(p.text) {
		b := p.text[p.at]
		if b == '.' && !point {
			point = true
		} else if b < '0' || b > '9' {
			break
		}
		p.at++
	}
	return p.text[from:p.at]
}

// unit reads letters, %, / and µ, unless they say "during".
func (p *parser) unit() string {
	from := p.at
	for p.at < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		if !letter(r) && !strings.ContainsRune("%/µμ$€", r) {
			break
		}
		p.at += n
	}
	if p.text[from:p.at] == "during" {
		p.at = from
	}
	return p.text[from:p.at]
}
