package runner

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// listen serves each connection to a loopback port by a function, and closes it after.
func listen(t testing.TB, each func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); each(c) }()
		}
	}()
	return "http://" + l.Addr().String()
}

// readRequest reads a request's head; the tests' requests have no body.
func readRequest(r *bufio.Reader) bool {
	for {
		if line, err := r.ReadString('\n'); err != nil || line == "\r\n" {
			return err == nil
		}
	}
}

// reply answers the first request of a connection with a text, as it stands.
func reply(text string) func(net.Conn) {
	return func(c net.Conn) {
		if readRequest(bufio.NewReader(c)) {
			io.WriteString(c, text)
		}
	}
}

// hang keeps a connection open until the client closes it.
func hang(c net.Conn) { io.Copy(io.Discard, c) }

func reset(c net.Conn) {
	readRequest(bufio.NewReader(c))
	c.(*net.TCPConn).SetLinger(0)
}

// once sends one request and returns its observation.
func once(t *testing.T, target Target) traffic.Observation {
	t.Helper()
	sink := &record{t: t}
	if err := Run(t.Context(), planOf(t, steady(1, time.Second)), target, sink, Options{}); err != nil {
		t.Fatal(err)
	}
	if len(sink.all) != 1 {
		t.Fatalf("%d observations, want 1", len(sink.all))
	}
	return sink.all[0]
}

func unusedURL(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestFailuresOnTheWire(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	short := 100 * time.Millisecond
	noName := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}}
	}
	stuck := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	tests := []struct {
		name   string
		target Target
		want   traffic.Outcome
		status int
		in     int64
	}{
		{"ok", Target{URL: listen(t, reply(head+"Content-Length: 3\r\n\r\nabc"))}, traffic.OK, 200, 3},
		{"chunked", Target{URL: listen(t, reply(head+"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))}, traffic.OK, 200, 3},
		{"ended by closing", Target{URL: listen(t, reply("HTTP/1.0 200 OK\r\n\r\nabcd"))}, traffic.OK, 200, 4},
		{"redirect is not followed", Target{URL: listen(t, reply("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"))}, traffic.OK, 302, 0},
		{"not found", Target{URL: listen(t, reply("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot there"))}, traffic.ClientError, 404, 9},
		{"long failure", Target{URL: listen(t, reply("HTTP/1.1 400 Bad Request\r\nContent-Length: 10000\r\n\r\n"+strings.Repeat("x", 10000)))}, traffic.ClientError, 400, 10000},
		{"too many", Target{URL: listen(t, reply("HTTP/1.1 429 Too Many Requests\r\nx-amzn-ErrorType: TooManyRequestsException\r\nx-turnpike-limit: stage\r\nContent-Length: 31\r\n\r\n{\"message\":\"Too Many Requests\"}"))}, traffic.Throttled, 429, 31},
		{"nothing listens", Target{URL: unusedURL(t)}, traffic.RefusedConnection, 0, 0},
		{"no name", Target{URL: "http://api.test", Dial: noName}, traffic.DNS, 0, 0},
		{"connecting takes too long", Target{URL: "http://api.test", Dial: stuck, Timeout: short}, traffic.Timeout, 0, 0},
		{"untrusted", Target{URL: untrusted.URL}, traffic.TLS, 0, 0},
		{"insecure", Target{URL: untrusted.URL, Insecure: true}, traffic.ClientError, 404, 19},
		{"http2", Target{URL: untrusted.URL, Insecure: true, HTTP2: true}, traffic.ClientError, 404, 19},
		{"not TLS", Target{URL: strings.Replace(listen(t, func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); hang(c) }), "http", "https", 1)}, traffic.TLS, 0, 0},
		{"TLS hangs", Target{URL: strings.Replace(listen(t, hang), "http", "https", 1), Timeout: short}, traffic.Timeout, 0, 0},
		{"closed", Target{URL: listen(t, reply(""))}, traffic.ConnectionLost, 0, 0},
		{"reset", Target{URL: listen(t, reset)}, traffic.ConnectionLost, 0, 0},
		{"garbage", Target{URL: listen(t, reply("\x00\x01\x02 what\r\n\r\n"))}, traffic.ConnectionLost, 0, 0},
		{"endless head", Target{URL: listen(t, reply(head+"X: "+strings.Repeat("x", 2*maxHead)))}, traffic.ConnectionLost, 0, 0},
		{"no answer", Target{URL: listen(t, hang), Timeout: short}, traffic.Timeout, 0, 0},
		{"body cut short", Target{URL: listen(t, reply(head+"Content-Length: 9\r\n\r\nabc"))}, traffic.ConnectionLost, 200, 3},
		{"chunks cut short", Target{URL: listen(t, reply("HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"))}, traffic.ConnectionLost, 500, 3},
	}
	for _, tt := range tests {
		for name, http2 := range engines {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				target := tt.target
				target.HTTP2 = target.HTTP2 || http2
				o := once(t, target)
				if o.Outcome != tt.want || o.Status != tt.status || o.BytesIn != tt.in {
					t.Errorf("outcome %v, status %d, %d bytes; want %v, %d, %d", o.Outcome, o.Status, o.BytesIn, tt.want, tt.status, tt.in)
				}
				if o.Sent == 0 || o.Done < o.Sent || (o.FirstByte != 0) != (o.Status != 0) {
					t.Errorf("sent %v, first byte %v, done %v", o.Sent, o.FirstByte, o.Done)
				}
				if target.Timeout > 0 && o.Service() < target.Timeout {
					t.Errorf("took %v, before the timeout of %v", o.Service(), target.Timeout)
				}
			})
		}
	}
}

