package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// ProgressOptions says how ProgressLine writes.
type ProgressOptions struct {
	Total    time.Duration // how long the plan takes; 0 = not known
	Count    uint64        // how many arrivals it holds; 0 = not known
	Terminal bool          // rewrite one line in place, with a bar
	Width    int           // columns of the terminal; 0 = 80
}

// ProgressLine is one line on a run under way. For a terminal it has a bar,
// begins with a carriage return, clears what was left of the line before and
// is never wider than the terminal; for a log it is plain text. Neither ends
// the line.
func ProgressLine(p measure.Progress, o ProgressOptions) string {
	p.Sent += uint64(max(0, p.InFlight))
	if o.Width <= 0 {
		o.Width = 80
	}
	at, done := position(p, o)
	facts := progressFacts(p)
	if !o.Terminal {
		return strings.Join(append([]string{at}, facts...), "  ")
	}
	line := progressBar(done, 20) + " " + at
	if o.Width < 60 {
		line = at
	}
	for _, f := range facts {
		if length(line)+2+length(f) > o.Width-1 {
			break
		}
		line += "  " + f
	}
	return "\r" + cut(line, o.Width-1) + "\x1b[K"
}

// position says how far the run has come, by time or else by count; past its
// plan it drains.
func position(p measure.Progress, o ProgressOptions) (text string, done float64) {
	elapsed, total := p.Elapsed.Round(time.Second), o.Total.Round(100*time.Millisecond)
	switch {
	case o.Total > 0 && p.Elapsed >= o.Total:
		return fmt.Sprintf("%s of %s, draining", total, total), 1
	case o.Total > 0:
		return fmt.Sprintf("%s of %s", elapsed, total), float64(p.Elapsed) / float64(o.Total)
	case o.Count > 0:
		return fmt.Sprintf("%s, %s of %s", elapsed, count(p.Sent), count(o.Count)), of(p.Sent, o.Count)
	}
	return elapsed.String(), 0
}

// progressFacts are the figures, the most telling first: a narrow terminal
// shows only the first of them.
func progressFacts(p measure.Progress) []string {
	facts := []string{rate(p.Rate), count(p.Sent) + " sent"}
	var refused, failed uint64
	for o := range traffic.Outcome(traffic.NumOutcomes) {
		if o.Refused() {
			refused += p.Outcomes[o]
		}
		if o.Failed() {
			failed += p.Outcomes[o]
		}
	}
	if p.P99MS != nil {
		facts = append(facts, "p99 "+millis(*p.P99MS))
	} else if p.P50MS != nil {
		facts = append(facts, "p50 "+millis(*p.P50MS))
	}
	refusedText := share(of(refused, p.Sent)) + " refused"
	if refused > 0 {
		if by := topLimit(p); by != "" {
			refusedText += " (mostly " + by + ")"
		}
	}
	facts = append(facts, refusedText, share(of(failed, p.Sent))+" failed")
	if p.NotSent > 0 {
		facts = append(facts, count(p.NotSent)+" NOT SENT")
	}
	return append(facts, fmt.Sprintf("%d in flight", p.InFlight))
}

func topLimit(p measure.Progress) string {
	best := traffic.NoLimit
	for l := traffic.NoLimit + 1; int(l) < traffic.NumLimits; l++ {
		if p.Limits[l] > 0 && (best == traffic.NoLimit || p.Limits[l] > p.Limits[best]) {
			best = l
		}
	}
	return strings.ReplaceAll(best.String(), "_", " ")
}

// progressBar draws a bar of n columns.
func progressBar(done float64, n int) string {
	k := int(max(0, min(1, done)) * float64(n))
	s := strings.Repeat("=", k)
	if k < n {
		s += ">" + strings.Repeat(" ", n-k-1)
	}
	return "[" + s + "]"
}
