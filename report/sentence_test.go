package report

import (
	"strings"
	"testing"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A told is what a sentence is told from; the rest is as in a plain run of
// 10,000 requests at 500/s in which all went well.
type told func(*Report)

func plainRun(change ...told) *Report {
	p99, p50 := 38.2, 12.0
	c := measure.Counts{Planned: 10000, Sent: 10000, Done: 10000, Admitted: 10000, Outcomes: map[string]uint64{"ok": 10000}, Limits: map[string]uint64{}}
	r := &Report{Mode: ModeRun, Loop: LoopOpen, Verdict: Verdict{Status: Pass}, Plan: PlanInfo{DurationS: 20, Count: 10000, Curve: []PlanPoint{{0, 500}, {20, 500}}}}
	r.Summary = measure.Summary{LoadS: 20, ElapsedS: 20, Counts: c, Rows: []measure.Row{{Name: "all", Counts: c, Latency: measure.Quantiles{Count: 10000, P50: &p50, P99: &p99, MaxMS: 80}}}, Validity: measure.Validity{Verdict: measure.Valid}}
	for _, f := range change {
		f(r)
	}
	return r
}

func refused(by map[string]uint64) told {
	return func(r *Report) {
		c := &r.Summary.Counts
		for l, n := range by {
			c.Limits[l] = n
			c.Refused += n
			outcome := "throttled"
			if l == "quota" {
				outcome = "quota_exceeded"
			}
			c.Outcomes[outcome] += n
			c.Outcomes["ok"] -= n
		}
		c.Admitted -= c.Refused
	}
}

func came(outcome string, n uint64) told {
	return func(r *Report) {
		c := &r.Summary.Counts
		c.Outcomes[outcome] += n
		c.Outcomes["ok"] -= n
		var o traffic.Outcome
		if o.UnmarshalText([]byte(outcome)) == nil && o.Failed() {
			c.Errors += n
		}
	}
}

func limits(ls ...LimitInfo) told { return func(r *Report) { r.Limits = ls } }

func month(rest, http pricing.Money, percent float64) told {
	return func(r *Report) {
		r.Cost = pricing.Comparison{Region: "us-east-1", REST: &pricing.Bill{API: pricing.REST, Total: rest}, HTTP: &pricing.Bill{API: pricing.HTTP, Total: http}, DifferencePercent: &percent, Basis: pricing.Basis{Model: "24x7", RequestsPerMonth: 1_293_000_000}}
	}
}

func failing(ks ...checks.Result) told {
	return func(r *Report) { r.Checks, r.Verdict.Status = append(r.Checks, ks...), Fail }
}

var stage = LimitInfo{Limit: traffic.StageLimit, Scope: "prod", Rate: 490, Burst: 200}

func TestSentence(t *testing.T) {
	const base = "At 500 requests/s for 20 s, all 10,000 requests were answered without a refusal or an error, and p99 latency was 38.2 ms."
	for _, c := range []struct {
		name string
		r    *Report
		want string
	}{
		{"all ok", plainRun(), base},
		{"all ok, with a bill", plainRun(month(3730*pricing.Dollar, 1194*pricing.Dollar, -68)),
			base + " Sustained around the clock (1.29 billion requests sent a month) this traffic costs $3,730 a month on a REST API and $1,194 on an HTTP API (68.0% less) in us-east-1."},
		{"one limit", plainRun(refused(map[string]uint64{"stage": 160}), limits(stage)),
			"At 500 requests/s for 20 s, 160 of 10,000 requests (1.6%) were refused by the stage limit of 490/s; p99 latency was 38.2 ms for what was let through."},
		{"one limit, not configured here", plainRun(refused(map[string]uint64{"account": 1})),
			"At 500 requests/s for 20 s, 1 of 10,000 requests (0.01%) was refused by the account limit; p99 latency was 38.2 ms for what was let through."},
		{"several limits, the largest first", plainRun(refused(map[string]uint64{"stage": 200, "usage_plan": 700, "quota": 50, "usage_plan_method": 10, "method": 5}), limits(stage, LimitInfo{Limit: traffic.UsagePlanQuota, Quota: 10000, Period: "DAY"})),
			"At 500 requests/s for 20 s, 965 of 10,000 requests (9.7%) were refused: 700 by the usage plan limit, 200 by the stage limit of 490/s, 50 by the usage plan quota of 10,000 a day, 10 by the usage plan's method limit and 5 by the method limit; p99 latency was 38.2 ms for what was let through."},
		{"one of two clients", plainRun(refused(map[string]uint64{"usage_plan": 700}), func(r *Report) {
			r.Summary.Clients = []measure.Row{{Name: "free", Counts: measure.Counts{Limits: map[string]uint64{"usage_plan": 700}}}, {Name: "gold"}}
		}), "At 500 requests/s for 20 s, 700 of 10,000 requests (7.0%) were refused by the usage plan limit (only client “free”); p99 latency was 38.2 ms for what was let through."},
		{"both clients", plainRun(refused(map[string]uint64{"usage_plan": 700}), func(r *Report) {
			one := measure.Counts{Limits: map[string]uint64{"usage_plan": 350}}
			r.Summary.Clients = []measure.Row{{Name: "free", Counts: one}, {Name: "gold", Counts: one}}
		}), "At 500 requests/s for 20 s, 700 of 10,000 requests (7.0%) were refused by the usage plan limit; p99 latency was 38.2 ms for what was let through."},
		{"a limit not named", plainRun(refused(map[string]uint64{"unknown": 700})),
			"At 500 requests/s for 20 s, 700 of 10,000 requests (7.0%) were refused by a limit that the answers do not name; p99 latency was 38.2 ms for what was let through."},
		{"errors", plainRun(came("timeout", 30), came("integration_error", 10), came("dns", 2)),
			"At 500 requests/s for 20 s, nothing was refused and p99 latency was 38.2 ms. 42 requests (0.42%) failed: 30 timeouts, 10 integration errors, others."},
		{"client errors, many and few", plainRun(came("client_error", 300), came("auth_denied", 3)),
			"At 500 requests/s for 20 s, nothing was refused and p99 latency was 38.2 ms. 300 requests (3.0%) were client errors (4xx)."},
		{"INVALID first", plainRun(failing(checks.Result{Check: "p99 < 1ms", Observed: "38.2 ms"}), func(r *Report) {
			r.Summary.Validity = measure.Validity{Verdict: measure.Invalid, Reasons: []string{"only 91% of arrivals were sent", "lag p99 was 48 ms"}}
		}), "INVALID measurement, so no check counts: only 91% of arrivals were sent; lag p99 was 48 ms. " + base},
		{"INVALID without reasons", plainRun(func(r *Report) { r.Verdict.Status = Invalid }), "INVALID measurement: do not rely on its figures. " + base},
		{"not sent", plainRun(func(r *Report) {
			c := &r.Summary.Counts
			c.Planned, c.NotSent, c.Outcomes["not_sent"], r.Plan.MaxInFlight = 10312, 312, 312, 500
		}), base + " 312 arrivals (3.0% of those due) were never sent because max_in_flight (500) was reached."},
		{"interrupted", plainRun(func(r *Report) {
			r.Verdict.Interrupted, r.Plan.DurationS = true, 300
		}), "Interrupted after 20 s of 5 min; the figures are of that part. " + base},
		{"stopped by a guard", plainRun(func(r *Report) { r.Verdict.Guard = "--max-spend $5.00 was reached" }),
			"Stopped by a guard after 20 s: --max-spend $5.00 was reached. " + base},
		{"one check of one", plainRun(failing(checks.Result{Check: "p99 < 30ms", Observed: "38.2 ms"})),
			base + " The check failed: p99 < 30ms (was 38.2 ms)."},
		{"three checks of four", plainRun(failing(checks.Result{Passed: true}, checks.Result{Check: "p99 < 30ms", Observed: "38.2 ms"}, checks.Result{Check: "p99.99 < 1s", Reason: "needs 100,000 requests, has 10,000"}, checks.Result{Check: "rps > 600", Observed: "500/s"})),
			base + " 3 of 4 checks failed: p99 < 30ms (was 38.2 ms), p99.99 < 1s (needs 100,000 requests, has 10,000) and 1 more."},
		{"a ramp, simulated", plainRun(func(r *Report) { r.Mode, r.Plan.Curve[0].Rate = ModeSimulate, 0 }),
			"In simulation, at 0 to 500 requests/s for 20 s, all 10,000 requests were answered without a refusal or an error, and p99 latency was 38.2 ms."},
		{"replay", plainRun(func(r *Report) { r.Plan.Arrivals, r.Plan.Curve[0].Rate = "replay", 3 }),
			"Replaying a log at up to 500 requests/s for 20 s, all 10,000 requests were answered without a refusal or an error, and p99 latency was 38.2 ms."},
		{"one kind of failure", plainRun(came("timeout", 1)), "At 500 requests/s for 20 s, nothing was refused and p99 latency was 38.2 ms. 1 request (0.01%) failed: timeout."},
		{"one a second", plainRun(func(r *Report) { r.Plan.Curve = []PlanPoint{{0, 1}, {20, 1}} }), strings.Replace(base, "500 requests/s", "1 request/s", 1)},
		{"closed loop", plainRun(func(r *Report) { r.Loop, r.Plan.Concurrency, r.Plan.Curve = LoopClosed, 10, nil }),
			"With 10 clients in a closed loop (500 requests/s) for 20 s, all 10,000 requests were answered without a refusal or an error, and p99 latency was 38.2 ms."},
		{"too few for a p99", plainRun(func(r *Report) { r.Summary.Rows[0].Latency.P99 = nil }),
			"At 500 requests/s for 20 s, all 10,000 requests were answered without a refusal or an error, and median latency was 12.0 ms (too few samples for a p99)."},
		{"one request", measured(t, 1, ModeRun),
			"At 100 requests/s for 0.005 s, the one request was answered without a refusal or an error, and the only latency measured was 5.00 ms. Sustained around the clock (263 million requests sent a month) this traffic costs $920 a month on a REST API and $263 on an HTTP API (71.4% less) in us-east-1."},
		{"nothing due", plainRun(func(r *Report) { r.Summary = measure.Summary{} }), "Nothing was due and nothing was sent."},
		{"nothing sent", plainRun(func(r *Report) { r.Summary.Counts = measure.Counts{Planned: 40, NotSent: 40} }), "None of 40 arrivals was sent."},
		{"cost only", plainRun(month(3730*pricing.Dollar, 1194*pricing.Dollar, -68), func(r *Report) {
			r.Mode, r.Summary, r.Cost.Basis.Model, r.Cost.Basis.RequestsPerMonth = ModePrice, measure.Summary{}, "total", 500_000_000
		}), "At 500 million requests sent a month this traffic costs $3,730 a month on a REST API and $1,194 on an HTTP API (68.0% less) in us-east-1."},
		{"a price is missing", plainRun(month(3730*pricing.Dollar, 0, 0), func(r *Report) {
			r.Cost.HTTP.Missing, r.Cost.DifferencePercent = []string{"requests"}, nil
		}), base + " Sustained around the clock (1.29 billion requests sent a month) this traffic costs $3,730 a month on a REST API and an unknown amount on an HTTP API, for which a price is missing in us-east-1."},
		{"small change", plainRun(month(4_200_000, 1_234_567, -70.6)),
			base + " Sustained around the clock (1.29 billion requests sent a month) this traffic costs $0.0042 a month on a REST API and $0.0012 on an HTTP API (70.6% less) in us-east-1."},
		{"nothing at all", &Report{Mode: ModePrice}, "Nothing was sent and nothing was priced."},
	} {
		if got := Sentence(c.r); got != c.want {
			t.Errorf("%s: Sentence() =\n\t%s\nwant\n\t%s", c.name, got, c.want)
		}
	}
}

// TestSentenceOfEverySample says that none is empty, unfinished or of several lines.
func TestSentenceOfEverySample(t *testing.T) {
	for name, r := range samples(t) {
		if name == "hostile" {
			continue
		}
		s := Sentence(r)
		if s == "" || !strings.HasSuffix(s, ".") || strings.ContainsAny(s, "\n\t") || strings.Contains(s, "  ") || strings.Contains(s, "..") && name != "realistic" {
			t.Errorf("%s: Sentence() = %q", name, s)
		}
	}
}
