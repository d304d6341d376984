package report

import (
	"fmt"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// cards are the eight figures to take away.
func cards(r *Report, t timeline) []card {
	s := &r.Summary
	c := s.Counts
	if c.Planned+c.Sent == 0 {
		return nil
	}
	load := s.LoadS
	q := all(s).Latency
	rates := func(of func(measure.Point) float64) []*float64 { return t.rates(load, of) }
	admitted := rates(admittedOf)
	refused := rates(func(p measure.Point) float64 {
		return float64(p.Outcomes[traffic.Throttled.String()] + p.Outcomes[traffic.QuotaExceeded.String()])
	})
	due := rates(func(p measure.Point) float64 { return float64(p.Sent + p.NotSent) })
	offered := card{Label: "Offered", Value: perS(float64(c.Planned), load), Unit: "/s", More: []string{things(c.Planned, "arrival") + peak(due)}, Spark: sparkline(due, "line", "offered per second over time")}
	if r.Loop == LoopClosed || s.Closed {
		offered = card{Label: "Sent", Value: perS(float64(c.Sent), load), Unit: "/s", More: []string{things(uint64(max(0, r.Plan.Concurrency)), "client") + ", closed loop"}, Spark: sparkline(rates(func(p measure.Point) float64 { return float64(p.Sent) }), "line", "sent per second over time")}
	}
	out := []card{
		offered,
		{Label: "Admitted", Value: perS(float64(c.Admitted), load), Unit: "/s", More: []string{things(c.Admitted, "answer") + ", " + share(of(c.Admitted, c.Sent)) + " of sent"}, Spark: sparkline(admitted, "ok", "admitted per second over time")},
		{Label: "Refused", Value: share(of(c.Refused, c.Sent)), More: []string{refusedWords(c)}, Spark: sparkline(refused, "stage", "refused per second over time")},
		{Label: "Failed", Value: share(of(c.Errors, c.Sent)), More: []string{failedWords(c)}, Spark: sparkline(rates(failedOf), "error", "failed per second over time")},
		latencyCard(q, t),
		serviceCard(all(s), r, t),
	}
	return append(out, costCards(r)...)
}

func admittedOf(p measure.Point) (n float64) {
	for o := range traffic.Outcome(traffic.NumOutcomes) {
		switch {
		case o.Refused(), o == traffic.NotSent, o == traffic.Aborted, o == traffic.Timeout, o == traffic.RefusedConnection, o == traffic.ConnectionLost, o == traffic.DNS, o == traffic.TLS:
		default:
			n += float64(p.Outcomes[o.String()])
		}
	}
	return n
}

func perS(n, s float64) string {
	if s <= 0 {
		return none
	}
	return significant(n / s)
}

func peak(vs []*float64) string {
	if _, hi := extremes(vs); hi > 0 {
		return ", peak " + rate(hi)
	}
	return ""
}

func refusedWords(c measure.Counts) string {
	if c.Refused == 0 {
		return "nothing was refused"
	}
	var by []string
	for _, l := range byCount(c.Limits) {
		by = append(by, strings.ReplaceAll(l, "_", " ")+" "+count(c.Limits[l]))
	}
	if len(by) == 0 {
		return things(c.Refused, "request")
	}
	return strings.Join(by, " · ")
}

func failedWords(c measure.Counts) string {
	if c.Errors == 0 {
		return "no errors or timeouts"
	}
	var by []string
	for _, n := range byCount(c.Outcomes) {
		var o traffic.Outcome
		if o.UnmarshalText([]byte(n)) == nil && o.Failed() {
			by = append(by, counted(c.Outcomes[n], n))
		}
	}
	return strings.Join(by[:min(3, len(by))], " · ")
}

// split parts a figure from its unit.
func split(s string) (value, unit string) {
	v, u, _ := strings.Cut(s, " ")
	return v, u
}

func latencyCard(q measure.Quantiles, t timeline) card {
	k := card{Label: "Latency, p99", Spark: sparkline(t.values(func(p measure.Point) *float64 { return p.P99MS }), "p99", "p99 latency over time")}
	k.Value, k.Unit = split(quantile(q.P99))
	if q.P99 == nil {
		k.Title = tooSmall
	}
	if q.Count > 0 {
		parts := []string{}
		for _, p := range []struct {
			name string
			ms   *float64
		}{{"p50", q.P50}, {"p99.9", q.P999}} {
			if p.ms != nil {
				parts = append(parts, p.name+" "+millis(*p.ms))
			}
		}
		if q.P99 == nil {
			parts = append(parts, "too few samples")
		}
		k.More = []string{strings.Join(parts, " · ")}
	}
	return k
}

// serviceCard shows whether the generator added to the latency; in a closed
// loop, where it cannot, the median.
func serviceCard(row measure.Row, r *Report, t timeline) card {
	if r.Summary.Closed || r.Mode == ModeSimulate || r.Summary.Lag.Count == 0 {
		k := card{Label: "Latency, median", Spark: sparkline(t.values(func(p measure.Point) *float64 { return p.P50MS }), "p50", "median latency over time")}
		k.Value, k.Unit = split(quantile(row.Latency.P50))
		if row.Latency.Count > 0 {
			k.More = []string{fmt.Sprintf("mean %s · max %s", millis(row.Latency.MeanMS), millis(row.Latency.MaxMS))}
		}
		return k
	}
	k := card{Label: "Generator lag, p99"}
	k.Value, k.Unit = split(quantile(r.Summary.Lag.P99))
	k.More = []string{"how late requests went out", "bound " + bound(r.Summary.LagBoundS)}
	return k
}

// bound writes a configured time without needless digits.
func bound(s float64) string { return trim(s*1000, 3) + " ms" }

// costCards are the two figures on money.
func costCards(r *Report) []card {
	c := r.Cost
	if c.REST == nil || c.HTTP == nil || c.Basis.RequestsPerMonth == 0 {
		return nil
	}
	month := card{Label: "A month on REST", Value: amount(total(c.REST)), More: []string{amount(million(c.REST)) + " per million billable"}}
	http := card{Label: "A month on HTTP API", Value: amount(total(c.HTTP)), More: []string{amount(million(c.HTTP)) + " per million billable"}}
	if p := c.DifferencePercent; p != nil {
		http.More = append(http.More, strings.Trim(difference(*p), " ()")+" than REST")
	}
	return []card{month, http}
}
