package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

const tooSmall = "the sample is too small for this percentile"

// timeCell is a percentile, with the reason where there is none.
func timeCell(ms *float64) cell {
	c := num(quantile(ms))
	if ms == nil {
		c.Title = tooSmall
	}
	return c
}

// maxCell is an exact extreme, or a dash where nothing was measured.
func maxCell(q measure.Quantiles, ms float64) cell {
	if q.Count == 0 {
		return cell{Text: none, Number: true, Title: "nothing was measured"}
	}
	return num(millis(ms))
}

func shareCell(part, whole uint64) cell {
	c := num(share(of(part, whole)))
	if whole == 0 {
		c.Text = none
	}
	c.Title = count(part) + " of " + count(whole)
	return c
}

var resultHead = []cell{num("Sent"), num("Ok"), num("Refused"), num("Failed"), num("p50"), num("p90"), num("p99"), num("p99.9"), num("Max"), num("Service p99")}

// resultCells are what every table of rows has in common.
func resultCells(row measure.Row) []cell {
	c, q := row.Counts, row.Latency
	return []cell{
		num(count(c.Sent)), shareCell(c.Outcomes[traffic.OK.String()], c.Sent), shareCell(c.Refused, c.Sent), shareCell(c.Errors, c.Sent),
		timeCell(q.P50), timeCell(q.P90), timeCell(q.P99), timeCell(q.P999), maxCell(q, q.MaxMS), timeCell(row.Service.P99),
	}
}

// requestTable has a row per request name, with all of them first.
func requestTable(r *Report) *table {
	if len(r.Summary.Rows) == 0 || r.Summary.Counts.Planned+r.Summary.Counts.Sent == 0 {
		return nil
	}
	t := &table{Head: append([]cell{text("Request")}, resultHead...)}
	rows := r.Summary.Rows
	if len(rows) == 2 {
		rows = rows[1:] // one request name: its row says it all
	}
	for i, row := range rows {
		name, class := text(row.Name), ""
		if i == 0 && len(rows) > 1 {
			name, class = text("All requests"), "sum"
		}
		name.Sub = others(row.Counts)
		t.Rows = append(t.Rows, tableRow{Class: class, Cells: append([]cell{name}, resultCells(row)...)})
	}
	return t
}

// others names the outcomes that have no column.
func others(c measure.Counts) string {
	var parts []string
	for _, o := range []traffic.Outcome{traffic.ClientError, traffic.AuthDenied, traffic.Aborted, traffic.NotSent} {
		n := c.Outcomes[o.String()]
		if o == traffic.NotSent {
			n = c.NotSent
		}
		if n > 0 {
			parts = append(parts, counted(n, o.String()))
		}
	}
	return strings.Join(parts, ", ")
}

// windowTable has a row per stage of the plan, and one for the steady ones
// together where there are several. A plan of one stage needs no table.
func windowTable(r *Report) *table {
	t := &table{Head: append([]cell{text("Stage"), num("Rate")}, resultHead...)}
	steady := 0
	for _, w := range r.Summary.Windows {
		if w.Name != measure.Steady && w.Steady {
			steady++
		}
		if len(w.Rows) == 0 || w.Name == measure.Steady && steady < 2 {
			continue
		}
		name := text(w.Name)
		name.Sub = fmt.Sprintf("%s – %s", clock(w.FromS, r.Summary.LoadS), clock(w.ToS, r.Summary.LoadS))
		if w.Name == measure.Steady {
			name.Sub = "the steady stages together"
		}
		speed := num(none)
		if w.LoadS > 0 {
			speed = num(rate(float64(w.Rows[0].Counts.Sent+w.Rows[0].Counts.NotSent) / w.LoadS))
		}
		t.Rows = append(t.Rows, tableRow{Cells: append([]cell{name, speed}, resultCells(w.Rows[0])...)})
	}
	if len(t.Rows) < 2 {
		return nil
	}
	return t
}

// refusalsOf shows refusals by the limit that refused and by client.
func refusalsOf(r *Report) *refusalView {
	c := r.Summary.Counts
	if c.Sent == 0 {
		return nil
	}
	v := &refusalView{}
	switch {
	case c.Refused == 0 && len(r.Limits) == 0:
		v.Text = "Nothing was refused."
	case c.Refused == 0:
		v.Text = "Nothing was refused: the load stayed within every configured limit."
	default:
		v.Text = fmt.Sprintf("%s of %s (%s) were turned away with 429.", count(c.Refused), things(c.Sent, "request"), share(of(c.Refused, c.Sent)))
	}
	v.Limits = limitTable(r)
	v.Clients = clientTable(r)
	return v
}

