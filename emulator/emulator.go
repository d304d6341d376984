// Package emulator serves an API of package gateway over HTTP, so that any
// client meets what it would meet at Amazon API Gateway: the same statuses,
// fields and bodies, refusals at the same limits, and the modelled latency.
//
// The stage is in the path as AWS has it, http://127.0.0.1:8080/prod/posts; the
// $default stage of an HTTP API has no prefix. /ping and /sping, which API
// Gateway reserves, answer that the server is up.
//
// A request goes through four steps: it is measured against the limits of the
// protocol (payload, header), the gateway decides about it at the instant of its
// arrival, the answer is waited for (a mock's latency, or a backend), and it is
// written, counted and logged. The clock is read once at the beginning: what the
// gateway decides depends on no other.
//
// A client that leaves ends the wait, and its request is counted as aborted.
// Which tokens it took stays as it was.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// idleTimeout is how long API Gateway keeps an idle connection (quotas page,
// "idle connection").
const idleTimeout = 310 * time.Second

// Options say how a server differs from API Gateway.
type Options struct {
	Annotate  bool      // send x-turnpike-limit on refusals: which limit refused
	AccessLog io.Writer // where the stages that have an access log write it, in place of their files
	Began     time.Time // the wall-clock time of instant 0; the zero time is that of New
}

// A Server serves one API. It is safe for concurrent use.
type Server struct {
	api      *gateway.API
	kind     string
	stages   map[string]*stage
	fallback *stage // an HTTP API's $default stage, or nil
	proxies  bool   // whether any route needs the request's fields and body
	annotate bool

	began time.Time     // the wall-clock time of instant 0
	base  time.Time     // a monotonic reading, taken at since
	since time.Duration // the instant of base

	http      *http.Server
	transport *http.Transport
	timers    sync.Pool // of *time.Timer
	logs      logs
	tally     tally
	err       error // why it cannot serve
}

// A stage is a gateway's stage with its access log.
type stage struct {
	*gateway.Stage
	format *format // nil logs nothing
	log    *logWriter
}

// New returns a server of api, which cfg defines. What cannot be opened, such as
// an access log's file, is reported by Serve.
func New(api *gateway.API, cfg gateway.Config, o Options) *Server {
	s := &Server{api: api, kind: api.Kind(), annotate: o.Annotate, base: time.Now(), transport: newTransport()}
	s.began = s.base
	if !o.Began.IsZero() {
		s.began = o.Began
		s.since = s.base.Sub(o.Began)
	}
	for _, r := range cfg.Routes {
		s.proxies = s.proxies || r.HTTP != nil
	}
	s.addStages(cfg, o.AccessLog)
	s.http = &http.Server{Handler: s, IdleTimeout: idleTimeout, DisableGeneralOptionsHandler: true}
	return s
}

func (s *Server) addStages(cfg gateway.Config, to io.Writer) {
	s.stages = map[string]*stage{}
	for _, name := range s.api.StageNames() {
		g, _ := s.api.Stage(name)
		s.stages[name] = &stage{Stage: g}
	}
	for _, c := range cfg.Stages {
		st := s.stages[c.Name]
		if st == nil || c.AccessLog == nil {
			continue
		}
		log, err := s.logs.open(c.AccessLog.File, cfg.Dir, to)
		if err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("open the access log of stage %q: %w", c.Name, err))
			continue
		}
		st.log, st.format = log, newFormat(c.AccessLog.Format, s.kind)
	}
	if s.kind == gateway.HTTP {
		s.fallback = s.stages["$default"]
		delete(s.stages, "$default")
	}
}

// Serve answers the connections that l accepts, until Close. It returns nil
// after Close, and otherwise why it cannot serve.
func (s *Server) Serve(l net.Listener) error {
	if s.err != nil {
		return s.err
	}
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

// Close stops accepting, waits until every request under way is answered or ctx
// is done, cuts off what is left, and flushes the access logs.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("drain requests under way: %w", err), s.http.Close())
	}
	s.transport.CloseIdleConnections()
	return errors.Join(err, s.logs.close())
}

// now is the present instant.
func (s *Server) now() time.Duration { return s.since + time.Since(s.base) }

// Counts are how many requests a server answered, by outcome and, of the refused
// ones, by limit. Health checks are not counted.
type Counts struct {
	Requests   uint64
	Outcomes   [traffic.NumOutcomes]uint64
	Limits     [traffic.NumLimits]uint64
	LogDropped uint64 // access log lines that were lost because their file took them too slowly
}

// Counts returns what was answered so far.
func (s *Server) Counts() Counts {
	c := s.tally.counts()
	c.LogDropped = s.logs.dropped()
	return c
}
