package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// TextOptions says how Text writes.
type TextOptions struct {
	Color bool // ANSI colours; words and marks say the same without
	Width int  // columns; 0 = 100, at least 40
}

// Text writes the summary for a terminal: the verdict first, then the figures
// per request, the refusals, the bill and the checks.
func Text(out io.Writer, r *Report, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 100
	}
	o.Width = max(40, o.Width)
	w := &writer{o: o}
	w.headline(r)
	w.wrap(plain(short(r)), "", "")
	if r.Summary.Counts.Planned+r.Summary.Counts.Sent > 0 {
		w.WriteByte('\n')
		w.requests(r)
		w.facts(r)
	} else if r.Cost.REST != nil || r.Cost.HTTP != nil {
		w.WriteByte('\n')
		w.bill(r)
	}
	w.checks(r)
	if _, err := io.WriteString(out, w.String()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// short is the sentence without what stands in the lines below it: the checks
// and the bill.
func short(r *Report) string {
	var parts []string
	for _, p := range []string{trust(r), outcome(r), unsent(r)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return Sentence(r)
	}
	return strings.Join(parts, " ")
}

var statusColor = map[string]string{Pass: green, Fail: red, Invalid: violet, Partial: yellow}

// headline is the verdict, the name and what tells the run from others.
func (w *writer) headline(r *Report) {
	var about []string
	for _, s := range []string{map[string]string{ModeSimulate: "simulated", ModePrice: "priced"}[r.Mode], map[string]string{LoopClosed: "closed loop"}[r.Loop], r.RunID} {
		if s != "" {
			about = append(about, plain(s))
		}
	}
	if r.Mode != ModePrice {
		about = append(about, seconds(r.Summary.ElapsedS), fmt.Sprintf("seed %d", r.Seed))
		if v := validityWords(r); v != "" && v != r.Verdict.Status {
			about = append(about, v)
		}
	}
	left := statusMark(r.Verdict.Status) + " " + r.Verdict.Status
	right := strings.Join(about, " · ")
	name := plain(r.Name)
	gap := w.o.Width - length(left) - 2 - length(name) - length(right)
	left = w.paint(bold+";"+statusColor[r.Verdict.Status], left)
	if gap < 2 {
		w.WriteString(left + "  " + w.paint(bold, cut(name, w.o.Width-length(statusMark(r.Verdict.Status)+" "+r.Verdict.Status)-2)) + "\n")
		w.wrap(right, "", "")
	} else {
		fmt.Fprintf(w, "%s  %s%s%s\n", left, w.paint(bold, name), strings.Repeat(" ", gap), w.paint(dim, right))
	}
	w.WriteByte('\n')
}

func validityWords(r *Report) string {
	v := r.Summary.Validity.Verdict
	if q := r.Summary.Lag; q.P99 != nil && !r.Summary.Closed && r.Mode != ModeSimulate {
		v += fmt.Sprintf(" (lag p99 %s)", millis(*q.P99))
	}
	return v
}

// A column of the table of requests; the higher its rank, the sooner it is
// left out where the terminal is narrow.
type column struct {
	head string
	rank int
	of   func(measure.Row) string
}

var columns = []column{
	{"sent", 0, func(r measure.Row) string { return count(r.Counts.Sent) }},
	{"ok", 5, func(r measure.Row) string { return share(okShare(r.Counts)) }},
	{"refused", 0, func(r measure.Row) string { return share(of(r.Counts.Refused, r.Counts.Sent)) }},
	{"failed", 1, func(r measure.Row) string { return share(of(r.Counts.Errors, r.Counts.Sent)) }},
	{"p50", 2, func(r measure.Row) string { return quantile(r.Latency.P50) }},
	{"p90", 6, func(r measure.Row) string { return quantile(r.Latency.P90) }},
	{"p99", 0, func(r measure.Row) string { return quantile(r.Latency.P99) }},
	{"p99.9", 4, func(r measure.Row) string { return quantile(r.Latency.P999) }},
	{"max", 3, func(r measure.Row) string { return extreme(r.Latency, r.Latency.MaxMS) }},
}

func extreme(q measure.Quantiles, ms float64) string {
	if q.Count == 0 {
		return none
	}
	return millis(ms)
}

// requests is a line per request name under one for all of them.
func (w *writer) requests(r *Report) {
	rows := r.Summary.Rows
	if len(rows) == 0 {
		rows = []measure.Row{all(&r.Summary)}
	}
	rows = append(append([]measure.Row{}, rows[1:]...), rows[0]) // the total last, as in a bill
	names := make([]string, len(rows))
	widest := 0
	for i, row := range rows {
		names[i] = plain(row.Name)
		if i == len(rows)-1 {
			names[i] = "all requests"
		}
		widest = max(widest, length(names[i]))
	}
	widest = min(widest, max(14, w.o.Width/3))
	cols, widths := fitting(rows, w.o.Width-widest)
	w.WriteString(strings.Repeat(" ", widest))
	for i, c := range cols {
		w.WriteString(w.paint(dim, pad(c.head, widths[i]+2)))
	}
	w.WriteByte('\n')
	for i, row := range rows {
		if len(rows) == 2 && i == 0 {
			continue // one request name: all requests says it
		}
		name := cut(names[i], widest)
		w.WriteString(name + strings.Repeat(" ", widest-length(name)))
		for k, c := range cols {
			cell := pad(c.of(row), widths[k]+2)
			if c.head == "refused" && row.Counts.Refused > 0 {
				cell = w.paint(yellow, cell)
			}
			if c.head == "failed" && row.Counts.Errors > 0 {
				cell = w.paint(red, cell)
			}
			w.WriteString(cell)
		}
		w.WriteByte('\n')
	}
}

// fitting chooses the columns that fit into room, with their widths.
func fitting(rows []measure.Row, room int) ([]column, []int) {
	for drop := 7; ; drop-- {
		var cols []column
		var widths []int
		total := 0
		for _, c := range columns {
			if c.rank >= drop {
				continue
			}
			n := length(c.head)
			for _, row := range rows {
				n = max(n, length(c.of(row)))
			}
			cols, widths, total = append(cols, c), append(widths, n), total+n+2
		}
		if total <= room || drop <= 1 {
			return cols, widths
		}
	}
}

// facts are the refusals by limit and client, and the bill.
func (w *writer) facts(r *Report) {
	c := r.Summary.Counts
	w.WriteByte('\n')
	if c.Refused > 0 {
		var by, clients []string
		for _, l := range byCount(c.Limits) {
			by = append(by, fmt.Sprintf("%s %s (%s of sent)", strings.ReplaceAll(l, "_", " "), count(c.Limits[l]), share(of(c.Limits[l], c.Sent))))
		}
		for _, k := range r.Summary.Clients {
			clients = append(clients, fmt.Sprintf("%s %s", plain(k.Name), share(of(k.Counts.Refused, k.Counts.Sent))))
		}
		w.fact("refused by", by)
		if len(clients) > 1 {
			w.fact("of clients", clients)
		}
	}
	var others []string
	for o := range traffic.Outcome(traffic.NumOutcomes) {
		n, whole := c.Outcomes[o.String()], c.Sent
		if o == traffic.NotSent {
			whole = max(c.Planned, c.Sent+c.NotSent)
		}
		if n > 0 && o != traffic.OK && !o.Refused() {
			others = append(others, fmt.Sprintf("%s %s (%s)", strings.ReplaceAll(o.String(), "_", " "), count(n), share(of(n, whole))))
		}
	}
	w.fact("otherwise", others)
	w.bill(r)
}

// bill is the month on either kind of API.
func (w *writer) bill(r *Report) {
	c := r.Cost
	if c.REST == nil || c.HTTP == nil || c.Basis.RequestsPerMonth == 0 {
		return
	}
	month := fmt.Sprintf("REST %s, HTTP %s", amount(total(c.REST)), amount(total(c.HTTP)))
	if c.DifferencePercent != nil {
		month += difference(*c.DifferencePercent)
	}
	w.fact("a month", []string{month, large(float64(c.Basis.RequestsPerMonth)) + " requests sent", plain(c.Region)})
	w.fact("a million", []string{fmt.Sprintf("billable: REST %s, HTTP %s", amount(million(c.REST)), amount(million(c.HTTP))), "prices as of " + plain(c.AsOf)})
	if len(r.RESTOnly) > 0 {
		w.fact("mind", []string{"HTTP APIs have no " + strings.Join(r.RESTOnly, " or ") + ", which this API uses"})
	}
	w.stale(stale(r))
}

// stale warns of old prices; a terminal too narrow for the address of AWS's
// page goes without.
func (w *writer) stale(warning string) {
	if warning == "" {
		return
	}
	if w.o.Width < 60 {
		warning, _, _ = strings.Cut(warning, ":")
	}
	w.fact("mind", []string{warning})
}

func (w *writer) fact(name string, parts []string) {
	if len(parts) == 0 {
		return
	}
	kept := make([]string, len(parts))
	for i, p := range parts {
		if kept[i] = p; length(p)+14 <= w.o.Width {
			kept[i] = strings.ReplaceAll(p, " ", keep)
		}
	}
	w.wrap(strings.Join(kept, keep+"· "), fmt.Sprintf("%-12s", name), strings.Repeat(" ", 12))
}

// checks is a line per check.
func (w *writer) checks(r *Report) {
	if len(r.Checks) == 0 {
		return
	}
	w.WriteByte('\n')
	widest, seen := 0, 0
	for _, k := range r.Checks {
		widest, seen = max(widest, length(plain(k.Check))), max(seen, length(k.Observed))
	}
	seen = min(seen, 20)
	widest = min(widest, w.o.Width-length("✗ FAIL")-seen-4)
	for _, k := range r.Checks {
		mark, color := "✓ pass", green
		if !k.Passed {
			mark, color = "✗ FAIL", red
		}
		if invalid(r) {
			mark, color = "- void", violet
		}
		text, what := cut(plain(k.Check), widest), plain(k.Observed)
		note := plain(k.Margin)
		if what == "" {
			what, note = none, plain(k.Reason)
		}
		if k.Line > 0 && !k.Passed {
			note = strings.TrimSpace(note + fmt.Sprintf("  (line %d)", k.Line))
		}
		line := fmt.Sprintf("  %s%s  %s", text, strings.Repeat(" ", widest-length(text)), pad(what, seen))
		room := w.o.Width - length(mark)
		if length(line)+2+length(note) <= room {
			line = strings.TrimRight(line+"  "+note, " ")
			note = ""
		}
		w.WriteString(w.paint(color, mark) + cut(line, room) + "\n")
		if note != "" {
			w.wrap(note, strings.Repeat(" ", length(mark)+2), strings.Repeat(" ", length(mark)+2))
		}
	}
}
