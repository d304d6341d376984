package runner

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
	"github.com/turnpike-perf/turnpike/wire"
)

// maxKeptRequest is the longest request whose memory a lane keeps for the next.
const maxKeptRequest = 1 << 20

// wireEngine is an engine over package wire: HTTP/1.1, keep-alive, one
// connection per request in flight. The worker that has the request writes it
// and reads the answer, so that nothing is handed from goroutine to goroutine.
//
// A kept connection that the server has closed is replaced, provided that
// nothing of the request was written: no one is misled. If something was, the
// server may have worked on it and dropped it, and the arrival is observed as
// ConnectionLost. Either way an arrival is one request at the server, and one
// observation.
//
// A request is written whole before its answer is read. A server that answers
// early and closes is understood; one that reads no further until a long
// answer of its own is taken ends in a Timeout.
type wireEngine struct {
	dialer  dialer
	addr    string
	secure  bool
	timeout time.Duration
	base    wire.Base
	pool    pool
	shared  []atomic.Pointer[sharedRequest] // the first request of each slot

	mu    sync.Mutex
	lanes []*wireLane
}

// A sharedRequest is written once and sent any number of times.
type sharedRequest struct {
	from  *traffic.Request
	bytes wire.Request
	err   error
}

func newWireEngine(base *url.URL, t Target, o Options, workers, slots int) *wireEngine {
	timeout := orDuration(t.Timeout, o.timeout())
	return &wireEngine{
		dialer:  newDialer(t, base.Hostname(), timeout, workers),
		addr:    address(base),
		secure:  base.Scheme == "https",
		timeout: timeout,
		base:    newBase(base, t, o),
		shared:  make([]atomic.Pointer[sharedRequest], slots),
	}
}

// newBase is what all requests to a target have in common. The target's own
// fields go before what is always sent.
func newBase(base *url.URL, t Target, o Options) wire.Base {
	b := wire.Base{Host: hostField(base), Path: strings.TrimSuffix(base.EscapedPath(), "/")}
	if t.Host != "" {
		b.Host = t.Host
	}
	always := []traffic.Field{{Name: "User-Agent", Value: defaultUserAgent}}
	if o.UserAgent != "" {
		always[0].Value = o.UserAgent
	}
	if o.RunID != "" {
		always = append(always, traffic.Field{Name: "X-Load-Test-Run-Id", Value: o.RunID})
	}
	own := traffic.Request{Header: t.Header}
	for _, f := range always {
		if own.Get(f.Name) == "" {
			b.Fields = append(b.Fields, f)
		}
	}
	if host := own.Get("Host"); host != "" {
		b.Host = host
	}
	b.Fields = append(b.Fields, t.Header...)
	return b
}

// hostField is a URL's authority without an address's zone, which means
// something on this machine only (RFC 6874, 4).
func hostField(u *url.URL) string {
	if i := strings.IndexByte(u.Host, '%'); i >= 0 && u.Host[0] == '[' {
		return u.Host[:i] + u.Host[strings.LastIndexByte(u.Host, ']'):]
	}
	return u.Host
}

func (e *wireEngine) lane(ctx context.Context, now clock) lane {
	l := &wireLane{wireEngine: e, clock: now, flying: ctx}
	l.unwatch = context.AfterFunc(ctx, l.cutOff)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lanes = append(e.lanes, l)
	return l
}

func (e *wireEngine) close() {
	for _, l := range e.lanes {
		l.unwatch()
	}
	e.pool.close()
}

// wireLane is one worker's way to the target.
type wireLane struct {
	*wireEngine
	clock
	flying  context.Context // ends when the run does not wait for answers any more
	unwatch func() bool

	on      atomic.Pointer[link] // the connection in use
	request wire.Request
	answer  wire.Answer
}

// cutOff is called when flying has ended.
func (l *wireLane) cutOff() {
	if c := l.on.Load(); c != nil {
		c.raw.cutOff()
	}
}

