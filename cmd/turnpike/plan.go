package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

// mostPredicted is how many arrivals plan is willing to simulate: some seconds' worth.
const mostPredicted = 20_000_000

func (a *app) planCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "plan SCENARIO",
		Short: "Show what a scenario would do: curve, counts, memory, refusals, and what the test itself costs",
		Long: `A dry run: nothing is sent. The plan, or its first 20 million arrivals, is taken through the model of its API in
virtual time to predict refusals. The cost is what these requests would cost at a deployed API.`,
		Example: `  turnpike plan examples/quickstart.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := textOrJSON(output); err != nil {
				return err
			}
			f, err := foresee(args[0])
			if err != nil {
				return err
			}
			if output == "json" {
				return writeJSON(a.stdout, f)
			}
			return report.ForecastText(a.stdout, f)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return c
}

func foresee(path string) (*report.Forecast, error) {
	before := heap()
	s, err := load(path)
	if err != nil {
		return nil, err
	}
	f, err := s.forecast()
	if err != nil {
		return nil, err
	}
	ctx, _, signalled, restore := interrupts(nil)
	defer restore()
	err = s.predict(ctx, f, mostPredicted)
	if errors.Is(err, runner.ErrInterrupted) {
		return nil, cutShort(signalled())
	}
	if err != nil {
		return nil, err
	}
	f.MemoryBytes = max(0, heap()-before)
	runtime.KeepAlive(s) // until it is measured
	return f, nil
}

// cutShort is how a plan ends that a signal interrupts: half a prediction is none.
func cutShort(by os.Signal) error {
	code := exitInterrupted
	if by == syscall.SIGTERM {
		code = exitTerminated
	}
	return end(code, "interrupted before the prediction was complete")
}

// forecast is what is known without simulating anything.
func (s *session) forecast() (*report.Forecast, error) {
	f := &report.Forecast{
		Schema: report.ForecastSchema, Name: s.scenario.Name, Seed: s.plan.Seed, Plan: s.planInfo(),
		PeakPerS: peak(s.plan), Limits: limits(s.scenario.API), SizesUnknown: s.scenario.API == nil,
	}
	if replay := s.scenario.Source.Traffic.Replay; replay != nil {
		stats, err := traffic.ReadTrace(*replay)
		if err != nil {
			return nil, &ending{exitUsage, errors.New(s.scenario.Hide(err.Error())), ""}
		}
		f.Trace = report.TraceOf(stats)
	}
	return f, nil
}

// peak is the highest rate of a plan: at the edges of its stages, where most
// shapes have theirs, or else on a grid of at least a thousand instants.
func peak(p *traffic.Plan) (top float64) {
	if n, _ := p.Closed(); n > 0 {
		return 0
	}
	for _, w := range p.Windows() {
		top = max(top, p.RateAt(w.From), p.RateAt(w.To-1))
	}
	d := p.Duration()
	step := max(1, d/100_000, min(time.Second, d/1000)) // a second where it is a log's, for up to a day
	for t := time.Duration(0); t < d; t += step {
		top = max(top, p.RateAt(t))
	}
	return top
}

// predict takes at most so many arrivals of the plan through the API's model,
// or through an API that answers everything where there is no model, to see
// refusals and the cost.
func (s *session) predict(ctx context.Context, f *report.Forecast, most uint64) error {
	if f.SizesUnknown && f.Plan.Concurrency > 0 {
		return nil // what is sent when depends on an API of which nothing is known
	}
	model, sink, o := runner.Model(answersAll{}), traffic.Tee(s.recorder, unsized{s.meter}), runner.Options{MaxInFlight: 1 << 20}
	if !f.SizesUnknown {
		_, stage, err := s.gateway()
		if err != nil {
			return err
		}
		model, sink, o = stage, s.sink(), runner.Options{MaxInFlight: s.scenario.Run.MaxInFlight, Timeout: s.scenario.Run.Timeout}
	}
	var e extent
	o.Guard = runner.Guard{MaxRequests: most, Stop: func(*traffic.Observation) error {
		if e.arrivals > most { // the guard counts only what is sent
			return errors.New("enough is seen")
		}
		return nil
	}}
	err := runner.Simulate(ctx, s.plan, model, traffic.Tee(sink, &e), o)
	whole := err == nil
	if !whole && !errors.Is(err, runner.ErrStopped) {
		return err
	}
	f.Simulated = &report.Simulated{Arrivals: e.arrivals, ToS: e.last.Seconds(), Whole: whole}
	elapsed := e.last
	if whole {
		elapsed = max(elapsed, span(s.plan))
	}
	summary := s.recorder.Summary(measure.End{Elapsed: elapsed, Guarded: !whole})
	if !f.SizesUnknown {
		f.Predicted = &summary.Counts
	}
	cost, err := pricing.Compare(pricing.Embedded(), s.scenario.Pricing, s.meter, time.Duration(summary.LoadS*float64(time.Second)))
	if err != nil {
		f.NoBill = err.Error()
		return nil
	}
	f.Cost, f.Stale = &cost, pricing.Stale(cost.AsOf, time.Now())
	return nil
}

// answersAll is the model of an API about which nothing is known: it answers
// everything at once, with no body.
type answersAll struct{}

func (answersAll) Serve(time.Duration, *traffic.Request) traffic.Response {
	return traffic.Response{Status: 200}
}

// unsized hides from a sink how large answers are, of which nothing is known.
type unsized struct{ traffic.Sink }

func (u unsized) Observe(o *traffic.Observation) {
	hidden := *o
	hidden.BytesIn, hidden.HeadIn = 0, 0
	u.Sink.Observe(&hidden)
}

// extent is a sink that knows how many arrivals there were, and when the last was due.
type extent struct {
	arrivals uint64
	last     time.Duration
}

func (e *extent) Observe(o *traffic.Observation) {
	e.arrivals++
	e.last = max(e.last, o.Due)
}

// heap is how much of the heap is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// arrivals is how many a plan holds; of Poisson arrivals that is what is expected.
func arrivals(n uint64, spacing string) string {
	about := ""
	if spacing == "poisson" {
		about = "about "
	}
	return about + humanize.Comma(int64(n)) + " arrivals"
}

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond).String()
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
