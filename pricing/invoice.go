package pricing

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// rounding says why rounded amounts may seem not to add up.
const rounding = "each amount is rounded by itself; totals are exact before that"

// WriteQuote writes a quote as an invoice: every line with its tiers, totals,
// and where the prices are from.
func WriteQuote(w io.Writer, q *Quote) error {
	var v invoice
	v.text(fmt.Sprintf("One month in %s, %s", q.Region, q.RegionName))
	v.source(q)
	if q.Basis != "" {
		v.text("the month: " + q.Basis)
	}
	for _, api := range []API{REST, HTTP, WebSocket} {
		if b, ok := q.APIs[api]; ok {
			v.bill(&b)
		}
	}
	v.text("")
	rest, ok1 := q.APIs[REST]
	http, ok2 := q.APIs[HTTP]
	switch {
	case q.DifferenceUSD != nil && rest.Total+http.Total > 0:
		v.text(differenceText(*q.DifferenceUSD, q.DifferencePercent))
	case ok1 && ok2 && !(rest.Complete() && http.Complete()):
		v.text("REST and HTTP cannot be compared: a price is missing.")
	}
	v.text("(" + rounding + ")")
	_, err := io.WriteString(w, v.String())
	return err
}

// Name is how the kind of API is written in prose.
func (a API) Name() string {
	switch a {
	case REST:
		return "REST API"
	case HTTP:
		return "HTTP API"
	case WebSocket:
		return "WebSocket API"
	}
	return string(a)
}

// perUnit writes a unit's price as AWS's price page does: "$3.50 per million
// requests", "$0.09 per GB".
func (p Price) perUnit(unit string) string {
	if m, ok := p.Times(1_000_000); ok && unit != "GB" && unit != "hour" {
		return "$" + m.Decimal() + " per million"
	}
	return "$" + p.Decimal() + " per " + unit
}

// differenceText says in words how HTTP's total stands to REST's.
func differenceText(d Money, percent *float64) string {
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
	return fmt.Sprintf("As an HTTP API the month costs %s (%.1f%%) %s than as a REST API.", Money(abs(int64(d))), math.Abs(*percent), than)
}

// An invoice is rows of label, quantity, price and amount, aligned when all are
// there; a row of one cell runs across.
type invoice struct{ rows [][]string }

func (v *invoice) text(s string)              { v.rows = append(v.rows, []string{s}) }
func (v *invoice) row(cells ...string)        { v.rows = append(v.rows, cells) }
func (v *invoice) rule(amount string)         { v.row("", "", "", strings.Repeat("─", max(8, len(amount)))) }
func (v *invoice) total(label, amount string) { v.row("  "+label, "", "", amount) }

func (v *invoice) source(q *Quote) {
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

func (v *invoice) bill(b *Bill) {
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
			if b.API == WebSocket {
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

func (v *invoice) line(l *Line) {
	price := ""
	if len(l.Tiers) == 1 {
		price = l.Tiers[0].Price.perUnit(l.Unit)
	}
	v.row("  "+l.Title, readable(l.Quantity)+" "+plural(l.Quantity, l.Unit), price, l.USD.String())
	if len(l.Tiers) > 1 {
		for _, t := range l.Tiers {
			v.row("    "+t.span(l.Unit), readable(t.Quantity), t.Price.perUnit(l.Unit), t.USD.String())
		}
	}
	if l.Note != "" {
		v.text("    " + l.Note)
	}
}

// span names a tier: "first 333M", "next 667M", "over 20B", "first 10 TB".
func (t *TierLine) span(unit string) string {
	size := func(n int64) string {
		switch {
		case unit == "GB" && n%1024 == 0 && n > 0:
			return Count(n/1024).String() + " TB"
		case unit == "GB":
			return Count(n).String() + " GB"
		}
		return Count(n).String()
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

func plural(quantity, unit string) string {
	if unit == "GB" || quantity == "1" {
		return unit
	}
	return unit + "s"
}

// readable groups the digits before the point.
func readable(quantity string) string {
	whole, frac, point := strings.Cut(quantity, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + frac
	}
	return whole
}

// String aligns the rows: labels to the left, quantities and amounts to the right.
func (v *invoice) String() string {
	var width [4]int
	for _, r := range v.rows {
		if len(r) == 4 {
			for i, c := range r {
				width[i] = max(width[i], utf8.RuneCountInString(c))
			}
		}
	}
	var out strings.Builder
	for _, r := range v.rows {
		s := r[0]
		if len(r) == 4 {
			s = pad(r[0], -width[0]) + "  " + pad(r[1], width[1]) + "  " + pad(r[2], -width[2]) + "  " + pad(r[3], width[3])
		}
		out.WriteString(strings.TrimRight(s, " "))
		out.WriteByte('\n')
	}
	return out.String()
}

// pad fills s to a width in runes, to the left where width is above 0.
func pad(s string, width int) string {
	fill := strings.Repeat(" ", max(0, max(width, -width)-utf8.RuneCountInString(s)))
	if width > 0 {
		return fill + s
	}
	return s + fill
}
