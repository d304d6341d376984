package report

import (
	"fmt"
	"html/template"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turnpike-perf/turnpike/pricing"
)

// A costView is the month's bill on both kinds of API, line by line.
type costView struct {
	Text, Basis string
	Open        string // what AWS's silence leaves open, in money
	Stale       string // that the prices are old; "" where they are not
	Bars        template.HTML
	BarsNarrow  template.HTML
	BarLegend   []legendItem
	Table       *table
	Tiers       []tierView
	Notes       []string
}

type tierView struct {
	Title string
	Table table
}

func costOf(r *Report) *costView {
	c := r.Cost
	if c.REST == nil && c.HTTP == nil {
		return nil
	}
	v := &costView{Text: costText(r), Basis: c.Basis.Text, Open: openRange(c), Stale: stale(r), Table: costTable(c), Notes: costNotes(c)}
	for _, b := range []*pricing.Bill{c.REST, c.HTTP} {
		v.Tiers = append(v.Tiers, tiers(b)...)
	}
	v.Bars, v.BarLegend = costBars("bars", c, chartW)
	v.BarsNarrow, _ = costBars("bars-n", c, 380)
	return v
}

func costText(r *Report) string {
	switch {
	case r.Cost.Basis.RequestsPerMonth == 0:
		return "Nothing was sent, so there is no month to project."
	case r.Mode == ModePrice:
		return cost(r)
	case r.Target.Kind == "emulate" || r.Mode == ModeSimulate:
		return cost(r) + " This run itself cost nothing: the API was not a deployed one."
	}
	return cost(r)
}

// inUnits is what a line's quantities are counted in, where its title does not
// say so.
func inUnits(unit string) string {
	switch unit {
	case "request", "message":
		return ""
	case "GB":
		return "in GB"
	}
	return "in " + unit + "s"
}

// costTable has a row per line item and closes with the month, the price of a
// million requests, and the run itself.
func costTable(c pricing.Comparison) *table {
	t := &table{Head: []cell{text("Line"), num("REST, quantity").class(wideOnly), num("REST"), num("HTTP, quantity").class(wideOnly), num("HTTP"), num("HTTP − REST")}}
	add := func(class string, name cell, restQty string, rest cell, httpQty string, http cell, gap string) {
		t.Rows = append(t.Rows, tableRow{Class: class, Cells: []cell{name, num(restQty).class(wideOnly), rest, num(httpQty).class(wideOnly), http, num(gap)}})
	}
	for _, l := range c.Lines {
		add("", cell{Text: upper(l.Title), Sub: inUnits(l.Unit)}, quantity(l.RESTQuantity), num(money(l.REST)), quantity(l.HTTPQuantity), num(money(l.HTTP)), moneyGap(l.REST, l.HTTP))
	}
	if len(t.Rows) == 0 {
		return nil
	}
	rest, restQty := monthCells(c.REST)
	http, httpQty := monthCells(c.HTTP)
	add("total", text("Per month"), restQty, rest, httpQty, http, moneyGap(total(c.REST), total(c.HTTP)))
	add("sum", text("Per million billable requests"), "", num(money(million(c.REST))), "", num(money(million(c.HTTP))), moneyGap(million(c.REST), million(c.HTTP)))
	if runREST, runHTTP := runBills(c); runREST != nil || runHTTP != nil {
		add("minor", text("This run, at a deployed API"), "", num(money(runREST)), "", num(money(runHTTP)), moneyGap(runREST, runHTTP))
	}
	return t
}

// runBills are what the run itself would have cost, nil where that is not
// known: where a price is missing, and where nothing of it was billable.
func runBills(c pricing.Comparison) (rest, http *pricing.Money) {
	known := func(m pricing.Money) *pricing.Money {
		if m == 0 {
			return nil
		}
		return &m
	}
	return known(c.RunREST), known(c.RunHTTP)
}

// stale warns of prices that were old when the run began; "" where they were
// not, and where there is no bill.
func stale(r *Report) string {
	if r.Cost.REST == nil && r.Cost.HTTP == nil {
		return ""
	}
	return pricing.Stale(r.Cost.AsOf, r.Began)
}

// monthCells are a bill's total, with what it has no price for, and how many
// requests it is of.
func monthCells(b *pricing.Bill) (month cell, requests string) {
	month = num(money(total(b)))
	if b == nil {
		return month, ""
	}
	if !b.Complete() {
		month.Sub = "no price for " + strings.Join(b.Missing, ", ")
	}
	return month, humanize.Comma(b.RequestsPerMonth)
}

