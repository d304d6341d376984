package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
)

const tinyAPI = `name: tiny
kind: http
stages: [{name: $default, throttle: {rate: 10/s, burst: 10}}]
routes: [{route: GET /, mock: {body_bytes: 1KB}}]
`

// forecastOf predicts at most so many arrivals of a scenario against a tiny API.
func forecastOf(t *testing.T, ctx context.Context, target, traffic string, most uint64) (*report.Forecast, error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "s.yaml")
	for name, text := range map[string]string{path: "name: s\ntarget: {" + target + "}\ntraffic: {" + traffic + "}\nrequests: [{name: root, GET: /}]\n", filepath.Join(dir, "api.yaml"): tinyAPI} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.forecast()
	if err != nil {
		t.Fatal(err)
	}
	return f, s.predict(ctx, f, most)
}

// TestPredictionIsBounded says that no plan is simulated without end, and that
// the forecast knows which part of it was.
func TestPredictionIsBounded(t *testing.T) {
	const emulate, url = "emulate: api.yaml", `url: "http://127.0.0.1:1/"`
	for _, c := range []struct {
		name, target, load string
		want               *report.Simulated
	}{
		{"a plan within the bound", emulate, "stages: [{rate: 100/s, for: 10s}]", &report.Simulated{Arrivals: 1000, ToS: 9.99, Whole: true}},
		{"a plan beyond it", emulate, "stages: [{rate: 100/s, for: 20s}]", &report.Simulated{Arrivals: 1000, ToS: 9.99}},
		{"a closed loop for a day", emulate, "concurrency: 5, for: 24h", &report.Simulated{Arrivals: 1000, ToS: 0.0199}},
		{"a deployed API", url, "stages: [{rate: 100/s, for: 1h}]", &report.Simulated{Arrivals: 1000, ToS: 9.99}},
		{"a closed loop on a deployed API", url, "concurrency: 5, for: 24h", nil},
	} {
		f, err := forecastOf(t, t.Context(), c.target, c.load, 1000)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if (f.Simulated == nil) != (c.want == nil) || c.want != nil && *f.Simulated != *c.want {
			t.Errorf("%s: simulated %+v, want %+v", c.name, f.Simulated, c.want)
		}
		if (f.Cost == nil) != (c.want == nil) || (f.Predicted != nil) != (c.target == emulate) {
			t.Errorf("%s: cost %v, predicted %v", c.name, f.Cost, f.Predicted)
		}
	}
}

// TestUnknownSizes says that no byte of an unknown answer is billed.
func TestUnknownSizes(t *testing.T) {
	f, err := forecastOf(t, t.Context(), `url: "http://127.0.0.1:1/"`, "stages: [{rate: 100/s, for: 10s}]", 1000)
	if err != nil {
		t.Fatal(err)
	}
	if !f.SizesUnknown || f.Cost.Measured.BytesOut != 0 || f.Cost.RunREST.Decimal() != "0.0035" {
		t.Errorf("unknown sizes: %v; the run is billed %d bytes and costs %s, want none and 0.0035", f.SizesUnknown, f.Cost.Measured.BytesOut, f.Cost.RunREST.Decimal())
	}
}

// TestPeak says that a peak between the points of the curve is not missed.
func TestPeak(t *testing.T) {
	f, err := forecastOf(t, t.Context(), "emulate: api.yaml", "stages: [{rate: 1/s, for: 1h}, {rate: 500/s, for: 1s}, {rate: 1/s, for: 1h}]", 1000)
	if err != nil || f.PeakPerS != 500 {
		t.Errorf("peak %v, %v; want 500", f.PeakPerS, err)
	}
}

func TestPredictionIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := forecastOf(t, ctx, "emulate: api.yaml", "concurrency: 5, for: 24h", mostPredicted); !errors.Is(err, runner.ErrInterrupted) {
		t.Errorf("predict() = %v, want ErrInterrupted", err)
	}
	var e *ending
	if err := cutShort(nil); !errors.As(err, &e) || e.code != exitInterrupted {
		t.Errorf("cutShort() = %v, want exit %d", err, exitInterrupted)
	}
}
