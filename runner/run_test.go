package runner

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// TestRunIsOnTime: in a bubble nothing takes time but what the server sleeps,
// so that every arrival is sent at the very instant at which it is due.
func TestRunIsOnTime(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(after(3 * time.Millisecond))
		sink := &record{t: t}
		var began time.Time
		start := time.Now()
		p := planOf(t, steady(200, 10*time.Second))
		err := Run(t.Context(), p, target, sink, Options{Began: func(b time.Time, _ func() int64) { began = b }})
		if err != nil {
			t.Fatal(err)
		}
		if !began.Equal(start) {
			t.Errorf("Began(%v), want %v", began, start)
		}
		all := sink.bySeq()
		if len(all) != 2000 {
			t.Fatalf("%d observations, want 2000", len(all))
		}
		for _, o := range all {
			sent := max(1, o.Due)
			if o.Sent != sent || o.FirstByte != o.Due+3*time.Millisecond || o.Done != o.FirstByte {
				t.Fatalf("arrival %d due %v: sent %v, first byte %v, done %v", o.Seq, o.Due, o.Sent, o.FirstByte, o.Done)
			}
			if o.Outcome != traffic.OK || o.Status != 200 || o.BytesIn != 2 || o.Method != "GET" || o.HeadIn < 50 {
				t.Fatalf("observed %+v", o)
			}
		}
	})
}

// TestRunFreeze: a server that answers nothing for a second of every ten must
// not make the generator wait with it (coordinated omission). At 1,000/s one
// arrival in ten waits, evenly from nothing to a second, and that is what
// latency, counted from due, has to say.
func TestRunFreeze(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		start := time.Now()
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			if in := time.Since(start) % (10 * time.Second); in >= 4*time.Second && in < 5*time.Second {
				time.Sleep(5*time.Second - in)
			}
		})
		sink := &record{t: t}
		if err := Run(t.Context(), planOf(t, steady(1000, 10*time.Second)), target, sink, Options{MaxInFlight: 2000}); err != nil {
			t.Fatal(err)
		}
		waited := 0
		for _, o := range sink.bySeq() {
			want := time.Duration(0)
			if o.Due >= 4*time.Second && o.Due < 5*time.Second {
				want = 5*time.Second - o.Due
				waited++
			}
			if d := o.Latency() - want; d < 0 || d > 1 {
				t.Fatalf("arrival due %v: latency %v, want %v", o.Due, o.Latency(), want)
			}
		}
		if waited != 1000 || len(sink.all) != 10000 {
			t.Errorf("%d of %d arrivals waited, want 1000 of 10000", waited, len(sink.all))
		}
	})
}

// TestRunOverload: what finds MaxInFlight under way is NotSent, at once, and
// does not delay the next.
func TestRunOverload(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		var most, now atomic.Int64
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(995 * time.Millisecond)
			now.Add(-1)
		})
		sink := &record{t: t}
		if err := Run(t.Context(), planOf(t, steady(100, 10*time.Second)), target, sink, Options{MaxInFlight: 30}); err != nil {
			t.Fatal(err)
		}
		// Thirty go out in the first 0.3 s of each second.
		for _, o := range sink.bySeq() {
			want := traffic.OK
			if o.Due%time.Second >= 300*time.Millisecond {
				want = traffic.NotSent
			}
			if o.Outcome != want {
				t.Fatalf("arrival due %v: %v, want %v", o.Due, o.Outcome, want)
			}
			if want == traffic.NotSent && (o.Sent != 0 || o.Done != 0) || want == traffic.OK && o.Lag() > 1 {
				t.Fatalf("arrival due %v: sent %v, done %v", o.Due, o.Sent, o.Done)
			}
		}
		if most.Load() != 30 {
			t.Errorf("the server had %d requests at once, want 30", most.Load())
		}
	})
}

func TestRunTimeout(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(after(2 * time.Second))
		target.Timeout = 700 * time.Millisecond
		sink := &record{t: t}
		if err := Run(t.Context(), planOf(t, steady(10, time.Second)), target, sink, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, o := range sink.bySeq() {
			if o.Outcome != traffic.Timeout || o.Latency() != 700*time.Millisecond || o.Status != 0 || o.FirstByte != 0 {
				t.Fatalf("observed %+v", o)
			}
		}
	})
}

