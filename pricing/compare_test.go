package pricing

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turnpike-perf/turnpike/traffic"
	"pgregory.net/rapid"
)

func ptr[T any](v T) *T { return &v }

func TestProject(t *testing.T) {
	run := Usage{Sent: 2600, RESTRequests: 2000, HTTPRequests: 2000, HTTPUnits: 3000, BytesOut: 2_600_000}
	for _, c := range []struct {
		name  string
		c     Config
		over  time.Duration
		sent  int64
		rest  int64
		units int64
		bytes int64
		text  string
	}{
		{"around the clock", Config{}, 20 * time.Second, 341_640_000, 262_800_000, 394_200_000, 341_640_000_000,
			"130/s on average over 20s, sustained 24x7 for 730 h = 341.6M requests sent, 262.8M of them billable"},
		{"a month of 720 hours", Config{HoursPerMonth: 720, Month: "24x7"}, 20 * time.Second, 336_960_000, 259_200_000, 388_800_000, 336_960_000_000,
			"130/s on average over 20s, sustained 24x7 for 720 h = 337M requests sent, 259.2M of them billable"},
		{"a total", Config{Requests: 500e6}, 20 * time.Second, 500e6, 384_615_385, 576_923_077, 500e9,
			"500M requests sent a month, in the mix of a run of 130/s on average over 20s, 384.6M of them billable"},
		{"business hours", Config{HoursPerMonth: 720, Profile: []Window{{From: 8 * 60, To: 20 * 60, Rate: ptr(traffic.Rate(100))}}}, 20 * time.Second,
			129_600_000, 99_692_308, 149_538_462, 129_600_000_000,
			"a day of 08:00 to 20:00 100/s, in the mix of a run of 130/s on average over 20s, for 720 h = 129.6M requests sent, 99.69M of them billable"},
		{"a night at a fifth", Config{HoursPerMonth: 24, Profile: []Window{{From: 6 * 60, To: 22 * 60, Share: ptr(traffic.Percent(100))}, {From: 22 * 60, To: 6 * 60, Share: ptr(traffic.Percent(20))}}},
			20 * time.Second, 130 * 3600 * (16 + 8) * 176 / 240, 130 * 3600 * (16 + 8) * 176 / 240 * 10 / 13, 130 * 3600 * (16 + 8) * 176 / 240 * 15 / 13, 130 * 3600 * (16 + 8) * 176 / 240 * 1000,
			"a day of 06:00 to 22:00 100% of the run's rate, 22:00 to 06:00 20% of the run's rate, in the mix of a run of 130/s on average over 20s, for 24 h = 8.237M requests sent, 6.336M of them billable"},
		{"no time", Config{}, 0, 0, 0, 0, 0, "nothing was sent: no month to project"},
	} {
		m, b := Project(run, c.over, c.c)
		if m.Sent != c.sent || m.RESTRequests != c.rest || m.HTTPRequests != c.rest || m.HTTPUnits != c.units || m.BytesOut != c.bytes {
			t.Errorf("%s: %+v, want %d sent, %d, %d, %d", c.name, m, c.sent, c.rest, c.units, c.bytes)
		}
		if b.Text != c.text || b.RequestsPerMonth != c.sent {
			t.Errorf("%s: basis %+v, want %q", c.name, b, c.text)
		}
	}
}

func TestProjectCacheAndFree(t *testing.T) {
	m, _ := Project(Usage{Sent: 1}, time.Second, Config{CacheGB: "0.5", FreeDataTransfer: ptr(false)})
	if m.CacheHours != 730 || m.CacheGB != "0.5" || !m.NoFreeTransfer {
		t.Errorf("month %+v, want a cache for 730 h and nothing free", m)
	}
	if m, _ = Project(Usage{Sent: 1}, time.Second, Config{CacheGB: "0.5", CacheHours: 10}); m.CacheHours != 10 || m.NoFreeTransfer {
		t.Errorf("month %+v, want a cache for 10 h", m)
	}
}

// Projecting keeps the mix: what is billable never exceeds what is sent, and a
// total given is the total.
func TestProjectLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.Int64Range(1, 1e12).Draw(t, "sent")
		billable := rapid.Int64Range(0, sent).Draw(t, "billable")
		over := time.Duration(rapid.Int64Range(1, int64(744*time.Hour)).Draw(t, "over"))
		c := Config{Requests: Count(rapid.Int64Range(0, 1e12).Draw(t, "requests"))}
		m, b := Project(Usage{Sent: sent, RESTRequests: billable}, over, c)
		if m.RESTRequests > m.Sent || m.Sent != b.RequestsPerMonth || c.Requests > 0 && m.Sent != int64(c.Requests) {
			t.Fatalf("month %+v of %d billable in %d sent", m, billable, sent)
		}
		// Never panics, whatever is in an invalid configuration.
		w := Window{From: 1, To: 2, Rate: ptr(traffic.Rate(rapid.Float64().Draw(t, "rate"))), Share: ptr(traffic.Percent(rapid.Float64().Draw(t, "share")))}
		if rapid.Bool().Draw(t, "either") {
			w.Rate = nil
		}
		Project(Usage{Sent: sent}, over, Config{Profile: []Window{w, w}})
	})
}

