package traffic

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func writeLog(t testing.TB, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// Speed N divides the span, and no arrival gets lost or out of order on the way.
func TestSpeedDividesSpan(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	rapid.Check(t, func(t *rapid.T) {
		stamps := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 2, 50).Draw(t, "stamps") // microseconds
		var log strings.Builder
		low, high := stamps[0], stamps[0]
		for _, s := range stamps {
			fmt.Fprintf(&log, "%d.%06d\n", s/1e6, s%1e6)
			low, high = min(low, s), max(high, s)
		}
		os.WriteFile(file, []byte(log.String()), 0o644)
		speed := rapid.Float64Range(0.01, 1000).Draw(t, "speed")
		p, err := NewPlan(Source{Traffic: Config{Replay: &Replay{File: file, Format: "csv", Speed: speed}}, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
		if err != nil {
			t.Fatal(err)
		}
		list := all(p)
		want := float64(high-low) * 1000 / speed
		whole := 0.0 // what shares a whole second is spread over it
		if allWhole(stamps) {
			whole = 1e9 / speed
		}
		if got := float64(list[len(list)-1].Due); got < want-1 || got > want+1+whole {
			t.Fatalf("the last of %d arrivals is due at %v ns, want %v", len(list), got, want)
		}
		if len(list) != len(stamps) || list[0].Due != 0 || p.Count() != uint64(len(stamps)) {
			t.Fatalf("%d stamps gave %d arrivals, the first at %s", len(stamps), len(list), list[0].Due)
		}
		for i := range list[1:] {
			if list[i+1].Due < list[i].Due {
				t.Fatalf("arrival %d is due before the one before it", i+1)
			}
		}
	})
}

func allWhole(stamps []int64) bool {
	for _, s := range stamps {
		if s%1e6 != 0 {
			return false
		}
	}
	return true
}

// Counts are replayed to the last arrival, each in its interval.
func TestCountsAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 50), 2, 50).Draw(t, "counts")
		counts[0] = max(1, counts[0])
		var log strings.Builder
		sum := 0
		for i, n := range counts {
			fmt.Fprintf(&log, "%d,%d\n", 1700000000+60*i, n)
			sum += n
		}
		os.WriteFile(file, []byte(log.String()), 0o644)
		speed := float64(rapid.IntRange(1, 60).Draw(t, "speed"))
		p, err := NewPlan(Source{Traffic: Config{Replay: &Replay{File: file, Format: "counts", Speed: speed}}, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]int, len(counts))
		for _, a := range all(p) {
			got[int((float64(a.Due)+2)*speed/60e9)]++ // 2 ns: due times are rounded
		}
		if fmt.Sprint(got) != fmt.Sprint(counts) || p.Count() != uint64(sum) {
			t.Fatalf("counts %v came out as %v, Count() = %d", counts, got, p.Count())
		}
	})
}

func TestCompressedLog(t *testing.T) {
	const log = "\ufeff" + `1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(log))
	z.Close()
	for name, content := range map[string][]byte{"plain": []byte(log), "gzip": packed.Bytes()} {
		if s, err := ReadTrace(Replay{File: writeLog(t, content)}); err != nil || s.Count != 1 || s.Format != "combined" {
			t.Errorf("%s: ReadTrace = %+v, %v", name, s, err)
		}
	}
	if _, err := ReadTrace(Replay{File: writeLog(t, packed.Bytes()[:len(packed.Bytes())/2])}); err == nil {
		t.Error("half a compressed log was read without an error")
	}
}

func TestTooLongLine(t *testing.T) {
	log := `1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n"
	log += log + strings.Repeat("x", maxLine+1)
	_, err := ReadTrace(Replay{File: writeLog(t, []byte(log))})
	if err == nil || !strings.Contains(err.Error(), ":3: longer than 1MiB") {
		t.Errorf("ReadTrace of a line of 1 MiB: %v", err)
	}
}

// Beside other requests a log's lines are sent in turn, each as often as any
// other, and Draw tells the same as Next in whatever order it is asked.
func TestLogTakesTurns(t *testing.T) {
	var log strings.Builder
	for i := range 7 {
		fmt.Fprintf(&log, "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /%d HTTP/1.1\" 200 5\n", i)
	}
	file := writeLog(t, []byte(log.String()))
	p, err := NewPlan(Source{Traffic: Config{Stages: []Stage{{Rate: pointer(Rate(5000)), For: time.Second}}},
		Requests: []RequestSpec{{Name: "own", Method: "GET", Path: "/"}, {Name: "log", Log: file, Weight: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	list, turn := all(p), 0
	for _, a := range list {
		if a.Entry < 0 {
			continue
		}
		if want := fmt.Sprintf("/%d", turn%7); p.Request(a).Path != want {
			t.Fatalf("turn %d asks for %s, want %s", turn, p.Request(a).Path, want)
		}
		turn++
	}
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := range list {
				a := list[(i*(2*worker+1)*31)%len(list)]
				b := p.Draw(a.Seq)
				if b.Due = a.Due; a != b {
					t.Errorf("Draw(%d) = %+v, but Next gave %+v", a.Seq, b, a)
					return
				}
			}
		})
	}
	wait.Wait()
}

// A log of many routes has at most so many names, and the rare ones share one.
func TestRareRoutesShareAName(t *testing.T) {
	var log strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&log, "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /%c%c/x HTTP/1.1\" 200 5\n", 'a'+i%26, 'a'+i*i%23)
	}
	file := writeLog(t, []byte(log.String()))
	requests := []RequestSpec{{Name: "own", Method: "GET", Path: "/"}, {Log: file}, {Log: file}}
	p, err := NewPlan(Source{Traffic: Config{Stages: []Stage{{Rate: pointer(Rate(1000)), For: time.Second}}}, Requests: requests})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Names) != 1+maxRoutes || p.Names[0] != "own" || p.Names[maxRoutes] != otherRoute {
		t.Errorf("%d names: %q", len(p.Names), p.Names)
	}
	for _, a := range all(p) {
		if r := p.Request(a); r.Name != p.Names[a.Request] {
			t.Fatalf("%+v asks for %q, named %q", a, r.Name, p.Names[a.Request])
		}
	}
}

