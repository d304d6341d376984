package pricing

import (
	"math"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A Meter is a traffic.Sink that sorts each observation under one billing rule
// and adds up what rules and prices ask for. It keeps a few numbers a rule,
// whatever it observes. One goroutine at a time owns it.
type Meter struct {
	reading reading
	rules   Rules
	step    int64 // bytes of an HTTP API's unit
	rows    [numRules]tally
}

// A tally is what fell under one rule. Most requests are one unit of an HTTP
// API by every reading, so only what exceeds one is kept by reading.
type tally struct {
	count    uint64
	bytesOut uint64 // response heads and bodies: data transfer out
	extra    [4]uint64
}

func (t *tally) units(reading int) uint64 { return t.count + t.extra[reading] }

// NewMeter returns a meter whose ledger and usage follow the chosen rules. What
// Config.Validate would reject has its default.
func NewMeter(rules Rules) *Meter {
	return &Meter{reading: rules.reading(), rules: rules, step: Embedded().Metering.HTTPStep}
}

// Observe counts one observation. It takes about 20 ns and allocates nothing.
func (m *Meter) Observe(o *traffic.Observation) {
	t := &m.rows[ruleOf(o)]
	t.count++
	in, out := clamp(o.BytesOut), clamp(o.BytesIn)
	t.bytesOut += uint64(out) + uint64(clamp(o.HeadIn))
	if in+out > m.step {
		t.large(in, out, m.step)
	}
}

// large adds what a request of more than one step counts beyond one, for each
// reading in the order of httpReadings.
func (t *tally) large(in, out, step int64) {
	beyond := func(n int64) uint64 { return uint64(max(0, n-1) / step) }
	t.extra[0] += beyond(in + out)
	t.extra[1] += beyond(max(in, out))
	t.extra[2] += beyond(in) + beyond(out)
	t.extra[3] += beyond(in)
}

// clamp keeps a number of bytes in a range whose sums fit.
func clamp(n int64) int64 { return min(max(0, n), 1<<61) }

// Merge adds what another meter counted.
func (m *Meter) Merge(o *Meter) {
	for i := range m.rows {
		t, u := &m.rows[i], &o.rows[i]
		t.count += u.count
		t.bytesOut += u.bytesOut
		for j := range t.extra {
			t.extra[j] += u.extra[j]
		}
	}
}

// Usage returns what is billable of what was observed, by the meter's rules.
func (m *Meter) Usage() Usage { return m.usage(m.reading) }

func (m *Meter) usage(r reading) (u Usage) {
	var requests, units, sent, bytes uint64
	for i := range m.rows {
		t := &m.rows[i]
		if table[i].class == NotSent {
			continue
		}
		sent += t.count
		if r.billable[i] {
			requests += t.count
			units += t.units(r.http)
		}
		if r.billable[i] || r.transfer && table[i].class != NeverReached {
			bytes += t.bytesOut
		}
	}
	u.Sent, u.BytesOut = whole(sent), whole(bytes)
	u.RESTRequests, u.HTTPRequests, u.HTTPUnits = whole(requests), whole(requests), whole(units)
	return u
}

// Ledger returns what became of every observation, rule by rule.
func (m *Meter) Ledger() Ledger {
	l := Ledger{Lines: []LedgerLine{}}
	for i := range m.rows {
		t, r := &m.rows[i], &table[i]
		if t.count == 0 {
			continue
		}
		class := r.class
		if class == Billable || class == NotBillable {
			class = NotBillable
			if m.reading.billable[i] {
				class = Billable
			}
		}
		l.count(class, t.count)
		l.Lines = append(l.Lines, LedgerLine{Rule: r.name, Title: r.title, Says: r.says, Count: t.count, Class: class, Billable: class == Billable,
			HTTPUnits: t.units(m.reading.http), BytesOut: t.bytesOut, Citation: r.citation, Confidence: r.confidence, Switch: r.choice})
	}
	return l
}

func (l *Ledger) count(c Class, n uint64) {
	l.Arrivals += n
	if c == NotSent {
		l.NotSent += n
		return
	}
	l.Sent += n
	switch c {
	case Billable:
		l.Billable += n
	case NeverReached:
		l.NeverReached += n
	default:
		l.NotBillable += n
	}
}

// uncertain names the questions left to their defaults that the bill of what
// was observed turns on.
func (m *Meter) uncertain() []string {
	about := map[string][]string{}
	tell := func(choice string, n uint64, what string) {
		if n > 0 && !slices.Contains(about[choice], what) {
			about[choice] = append(about[choice], what)
		}
	}
	for i := range m.rows {
		t, r := &m.rows[i], &table[i]
		if m.reading.billable[i] {
			tell(httpRule, t.extra[0]-t.extra[3], "what an HTTP API's 512 KB steps count")
		} else {
			tell(sizeRule, t.bytesOut, "data transfer out of answers to requests that are not billed themselves")
		}
		tell(r.choice, t.count, r.title)
	}
	var names []string
	for i := range switches {
		c := &switches[i]
		if what := about[c.name]; what != nil && m.rules.open(c) {
			names = append(names, c.name+": "+m.rules.value(c.name)+" ("+strings.Join(what, "; ")+")")
		}
	}
	return names
}

// whole turns a count into what a price applies to.
func whole(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
