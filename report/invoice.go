package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turnpike-perf/turnpike/pricing"
)

// rounding says why rounded amounts may seem not to add up.
const rounding = "each amount is rounded by itself; totals are exact before that"

// Invoice writes a quote for a terminal: every line with its tiers, totals, and
// where the prices are from.
func Invoice(w io.Writer, q *pricing.Quote) error {
	var v invoice
	v.text(fmt.Sprintf("One month in %s, %s", q.Region, q.RegionName))
	v.source(q)
	if q.Basis != "" {
		v.text("the month: " + q.Basis)
	}
	for _, api := range []pricing.API{pricing.REST, pricing.HTTP, pricing.WebSocket} {
		if b, ok := q.APIs[api]; ok {
			v.bill(&b)
		}
	}
	v.text("")
	rest, ok1 := q.APIs[pricing.REST]
	http, ok2 := q.APIs[pricing.HTTP]
	switch {
	case q.DifferenceUSD != nil && rest.Total+http.Total > 0:
		v.text(differenceText(*q.DifferenceUSD, q.DifferencePercent))
	case ok1 && ok2 && !(rest.Complete() && http.Complete()):
		v.text("REST and HTTP cannot be compared: a price is missing.")
	}
	v.text("(" + rounding + ")")
	if _, err := io.WriteString(w, v.String()); err != nil {
		return fmt.Errorf("write invoice: %w", err)
	}
	return nil
}

// differenceText says in words how HTTP's total stands to REST's.
func differenceText(d pricing.Money, percent *float64) string {
	than := "less"
	if d > 0 {
		than = "more"
	}
	switch {
	case d == 0:
		return "The month costs the same as an HTTP API and as a REST API."
	case percent == nil:
		return fmt.Sprintf("As an HTTP API the month costs %s, as a REST API nothing.", d)
	}
	return fmt.Sprintf("As an HTTP API the month costs %s (%s) %s than as a REST API.", max(d, -d), share(math.Abs(*percent)/100), than)
}

// An invoice is rows of label, quantity, price and amount, aligned when all are
// there; a row of one cell runs across.
type invoice struct{ rows [][]string }

func (v *invoice) text(s string)       { v.rows = append(v.rows, []string{plain(s)}) }
func (v *invoice) row(cells ...string) { v.rows = append(v.rows, cells) }
func (v *invoice) rule(amount string) {
	v.row("", "", "", strings.Repeat("─", max(8, length(amount))))
}
func (v *invoice) total(label, amount string) { v.row("  "+label, "", "", amount) }

func (v *invoice) source(q *pricing.Quote) {
	v.text("prices as of " + q.AsOf + ": " + q.Source)
	if q.Verified != "" {
		v.text("checked after that: " + q.Verified)
	} else {
		v.text("not checked after that")
	}
	if q.Stale != "" {
		v.text("mind: " + q.Stale)
	}
}

func (v *invoice) bill(b *pricing.Bill) {
	v.text("")
	v.text(b.API.Name())
	for i := range b.Lines {
		v.line(&b.Lines[i])
	}
	for _, m := range b.Missing {
		v.text("  missing: " + m + ": no price in " + b.Region + " in the book of " + b.AsOf)
	}
	if b.Complete() {
		v.rule(b.Total.String())
		v.total("total", b.Total.String())
		if b.PerMillion > 0 {
			what := "requests"
			if b.API == pricing.WebSocket {
				what = "messages"
			}
			v.total("per million billable "+what, b.PerMillion.String())
		}
	} else {
		v.text("  the total is not known")
	}
	for _, n := range b.Notes {
		v.text("  note: " + n)
	}
}

func (v *invoice) line(l *pricing.Line) {
	price := ""
	if len(l.Tiers) == 1 {
		price = perUnit(l.Tiers[0].Price, l.Unit)
	}
	v.row("  "+plain(l.Title), quantity(l.Quantity)+" "+units(l.Quantity, l.Unit), price, l.USD.String())
	if len(l.Tiers) > 1 {
		for _, t := range l.Tiers {
			v.row("    "+span(t, l.Unit), quantity(t.Quantity), perUnit(t.Price, l.Unit), t.USD.String())
		}
	}
	if l.Note != "" {
		v.text("    " + l.Note)
	}
}

// perUnit writes a unit's price as AWS's price page does: "$3.50 per million",
// "$0.09 per GB".
func perUnit(p pricing.Price, unit string) string {
	per := unit
	if bulk(unit) != unit {
		per = "million"
	}
	return "$" + bulkPrice(p, unit) + " per " + per
}

// units is the noun of a quantity in its right form.
func units(quantity, unit string) string {
	if unit == "GB" || quantity == "1" {
		return unit
	}
	return unit + "s"
}

// span names a tier: "first 333M", "next 667M", "over 20B", "first 10 TB".
func span(t pricing.TierLine, unit string) string {
	size := func(n int64) string {
		switch {
		case unit == "GB" && n%1024 == 0 && n > 0:
			return humanize.Comma(n/1024) + " TB"
		case unit == "GB":
			return humanize.Comma(n) + " GB"
		}
		return pricing.Count(n).String()
	}
	switch {
	case t.To == 0 && t.From == 0:
		return "all"
	case t.To == 0:
		return "over " + size(t.From)
	case t.From == 0:
		return "first " + size(t.To)
	}
	return "next " + size(t.To-t.From)
}

// String aligns the rows: labels to the left, quantities and amounts to the right.
func (v *invoice) String() string {
	var width [4]int
	for _, r := range v.rows {
		if len(r) == 4 {
			for i, c := range r {
				width[i] = max(width[i], length(c))
			}
		}
	}
	left := func(s string, n int) string { return s + strings.Repeat(" ", max(0, n-length(s))) }
	var out strings.Builder
	for _, r := range v.rows {
		s := r[0]
		if len(r) == 4 {
			s = left(r[0], width[0]) + "  " + pad(r[1], width[1]) + "  " + left(r[2], width[2]) + "  " + pad(r[3], width[3])
		}
		out.WriteString(strings.TrimRight(s, " "))
		out.WriteByte('\n')
	}
	return out.String()
}
