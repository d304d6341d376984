package runner

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
)

// A PreflightError says at which step a target turned out not to be reachable.
type PreflightError struct {
	Doing string // the step and what it was tried on: `look up "api.example.com"`
	Hint  string // what to look at, or ""
	Err   error
}

func (e *PreflightError) Error() string { return e.Doing + ": " + e.Err.Error() }
func (e *PreflightError) Unwrap() error { return e.Err }

// Preflight tries once what every request to the target needs: the name, the
// connection and, for https, the handshake. It sends no request. An error that
// is not a *PreflightError says that the target's URL cannot be understood.
func Preflight(ctx context.Context, t Target) error {
	u, err := parseTarget(t.URL)
	if err != nil {
		return err
	}
	timeout := orDuration(t.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	d := newDialer(t, u.Hostname(), timeout, 1)
	if t.Dial == nil {
		if _, err := net.DefaultResolver.LookupHost(ctx, u.Hostname()); err != nil {
			return nameError(u, err)
		}
	}
	conn, err := d.connect(ctx, "tcp", address(u))
	if err != nil {
		return connectionError(u, err)
	}
	defer conn.Close()
	if u.Scheme != "https" {
		return nil
	}
	secure := tls.Client(conn, d.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return handshakeError(u, err)
	}
	return nil
}

func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func nameError(u *url.URL, err error) error {
	e := &PreflightError{Doing: fmt.Sprintf("look up %q", u.Hostname()), Err: err}
	var name *net.DNSError
	if errors.As(err, &name) {
		e.Err = errors.New(name.Err)
		if name.IsNotFound {
			e.Hint = "no such name: check the spelling, the API's id and its region, and whether the API is private"
		} else {
			e.Hint = "the name server did not answer: check the network"
		}
	}
	return e
}

func connectionError(u *url.URL, err error) error {
	e := &PreflightError{Doing: "connect to " + address(u), Err: rootCause(err)}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Hint = "nothing listens there: check the port, and that the server is running"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		e.Hint = "no answer: check firewalls and security groups, and whether the API is private"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		e.Hint = "there is no way to that network from here"
	}
	return e
}

func handshakeError(u *url.URL, err error) error {
	e := &PreflightError{Doing: "shake hands with " + address(u), Err: err}
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		e.Hint = "the certificate is signed by no authority that this machine trusts; `insecure: true` under target accepts it"
	case errors.As(err, &name):
		e.Hint = "the certificate is another host's: check the URL, or the custom domain's certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Hint = "the certificate has expired or is not valid yet: check it, and this machine's clock"
	case errors.As(err, &record):
		e.Hint = "the answer is not TLS: should the URL begin with http:// ?"
	}
	return e
}

// rootCause leaves out the addresses that net adds, which Doing has already.
func rootCause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}
