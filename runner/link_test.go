package runner

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

const (
	okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
)

var plainRequest = &traffic.Request{Method: "GET", Path: "/x"}

// wireLaneTo returns a lane of our own engine.
func wireLaneTo(t testing.TB, target Target) *wireLane {
	t.Helper()
	e, err := newEngine(target, Options{}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.close)
	return e.lane(t.Context(), clock{time.Now()}).(*wireLane)
}

func (l *wireLane) get() (o traffic.Observation) {
	l.exchange(0, plainRequest, &o)
	return o
}

// want fails the test unless an exchange goes well.
func (l *wireLane) want(t *testing.T, outcome traffic.Outcome) {
	t.Helper()
	if o := l.get(); o.Outcome != outcome {
		t.Fatalf("observed %+v, want %v", o, outcome)
	}
}

// awaitDead waits until it shows that the connection, if it was kept, is of no more use.
func (l *wireLane) awaitDead(t *testing.T) {
	t.Helper()
	if len(l.pool.unused) == 0 {
		return
	}
	for end := time.Now().Add(10 * time.Second); l.pool.unused[0].alive(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the kept connection is taken for alive")
		}
	}
}

// TestDeadWhileUnused: whatever happens to a kept connection while nobody uses
// it costs a new one, and no request.
func TestDeadWhileUnused(t *testing.T) {
	for name, after := range map[string]func(c *net.TCPConn){
		"closed":      func(c *net.TCPConn) { c.Close() },
		"half closed": func(c *net.TCPConn) { c.CloseWrite(); hang(c) },
		"reset":       func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
		"talks":       func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n"); hang(c) },
	} {
		t.Run(name, func(t *testing.T) {
			var connections atomic.Int64
			l := wireLaneTo(t, Target{URL: listen(t, func(c net.Conn) {
				connections.Add(1)
				if readRequest(bufio.NewReader(c)) {
					io.WriteString(c, okAnswer)
					after(c.(*net.TCPConn))
				}
			})})
			for range 20 {
				l.want(t, traffic.OK)
				l.awaitDead(t)
			}
			if n := connections.Load(); n != 20 {
				t.Errorf("%d connections, want 20", n)
			}
		})
	}
}

// tlsServer serves h with TLS over TCP and counts handshakes, whole and resumed.
func tlsServer(t *testing.T, h http.HandlerFunc) (s *httptest.Server, whole, resumed *atomic.Int64) {
	whole, resumed = new(atomic.Int64), new(atomic.Int64)
	s = httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{VerifyConnection: func(c tls.ConnectionState) error {
		if c.DidResume {
			resumed.Add(1)
		} else {
			whole.Add(1)
		}
		return nil
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, whole, resumed
}

// TestResumption: a connection that replaces one resumes its session.
func TestResumption(t *testing.T) {
	s, whole, resumed := tlsServer(t, after(0))
	l := wireLaneTo(t, Target{URL: s.URL, Insecure: true})
	for range 5 {
		l.want(t, traffic.OK)
		s.CloseClientConnections()
		l.awaitDead(t)
	}
	if whole.Load() != 1 || resumed.Load() != 4 {
		t.Errorf("%d whole handshakes and %d resumed, want 1 and 4", whole.Load(), resumed.Load())
	}
}

// TestLastUsedFirst: one request at a time needs one connection, whoever sends
// it, and one that was unused for long is not used again.
func TestLastUsedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := serve(t, after(0))
		dial, dials := target.Dial, 0
		target.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials++
			return dial(ctx, network, addr)
		}
		e, err := newEngine(target, Options{}, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer e.close()
		now := clock{time.Now()}
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 1}, {idleFor, 1}, {idleFor + 1, 2}, {time.Second, 2}} {
			time.Sleep(step.wait)
			for range 10 {
				e.lane(t.Context(), now).(*wireLane).want(t, traffic.OK)
			}
			if dials != step.want {
				t.Errorf("%d connections were made after a pause of %v, want %d", dials, step.wait, step.want)
			}
		}
	})
}

// TestAgeing: connections that a peak needed are closed some time after it.
func TestAgeing(t *testing.T) {
	var p pool
	ends := make([]net.Conn, 5)
	for i := range ends {
		here, there := net.Pipe()
		ends[i] = there
		p.give(&link{raw: &patient{Conn: here}}, 0)
	}
	for i := range 8 {
		l := p.take(idleFor/2 + time.Duration(i))
		if l == nil {
			t.Fatal("nothing to take")
		}
		p.give(l, idleFor+1+time.Duration(i))
	}
	if len(p.unused) != 1 {
		t.Errorf("%d connections are kept, want 1", len(p.unused))
	}
	for _, c := range ends[:4] {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("Read at the other end = %v, want EOF", err)
		}
	}
}

