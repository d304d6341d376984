package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
)

// hdrPlot draws latency and service by percentile the way HdrHistogram's
// plotter does: the x axis is log10(1/(1−p)), so that each further nine takes
// the same room, and the tail shows at its full length. Beyond the last
// percentile that the sample supports the plot is hatched.
func hdrPlot(id string, row measure.Row, bounds []markLine, w, h float64) template.HTML {
	latency, service := row.Curve, row.ServiceCurve
	if len(latency) < 2 && len(service) < 2 {
		return ""
	}
	lo, hi := math.Inf(1), 0.0
	supported := 0.0
	for _, c := range [][]measure.CurvePoint{latency, service} {
		for _, p := range c {
			lo, hi = min(lo, p.MS), max(hi, p.MS)
			if p.Percentile < 100 {
				supported = max(supported, nines(p.Percentile))
			}
		}
	}
	for _, b := range bounds {
		if b.Value <= hi*5 && b.Value >= lo/5 {
			lo, hi = min(lo, b.Value), max(hi, b.Value)
		}
	}
	end := math.Ceil(supported + 0.35)
	s := newSVG(id, w, h, "Latency by percentile", "Latency and service time by percentile on a logarithmic axis of nines; the hatched part is beyond what the sample supports.")
	s.hatch(id+"-h", "other", 45)
	left, top, bottom := 58.0, 14.0, h-44
	x := scale{lo: 0, hi: end, a: left, b: w - 26}
	ticks, from, to := decades(lo, hi)
	y := scale{lo: from, hi: to, a: bottom, b: top, log: true}
	for _, t := range ticks {
		s.line(x.a, y.at(t), x.b, y.at(t), "grid", "")
		s.text(x.a-8, y.at(t)+4, "end", "", tickMS(t))
	}
	for n := 0.0; n <= end; n++ {
		s.line(x.at(n), top, x.at(n), bottom, "grid", "")
		s.text(x.at(n), bottom+17, "middle", "", percentileTick(n))
	}
	s.rect(x.at(supported), top, x.b-x.at(supported), bottom-top, fmt.Sprintf("url(#%s-h)", id), `opacity=".3"`)
	s.line(x.a, bottom, x.b, bottom, "axis", "")
	s.text((x.a+x.b)/2, h-6, "middle", "", "percentile of requests that were not refused")
	for _, b := range bounds {
		if b.Value >= from && b.Value <= to {
			s.line(x.a, y.at(b.Value), x.b, y.at(b.Value), "", "stroke:var(--fail);stroke-width:1.2;stroke-dasharray:7 4")
			s.text(x.a+6, y.at(b.Value)-5, "start", "label", b.Label)
		}
	}
	s.path(curvePath(latency, x, y), "fill:none;stroke:var(--p95);stroke-width:3.2;stroke-linejoin:round")
	s.path(curvePath(service, x, y), "fill:none;stroke:var(--p50);stroke-width:1.6;stroke-dasharray:5 4")
	return template.HTML(s.close())
}

// nines is how many nines a percentile has: 1 for 90, 2 for 99.
func nines(percentile float64) float64 {
	return -math.Log10(max(1e-9, 1-percentile/100))
}

func percentileTick(nines float64) string {
	switch n := int(nines); n {
	case 0:
		return "0%"
	case 1:
		return "90%"
	case 2:
		return "99%"
	default:
		return "99." + strings.Repeat("9", n-2) + "%"
	}
}

func curvePath(points []measure.CurvePoint, x, y scale) string {
	var b strings.Builder
	for _, p := range points {
		if p.Percentile >= 100 {
			break
		}
		move := "L"
		if b.Len() == 0 {
			move = "M"
		}
		fmt.Fprintf(&b, "%s%s %s", move, px(x.at(nines(p.Percentile))), px(y.at(p.MS)))
	}
	return b.String()
}
