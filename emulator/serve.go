package emulator

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// An exchange is one request on its way to its answer.
type exchange struct {
	http        *http.Request
	stage       *stage // nil where the URL names none
	arrived     time.Duration
	id          requestID
	request     traffic.Request
	decision    gateway.Decision
	response    traffic.Response
	integration time.Duration // how long the mock or the backend took
	unanswered  bool          // the client had left
}

// ServeHTTP answers one request as API Gateway does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{http: r, arrived: s.now()}
	path, query := target(r)
	if path == "/ping" || path == "/sping" {
		health(w)
		return
	}
	x.id = newID(s.kind, r.Header)
	x.stage, x.request.Path = s.find(path)
	x.request.Query = query
	s.answer(&x)
	s.tally.add(&x.response)
	if !x.unanswered {
		s.write(w, &x)
	}
	if x.stage != nil && x.stage.format != nil {
		s.logLine(&x)
	}
}

// health answers at a path that no route can have: API Gateway keeps /ping and
// /sping to itself (developer guide, api-gateway-known-issues). What it answers
// there is not documented.
func health(w http.ResponseWriter) {
	w.Header()["Content-Type"] = []string{"text/plain"}
	_, _ = w.Write([]byte("healthy\n")) // whoever asks may leave
}

// answer fills in x.response, having waited as long as it takes.
//
// Whether AWS measures a request before it takes from its limits is not
// documented; here one that is too large takes no token.
func (s *Server) answer(x *exchange) {
	if x.stage == nil {
		x.response = s.api.UnknownStage()
		return
	}
	if headerSize(s.kind, x.http) > maxHeader {
		s.fail(x, gateway.HeaderTooLarge)
		return
	}
	if err := s.read(&x.request, x.http); errors.Is(err, errTooLarge) {
		s.fail(x, gateway.RequestTooLarge)
		return
	} else if err != nil {
		x.leave()
		return
	}
	if !s.proxies && x.stage.format == nil {
		x.response = x.stage.Serve(x.arrived, &x.request) // knows no names for a log, but allocates nothing
	} else {
		x.decision = x.stage.Decide(x.arrived, &x.request)
		x.response = x.decision.Response
	}
	if x.decision.Forward != nil {
		s.ask(x)
		return
	}
	x.integration = x.response.Latency
	if !s.wait(x.http.Context(), x.response.Latency) {
		x.leave()
		x.integration = s.now() - x.arrived
	}
}

// fail answers with an error that only a server can see.
func (s *Server) fail(x *exchange, t gateway.ResponseType) {
	x.decision.Error = t
	x.response, _ = s.api.Error(t)
}

// leave marks a request whose client has gone: what the answer would have been
// is neither counted nor logged. A refusal waits for nothing, so none comes here.
func (x *exchange) leave() {
	x.unanswered = true
	x.response = traffic.Response{Outcome: traffic.Aborted}
	x.decision.Error = ""
}

// wait lets d pass, or returns false when ctx ends first.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t, ok := s.timers.Get().(*time.Timer)
	if ok {
		t.Reset(d)
	} else {
		t = time.NewTimer(d)
	}
	defer s.timers.Put(t)
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		t.Stop()
		return false
	}
}