// tiers are the price tiers of a bill's lines.
func tiers(b *pricing.Bill) []tierView {
	if b == nil {
		return nil
	}
	var out []tierView
	for _, l := range b.Lines {
		if len(l.Tiers) == 0 {
			continue
		}
		title := l.Title
		if !strings.Contains(title, "API") {
			title = strings.ToUpper(string(b.API)) + " API, " + title
		}
		t := tierView{Title: title + ": " + l.USD.String()}
		t.Table.Head = []cell{num("From"), num("To"), num("Quantity"), num("Price per " + bulk(l.Unit)), num("USD")}
		for _, p := range l.Tiers {
			to := "no end"
			if p.To > 0 {
				to = humanize.Comma(p.To)
			}
			t.Table.Rows = append(t.Table.Rows, tableRow{Cells: []cell{num(humanize.Comma(p.From)), num(to), num(quantity(p.Quantity)), num("$" + bulkPrice(p.Price, l.Unit)), num(p.USD.String())}})
		}
		if l.Note != "" {
			t.Title += " (" + l.Note + ")"
		}
		out = append(out, t)
	}
	return out
}

// Requests, messages and minutes are priced by the million, as AWS's price
// page does; everything else by its unit.
func bulk(unit string) string {
	switch unit {
	case "request", "message", "minute":
		return "million " + unit + "s"
	}
	return unit
}

func bulkPrice(p pricing.Price, unit string) string {
	n := int64(1)
	if bulk(unit) != unit {
		n = 1_000_000
	}
	price := new(big.Rat).SetFrac64(p.Nanos, max(1, p.Per))
	price.Mul(price, big.NewRat(n, int64(pricing.Dollar)))
	s := price.FloatString(9)
	s = strings.TrimRight(s, "0")
	if whole, frac, _ := strings.Cut(s, "."); len(frac) < 2 {
		s = whole + "." + frac + strings.Repeat("0", 2-len(frac))
	}
	return s
}

// openRange says between which sums the uncertain billing rules leave a month.
func openRange(c pricing.Comparison) string {
	var words []string
	if g := c.RangeREST; g != nil {
		words = append(words, dollars(g.Low)+" to "+dollars(g.High)+" on REST")
	}
	if g := c.RangeHTTP; g != nil {
		words = append(words, dollars(g.Low)+" to "+dollars(g.High)+" on HTTP")
	}
	if words == nil {
		return ""
	}
	return "AWS does not state all of its billing rules; over every reading of them the month costs " + and(words) + "."
}

// costNotes are where the prices come from and what they leave out.
func costNotes(c pricing.Comparison) []string {
	source := strings.TrimSuffix("Prices of "+c.Region+" as of "+c.AsOf+": "+c.Source, ": ")
	if c.Verified != "" {
		source += " (" + strings.TrimRight(c.Verified, ".") + ")"
	}
	notes := []string{source}
	if len(c.Uncertain) > 0 {
		notes = append(notes, "Uncertain billing rules that mattered here, with the reading chosen: "+strings.Join(c.Uncertain, "; ")+". Others can be chosen under pricing.rules.")
	}
	seen := map[string]bool{}
	for _, b := range []*pricing.Bill{c.REST, c.HTTP} {
		if b == nil {
			continue
		}
		if len(b.Missing) > 0 {
			notes = append(notes, fmt.Sprintf("The price book has no price in %s for: %s. So there is no %s total.", b.Region, strings.Join(b.Missing, ", "), strings.ToUpper(string(b.API))))
		}
		for _, n := range b.Notes {
			if !seen[n] {
				seen[n] = true
				notes = append(notes, n)
			}
		}
	}
	for _, a := range append(slices.Clone(c.Assumptions), rounding) {
		notes = append(notes, upper(strings.TrimRight(a, "."))+".")
	}
	return notes
}

// money writes an amount to the cent, and what is under a cent with two digits.
func money(m *pricing.Money) string {
	switch {
	case m == nil:
		return none
	case *m > -pricing.Cent && *m < pricing.Cent && *m != 0:
		return dollars(*m)
	}
	return m.String()
}

// moneyGap is HTTP − REST, with a real minus sign.
func moneyGap(rest, http *pricing.Money) string {
	if rest == nil || http == nil {
		return ""
	}
	d := *http - *rest
	switch {
	case d == 0:
		return none
	case d < 0:
		d = -d
		return "−" + money(&d)
	}
	return "+" + money(&d)
}

// quantity writes a decimal quantity with grouped digits: whole numbers as they
// are, GB with three decimals, so that times the price they visibly give the
// amount, and what is below one of them with all the digits that there are.
func quantity(q string) string {
	if q == "" {
		return none
	}
	if i, err := strconv.ParseInt(q, 10, 64); err == nil {
		return humanize.Comma(i)
	}
	v, err := strconv.ParseFloat(q, 64)
	if err != nil || math.Abs(v) < 1 {
		return q
	}
	whole, frac, _ := strings.Cut(strconv.FormatFloat(v, 'f', 3, 64), ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return q
	}
	return strings.TrimSuffix(strings.TrimRight(humanize.Comma(i)+"."+frac, "0"), ".")
}