func (l *wireLane) exchange(slot int, r *traffic.Request, o *traffic.Observation) {
	o.Method = r.Method
	if l.flying.Err() != nil {
		o.Outcome = traffic.Aborted
		return
	}
	q, err := l.prepare(slot, r)
	if err != nil {
		o.Outcome, o.Cause = traffic.ClientError, traffic.BadRequest
		return
	}
	now := l.now()
	o.Sent = max(1, now)
	until := l.began.Add(now + l.timeout)
	c, err := l.carry(q, until, o)
	o.Done = l.stamp()
	l.leave(c, o.Done, err == nil && l.answer.KeepAlive && !q.Last)
	if err != nil {
		o.Outcome, o.Cause, o.Limit = l.failure(err, until), traffic.NoCause, traffic.NoLimit
	}
}

// prepare returns r as bytes. A slot's first request is written once: mostly
// all others are the same. Those that are not are written when they are sent.
func (l *wireLane) prepare(slot int, r *traffic.Request) (*wire.Request, error) {
	if slot >= 0 && slot < len(l.shared) {
		s := l.shared[slot].Load()
		if s == nil {
			s = &sharedRequest{from: r}
			s.err = s.bytes.Write(&l.base, r)
			l.shared[slot].CompareAndSwap(nil, s)
		}
		if s.from == r {
			return &s.bytes, s.err
		}
	}
	if cap(l.request.Bytes) > maxKeptRequest {
		l.request = wire.Request{}
	}
	err := l.request.Write(&l.base, r)
	return &l.request, err
}

// carry writes a request and reads its answer, and returns the connection that
// it was last on, also when it fails.
func (l *wireLane) carry(q *wire.Request, until time.Time, o *traffic.Observation) (*link, error) {
	for {
		c, err := l.connect(until, o.Sent)
		if err != nil {
			return c, err
		}
		before := c.raw.written
		n, failed := c.Write(q.Bytes)
		o.BytesOut = int64(max(0, n-q.Head))
		if failed != nil && c.used && c.raw.written == before && time.Now().Before(until) {
			l.leave(c, 0, false)
			continue
		}
		// A server may answer before it has read everything, and close.
		err = l.receive(c, o)
		if failed != nil {
			l.answer.KeepAlive = false
		}
		return c, err
	}
}

// connect takes a kept connection or makes one, for an exchange until then.
func (l *wireLane) connect(until time.Time, now time.Duration) (*link, error) {
	c := l.pool.take(now)
	if c == nil {
		ctx, cancel := context.WithDeadline(l.flying, until)
		defer cancel()
		var err error
		if c, err = l.dialer.link(ctx, l.addr, l.secure); err != nil {
			return nil, err
		}
	}
	l.on.Store(c)
	c.raw.giveUpAt(until)
	// Whoever ends flying from here on finds c; who did before is found here.
	return c, l.flying.Err()
}

// leave gives up a connection after use, if there is one.
func (l *wireLane) leave(c *link, now time.Duration, keep bool) {
	if c == nil {
		return
	}
	l.on.Store(nil)
	if keep && c.answers.Drained() {
		l.pool.give(c, now)
	} else {
		c.raw.Close() // without the farewell of TLS, which may block
	}
}

// receive reads an answer to its end and classifies it.
func (l *wireLane) receive(c *link, o *traffic.Observation) error {
	a := &l.answer
	a.Reset(o.Method)
	var first time.Duration
	for final := false; !final; final = a.Final() {
		if err := c.answers.Await(); err != nil {
			return err
		}
		first = l.stamp()
		if err := c.answers.ReadHead(a); err != nil {
			return err
		}
	}
	o.FirstByte, o.Status, o.HeadIn = first, a.Status, a.HeadBytes
	err := c.answers.ReadBody(a)
	o.BytesIn = a.Size
	o.Outcome, o.Cause, o.Limit = traffic.Classify(&a.Response)
	return err
}

// failure says what kind of failure ended an exchange.
func (l *wireLane) failure(err error, until time.Time) traffic.Outcome {
	var connect *connectError
	switch {
	case l.flying.Err() != nil:
		return traffic.Aborted
	case !time.Now().Before(until), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return traffic.Timeout
	case errors.As(err, &connect):
		return connect.outcome
	default:
		return traffic.ConnectionLost
	}
}
