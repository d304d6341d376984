package runner

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// TestHugeAnswer: 100 MB are read and discarded, with a length, in chunks and
// to the connection's end.
func TestHugeAnswer(t *testing.T) {
	const size = 100 << 20
	piece := make([]byte, 1<<20)
	url := listen(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		line, _ := r.ReadString('\n')
		readRequest(r)
		switch {
		case strings.Contains(line, "length"):
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size)
		case strings.Contains(line, "chunks"):
			io.WriteString(c, "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n")
		default:
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		}
		for range size / len(piece) {
			if strings.Contains(line, "chunks") {
				fmt.Fprintf(c, "%x\r\n%s\r\n", len(piece), piece)
			} else {
				c.Write(piece)
			}
		}
		if strings.Contains(line, "chunks") {
			io.WriteString(c, "0\r\n\r\n")
		}
	})
	for _, kind := range []string{"length", "chunks", "end"} {
		var o traffic.Observation
		wireLaneTo(t, Target{URL: url}).exchange(0, &traffic.Request{Method: "GET", Path: "/" + kind}, &o)
		if o.Status == 0 || o.BytesIn != size || o.Outcome == traffic.ConnectionLost {
			t.Errorf("%s: observed %+v, want %d bytes", kind, o, size)
		}
	}
}

// TestSlowDrip: an answer that comes byte by byte is given up at the timeout,
// however little each byte takes.
func TestSlowDrip(t *testing.T) {
	url := listen(t, func(c net.Conn) {
		readRequest(bufio.NewReader(c))
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for i := range 1 << 20 {
			<-tick.C
			if _, err := io.WriteString(c, ("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", i/6+1))[i:i+1]); err != nil {
				return
			}
		}
	})
	o := wireLaneTo(t, Target{URL: url, Timeout: 100 * time.Millisecond}).get()
	if o.Outcome != traffic.Timeout || o.Service() < 100*time.Millisecond || o.Service() > 2*time.Second {
		t.Errorf("observed %+v, want a timeout after 100ms", o)
	}
}

// TestCutOff: whatever a request is waiting for, the end of the run ends it.
func TestCutOff(t *testing.T) {
	stuck := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	deaf := func(c net.Conn) { <-t.Context().Done() }
	for name, tt := range map[string]struct {
		target Target
		body   int
	}{
		"a name or a connection": {Target{URL: "http://api.test", Dial: stuck}, 0},
		"a handshake":            {Target{URL: strings.Replace(listen(t, hang), "http", "https", 1)}, 0},
		"writing":                {Target{URL: listen(t, deaf)}, 64 << 20},
		"a head":                 {Target{URL: listen(t, hang)}, 0},
		"a body":                 {Target{URL: listen(t, func(c net.Conn) { reply("HTTP/1.1 200 OK\r\n\r\nbegin")(c); hang(c) })}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := newEngine(tt.target, Options{}, 1, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer e.close()
			ctx, cancel := context.WithCancel(t.Context())
			lane := e.lane(ctx, clock{time.Now()})
			ended := time.AfterFunc(50*time.Millisecond, cancel)
			defer ended.Stop()
			var o traffic.Observation
			lane.exchange(0, &traffic.Request{Method: "POST", Path: "/", Body: make([]byte, tt.body)}, &o)
			if o.Outcome != traffic.Aborted || o.Service() > 5*time.Second {
				t.Errorf("observed %+v, want aborted at once", o)
			}
			if lane.exchange(0, plainRequest, &o); o.Outcome != traffic.Aborted {
				t.Errorf("after the end: observed %+v", o)
			}
		})
	}
}

// TestTorture: a server that answers one request in three as it should and
// does all kinds of things otherwise. Each arrival has its one observation, an
// OK is an answer that was whole, and no request is made twice.
func TestTorture(t *testing.T) {
	const n = 3000
	var requests, good, connections atomic.Int64
	url := listen(t, func(c net.Conn) {
		connections.Add(1)
		for r := bufio.NewReader(c); readRequest(r); {
			requests.Add(1)
			switch rand.IntN(14) {
			case 0:
				return
			case 1:
				c.(*net.TCPConn).SetLinger(0)
				return
			case 2:
				io.WriteString(c, "\x16\x03\x01 what\r\n\r\n")
			case 3:
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
				return
			case 4:
				io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
				c.(*net.TCPConn).SetLinger(0)
				return
			case 5:
				io.WriteString(c, "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n")
			case 6:
				good.Add(1)
				io.WriteString(c, okAnswer)
				c.(*net.TCPConn).CloseWrite()
			case 7:
				good.Add(1)
				io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end")
				return
			case 8:
				io.WriteString(c, okAnswer[:30])
				hang(c)
			case 9:
				good.Add(1)
				io.WriteString(c, okAnswer+okAnswer)
			default:
				good.Add(1)
				io.WriteString(c, okAnswer)
			}
		}
	})
	sink := &record{t: t}
	p := planOf(t, traffic.Config{Concurrency: 32, MaxRequests: n})
	if err := Run(t.Context(), p, Target{URL: url, Timeout: 50 * time.Millisecond}, sink, Options{}); err != nil {
		t.Fatal(err)
	}
	if len(sink.bySeq()) != n {
		t.Errorf("%d observations, want %d", len(sink.all), n)
	}
	ok, lost, timeout := sink.count(traffic.OK), sink.count(traffic.ConnectionLost), sink.count(traffic.Timeout)
	t.Logf("%d ok of %d, %d lost, %d given up, %d connections", ok, good.Load(), lost, timeout, connections.Load())
	if ok+lost+timeout != n || int64(ok) > good.Load() || requests.Load() > n {
		t.Errorf("%d ok, %d lost, %d given up of %d; the server had %d requests and answered %d", ok, lost, timeout, n, requests.Load(), good.Load())
	}
	if ok < n/3 {
		t.Errorf("only %d of %d ok", ok, n)
	}
}

// TestRestart: a server that goes away in the middle of a run and comes back
// is met again with the first arrival after that, and nothing piles up.
func TestRestart(t *testing.T) {
	onEngines(t, func(t *testing.T, serve server) {
		const down, up = 2 * time.Second, 3 * time.Second
		target := serve(after(500 * time.Microsecond))
		start := time.Now()
		var open []net.Conn
		reach := target.Dial
		target.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if in := time.Since(start); in >= down && in < up {
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			c, err := reach(ctx, network, addr)
			open = append(open, c)
			return c, err
		}
		time.AfterFunc(down-time.Nanosecond, func() {
			for _, c := range open {
				c.Close()
			}
		})
		sink := &record{t: t}
		if err := Run(t.Context(), planOf(t, steady(1000, 5*time.Second)), target, sink, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, o := range sink.bySeq() {
			want := traffic.OK
			if o.Due >= down && o.Due < up {
				want = traffic.RefusedConnection
			}
			if o.Outcome != want || o.Lag() > 1 {
				t.Fatalf("observed %+v, want %v", o, want)
			}
		}
		if len(open) > 3 {
			t.Errorf("%d connections were made, want one before and one after", len(open))
		}
	})
}
