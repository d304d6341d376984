package runner

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/turnpike-perf/turnpike/wire"
)

// A link is a connection to the target and what is kept with it.
type link struct {
	net.Conn          // raw, or TLS on it
	raw      *patient // the connection itself
	answers  *wire.Reader
	probe    *probe
	used     bool          // it has carried an exchange
	since    time.Duration // when that ended
}

// link makes a connection, with TLS on it if that is wanted.
func (d dialer) link(ctx context.Context, addr string, secure bool) (*link, error) {
	c, err := d.reach(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	l := &link{raw: &patient{Conn: c}, probe: newProbe(c)}
	l.Conn = l.raw
	if secure {
		if l.Conn, err = d.shake(ctx, l.raw); err != nil {
			return nil, err
		}
	}
	l.answers = wire.NewReader(l.Conn)
	return l, nil
}

// alive tells whether an unused link can still be used, as far as can be seen
// without waiting: the server has neither closed it nor said anything unasked.
func (l *link) alive() bool { return !l.raw.cut.Load() && l.probe.quiet() }

// A pool keeps unused links. The one used last goes out first, so that few stay
// warm and the others age: one that has not been used for idleFor is closed.
// There are never more links than lanes, since a lane makes one only where
// there is none to take.
type pool struct {
	mu     sync.Mutex
	unused []*link // in the order in which they were used last
}

// take returns a link that can be used, or nil.
func (p *pool) take(now time.Duration) *link {
	for {
		l := p.pop()
		if l == nil || now-l.since <= idleFor && l.alive() {
			return l
		}
		l.raw.Close()
	}
}

func (p *pool) pop() *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.unused) - 1
	if last < 0 {
		return nil
	}
	l := p.unused[last]
	p.unused[last] = nil
	p.unused = p.unused[:last]
	return l
}

// give keeps a link that was in use until now.
func (p *pool) give(l *link, now time.Duration) {
	l.used, l.since = true, now
	p.mu.Lock()
	p.unused = append(p.unused, l)
	var oldest *link
	if now-p.unused[0].since > idleFor {
		oldest = p.unused[0]
		p.unused = append(p.unused[:0], p.unused[1:]...)
	}
	p.mu.Unlock()
	if oldest != nil {
		oldest.raw.Close()
	}
}

// close closes what is unused, politely.
func (p *pool) close() {
	for l := p.pop(); l != nil; l = p.pop() {
		l.Close()
	}
}
