package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// ForecastSchema names the form of a Forecast's JSON.
const ForecastSchema = "turnpike.plan/1"

// A Forecast is what is known of a run before anything is sent: what `turnpike
// plan` answers.
type Forecast struct {
	Schema      string      `json:"schema"` // ForecastSchema
	Name        string      `json:"name"`
	Seed        uint64      `json:"seed"`
	Plan        PlanInfo    `json:"plan"`
	PeakPerS    float64     `json:"peak_per_s"`             // of an open loop
	MemoryBytes int64       `json:"memory_bytes,omitempty"` // heap in use once the scenario is read and simulated, above that before; a run's connections come on top
	Trace       *TraceInfo  `json:"trace,omitempty"`        // of a replayed log
	Simulated   *Simulated  `json:"simulated,omitempty"`    // nil where no prediction was possible
	Limits      []LimitInfo `json:"limits"`                 // the configured limits, where they are known

	// Predicted is what came of the simulated arrivals; nil for a deployed API,
	// whose limits are not known here.
	Predicted *measure.Counts `json:"predicted,omitempty"`

	// Cost is that of the simulated arrivals at a deployed API, and of their
	// month; nil where there is none, with NoBill as the reason where it is an
	// error. Where SizesUnknown, no answer's bytes are in it: no data transfer.
	Cost         *pricing.Comparison `json:"cost,omitempty"`
	NoBill       string              `json:"no_bill,omitempty"`
	SizesUnknown bool                `json:"answer_sizes_unknown,omitempty"`
	Stale        string              `json:"stale,omitempty"` // a warning that the prices are old: what pricing.Stale says on the day
}

// Simulated is how much of a plan was taken through the model of its API.
type Simulated struct {
	Arrivals uint64  `json:"arrivals"` // of this seed, where their number is a matter of chance
	ToS      float64 `json:"to_s"`     // when the last of them was due
	Whole    bool    `json:"whole"`    // that is the whole plan
}

// TraceInfo is what is in a replayed log, in its own time.
type TraceInfo struct {
	Format   string    `json:"format"`
	Count    uint64    `json:"count"`
	SpanS    float64   `json:"span_s"`
	PeakPerS uint64    `json:"peak_per_s"` // most arrivals in one second of the clock
	CV       float64   `json:"cv"`         // coefficient of variation of the gaps: 1 for Poisson, 0 for even
	IDC1s    float64   `json:"idc_1s"`     // variance / mean of the counts per second: 1 for Poisson
	First    time.Time `json:"first"`
	Warnings []string  `json:"warnings,omitempty"`
}

// TraceOf describes a log.
func TraceOf(s traffic.TraceStats) *TraceInfo {
	return &TraceInfo{Format: s.Format, Count: s.Count, SpanS: s.Span.Seconds(), PeakPerS: s.PeakPerSecond, CV: s.CV, IDC1s: s.IDC1s, First: s.First, Warnings: s.Warnings}
}

// ForecastText writes a forecast for a terminal.
func ForecastText(out io.Writer, f *Forecast) error {
	w := &writer{o: TextOptions{Width: 100}}
	w.wrap(plain(f.Name)+": nothing is sent", "", "")
	w.WriteByte('\n')
	w.load(f)
	w.trace(f.Trace)
	if f.MemoryBytes > 0 {
		done := "read and simulated"
		if f.Simulated == nil {
			done = "read"
		}
		w.fact("memory", []string{size(uint64(f.MemoryBytes)) + " of heap in use once this is " + done, "connections come on top"})
	}
	w.fact("predicted", predictions(f))
	w.fact("this test", testCost(f))
	if f.Cost != nil {
		w.stale(f.Stale)
	}
	if _, err := io.WriteString(out, w.String()); err != nil {
		return fmt.Errorf("write forecast: %w", err)
	}
	return nil
}

// load is what is going to be offered: how much, its curve and its stages.
func (w *writer) load(f *Forecast) {
	p := &f.Plan
	if p.Concurrency > 0 {
		w.fact("load", closedLoad(p))
		return
	}
	load := []string{things(p.Count, "arrival") + " in " + seconds(p.DurationS)}
	seed := fmt.Sprintf("seed %d", f.Seed)
	if p.Arrivals == "poisson" {
		load[0] = things(p.Count, "arrival") + " expected in " + seconds(p.DurationS)
		if s := f.Simulated; s != nil && s.Whole {
			seed = count(s.Arrivals) + " with " + seed
		}
	}
	arrivals := p.Arrivals
	if arrivals == "" {
		arrivals = "even"
	}
	w.fact("load", append(load, seed, "peak "+rate(f.PeakPerS), arrivals))
	w.fact("rate", []string{curveLine(p.Curve, f.PeakPerS)})
	for i, s := range p.Windows {
		label, steady := "", ""
		if i == 0 {
			label = "stages"
		}
		if s.Steady {
			steady = " (steady)"
		}
		w.fact(label, []string{seconds(s.FromS) + " to " + seconds(s.ToS) + ": " + plain(s.Name) + steady})
	}
}

