package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/traffic"
)

// Steady is the window that is the union of the plan's steady stages.
const Steady = "steady"

// A Kind is what a metric measures, and so what unit it has.
type Kind int

// The kinds of metric.
const (
	Duration Kind = iota + 1 // milliseconds
	Share                    // a part of 1
	Rate                     // per second
	Count                    // a number of requests
)

// A metric is one name that Value knows.
type metric struct {
	kind Kind
	// Durations: which distribution of a row (or the run's lag), which figure of
	// it, and which quantile that is.
	of       func(*Row) *Quantiles
	lag      bool
	pick     func(*Quantiles) *float64
	quantile float64
	// Shares, rates and counts: the numerator, and for shares the denominator.
	count, base func(*Counts) uint64
}

var known = newMetrics()

func newMetrics() map[string]metric {
	m := map[string]metric{}
	latency := func(r *Row) *Quantiles { return &r.Latency }
	service := func(r *Row) *Quantiles { return &r.Service }
	add := func(name string, q float64, pick func(*Quantiles) *float64) {
		m[name] = metric{kind: Duration, quantile: q, of: latency, pick: pick}
		m["service "+name] = metric{kind: Duration, quantile: q, of: service, pick: pick}
		m["lag "+name] = metric{kind: Duration, quantile: q, lag: true, pick: pick}
	}
	add("p50", .5, func(q *Quantiles) *float64 { return q.P50 })
	add("p90", .9, func(q *Quantiles) *float64 { return q.P90 })
	add("p95", .95, func(q *Quantiles) *float64 { return q.P95 })
	add("p99", .99, func(q *Quantiles) *float64 { return q.P99 })
	for _, n := range []string{"p99.9", "p999"} {
		add(n, .999, func(q *Quantiles) *float64 { return q.P999 })
	}
	for _, n := range []string{"p99.99", "p9999"} {
		add(n, .9999, func(q *Quantiles) *float64 { return q.P9999 })
	}
	add("min", 0, func(q *Quantiles) *float64 { return &q.MinMS })
	add("mean", 0, func(q *Quantiles) *float64 { return &q.MeanMS })
	add("max", 0, func(q *Quantiles) *float64 { return &q.MaxMS })

	sent := func(c *Counts) uint64 { return c.Sent }
	due := func(c *Counts) uint64 { return c.Sent + c.NotSent }
	for i := range traffic.NumOutcomes {
		name := traffic.Outcome(i).String()
		m[name] = metric{kind: Share, count: func(c *Counts) uint64 { return c.Outcomes[name] }, base: sent}
	}
	m["not_sent"] = metric{kind: Share, count: func(c *Counts) uint64 { return c.NotSent }, base: due}
	m["aborted"] = metric{kind: Share, count: func(c *Counts) uint64 { return c.Outcomes["aborted"] }, base: due}
	m["refused"] = metric{kind: Share, count: func(c *Counts) uint64 { return c.Refused }, base: sent}
	m["errors"] = metric{kind: Share, count: func(c *Counts) uint64 { return c.Errors }, base: sent}
	m["rps"] = metric{kind: Rate, count: func(c *Counts) uint64 { return c.Done }}
	m["admitted rps"] = metric{kind: Rate, count: func(c *Counts) uint64 { return c.Admitted }}
	m["requests"] = metric{kind: Count, count: sent}
	return m
}

// Metrics returns the names that Value knows, sorted: percentiles, "min",
// "mean" and "max" of latency and, with "service " and "lag " before them, of those;
// shares ("throttled", "refused", "errors", "not_sent", any outcome); rates ("rps",
// "admitted rps"); and the count "requests".
func Metrics() []string {
	names := make([]string, 0, len(known))
	for n := range known {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// KindOf returns what a metric measures; ok is false where there is none of that name.
func KindOf(name string) (k Kind, ok bool) {
	m, ok := known[name]
	return m.kind, ok
}

// A Reading is the value of a metric, or the reason why there is none.
type Reading struct {
	Value  float64 // in milliseconds, as a part of 1, per second, or a count
	Kind   Kind
	OK     bool
	Reason string // with OK false
}

// Value returns a metric of one request name (of, "" = all) in one window
// (during, "" = the whole run): durations in milliseconds, shares as a part of 1,
// rates per second. Shares are of what was sent, save that not_sent and aborted are of
// what was due. Rates are over the time in which arrivals were due. ok is false where there is no
// data, or too little for the percentile. An unknown metric, name or window is an error.
func (s *Summary) Value(metric, of, during string) (v float64, ok bool, err error) {
	r, err := s.Read(metric, of, false, during)
	return r.Value, r.OK, err
}

// Read is Value with a reason where there is no value, and with client the
// metric of one client.
func (s *Summary) Read(metric, of string, client bool, during string) (Reading, error) {
	m, ok := known[metric]
	if !ok {
		return Reading{}, fmt.Errorf("unknown metric %q", metric)
	}
	r := Reading{Kind: m.kind}
	if m.lag {
		if of != "" || during != "" {
			return r, fmt.Errorf("%s is known for the whole run only", metric)
		}
		if s.Closed {
			r.Reason = "no data: a closed loop has no lag"
			return r, nil
		}
		m.duration(&r, &s.Lag)
		return r, nil
	}
	rows, load, err := s.scope(client, during)
	if err != nil {
		return r, err
	}
	if of == "" && !client && len(rows) > 0 {
		m.read(&r, &rows[0], load)
		return r, nil
	}
	if !client && len(rows) > 0 {
		rows = rows[1:]
	}
	for i := range rows {
		if rows[i].Name == of {
			m.read(&r, &rows[i], load)
			return r, nil
		}
	}
	return r, fmt.Errorf("%q is none of %s", of, rowNames(rows))
}

// scope returns the rows of a window, and how long arrivals were due in it.
func (s *Summary) scope(client bool, during string) ([]Row, float64, error) {
	if during == "" {
		if client {
			return s.Clients, s.LoadS, nil
		}
		return s.Rows, s.LoadS, nil
	}
	for i := len(s.Windows) - 1; i >= 0; i-- { // from the end: "steady" is the union, should a stage have that name
		if w := &s.Windows[i]; w.Name == during {
			if client {
				return w.Clients, w.LoadS, nil
			}
			return w.Rows, w.LoadS, nil
		}
	}
	return nil, 0, fmt.Errorf("no window %q", during)
}

func rowNames(rows []Row) string {
	var names []string
	for _, r := range rows {
		names = append(names, fmt.Sprintf("%q", r.Name))
	}
	return strings.Join(names, ", ")
}

func (m metric) read(r *Reading, row *Row, load float64) {
	c := &row.Counts
	switch m.kind {
	case Duration:
		m.duration(r, m.of(row))
	case Share:
		if n := m.base(c); n > 0 {
			r.Value, r.OK = float64(m.count(c))/float64(n), true
		} else {
			r.Reason = "no data: nothing was sent"
		}
	case Rate:
		if load > 0 {
			r.Value, r.OK = float64(m.count(c))/load, true
		} else {
			r.Reason = "no data: the run did not get there"
		}
	case Count:
		r.Value, r.OK = float64(m.count(c)), true
	}
}

func (m metric) duration(r *Reading, q *Quantiles) {
	if q.Count == 0 {
		r.Reason = "no data: no request was answered"
		return
	}
	v := m.pick(q)
	switch {
	case v != nil:
		r.Value, r.OK = *v, true
	case Supports(m.quantile, q.Count):
		r.Reason = "beyond the histogram's hour"
	default:
		r.Reason = fmt.Sprintf("too few samples: needs %d, has %d", Needs(m.quantile), q.Count)
	}
}
