package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A page is all that the HTML template reads: text already worded and
// rounded, drawings, and which parts there are. The template decides nothing.
type page struct {
	Title, Name   string
	Status, Mark  string
	Headline      string
	Rest          []string // the sentences after it
	Notes         []note
	Facts         []fact
	Command       string
	Nav           []link
	Checks        *table
	Cards         []card
	Charts        []chartView
	SeriesTable   *table
	SeriesNote    string
	Percentiles   *percentileView
	Requests      *table
	Windows       *table
	Refusals      *refusalView
	Cost          *costView
	Ledger        *ledgerView
	Health        *healthView
	Method        []string
	Glossary      []fact
	Scenario      string
	Foot          string
	CSS, UplotCSS template.CSS
	JS, UplotJS   template.JS
	ChartData     template.JS
	RunJSON       template.JS
	Measured      bool // something was sent
}

type note struct{ Class, Text string }

type fact struct{ Term, Text string }

type link struct{ Href, Text string } // text alone where there is no address

type card struct {
	Label, Value, Unit string
	More               []string
	Title              string
	Spark              template.HTML
}

type chartView struct {
	ID, Title, Lede string
	Static          template.HTML
	Legend          []legendItem
}

type legendItem struct {
	Label string
	Class string // swatch classes, for a stacked layer
	Color template.CSS
	Line  template.HTML // a stroke, for a line
}

// A table has its first column on the left and the others as their heads say.
type table struct {
	Head []cell
	Rows []tableRow
}

type tableRow struct {
	Class string
	Cells []cell
}

type cell struct {
	Text, Sub, Title string
	Cite             string // a source; its addresses become links
	Number           bool
	Class            string
	Bar              *bar
}

// wideOnly leaves a column out where there is no room for it.
const wideOnly = "wide-only"

func (c cell) class(name string) cell {
	c.Class = name
	return c
}

type bar struct {
	Width string
	Color template.CSS
}

type percentileView struct {
	Wide, Narrow template.HTML
	Table        *table
	Text         string
}

type refusalView struct {
	Text            string
	Limits, Clients *table
}

func num(text string) cell  { return cell{Text: text, Number: true} }
func text(text string) cell { return cell{Text: text} }

// pageOf builds the page of a report.
func pageOf(r *Report) (*page, error) {
	run, err := json.Marshal(normal(r)) // escapes <, > and &, so that no text of it can end the script element
	if err != nil {
		return nil, fmt.Errorf("encode run.json: %w", err)
	}
	t := timelineOf(&r.Summary)
	p := &page{
		Title: r.Name + " – " + r.Verdict.Status, Name: r.Name, Status: r.Verdict.Status, Mark: statusMark(r.Verdict.Status),
		Notes: notes(r), Facts: facts(r), Command: r.Command,
		Checks: checkTable(r), Cards: cards(r, t), Measured: r.Summary.Counts.Planned+r.Summary.Counts.Sent > 0,
		Requests: requestTable(r), Windows: windowTable(r), Refusals: refusalsOf(r), Cost: costOf(r), Ledger: ledgerOf(r),
		Method: r.Method, Glossary: glossary(r), Scenario: r.Scenario, Foot: foot(r),
		CSS: template.CSS(css), UplotCSS: template.CSS(uplotCSS), JS: template.JS(script), UplotJS: template.JS(uplotJS), RunJSON: template.JS(run),
	}
	p.Headline, p.Rest = sentences(r)
	if p.Measured {
		p.Health = healthOf(r)
		p.Percentiles = percentilesOf(r)
	}
	if err := p.charts(r, t); err != nil {
		return nil, err
	}
	p.Nav = p.nav()
	return p, nil
}

// charts adds the drawings over time and their data.
func (p *page) charts(r *Report, t timeline) error {
	drawn := []*chart{}
	if len(t.points) > 0 {
		load, latency, flight := loadChart(r, t), latencyChart(r, t), flightChart(r, t)
		drawn = append(drawn, load)
		lede, from := "The stacked areas are what came of the requests: plain colours were let through, hatched ones were refused, by the limit that refused. Grey bands are the stages of the plan.", "sent"
		if !closed(r) {
			lede, from = "The dashed line is the planned rate, about which random arrivals scatter. "+lede, "due"
		}
		p.addChart(load, lede)
		if len(latency.Series) > 0 {
			drawn = append(drawn, latency)
			p.addChart(latency, "How long callers waited, counted from when each request was "+from+", refusals left out. Each line is the time within which that share of an interval's requests was done; the scale is logarithmic.")
		}
		drawn = append(drawn, flight)
		p.addChart(flight, "How many requests were under way at the end of each interval. A line that climbs while the load stays level means that the API falls behind.")
		p.SeriesTable = seriesTable(r, t)
		p.SeriesNote = "One row per " + seconds(t.step) + "."
		if t.merged > 1 {
			p.SeriesNote += fmt.Sprintf(" Each stands for %d measured intervals: counts are added up, percentiles and requests in flight are the highest of them. series.jsonl has them all.", t.merged)
		}
	}
	data, err := json.Marshal(struct {
		X      []float64 `json:"x"`
		Step   float64   `json:"step"`
		Charts []*chart  `json:"charts"`
	}{append([]float64{}, t.from...), t.step, drawn})
	p.ChartData = template.JS(data)
	if err != nil {
		return fmt.Errorf("encode chart data: %w", err)
	}
	return nil
}

