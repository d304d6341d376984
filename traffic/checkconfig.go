package traffic

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/spelling"
)

// Validate reports each problem of the traffic section, with paths below it.
func (c *Config) Validate(bad func(path, problem string)) {
	c.check(func(path, problem string) { bad(strings.TrimPrefix(path, "."), problem) })
}

func (c *Config) check(bad func(path, problem string)) {
	var given []string
	if len(c.Stages) > 0 {
		given = append(given, "stages")
	}
	if c.Replay != nil {
		given = append(given, "replay")
	}
	if c.Concurrency != 0 {
		given = append(given, "concurrency")
	}
	switch {
	case len(given) == 0:
		bad("", "says nothing of when to send: give stages, replay or concurrency")
	case len(given) > 1:
		bad("."+given[1], fmt.Sprintf("only one of %s can be given", strings.Join(given, " and ")))
	}
	c.checkArrivals(bad)
	c.checkLoop(bad)
	if len(c.Stages) > 0 {
		c.checkStages(bad)
	}
	if c.Replay != nil {
		c.Replay.check(func(path, problem string) { bad(".replay"+path, problem) })
	}
}

func (c *Config) checkArrivals(bad func(path, problem string)) {
	known := []string{arrivalsEven, arrivalsPoisson}
	if c.Arrivals != "" && !slices.Contains(known, c.Arrivals) {
		bad(".arrivals", fmt.Sprintf("%q is not a kind of arrivals: write even or poisson%s", c.Arrivals, spelling.DidYouMean(c.Arrivals, known)))
	}
	if c.Arrivals != "" && c.Concurrency > 0 {
		bad(".arrivals", "has no meaning in a closed loop, where the answers decide when to send")
	}
	if c.Replay != nil && c.Arrivals == arrivalsPoisson {
		if format, err := logKind(c.Replay); err == nil && format != formatCounts {
			bad(".arrivals", fmt.Sprintf("poisson applies to counts, but a log of format %s has each arrival's own time", format))
		}
	}
}

func (c *Config) checkLoop(bad func(path, problem string)) {
	switch {
	case c.Concurrency < 0:
		bad(".concurrency", fmt.Sprintf("%d is not a number of clients: wanted 1 or more", c.Concurrency))
	case c.For < 0:
		bad(".for", notLonger(c.For))
	case c.Concurrency > 0 && c.For == 0 && c.MaxRequests == 0:
		bad(".concurrency", "nothing ends the closed loop: give for or max_requests")
	case c.Concurrency == 0 && c.For > 0:
		bad(".for", "goes with concurrency; a stage has its own for")
	}
}

func notLonger(d time.Duration) string {
	return fmt.Sprintf("%s is not a length of time: it must be above 0", d)
}

func (c *Config) checkStages(bad func(path, problem string)) {
	names := map[string]int{}
	var length time.Duration
	var segments []segment
	sound := true
	for i := range c.Stages {
		st, at := &c.Stages[i], fmt.Sprintf(".stages[%d]", i)
		here := func(path, problem string) { sound = false; bad(at+path, problem) }
		if first, used := names[st.Name]; used && st.Name != "" {
			here(".name", fmt.Sprintf("%q is the name of stages[%d] too", st.Name, first))
		}
		if st.Name == "steady" {
			here(".name", `"steady" means all stages marked so: use another name`)
		}
		names[st.Name] = i
		st.check(here)
		if length += st.For; length < 0 || length > maxLength {
			bad(".stages", fmt.Sprintf("the stages take longer than %s", maxLength))
			return
		}
		if sound {
			segments = append(segments, st.segments(0, i)...)
		}
	}
	if sound && newCurve(segments, length).held == 0 {
		bad(".stages", "hold no arrivals: the rates are too low for so short a time")
	}
}

// maxLength is the longest that a plan may take: ten years.
const maxLength = 10 * 366 * 24 * time.Hour

func (st *Stage) check(bad func(path, problem string)) {
	shapes := st.shapes()
	switch {
	case len(shapes) == 0:
		bad("", "has no load shape: give rate, ramp, steps, spike or sine")
	case len(shapes) > 1:
		bad("."+shapes[1], fmt.Sprintf("a stage has one load shape, and this one has %s", strings.Join(shapes, " and ")))
	}
	switch {
	case st.For == 0:
		bad(".for", "how long the stage lasts must be given, and above 0: for: 30s")
	case st.For < 0:
		bad(".for", notLonger(st.For))
	case st.For > maxLength:
		bad(".for", fmt.Sprintf("%s is longer than %s", st.For, maxLength))
	}
	st.checkRates(bad)
	st.checkDetails(bad)
}

