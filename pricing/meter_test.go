package pricing

import (
	"strings"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
	"pgregory.net/rapid"
)

// The table of billing rules against API Gateway's documented answers, one
// observation each.
func TestRuleOf(t *testing.T) {
	for _, c := range []struct {
		o     traffic.Observation
		rule  string
		class Class
	}{
		{traffic.Observation{Outcome: traffic.OK, Status: 200}, "answered", Billable},
		{traffic.Observation{Outcome: traffic.OK, Status: 204, Method: "OPTIONS"}, "preflight", Billable},
		{traffic.Observation{Outcome: traffic.ClientError, Status: 404}, "client_error", Billable},
		{traffic.Observation{Outcome: traffic.ClientError, Cause: traffic.NoRoute, Status: 404}, "no_route", Billable},
		{traffic.Observation{Outcome: traffic.AuthDenied, Cause: traffic.NoRoute, Status: 403}, "no_route", Billable}, // Missing Authentication Token
		{traffic.Observation{Outcome: traffic.AuthDenied, Cause: traffic.NoStage, Status: 403}, "no_stage", Billable},
		{traffic.Observation{Outcome: traffic.ClientError, Cause: traffic.BadRequest, Status: 400}, "bad_request", Billable},
		{traffic.Observation{Outcome: traffic.ClientError, Cause: traffic.TooLarge, Status: 413}, "bad_request", Billable},
		{traffic.Observation{Outcome: traffic.AuthDenied, Cause: traffic.BadAPIKey, Status: 403}, "api_key", NotBillable},
		{traffic.Observation{Outcome: traffic.AuthDenied, Cause: traffic.AccessDenied, Status: 401}, "auth_failure", NotBillable},
		{traffic.Observation{Outcome: traffic.AuthDenied, Cause: traffic.ForbiddenByAny, Status: 403}, "forbidden", NotBillable},
		{traffic.Observation{Outcome: traffic.AuthDenied, Status: 403}, "forbidden", NotBillable},
		{traffic.Observation{Outcome: traffic.Throttled, Cause: traffic.RateLimit, Limit: traffic.StageLimit, Status: 429}, "throttled", NotBillable},
		{traffic.Observation{Outcome: traffic.Throttled, Limit: traffic.UnknownLimit, Status: 429}, "throttled", NotBillable},
		{traffic.Observation{Outcome: traffic.Throttled, Cause: traffic.RateLimit, Status: 429, Method: "OPTIONS"}, "throttled", NotBillable},
		{traffic.Observation{Outcome: traffic.Throttled, Cause: traffic.RateLimit, Limit: traffic.UsagePlan, Status: 429}, "usage_plan_throttled", NotBillable},
		{traffic.Observation{Outcome: traffic.Throttled, Cause: traffic.RateLimit, Limit: traffic.UsagePlanMethod, Status: 429}, "usage_plan_throttled", NotBillable},
		{traffic.Observation{Outcome: traffic.QuotaExceeded, Cause: traffic.Quota, Limit: traffic.UsagePlanQuota, Status: 429}, "quota_exceeded", NotBillable},
		{traffic.Observation{Outcome: traffic.ThrottledIntegration, Cause: traffic.BackendThrottle, Status: 429}, "backend_throttled", Billable},
		{traffic.Observation{Outcome: traffic.ThrottledIntegration, Status: 429}, "backend_throttled", Billable},
		{traffic.Observation{Outcome: traffic.IntegrationError, Cause: traffic.BackendFailure, Status: 502}, "backend_error", Billable},
		{traffic.Observation{Outcome: traffic.IntegrationError, Status: 500}, "backend_error", Billable},
		{traffic.Observation{Outcome: traffic.IntegrationTimeout, Cause: traffic.BackendTimeout, Status: 504}, "backend_timeout", Billable},
		{traffic.Observation{Outcome: traffic.IntegrationError, Cause: traffic.BadConfig, Status: 500}, "gateway_error", Billable},
		{traffic.Observation{Outcome: traffic.Unavailable, Status: 503}, "gateway_error", Billable},
		{traffic.Observation{Outcome: traffic.Timeout, Sent: 1}, "client_timeout", Billable},
		{traffic.Observation{Outcome: traffic.Timeout}, "no_connection", NeverReached},
		{traffic.Observation{Outcome: traffic.ConnectionLost, Sent: 1}, "connection_lost", Billable},
		{traffic.Observation{Outcome: traffic.Aborted, Sent: 1}, "aborted", Billable},
		{traffic.Observation{Outcome: traffic.Aborted}, "no_connection", NeverReached},
		{traffic.Observation{Outcome: traffic.RefusedConnection, Sent: 1}, "no_connection", NeverReached},
		{traffic.Observation{Outcome: traffic.DNS}, "no_connection", NeverReached},
		{traffic.Observation{Outcome: traffic.TLS}, "no_connection", NeverReached},
		{traffic.Observation{Outcome: traffic.NotSent}, "not_sent", NotSent},
		{traffic.Observation{Outcome: 200, Cause: 3}, "answered", Billable},
	} {
		m := NewMeter(nil)
		m.Observe(&c.o)
		l := m.Ledger()
		if len(l.Lines) != 1 || l.Lines[0].Rule != c.rule || l.Lines[0].Class != c.class || l.Lines[0].Count != 1 {
			t.Errorf("%v %v %v %s: %+v, want %s, %s", c.o.Outcome, c.o.Cause, c.o.Limit, c.o.Method, l.Lines, c.rule, c.class)
		}
		if u := m.Usage(); (u.RESTRequests == 1) != (c.class == Billable) || u.RESTRequests != u.HTTPUnits {
			t.Errorf("%s: usage %+v", c.rule, u)
		}
	}
}

