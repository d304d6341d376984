package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

// guard turns the flags into the runner's guard.
func (s *session) guard(f runFlags) (runner.Guard, error) {
	g := runner.Guard{MaxRequests: f.maxRequests, MaxDuration: f.maxDuration}
	if f.maxDuration < 0 {
		return g, end(exitUsage, "--max-duration %v: must be above 0", f.maxDuration)
	}
	if f.maxSpend == "" {
		return g, nil
	}
	most, err := pricing.ParseMoney(strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(f.maxSpend, "$"), "USD")))
	if err != nil || most <= 0 {
		return g, end(exitUsage, "--max-spend %q: must be an amount above 0, such as 5USD or 0.50USD", f.maxSpend)
	}
	if s.scenario.API == nil { // an emulated request costs nothing
		g.Stop = stopAt(most, s.scenario.Pricing)
	}
	return g, nil
}

// stopAt objects to an observation after which the next request would make the
// run cost more than most.
func stopAt(most pricing.Money, c pricing.Config) func(*traffic.Observation) error {
	meter := pricing.NewMeter(c.Rules)
	var seen, next uint64
	return func(o *traffic.Observation) error {
		meter.Observe(o)
		if seen++; seen < next {
			return nil
		}
		spent, err := spend(c, meter)
		if err != nil {
			return err
		}
		each := max(1, spent/pricing.Money(seen))
		if spent+each > most {
			return fmt.Errorf("%s spent, and --max-spend is %s", spent, most)
		}
		// A bill takes longer than an observation, so the next is drawn up
		// when half of what is left may be spent.
		next = seen + uint64(min(100, (most-spent)/each/2))
		return nil
	}
}

// spend is what the requests so far cost on the dearer kind of API.
func spend(c pricing.Config, m *pricing.Meter) (pricing.Money, error) {
	cost, err := pricing.Compare(pricing.Embedded(), c, m, time.Second)
	return max(cost.RunREST, cost.RunHTTP), err
}
