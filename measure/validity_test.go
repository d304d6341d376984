package measure

import (
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

func TestValidity(t *testing.T) {
	type run struct {
		sent, unsent, withdrawn int
		lag, service            time.Duration
		closed                  bool
		end                     End
	}
	const msec = time.Millisecond
	for name, c := range map[string]struct {
		run
		want, reason string
	}{
		"sound":               {run{sent: 2000, lag: msec, service: msec}, Valid, ""},
		"98 % sent":           {run{sent: 980, unsent: 20}, Valid, ""},
		"less sent":           {run{sent: 979, unsent: 21}, Invalid, "only 97.9% of the 1000 arrivals due were sent"},
		"nothing":             {run{}, Invalid, "nothing was measured"},
		"only not sent":       {run{unsent: 5}, Invalid, "nothing was measured"},
		"late":                {run{sent: 2000, lag: 11 * msec}, Invalid, "lag p99 is 11 ms, beyond 10 ms"},
		"late, few":           {run{sent: 50, lag: 11 * msec}, Invalid, "mean lag is 11 ms"},
		"late, closed":        {run{sent: 2000, lag: 11 * msec, closed: true}, Valid, ""},
		"overflow":            {run{sent: 2000, service: time.Hour + time.Second}, Invalid, "2000 durations were longer"},
		"interrupted":         {run{sent: 500, withdrawn: 500, end: End{Interrupted: true, Planned: 1000, Elapsed: 20 * time.Second}}, Partial, "interrupted after 100ms"},
		"guarded":             {run{sent: 500, end: End{Guarded: true}}, Partial, "stopped by a guard"},
		"interrupted, unsent": {run{sent: 500, unsent: 500, end: End{Interrupted: true}}, Invalid, "only 50%"},
		"lost":                {run{sent: 900, end: End{Planned: 1000, Exact: true}}, Invalid, "nothing is known of 100 of the 1000"},
		"a few lost":          {run{sent: 990, end: End{Planned: 1000, Exact: true}}, Valid, ""},
		"fewer than expected": {run{sent: 900, end: End{Planned: 1000}}, Valid, ""},
		"far fewer":           {run{sent: 800, end: End{Planned: 1000}}, Invalid, "nothing is known of 200"},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewRecorder(Options{Names: []string{"a"}, Span: time.Second, Closed: c.closed})
			for i := range c.sent + c.unsent + c.withdrawn {
				o := traffic.Observation{Arrival: traffic.Arrival{Due: time.Duration(i) * 100 * time.Microsecond, Client: -1}}
				switch {
				case i < c.sent:
					o.Sent, o.Status = o.Due+1+c.lag, 200
					o.Done = o.Sent + c.service
				case i < c.sent+c.unsent:
					o.Outcome = traffic.NotSent
				default:
					o.Outcome = traffic.Aborted
				}
				r.Observe(&o)
			}
			v := r.Summary(c.end).Validity
			if v.Verdict != c.want || !strings.Contains(strings.Join(v.Reasons, "; "), c.reason) || c.reason == "" && len(v.Reasons) > 0 {
				t.Errorf("%s %q, want %s with %q", v.Verdict, v.Reasons, c.want, c.reason)
			}
		})
	}
}

// A quantile that lies among values beyond the range is not given, and one
// below them is what it is.
func TestOverflowRanksAboveAll(t *testing.T) {
	r := NewRecorder(Options{Names: []string{"a"}})
	for i := range 2000 {
		o := traffic.Observation{Sent: 1, Done: time.Millisecond, Status: 200}
		if i%10 == 0 {
			o.Done = 2 * time.Hour
		}
		r.Observe(&o)
	}
	q := r.Summary(End{}).Rows[0].Service
	if q.Count != 2000 || q.Overflow != 200 || q.P50 == nil || *q.P50 > 1.01 || q.P95 != nil || q.P99 != nil || q.MaxMS < 7.19e6 {
		t.Errorf("%+v", q)
	}
}