func closedLoad(p *PlanInfo) []string {
	var ends []string
	if p.DurationS > 0 {
		ends = append(ends, "for "+seconds(p.DurationS))
	}
	if p.Count > 0 {
		ends = append(ends, "at most "+things(p.Count, "request"))
	}
	return append([]string{"closed loop", things(uint64(p.Concurrency), "client") + ", each waiting for its answer"}, ends...)
}

func (w *writer) trace(t *TraceInfo) {
	if t == nil {
		return
	}
	entries := count(t.Count) + " entries"
	if t.Count == 1 {
		entries = "1 entry"
	}
	w.fact("log", []string{entries + " over " + seconds(t.SpanS), fmt.Sprintf("peak %s in a second", count(t.PeakPerS)),
		fmt.Sprintf("gaps' coefficient of variation %.2f", t.CV), fmt.Sprintf("dispersion at 1 s %.2f", t.IDC1s)})
	for _, warning := range t.Warnings {
		w.fact("mind", []string{plain(warning)})
	}
}

// predictions are what became of the simulated arrivals, and how much of the
// plan they are.
func predictions(f *Forecast) []string {
	s, c := f.Simulated, f.Predicted
	if s == nil {
		return []string{"nothing: a closed loop sends as fast as the API answers, and that is not known"}
	}
	var words []string
	switch {
	case c == nil:
		words = append(words, "no refusals or failures can be: the limits of a deployed API are not known here")
	case c.Refused == 0:
		words = append(words, "no refusals")
	default:
		var by []string
		for _, limit := range byCount(c.Limits) {
			by = append(by, fmt.Sprintf("%s by %s", count(c.Limits[limit]), strings.ReplaceAll(limit, "_", " ")))
		}
		words = append(words, fmt.Sprintf("%s refused (%s of %s sent): %s", count(c.Refused), share(of(c.Refused, c.Sent)), count(c.Sent), and(by)))
	}
	if c != nil && c.NotSent > 0 {
		words = append(words, fmt.Sprintf("%s not sent: max_in_flight of %s reached", count(c.NotSent), count(uint64(f.Plan.MaxInFlight))))
	}
	if !s.Whole {
		words = append(words, "only the first "+things(s.Arrivals, "arrival")+", due in the first "+seconds(s.ToS))
	} else if f.Plan.Concurrency > 0 && c != nil {
		words = append(words, things(s.Arrivals, "request")+" in "+seconds(s.ToS))
	}
	return words
}

// testCost is what the simulated arrivals cost at a deployed API.
func testCost(f *Forecast) []string {
	c := f.Cost
	switch {
	case f.NoBill != "":
		return []string{"no bill: " + plain(f.NoBill)}
	case c == nil:
		return nil
	case c.Ledger.Billable == 0:
		return []string{"nothing of it would be billed at a deployed API"}
	}
	what := "at a deployed API in "
	if s := f.Simulated; s != nil && !s.Whole {
		what = "that part, at a deployed API in "
	}
	rest, http := runBills(*c)
	words := []string{what + c.Region + ": " + knownMoney(rest) + " on REST, " + knownMoney(http) + " on HTTP"}
	if f.SizesUnknown {
		words = append(words, "answers' sizes unknown: data transfer not in it")
	}
	return append(words, "prices as of "+c.AsOf)
}

func knownMoney(m *pricing.Money) string {
	if m == nil {
		return "not known (no price)"
	}
	return money(m)
}

// curveLine draws a curve in one line of at most 60 characters, each as high as
// the highest point that it stands for.
func curveLine(points []PlanPoint, peak float64) string {
	const columns = 60
	bars := []rune(" ▁▂▃▄▅▆▇█")
	line := make([]rune, min(columns, len(points)))
	for i := range line {
		top := 0.0
		for _, p := range points[i*len(points)/len(line) : (i+1)*len(points)/len(line)] {
			top = max(top, p.Rate)
		}
		line[i] = bars[int(min(1, top/max(peak, 1e-9))*float64(len(bars)-1)+0.5)]
	}
	return string(line)
}
