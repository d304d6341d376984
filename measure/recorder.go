package measure

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A Recorder is a traffic.Sink that measures a run. Observations may come in
// any order. Observe is called by one goroutine at a time; Progress may be called by
// any other meanwhile.
type Recorder struct {
	o Options

	mu      sync.Mutex
	groups  int     // request names, "other" and clients
	cells   []*cell // by slot, group and outcome; nil until used
	slot    int     // the window of the latest observation: the next one's too, most likely
	lag     hist
	series  series
	sampler sampler
	latest  time.Duration // the latest instant seen
	lastDue time.Duration // when the last arrival was due
	seen    uint64        // observations
	drawn   uint64        // aborted before they were sent: the run withdrew them
	totals  Progress      // running counts for Progress
}

// NewRecorder returns a recorder for observations whose Request and Client index
// o.Names and o.Clients; what lies outside is kept under "other".
func NewRecorder(o Options) *Recorder {
	if o.LagBound <= 0 {
		o.LagBound = 10 * time.Millisecond
	}
	o.Names, o.Clients, o.Windows = slices.Clone(o.Names), slices.Clone(o.Clients), slices.Clone(o.Windows)
	r := &Recorder{o: o, groups: len(o.Names) + 1 + len(o.Clients)}
	r.cells = make([]*cell, (len(o.Windows)+1)*r.groups*traffic.NumOutcomes)
	r.series = newSeries(o.Span)
	r.sampler.slice = r.series.interval / perInterval
	return r
}

// times are an observation's durations. In a closed loop an arrival is due when
// it is sent.
type times struct {
	due, at               time.Duration // at: when it was sent
	sent, done            bool
	latency, service, lag time.Duration
}

// times works them out. An arrival was sent if it says when, or if it failed to
// connect: that was tried, and counts as sent when it was due if nothing else is known.
func (r *Recorder) times(o *traffic.Observation) times {
	t := times{due: o.Due, at: o.Sent, done: o.Done > 0}
	t.sent = o.Outcome != traffic.NotSent && (o.Sent > 0 || o.Outcome.Failed() && !answered(o.Outcome))
	if !t.sent {
		return t
	}
	if t.at <= 0 {
		t.at = o.Due
	}
	t.latency, t.service, t.lag = max(0, o.Done-o.Due), max(0, o.Done-t.at), max(0, t.at-o.Due)
	if r.o.Closed {
		t.due, t.latency, t.lag = t.at, t.service, 0
	}
	return t
}

// Observe counts one observation. It does not keep o.
func (r *Recorder) Observe(o *traffic.Observation) {
	t := r.times(o)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen++
	r.latest = max(r.latest, o.Done, t.due)
	r.lastDue = max(r.lastDue, t.due)
	name := o.Request
	if uint(name) >= uint(len(r.o.Names)) {
		name = len(r.o.Names)
	}
	slot := r.window(t.due)
	r.cell(slot, name, o.Outcome).observe(o, t)
	if uint(o.Client) < uint(len(r.o.Clients)) {
		r.cell(slot, len(r.o.Names)+1+o.Client, o.Outcome).observe(o, t)
	}
	if t.sent {
		r.lag.record(t.lag)
	}
	if t.sent && t.done {
		r.sampler.observe(t.at, max(t.at, o.Done))
	}
	r.series.observe(o, t)
	r.count(o, t)
}

// count keeps the running totals for Progress.
func (r *Recorder) count(o *traffic.Observation, t times) {
	p := &r.totals
	p.Outcomes[o.Outcome]++
	if o.Limit != traffic.NoLimit {
		p.Limits[o.Limit]++
	}
	switch {
	case !t.sent:
		p.NotSent++
		if o.Outcome == traffic.Aborted {
			r.drawn++
		}
	case t.done:
		p.Sent++
		p.Done++
	default:
		p.Sent++
	}
}

// cell returns the cell of a slot, group and outcome.
func (r *Recorder) cell(slot, group int, o traffic.Outcome) *cell {
	p := &r.cells[(slot*r.groups+group)*traffic.NumOutcomes+int(o)]
	if *p == nil {
		*p = new(cell)
	}
	return *p
}

// window returns the slot of the window in which an instant lies: its index, or one more
// than the last for none.
func (r *Recorder) window(due time.Duration) int {
	w := r.o.Windows
	if r.slot < len(w) && w[r.slot].From <= due && due < w[r.slot].To {
		return r.slot
	}
	for i := range w {
		if w[i].From <= due && due < w[i].To {
			r.slot = i
			return i
		}
	}
	return len(w)
}

// Merge adds what o has measured, which is as it was afterwards. The result is that of one recorder that
// observed both, in whatever order recorders are merged. Both must have been
// made with the same Options; Merge panics if their shapes differ.
func (r *Recorder) Merge(o *Recorder) {
	if r == o {
		panic("measure: a recorder cannot be merged into itself")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cells) != len(o.cells) || len(r.o.Names) != len(o.o.Names) || r.o.Closed != o.o.Closed {
		panic(fmt.Sprintf("measure: merge of recorders of %d and %d cells", len(r.cells), len(o.cells)))
	}
	for i, c := range o.cells {
		if c == nil {
			continue
		}
		if r.cells[i] == nil {
			r.cells[i] = new(cell)
		}
		r.cells[i].merge(c)
	}
	r.lag.merge(&o.lag)
	r.series.merge(&o.series)
	r.latest = max(r.latest, o.latest)
	r.lastDue = max(r.lastDue, o.lastDue)
	r.sampler.seen += o.sampler.seen
	r.seen += o.seen
	r.drawn += o.drawn
	r.totals.add(&o.totals)
}

func (p *Progress) add(o *Progress) {
	p.Sent += o.Sent
	p.Done += o.Done
	p.NotSent += o.NotSent
	for i, n := range o.Outcomes {
		p.Outcomes[i] += n
	}
	for i, n := range o.Limits {
		p.Limits[i] += n
	}
}

// Memory estimates the bytes that the recorder holds.
func (r *Recorder) Memory() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 8*len(r.cells) + r.lag.bytes() + r.series.bytes()
	for _, c := range r.cells {
		if c != nil {
			n += c.bytes()
		}
	}
	return n
}

// Progress returns a snapshot as of the latest instant seen.
func (r *Recorder) Progress() Progress { return r.ProgressAt(0) }

// ProgressAt returns a snapshot as of an instant, or of the latest seen where
// that is later.
func (r *Recorder) ProgressAt(now time.Duration) Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.totals
	p.Elapsed = max(now, r.latest)
	p.Planned = float64(r.seen)
	if r.o.Planned != nil {
		p.Planned = r.o.Planned(0, p.Elapsed)
	}
	p.Rate, p.P50MS, p.P99MS = r.series.last(p.Elapsed)
	return p
}
