// Package checks reads and evaluates the gates of a scenario: one line of text
// each, such as
//
//	p99 < 250ms
//	throttled of "list posts" <= 1% during steady
//	service p99.9 of client "gold" < 1s
//	admitted rps > 490 during "flat out"
//	monthly cost on http < 500 USD
//	cost per million on rest < 4 USD
//
// or in general METRIC [of "NAME" | of client "NAME"] OP BOUND [UNIT] [during
// WINDOW]. The metrics are those of measure.Metrics, and what a month costs
// ("monthly cost") and a million billable requests of that month ("cost per
// million") on an API of one kind. Durations are bounded in us, ms or s, shares in %, rates per
// second (with or without "/s"), money in USD.
//
// A check is parsed when its scenario is loaded, so that a misspelt metric is an
// error before anything is sent. A check for which there is no data, or too
// little for the percentile, fails.
package checks

import (
	"fmt"

	"github.com/turnpike-perf/turnpike/measure"
)

// A Check is one parsed gate.
type Check struct {
	Text   string  // as written
	Metric string  // "p99", "service p99.9", "throttled", "monthly cost", "cost per million"
	Of     string  // a request's name, or a client's if Client; "" = all
	Client bool    // Of names a client
	During string  // a window's name; "" = the whole run
	Op     string  // < <= > >= ==
	Bound  float64 // in milliseconds, as a part of 1, per second, a count, or US dollars
	Unit   string  // as written: "ms", "s", "us", "%", "/s", "USD" or ""
	Cost   bool    // about money
	API    string  // "rest" or "http", with Cost

	OfAt, DuringAt int // where Of and During begin in Text, in bytes, to point at an unknown name

	kind measure.Kind // 0 with Cost
}

// A Result is what came of a Check.
type Result struct {
	Check    string `json:"check"`            // as written
	Observed string `json:"observed"`         // formatted with its unit; "" where it could not be told
	Bound    string `json:"bound"`            // operator and bound: "< 250 ms"
	Margin   string `json:"margin,omitempty"` // "12 ms to spare", "62 ms over", "at the bound"
	Passed   bool   `json:"passed"`
	Reason   string `json:"reason,omitempty"` // why it could not be told
	Cost     bool   `json:"cost"`             // about money
	Line     int    `json:"line,omitempty"`   // of the scenario; filled in by whoever read it
	Metric   string `json:"metric"`
	Of       string `json:"of,omitempty"`
	Client   bool   `json:"client,omitempty"` // Of names a client
	During   string `json:"during,omitempty"`
	Op       string `json:"op"`
	// The same as numbers in the unit of Check.Bound. MarginRatio is the room
	// left as a part of the bound, negative where the bound is broken; nil where it could not
	// be told, with a bound of 0, and with ==.
	ObservedValue *float64 `json:"observed_value"`
	BoundValue    float64  `json:"bound_value"`
	MarginRatio   *float64 `json:"margin_ratio,omitempty"`
}

// A SyntaxError says what is wrong with a check, and where.
type SyntaxError struct {
	Text    string // the check
	Offset  int    // of the fault, in bytes
	Problem string // what is wrong and what would be right
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("check %q: %s", e.Text, e.Problem) }