func (st *Stage) checkRates(bad func(path, problem string)) {
	if st.Rate != nil {
		checkRate(".rate", *st.Rate, bad)
	}
	for _, r := range []struct {
		path string
		*Range
	}{{".ramp", st.Ramp}, {".steps", st.Steps}, {".spike", st.Spike}, {".sine", st.Sine}} {
		if r.Range == nil {
			continue
		}
		checkRate(r.path, r.From, bad)
		checkRate(r.path, r.To, bad)
		if r.From > r.To && (r.path == ".spike" || r.path == ".sine") {
			bad(r.path, fmt.Sprintf("%s goes from high to low: write the lower rate first", *r.Range))
		}
		if r.From == 0 && r.To == 0 {
			bad(r.path, "both rates are 0: for a pause write rate: 0")
		}
	}
}

func checkRate(path string, r Rate, bad func(path, problem string)) {
	if r < 0 || r > maxRate || math.IsNaN(float64(r)) {
		bad(path, fmt.Sprintf("rate must be from 0 to %s, got %s", Rate(maxRate), r))
	}
}

// checkDetails checks what goes with one shape only.
func (st *Stage) checkDetails(bad func(path, problem string)) {
	switch {
	case st.Steps == nil && st.Count != 0:
		bad(".count", "goes with steps only")
	case st.Steps != nil && (st.Count < 2 || st.Count > 1000):
		bad(".count", fmt.Sprintf("how many steps must be from 2 to 1000, got %d", st.Count))
	}
	switch {
	case st.Hold != 0 && st.Spike == nil:
		bad(".hold", "goes with spike only")
	case st.Hold < 0:
		bad(".hold", notLonger(st.Hold))
	case st.Hold > 0 && st.Hold >= st.For:
		bad(".hold", fmt.Sprintf("the peak lasts %s, which must be shorter than the stage's %s", st.Hold, st.For))
	}
	switch {
	case st.Period != 0 && st.Sine == nil:
		bad(".period", "goes with sine only")
	case st.Period < 0 || st.Period > 0 && st.Period < time.Millisecond:
		bad(".period", fmt.Sprintf("%s is not a period: wanted 1ms or more", st.Period))
	}
}

func (r *Replay) check(bad func(path, problem string)) {
	if r.File == "" {
		bad(".file", "no log is given")
	} else if r.Format == "" || slices.Contains(formats, r.Format) {
		if _, err := logKind(r); err != nil {
			bad(".file", plainError(err))
		}
	}
	if r.Format != "" && !slices.Contains(formats, r.Format) {
		bad(".format", fmt.Sprintf("%q is not a format: wanted one of %s%s", r.Format, strings.Join(formats, ", "), spelling.DidYouMean(r.Format, formats)))
	}
	if r.Speed != 0 && !(r.Speed >= 1e-6 && r.Speed <= 1e6) {
		bad(".speed", fmt.Sprintf("%v is not a speed: wanted a number above 0, such as 2 for twice as fast", r.Speed))
	}
	if r.Scale != 0 && !(r.Scale > 0 && r.Scale <= 1e9) {
		bad(".scale", fmt.Sprintf("%v is not a scale: wanted a number above 0", r.Scale))
	}
	if r.From < 0 {
		bad(".from", fmt.Sprintf("%s is before the log's first entry: wanted 0 or more", r.From))
	}
	if r.For < 0 {
		bad(".for", notLonger(r.For))
	}
	if _, err := regexp.Compile(r.Path); err != nil {
		bad(".path", fmt.Sprintf("not a regular expression (RE2): %v", err))
	}
	for _, s := range words(r.Status) {
		if !statusPattern.MatchString(s) {
			bad(".status", fmt.Sprintf("%q is not a status: write 200 or 2xx", s))
		}
	}
	r.checkFormat(bad)
}

var statusPattern = regexp.MustCompile(`^[1-5]([0-9]{2}|xx|XX)$`)

// checkFormat refuses what has no meaning for the format.
func (r *Replay) checkFormat(bad func(path, problem string)) {
	lines := r.Format == formatCombined || r.Format == formatAPIGateway
	counts := r.Format == formatCounts
	for _, f := range []struct {
		path  string
		given bool
	}{
		{".column", r.Column != "" && lines},
		{".count_column", r.CountColumn != "" && (lines || r.Format == formatCSV)},
		{".scale", r.Scale != 0 && (lines || r.Format == formatCSV)},
		{".method", r.Method != "" && (counts || r.Format == formatCSV)},
		{".path", r.Path != "" && (counts || r.Format == formatCSV)},
		{".status", r.Status != "" && (counts || r.Format == formatCSV)},
	} {
		if f.given {
			bad(f.path, fmt.Sprintf("has no meaning for a log of format %s", r.Format))
		}
	}
}
