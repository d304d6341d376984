package gateway

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A latency turns a uniform draw into a time by the inverse of a
// distribution's cumulative function, so that one draw is one time and a larger
// draw never a shorter one.
type latency struct {
	form      latencyForm
	constant  time.Duration
	min, span float64 // uniform, in ns
	mu, sigma float64 // lognormal: of the logarithm of ns
	samples   []time.Duration
}

type latencyForm uint8

const (
	constantLatency latencyForm = iota
	uniformLatency
	lognormalLatency
	empiricalLatency
)

// z99 is the 99th percentile of the standard normal distribution.
const z99 = 2.3263478740408411

// newLatency builds a distribution without problems, reading its file if it
// has one.
func newLatency(c *Latency, dir string) (latency, error) {
	switch {
	case c.Uniform != nil:
		return latency{form: uniformLatency, min: float64(c.Uniform.Min), span: float64(c.Uniform.Max - c.Uniform.Min)}, nil
	case c.Lognormal != nil:
		mu := math.Log(float64(c.Lognormal.P50))
		return latency{form: lognormalLatency, mu: mu, sigma: (math.Log(float64(c.Lognormal.P99)) - mu) / z99}, nil
	case len(c.Empirical) > 0:
		return latency{form: empiricalLatency, samples: c.Empirical}, nil
	case c.File != "":
		samples, err := readSamples(c.File, dir)
		return latency{form: empiricalLatency, samples: samples}, err
	}
	return latency{constant: c.Constant}, nil
}

// at is the time for a draw, uniform over all 64-bit numbers.
func (l *latency) at(u uint64) time.Duration {
	switch l.form {
	case uniformLatency:
		return time.Duration(l.min + l.span*unit(u))
	case lognormalLatency:
		ns := math.Exp(l.mu + l.sigma*math.Sqrt2*math.Erfinv(2*unit(u)-1))
		return time.Duration(min(ns, math.MaxInt64/2))
	case empiricalLatency:
		return l.samples[int(unit(u)*float64(len(l.samples)))]
	}
	return l.constant
}

// unit maps a draw into the open interval from 0 to 1: the middle of one of
// 2^52 equal parts, so that neither end, where a lognormal is infinite, comes up.
func unit(u uint64) float64 { return (float64(u>>12) + 0.5) / (1 << 52) }

// readSamples reads a file of milliseconds, one a line. Empty lines and what
// follows # do not count.
func readSamples(name, dir string) ([]time.Duration, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read latencies: %w", err)
	}
	defer f.Close()
	var samples []time.Duration
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		ms, err := strconv.ParseFloat(text, 64)
		if err != nil || !(ms >= 0 && ms <= 1e9) {
			return nil, fmt.Errorf("read latencies, %s:%d: want milliseconds from 0 to 1e9, got %q", name, n, text)
		}
		samples = append(samples, time.Duration(ms*float64(time.Millisecond)))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read latencies, %s: %w", name, err)
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("read latencies, %s: the file has none", name)
	}
	return samples, nil
}
