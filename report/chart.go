package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"strings"
)

// A chart is one drawing over time. It is drawn twice from the same values: as
// SVG, for paper and where scripts do not run, and by uPlot on the screen.
type chart struct {
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Unit   string     `json:"unit"` // "/s", "ms" or ""
	Log    bool       `json:"log,omitempty"`
	End    float64    `json:"end"` // seconds
	X      []float64  `json:"-"`   // where each interval begins, in seconds; the JSON has it once for all charts
	Step   float64    `json:"-"`
	Series []series   `json:"series"`
	Bands  []band     `json:"bands"`
	Marks  []markLine `json:"marks"`
	Max    float64    `json:"max"` // of the axis
	Min    float64    `json:"min"`
	Ticks  []float64  `json:"ticks"` // of the axis of values
	desc   string
}

// A series is one line, or one layer of a stack.
type series struct {
	Label  string     `json:"label"`
	Color  string     `json:"color"`           // a variable of the style sheet
	Dash   string     `json:"dash,omitempty"`  // SVG's stroke-dasharray
	Hatch  int        `json:"hatch,omitempty"` // angle of the hatching; 0 = plain
	Stack  bool       `json:"stack,omitempty"`
	Values []*float64 `json:"values"` // one per interval; nil = none
}

// A band is one stage of the plan behind the lines.
type band struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Label string  `json:"label"`
}

// A markLine is a bound to compare the lines with.
type markLine struct {
	Value float64 `json:"value"`
	Label string  `json:"label"`
}

const (
	chartW, chartH                   = 1016.0, 300.0
	chartL, chartR, chartT, chartBot = 58.0, 16.0, 24.0, 28.0
)

// SVG draws the chart on its own.
func (c *chart) SVG() template.HTML {
	s := newSVG(c.ID, chartW, chartH, c.Title, c.desc)
	x := scale{lo: 0, hi: c.End, a: chartL, b: chartW - chartR}
	y := c.axis(s, x)
	c.stack(s, x, y)
	for _, l := range c.Series {
		if !l.Stack {
			s.path(stair(c.X, c.Step, l.Values, x, y), fmt.Sprintf("fill:none;stroke:var(--%s);stroke-width:1.8;stroke-linejoin:round;stroke-dasharray:%s", l.Color, cmp.Or(l.Dash, "none")))
		}
	}
	for _, m := range c.Marks {
		s.line(x.a, y.at(m.Value), x.b, y.at(m.Value), "", "stroke:var(--fail);stroke-width:1.2;stroke-dasharray:7 4")
		s.text(x.a+6, y.at(m.Value)-5, "start", "label", m.Label)
	}
	return template.HTML(s.close())
}

// axis draws bands, grid and ticks and returns the scale of values.
func (c *chart) axis(s *svg, x scale) scale {
	top, bottom := chartT, chartH-chartBot
	for i, b := range c.Bands {
		x0, x1 := x.at(b.From), x.at(b.To)
		if i%2 == 0 {
			s.rect(x0, top, x1-x0, bottom-top, "var(--band)", "")
		}
		if room := int((x1 - x0) / 6.4); room > 3 {
			s.text((x0+x1)/2, top-8, "middle", "", cut(b.Label, room))
		}
	}
	y := scale{lo: 0, hi: c.Max, a: bottom, b: top}
	if c.Log {
		y.lo, y.log = c.Min, true
	}
	for _, t := range c.Ticks {
		if at := y.at(t); at >= top-0.5 {
			s.line(x.a, at, x.b, at, "grid", "")
			s.text(x.a-8, at+4, "end", "", c.tick(t))
		}
	}
	s.line(x.a, bottom, x.b, bottom, "axis", "")
	for _, t := range clockTicks(c.End, 10) {
		s.line(x.at(t), bottom, x.at(t), bottom+4, "axis", "")
		s.text(x.at(t), bottom+18, "middle", "", clock(t, c.End))
	}
	return y
}

func (c *chart) tick(v float64) string {
	if c.Unit == "ms" {
		return tickMS(v)
	}
	return significant(v) + c.Unit
}

