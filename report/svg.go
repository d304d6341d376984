package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// An svg is a drawing under way. Colours are named by the style sheet's
// variables, so that one drawing serves light, dark and paper; text is escaped
// on its way in.
type svg struct{ strings.Builder }

// newSVG opens a drawing of w by h user units, with what it shows as title and
// description for those who cannot see it. The id makes the ids within unique
// on the page.
func newSVG(id string, w, h float64, title, desc string) *svg {
	s := &svg{}
	fmt.Fprintf(s, `<svg viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d" preserveAspectRatio="xMidYMid meet">`, px(w), px(h), id, id)
	fmt.Fprintf(s, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, html.EscapeString(title), id, html.EscapeString(desc))
	return s
}

func (s *svg) close() string {
	s.WriteString("</svg>")
	return s.String()
}

// hatch defines a pattern of slanted strokes in a colour variable. Refusals
// and what a sample cannot support are hatched: not told by colour alone.
func (s *svg) hatch(id, color string, angle int) {
	fmt.Fprintf(s, `<pattern id="%s" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(%d)">`, id, angle)
	fmt.Fprintf(s, `<rect width="5" height="5" style="fill:var(--%s)" opacity=".32"/><rect width="2.4" height="5" style="fill:var(--%s)"/></pattern>`, color, color)
}

func (s *svg) rect(x, y, w, h float64, fill, attrs string) {
	fmt.Fprintf(s, `<rect x="%s" y="%s" width="%s" height="%s" style="fill:%s" %s/>`, px(x), px(y), px(max(0, w)), px(max(0, h)), fill, attrs)
}

func (s *svg) line(x1, y1, x2, y2 float64, class, style string) {
	fmt.Fprintf(s, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s" style="%s"/>`, px(x1), px(y1), px(x2), px(y2), class, style)
}

// text writes t with its anchor (start, middle, end) at x, y.
func (s *svg) text(x, y float64, anchor, class, t string) {
	fmt.Fprintf(s, `<text x="%s" y="%s" text-anchor="%s" class="%s">%s</text>`, px(x), px(y), anchor, class, html.EscapeString(plain(t)))
}

func (s *svg) path(d, style string) {
	if d != "" {
		fmt.Fprintf(s, `<path d="%s" style="%s"/>`, d, style)
	}
}

// px writes a coordinate with one decimal: finer than an eye or a printer sees.
func px(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// A scale maps values to coordinates, linearly or by their logarithm.
type scale struct {
	lo, hi float64 // values
	a, b   float64 // coordinates of lo and hi
	log    bool
}

func (s scale) at(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		v, lo, hi = math.Log10(max(v, s.lo)), math.Log10(lo), math.Log10(hi)
	}
	if hi <= lo {
		return s.a
	}
	return s.a + (s.b-s.a)*(v-lo)/(hi-lo)
}

// steps lists round values from 0 on, n or somewhat fewer, the last of them at
// or just above top: 0, 200, 400, … for an axis that begins at zero. Of what
// comes in whole numbers there are no halves.
func steps(top float64, n int, whole bool) []float64 {
	if !(top > 0) || math.IsInf(top, 0) {
		return []float64{0, 1}
	}
	unit := math.Pow(10, math.Floor(math.Log10(top/float64(n))))
	muls := []float64{1, 2, 2.5, 5, 10}
	if whole && unit <= 1 {
		unit, muls = 1, []float64{1, 2, 5, 10}
	}
	step := unit
	for _, m := range muls {
		if step = unit * m; top/step <= float64(n) {
			break
		}
	}
	var out []float64
	for i := 0; ; i++ {
		out = append(out, step*float64(i))
		if step*float64(i) >= top*(1-1e-9) {
			return out
		}
	}
}

// decades lists 1, 2, 5, 10, 20, … around lo and hi for a logarithmic axis,
// only the tens where there would be too many, and the bounds that hold them.
func decades(lo, hi float64) (ticks []float64, from, to float64) {
	lo, hi = max(lo, 0.001), max(hi, 0.001)
	if hi < lo*1.5 {
		lo, hi = lo/1.6, hi*1.6
	}
	muls := []float64{1, 2, 5}
	if math.Log10(hi/lo) > 3.5 {
		muls = []float64{1}
	}
	from, to = 0, math.Inf(1)
	for e := math.Floor(math.Log10(lo)) - 1; e <= math.Ceil(math.Log10(hi))+1; e++ {
		for _, m := range muls {
			v, err := strconv.ParseFloat(fmt.Sprintf("%ge%d", m, int(e)), 64)
			if err != nil {
				continue
			}
			if v <= lo*(1+1e-9) {
				from = v
			}
			if v >= hi*(1-1e-9) && math.IsInf(to, 1) {
				to = v
			}
			ticks = append(ticks, v)
		}
	}
	kept := ticks[:0]
	for _, v := range ticks {
		if v >= from && v <= to {
			kept = append(kept, v)
		}
	}
	return kept, from, to
}

// clock writes an instant of a run for a time axis that ends at end seconds.
func clock(s, end float64) string {
	switch whole := int64(math.Round(s)); {
	case end < 180:
		return trim(s, 1) + " s"
	case end < 7200:
		return fmt.Sprintf("%d:%02d", whole/60, whole%60)
	default:
		return fmt.Sprintf("%d:%02d h", whole/3600, whole/60%60)
	}
}

// clockTicks lists round instants from 0 to end, about n.
func clockTicks(end float64, n int) []float64 {
	step := 0.1
	for _, s := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400} {
		if step = s; end/s <= float64(n) {
			break
		}
	}
	for end/step > float64(2*n) {
		step *= 2
	}
	var out []float64
	for i := 0; float64(i)*step <= end*(1+1e-9); i++ {
		out = append(out, float64(i)*step)
	}
	return out
}

// tickMS writes a tick of a latency axis.
func tickMS(ms float64) string {
	switch {
	case ms >= 1000:
		return trim(ms/1000, 1) + " s"
	case ms >= 1:
		return trim(ms, 0) + " ms"
	}
	return trim(ms*1000, 0) + " µs"
}
