//go:build unix

package runner

import (
	"net"
	"syscall"
)

// A probe sees whether anything has come on a connection on which nothing
// should: its end, an alert of TLS, or an answer that nobody asked for. Sockets
// here do not block, so that reading one shows it at once. What it reads is
// lost, which is as well: the connection is not used again.
//
// A connection that is no socket, as a pipe in a test, has none and is always
// taken for quiet. Writing to the closed one fails before anything is written.
type probe struct {
	raw  syscall.RawConn
	look func(fd uintptr) // kept, since making it allocates
	got  error
	buf  [1]byte
}

func newProbe(c net.Conn) *probe {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	p := &probe{raw: raw}
	p.look = func(fd uintptr) { _, p.got = syscall.Read(int(fd), p.buf[:]) }
	return p
}

// quiet tells that nothing has come.
func (p *probe) quiet() bool {
	if p == nil {
		return true
	}
	err := p.raw.Control(p.look)
	return err == nil && (p.got == syscall.EAGAIN || p.got == syscall.EINTR)
}
