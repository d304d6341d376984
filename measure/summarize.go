package measure

import (
	"strconv"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// Summary works out all figures. The recorder can go on observing afterwards.
func (r *Recorder) Summary(end End) Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	if end.Elapsed <= 0 {
		end.Elapsed = r.latest
	}
	load := r.load(end)
	q := newReader()
	s := Summary{ElapsedS: end.Elapsed.Seconds(), LoadS: load.Seconds(), Closed: r.o.Closed,
		IntervalS: r.series.interval.Seconds(), LagBoundS: r.o.LagBound.Seconds(), Self: end.Self}
	s.Rows, s.Clients = r.rows(q, r.slots(func(int) bool { return true }), true)
	if end.Planned > 0 {
		s.Rows[0].Counts.Planned = end.Planned
	}
	s.Counts = s.Rows[0].Counts
	s.Windows = r.windows(q, load)
	s.Series = r.points(end.Elapsed, load)
	s.Lag = q.quantiles(&r.lag)
	s.Little = r.little(s.Rows[0])
	s.Validity = r.validity(&s, end, load)
	return s
}

// load returns how long arrivals were due. A run that was cut short goes on for
// as long as its last answers take, but nothing is due any more after its last
// arrival and the mean gap between two.
func (r *Recorder) load(end End) time.Duration {
	load := end.Elapsed
	if r.o.Span > 0 {
		load = min(load, r.o.Span)
	}
	if (end.Interrupted || end.Guarded) && r.seen > 1 && r.lastDue > 0 {
		load = min(load, r.lastDue+r.lastDue/time.Duration(r.seen-1))
	}
	return load
}

// slots returns the window slots that pass, that of no window included.
func (r *Recorder) slots(pass func(i int) bool) []int {
	var is []int
	for i := range len(r.o.Windows) + 1 {
		if pass(i) {
			is = append(is, i)
		}
	}
	return is
}

// windows summarises each window, then the steady ones together.
func (r *Recorder) windows(q *reader, load time.Duration) []WindowRow {
	var ws []WindowRow
	steady := WindowRow{Name: Steady, Steady: true}
	for i, w := range r.o.Windows {
		row := WindowRow{Name: w.Name, FromS: w.From.Seconds(), ToS: w.To.Seconds(), Steady: w.Steady,
			LoadS: max(0, min(w.To, load)-w.From).Seconds()}
		row.Rows, row.Clients = r.rows(q, []int{i}, false)
		ws = append(ws, row)
		if !w.Steady {
			continue
		}
		if steady.ToS == 0 {
			steady.FromS = row.FromS
		}
		steady.ToS = row.ToS
		steady.LoadS += row.LoadS
	}
	if steady.ToS == 0 {
		return ws
	}
	is := r.slots(func(i int) bool { return i < len(r.o.Windows) && r.o.Windows[i].Steady })
	steady.Rows, steady.Clients = r.rows(q, is, false)
	return append(ws, steady)
}

// rows summarises some windows: all names together, each name, and each client.
func (r *Recorder) rows(q *reader, slots []int, curves bool) (names, clients []Row) {
	n := len(r.o.Names)
	all := newTally("all")
	for g := range n + 1 {
		name := "other"
		if g < n {
			name = r.o.Names[g]
		}
		t := newTally(name)
		for _, slot := range slots {
			t.add(r.cells[(slot*r.groups+g)*traffic.NumOutcomes:][:traffic.NumOutcomes])
		}
		all.merge(t)
		if g < n || t.seen() > 0 {
			names = append(names, t.row(q, curves))
		}
	}
	for c, name := range r.o.Clients {
		t := newTally(name)
		for _, slot := range slots {
			t.add(r.cells[(slot*r.groups+n+1+c)*traffic.NumOutcomes:][:traffic.NumOutcomes])
		}
		clients = append(clients, t.row(q, curves))
	}
	return append([]Row{all.row(q, curves)}, names...), clients
}

// A tally is a row in the making: a cell for each outcome.
type tally struct {
	name  string
	cells [traffic.NumOutcomes]cell
}

func newTally(name string) *tally { return &tally{name: name} }

