package report

import (
	"fmt"
	"html/template"
	"math/big"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turnpike-perf/turnpike/pricing"
)

// A costView is the month's bill on both kinds of API, line by line.
type costView struct {
	Text, Basis string
	Bars        template.HTML
	BarsNarrow  template.HTML
	BarLegend   []legendItem
	Rows        []costRow
	Totals      []costRow
	Tiers       []tierView
	Notes       []string
	Source      string
}

// A costRow is one line on both kinds; "–" where a kind has none.
type costRow struct {
	Title, Unit        string
	RESTQty, REST      string
	HTTPQty, HTTP      string
	Difference         string
	Class              string
	RESTNote, HTTPNote string
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
	v := &costView{Text: costText(r), Basis: c.Basis.Text, Notes: costNotes(r)}
	v.Source = strings.TrimSuffix("Prices of "+c.Region+" as of "+c.AsOf+": "+c.Source, ": ")
	if c.Verified != "" {
		v.Source += " (" + strings.TrimRight(c.Verified, ".") + ")"
	}
	for _, l := range c.Lines {
		v.Rows = append(v.Rows, costRow{Title: capital(l.Title), Unit: inUnits(l.Unit), RESTQty: quantity(l.RESTQuantity, l.Unit), REST: money(l.REST), HTTPQty: quantity(l.HTTPQuantity, l.Unit), HTTP: money(l.HTTP), Difference: moneyGap(l.REST, l.HTTP)})
	}
	v.Totals = totals(c)
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
		return "Nothing was billable, so there is nothing to project."
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
		return unit
	}
	return unit + "s"
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return upper(s)
}

// totals are the closing rows: per month, per million, and the run itself.
func totals(c pricing.Comparison) []costRow {
	month := costRow{Title: "Per month", Unit: "billable", Class: "total", REST: money(total(c.REST)), HTTP: money(total(c.HTTP)), Difference: moneyGap(total(c.REST), total(c.HTTP))}
	each := costRow{Title: "Per million requests", Class: "sum", REST: money(million(c.REST)), HTTP: money(million(c.HTTP)), Difference: moneyGap(million(c.REST), million(c.HTTP))}
	if c.REST != nil {
		month.RESTNote, month.RESTQty = incomplete(c.REST), humanize.Comma(c.REST.RequestsPerMonth)
	}
	if c.HTTP != nil {
		month.HTTPNote, month.HTTPQty = incomplete(c.HTTP), humanize.Comma(c.HTTP.RequestsPerMonth)
	}
	rows := []costRow{month, each}
	if c.RunREST != 0 || c.RunHTTP != 0 {
		rows = append(rows, costRow{Title: "This run, at a deployed API", Class: "minor", REST: c.RunREST.String(), HTTP: c.RunHTTP.String(), Difference: moneyGap(&c.RunREST, &c.RunHTTP)})
	}
	return rows
}