// stack draws the layers, the first at the bottom.
func (c *chart) stack(s *svg, x, y scale) {
	base := make([]float64, len(c.X))
	for i, l := range c.Series {
		if !l.Stack {
			continue
		}
		upper := make([]float64, len(c.X))
		for k := range c.X {
			upper[k] = base[k]
			if v := l.Values[k]; v != nil {
				upper[k] += *v
			}
		}
		fill := fmt.Sprintf("fill:var(--%s);opacity:.85", l.Color)
		if l.Hatch != 0 {
			id := fmt.Sprintf("%s-h%d", c.ID, i)
			s.hatch(id, l.Color, l.Hatch)
			fill = fmt.Sprintf("fill:url(#%s)", id)
		}
		s.path(layer(c.X, c.Step, base, upper, x, y), fill)
		base = upper
	}
}

// stair is the outline of values that each hold for one interval, broken where there is none.
func stair(xs []float64, step float64, vs []*float64, x, y scale) string {
	var b strings.Builder
	pen := false
	for i, v := range vs {
		if v == nil {
			pen = false
			continue
		}
		move := "L"
		if !pen {
			move = "M"
		}
		fmt.Fprintf(&b, "%s%s %sH%s", move, px(x.at(xs[i])), px(y.at(*v)), px(min(x.b, x.at(xs[i]+step))))
		pen = true
	}
	return b.String()
}

// layer is the closed area between two rows of values, "" where it is empty.
func layer(xs []float64, step float64, lower, upper []float64, x, y scale) string {
	var b strings.Builder
	empty := true
	for i := range xs {
		empty = empty && upper[i] == lower[i]
		move := "V"
		if i == 0 {
			fmt.Fprintf(&b, "M%s ", px(x.at(xs[i])))
			move = ""
		}
		fmt.Fprintf(&b, "%s%sH%s", move, px(y.at(upper[i])), px(min(x.b, x.at(xs[i]+step))))
	}
	if empty {
		return ""
	}
	for i := len(xs) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "V%sH%s", px(y.at(lower[i])), px(x.at(xs[i])))
	}
	return b.String() + "Z"
}

// sparkline draws values small, without axes.
func sparkline(vs []*float64, color, label string) template.HTML {
	hi, n := 0.0, 0
	for _, v := range vs {
		if v != nil {
			hi = max(hi, *v)
			n++
		}
	}
	if n < 2 {
		return ""
	}
	if hi == 0 {
		hi = 1
	}
	x := scale{lo: 0, hi: float64(len(vs) - 1), a: 0, b: 200}
	y := scale{lo: 0, hi: hi, a: 23, b: 2}
	var line, fill strings.Builder
	start, last, pen := -1, 0, false
	for i, v := range vs {
		if v == nil {
			pen = false
			continue
		}
		move := "L"
		if !pen {
			move = "M"
		}
		if start < 0 {
			start = i
			fmt.Fprintf(&fill, "M%s 24", px(x.at(float64(i))))
		}
		fmt.Fprintf(&line, "%s%s %s", move, px(x.at(float64(i))), px(y.at(*v)))
		fmt.Fprintf(&fill, "L%s %s", px(x.at(float64(i))), px(y.at(*v)))
		pen, last = true, i
	}
	fmt.Fprintf(&fill, "L%s 24Z", px(x.at(float64(last))))
	s := &svg{}
	fmt.Fprintf(s, `<svg viewBox="0 0 200 24" preserveAspectRatio="none" role="img" aria-label="%s">`, template.HTMLEscapeString(label))
	s.path(fill.String(), fmt.Sprintf("fill:var(--%s);opacity:.13", color))
	s.path(line.String(), fmt.Sprintf("fill:none;stroke:var(--%s);stroke-width:1.6;stroke-linejoin:round;vector-effect:non-scaling-stroke", color))
	return template.HTML(s.close())
}

func ptr(v float64) *float64 { return &v }

// extremes are the smallest value above 0 and the largest; 0 where there are
// none.
func extremes(rows ...[]*float64) (lowest, highest float64) {
	lowest = math.Inf(1)
	for _, vs := range rows {
		for _, v := range vs {
			if v != nil {
				highest = max(highest, *v)
				if *v > 0 {
					lowest = min(lowest, *v)
				}
			}
		}
	}
	if math.IsInf(lowest, 1) {
		lowest = 0
	}
	return lowest, highest
}
