package report

import (
	"cmp"
	"html/template"
	"strings"

	"github.com/turnpike-perf/turnpike/pricing"
)

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
				legend = append(legend, legendItem{Label: cmp.Or(title[l.Item], l.Title), Class: "swatch", Color: template.CSS("--c:var(--" + barColors[k] + ")")})
			}
			to := from + l.USD.Dollars()
			s.rect(x.at(from), y, max(0.6, x.at(to)-x.at(from)-0.8), 32, "var(--"+barColors[k]+")", `opacity=".88"`)
			from = to
		}
		s.text(x.at(from)+8, y+21, "start", "label", dollars(b.Total))
	}
	return template.HTML(s.close()), legend
}
