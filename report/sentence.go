package report

import (
	"fmt"
	"strings"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// Sentence says in plain prose what a run comes to: first whether it can be
// trusted, then what was offered and which limits refused how much of it, the
// p99, which checks failed, and what the traffic costs a month on either kind
// of API. It says only what was measured: a figure that the sample cannot
// support is left out and not guessed.
func Sentence(r *Report) string {
	headline, rest := sentences(r)
	return strings.Join(append([]string{headline}, rest...), " ")
}

// sentences are the headline, which stands in large type where there is room
// for that, and what follows it.
func sentences(r *Report) (headline string, rest []string) {
	var parts []string
	for _, p := range []string{trust(r), outcome(r), unsent(r), failures(r), cost(r)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return "Nothing was sent and nothing was priced.", nil
	}
	return parts[0], parts[1:]
}

// trust says that a run is invalid, or ended early.
func trust(r *Report) string {
	if invalid(r) {
		why := r.Summary.Validity.Reasons
		if len(why) == 0 {
			why = r.Verdict.Reasons
		}
		if len(why) == 0 {
			return "INVALID measurement: do not rely on its figures."
		}
		return "INVALID measurement, so no check counts: " + strings.TrimRight(strings.Join(why, "; "), ".") + "."
	}
	ran := seconds(r.Summary.LoadS)
	if r.Plan.DurationS > r.Summary.LoadS*1.005 {
		ran += " of " + seconds(r.Plan.DurationS)
	}
	switch {
	case r.Verdict.Guard != "":
		return fmt.Sprintf("Stopped by a guard after %s: %s.", ran, strings.TrimRight(r.Verdict.Guard, "."))
	case r.Verdict.Interrupted:
		return fmt.Sprintf("Interrupted after %s; the figures are of that part.", ran)
	}
	return ""
}

func invalid(r *Report) bool {
	return r.Verdict.Status == Invalid || r.Summary.Validity.Verdict == measure.Invalid
}

// outcome says what was offered and what came of it.
func outcome(r *Report) string {
	c := r.Summary.Counts
	if r.Mode == ModePrice || c.Planned == 0 && c.Sent == 0 {
		if r.Mode == ModePrice {
			return ""
		}
		return "Nothing was due and nothing was sent."
	}
	if c.Sent == 0 {
		return fmt.Sprintf("None of %s was sent.", things(c.Planned, "arrival"))
	}
	load := offered(r)
	latency := latencyWords(all(&r.Summary).Latency)
	if c.Refused == 0 && c.Outcomes[traffic.OK.String()] == c.Sent {
		s := fmt.Sprintf("%s, all %s were answered without a refusal or an error", load, things(c.Sent, "request"))
		if c.Sent == 1 {
			s = load + ", the one request was answered without a refusal or an error"
		}
		return joined(s, latency, ", and ") + "."
	}
	s := load + ", " + refusals(r)
	if latency != "" && c.Refused > 0 {
		s += "; " + latency + " for what was let through"
	} else if latency != "" {
		s += " and " + latency
	}
	for _, wrong := range errorWords(c) {
		s += ". " + upper(wrong)
	}
	return s + "."
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func joined(a, b, by string) string {
	if b == "" {
		return a
	}
	return a + by + b
}

// offered says under which load.
func offered(r *Report) string {
	in := ""
	if r.Mode == ModeSimulate {
		in = "In simulation, "
	}
	over := seconds(r.Summary.LoadS)
	var s string
	lo, hi := planned(r.Plan.Curve, r.Summary.LoadS)
	switch {
	case closed(r):
		s = fmt.Sprintf("with %s in a closed loop (%s) for %s", things(uint64(max(1, r.Plan.Concurrency)), "client"), perSecond(float64(r.Summary.Counts.Sent), r.Summary.LoadS), over)
	case hi == 0:
		s = fmt.Sprintf("at %s for %s", perSecond(float64(r.Summary.Counts.Planned), r.Summary.LoadS), over)
	case lo > hi*0.95:
		s = fmt.Sprintf("at %s for %s", requestRate(hi), over)
	case r.Plan.Arrivals == "replay":
		s = fmt.Sprintf("replaying a log at up to %s requests/s for %s", significant(hi), over)
	default:
		s = fmt.Sprintf("at %s to %s requests/s for %s", significant(lo), significant(hi), over)
	}
	if in == "" {
		return upper(s)
	}
	return in + s
}

func perSecond(n, s float64) string {
	if s <= 0 {
		return "no measurable rate"
	}
	return requestRate(n / s)
}

func requestRate(v float64) string {
	if s := significant(v); s != "1" {
		return s + " requests/s"
	}
	return "1 request/s"
}

// planned is the lowest and highest rate of a plan as far as a run came.
func planned(curve []PlanPoint, untilS float64) (lo, hi float64) {
	for i, p := range curve {
		if i > 0 && p.AtS > untilS {
			break
		}
		if i == 0 || p.Rate < lo {
			lo = p.Rate
		}
		hi = max(hi, p.Rate)
	}
	return lo, hi
}

// all is the row of the whole run.
func all(s *measure.Summary) measure.Row {
	if len(s.Rows) == 0 {
		return measure.Row{Name: "all", Counts: s.Counts}
	}
	return s.Rows[0]
}

func latencyWords(q measure.Quantiles) string {
	switch {
	case q.Count == 0:
		return ""
	case q.P99 != nil:
		return "p99 latency was " + millis(*q.P99)
	case q.P50 != nil:
		return "median latency was " + millis(*q.P50) + " (too few samples for a p99)"
	case q.Count == 1:
		return "the only latency measured was " + millis(q.MaxMS)
	}
	return fmt.Sprintf("latency was at most %s (too few samples for percentiles)", millis(q.MaxMS))
}

// unsent says how many arrivals never went out.
func unsent(r *Report) string {
	c := r.Summary.Counts
	n := c.Outcomes[traffic.NotSent.String()] // Counts.NotSent also has what was withdrawn when the run was stopped
	if n == 0 || c.Sent == 0 {
		return ""
	}
	were, limit := "were", "the in-flight limit was"
	if n == 1 {
		were = "was"
	}
	if r.Plan.MaxInFlight > 0 {
		limit = fmt.Sprintf("max_in_flight (%s) was", count(uint64(r.Plan.MaxInFlight)))
	}
	return fmt.Sprintf("%s (%s of those due) %s never sent because %s reached.", things(n, "arrival"), share(of(n, max(c.Planned, n))), were, limit)
}

// failures names the checks that failed, the first two with what was seen.
func failures(r *Report) string {
	failed := r.Failed()
	if len(failed) == 0 || invalid(r) {
		return ""
	}
	var words []string
	for _, f := range failed[:min(2, len(failed))] {
		words = append(words, checkWords(f))
	}
	if n := len(failed) - len(words); n > 0 {
		words = append(words, fmt.Sprintf("%d more", n))
	}
	if len(r.Checks) == 1 {
		return "The check failed: " + words[0] + "."
	}
	return fmt.Sprintf("%d of %d checks failed: %s.", len(failed), len(r.Checks), and(words))
}

// checkWords writes a failed check with what was seen instead.
func checkWords(f checks.Result) string {
	switch {
	case f.Observed != "":
		return fmt.Sprintf("%s (was %s)", f.Check, f.Observed)
	case f.Reason != "":
		return fmt.Sprintf("%s (%s)", f.Check, f.Reason)
	}
	return f.Check + " (no data)"
}