// TestRepeatDoesNotHide: net/http sends an idempotent request again when a
// kept connection dies under it. The server here answers one request a
// connection and drops the next: the drops must be seen, and no request may
// reach the server twice.
func TestRepeatDoesNotHide(t *testing.T) {
	for name, http2 := range engines {
		t.Run(name, func(t *testing.T) { repeatDoesNotHide(t, http2) })
	}
}

func repeatDoesNotHide(t *testing.T, http2 bool) {
	var got atomic.Int64
	url := listen(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for n := range 2 {
			if !readRequest(r) {
				return
			}
			got.Add(1)
			if n == 0 {
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		}
	})
	sink := &record{t: t}
	if err := Run(t.Context(), planOf(t, traffic.Config{Concurrency: 1, MaxRequests: 20}), Target{URL: url, HTTP2: http2}, sink, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, o := range sink.bySeq() {
		if want := []traffic.Outcome{traffic.OK, traffic.ConnectionLost}[o.Seq%2]; o.Outcome != want {
			t.Errorf("arrival %d: %v, want %v", o.Seq, o.Outcome, want)
		}
	}
	if got.Load() != 20 {
		t.Errorf("the server got %d requests, want 20", got.Load())
	}
}

// TestIdleCloseIsNoFailure: a server that closes a kept connection after its
// answer costs a new connection and nothing else.
func TestIdleCloseIsNoFailure(t *testing.T) {
	for name, http2 := range engines {
		t.Run(name, func(t *testing.T) { idleCloseIsNoFailure(t, http2) })
	}
}

func idleCloseIsNoFailure(t *testing.T, http2 bool) {
	closed := make(chan struct{}, 1)
	url := listen(t, func(c net.Conn) {
		reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")(c)
		c.Close()
		closed <- struct{}{}
	})
	e, err := newEngine(Target{URL: url, HTTP2: http2}, Options{}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	lane := e.lane(t.Context(), clock{time.Now()})
	for range 50 {
		var o traffic.Observation
		lane.exchange(0, &traffic.Request{Method: "GET", Path: "/x"}, &o)
		if o.Outcome != traffic.OK {
			// The close may still be on its way when the next request is
			// written, which no client can tell from a dropped request.
			if o.Outcome != traffic.ConnectionLost {
				t.Fatalf("observed %+v", o)
			}
			continue
		}
		<-closed
	}
}

// TestInvalidRequests: what cannot be written as HTTP, as a log may hold, is not sent.
func TestInvalidRequests(t *testing.T) {
	for name, http2 := range engines {
		t.Run(name, func(t *testing.T) { invalidRequests(t, http2) })
	}
}

func invalidRequests(t *testing.T, http2 bool) {
	e, err := newEngine(Target{URL: listen(t, answerAll("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")), HTTP2: http2}, Options{}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	for name, tt := range map[string]struct {
		request traffic.Request
		sent    bool
	}{
		"plain":          {traffic.Request{Method: "GET", Path: "/x", Query: "a=%20"}, true},
		"two slashes":    {traffic.Request{Method: "GET", Path: "//x"}, true},
		"bad escape":     {traffic.Request{Method: "GET", Path: "/%zz"}, true},
		"own method":     {traffic.Request{Method: "PURGE", Path: "/"}, true},
		"no method":      {traffic.Request{Path: "/"}, false},
		"split method":   {traffic.Request{Method: "GET /", Path: "/"}, false},
		"split path":     {traffic.Request{Method: "GET", Path: "/ HTTP/1.1\r\nX: y\r\n\r\n"}, false},
		"split query":    {traffic.Request{Method: "GET", Path: "/", Query: "a b"}, false},
		"split field":    {traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Name: "X", Value: "a\r\nY: b"}}}, false},
		"field name":     {traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Name: "X Y", Value: "a"}}}, false},
		"no field name":  {traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Value: "a"}}}, false},
		"field with tab": {traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Name: "X", Value: "a\tb"}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var o traffic.Observation
			e.lane(t.Context(), clock{time.Now()}).exchange(0, &tt.request, &o)
			if tt.sent != (o.Sent != 0) || tt.sent != (o.Status == 200) || !tt.sent && o.Outcome != traffic.ClientError {
				t.Errorf("observed %+v", o)
			}
		})
	}
}
