package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// maxPoints bounds how many intervals a chart draws, and with it the page's
// size: longer series are drawn in intervals several times as long. The whole
// series stays in run.json and series.jsonl.
const maxPoints = 400

// A timeline is the series in the form that charts and sparklines read.
type timeline struct {
	from    []float64 // seconds
	step    float64
	planned []*float64 // per second, like all counts here
	points  []measure.Point
	merged  int // how many of the summary's intervals make one here
	end     float64
}

// timelineOf bins the series to at most maxPoints.
func timelineOf(s *measure.Summary) timeline {
	t := timeline{step: s.IntervalS, merged: 1, end: max(s.ElapsedS, s.LoadS)}
	if len(s.Series) > maxPoints {
		t.merged = (len(s.Series) + maxPoints - 1) / maxPoints
	}
	for i := 0; i < len(s.Series); i += t.merged {
		t.points = append(t.points, merge(s.Series[i:min(len(s.Series), i+t.merged)]))
	}
	t.step *= float64(t.merged)
	if t.step <= 0 {
		t.step = 1
	}
	if n := len(t.points); n > 0 && t.end <= t.points[n-1].FromS {
		t.end = t.points[n-1].FromS + t.step
	}
	// A run ends a few milliseconds into an interval of its own: a sliver that
	// would draw as a spike. It stays in run.json.
	if n := len(t.points); n > 1 {
		last := t.points[n-1].FromS
		if tail := t.end - last; tail < t.step/20 || s.LoadS > 0 && last >= s.LoadS && tail < t.step/4 {
			t.points = t.points[:n-1]
		}
	}
	for _, p := range t.points {
		t.from = append(t.from, p.FromS)
	}
	t.planned = t.rates(s.LoadS, func(p measure.Point) float64 { return p.Planned })
	return t
}

// merge makes one interval of several: counts add up, and of percentiles the
// highest stands, since percentiles of parts cannot be averaged.
func merge(ps []measure.Point) measure.Point {
	if len(ps) == 1 {
		return ps[0]
	}
	m := measure.Point{FromS: ps[0].FromS, Outcomes: map[string]uint64{}, Limits: map[string]uint64{}}
	for _, p := range ps {
		m.Planned += p.Planned
		m.Sent += p.Sent
		m.Done += p.Done
		m.NotSent += p.NotSent
		for k, v := range p.Outcomes {
			m.Outcomes[k] += v
		}
		for k, v := range p.Limits {
			m.Limits[k] += v
		}
		m.P50MS, m.P95MS, m.P99MS, m.MaxMS = higher(m.P50MS, p.P50MS), higher(m.P95MS, p.P95MS), higher(m.P99MS, p.P99MS), higher(m.MaxMS, p.MaxMS)
		m.InFlight = max(m.InFlight, p.InFlight)
	}
	return m
}