func (p *page) addChart(c *chart, lede string) {
	v := chartView{ID: c.ID, Title: c.Title, Lede: lede, Static: c.SVG()}
	for _, s := range c.Series {
		item := legendItem{Label: s.Label, Color: template.CSS("--c:var(--" + s.Color + ")")}
		if s.Stack {
			item.Class = "swatch"
			if s.Hatch != 0 {
				item.Class += " hatch"
			}
			if s.Hatch < 0 {
				item.Class += " b"
			}
		} else {
			item.Line = stroke(s)
		}
		v.Legend = append(v.Legend, item)
	}
	p.Charts = append(p.Charts, v)
}

func stroke(s series) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 24 8" aria-hidden="true"><path d="M0 4H24" style="stroke:var(--%s);stroke-width:2.2;stroke-dasharray:%s"/></svg>`, s.Color, cmp.Or(s.Dash, "none")))
}

func (p *page) nav() []link {
	var out []link
	add := func(there bool, id, text string) {
		if there {
			out = append(out, link{"#" + id, text})
		}
	}
	add(p.Checks != nil, "checks", "Checks")
	add(p.Measured, "glance", "At a glance")
	add(len(p.Charts) > 0, "time", "Over time")
	add(p.Percentiles != nil, "percentiles", "Percentiles")
	add(p.Requests != nil, "requests", "Requests")
	add(p.Refusals != nil, "refusals", "Refusals")
	add(p.Cost != nil, "cost", "Cost")
	add(p.Ledger != nil, "ledger", "What is billed")
	add(p.Health != nil, "health", "Measurement")
	add(true, "method", "Method")
	add(p.Scenario != "", "scenario", "Scenario")
	return out
}

func statusMark(status string) string {
	switch status {
	case Pass:
		return "✓"
	case Fail:
		return "✗"
	case Invalid:
		return "!"
	}
	return "◐"
}

// closed tells that each client waits for its answer before it sends again.
func closed(r *Report) bool { return r.Loop == LoopClosed || r.Summary.Closed }

// checkTable has a row per gate, in the order of the scenario: what was wanted
// and seen, and how much of the bound was used.
func checkTable(r *Report) *table {
	if len(r.Checks) == 0 {
		return nil
	}
	t := &table{Head: []cell{text("Check"), text("Holds for").class(wideOnly), num("Observed"), num("Bound").class(wideOnly), text("Used").class(wideOnly), text("Result")}}
	for _, k := range r.Checks {
		name, bar, color := text(k.Check), text(""), "pass"
		result := cell{Text: "✓ passed", Sub: k.Margin, Class: "mark yes"}
		if !k.Passed {
			result.Text, result.Class, color = "✗ failed", "mark no", "fail"
		}
		if invalid(r) {
			result.Text, result.Class, color = "void", "mark na", "lost"
		}
		if k.Observed == "" {
			result.Sub = k.Reason
		}
		if k.Line > 0 {
			name.Sub = "line " + strconv.Itoa(k.Line)
		}
		if k.MarginRatio != nil {
			bar = barCell(used(k), color)
		}
		t.Rows = append(t.Rows, tableRow{Cells: []cell{name, text(scope(k)).class(wideOnly), num(cmp.Or(k.Observed, none)), num(k.Bound).class(wideOnly), bar.class(wideOnly), result}})
	}
	return t
}

// used is the part of the bound that was used up: 1 where it is just met, also
// for a bound from below.
func used(k checks.Result) float64 {
	if strings.HasPrefix(k.Op, ">") {
		return 1 / max(1e-9, 1+*k.MarginRatio)
	}
	return 1 - *k.MarginRatio
}

func scope(k checks.Result) string {
	of := "all requests"
	switch {
	case k.Cost:
		return "the month's bill"
	case k.Of != "" && k.Client:
		of = "client " + k.Of
	case k.Of != "":
		of = k.Of
	}
	if k.During != "" {
		of += ", during " + k.During
	}
	return of
}

// okShare is the share of what was sent that was answered well.
func okShare(c measure.Counts) float64 { return of(c.Outcomes[traffic.OK.String()], c.Sent) }
