package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
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

// A forecast is what `plan` knows about a run before anything is sent.
type forecast struct {
	Schema      string              `json:"schema"` // turnpike.plan/1
	Name        string              `json:"name"`
	Seed        uint64              `json:"seed"`
	Plan        report.PlanInfo     `json:"plan"`
	PeakPerS    float64             `json:"peak_per_s"`
	MemoryBytes int64               `json:"memory_bytes"`        // what the plan and the recorder hold
	Trace       *traffic.TraceStats `json:"trace,omitempty"`     // of a replayed log
	Predicted   *measure.Counts     `json:"predicted,omitempty"` // from simulating the plan
	Cost        *pricing.Comparison `json:"cost,omitempty"`      // of the run itself and of its month
	Limits      []report.LimitInfo  `json:"limits"`
}

func (a *app) planCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "plan SCENARIO",
		Short: "Show what a scenario would do: curve, counts, memory, refusals, and what the test itself costs",
		Long: `A dry run: nothing is sent. The plan is taken through the model of its API in virtual time to predict refusals.
The cost is what these requests would cost at a deployed API.`,
		Example: `  turnpike plan examples/quickstart.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return end(exitUsage, "--output %q: must be text or json", output)
			}
			f, err := foresee(args[0])
			if err != nil {
				return err
			}
			if output == "json" {
				return writeJSON(a.stdout, f)
			}
			return f.text(a.stdout)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return c
}

func foresee(path string) (*forecast, error) {
	before := heap()
	s, err := load(path)
	if err != nil {
		return nil, err
	}
	f := &forecast{
		Schema: "turnpike.plan/1", Name: s.scenario.Name, Seed: s.plan.Seed, Plan: s.planInfo(),
		Limits: limits(s.scenario.API),
	}
	for _, p := range f.Plan.Curve {
		f.PeakPerS = max(f.PeakPerS, p.Rate)
	}
	if replay := s.scenario.Source.Traffic.Replay; replay != nil {
		stats, err := traffic.ReadTrace(*replay)
		if err != nil {
			return nil, &ending{exitUsage, err, ""}
		}
		f.Trace = &stats
	}
	if err := f.predict(s); err != nil {
		return nil, err
	}
	f.MemoryBytes = max(heap()-before, s.plan.Memory())
	return f, nil
}

// predict takes the plan through the API's model, or through an API that
// answers everything where there is no model, to see refusals and the cost.
func (f *forecast) predict(s *session) error {
	if s.plan.Count() > mostPredicted {
		return nil
	}
	ctx, _, _, restore := interrupts()
	defer restore()
	var err error
	if s.scenario.API != nil {
		err = s.simulate(ctx, s.sink())
	} else {
		err = runner.Simulate(ctx, s.plan, answersAll{}, s.sink(), runner.Options{MaxInFlight: 1 << 20})
	}
	if err != nil {
		return err
	}
	summary := s.recorder.Summary(measure.End{})
	if s.scenario.API != nil {
		f.Predicted = &summary.Counts
	}
	cost, err := pricing.Compare(pricing.Embedded(), s.scenario.Pricing, s.meter, time.Duration(summary.LoadS*float64(time.Second)))
	f.Cost = &cost
	return err
}

// answersAll is the model of an API about which nothing is known: it answers
// everything at once, with no body.
type answersAll struct{}

func (answersAll) Serve(time.Duration, *traffic.Request) traffic.Response {
	return traffic.Response{Status: 200}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (f *forecast) text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tnothing is sent\n", f.Name)
	if f.Plan.Concurrency > 0 {
		fmt.Fprintf(t, "load\t%d clients, each waiting for its answer, for %s (closed loop)\n", f.Plan.Concurrency, seconds(f.Plan.DurationS))
	} else {
		fmt.Fprintf(t, "load\t%s arrivals in %s, at most %.4g/s, %s, seed %d\n", humanize.Comma(int64(f.Plan.Count)), seconds(f.Plan.DurationS), f.PeakPerS, f.arrivals(), f.Seed)
		fmt.Fprintf(t, "rate\t%s\n", sparkline(f.Plan.Curve, f.PeakPerS))
	}
	for _, win := range f.Plan.Windows {
		steady := ""
		if win.Steady {
			steady = "steady"
		}
		fmt.Fprintf(t, "\t%s to %s\t%s\t%s\n", seconds(win.FromS), seconds(win.ToS), win.Name, steady)
	}
	if f.Trace != nil {
		fmt.Fprintf(t, "log\t%s entries over %s, peak %d in a second, inter-arrival CV %.2f, dispersion at 1s %.2f\n",
			humanize.Comma(int64(f.Trace.Count)), f.Trace.Span.Round(time.Millisecond), f.Trace.PeakPerSecond, f.Trace.CV, f.Trace.IDC1s)
		for _, warning := range f.Trace.Warnings {
			fmt.Fprintf(t, "\twarning: %s\n", warning)
		}
	}
	fmt.Fprintf(t, "memory\t%s for the plan and its measurement, whatever its length\n", humanize.Bytes(uint64(f.MemoryBytes)))
	f.textPrediction(t)
	return t.Flush()
}

func (f *forecast) arrivals() string {
	if f.Plan.Arrivals == "" {
		return "even"
	}
	return f.Plan.Arrivals
}

func (f *forecast) textPrediction(w io.Writer) {
	switch p := f.Predicted; {
	case p != nil && p.Refused == 0:
		fmt.Fprintf(w, "predicted\tno refusals\n")
	case p != nil:
		var by []string
		for _, limit := range sorted(p.Limits) {
			by = append(by, fmt.Sprintf("%s by %s", humanize.Comma(int64(p.Limits[limit])), limit))
		}
		fmt.Fprintf(w, "predicted\t%s refused (%.2f%%): %s\n", humanize.Comma(int64(p.Refused)), 100*float64(p.Refused)/float64(p.Planned), strings.Join(by, ", "))
	case f.Plan.Count > mostPredicted:
		fmt.Fprintf(w, "predicted\tnot here: more than %s arrivals; turnpike simulate takes them all\n", humanize.Comma(mostPredicted))
	}
	if c := f.Cost; c != nil {
		fmt.Fprintf(w, "this test\tat a deployed API in %s: %s on REST, %s on HTTP (prices as of %s)\n", c.Region, money(c.RunREST), money(c.RunHTTP), c.AsOf)
	}
}

// money shows parts of a cent where the amount is small: a test's own cost often is.
func money(m pricing.Money) string {
	if m > 0 && m < pricing.Dollar {
		return fmt.Sprintf("$%.4f", m.Dollars())
	}
	return m.String()
}

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond).String()
}

// sparkline draws a curve in one line of 60 characters.
func sparkline(points []report.PlanPoint, peak float64) string {
	const columns = 60
	bars := []rune(" ▁▂▃▄▅▆▇█")
	line := make([]rune, min(columns, len(points)))
	for i := range line {
		p := points[i*len(points)/len(line)]
		line[i] = bars[int(p.Rate/max(peak, 1e-9)*float64(len(bars)-1)+0.5)]
	}
	return string(line)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
