// Package runner carries a traffic.Plan out and hands exactly one Observation
// per arrival to a sink: Run against a server in real time, Simulate against a
// model in virtual time.
//
// Run is an open loop: a pacer waits on one absolute schedule, and each arrival
// is sent when it is due whatever the server does. An arrival that would put
// more than MaxInFlight requests under way is not sent, and is observed as
// such; it is never quietly delayed. How a request travels is an engine's
// business (engine.go); the pacer, the workers and the collector know nothing
// of HTTP. A plan of clients that wait for their answers (a closed loop) is
// carried out by that many workers without a pacer.
//
// The package keeps no statistics, prints nothing and does not decide what a
// gateway would answer.
package runner

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// The defaults of zero fields.
const (
	defaultTimeout     = 30 * time.Second
	defaultDrain       = 30 * time.Second
	defaultMaxInFlight = 1000
	defaultUserAgent   = "turnpike/dev"
)

// A Target is the server that a plan is sent to. Redirects are not followed
// and no proxy from the environment is used, so nothing is sent to any host
// but the URL's.
type Target struct {
	URL      string          // base of every request: http or https, host, and the stage's path
	Host     string          // sent as Host instead of the URL's host
	Header   []traffic.Field // sent with every request that does not set the field itself
	Insecure bool            // accept any certificate
	HTTP2    bool            // offer HTTP/2 beside HTTP/1.1 to https targets
	Timeout  time.Duration   // per request, from sent to the last byte; 0 = 30s

	// Dial makes the connection that TLS, if any, is put on. Nil is a net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Options say how a plan is carried out.
type Options struct {
	MaxInFlight int           // open loop: most requests under way at once; 0 = 1000
	Drain       time.Duration // Run: how long to wait for answers after the last arrival or the first interrupt; 0 = 30s
	Timeout     time.Duration // per request; 0 = 30s. A Target's own Timeout comes first
	UserAgent   string        // "" = turnpike/dev
	RunID       string        // sent as X-Load-Test-Run-Id; "" sends none
	Guard       Guard

	// Began is told by Run, before the first arrival, what time instant 0 is.
	// inFlight says at any time how many requests are under way.
	Began func(began time.Time, inFlight func() int64)

	// Kill, once closed, ends Run now: what is under way is observed as Aborted.
	Kill <-chan struct{}
}

// A Guard ends a run before its plan does. What is under way is then drained.
type Guard struct {
	MaxRequests uint64        // most requests that are sent; 0 = no limit. Exact
	MaxDuration time.Duration // arrivals due at or after this instant are not sent; 0 = no limit

	// Stop is asked about each observation after the sink took it, by the same
	// goroutine; an error ends the run. Run collects observations in batches of
	// some milliseconds, so that much more may already have been sent.
	Stop func(o *traffic.Observation) error
}

// ErrStopped says that a guard ended the run; it wraps what the guard said.
var ErrStopped = errors.New("run stopped by its guard")

// ErrInterrupted says that the run was interrupted from outside.
var ErrInterrupted = errors.New("run interrupted")

// ends says why nothing due at that instant is sent any more after so many requests, or nil.
func (g Guard) ends(due time.Duration, sent uint64) error {
	switch {
	case g.MaxRequests > 0 && sent >= g.MaxRequests:
		return fmt.Errorf("%w: %d requests sent, which is the most allowed", ErrStopped, sent)
	case g.MaxDuration > 0 && due >= g.MaxDuration:
		return fmt.Errorf("%w: %v have passed, which is the longest allowed", ErrStopped, g.MaxDuration)
	}
	return nil
}

// objects asks Stop about an observation.
func (g Guard) objects(o *traffic.Observation) error {
	if g.Stop == nil {
		return nil
	}
	if err := g.Stop(o); err != nil {
		return fmt.Errorf("%w: %w", ErrStopped, err)
	}
	return nil
}

func (o Options) maxInFlight() int       { return orInt(o.MaxInFlight, defaultMaxInFlight) }
func (o Options) drain() time.Duration   { return orDuration(o.Drain, defaultDrain) }
func (o Options) timeout() time.Duration { return orDuration(o.Timeout, defaultTimeout) }

func orInt(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func orDuration(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
