package report

import (
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/measure"
)

// A healthView says whether the measurement can be trusted, and by what.
type healthView struct {
	Verdict, Class, Text string
	Reasons              []string
	Lag                  *table
	Signs                *table
}

func healthOf(r *Report) *healthView {
	s := &r.Summary
	v := &healthView{Verdict: s.Validity.Verdict, Reasons: s.Validity.Reasons, Class: map[string]string{measure.Valid: Pass, measure.Partial: Partial, measure.Invalid: Invalid}[s.Validity.Verdict]}
	v.Text = "The load generator is a possible bottleneck itself. These figures say whether it kept to the plan, so that the latencies above are the API's and not its own."
	if r.Mode == ModeSimulate {
		v.Text = "The run was simulated in virtual time: nothing can be late, and these figures are of the simulation's own cost."
	}
	if s.Lag.Count > 0 && !s.Closed {
		q := s.Lag
		v.Lag = &table{Head: []cell{text("Lag"), num("Mean"), num("p50"), num("p90"), num("p99"), num("p99.9"), num("Max"), num("Bound on p99")},
			Rows: []tableRow{{Cells: []cell{text("sent − due"), num(millis(q.MeanMS)), timeCell(q.P50), timeCell(q.P90), timeCell(q.P99), timeCell(q.P999), num(millis(q.MaxMS)), num(bound(s.LagBoundS))}}}}
	}
	v.Signs = signs(r)
	return v
}

// signs are the other figures on the measurement, with how to read them.
func signs(r *Report) *table {
	s := &r.Summary
	t := &table{Head: []cell{text("Sign"), num("Measured"), text("How to read it")}}
	add := func(name, value, how string) {
		t.Rows = append(t.Rows, tableRow{Cells: []cell{text(name), num(value), {Text: how, Class: "wide"}}})
	}
	c := s.Counts
	if c.Planned > 0 && !s.Closed {
		add("Arrivals sent", share(of(c.Sent, c.Planned)), fmt.Sprintf("%s of %s due; below 98%% the run is not valid", count(c.Sent), count(c.Planned)))
	}
	if n := all(s).Latency.Overflow; n > 0 {
		add("Beyond the histogram", count(n), "latencies over an hour, counted above all others; any make the run not valid")
	}
	if l := s.Little; l.Samples > 0 {
		how := fmt.Sprintf("on average; Little's law expects %s/s × %s = %s", significant(l.RatePerS), millis(l.ServiceS*1000), significant(l.Expected))
		if l.Mismatch != nil {
			how += ", " + share(*l.Mismatch) + " apart"
		}
		add("Requests in flight", significant(l.InFlight), how)
	}
	if u := s.Self; u.CPUSeconds > 0 || u.MaxRSSBytes > 0 {
		if u.CPUSeconds > 0 {
			add("Own CPU time", seconds(u.CPUSeconds), cpuWords(r))
		}
		if u.MaxRSSBytes > 0 {
			add("Own memory, at most", size(uint64(u.MaxRSSBytes)), "the largest resident set of the process")
		}
		add("Garbage collection", fmt.Sprintf("%d×", u.GCs), fmt.Sprintf("stopped the program for %s in all, at most %s at once", millis(inMS(u.GCPauseTotal)), millis(inMS(u.GCPauseMax))))
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func inMS(d time.Duration) float64 { return float64(d) / 1e6 }

func cpuWords(r *Report) string {
	if r.Summary.ElapsedS <= 0 {
		return ""
	}
	cores := r.Summary.Self.CPUSeconds / r.Summary.ElapsedS
	s := significant(cores)
	if r.Mode == ModeSimulate {
		return "for " + seconds(r.Summary.ElapsedS) + " of virtual time"
	}
	if r.Tool.CPUs > 0 {
		s += fmt.Sprintf(" of %d", r.Tool.CPUs)
	}
	s += " cores on average"
	if r.Target.Kind == "emulate" {
		s += ", the emulated API included"
	}
	return s
}
