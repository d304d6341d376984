package report

import (
	"fmt"
	"strings"

	"github.com/turnpike-perf/turnpike/pricing"
)

// cost says what a month of the traffic costs on either kind of API.
func cost(r *Report) string {
	c := r.Cost
	if c.REST == nil && c.HTTP == nil || c.Basis.RequestsPerMonth == 0 {
		return ""
	}
	n := large(float64(c.Basis.RequestsPerMonth)) + " requests sent a month"
	start := fmt.Sprintf("At %s", n)
	switch c.Basis.Model {
	case "24x7":
		start = fmt.Sprintf("Sustained around the clock (%s)", n)
	case "profile":
		start = fmt.Sprintf("Over the daily profile (%s)", n)
	}
	where := ""
	if c.Region != "" {
		where = " in " + c.Region
	}
	return start + " this traffic costs " + bothBills(c) + where + "." + noDropIn(r)
}

// noDropIn warns that the API uses what HTTP APIs do not have.
func noDropIn(r *Report) string {
	if len(r.RESTOnly) == 0 {
		return ""
	}
	return fmt.Sprintf(" HTTP APIs have no %s, which this API uses.", strings.Join(r.RESTOnly, " or "))
}

func bothBills(c pricing.Comparison) string {
	var words []string
	for _, b := range []*pricing.Bill{c.REST, c.HTTP} {
		switch {
		case b == nil:
		case !b.Complete():
			words = append(words, fmt.Sprintf("an unknown amount on %s API, for which a price is missing,", article(b.API)))
		case len(words) == 0:
			words = append(words, fmt.Sprintf("%s a month on %s API", dollars(b.Total), article(b.API)))
		default:
			words = append(words, fmt.Sprintf("%s on %s API", dollars(b.Total), article(b.API)))
		}
	}
	s := and(words)
	if p := c.DifferencePercent; p != nil && len(words) == 2 {
		s += difference(*p)
	}
	return strings.TrimSuffix(s, ",")
}

// total is a bill's total, or nil where it is not known.
func total(b *pricing.Bill) *pricing.Money {
	if !b.Complete() {
		return nil
	}
	return &b.Total
}

// million is the same for a million billable requests.
func million(b *pricing.Bill) *pricing.Money {
	if total(b) == nil || b.RequestsPerMonth == 0 {
		return nil
	}
	return &b.PerMillion
}

// amount writes money for prose, or a dash where it is not known.
func amount(m *pricing.Money) string {
	if m == nil {
		return none
	}
	return dollars(*m)
}

// difference says by how much HTTP differs from REST.
func difference(percent float64) string {
	switch {
	case percent <= -0.05:
		return fmt.Sprintf(" (%s less)", share(-percent/100))
	case percent >= 0.05:
		return fmt.Sprintf(" (%s more)", share(percent/100))
	}
	return " (no difference)"
}

func article(a pricing.API) string {
	switch a {
	case pricing.HTTP:
		return "an HTTP"
	case pricing.WebSocket:
		return "a WebSocket"
	}
	return "a REST"
}