func incomplete(b *pricing.Bill) string {
	if b.Complete() {
		return ""
	}
	return "no price for " + strings.Join(b.Missing, ", ")
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
		t := tierView{Title: fmt.Sprintf("%s API, %s: %s", strings.ToUpper(string(b.API)), strings.ToLower(l.Title), l.USD.String())}
		t.Table.Head = []cell{num("From"), num("To"), num("Quantity"), num("Price per " + bulk(l.Unit)), num("USD")}
		for _, p := range l.Tiers {
			to := "no end"
			if p.To > 0 {
				to = humanize.Comma(p.To)
			}
			t.Table.Rows = append(t.Table.Rows, tableRow{Cells: []cell{num(humanize.Comma(p.From)), num(to), num(quantity(p.Quantity, l.Unit)), num("$" + bulkPrice(p.Price, l.Unit)), num(p.USD.String())}})
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

func costNotes(r *Report) []string {
	c := r.Cost
	var notes []string
	for _, g := range []struct {
		name string
		r    *pricing.Range
	}{{"REST", c.RangeREST}, {"HTTP", c.RangeHTTP}} {
		if g.r != nil {
			notes = append(notes, fmt.Sprintf("What AWS does not state about its billing leaves the %s bill between %s and %s a month.", g.name, g.r.Low, g.r.High))
		}
	}
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
	for _, a := range c.Assumptions {
		notes = append(notes, capital(strings.TrimRight(a, "."))+".")
	}
	return notes
}

func money(m *pricing.Money) string {
	if m == nil {
		return none
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
		return "−" + (-d).String()
	}
	return "+" + d.String()
}

// quantity writes a decimal quantity with grouped digits and no more decimals
// than help.
func quantity(q, unit string) string {
	if q == "" {
		return none
	}
	v, err := strconv.ParseFloat(q, 64)
	if err != nil {
		return q
	}
	if i, err := strconv.ParseInt(q, 10, 64); err == nil {
		return humanize.Comma(i)
	}
	if unit == "GB" && v >= 100 {
		return humanize.Comma(int64(v + 0.5))
	}
	return humanize.CommafWithDigits(v, 2)
}

var barColors = []string{"ok", "client", "stage", "plan", "auth", "quota"}

// costBars draws both months as bars of their lines.
func costBars(id string, c pricing.Comparison, w float64) (template.HTML, []legendItem) {
	var top pricing.Money
	var bills []*pricing.Bill
	for _, b := range []*pricing.Bill{c.REST, c.HTTP} {
		if b.Complete() {
			bills, top = append(bills, b), max(top, b.Total)
		}
	}
	if top <= 0 {
		return "", nil
	}
	color, title := map[string]int{}, map[string]string{}
	for _, l := range c.Lines {
		title[l.Item] = l.Title
	}
	var legend []legendItem
	left, right, row := 84.0, 90.0, 44.0
	s := newSVG(id, w, row*float64(len(bills))+6, "The month's bill", "One bar for each kind of API, as long as its month costs, divided into line items.")
	x := scale{lo: 0, hi: top.Dollars(), a: left, b: w - right}
	for i, b := range bills {
		y, from := row*float64(i)+6, 0.0
		s.text(left-12, y+21, "end", "label", strings.ToUpper(string(b.API))+" API")
		for _, l := range b.Lines {
			if l.USD <= 0 {
				continue
			}
			k, seen := color[l.Item]
			if !seen {
				k = len(color) % len(barColors)
				color[l.Item] = k
				legend = append(legend, legendItem{Label: orElse(title[l.Item], l.Title), Class: "swatch", Color: template.CSS("--c:var(--" + barColors[k] + ")")})
			}
			to := from + l.USD.Dollars()
			s.rect(x.at(from), y, max(0.6, x.at(to)-x.at(from)-0.8), 32, "var(--"+barColors[k]+")", `opacity=".88"`)
			from = to
		}
		s.text(x.at(from)+8, y+21, "start", "label", dollars(b.Total))
	}
	return template.HTML(s.close()), legend
}

func orElse(s, t string) string {
	if s == "" {
		return t
	}
	return s
}

// A ledgerView says what became of every request when it came to the bill.
type ledgerView struct {
	Text string
	Flow []flowPart
	Rows []ledgerRow
}

type flowPart struct {
	Label, Count, Share string
	Width               string
	Color               template.CSS
}

type ledgerRow struct {
	Title, Count, Share, Billed, Class, Citation, Confidence, Switch string
}

func ledgerOf(r *Report) *ledgerView {
	l := r.Cost.Ledger
	if l.Arrivals == 0 && l.Sent == 0 {
		return nil
	}
	v := &ledgerView{Text: ledgerText(l)}
	part := func(label string, n uint64, color string) {
		if n > 0 {
			v.Flow = append(v.Flow, flowPart{Label: label, Count: count(n), Share: share(of(n, max(l.Arrivals, l.Sent))), Width: fmt.Sprintf("%.2f%%", 100*of(n, max(l.Arrivals, l.Sent))), Color: template.CSS("--c:var(--" + color + ")")})
		}
	}
	part("billable", l.Billable, "ok")
	part("not billable", l.NotBillable, "stage")
	part("never reached API Gateway", l.NeverReached, "error")
	part("never sent", l.NotSent, "lost")
	billed := map[string]string{"billable": "billed", "not_billable": "not billed", "never_reached": "never reached", "not_sent": "never sent"}
	for _, k := range l.Lines {
		b := billed[string(k.Class)]
		if b == "" {
			b = strings.ReplaceAll(string(k.Class), "_", " ")
		}
		row := ledgerRow{Title: capital(k.Title), Count: count(k.Count), Share: share(of(k.Count, max(l.Arrivals, l.Sent))), Billed: b, Citation: k.Citation, Confidence: k.Confidence, Switch: k.Switch}
		if !k.Billable {
			row.Class = "minor"
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func ledgerText(l pricing.Ledger) string {
	s := fmt.Sprintf("Of %s sent, %s (%s) would be billed", things(l.Sent, "request"), count(l.Billable), share(of(l.Billable, l.Sent)))
	if l.NotBillable > 0 {
		s += fmt.Sprintf(" and %s would not", count(l.NotBillable))
	}
	return s + "."
}
