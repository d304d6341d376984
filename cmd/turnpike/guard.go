package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

// guard turns the flags into the runner's guard, and refuses at once what the
// plan alone would break.
func (s *session) guard(f runFlags) (runner.Guard, error) {
	g := runner.Guard{MaxRequests: f.maxRequests, MaxDuration: f.maxDuration}
	if f.maxSpend == "" {
		return g, nil
	}
	most, err := pricing.ParseMoney(strings.TrimSuffix(strings.TrimPrefix(f.maxSpend, "$"), "USD"))
	if err != nil {
		return g, end(exitUsage, "--max-spend %q: must be an amount such as 5USD or 0.50USD", f.maxSpend)
	}
	if s.scenario.API != nil {
		return g, nil // an emulated request costs nothing
	}
	meter, every := pricing.NewMeter(s.scenario.Pricing.Rules), 0
	g.Stop = func(o *traffic.Observation) error {
		meter.Observe(o)
		if every++; every%100 != 0 {
			return nil
		}
		spent, err := spend(s.scenario.Pricing, meter)
		if err == nil && spent > most {
			err = fmt.Errorf("%s spent, and --max-spend is %s", spent, most)
		}
		return err
	}
	return g, nil
}

// spend is what the requests so far cost on the dearer kind of API.
func spend(c pricing.Config, m *pricing.Meter) (pricing.Money, error) {
	cost, err := pricing.Compare(pricing.Embedded(), c, m, time.Second)
	return max(cost.RunREST, cost.RunHTTP), err
}
