package emulator_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A stage of 100/s with a burst of 50, offered 200/s for 10 s, admits
// 50 + 100·10 = 1,050 within 1 %, and exactly those that the gateway alone,
// asked at the same instants, admits.
func TestStageContract(t *testing.T) {
	cfg := oneRoute("GET /posts", gateway.Mock{Latency: constant(20 * time.Millisecond)})
	cfg.Stages[0].Throttle = &gateway.Throttle{Rate: 100, Burst: 50}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := newServer(t, cfg, emulator.Options{Began: began})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		alone, err := gateway.New(cfg, gateway.Options{Began: began})
		if err != nil {
			t.Fatal(err)
		}
		stage, _ := alone.Stage("prod")

		const offered, every = 2000, 5 * time.Millisecond
		var wg sync.WaitGroup
		var admitted atomic.Int64
		for i := range offered {
			time.Sleep(time.Duration(i)*every - time.Since(began)) // virtual
			wg.Go(func() {
				want := stage.Serve(time.Since(began), &traffic.Request{Method: "GET", Path: "/posts"})
				a := get(t, client, "http://emulator/prod/posts")
				if a.status != want.Status {
					t.Errorf("arrival %d answered %d, want %d", i, a.status, want.Status)
				}
				took := time.Since(began) - time.Duration(i)*every
				if a.status == 200 {
					admitted.Add(1)
				}
				if took != want.Latency {
					t.Errorf("arrival %d took %v, want %v", i, took, want.Latency)
				}
			})
		}
		wg.Wait()
		if n := admitted.Load(); n < 1040 || n > 1060 {
			t.Errorf("%d of %d admitted, want 1,050 within 1 %%", n, offered)
		}
		t.Logf("%d of %d admitted", admitted.Load(), offered)
		c := s.Counts()
		if c.Outcomes[traffic.OK] != uint64(admitted.Load()) || c.Limits[traffic.StageLimit] != offered-c.Outcomes[traffic.OK] {
			t.Errorf("counts are %+v", c)
		}
	})
}

// Instant 0 is Began, also where the server is made later: quotas and buckets
// go by it.
func TestBeganEarlier(t *testing.T) {
	cfg := oneRoute("GET /posts", gateway.Mock{})
	cfg.Routes[0].APIKeyRequired = true
	key := gateway.Key{Name: "k", Value: "a-key-of-twenty-characters"}
	cfg.UsagePlans = []gateway.UsagePlan{{Name: "p", Quota: &gateway.Quota{Limit: 1, Period: "DAY"}, Keys: []gateway.Key{key}}}
	synctest.Test(t, func(t *testing.T) { // a bubble begins at midnight UTC
		s := newServer(t, cfg, emulator.Options{Began: time.Now().Add(-time.Minute)})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		ask := func() int {
			req := newRequest(t, "GET", "http://emulator/prod/posts", nil)
			req.Header.Set("x-api-key", key.Value)
			return do(t, client, req).status
		}
		got := []int{ask(), ask()}
		time.Sleep(24 * time.Hour)
		got = append(got, ask(), ask())
		for i, want := range []int{200, 429, 200, 429} {
			if got[i] != want {
				t.Errorf("request %d answered %d, want %d", i, got[i], want)
			}
		}
	})
}

// Close stops accepting and waits until what is under way has been answered.
func TestCloseDrains(t *testing.T) {
	cfg := oneRoute("GET /slow", gateway.Mock{Latency: constant(3 * time.Second), Body: "done"})
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, cfg, emulator.Options{})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		began := time.Now()
		answers := make(chan answer)
		go func() { answers <- get(t, client, "http://emulator/prod/slow") }()
		time.Sleep(time.Second)
		closed := make(chan time.Duration)
		go func() {
			if err := s.Close(context.Background()); err != nil {
				t.Error(err)
			}
			closed <- time.Since(began)
		}()
		if a := <-answers; a.status != 200 || a.body != "done" || time.Since(began) != 3*time.Second {
			t.Errorf("answered %d %q after %v, want 200 after 3s", a.status, a.body, time.Since(began))
		}
		if took := <-closed; took < 3*time.Second || took > 5*time.Second {
			t.Errorf("closed after %v, want soon after 3s", took)
		}
		if _, err := client.Get("http://emulator/prod/slow"); err == nil {
			t.Error("a closed server answered")
		}
	})
}

// Close cuts off what is left when its context ends.
func TestCloseGivesUp(t *testing.T) {
	cfg := oneRoute("GET /slow", gateway.Mock{Latency: constant(20 * time.Second)})
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, cfg, emulator.Options{})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		failed := make(chan error)
		go func() {
			_, err := client.Get("http://emulator/prod/slow")
			failed <- err
		}()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := s.Close(ctx); err == nil {
			t.Error("Close did not say that it gave up")
		}
		if err := <-failed; err == nil {
			t.Error("the request was answered")
		}
		synctest.Wait()
		if n := s.Counts().Outcomes[traffic.Aborted]; n != 1 {
			t.Errorf("%d aborted, want 1", n)
		}
	})
}

// A client that leaves ends the wait.
func TestClientLeaves(t *testing.T) {
	cfg := oneRoute("GET /slow", gateway.Mock{Latency: constant(20 * time.Second)})
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, cfg, emulator.Options{})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := client.Do(newRequest(t, "GET", "http://emulator/prod/slow", nil).WithContext(ctx)); err == nil {
			t.Error("answered")
		}
		synctest.Wait()
		if err := s.Close(context.Background()); err != nil || time.Since(began) > 3*time.Second {
			t.Errorf("closed after %v with %v", time.Since(began), err)
		}
		if n := s.Counts().Outcomes[traffic.Aborted]; n != 1 {
			t.Errorf("%d aborted, want 1", n)
		}
	})
}

// A request that never ends its body is not answered, and is not counted as anything else.
func TestBrokenBody(t *testing.T) {
	cfg := oneRoute("POST /posts", gateway.Mock{})
	s := newServer(t, cfg, emulator.Options{})
	addr := listen(t, s)
	body, w := io.Pipe()
	go func() {
		_, _ = w.Write([]byte("half"))
		_ = w.CloseWithError(io.ErrUnexpectedEOF)
	}()
	if _, err := http.DefaultClient.Do(newRequest(t, "POST", "http://"+addr+"/prod/posts", body)); err == nil {
		t.Error("answered half a request")
	}
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if c := s.Counts(); c.Requests != c.Outcomes[traffic.Aborted] {
		t.Errorf("counts are %+v", c)
	}
}
