package measure

import (
	"fmt"
	"math"
	"time"
)

// leastSent is the share of due arrivals that must have been sent.
const leastSent = 0.98

// validity judges the measurement. INVALID outweighs PARTIAL.
func (r *Recorder) validity(s *Summary, end End, load time.Duration) Validity {
	v := Validity{Verdict: Valid}
	if end.Interrupted {
		v.partial(fmt.Sprintf("interrupted after %s", shown(load)))
	}
	if end.Guarded {
		v.partial(fmt.Sprintf("stopped by a guard after %s", shown(load)))
	}
	if s.Counts.Done == 0 {
		v.invalid("nothing was measured: no request was answered or given up")
	}
	r.sentEnough(&v, s.Counts, end)
	bound := r.o.LagBound
	if p := s.Lag.P99; !r.o.Closed && p != nil && *p > ms(bound) {
		v.invalid(fmt.Sprintf("the load generator was late: lag p99 is %.3g ms, beyond %.3g ms", *p, ms(bound)))
	} else if p == nil && !r.o.Closed && s.Lag.MaxMS > ms(bound) && s.Lag.MeanMS > ms(bound) {
		// Too few for a p99: judge what there is by its mean.
		v.invalid(fmt.Sprintf("the load generator was late: mean lag is %.3g ms, beyond %.3g ms", s.Lag.MeanMS, ms(bound)))
	}
	if n := overflow(s); n > 0 {
		v.invalid(fmt.Sprintf("%d durations were longer than the histogram's hour", n))
	}
	return v
}

// sentEnough wants 98 % of the due arrivals sent, and every planned one
// accounted for. Arrivals that the run withdrew, aborted before their turn, were
// not due; in a run that was cut short, neither were those of which nothing is known.
func (r *Recorder) sentEnough(v *Validity, c Counts, end End) {
	if planned := end.Planned; planned > r.seen && !end.Interrupted && !end.Guarded {
		missing := float64(planned - r.seen)
		tolerated := (1 - leastSent) * float64(planned)
		if !end.Exact { // an expectation is met within four standard deviations
			tolerated = max(tolerated, 4*math.Sqrt(float64(planned)))
		}
		if missing > tolerated {
			v.invalid(fmt.Sprintf("nothing is known of %.0f of the %d planned arrivals", missing, planned))
		}
	}
	due := r.seen - r.drawn
	if sent := float64(c.Sent) / float64(max(due, 1)); due > 0 && sent < leastSent {
		v.invalid(fmt.Sprintf("only %.4g%% of the %d arrivals due were sent, less than %g%%", 100*sent, due, 100*leastSent))
	}
}

func overflow(s *Summary) uint64 {
	all := s.Rows[0]
	return max(all.Latency.Overflow+all.Refused.Overflow, all.Service.Overflow) + s.Lag.Overflow
}

func (v *Validity) partial(reason string) {
	v.Reasons = append(v.Reasons, reason)
	if v.Verdict == Valid {
		v.Verdict = Partial
	}
}

func (v *Validity) invalid(reason string) {
	v.Reasons = append(v.Reasons, reason)
	v.Verdict = Invalid
}

// shown rounds an instant to what a person reads.
func shown(d time.Duration) time.Duration {
	if d > 10*time.Second {
		return d.Round(time.Second)
	}
	return d.Round(time.Millisecond)
}
