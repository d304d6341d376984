package runner

import (
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// maxQueue bounds the arrivals between the pacer and the workers. There is a
// worker for every request in flight, so the queue is only as long as the
// scheduler takes to run them.
const maxQueue = 1024

// pace hands every arrival to a worker when it is due. The schedule is
// absolute, from one monotonic epoch: after a late wake-up everything that has
// become due goes out at once, and lateness never accumulates.
//
// (vegeta's Attacker is not the engine here: when its workers are busy it
// blocks, which delays arrivals without a trace; its targeter does not learn
// which arrival it makes a request for; and it stamps no first byte.)
func (l *live) pace(arrivals *traffic.Arrivals) {
	queue := make(chan traffic.Arrival, min(l.limit, maxQueue))
	defer close(queue)
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	var sent, workers uint64
	for a, ok := arrivals.Next(); ok; a, ok = arrivals.Next() {
		if err := l.guard.ends(a.Due, sent); err != nil {
			l.halt(err)
			return
		}
		if !l.await(a.Due, alarm) {
			l.cutOff(a, arrivals)
			return
		}
		n := l.inFlight.Add(1)
		if n > int64(l.limit) {
			l.inFlight.Add(-1)
			l.unsent(a, traffic.NotSent)
			continue
		}
		if uint64(n) > workers { // every worker has a request or is about to take one
			workers++
			l.workers.Go(func() { l.work(queue) })
		}
		queue <- a
		sent++
	}
}

// await returns true at the instant, at once where it has passed, and false
// when sending is to end first.
func (l *live) await(due time.Duration, alarm *time.Timer) bool {
	wait := due - l.now()
	if wait <= 0 {
		return l.sending.Err() == nil
	}
	alarm.Reset(wait)
	select {
	case <-alarm.C:
		return true
	case <-l.sending.Done():
		return false
	}
}

// cutOff observes the arrivals, a and those after it, that were due when sending ended.
func (l *live) cutOff(a traffic.Arrival, arrivals *traffic.Arrivals) {
	now := l.now()
	for ok := true; ok && a.Due <= now; a, ok = arrivals.Next() {
		l.unsent(a, traffic.Aborted)
	}
}

// loop starts n clients of a closed loop, and returns when they are done or
// have been told to stop and only their last answers are to come. d is how
// long they go on, 0 for until the plan's count is reached.
func (l *live) loop(n int, d time.Duration) {
	c := &closed{live: l, last: l.plan.Count(), end: d}
	for range n {
		l.workers.Go(c.work)
	}
	done := make(chan struct{})
	go func() { l.workers.Wait(); close(done) }()
	var over <-chan time.Time
	if d > 0 {
		alarm := time.NewTimer(d)
		defer alarm.Stop()
		over = alarm.C
	}
	select {
	case <-done:
	case <-over:
	case <-l.sending.Done():
	}
}