// TestBodyStalls: what came of an answer before it was given up is kept.
func TestBodyStalls(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			io.WriteString(w, "abc")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		sink := &record{t: t}
		if err := Run(t.Context(), planOf(t, steady(1, time.Second)), target, sink, Options{Timeout: 3 * time.Second}); err != nil {
			t.Fatal(err)
		}
		o := sink.bySeq()[0]
		if o.Outcome != traffic.Timeout || o.Status != 200 || o.BytesIn != 3 || o.FirstByte != time.Second || o.Done != 3*time.Second {
			t.Errorf("observed %+v", o)
		}
	})
}

// TestRunInterrupted: an interrupt ends sending, answers are waited for.
func TestRunInterrupted(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(after(800 * time.Millisecond))
		sink := &record{t: t}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2005*time.Millisecond, cancel)
		start := time.Now()
		err := Run(ctx, planOf(t, steady(100, 10*time.Second)), target, sink, Options{})
		if !errors.Is(err, ErrInterrupted) {
			t.Fatalf("Run = %v, want ErrInterrupted", err)
		}
		if took := time.Since(start); took < 2800*time.Millisecond || took > 2850*time.Millisecond {
			t.Errorf("returned after %v, want about 2.8s", took)
		}
		if n := len(sink.bySeq()); n != 201 || sink.count(traffic.OK) != n {
			t.Errorf("%d observations, %d of them ok; want 201, all ok", n, sink.count(traffic.OK))
		}
	})
}

// TestRunDrainEnds: what takes longer than Drain is cut off.
func TestRunDrainEnds(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(after(5 * time.Second))
		sink := &record{t: t}
		start := time.Now()
		if err := Run(t.Context(), planOf(t, steady(10, 2*time.Second)), target, sink, Options{Drain: time.Second}); err != nil {
			t.Fatal(err)
		}
		last := 1900 * time.Millisecond
		if took := time.Since(start); took < last+time.Second || took > last+1100*time.Millisecond {
			t.Errorf("returned after %v, want about %v", took, last+time.Second)
		}
		if len(sink.bySeq()) != 20 || sink.count(traffic.Aborted) != 20 {
			t.Errorf("%d of %d aborted, want 20 of 20", sink.count(traffic.Aborted), len(sink.all))
		}
	})
}

// TestRunKilled: the second interrupt does not wait.
func TestRunKilled(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(after(20 * time.Second))
		sink := &record{t: t}
		ctx, cancel := context.WithCancel(t.Context())
		kill := make(chan struct{})
		time.AfterFunc(1005*time.Millisecond, cancel)
		time.AfterFunc(1500*time.Millisecond, func() { close(kill) })
		start := time.Now()
		err := Run(ctx, planOf(t, steady(100, 10*time.Second)), target, sink, Options{Kill: kill})
		if !errors.Is(err, ErrInterrupted) {
			t.Fatalf("Run = %v, want ErrInterrupted", err)
		}
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("returned after %v, want 1.5s", took)
		}
		for _, o := range sink.bySeq() {
			if o.Outcome != traffic.Aborted || o.Sent == 0 || o.Done != 1500*time.Millisecond {
				t.Fatalf("observed %+v", o)
			}
		}
		if len(sink.all) != 101 {
			t.Errorf("%d observations, want 101", len(sink.all))
		}
	})
}

func TestRunGuards(t *testing.T) {
	spent := errors.New("spent")
	tests := []struct {
		name        string
		guard       Guard
		says        string
		least, most int // observations
	}{
		{"requests", Guard{MaxRequests: 150}, "150 requests", 150, 150},
		{"exactly the plan", Guard{MaxRequests: 1000}, "", 1000, 1000},
		{"duration", Guard{MaxDuration: 2 * time.Second}, "2s", 200, 200},
		{"stop", Guard{Stop: func(o *traffic.Observation) error {
			if o.Seq == 300 {
				return spent
			}
			return nil
		}}, "spent", 301, 304},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, serve server) {
				sink := &record{t: t}
				err := Run(t.Context(), planOf(t, steady(100, 10*time.Second)), serve(after(0)), sink, Options{Guard: tt.guard})
				if tt.says == "" && err != nil {
					t.Fatalf("Run = %v", err)
				}
				if tt.says != "" && (!errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), tt.says)) {
					t.Fatalf("Run = %v, want ErrStopped with %q", err, tt.says)
				}
				if n := len(sink.bySeq()); n < tt.least || n > tt.most {
					t.Errorf("%d observations, want %d to %d", n, tt.least, tt.most)
				}
				if tt.name == "stop" && !errors.Is(err, spent) {
					t.Errorf("%v does not wrap the reason", err)
				}
			})
		})
	}
}

