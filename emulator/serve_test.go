package emulator_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// newServer builds a server of cfg that is closed with the test.
func newServer(t testing.TB, cfg gateway.Config, o emulator.Options) *emulator.Server {
	t.Helper()
	api, err := gateway.New(cfg, gateway.Options{Began: o.Began})
	if err != nil {
		t.Fatal(err)
	}
	s := emulator.New(api, cfg, o)
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// listen serves s on loopback and returns its address.
func listen(t testing.TB, s *emulator.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s, l)
	return l.Addr().String()
}

func serve(t testing.TB, s *emulator.Server, l net.Listener) {
	done := make(chan error)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// An answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   string
	length int64
}

func do(t testing.TB, c *http.Client, req *http.Request) answer {
	t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body), resp.ContentLength}
}

func get(t testing.TB, c *http.Client, url string) answer {
	t.Helper()
	return do(t, c, newRequest(t, "GET", url, nil))
}

func newRequest(t testing.TB, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// oneRoute is a REST API whose stage prod answers one route.
func oneRoute(route string, m gateway.Mock) gateway.Config {
	return gateway.Config{
		Kind:   "rest",
		Stages: []gateway.StageConfig{{Name: "prod"}},
		Routes: []gateway.RouteConfig{{Route: route, Mock: &m}},
	}
}

func constant(d time.Duration) gateway.Latency { return gateway.Latency{Constant: d} }

// A pipeListener makes connections without a network, so that a synctest bubble
// knows when everything in it waits.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{make(chan net.Conn), make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { close(l.closed); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, errors.New("closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// client is a client of the listener that is closed with the test.
func (l *pipeListener) client(t *testing.T) *http.Client {
	tr := &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 1000}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// asResponse is the answer in the vocabulary of package traffic, as a runner
// gets it from a socket.
func (a answer) asResponse() *traffic.Response {
	r := &traffic.Response{Status: a.status, Body: []byte(a.body), Size: int64(len(a.body))}
	for name, values := range a.header {
		for _, v := range values {
			r.Header = append(r.Header, traffic.Field{Name: name, Value: v})
		}
	}
	return r
}
