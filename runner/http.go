package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

const (
	// maxHead and maxBody are the most of an answer that is read; what goes
	// beyond is a lost connection. API Gateway itself stops at 10,240 bytes of
	// fields and 10 MB of payload (developer guide, quotas).
	maxHead = 256 << 10
	maxBody = 1 << 30

	// keptBody is how much of a failure's body is looked at to classify it.
	keptBody = 4 << 10

	// idleFor is how long an unused connection is kept: less than the minute
	// after which servers and load balancers commonly close it, since a close
	// that crosses a request on its way cannot be told from a dropped request.
	idleFor = 50 * time.Second
)

// httpEngine is an engine over net/http's Transport, with keep-alive and one
// connection per request in flight (HTTP/1.1).
//
// The transport repeats a request on a new connection when a kept one turns
// out dead. If nothing of the request had been written, that is an idle
// connection that the server has closed: no one is misled, and the repeat goes
// on. If something had been written, the server may have worked on it and
// dropped it; the repeat is stopped and the arrival observed as
// ConnectionLost, which is what happened to it. Either way an arrival is one
// request at the server, and one observation.
type httpEngine struct {
	transport *http.Transport
	timeout   time.Duration
	maker     maker
	made      []atomic.Pointer[prepared] // the last request of each slot
}

// newHTTPEngine returns an engine for so many workers and slots.
func newHTTPEngine(base *url.URL, t Target, o Options, workers, slots int) *httpEngine {
	timeout := orDuration(t.Timeout, o.timeout())
	d := newDialer(t, base.Hostname(), timeout, workers)
	tr := &http.Transport{
		DialContext:            d.connect,
		DialTLSContext:         d.connectTLS,
		ForceAttemptHTTP2:      t.HTTP2,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    workers,
		IdleConnTimeout:        idleFor,
		MaxResponseHeaderBytes: maxHead,
	}
	return &httpEngine{transport: tr, timeout: timeout, maker: newMaker(base, t, o),
		made: make([]atomic.Pointer[prepared], slots)}
}

func parseTarget(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read target URL: %w", err)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("read target URL %q: it must begin with http:// or https://", u.Redacted())
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("read target URL %q: it names no host", u.Redacted())
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return nil, fmt.Errorf("read target URL %q: it may have a scheme, a host and a path only", u.Redacted())
	}
	return u, nil
}

func (e *httpEngine) close() { e.transport.CloseIdleConnections() }

func (e *httpEngine) lane(ctx context.Context, now clock) lane {
	l := &httpLane{httpEngine: e, clock: now, flying: ctx}
	l.ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: l.gotConn})
	return l
}

// prepare returns what is sent for r, made anew only if the slot's last request was another.
func (e *httpEngine) prepare(slot int, r *traffic.Request) *prepared {
	if slot < 0 || slot >= len(e.made) {
		return e.maker.make(r)
	}
	if p := e.made[slot].Load(); p != nil && p.from == r {
		return p
	}
	p := e.maker.make(r)
	e.made[slot].Store(p)
	return p
}

// httpLane is one worker's use of the transport.
type httpLane struct {
	*httpEngine
	clock
	flying context.Context // ends when the run does not wait for answers any more
	ctx    context.Context // flying, with the trace

	// Of the exchange under way:
	cancel   context.CancelFunc
	on       *countedConn
	before   int64 // on's bytes when it was got
	got      bool  // some connection was got
	repeated bool  // the transport would have sent a second time

	fields []traffic.Field
	body   []byte
	limit  io.LimitedReader
}

