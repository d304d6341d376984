package runner

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// Run sends a plan's arrivals to the target, each when it is due, and returns
// when every arrival has been observed and all goroutines have ended.
//
// When ctx is cancelled nothing more is sent, what is under way is waited for
// up to Drain, and the error is ErrInterrupted, also where everything had been
// sent and only answers were to come. A guard does the same with an
// error that wraps ErrStopped. What is still under way after Drain, or when
// Kill is closed, is observed as Aborted. An arrival that was due at such an
// end but had not been sent is observed as Aborted with no time of sending;
// one that was not due yet yields nothing: the plan ended there.
//
// An arrival that finds MaxInFlight requests under way is NotSent. Neither it
// nor an unsent Aborted has a Method.
//
// In a closed loop each of the plan's clients takes the next arrival as soon
// as it has its answer, which is when that arrival is due; MaxInFlight plays no part.
//
// Failures of single requests are observations, not errors. Other errors say
// that the target cannot be understood.
func Run(ctx context.Context, p *traffic.Plan, t Target, sink traffic.Sink, o Options) error {
	workers, _ := p.Closed()
	if workers == 0 {
		workers = o.maxInFlight()
	}
	e, err := newEngine(t, o, workers, slots(p))
	if err != nil {
		return err
	}
	return carryOut(ctx, p, e, sink, o)
}

// carryOut is Run over any engine, which it closes.
func carryOut(ctx context.Context, p *traffic.Plan, e engine, sink traffic.Sink, o Options) error {
	l := &live{plan: p, engine: e, guard: o.Guard, limit: o.maxInFlight()}
	var abort context.CancelFunc
	l.sending, l.halt = context.WithCancelCause(ctx)
	l.flying, abort = context.WithCancel(context.WithoutCancel(ctx))
	defer l.halt(nil)
	defer abort()
	defer e.close()
	unwatch := watch(o.Kill, func() { l.halt(ErrInterrupted); abort() })
	defer unwatch()
	l.collector = newCollector(sink, o.Guard, l.halt)

	l.began = time.Now()
	if o.Began != nil {
		o.Began(l.began, l.inFlight.Load)
	}
	if n, d := p.Closed(); n > 0 {
		l.loop(n, d)
	} else {
		l.pace(p.Arrivals())
	}
	drained := time.AfterFunc(o.drain(), abort)
	l.workers.Wait()
	drained.Stop()
	l.collector.close()
	return l.ended()
}

// live is a run under way.
type live struct {
	clock
	plan      *traffic.Plan
	engine    engine
	guard     Guard
	collector *collector
	limit     int // most requests in flight

	sending context.Context // ends when nothing more is to be sent
	halt    context.CancelCauseFunc
	flying  context.Context // ends when what is under way is to be cut off

	workers  sync.WaitGroup
	inFlight atomic.Int64
}

// ended says why sending ended: nil after the plan's last arrival.
func (l *live) ended() error {
	switch cause := context.Cause(l.sending); {
	case cause == nil:
		return nil
	case errors.Is(cause, ErrStopped):
		return cause
	default:
		return ErrInterrupted
	}
}

// unsent observes an arrival that was due and never sent.
func (l *live) unsent(a traffic.Arrival, as traffic.Outcome) {
	l.collector.put(&traffic.Observation{Arrival: a, Outcome: as})
}

// watch calls then once c is closed, until the returned function is called.
func watch(c <-chan struct{}, then func()) (stop func()) {
	stopped := make(chan struct{})
	var watching sync.WaitGroup
	if c != nil {
		watching.Go(func() {
			select {
			case <-c:
				then()
			case <-stopped:
			}
		})
	}
	return func() { close(stopped); watching.Wait() }
}