func TestValue(t *testing.T) {
	s := time.Second
	r := NewRecorder(Options{Names: []string{"list", "make", "none"}, Clients: []string{"gold"}, Span: 4 * s,
		Windows: []traffic.Window{{Name: "ramp", To: 2 * s}, {Name: "flat", From: 2 * s, To: 4 * s, Steady: true}, {Name: "after", From: 9 * s, To: 10 * s}}})
	for i := range 400 { // list: 2 ms, every fourth refused at once; make: 50, not refused, gold's, 10 ms
		o := traffic.Observation{Arrival: traffic.Arrival{Due: time.Duration(i) * 10 * time.Millisecond, Client: -1}, Status: 200}
		o.Sent = o.Due + 1e6
		o.Done = o.Sent + 1e6
		switch {
		case i%8 == 7:
			o.Request, o.Client, o.Done = 1, 0, o.Sent+9e6
		case i%4 == 0:
			o.Outcome, o.Limit, o.Status = traffic.QuotaExceeded, traffic.UsagePlanQuota, 429
		case i%50 == 1:
			o.Outcome = traffic.IntegrationError
		}
		r.Observe(&o)
	}
	sum := r.Summary(End{})
	for _, c := range []struct {
		metric, of, during string
		want               float64
		ok                 bool
		err                string
	}{
		{"mean", "make", "", 10, true, ""},
		{"service max", "make", "", 9, true, ""},
		{"max", "", "", 10, true, ""},
		{"min", "list", "", 2, true, ""},
		{"p50", "", "", 2, true, ""},
		{"p90", "make", "", 0, false, ""},
		{"p50", "make", "ramp", 10, true, ""},
		{"p99", "", "", 0, false, ""},
		{"quota_exceeded", "", "", .25, true, ""},
		{"refused", "", Steady, .25, true, ""},
		{"refused", "make", "", 0, true, ""},
		{"throttled", "", "", 0, true, ""},
		{"not_sent", "", "", 0, true, ""},
		{"errors", "", "", 6.0 / 400, true, ""},
		{"integration_error", "", "", 6.0 / 400, true, ""},
		{"rps", "", "", 100, true, ""},
		{"rps", "", "flat", 100, true, ""},
		{"admitted rps", "", "", 75, true, ""},
		{"requests", "make", "", 50, true, ""},
		{"requests", "none", "", 0, true, ""},
		{"throttled", "none", "", 0, false, ""},
		{"p50", "none", "", 0, false, ""},
		{"rps", "", "after", 0, false, ""},
		{"lag max", "", "", 1, true, ""},
		{"lag max", "make", "", 0, false, "whole run only"},
		{"p98", "", "", 0, false, `unknown metric "p98"`},
		{"p50", "nope", "", 0, false, `"nope" is none of "list", "make", "none"`},
		{"p50", "", "nope", 0, false, `no window "nope"`},
		{"p50", "all", "", 0, false, `"all" is none of`},
	} {
		v, ok, err := sum.Value(c.metric, c.of, c.during)
		if v != c.want || ok != c.ok || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("Value(%q, %q, %q) = %v, %v, %v; want %v, %v, %q", c.metric, c.of, c.during, v, ok, err, c.want, c.ok, c.err)
		}
	}
	if got, err := sum.Read("mean", "gold", true, "flat"); got.Value != 10 || err != nil {
		t.Errorf("Read(mean, gold's) = %+v, %v, want 10", got, err)
	}
	if got, _ := sum.Read("p99", "", false, ""); got.Reason != "too few samples: needs 1000, has 300" {
		t.Errorf("Read(p99) says %q", got.Reason)
	}
}

// Little's law holds for arrivals at any even spacing: where requests and
// seconds keep step with each other, too.
func TestLittlesLaw(t *testing.T) {
	for _, c := range []struct {
		rate    int
		service time.Duration
		want    float64
	}{{500, 200 * time.Millisecond, 100}, {40, 20 * time.Millisecond, .8}, {145, 20 * time.Millisecond, 2.9}, {100, 3 * time.Second, 300 * 60 / 63.}} {
		r := NewRecorder(Options{Names: []string{"a"}, Span: 60 * time.Second})
		for i := range 60 * c.rate {
			due := time.Duration(i) * time.Second / time.Duration(c.rate)
			r.Observe(&traffic.Observation{Arrival: traffic.Arrival{Due: due, Client: -1}, Sent: due + 1, Done: due + c.service, Status: 200})
		}
		l := r.Summary(End{}).Little
		if l.Mismatch == nil || *l.Mismatch > .05 || math.Abs(l.Expected/c.want-1) > .01 {
			t.Errorf("%d/s for %v: %+v, want %v in flight", c.rate, c.service, l, c.want)
		}
	}
}