// TestEarlyDeadlines: deadlines are set once a timeout, and still each request
// has the whole of it and not more: in the clear and with TLS.
func TestEarlyDeadlines(t *testing.T) {
	certificate := httptest.NewUnstartedServer(nil)
	certificate.StartTLS()
	defer certificate.Close()
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pipes := newPipes()
				var l net.Listener = pipes
				if scheme == "https" {
					l = tls.NewListener(l, certificate.TLS)
				}
				s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					d, _ := time.ParseDuration(strings.TrimPrefix(r.URL.Path, "/"))
					after(d)(w, r)
				})}
				done := make(chan struct{})
				go func() { defer close(done); s.Serve(l) }()
				defer func() { s.Close(); <-done }()
				lane := wireLaneTo(t, Target{URL: scheme + "://api.test", Dial: pipes.dial, Insecure: true, Timeout: time.Second})
				for range 20 {
					for _, took := range []time.Duration{300 * time.Millisecond, 0, 999 * time.Millisecond, 5 * time.Second} {
						var o traffic.Observation
						lane.exchange(0, &traffic.Request{Method: "GET", Path: "/" + took.String()}, &o)
						outcome := traffic.OK
						if took > time.Second {
							outcome, took = traffic.Timeout, time.Second
						}
						if o.Outcome != outcome || o.Service() > took || o.Service() < took-1 {
							t.Fatalf("observed %+v, want %v after %v", o, outcome, took)
						}
					}
				}
			})
		})
	}
}

// TestEarlierDeadline: a connection may go to a request that began before the
// one for which its deadline was set.
func TestEarlierDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		p := &patient{Conn: here}
		began := time.Now()
		for _, until := range []time.Duration{9 * time.Second, 8 * time.Second, 10 * time.Second} {
			p.giveUpAt(began.Add(until))
		}
		p.giveUpAt(began.Add(7 * time.Second))
		_, err := p.Read(make([]byte, 1))
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took != 7*time.Second {
			t.Errorf("Read = %v after %v, want a timeout after 7s", err, took)
		}
	})
}

// TestHeadIsExact: heads are counted as they came, 1xx included.
func TestHeadIsExact(t *testing.T) {
	const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink:</x>\r\n\r\n"
	const head = "HTTP/1.1 200 All  is well\r\nx-long:   value  \r\ntransfer-encoding: chunked\r\n\r\n"
	l := wireLaneTo(t, Target{URL: listen(t, reply(interim+head+"2\r\nok\r\n0\r\nTrailer: 1\r\n\r\n"))})
	o := l.get()
	if want := int64(len(interim) + len(head)); o.HeadIn != want || o.BytesIn != 2 || o.Status != 200 {
		t.Errorf("observed %+v, want a head of %d", o, want)
	}
}

// TestFirstByte is when the head of the answer begins to come, not a 1xx's.
func TestFirstByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newPipes()
		defer pipes.Close()
		go func() {
			c, _ := pipes.Accept()
			readRequest(bufio.NewReader(c))
			for _, piece := range []string{"HTTP/1.1 100 Continue\r\n\r\n", "H", "TTP/1.1 200 OK\r\nContent-Length: 2\r\n", "\r\no", "k"} {
				time.Sleep(time.Second)
				io.WriteString(c, piece)
			}
		}()
		o := wireLaneTo(t, Target{URL: "http://api.test", Dial: pipes.dial}).get()
		if o.Outcome != traffic.OK || o.FirstByte != 2*time.Second || o.Done != 5*time.Second {
			t.Errorf("observed %+v, want the first byte after 2s and the end after 5s", o)
		}
	})
}

// TestOneExchangeAConnection: what says so is not sent a second request.
func TestOneExchangeAConnection(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		request      traffic.Request
		most         int // connections for ten requests
	}{
		{"kept", okAnswer, *plainRequest, 1},
		{"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", *plainRequest, 10},
		{"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", *plainRequest, 10},
		{"1.0, kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", *plainRequest, 1},
		{"too much", okAnswer + "?", *plainRequest, 10},
		{"asked for", okAnswer, traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Name: "Connection", Value: "close"}}}, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var connections atomic.Int64
			l := wireLaneTo(t, Target{URL: listen(t, func(c net.Conn) {
				connections.Add(1)
				for r := bufio.NewReader(c); readRequest(r); {
					io.WriteString(c, tt.answer)
				}
			})})
			for range 10 {
				var o traffic.Observation
				if l.exchange(0, &tt.request, &o); o.Outcome != traffic.OK {
					t.Fatalf("observed %+v", o)
				}
			}
			if n := connections.Load(); n != int64(tt.most) {
				t.Errorf("%d connections, want %d", n, tt.most)
			}
		})
	}
}

// TestAnsweredEarly: a server that has seen enough answers and closes, while
// the request is still being written.
func TestAnsweredEarly(t *testing.T) {
	l := wireLaneTo(t, Target{URL: listen(t, func(c net.Conn) {
		readRequest(bufio.NewReader(c))
		fmt.Fprint(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
		c.(*net.TCPConn).CloseWrite()
		io.CopyN(io.Discard, c, 1<<20)
	})})
	var o traffic.Observation
	l.exchange(0, &traffic.Request{Method: "POST", Path: "/", Body: make([]byte, 16<<20)}, &o)
	if o.Status != 413 || o.Outcome != traffic.ClientError || o.BytesOut < 1<<10 || o.BytesOut == 16<<20 {
		t.Errorf("observed %+v, want 413", o)
	}
}