func (l *httpLane) exchange(slot int, r *traffic.Request, o *traffic.Observation) {
	o.Method = r.Method
	if l.flying.Err() != nil {
		o.Outcome = traffic.Aborted
		return
	}
	p := l.prepare(slot, r)
	if p.invalid {
		o.Outcome, o.Cause = traffic.ClientError, traffic.BadRequest
		return
	}
	o.Sent = l.stamp()
	ctx, cancel := context.WithTimeout(l.ctx, l.timeout)
	defer cancel()
	l.cancel, l.on, l.got, l.repeated = cancel, nil, false, false

	answer, err := l.transport.RoundTrip(p.request(ctx))
	if l.got {
		o.BytesOut = int64(len(r.Body))
	}
	if err == nil {
		o.FirstByte = l.stamp()
		err = l.read(answer, o)
	}
	o.Done = l.stamp()
	if err != nil {
		o.Outcome, o.Cause, o.Limit = l.failure(ctx, err), traffic.NoCause, traffic.NoLimit
	}
}

// gotConn is told of each connection that the request is about to be sent on,
// by the goroutine that is in RoundTrip.
func (l *httpLane) gotConn(i httptrace.GotConnInfo) {
	if l.on != nil && l.on.written.Load() > l.before {
		l.repeated = true
		l.cancel()
		i.Conn.Close()
		return
	}
	l.got = true
	if l.on = counted(i.Conn); l.on != nil {
		l.before = l.on.written.Load()
	}
}

// failure says what kind of failure ended an exchange.
func (l *httpLane) failure(ctx context.Context, err error) traffic.Outcome {
	var connect *connectError
	switch {
	case l.repeated:
		return traffic.ConnectionLost
	case l.flying.Err() != nil:
		return traffic.Aborted
	case ctx.Err() != nil:
		return traffic.Timeout
	case errors.As(err, &connect):
		return connect.outcome
	case !l.got:
		return traffic.RefusedConnection
	default:
		return traffic.ConnectionLost
	}
}

// read reads an answer's body to its end and classifies the answer.
func (l *httpLane) read(answer *http.Response, o *traffic.Observation) (err error) {
	defer answer.Body.Close()
	o.Status = answer.StatusCode
	o.HeadIn = l.readHead(answer)
	r := traffic.Response{Status: answer.StatusCode, Header: l.fields}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		r.Body, o.BytesIn, err = l.readBody(answer)
	}
	r.Size = o.BytesIn
	o.Outcome, o.Cause, o.Limit = traffic.Classify(&r)
	return err
}

// readHead keeps the answer's fields and returns about how many bytes its head had.
func (l *httpLane) readHead(answer *http.Response) int64 {
	l.fields = l.fields[:0]
	for name, values := range answer.Header {
		for _, v := range values {
			l.fields = append(l.fields, traffic.Field{Name: name, Value: v})
		}
	}
	return headBytes(len(answer.Status), l.fields)
}

// headBytes is the length of a head in HTTP/1.1: its status line, given the
// length of "200 OK", its fields and the empty line.
func headBytes(status int, fields []traffic.Field) int64 {
	n := len("HTTP/1.1 \r\n") + status + len("\r\n")
	for i := range fields {
		n += len(fields[i].Name) + len(": ") + len(fields[i].Value) + len("\r\n")
	}
	return int64(n)
}

// readBody counts the body and keeps the beginning of a failure's.
func (l *httpLane) readBody(answer *http.Response) (kept []byte, size int64, err error) {
	if answer.ContentLength == 0 {
		return nil, 0, nil
	}
	if answer.StatusCode >= 400 {
		if l.body == nil {
			l.body = make([]byte, keptBody)
		}
		n, err := fill(l.body, answer.Body)
		kept, size = l.body[:n], int64(n)
		if err != nil {
			return kept, size, err
		}
	}
	l.limit = io.LimitedReader{R: answer.Body, N: maxBody - size}
	n, err := io.Copy(io.Discard, &l.limit)
	if err == nil && l.limit.N == 0 {
		err = fmt.Errorf("read answer: its body is longer than %d bytes", maxBody)
	}
	return kept, size + n, err
}

// fill reads until buf is full or r ends.
func fill(buf []byte, r io.Reader) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}
