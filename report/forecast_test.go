package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

func forecastText(t *testing.T, f *Forecast) string {
	t.Helper()
	var b bytes.Buffer
	if err := ForecastText(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// foreseen is a forecast of 20 s of Poisson arrivals, some of which are refused.
func foreseen(t *testing.T, change ...func(*Forecast)) *Forecast {
	t.Helper()
	cost := compared(t, "us-east-1")
	f := &Forecast{
		Schema: ForecastSchema, Name: "quickstart", Seed: 42, PeakPerS: 420, MemoryBytes: 1 << 20,
		Plan: PlanInfo{DurationS: 20, Count: 5520, Arrivals: "poisson", MaxInFlight: 500, Curve: []PlanPoint{{0, 60}, {4, 60}, {12, 420}, {20, 420}},
			Windows: []PlanWindow{{Name: "climb", ToS: 12}, {Name: "peak", FromS: 12, ToS: 20, Steady: true}}},
		Simulated: &Simulated{Arrivals: 5590, ToS: 19.9, Whole: true},
		Predicted: &measure.Counts{Planned: 5590, Sent: 5590, Refused: 1466, Limits: map[string]uint64{"stage": 308, "usage_plan": 1158}},
		Cost:      &cost,
	}
	for _, c := range change {
		c(f)
	}
	return f
}

// The text of forecasts, kept in testdata/forecast.
func TestForecastText(t *testing.T) {
	deployed := func(f *Forecast) { f.Predicted, f.SizesUnknown = nil, true }
	closed := func(f *Forecast) {
		f.Plan = PlanInfo{DurationS: 86400, Concurrency: 1000, Count: 30_000_000}
	}
	for name, f := range map[string]*Forecast{
		"poisson": foreseen(t),
		"replay": foreseen(t, func(f *Forecast) {
			f.Plan.Arrivals, f.Plan.Count, f.Simulated.Arrivals, f.Stale = "replay", 5590, 5590, "the price list is 535 days old"
			f.Trace = TraceOf(traffic.TraceStats{Count: 5590, Span: 40e9, PeakPerSecond: 300, CV: 1.5, IDC1s: 7, Warnings: []string{"stamps are whole seconds"}})
			f.Predicted.Refused = 0
		}),
		"part": foreseen(t, closed, func(f *Forecast) {
			f.Simulated = &Simulated{Arrivals: 20_000_000, ToS: 7260}
		}),
		"crowded": foreseen(t, func(f *Forecast) {
			f.Plan.Arrivals, f.Predicted.Refused, f.Predicted.NotSent = "", 0, 90
		}),
		"deployed":        foreseen(t, deployed),
		"deployed-closed": foreseen(t, deployed, closed, func(f *Forecast) { f.Simulated, f.Cost = nil, nil }),
		"without-price": foreseen(t, func(f *Forecast) {
			cost := compared(t, "ap-east-2")
			f.Cost = &cost
		}),
		"without-bill": foreseen(t, func(f *Forecast) { f.Cost, f.NoBill = nil, "compare prices: too much to count" }),
	} {
		t.Run(name, func(t *testing.T) {
			got := forecastText(t, f)
			golden(t, filepath.Join("forecast", name+".txt"), got)
			for _, line := range strings.Split(got, "\n") {
				if length(line) > 100 || strings.TrimRight(line, " ") != line {
					t.Errorf("a line of %d columns, or with spaces at its end: %q", length(line), line)
				}
			}
			if strings.Contains(got, "$0.00 ") || badNumber.MatchString(got) {
				t.Errorf("a figure that says nothing:\n%s", got)
			}
		})
	}
}

// Nothing that was billable is said to be so, not to cost nothing.
func TestForecastOfNothingBillable(t *testing.T) {
	f := foreseen(t)
	f.Cost.Ledger, f.Cost.RunREST, f.Cost.RunHTTP = pricing.Ledger{}, 0, 0
	if got := forecastText(t, f); !strings.Contains(got, "nothing of it would be billed") || strings.Contains(got, "$") {
		t.Errorf("the test's cost is not said to be nothing:\n%s", got)
	}
}

func TestCurveLine(t *testing.T) {
	var points []PlanPoint
	for i := range 200 {
		points = append(points, PlanPoint{Rate: 1})
		if i == 101 {
			points[i].Rate = 8 // between the points that every third would show
		}
	}
	if got := curveLine(points, 8); length(got) != 60 || strings.Count(got, "█") != 1 || strings.Count(got, "▁") != 59 {
		t.Errorf("curveLine() = %q, want one peak among 60", got)
	}
	for _, none := range [][]PlanPoint{nil, {{0, 0}}} {
		if got := strings.TrimSpace(curveLine(none, 0)); got != "" {
			t.Errorf("curveLine(%v) = %q", none, got)
		}
	}
}
