package main

import (
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/scenarios"
	"github.com/turnpike-perf/turnpike/traffic"
)

// method says in sentences what the figures rest on.
func method(r *report.Report, s *scenarios.Scenario) []string {
	lines := []string{}
	if r.Mode == report.ModeSimulate {
		lines = append(lines, "Simulated: no request was sent. The same plan met the same model of the API in virtual time.")
	}
	if r.Loop == report.LoopClosed {
		lines = append(lines, "Closed loop: each client waits for its answer before it asks again, so a slow API slows the load, and latency counts from when a request was sent.")
	} else {
		lines = append(lines, "Open loop: each request is sent when it is due, whatever the API does. Latency counts from when it was due, so waiting is never hidden (coordinated omission).")
	}
	lines = append(lines,
		"Headline latency is over everything sent and not refused by a limit, failures and timeouts included; refusals are timed apart.",
		"Percentiles come from HDR histograms with three significant digits. A percentile that fewer than ten samples lie beyond is not printed.")
	if s.API != nil {
		lines = append(lines,
			"The API is turnpike's emulator, with API Gateway's documented limits, order of limits and error answers. Latencies are those that its definition gives the integrations, not AWS's.",
			"AWS applies throttles and quotas on a best-effort basis: a real stage may let more through than these exact buckets (developer guide, api-gateway-request-throttling).")
	}
	return append(lines, "Prices are AWS's published list prices as of "+r.Cost.AsOf+", API Gateway and data transfer out only. Lambda, logs and what else stands behind the API are not included.")
}

// limits lists what an API definition limits, the outermost first.
func limits(c *gateway.Config) []report.LimitInfo {
	list := []report.LimitInfo{}
	if c == nil {
		return list
	}
	add := func(kind traffic.Limit, scope string, t *gateway.Throttle, whole bool) {
		if t != nil {
			list = append(list, report.LimitInfo{Limit: kind, Scope: scope, Rate: float64(t.Rate), Burst: t.Burst, Whole: whole})
		}
	}
	account := c.AccountLimit()
	add(traffic.AccountLimit, "account", &account, true)
	for _, s := range c.Stages {
		if c.StageDefault == "shared" {
			add(traffic.StageLimit, "stage "+s.Name, s.Throttle, true)
		} else {
			add(traffic.StageLimit, "each method of stage "+s.Name, s.Throttle, false)
		}
		for _, m := range sorted(s.Methods) {
			t := s.Methods[m]
			add(traffic.MethodLimit, m+" on stage "+s.Name, &t, false)
		}
	}
	for _, p := range c.UsagePlans {
		add(traffic.UsagePlan, "usage plan "+p.Name, p.Throttle, false)
		for _, m := range sorted(p.Methods) {
			t := p.Methods[m]
			add(traffic.UsagePlanMethod, "usage plan "+p.Name+", "+m, &t, false)
		}
		if q := p.Quota; q != nil {
			list = append(list, report.LimitInfo{Limit: traffic.UsagePlanQuota, Scope: "usage plan " + p.Name, Quota: q.Limit, Period: q.Period})
		}
	}
	return list
}
