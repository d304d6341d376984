package measure

import (
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A Summary is all that was measured in a run, ready for a report or a check.
// It marshals to JSON and back without loss, so that a saved run can be
// checked and rendered again.
type Summary struct {
	ElapsedS  float64     `json:"elapsed_s"` // from the first instant to the end, draining included
	LoadS     float64     `json:"load_s"`    // how long arrivals were due, draining excluded: what rates are over
	Closed    bool        `json:"closed"`    // closed loop: latency is from sent, and there is no lag
	Counts    Counts      `json:"counts"`    // the whole run, as in Rows[0]
	Rows      []Row       `json:"rows"`      // "all" first, then one per request name in the plan's order
	Clients   []Row       `json:"clients,omitempty"`
	Windows   []WindowRow `json:"windows,omitempty"` // one per stage in order, then "steady" where a stage is steady
	IntervalS float64     `json:"interval_s"`        // length of a Point
	Series    []Point     `json:"series"`
	Lag       Quantiles   `json:"lag"` // sent − due, of every arrival sent
	LagBoundS float64     `json:"lag_bound_s"`
	Little    Little      `json:"littles_law"`
	Self      Self        `json:"self"`
	Validity  Validity    `json:"validity"`
}

// Counts says how many arrivals came to what. Planned = Sent + NotSent where
// nothing was lost, Sent = Done at the end of a run, and Sent = Admitted + Refused + those
// that got no answer (timeout, refused_connection, connection_lost, dns, tls, aborted).
type Counts struct {
	Planned  uint64            `json:"planned"`  // due by the plan; in rows other than the run's own, those observed
	Sent     uint64            `json:"sent"`     // put on the wire
	Done     uint64            `json:"done"`     // answered, or given up after having been sent
	NotSent  uint64            `json:"not_sent"` // due, and never put on the wire
	Admitted uint64            `json:"admitted"` // answered, and not by a limit's refusal
	Refused  uint64            `json:"refused"`  // turned away by a rate limit or a quota
	Errors   uint64            `json:"errors"`   // traffic.Outcome.Failed
	Outcomes map[string]uint64 `json:"outcomes,omitempty"`
	Limits   map[string]uint64 `json:"limits,omitempty"`   // refusals by the limit that refused
	Statuses map[string]uint64 `json:"statuses,omitempty"` // answers by HTTP status
	BytesIn  uint64            `json:"bytes_in"`           // response bodies
	BytesOut uint64            `json:"bytes_out"`          // request bodies
}

// A Row is what was measured of one request name, one client, or all of them.
type Row struct {
	Name   string `json:"name"`
	Counts Counts `json:"counts"`
	// Latency is done − due of every arrival that was sent and not refused by a
	// limit, errors, timeouts and aborted ones included: leaving slow failures
	// out, or letting fast refusals in, would both flatter. An aborted arrival
	// counts with the time it had waited by then, which is a lower bound.
	Latency   Quantiles            `json:"latency"`
	Service   Quantiles            `json:"service"`              // done − sent of the same arrivals
	Refused   Quantiles            `json:"refused"`              // done − sent of the refused
	ByOutcome map[string]Quantiles `json:"by_outcome,omitempty"` // latency, split by outcome
	// Curve is latency by percentile, in steps that halve the distance to
	// 100 % every 5 points, as far as the sample supports it; only in the rows
	// of the whole run. ServiceCurve is the same of service.
	Curve        []CurvePoint `json:"curve,omitempty"`
	ServiceCurve []CurvePoint `json:"service_curve,omitempty"`
}

// Quantiles describes a distribution of durations. Mean, minimum and maximum
// are exact; percentiles are within 0.1 % (see the package comment) and nil
// where the sample cannot support them (see Supports). Count includes Overflow,
// the values beyond the histogram's range, which rank above all others.
type Quantiles struct {
	Count    uint64   `json:"count"`
	MeanMS   float64  `json:"mean_ms"`
	MinMS    float64  `json:"min_ms"`
	MaxMS    float64  `json:"max_ms"`
	P50      *float64 `json:"p50_ms"`
	P90      *float64 `json:"p90_ms"`
	P95      *float64 `json:"p95_ms"`
	P99      *float64 `json:"p99_ms"`
	P999     *float64 `json:"p99_9_ms"`
	P9999    *float64 `json:"p99_99_ms"`
	Overflow uint64   `json:"overflow,omitempty"`
}

// A CurvePoint says that Percentile per cent of the sample took at most MS
// milliseconds.
type CurvePoint struct {
	Percentile float64 `json:"percentile"` // 0..100
	MS         float64 `json:"ms"`
	Count      uint64  `json:"count"` // how many took at most that long
}

// A Point is one interval of the series. Planned, Sent, NotSent, Outcomes and
// Limits count the arrivals that were due in it, so that Planned and Sent +
// NotSent compare like with like. Done, the percentiles and the maximum are of
// the arrivals that were done in it: what a caller saw come back at that time. InFlight
// is how many were under way at its end, sends less completions by their own
// times.
//
// An interval's percentile needs only one sample beyond it (100 for p99): it is
// a dot on a line that shows a trend, and nothing is gated on it.
type Point struct {
	FromS    float64           `json:"from_s"`
	Planned  float64           `json:"planned"`
	Sent     uint64            `json:"sent"`
	Done     uint64            `json:"done"`
	NotSent  uint64            `json:"not_sent"`
	Outcomes map[string]uint64 `json:"outcomes,omitempty"`
	Limits   map[string]uint64 `json:"limits,omitempty"`
	P50MS    *float64          `json:"p50_ms"`
	P95MS    *float64          `json:"p95_ms"`
	P99MS    *float64          `json:"p99_ms"`
	MaxMS    *float64          `json:"max_ms"`
	InFlight int64             `json:"in_flight"`
}

// A WindowRow is what was measured of the arrivals due in one window of the
// plan: a stage, or "steady", the union of the steady stages.
type WindowRow struct {
	Name    string  `json:"name"`
	FromS   float64 `json:"from_s"`
	ToS     float64 `json:"to_s"`
	LoadS   float64 `json:"load_s"` // its length as far as the run got: what rates are over
	Steady  bool    `json:"steady"`
	Rows    []Row   `json:"rows"` // as in Summary
	Clients []Row   `json:"clients,omitempty"`
}

// Little compares the average number of requests in flight, sampled at random
// instants, with what Little's law (L = λW) expects of the rate and the mean
// service time. It informs; a mismatch beyond 5 % hints at a harness that loses or
// mis-stamps requests.
type Little struct {
	InFlight float64  `json:"in_flight"`  // L: the mean of the sampled in-flight
	RatePerS float64  `json:"rate_per_s"` // λ: sent per second, draining included
	ServiceS float64  `json:"service_s"`  // W: mean service time of everything sent
	Expected float64  `json:"expected"`   // λW
	Mismatch *float64 `json:"mismatch"`   // |L − λW| / λW; nil where too little was sampled to tell
	Samples  int      `json:"samples"`    // instants sampled
}

// The verdicts on a measurement.
const (
	Valid   = "VALID"   // the figures can be trusted
	Partial = "PARTIAL" // the run was cut short; what there is can be trusted
	Invalid = "INVALID" // the figures do not describe the load that was asked for
)

// Validity says whether the measurement can be trusted, with reasons in words
// where it cannot or only in part.
type Validity struct {
	Verdict string   `json:"verdict"`
	Reasons []string `json:"reasons,omitempty"`
}

// End says how a run ended: what the recorder cannot know itself.
type End struct {
	Elapsed     time.Duration // from the first instant to the last, draining included; 0 = the latest seen
	Planned     uint64        // arrivals the plan holds up to the end; 0 = those observed
	Exact       bool          // Planned is a count of arrivals and not an expectation (Poisson)
	Interrupted bool          // by the user
	Guarded     bool          // by a guard
	Self        Self
}

// Options says what a recorder is to measure.
type Options struct {
	Names    []string         // request names; Arrival.Request indexes them
	Clients  []string         // client names; Arrival.Client indexes them
	Windows  []traffic.Window // the plan's stages, disjoint
	Span     time.Duration    // how long arrivals are due; sets the series' interval
	LagBound time.Duration    // lag p99 beyond it makes a run INVALID; 0 = 10ms
	Closed   bool             // closed loop: an arrival is due when it is sent
	// Planned returns how many arrivals are due in [from, to); nil = those observed.
	Planned func(from, to time.Duration) float64
}

// Progress is a snapshot of a run under way.
type Progress struct {
	Elapsed  time.Duration
	Planned  float64 // arrivals due so far
	Sent     uint64  // and over; InFlight more are on their way
	Done     uint64
	NotSent  uint64
	InFlight int64 // left to whoever sends: a recorder learns of a request when it is over
	// Of the last complete interval of the series: completions per second, and
	// latency percentiles as in Point.
	Rate         float64
	P50MS, P99MS *float64
	Outcomes     [traffic.NumOutcomes]uint64
	Limits       [traffic.NumLimits]uint64
}