// Every row of the table can be told from the others and says where it is from.
func TestRulesAreCited(t *testing.T) {
	names := map[string]bool{}
	sure := map[string]bool{Documented: true, Withdrawn: true, AWSStaff: true, Community: true, Inference: true, Unknown: true}
	for _, r := range table {
		if r.name == "" || r.title == "" || r.says == "" || names[r.name] || !sure[r.confidence] || !strings.Contains(r.citation, "https://") {
			t.Errorf("rule %+v is not complete, or not the first of its name", r)
		}
		if (r.confidence == Unknown || r.confidence == Community) && r.choice == "" {
			t.Errorf("rule %s is %s, but has no switch", r.name, r.confidence)
		}
		if r.confidence == Documented && strings.Contains(r.citation, "withdrawn") || r.confidence == AWSStaff && !strings.Contains(r.citation, "repost.aws") {
			t.Errorf("rule %s is called %s, which its source is not: %s", r.name, r.confidence, r.citation)
		}
		names[r.name] = true
	}
	for _, c := range switches {
		if len(c.values) < 2 || c.name == "" {
			t.Errorf("choice %+v is not complete", c)
		}
	}
}

func TestSwitches(t *testing.T) {
	for _, c := range []struct {
		o            traffic.Observation
		name         string
		billed, free string
	}{
		{traffic.Observation{Outcome: traffic.OK, Method: "OPTIONS"}, "preflight", "billed", "not_billed"},
		{traffic.Observation{Cause: traffic.NoRoute}, "no_route", "billed", "not_billed"},
		{traffic.Observation{Cause: traffic.NoStage}, "no_stage", "billed", "not_billed"},
		{traffic.Observation{Cause: traffic.TooLarge}, "bad_request", "billed", "not_billed"},
		{traffic.Observation{Cause: traffic.BadConfig}, "gateway_error", "billed", "not_billed"},
		{traffic.Observation{Outcome: traffic.Timeout, Sent: 1}, "unanswered", "billed", "not_billed"},
		{traffic.Observation{Outcome: traffic.ConnectionLost, Sent: 1}, "unanswered", "billed", "not_billed"},
		{traffic.Observation{Outcome: traffic.Aborted, Sent: 1}, "unanswered", "billed", "not_billed"},
		{traffic.Observation{Cause: traffic.ForbiddenByAny}, "forbidden", "billed", "not_billed"},
		{traffic.Observation{Cause: traffic.AccessDenied}, "auth_failure", "billed", "not_billed"},
	} {
		for value, want := range map[string]int64{c.billed: 1, c.free: 0} {
			m := NewMeter(Rules{c.name: value})
			m.Observe(&c.o)
			if u := m.Usage(); u.RESTRequests != want || u.HTTPUnits != want || u.Sent != 1 {
				t.Errorf("%s: %s: usage %+v, want %d billed", c.name, value, u, want)
			}
		}
	}
}

// AWS's own examples: 12 KB in and 46 KB out are one unit; a document of
// 4.5 MB is nine (https://aws.amazon.com/api-gateway/pricing/).
func TestHTTPMetering(t *testing.T) {
	const kb = 1 << 10
	for _, c := range []struct {
		in, out                    int64
		sum, larger, each, request int64
	}{
		{0, 0, 1, 1, 1, 1},
		{12 * kb, 46 * kb, 1, 1, 1, 1},
		{4608 * kb, 0, 9, 9, 9, 9},
		{512 * kb, 0, 1, 1, 1, 1},
		{512 * kb, 1, 2, 1, 1, 1},
		{512*kb + 1, 0, 2, 2, 2, 2},
		{300 * kb, 300 * kb, 2, 1, 1, 1},
		{600 * kb, 600 * kb, 3, 2, 3, 2},
		{kb, 5000 * kb, 10, 10, 10, 1},
		{-5, 100, 1, 1, 1, 1},
	} {
		for value, want := range map[string]int64{"": c.sum, "sum": c.sum, "larger": c.larger, "each": c.each, "request": c.request} {
			m := NewMeter(Rules{"http_metering": value})
			m.Observe(&traffic.Observation{BytesOut: c.in, BytesIn: c.out})
			if u := m.Usage(); u.HTTPUnits != want || u.HTTPRequests != 1 || u.RESTRequests != 1 {
				t.Errorf("%d in, %d out by %q: %+v, want %d units", c.in, c.out, value, u, want)
			}
		}
	}
}