// The load of a run that is cut short ends with its last arrival, not with the
// last answer that it waits for.
func TestLoadOfACutRun(t *testing.T) {
	for _, end := range []End{{Interrupted: true, Elapsed: 6 * time.Second}, {Guarded: true, Elapsed: 6 * time.Second}, {Elapsed: 6 * time.Second}} {
		r := NewRecorder(Options{Names: []string{"a"}, Span: time.Minute, Planned: func(from, to time.Duration) float64 { return 100 * (to - from).Seconds() },
			Windows: []traffic.Window{{Name: "first", To: 2 * time.Second}, {Name: "second", From: 2 * time.Second, To: time.Minute}}})
		for i := range 300 {
			due := time.Duration(i) * 10 * time.Millisecond
			r.Observe(&traffic.Observation{Arrival: traffic.Arrival{Due: due, Client: -1}, Sent: due + 1, Done: due + 3*time.Second, Status: 200})
		}
		s := r.Summary(end)
		rps, _, _ := s.Value("rps", "", "second")
		planned := 0.0
		for _, p := range s.Series {
			planned += p.Planned
		}
		load, rate := 3.0, 100.0
		if !end.Interrupted && !end.Guarded {
			load, rate = 6, 25
		}
		if math.Abs(s.LoadS-load) > 1e-6 || math.Abs(rps-rate) > 1e-3 || math.Abs(planned-100*load) > 1e-3 || s.ElapsedS != 6 {
			t.Errorf("%+v: load %v s, %v/s in the second window, %v planned; want %v, %v, %v", end, s.LoadS, rps, planned, load, rate, 100*load)
		}
	}
}

// Progress may be asked for while observations come in.
func TestProgress(t *testing.T) {
	r := NewRecorder(Options{Names: names(3), Span: 4 * time.Second, Planned: func(from, to time.Duration) float64 { return 1000 * (to - from).Seconds() }})
	obs := load(3000, 1000, 3, 0)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		var last Progress
		for {
			p := r.Progress()
			if p.Done < last.Done || p.Elapsed < last.Elapsed {
				t.Errorf("Progress() went back from %+v to %+v", last, p)
			}
			last = p
			select {
			case <-stop:
				return
			default:
				runtime.Gosched()
			}
		}
	})
	for i := range obs {
		r.Observe(&obs[i])
	}
	close(stop)
	wg.Wait()
	p := r.ProgressAt(3500 * time.Millisecond)
	if p.Planned != 3500 || p.Done != 3000 || p.Outcomes[traffic.Throttled] == 0 || p.Limits[traffic.StageLimit] != p.Outcomes[traffic.Throttled] {
		t.Errorf("ProgressAt(3.5s) = %+v", p)
	}
	if p.Rate < 900 || p.Rate > 1100 || p.P50MS == nil || *p.P50MS < 19 || *p.P50MS > 21 {
		t.Errorf("of the second second: rate %v, p50 %v", p.Rate, p.P50MS)
	}
}

func TestWatchSelf(t *testing.T) {
	stop := WatchSelf()
	var keep [][]byte
	for i := range 200 {
		keep = append(keep, make([]byte, 1<<16))
		if i%50 == 0 {
			runtime.GC()
		}
	}
	s := stop()
	if s.GCs < 4 || s.GCPauseMax <= 0 || s.GCPauseTotal < 0 || s.WallSeconds <= 0 || runtime.GOOS == "linux" && (s.MaxRSSBytes < 1<<20 || s.CPUSeconds <= 0) {
		t.Errorf("%+v after %d allocations", s, len(keep))
	}
}
