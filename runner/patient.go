package runner

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// A patient is a connection whose reads and writes give up at an instant, as
// by SetDeadline, which it calls once a timeout and not once an exchange: a
// deadline that was set for an earlier exchange is mostly earlier than this
// one's, and when it passes it is set anew and the read or write goes on.
//
// It lies below TLS, which may not be told of a deadline that passed too early
// (after a write that timed out a tls.Conn is of no more use). It also knows
// how much has been written, which tells whether a request that failed can
// have reached the server. Everything but cutOff is for its user alone.
type patient struct {
	net.Conn
	until   time.Time   // when the exchange under way is given up
	armed   time.Time   // the deadline that is set, not after until; zero = none
	written int64       // bytes, ever
	cut     atomic.Bool // no exchange goes on
}

// past is a deadline that has passed. It is not zero, which is none.
var past = time.Unix(1, 0)

// giveUpAt sets the instant.
func (p *patient) giveUpAt(until time.Time) {
	p.until = until
	if p.armed.IsZero() || until.Before(p.armed) {
		p.arm()
	}
}

func (p *patient) arm() {
	p.armed = p.until
	p.SetDeadline(p.until)
}

// cutOff ends what is under way, and whatever is begun after. Anyone may call it.
func (p *patient) cutOff() {
	p.cut.Store(true)
	p.SetDeadline(past)
}

func (p *patient) Read(b []byte) (int, error) {
	for {
		n, err := p.Conn.Read(b)
		if err == nil || n > 0 || !p.early(err) {
			return n, err
		}
	}
}

func (p *patient) Write(b []byte) (n int, err error) {
	for {
		var m int
		m, err = p.Conn.Write(b[n:])
		n += m
		p.written += int64(m)
		if err == nil || !p.early(err) {
			return n, err
		}
	}
}

// early tells whether err is no more than a deadline that passed too early, and if so sets it anew.
func (p *patient) early(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || !time.Now().Before(p.until) {
		return false
	}
	p.arm()
	if p.cut.Load() { // perhaps between the two
		p.SetDeadline(past)
		return false
	}
	return true
}