func higher(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// rates reads a count of each interval as a rate over the part of it in which
// arrivals were due; intervals after the load's end have none.
func (t timeline) rates(load float64, of func(measure.Point) float64) []*float64 {
	vs := make([]*float64, len(t.points))
	for i, p := range t.points {
		d := min(t.step, load-p.FromS)
		if d < t.step*0.05 {
			d = t.step
		}
		if v := of(p); v > 0 || p.FromS < load {
			vs[i] = ptr(math.Round(v/d*1000) / 1000)
		}
	}
	return vs
}

// values reads a figure of each interval that may be missing.
func (t timeline) values(of func(measure.Point) *float64) []*float64 {
	vs := make([]*float64, len(t.points))
	for i, p := range t.points {
		vs[i] = of(p)
	}
	return vs
}

// A layerKind is a part of the stack of outcomes.
type layerKind struct {
	label, color string
	hatch        int
	of           func(measure.Point) float64
}

// layers lists the stack from the bottom: what was let through by outcome,
// then what each limit refused, then what was never sent.
var layers = func() []layerKind {
	by := func(o traffic.Outcome) func(measure.Point) float64 {
		return func(p measure.Point) float64 { return float64(p.Outcomes[o.String()]) }
	}
	refused := func(l traffic.Limit) func(measure.Point) float64 {
		return func(p measure.Point) float64 { return float64(p.Limits[l.String()]) }
	}
	return []layerKind{
		{"ok", "ok", 0, by(traffic.OK)},
		{"client error (4xx)", "client", 0, by(traffic.ClientError)},
		{"denied (401, 403)", "auth", 0, by(traffic.AuthDenied)},
		{"failed", "error", 0, failedOf},
		{"aborted", "lost", 0, by(traffic.Aborted)},
		{"refused: stage limit", "stage", 45, refused(traffic.StageLimit)},
		{"refused: method limit", "method", 45, refused(traffic.MethodLimit)},
		{"refused: usage plan limit", "plan", -45, refused(traffic.UsagePlan)},
		{"refused: plan's method limit", "plan", 0, refused(traffic.UsagePlanMethod)},
		{"refused: quota", "quota", -45, refused(traffic.UsagePlanQuota)},
		{"refused: account limit", "account", 45, refused(traffic.AccountLimit)},
		{"refused: limit not named", "other", -45, unnamed},
		{"never sent", "lost", -45, by(traffic.NotSent)},
	}
}()

func failedOf(p measure.Point) (n float64) {
	for o := range traffic.Outcome(traffic.NumOutcomes) {
		if o.Failed() {
			n += float64(p.Outcomes[o.String()])
		}
	}
	return n
}

// unnamed counts the refusals of which no limit is known.
func unnamed(p measure.Point) float64 {
	var named, refused uint64
	for l, n := range p.Limits {
		if l != traffic.UnknownLimit.String() && l != "" {
			named += n
		}
	}
	for o := range traffic.Outcome(traffic.NumOutcomes) {
		if o.Refused() {
			refused += p.Outcomes[o.String()]
		}
	}
	return float64(max(refused, named) - named)
}

// bands are the plan's stages, behind every chart.
func bands(r *Report, end float64) []band {
	bs := []band{}
	for _, w := range r.Plan.Windows {
		if w.FromS < end {
			bs = append(bs, band{From: w.FromS, To: min(w.ToS, end), Label: w.Name})
		}
	}
	return bs
}

// loadChart draws the planned rate over the stack of what came of it.
func loadChart(r *Report, t timeline) *chart {
	c := &chart{ID: "load-chart", Title: "Requests per second, by what came of them", Unit: "/s", X: t.from, Step: t.step, End: t.end, Bands: bands(r, t.end), Marks: []markLine{},
		desc: "The planned rate as a line over stacked areas of admitted and refused requests per second."}
	total := make([]*float64, len(t.points))
	for i := range total {
		total[i] = ptr(0)
	}
	for _, l := range layers {
		vs := t.rates(r.Summary.LoadS, l.of)
		if _, hi := extremes(vs); hi == 0 {
			continue
		}
		for i, v := range vs {
			if v != nil {
				*total[i] += *v
			}
		}
		c.Series = append(c.Series, series{Label: l.label, Color: l.color, Hatch: l.hatch, Stack: true, Values: vs})
	}
	if !closed(r) {
		c.Series = append(c.Series, series{Label: "planned", Color: "line", Dash: "5 3", Values: t.planned})
	}
	_, c.Max = extremes(total, t.planned)
	for _, l := range r.Limits {
		if l.Whole && l.Rate > 0 && l.Rate <= c.Max*1.05 {
			c.Marks = append(c.Marks, markLine{Value: l.Rate, Label: fmt.Sprintf("%s limit %s", l.Limit, rate(l.Rate))})
		}
	}
	c.Ticks = steps(c.Max, 5, false)
	c.Max = c.Ticks[len(c.Ticks)-1]
	return c
}

// latencyChart draws percentiles of what was let through, by when it was done.
func latencyChart(r *Report, t timeline) *chart {
	c := &chart{ID: "latency-chart", Title: "Latency percentiles over time", Unit: "ms", Log: true, X: t.from, Step: t.step, End: t.end, Bands: bands(r, t.end), Marks: []markLine{},
		desc: "The 50th, 95th and 99th percentile of latency in each interval, on a logarithmic scale."}
	for _, s := range []series{
		{Label: "p99", Color: "p99", Values: t.values(func(p measure.Point) *float64 { return p.P99MS })},
		{Label: "p95", Color: "p95", Dash: "6 3", Values: t.values(func(p measure.Point) *float64 { return p.P95MS })},
		{Label: "p50", Color: "p50", Dash: "2 3", Values: t.values(func(p measure.Point) *float64 { return p.P50MS })},
	} {
		if _, hi := extremes(s.Values); hi > 0 {
			c.Series = append(c.Series, s)
		}
	}
	rows := make([][]*float64, len(c.Series))
	for i := range c.Series {
		rows[i] = c.Series[i].Values
	}
	c.Min, c.Max = extremes(rows...)
	for _, b := range latencyBounds(r) {
		if b.Value <= c.Max*20 && b.Value >= c.Min/5 {
			c.Marks = append(c.Marks, b)
			c.Max, c.Min = max(c.Max, b.Value), min(c.Min, b.Value)
		}
	}
	c.Ticks, c.Min, c.Max = decades(c.Min, c.Max)
	return c
}

// latencyBounds are the checks on the latency of the whole run's traffic.
func latencyBounds(r *Report) []markLine {
	var out []markLine
	for _, k := range r.Checks {
		if isLatency(k) && k.Of == "" && k.BoundValue > 0 {
			out = append(out, markLine{Value: k.BoundValue, Label: k.Check})
		}
	}
	return out
}

func isLatency(k checks.Result) bool {
	return slices.Contains([]string{"p50", "p90", "p95", "p99", "p99.9", "p99.99"}, k.Metric)
}

// flightChart draws how many requests were under way.
func flightChart(r *Report, t timeline) *chart {
	c := &chart{ID: "flight-chart", Title: "Requests in flight", X: t.from, Step: t.step, End: t.end, Bands: bands(r, t.end), Marks: []markLine{},
		desc: "How many requests were under way at the end of each interval."}
	vs := t.values(func(p measure.Point) *float64 { return ptr(float64(p.InFlight)) })
	c.Series = []series{{Label: "in flight", Color: "ok", Values: vs}}
	_, c.Max = extremes(vs)
	if m := float64(r.Plan.MaxInFlight); m > 0 && m <= c.Max*1.5 {
		c.Marks = append(c.Marks, markLine{Value: m, Label: "max_in_flight"})
		c.Max = max(c.Max, m*1.05) // room for the label
	}
	c.Ticks = steps(c.Max, 5, true)
	c.Max = c.Ticks[len(c.Ticks)-1]
	return c
}