// limitTable has a row per kind of limit, in the order in which API Gateway
// applies them, with what is configured.
func limitTable(r *Report) *table {
	t := &table{Head: []cell{text("Limit"), text("Configured"), num("Refused"), num("Of sent"), text("")}}
	c := r.Summary.Counts
	for l := range traffic.Limit(traffic.NumLimits) {
		name := l.String()
		var configured []string
		for _, i := range r.Limits {
			if i.Limit == l {
				configured = append(configured, strings.TrimSpace(i.Scope+" "+i.numbers()))
			}
		}
		n := c.Limits[name]
		if name == "" || n == 0 && len(configured) == 0 {
			continue
		}
		set := text(none)
		if len(configured) > 0 {
			set = text(strings.Join(configured[:min(6, len(configured))], "; "))
			set.Class = "wide"
			if more := len(configured) - 6; more > 0 {
				set.Sub = fmt.Sprintf("and %d more", more)
			}
		}
		class := ""
		if n == 0 {
			class = "minor"
		}
		t.Rows = append(t.Rows, tableRow{Class: class, Cells: []cell{text(limitTitle[l]), set, num(count(n)), num(share(of(n, c.Sent))), barCell(of(n, max(1, c.Refused)), limitColor[l])}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

var limitTitle = map[traffic.Limit]string{
	traffic.UsagePlanQuota: "Usage plan quota", traffic.UsagePlanMethod: "Usage plan, per method", traffic.UsagePlan: "Usage plan",
	traffic.MethodLimit: "Method", traffic.StageLimit: "Stage", traffic.AccountLimit: "Account", traffic.UnknownLimit: "Not named by the answers",
}

var limitColor = map[traffic.Limit]string{
	traffic.UsagePlanQuota: "quota", traffic.UsagePlanMethod: "plan", traffic.UsagePlan: "plan",
	traffic.MethodLimit: "method", traffic.StageLimit: "stage", traffic.AccountLimit: "account", traffic.UnknownLimit: "other",
}

func barCell(part float64, color string) cell {
	return cell{Bar: &bar{Width: strconv.Itoa(int(math.Round(100*max(0, min(1, part))))) + "%", Color: template.CSS("--c:var(--" + color + ")")}}
}

// clientTable has a row per client, with which limits refused it.
func clientTable(r *Report) *table {
	if len(r.Summary.Clients) == 0 {
		return nil
	}
	t := &table{Head: []cell{text("Client"), num("Sent"), num("Admitted"), num("Refused"), num("Of sent"), num("p99"), text("Refused by")}}
	for _, row := range r.Summary.Clients {
		c := row.Counts
		var by []string
		for _, l := range byCount(c.Limits) {
			by = append(by, strings.ReplaceAll(l, "_", " ")+" "+count(c.Limits[l]))
		}
		if len(by) == 0 {
			by = []string{none}
		}
		t.Rows = append(t.Rows, tableRow{Cells: []cell{text(row.Name), num(count(c.Sent)), num(count(c.Admitted)), num(count(c.Refused)), num(share(of(c.Refused, c.Sent))), timeCell(row.Latency.P99), text(strings.Join(by, ", ")).class("wide")}})
	}
	return t
}

// percentilesOf is the percentile plot with its table.
func percentilesOf(r *Report) *percentileView {
	row := all(&r.Summary)
	if row.Latency.Count == 0 {
		return nil
	}
	v := &percentileView{
		Wide:   hdrPlot("hdr", row, latencyBounds(r), chartW, 340),
		Narrow: hdrPlot("hdr-n", row, latencyBounds(r), 380, 300),
	}
	if !closed(r) && r.Mode != ModeSimulate { // elsewhere nothing can be late
		v.Text = gap(row)
	}
	t := &table{Head: []cell{text(""), num("Count"), num("Min"), num("Mean"), num("p50"), num("p90"), num("p95"), num("p99"), num("p99.9"), num("p99.99"), num("Max")}}
	add := func(name string, q measure.Quantiles) {
		if q.Count == 0 {
			return
		}
		t.Rows = append(t.Rows, tableRow{Cells: []cell{text(name), num(count(q.Count)), num(millis(q.MinMS)), num(millis(q.MeanMS)), timeCell(q.P50), timeCell(q.P90), timeCell(q.P95), timeCell(q.P99), timeCell(q.P999), timeCell(q.P9999), num(millis(q.MaxMS))}})
	}
	add("Latency", row.Latency)
	add("Service", row.Service)
	add("Refusals (service)", row.Refused)
	for o := range traffic.Outcome(traffic.NumOutcomes) {
		if len(row.ByOutcome) > 1 && !o.Refused() {
			add("Latency, "+strings.ReplaceAll(o.String(), "_", " "), row.ByOutcome[o.String()])
		}
	}
	v.Table = t
	return v
}

// gap says in words how far latency and service are apart.
func gap(row measure.Row) string {
	l, s := row.Latency.P99, row.Service.P99
	if l == nil || s == nil {
		return ""
	}
	if *l <= *s*1.05+0.5 {
		return "The two curves lie together: requests went out when they were due, so the API's own time is what callers feel."
	}
	return fmt.Sprintf("At p99 callers wait %s, of which the API takes %s: the rest is time before the request could be sent.", millis(*l), millis(*s))
}

// seriesTable is the data of the charts over time.
func seriesTable(r *Report, t timeline) *table {
	out := &table{Head: []cell{text("From"), num("Planned/s"), num("Sent"), num("Done"), num("Ok"), num("Refused"), num("Failed"), num("Not sent"), num("p50"), num("p95"), num("p99"), num("In flight")}}
	for i, p := range t.points {
		var refused uint64
		for o := range traffic.Outcome(traffic.NumOutcomes) {
			if o.Refused() {
				refused += p.Outcomes[o.String()]
			}
		}
		offered := none
		if v := t.planned[i]; v != nil {
			offered = significant(*v)
		}
		out.Rows = append(out.Rows, tableRow{Cells: []cell{text(clock(p.FromS, t.end)), num(offered), num(count(p.Sent)), num(count(p.Done)), num(count(p.Outcomes[traffic.OK.String()])),
			num(count(refused)), num(count(uint64(failedOf(p)))), num(count(p.NotSent)), num(quantile(p.P50MS)), num(quantile(p.P95MS)), num(quantile(p.P99MS)), num(strconv.FormatInt(p.InFlight, 10))}})
	}
	return out
}
