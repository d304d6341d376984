package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
	"pgregory.net/rapid"
)

// summary is of 2,000 arrivals in 20 s: 1 ms to 2 s each in steps of 1 ms, of which every hundredth is
// throttled and every 500th of "b" fails.
func summary() measure.Summary {
	r := measure.NewRecorder(measure.Options{Names: []string{"a", "b", "none"}, Clients: []string{"gold"}, Span: 20 * time.Second,
		Windows: []traffic.Window{{Name: "warm-up", To: 10 * time.Second}, {Name: "flat", From: 10 * time.Second, To: 20 * time.Second, Steady: true}}})
	for i := range 2000 {
		o := traffic.Observation{Arrival: traffic.Arrival{Due: time.Duration(i) * 10 * time.Millisecond, Request: i % 2, Client: i%2 - 1}, Status: 200}
		o.Sent, o.Done = o.Due+1, o.Due+time.Duration(i+1)*time.Millisecond
		switch {
		case i%100 == 0:
			o.Outcome, o.Limit, o.Status = traffic.Throttled, traffic.StageLimit, 429
		case i%500 == 1:
			o.Outcome, o.Status = traffic.IntegrationError, 502
		}
		r.Observe(&o)
	}
	return r.Summary(measure.End{})
}

func dollars(t *testing.T, s string) pricing.Money {
	m, err := pricing.ParseMoney(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A check of what a region has no price for, or of a million of nothing, fails
// and says why.
func TestEvaluateWithoutPrice(t *testing.T) {
	for outcome, want := range map[traffic.Outcome]map[string]string{
		traffic.OK: {
			"monthly cost on http < 500 USD":   "no price for HTTP API requests in ap-east-2",
			"cost per million on http < 5 USD": "no price for HTTP API requests in ap-east-2",
			"monthly cost on rest < 500 USD":   "",
		},
		traffic.Throttled: {"cost per million on rest < 5 USD": "no data: no request of the month is billed"},
	} {
		m := pricing.NewMeter(nil)
		m.Observe(&traffic.Observation{Outcome: outcome, Sent: 1})
		cost, err := pricing.Compare(pricing.Embedded(), pricing.Config{Region: "ap-east-2"}, m, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for text, reason := range want {
			c, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if r := c.Evaluate(nil, &cost); r.Reason != reason || r.Passed != (reason == "") {
				t.Errorf("%s: passed %t, %q; want %q", text, r.Passed, r.Reason, reason)
			}
		}
	}
}

func TestEvaluate(t *testing.T) {
	s := summary()
	cost := &pricing.Comparison{
		REST: &pricing.Bill{API: "rest", Region: "us-east-1", Total: dollars(t, "1633.10"), RequestsPerMonth: 500e6, PerMillion: dollars(t, "3.2662")},
		HTTP: &pricing.Bill{API: "http", Region: "us-east-1", Total: dollars(t, "500"), Missing: []string{"cache"}},
	}
	for _, c := range []struct{ check, observed, bound, margin, reason string }{
		{"max < 2.5s", "2 s", "< 2.5 s", "0.5 s to spare", ""},
		{"max <= 2s", "2 s", "<= 2 s", "at the bound", ""},
		{"max < 2000ms", "!2000 ms", "< 2000 ms", "at the bound", ""},
		{"min > 1ms", "2 ms", "> 1 ms", "1 ms to spare", ""},
		{"min > 3ms", "!2 ms", "> 3 ms", "1 ms short", ""},
		{"min == 2ms", "2 ms", "== 2 ms", "at the bound", ""},
		{"min == 1ms", "!2 ms", "== 1 ms", "1 ms off", ""},
		{"max < 1999.999ms", "!2000 ms", "< 1999.999 ms", "0.001 ms over", ""},
		{`max of "a" < 1s during warm-up`, "0.999 s", "< 1 s", "0.001 s to spare", ""},
		{`max of client "gold" < 1s during warm-up`, "!1 s", "< 1 s", "at the bound", ""},
		{"throttled < 1%", "!1%", "< 1%", "at the bound", ""},
		{"throttled < 1.25%", "1%", "< 1.25%", "0.25 points to spare", ""},
		{`errors of "b" <= 0.1%`, "!0.4%", "<= 0.1%", "0.3 points over", ""},
		{"not_sent == 0%", "0%", "== 0%", "at the bound", ""},
		{"rps > 99", "100/s", "> 99/s", "1/s to spare", ""},
		{"admitted rps > 99/s during steady", "!99/s", "> 99/s", "at the bound", ""},
		{"requests >= 2000", "2000", ">= 2000", "at the bound", ""},
		{"monthly cost on rest < 1700 USD", "$1,633.10", "< $1,700.00", "$66.90 to spare", ""},
		{"monthly cost on rest < 1633.1 USD", "!$1,633.10", "< $1,633.10", "at the bound", ""},
		{"cost per million on rest < 3.2662 USD", "!$3.27", "< $3.27", "at the bound", ""},
		{"cost per million on rest <= $3.2662", "$3.27", "<= $3.27", "at the bound", ""},
		{"cost per million on rest < $3.266", "!$3.2662", "< $3.266", "$0.0002 over", ""},

		{"p99.9 < 5s", "!", "< 5 s", "", "too few samples: needs 10000, has 1980"},
		{`p99 of "a" < 5s`, "!", "< 5 s", "", "too few samples: needs 1000, has 980"},
		{`p50 of "none" < 5s`, "!", "< 5 s", "", "no data"},
		{`throttled of "none" < 5%`, "!", "< 5%", "", "no data: nothing was sent"},
		{`p50 of "nope" < 5s`, "!", "< 5 s", "", `no data: "nope" is none of "a", "b", "none"`},
		{"p50 < 5s during nope", "!", "< 5 s", "", `no data: no window "nope"`},
		{"monthly cost on http < 5 USD", "!", "< $5.00", "", "no price for cache in us-east-1"},
	} {
		k, err := Parse(c.check)
		if err != nil {
			t.Error(err)
			continue
		}
		r := k.Evaluate(&s, cost)
		mark := ""
		if !r.Passed {
			mark = "!"
		}
		if mark+r.Observed != c.observed || r.Bound != c.bound || r.Margin != c.margin || !strings.HasPrefix(r.Reason, c.reason) || (r.Reason == "") != (c.reason == "") {
			t.Errorf("%s: %q %q %q %q,\nwant %q %q %q %q", c.check, mark+r.Observed, r.Bound, r.Margin, r.Reason, c.observed, c.bound, c.margin, c.reason)
		}
		if (r.ObservedValue == nil) != (r.Observed == "") {
			t.Errorf("%s: observed %q, value %v", c.check, r.Observed, r.ObservedValue)
		}
	}
}

func TestEvaluateOnNothing(t *testing.T) {
	for _, text := range []string{"p99 < 1s", "throttled < 1%", "requests >= 0", "monthly cost on http < 5 USD"} {
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Evaluate(nil, nil); r.Passed || !strings.HasPrefix(r.Reason, "no data") {
			t.Errorf("%s on nothing: %+v", text, r)
		}
	}
}

// A wider bound never turns a pass into a failure, the margin's sign agrees
// with the verdict, and what is printed never contradicts it.
func TestVerdictsAgreeWithMargins(t *testing.T) {
	s := summary()
	rapid.Check(t, func(rt *rapid.T) {
		metric := rapid.SampledFrom([]string{"p50", "p90", "mean", "service p95"}).Draw(rt, "metric")
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">="}).Draw(rt, "op")
		bound := rapid.Float64Range(.01, 3000).Draw(rt, "bound")
		at := func(b float64) Result {
			c, err := Parse(fmt.Sprintf("%s %s %fms", metric, op, b))
			if err != nil {
				rt.Fatal(err)
			}
			return c.Evaluate(&s, nil)
		}
		r, wider := at(bound), at(bound*1.1)
		if strings.HasPrefix(op, ">") {
			r, wider = wider, r
		}
		if r.Passed && !wider.Passed {
			rt.Fatalf("%+v, but wider %+v", r, wider)
		}
		if r.MarginRatio == nil || *r.MarginRatio > 0 && !r.Passed || *r.MarginRatio < 0 && r.Passed {
			rt.Fatalf("%+v with margin %v", r, r.MarginRatio)
		}
		if *r.MarginRatio != 0 && strings.HasSuffix(r.Bound, " "+r.Observed) {
			rt.Fatalf("observed and bound read the same: %+v", r)
		}
	})
}