func TestRunClosedLoop(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		target := serve(after(100 * time.Millisecond))
		sink := &record{t: t}
		p := planOf(t, traffic.Config{Concurrency: 5, For: 10 * time.Second})
		if err := Run(t.Context(), p, target, sink, Options{MaxInFlight: 1}); err != nil {
			t.Fatal(err)
		}
		all := sink.bySeq()
		if len(all) != 500 || sink.count(traffic.OK) != 500 {
			t.Errorf("%d observations, %d ok, want 500", len(all), sink.count(traffic.OK))
		}
		for _, o := range all {
			if o.Due > 0 && o.Sent != o.Due {
				t.Fatalf("arrival due %v sent %v", o.Due, o.Sent)
			}
		}
	})
}

func TestRunClosedLoopEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		config traffic.Config
		guard  Guard
		want   int
		err    error
	}{
		"count":        {traffic.Config{Concurrency: 3, MaxRequests: 20}, Guard{}, 20, nil},
		"max requests": {traffic.Config{Concurrency: 3, For: time.Minute}, Guard{MaxRequests: 17}, 17, ErrStopped},
		"max duration": {traffic.Config{Concurrency: 3, For: time.Minute}, Guard{MaxDuration: time.Second}, 30, ErrStopped},
		"interrupted":  {traffic.Config{Concurrency: 3, For: time.Minute}, Guard{}, 63, ErrInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, serve server) {
				sink := &record{t: t}
				ctx, cancel := context.WithTimeout(t.Context(), 2050*time.Millisecond)
				defer cancel()
				err := Run(ctx, planOf(t, tt.config), serve(after(100*time.Millisecond)), sink, Options{Guard: tt.guard})
				if !errors.Is(err, tt.err) {
					t.Fatalf("Run = %v, want %v", err, tt.err)
				}
				if len(sink.bySeq()) != tt.want || sink.count(traffic.OK) != tt.want {
					t.Errorf("%d observations, %d ok, want %d", len(sink.all), sink.count(traffic.OK), tt.want)
				}
			})
		})
	}
}

// TestRunRequests: what arrives is what the plan and the target say.
func TestRunRequests(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		type seen struct{ uri, host, body, key, ua, id, shared, own string }
		got := make(chan seen, 2)
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			h := r.Header
			got <- seen{r.Method + " " + r.RequestURI, r.Host, string(b), h.Get("x-api-key"), h.Get("User-Agent"),
				h.Get("X-Load-Test-Run-Id"), h.Get("Shared"), h.Get("Own")}
		})
		target.Header = []traffic.Field{{Name: "shared", Value: "target"}, {Name: "own", Value: "target"}}
		p, err := traffic.NewPlan(traffic.Source{Traffic: steady(1, time.Second),
			Clients:  []traffic.Client{{Name: "c", Share: 100, APIKey: "k"}},
			Requests: []traffic.RequestSpec{{Name: "x", Method: "POST", Path: "/a%2Fb/c?q=%20", Headers: map[string]string{"OWN": "request"}, Body: "hello"}}})
		if err != nil {
			t.Fatal(err)
		}
		sink := &record{t: t}
		if err := Run(t.Context(), p, target, sink, Options{RunID: "r1", UserAgent: "turnpike/9"}); err != nil {
			t.Fatal(err)
		}
		want := seen{"POST /prod/a%2Fb/c?q=%20", "api.test", "hello", "k", "turnpike/9", "r1", "target", "request"}
		if s := <-got; s != want {
			t.Errorf("server saw %+v\nwant %+v", s, want)
		}
		if o := sink.all[0]; o.BytesOut != 5 || o.Client != 0 {
			t.Errorf("observed %+v", o)
		}
	})
}
