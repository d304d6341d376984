package traffic

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// realData finds a file of the collection of public traces that this
// repository does not contain.
func realData(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("TURNPIKE_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("real data is not here: %v (set TURNPIKE_DATA to its folder)", err)
	}
	return file
}

// The facts are what the publishers of the traces say of them, and what an
// independent program counted (span in the units of its own clock, CV and IDC as population figures).
func TestRealTraces(t *testing.T) {
	for _, c := range []struct {
		file, format string
		count        uint64
		span         time.Duration
		peak         uint64
		cv, idc      float64
		first        string
		warning      string // the beginning of one of the warnings
	}{
		{"AzureLLMInferenceTrace_code.csv", "csv", 8819, 3435948056 * time.Microsecond, 67, 13.15, 13.20, "2023-11-16T18:17:03.97996Z", ""},
		{"AzureLLMInferenceTrace_conv.csv", "csv", 19366, 3501721937 * time.Microsecond, 19, 1.094, 1.328, "2023-11-16T18:15:46.68059Z", ""},
		{"elb_request_count_8c0756.csv", "counts", 249327, 1212000 * time.Second, 3, 1.585, 0.1734, "2014-04-10T00:04:00Z", "counts per 5m0s"},
		{"worldcup98_invocation_count.csv", "counts", 1352804107, 7518600 * time.Second, 3824, 3.065, 572.4, "1998-04-30T21:30:00Z", "counts per 1m0s"},
		{"apache_logs", "combined", 10000, 298859 * time.Second, 9, 10.748, 2.921, "2015-05-17T10:05:00Z", "all 10000 stamps lie in minute :05"},
	} {
		t.Run(c.file, func(t *testing.T) {
			s, err := ReadTrace(Replay{File: realData(t, c.file)})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d arrivals in %s, peak %d/s, CV %.3f, IDC(1s) %.3f", c.file, s.Count, s.Span, s.PeakPerSecond, s.CV, s.IDC1s)
			for _, w := range s.Warnings {
				t.Logf("warning: %s", w)
			}
			if s.Format != c.format || s.Count != c.count || s.Span != c.span || s.PeakPerSecond != c.peak || s.First.Format(time.RFC3339Nano) != c.first {
				t.Errorf("ReadTrace = %s, %d arrivals, %s, peak %d/s, from %s", s.Format, s.Count, s.Span, s.PeakPerSecond, s.First.Format(time.RFC3339Nano))
			}
			if c.cv >= 0 && (math.Abs(s.CV/c.cv-1) > 0.01 || math.Abs(s.IDC1s/c.idc-1) > 0.01) {
				t.Errorf("ReadTrace: CV %.4f, IDC %.4f, want %.4f and %.4f", s.CV, s.IDC1s, c.cv, c.idc)
			}
			if found := strings.Contains("\n"+strings.Join(s.Warnings, "\n"), "\n"+c.warning); c.warning != "" && !found {
				t.Errorf("no warning begins with %q: %q", c.warning, s.Warnings)
			}
		})
	}
}

// Two minutes of the bursty trace, with its own timing.
func TestReplayRealTrace(t *testing.T) {
	r := &Replay{File: realData(t, "AzureLLMInferenceTrace_code.csv"), From: 10 * time.Minute, For: 2 * time.Minute}
	counts := map[float64]uint64{}
	for _, r.Speed = range []float64{1, 10} {
		p, err := NewPlan(Source{Traffic: Config{Replay: r}, Requests: []RequestSpec{{Method: "POST", Path: "/complete"}}})
		if err != nil {
			t.Fatal(err)
		}
		list := all(p)
		counts[r.Speed] = uint64(len(list))
		last := list[len(list)-1].Due
		t.Logf("speed %v: %d arrivals in %s, the last at %s, %d bytes", r.Speed, p.Count(), p.Duration(), last, p.Memory())
		if want := time.Duration(float64(2*time.Minute) / r.Speed); p.Duration() != want || last >= want {
			t.Errorf("speed %v: the plan takes %s, its last arrival is due at %s, want %s", r.Speed, p.Duration(), last, want)
		}
	}
	if counts[1] != counts[10] || counts[1] == 0 {
		t.Errorf("arrivals by speed: %v, want the same number", counts)
	}
}

// The requests of a real log at another pace, every line of it in turn.
func TestSendRealLog(t *testing.T) {
	p, err := NewPlan(Source{
		Traffic:  Config{Stages: []Stage{{Rate: pointer(Rate(50)), For: 200 * time.Second}}},
		Requests: []RequestSpec{{Log: realData(t, "apache_logs")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	seen, byName, methods := map[int]bool{}, map[string]int{}, map[string]int{}
	for _, a := range all(p) {
		r := p.Request(a)
		seen[a.Entry] = true
		byName[r.Name]++
		methods[r.Method]++
	}
	for _, name := range p.Names {
		t.Logf("%5d %s", byName[name], name)
	}
	if len(seen) != 10000 || len(p.Names) > maxRoutes {
		t.Errorf("%d different lines were sent under %d names, want 10000 and at most %d", len(seen), len(p.Names), maxRoutes)
	}
	if want := map[string]int{"GET": 9952, "HEAD": 42, "POST": 5, "OPTIONS": 1}; !maps.Equal(methods, want) {
		t.Errorf("methods %v, want %v", methods, want)
	}
	t.Logf("%d bytes", p.Memory())
}

// More than a billion arrivals are never expanded: a plan of them takes the
// room of its intervals, and its arrivals are made one at a time.
func TestReplayABillion(t *testing.T) {
	file := realData(t, "worldcup98_invocation_count.csv")
	p, err := NewPlan(Source{Traffic: Config{Replay: &Replay{File: file}}, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Count() != 1352804107 || p.Memory() > 16<<20 {
		t.Errorf("the plan holds %d arrivals in %d bytes", p.Count(), p.Memory())
	}
	t.Logf("%d arrivals in %d bytes", p.Count(), p.Memory())
	// The first three minutes have 2, 11 and 16.
	a := p.Arrivals()
	for i, want := range []time.Duration{0, 30 * time.Second, time.Minute} {
		if next, ok := a.Next(); !ok || next.Due != want {
			t.Errorf("arrival %d: %+v, want it due at %s", i, next, want)
		}
	}
	last := p.curve.nth(p.Count() - 1)
	if last >= p.Duration() || last < p.Duration()-time.Minute {
		t.Errorf("the last arrival is due at %s of %s", last, p.Duration())
	}
	// A thousandth of it in full.
	r := &Replay{File: file, Scale: 0.001, Speed: 1000}
	small, err := NewPlan(Source{Traffic: Config{Replay: r}, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all(small)); n != 1352805 || small.Count() != 1352805 {
		t.Errorf("a thousandth is %d arrivals, Count() = %d, want 1352805", n, small.Count())
	}
}