func (t *tally) add(cells []*cell) {
	for i, c := range cells {
		if c != nil {
			t.cells[i].merge(c)
		}
	}
}

func (t *tally) merge(o *tally) {
	for i := range o.cells {
		t.cells[i].merge(&o.cells[i])
	}
}

func (t *tally) seen() (n uint64) {
	for i := range t.cells {
		n += t.cells[i].sent + t.cells[i].unsent
	}
	return n
}

func (t *tally) row(q *reader, curves bool) Row {
	row := Row{Name: t.name, Counts: t.counts(), ByOutcome: map[string]Quantiles{}}
	var latency, service, refused hist
	for i := range t.cells {
		o, c := traffic.Outcome(i), &t.cells[i]
		if c.latency.count > 0 {
			row.ByOutcome[o.String()] = q.quantiles(&c.latency)
		}
		if o.Refused() {
			refused.merge(&c.service)
			continue
		}
		latency.merge(&c.latency)
		service.merge(&c.service)
	}
	row.Latency, row.Service, row.Refused = q.quantiles(&latency), q.quantiles(&service), q.quantiles(&refused)
	if curves {
		row.Curve, row.ServiceCurve = q.curve(&latency), q.curve(&service)
	}
	return row
}

func (t *tally) counts() Counts {
	c := Counts{Outcomes: map[string]uint64{}, Limits: map[string]uint64{}, Statuses: map[string]uint64{}}
	for i := range t.cells {
		o, x := traffic.Outcome(i), &t.cells[i]
		n := x.sent + x.unsent
		if n == 0 {
			continue
		}
		c.Outcomes[o.String()] += n
		c.Planned += n
		c.Sent += x.sent
		c.Done += x.latency.count
		c.NotSent += x.unsent
		switch {
		case o.Refused():
			c.Refused += x.sent
		case answered(o):
			c.Admitted += x.sent
		}
		if o.Failed() {
			c.Errors += n
		}
		c.BytesIn += x.bytesIn
		c.BytesOut += x.bytesOut
		for l, n := range x.limits {
			if l != int(traffic.NoLimit) && n > 0 {
				c.Limits[traffic.Limit(l).String()] += n
			}
		}
		for _, s := range x.statuses {
			c.Statuses[strconv.Itoa(s.code)] += s.count
		}
	}
	return c
}

// answered tells whether an outcome is an answer, as against a request that got none.
func answered(o traffic.Outcome) bool { return o < traffic.Timeout }

// points returns the series up to the end of the run. Nothing was planned
// after load.
func (r *Recorder) points(elapsed, load time.Duration) []Point {
	s := &r.series
	n := len(s.points)
	if end := int(min((elapsed+s.interval-1)/s.interval, maxPoints)); end > n {
		n = end // the run ended in silence
	}
	ps := make([]Point, 0, n)
	var inFlight int64
	var h hist
	for i := range n {
		var at point
		h.reset()
		if i < len(s.points) {
			at = s.points[i]
			s.latency(i, &h)
		}
		inFlight += int64(at.started) - int64(at.done)
		from := time.Duration(i) * s.interval
		p := Point{FromS: from.Seconds(), Planned: float64(at.sent + at.unsent), Sent: at.sent, Done: at.done, NotSent: at.unsent, InFlight: inFlight,
			Outcomes: named[traffic.Outcome](at.outcomes[:]), Limits: named[traffic.Limit](at.limits[1:], 1),
			P50MS: h.rough(.5), P95MS: h.rough(.95), P99MS: h.rough(.99)}
		if h.count > 0 {
			v := ms(h.max)
			p.MaxMS = &v
		}
		if r.o.Planned != nil {
			p.Planned = r.o.Planned(from, max(from, min(from+s.interval, load)))
		}
		ps = append(ps, p)
	}
	return ps
}

// named turns counts by index into counts by name, without the zeros.
func named[T interface {
	~uint8
	String() string
}](counts []uint64, first ...int) map[string]uint64 {
	var m map[string]uint64
	for i, n := range counts {
		if n == 0 {
			continue
		}
		if m == nil {
			m = map[string]uint64{}
		}
		for _, f := range first {
			i += f
		}
		m[T(i).String()] = n
	}
	return m
}