func meterOf(t *testing.T, rules Rules, counts map[traffic.Outcome]int) *Meter {
	t.Helper()
	m := NewMeter(rules)
	for o, n := range counts {
		for range n {
			m.Observe(&traffic.Observation{Sent: 1, Outcome: o, BytesIn: 2048, HeadIn: 400})
		}
	}
	return m
}

func TestCompare(t *testing.T) {
	m := meterOf(t, nil, map[traffic.Outcome]int{traffic.OK: 2000, traffic.Throttled: 500, traffic.Timeout: 100, traffic.NotSent: 3})
	x, err := Compare(Embedded(), Config{Region: "eu-west-1", Requests: 650e6, CacheGB: "0.5"}, m, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	// 650M sent, 525M billable, 650M answers of 2,448 bytes.
	if x.Month.RESTRequests != 525e6 || x.Month.Sent != 650e6 || x.Month.BytesOut != 650e6*2448 {
		t.Errorf("month is %+v", x.Month)
	}
	rest := "1777.98" // 333M × 3.50 + 192M × 3.19
	if got := x.REST.Lines[0].USD.Decimal(); got != rest {
		t.Errorf("REST requests cost %s, want %s", got, rest)
	}
	if got := x.HTTP.Lines[0].USD.Decimal(); got != "558.00" { // 300M × 1.11 + 225M × 1
		t.Errorf("HTTP requests cost %s, want 558.00", got)
	}
	if x.DifferenceUSD == nil || *x.DifferenceUSD != x.HTTP.Total-x.REST.Total || x.Cheaper != HTTP || x.DifferencePercent == nil || *x.DifferencePercent > -50 {
		t.Errorf("difference %v (%v%%), cheaper %q", x.DifferenceUSD, x.DifferencePercent, x.Cheaper)
	}
	var items []string
	for _, l := range x.Lines {
		items = append(items, l.Item)
		if (l.HTTP == nil) != (l.Item == "cache") || l.REST == nil {
			t.Errorf("line %s: REST %v, HTTP %v", l.Item, l.REST, l.HTTP)
		}
	}
	if got := strings.Join(items, " "); got != "requests cache data_transfer_free data_transfer_out" {
		t.Errorf("lines %s", got)
	}
	// The timeouts may be free, and the refusals' bytes: the range says so.
	if got := strings.Join(x.Uncertain, ", "); got != "refused_transfer: billed (data transfer out of answers to requests that are not billed themselves), unanswered: billed (sent, and given up by the client's own timeout)" {
		t.Errorf("uncertain: %s", got)
	}
	if x.RangeREST == nil || x.RangeREST.Low >= x.REST.Total || x.RangeREST.High != x.REST.Total {
		t.Errorf("range %+v around %v", x.RangeREST, x.REST.Total)
	}
	if x.Ledger.Sent != 2600 || x.Ledger.Arrivals != 2603 || x.Measured.RESTRequests != 2100 || len(x.Assumptions) == 0 {
		t.Errorf("ledger %+v, measured %+v", x.Ledger, x.Measured)
	}
	// The run itself: 2,100 × 3.50/M + 2,600 × 2,448 bytes × 0.09/GB.
	if want := Money(7_350_000 + int64(math.RoundToEven(2600*2448*90_000_000/float64(1<<30)))); x.RunREST != want {
		t.Errorf("the run costs %s, want %s", x.RunREST, want)
	}
	data, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var back Comparison
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(x, back); d != "" {
		t.Errorf("JSON does not read back: %s", d)
	}
}

// A switch that the scenario sets closes the question.
func TestChosenRulesLeaveNoRange(t *testing.T) {
	rules := Rules{"unanswered": "billed", "refused_transfer": "not_billed"}
	m := meterOf(t, rules, map[traffic.Outcome]int{traffic.OK: 20, traffic.Throttled: 5, traffic.Timeout: 1})
	x, err := Compare(Embedded(), Config{Rules: rules}, m, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if x.RangeREST != nil || x.RangeHTTP != nil || x.Uncertain != nil || x.Region != "us-east-1" {
		t.Errorf("ranges %v, %v, uncertain %v in %s; want none in us-east-1", x.RangeREST, x.RangeHTTP, x.Uncertain, x.Region)
	}
}

func TestCompareWithoutPrice(t *testing.T) {
	m := meterOf(t, nil, map[traffic.Outcome]int{traffic.OK: 10})
	x, err := Compare(Embedded(), Config{Region: "mx-central-1"}, m, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if x.RunREST == 0 || x.RunHTTP != 0 {
		t.Errorf("the run costs %v on REST and %v on HTTP, want a price for REST alone", x.RunREST, x.RunHTTP)
	}
	if x.HTTP.Complete() || x.DifferenceUSD != nil || x.DifferencePercent != nil || x.Cheaper != "" {
		t.Errorf("compared %v with a bill that lacks %q", x.DifferenceUSD, x.HTTP.Missing)
	}
	data, err := json.Marshal(x.HTTP)
	if err != nil || !strings.Contains(string(data), `"total_usd":null,"per_million_billable_usd":null`) {
		t.Errorf("JSON of a bill that is not complete: %s, %v", data, err)
	}
	if x.Lines[0].HTTP != nil {
		t.Errorf("HTTP requests cost %v, want no price", x.Lines[0].HTTP)
	}
}

func TestCompareErrors(t *testing.T) {
	m := meterOf(t, nil, map[traffic.Outcome]int{traffic.OK: 1})
	for _, c := range []struct {
		c    Config
		want string
	}{
		{Config{Region: "eu-wset-1"}, `did you mean "eu-west-1"?`},
		{Config{CacheGB: "3"}, "no cache of"},
		{Config{Requests: math.MaxInt64}, "cost more than can be counted"},
		{Config{Requests: 1e16}, "cost more than can be counted"},
		{Config{Requests: 5e15}, "more bytes than can be counted"},
	} {
		if _, err := Compare(Embedded(), c.c, m, time.Second); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Compare(%+v): %v, want %q", c.c, err, c.want)
		}
	}
	if x, err := Compare(Embedded(), Config{}, NewMeter(nil), 0); err != nil || x.REST.Total != 0 || x.REST.PerMillion != 0 {
		t.Errorf("nothing observed: %v, %v", x.REST, err)
	}
}

// A bill never falls as usage grows, and doubling a month's usage never more
// than doubles it where nothing is free.
func TestBillLaws(t *testing.T) {
	amount := rapid.Int64Range(0, 50e9)
	rapid.Check(t, func(t *rapid.T) {
		b := Embedded()
		region := rapid.SampledFrom(b.Regions()).Draw(t, "region")
		api := rapid.SampledFrom([]API{REST, HTTP, WebSocket}).Draw(t, "api")
		draw := func(name string) Usage {
			return Usage{RESTRequests: amount.Draw(t, name), HTTPRequests: amount.Draw(t, name), HTTPUnits: amount.Draw(t, name), WebSocketMessages: amount.Draw(t, name),
				ConnectionMinutes: amount.Draw(t, name), BytesOut: amount.Draw(t, name) * 1e4, CacheGB: "1.6", CacheHours: rapid.Int64Range(0, 744).Draw(t, name)}
		}
		total := func(u Usage) Money {
			x, err := b.Bill(region, api, u)
			if err != nil {
				t.Fatal(err)
			}
			return x.Total
		}
		u, v := draw("u"), draw("v")
		both := Usage{RESTRequests: u.RESTRequests + v.RESTRequests, HTTPRequests: u.HTTPRequests + v.HTTPRequests, HTTPUnits: u.HTTPUnits + v.HTTPUnits,
			WebSocketMessages: u.WebSocketMessages + v.WebSocketMessages, ConnectionMinutes: u.ConnectionMinutes + v.ConnectionMinutes,
			BytesOut: u.BytesOut + v.BytesOut, CacheGB: "1.6", CacheHours: u.CacheHours + v.CacheHours}
		if total(both) < total(u) {
			t.Fatalf("%+v costs less than %+v", both, u)
		}
		u.NoFreeTransfer, v.NoFreeTransfer, both.NoFreeTransfer = true, true, true
		if total(both) > total(u)+total(v)+4 { // one rounding a line
			t.Fatalf("%+v costs more than %+v and %+v", both, u, v)
		}
	})
}

func BenchmarkBill(b *testing.B) {
	u := Usage{RESTRequests: 25e9, HTTPRequests: 25e9, HTTPUnits: 50e9, BytesOut: 700_000 << 30, CacheGB: "1.6", CacheHours: 730}
	for _, api := range []API{REST, HTTP} {
		b.Run(string(api), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Embedded().Bill("eu-west-1", api, u); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCost(b *testing.B) {
	r, _ := Embedded().Region("eu-west-1")
	b.ReportAllocs()
	for b.Loop() {
		r.RESTRequests.Cost(25e9)
	}
}

func BenchmarkCompare(b *testing.B) {
	m := NewMeter(nil)
	for i := range 100 {
		m.Observe(&traffic.Observation{Sent: 1, Outcome: traffic.Outcome(i % traffic.NumOutcomes), BytesIn: 1000})
	}
	for b.Loop() {
		if _, err := Compare(Embedded(), Config{}, m, time.Minute); err != nil {
			b.Fatal(err)
		}
	}
}
