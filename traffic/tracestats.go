package traffic

import (
	"fmt"
	"math"
	"math/bits"
	"time"
)

// TraceStats says what is in a log, in its own time: Speed is not applied,
// window, filters and Scale are.
type TraceStats struct {
	Format        string        // as detected
	Count         uint64        // arrivals
	Span          time.Duration // from the first to the last; of counts, to the end of the last interval
	PeakPerSecond uint64        // most arrivals in one second of the clock; of counts, the highest mean rate, rounded up
	CV            float64       // coefficient of variation of the gaps between arrivals: 1 for Poisson, 0 for even
	IDC1s         float64       // index of dispersion of the counts per second, variance / mean: 1 for Poisson
	First         time.Time
	Warnings      []string // in words: what to know before taking the log for an arrival process
}

// ReadTrace reads a log and describes its arrivals. Of counts, CV and IDC1s are
// those of the evenly spaced arrivals that stand for them, in closed form.
func ReadTrace(r Replay) (TraceStats, error) {
	t, err := loadTrace(&r, false)
	if err != nil {
		return TraceStats{}, err
	}
	var s TraceStats
	if t.format == formatCounts {
		r.Speed = 1
		s = t.curve(&r).stats()
		s.First = time.Unix(0, t.from).UTC()
	} else {
		s = arrivalStats(t.arrived)
	}
	s.Format = t.format
	s.Warnings = t.warnings()
	return s, nil
}

// arrivalStats makes one pass over arrivals in order of time.
func arrivalStats(all []arrived) TraceStats {
	n := len(all)
	first, last := all[0].at, all[n-1].at
	s := TraceStats{Count: uint64(n), Span: time.Duration(last - first), First: time.Unix(0, first).UTC()}
	var gaps, squares float64 // seconds, seconds²
	for i, a := range all[1:] {
		g := time.Duration(a.at - all[i].at).Seconds()
		gaps += g
		squares += g * g
	}
	if n > 1 && gaps > 0 {
		mean := gaps / float64(n-1)
		s.CV = math.Sqrt(max(0, squares/float64(n-1)-mean*mean)) / mean
	}
	s.PeakPerSecond, s.IDC1s = perSecond(all)
	return s
}

// perSecond counts arrivals by the second of the clock, empty seconds included.
func perSecond(all []arrived) (peak uint64, dispersion float64) {
	squares, run := 0.0, uint64(0)
	for i, a := range all {
		run++
		if i+1 == len(all) || all[i+1].at/int64(time.Second) != a.at/int64(time.Second) {
			squares += float64(run) * float64(run)
			peak, run = max(peak, run), 0
		}
	}
	seconds := float64(all[len(all)-1].at/int64(time.Second) - all[0].at/int64(time.Second) + 1)
	mean := float64(len(all)) / seconds
	return peak, (squares/seconds - mean*mean) / mean
}

// stats describes evenly spaced arrivals on a curve of flat segments: within
// one the gap is 1/rate, and between two it is longer by what lies empty.
func (c *curve) stats() (s TraceStats) {
	span, squares, variance, top := c.length.Seconds(), 0.0, 0.0, 0.0
	before, end := 0.0, time.Duration(0)
	for i := range c.segments {
		g := &c.segments[i]
		gap, idle := 1/g.a, (g.start - end).Seconds()
		squares += g.total*gap*gap + 2*idle*before + idle*idle
		before = gap
		variance += g.length.Seconds() * g.a * g.a
		top = max(top, g.a)
		end = g.start + g.length
	}
	s.Count, s.Span = c.held, c.length
	s.PeakPerSecond = uint64(math.Ceil(top - slack))
	if rate := c.expected / span; rate > 0 {
		s.CV = math.Sqrt(max(0, squares/c.expected-1/(rate*rate))) * rate
		s.IDC1s = (variance/span - rate*rate) / rate
	}
	return s
}

// warnings tells what makes a log less than an arrival process.
func (t *trace) warnings() (w []string) {
	if minute, trapped := t.oneMinute(); trapped {
		w = append(w, fmt.Sprintf("all %d stamps lie in minute :%02d of their hour: each hour has been squeezed into one minute. "+
			"The log may tell what is asked, but not when: as an arrival process it is invalid", len(t.arrived), minute))
	}
	if t.disordered > 0 {
		w = append(w, fmt.Sprintf("%d of %d lines are earlier than the line before: they are put in order of time", t.disordered, t.lines))
	}
	if t.format == formatCounts {
		w = append(w, fmt.Sprintf("counts per %s say nothing of the bursts within: choose arrivals: even or poisson", t.width))
	} else if t.whole && t.shared() {
		w = append(w, "all stamps are whole seconds: arrivals of one second are spread evenly over it")
	}
	return w
}

// oneMinute detects logs whose times lie within a single minute of their hour
// over two hours or more, as in a widely used sample log whose hours were cut
// down to one minute each.
func (t *trace) oneMinute() (minute int, trapped bool) {
	seen := uint64(0)
	for _, a := range t.arrived {
		seen |= 1 << (a.at / int64(time.Minute) % 60)
	}
	n := len(t.arrived)
	if n < 10 || bits.OnesCount64(seen) != 1 || t.arrived[n-1].at-t.arrived[0].at < int64(2*time.Hour) {
		return 0, false
	}
	return bits.TrailingZeros64(seen), true
}

// shared tells whether any two arrivals have the same stamp.
func (t *trace) shared() bool {
	for i := 1; i < len(t.arrived); i++ {
		if t.arrived[i].at == t.arrived[i-1].at {
			return true
		}
	}
	return false
}