// sendable fails where a request that a log reader made cannot be sent.
func sendable(t *testing.T, e entry) {
	l := logged{e.method, e.target, e.route}
	r := l.request()
	target := r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	if _, err := http.NewRequest(r.Method, "http://localhost"+target, nil); err != nil || !strings.HasPrefix(r.Path, "/") {
		t.Fatalf("%+v made %q, which cannot be sent: %v", e, target, err)
	}
	if n := l.name(); strings.ContainsAny(n, "\n\r\x00") {
		t.Fatalf("%+v is named %q", e, n)
	}
}

func checkEntry(t *testing.T, format logFormat, line string) {
	e, err := format.entry(line)
	if err != nil {
		return
	}
	if e.at < 0 || e.at > maxStamp || e.status < 0 || e.status > 999 {
		t.Fatalf("entry(%q) = %+v", line, e)
	}
	if e.method != "" {
		sendable(t, e)
	}
}

func FuzzCombined(f *testing.F) {
	f.Add(`83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /presentations/a.png?x=1 HTTP/1.1" 200 203023 "http://example.com/" "Mozilla/5.0"`)
	f.Add(`::1 - a b [17/May/2015:10:05:03.25 -0930]"\x16\"\\ GET" - -`)
	f.Add(`[x] [17/May/2015:10:05:03 +0000] "POST http://h/{id}#%zz HTTP/2.0" 200`)
	f.Fuzz(func(t *testing.T, line string) { checkEntry(t, new(combinedLog), line) })
}

func FuzzAccessLog(f *testing.F) {
	f.Add(`{"requestTime":"17/May/2015:10:05:03 +0000","httpMethod":"GET","resourcePath":"/posts/{id}","status":"200"}`)
	f.Add(`{"requestTimeEpoch":1431857103250,"routeKey":"GET /{proxy+}","path":"/prod/a//b","stage":"prod","status":null}`)
	f.Add(`2015-05-17T10:05:03.000Z {"requestTimeEpoch":"1","httpMethod":"-","path":"?"}`)
	f.Fuzz(func(t *testing.T, line string) { checkEntry(t, new(accessLog), line) })
}

// FuzzCSV reads whole files of times and of counts: what is read makes a plan
// whose arrivals are in order and as many as it says.
func FuzzCSV(f *testing.F) {
	f.Add("TIMESTAMP,n\n2023-11-16 18:17:03.9799600,4808\n2023-11-16 18:17:04.0319600,3180\n", false)
	f.Add("period,count\n1998-04-30 21:30:00,2\n1998-04-30 21:31:00,11.5\n", true)
	f.Add("1,2\n3,4\n2.5,1e3\n", true)
	file := filepath.Join(f.TempDir(), "log")
	f.Fuzz(func(t *testing.T, content string, counts bool) {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		r := Replay{File: file, Format: formatCSV}
		if counts {
			r.Format = formatCounts
		}
		s, err := ReadTrace(r)
		if err != nil {
			return
		}
		if s.Span < 0 || math.IsNaN(s.CV) || math.IsNaN(s.IDC1s) || s.Count == 0 && !counts {
			t.Fatalf("ReadTrace = %+v", s)
		}
		p, err := NewPlan(Source{Traffic: Config{Replay: &r, MaxRequests: 1000}, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
		if err != nil {
			return
		}
		list := all(p)
		if uint64(len(list)) != p.Count() {
			t.Fatalf("%d arrivals, Count() = %d", len(list), p.Count())
		}
		for i, a := range list {
			if a.Due >= p.Duration() || i > 0 && a.Due < list[i-1].Due {
				t.Fatalf("arrival %d of a plan of %s: %+v", i, p.Duration(), a)
			}
		}
	})
}

// FuzzDetect tells formats apart without trouble, whatever the first line.
func FuzzDetect(f *testing.F) {
	f.Add("period,count")
	f.Add(`{"a`)
	f.Add("\"")
	f.Fuzz(func(t *testing.T, line string) {
		if format, err := detect(line, &Replay{}); (err == nil) != (format != "") {
			t.Fatalf("detect(%q) = %q, %v", line, format, err)
		}
	})
}

// FuzzTemplate compiles any text: what compiles gives a JSON string that reads
// back as JSON, and a URL that can be sent.
func FuzzTemplate(f *testing.F) {
	f.Add("a{{seq}}b", "x\"y")
	f.Add("{{users.name}} {{int -5 5}}{{uuid}}", "\x00\xff/?")
	f.Fuzz(func(t *testing.T, text, value string) {
		c := compiler{tables: map[string]*table{"users": {columns: []string{"name"}, rows: [][]string{{value}}}}}
		bad := false
		report := func(string) { bad = true }
		path, query := c.compile(text, inPath, report), c.compile(text, inQuery, report)
		body := c.body(map[string]any{"k": text}, func(string, string) { bad = true })
		if bad {
			return
		}
		m := program{method: "GET", path: path, query: query, body: body}
		r := m.render(1, 7)
		if !json.Valid(r.Body) {
			t.Fatalf("%q with %q makes the body %s", text, value, r.Body)
		}
		if _, err := http.NewRequest("GET", "http://localhost/"+r.Path+"?"+r.Query, nil); err != nil {
			t.Fatalf("%q with %q makes a URL that cannot be sent: %v", text, value, err)
		}
	})
}
