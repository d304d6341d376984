package runner

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// A dialer makes connections to one target, and says of a failure at which step it was.
type dialer struct {
	dial dialFunc
	tls  *tls.Config // for https; not changed once in use
}

func newDialer(t Target, host string, timeout time.Duration, connections int) dialer {
	d := dialer{dial: t.Dial, tls: &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: t.Insecure,
		ClientSessionCache: tls.NewLRUClientSessionCache(connections),
		NextProtos:         []string{"http/1.1"},
	}}
	if t.HTTP2 {
		d.tls.NextProtos = []string{"h2", "http/1.1"}
	}
	if d.dial == nil {
		d.dial = (&net.Dialer{Timeout: timeout}).DialContext
	}
	return d
}

// reach makes a connection in the clear.
func (d dialer) reach(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.dial(ctx, network, addr)
	if err != nil {
		var name *net.DNSError
		if errors.As(err, &name) {
			return nil, &connectError{traffic.DNS, err}
		}
		return nil, &connectError{traffic.RefusedConnection, err}
	}
	return c, nil
}

// shake shakes hands on a connection, which it closes if that fails.
func (d dialer) shake(ctx context.Context, c net.Conn) (*tls.Conn, error) {
	secure := tls.Client(c, d.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, &connectError{traffic.TLS, err}
	}
	return secure, nil
}

// connect and connectTLS are for net/http.
func (d dialer) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.reach(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &countedConn{Conn: c}, nil
}

func (d dialer) connectTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.connect(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return d.shake(ctx, c)
}

// A connectError is why there is no connection: DNS, RefusedConnection or TLS.
type connectError struct {
	outcome traffic.Outcome
	err     error
}

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// A countedConn knows how much has been written to it, which tells whether a
// request on it that failed can have reached the server.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

// counted finds the countedConn below an HTTP/1.1 connection; nil for HTTP/2,
// where a request is only repeated when the server said that it was not looked at.
func counted(c net.Conn) *countedConn {
	if secure, ok := c.(*tls.Conn); ok {
		if secure.ConnectionState().NegotiatedProtocol == "h2" {
			return nil
		}
		c = secure.NetConn()
	}
	plain, _ := c.(*countedConn)
	return plain
}
