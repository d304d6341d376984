package runner

import (
	"context"
	"net/http"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A Model answers requests in virtual time: it is asked at the instant the
// request reaches it, and says in Response.Latency how long the answer takes.
// A gateway's stage is one. Instants do not go back.
type Model interface {
	Serve(now time.Duration, r *traffic.Request) traffic.Response
}

// checkEvery is after how many arrivals Simulate looks whether it is to stop.
const checkEvery = 4096

// leastService is the least that an answer takes in a closed loop in virtual
// time, about what a round trip on one machine takes. Clients of a model that
// answers, or refuses, in no time would else never let the clock move.
const leastService = 100 * time.Microsecond

// wireFields is about the length of the fields that a model leaves to whoever
// writes the answer: Date, Content-Length, and a REST API's two request ids. An
// HTTP API has one, and its answers are overestimated by some 60 bytes.
const wireFields = int64(len("Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n" +
	"Content-Length: 1234\r\n" +
	"x-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef\r\n" +
	"x-amz-apigw-id: 0123456789abcdef\r\n"))

// Simulate carries a plan out against a model in virtual time, by the rules of
// Run: the same plan yields the same observations as a run against a server
// that behaves like the model, reached in no time by a generator that is never
// late. An arrival is sent when it is due (at the earliest at 1 ns, since 0
// means never), done Latency later or given up at the timeout, and NotSent
// when MaxInFlight are under way.
//
// Observations come in order of arrival, each as soon as its end is known, so
// that Done is in the virtual future and not in order. In a closed loop an
// answer takes at least 100 µs. Drain, Kill and Began play no part: every
// answer is waited for.
//
// Cancelling ctx ends it with ErrInterrupted after the arrival under way; a
// guard with an error that wraps ErrStopped.
func Simulate(ctx context.Context, p *traffic.Plan, m Model, sink traffic.Sink, o Options) error {
	s := &simulation{ctx: ctx, plan: p, model: m, sink: sink, guard: o.Guard, timeout: o.timeout(),
		inFlight: inFlight{most: o.maxInFlight()}}
	if n, d := p.Closed(); n > 0 {
		return s.loop(n, d)
	}
	return s.open(p.Arrivals())
}

type simulation struct {
	ctx      context.Context
	plan     *traffic.Plan
	model    Model
	sink     traffic.Sink
	guard    Guard
	timeout  time.Duration
	inFlight inFlight
	o        traffic.Observation
}

// open is the open loop: every arrival at its own time.
func (s *simulation) open(arrivals *traffic.Arrivals) error {
	var sent uint64
	for n := uint64(0); ; n++ {
		if n%checkEvery == 0 && s.ctx.Err() != nil {
			return ErrInterrupted
		}
		a, ok := arrivals.Next()
		if !ok {
			return nil
		}
		if err := s.guard.ends(a.Due, sent); err != nil {
			return err
		}
		s.o = traffic.Observation{Arrival: a}
		if s.inFlight.room(a.Due) {
			sent++
			s.serve(0)
			if s.o.Done > s.o.Sent {
				s.inFlight.add(s.o.Done)
			}
		} else {
			s.o.Outcome = traffic.NotSent
		}
		s.sink.Observe(&s.o)
		if err := s.guard.objects(&s.o); err != nil {
			return err
		}
	}
}

// loop is the closed loop: the client that is free first takes the next
// arrival. Which one it is makes no difference, so only the instants are kept.
func (s *simulation) loop(n int, d time.Duration) error {
	free := make(times, n) // all at 0, which is in order
	last := s.plan.Count()
	for seq := uint64(0); last == 0 || seq < last; seq++ {
		if seq%checkEvery == 0 && s.ctx.Err() != nil {
			return ErrInterrupted
		}
		due := free[0]
		if d > 0 && due >= d {
			return nil
		}
		if err := s.guard.ends(due, seq); err != nil {
			return err
		}
		s.o = traffic.Observation{Arrival: s.plan.Draw(seq)}
		s.o.Due = due
		s.serve(leastService)
		free.replace(s.o.Done)
		s.sink.Observe(&s.o)
		if err := s.guard.objects(&s.o); err != nil {
			return err
		}
	}
	return nil
}

// serve sends the arrival in s.o and fills in what comes of it.
func (s *simulation) serve(least time.Duration) {
	o := &s.o
	r := s.plan.Request(o.Arrival)
	a := s.model.Serve(o.Due, r)
	took := max(a.Latency, least)
	o.Method, o.BytesOut = r.Method, int64(len(r.Body))
	o.Sent = max(1, o.Due)
	if took > s.timeout {
		o.Done, o.Outcome = o.Due+s.timeout, traffic.Timeout
		return
	}
	o.Done = max(o.Sent, o.Due+took)
	o.FirstByte = o.Done
	o.Status, o.Outcome, o.Cause, o.Limit = a.Status, a.Outcome, a.Cause, a.Limit
	o.BytesIn = a.Size
	o.HeadIn = headBytes(len("200 ")+len(http.StatusText(a.Status)), a.Header) + wireFields
}