func TestTransferOfRefusals(t *testing.T) {
	for value, want := range map[string]int64{"": 1300, "billed": 1300, "not_billed": 1100} {
		m := NewMeter(Rules{"refused_transfer": value})
		m.Observe(&traffic.Observation{BytesIn: 1000, HeadIn: 100})
		m.Observe(&traffic.Observation{Outcome: traffic.Throttled, BytesIn: 50, HeadIn: 150})
		m.Observe(&traffic.Observation{Outcome: traffic.NotSent, BytesIn: 7777})
		m.Observe(&traffic.Observation{Outcome: traffic.TLS, BytesIn: 7777})
		if got := m.Usage().BytesOut; got != want {
			t.Errorf("refused_transfer %q: %d bytes out, want %d", value, got, want)
		}
	}
}

var observations = rapid.Custom(func(t *rapid.T) traffic.Observation {
	return traffic.Observation{
		Sent:     time.Duration(rapid.IntRange(0, 1).Draw(t, "sent")),
		Method:   rapid.SampledFrom([]string{"GET", "POST", "OPTIONS"}).Draw(t, "method"),
		Outcome:  traffic.Outcome(rapid.IntRange(0, traffic.NumOutcomes).Draw(t, "outcome")),
		Cause:    traffic.Cause(rapid.IntRange(0, traffic.NumCauses).Draw(t, "cause")),
		Limit:    traffic.Limit(rapid.IntRange(0, traffic.NumLimits).Draw(t, "limit")),
		BytesOut: rapid.Int64Range(-1, 3<<20).Draw(t, "out"),
		BytesIn:  rapid.Int64Range(-1, 3<<20).Draw(t, "in"),
		HeadIn:   rapid.Int64Range(0, 1000).Draw(t, "head"),
	}
})

var rules = rapid.Custom(func(t *rapid.T) Rules {
	r := Rules{}
	for _, s := range switches {
		if v := rapid.SampledFrom(append(s.values, "")).Draw(t, s.name); v != "" {
			r[s.name] = v
		}
	}
	return r
})

// Every observation falls under exactly one rule; what is sent is billable, not
// billable, or never reached API Gateway; what is not billable is in no bill.
func TestLedgerLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := NewMeter(rules.Draw(t, "rules"))
		obs := rapid.SliceOfN(observations, 0, 50).Draw(t, "observations")
		for i := range obs {
			m.Observe(&obs[i])
		}
		l, u := m.Ledger(), m.Usage()
		var lines, billable, units uint64
		for _, x := range l.Lines {
			lines += x.Count
			if x.Billable {
				billable += x.Count
				units += x.HTTPUnits
			}
			if x.Billable != (x.Class == Billable) {
				t.Fatalf("line %+v contradicts itself", x)
			}
		}
		switch {
		case lines != uint64(len(obs)) || l.Arrivals != lines:
			t.Fatalf("%d observations, %d in lines, %d arrivals", len(obs), lines, l.Arrivals)
		case l.Arrivals != l.NotSent+l.Sent || l.Sent != l.Billable+l.NotBillable+l.NeverReached:
			t.Fatalf("ledger does not add up: %+v", l)
		case billable != l.Billable || u.RESTRequests != int64(billable) || u.HTTPRequests != int64(billable) || u.HTTPUnits != int64(units):
			t.Fatalf("billable %d, units %d, usage %+v", billable, units, u)
		case u.Sent != int64(l.Sent):
			t.Fatalf("sent %d in usage, %d in ledger", u.Sent, l.Sent)
		}
		low, high := m.usage(m.rules.extreme(false).reading()), m.usage(m.rules.extreme(true).reading())
		for _, r := range [][3]int64{{low.RESTRequests, u.RESTRequests, high.RESTRequests}, {low.HTTPUnits, u.HTTPUnits, high.HTTPUnits}, {low.BytesOut, u.BytesOut, high.BytesOut}} {
			if r[0] > r[1] || r[1] > r[2] {
				t.Fatalf("usage %+v outside of %+v to %+v", u, low, high)
			}
		}
		if len(m.uncertain()) == 0 && low != high {
			t.Fatalf("nothing uncertain, but %+v to %+v", low, high)
		}
	})
}

// Merging halves equals feeding one.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rules.Draw(t, "rules")
		whole, a, b := NewMeter(r), NewMeter(r), NewMeter(r)
		for _, o := range rapid.SliceOf(observations).Draw(t, "observations") {
			whole.Observe(&o)
			if rapid.Bool().Draw(t, "half") {
				a.Observe(&o)
			} else {
				b.Observe(&o)
			}
		}
		a.Merge(b)
		if a.rows != whole.rows {
			t.Fatalf("merged %+v, want %+v", a.rows, whole.rows)
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	m := NewMeter(nil)
	o := traffic.Observation{Sent: 1, Method: "GET", Status: 200, BytesIn: 1000, BytesOut: 200, HeadIn: 300}
	refused := traffic.Observation{Sent: 1, Outcome: traffic.Throttled, Cause: traffic.RateLimit, Status: 429, BytesIn: 30, HeadIn: 300}
	b.ReportAllocs()
	for b.Loop() {
		m.Observe(&o)
		m.Observe(&refused)
	}
}
