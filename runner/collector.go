package runner

import (
	"sync"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

const (
	// collectEvery is how long observations gather before they are handed on. A
	// wake-up from idle costs tens of microseconds, so a hundred a second are
	// cheap where one a request would not be.
	collectEvery = 10 * time.Millisecond

	// maxBatch bounds the memory that waits for a slow sink. Whoever finds the
	// batch full waits, which shows as lag and as requests in flight.
	maxBatch = 8192
)

// A collector brings the observations of many goroutines to the sink, one at a
// time. Two batches take turns, so that nothing is allocated once they have grown.
type collector struct {
	sink  traffic.Sink
	guard Guard
	halt  func(error) // told what the guard said, at most once

	mu    sync.Mutex
	room  sync.Cond // the batch was taken
	batch []traffic.Observation

	some, full      chan struct{} // the batch is no longer empty; is half full
	closing, closed chan struct{}
}

func newCollector(sink traffic.Sink, g Guard, halt func(error)) *collector {
	c := &collector{sink: sink, guard: g, halt: halt,
		some: make(chan struct{}, 1), full: make(chan struct{}, 1),
		closing: make(chan struct{}), closed: make(chan struct{})}
	c.room.L = &c.mu
	go c.run()
	return c
}

// put takes a copy of o.
func (c *collector) put(o *traffic.Observation) {
	c.mu.Lock()
	for len(c.batch) == maxBatch {
		c.room.Wait()
	}
	c.batch = append(c.batch, *o)
	n := len(c.batch)
	c.mu.Unlock()
	switch n {
	case 1:
		signal(c.some)
	case maxBatch / 2:
		signal(c.full)
	}
}

// close hands on what is left and returns once the sink has it all.
func (c *collector) close() {
	close(c.closing)
	<-c.closed
}

func (c *collector) run() {
	defer close(c.closed)
	var spare []traffic.Observation
	gather := time.NewTimer(collectEvery)
	defer gather.Stop()
	for open := true; open; {
		select {
		case <-c.some:
			gather.Reset(collectEvery)
			select {
			case <-gather.C:
			case <-c.full:
			case <-c.closing:
				open = false
			}
		case <-c.closing:
			open = false
		}
		spare = c.take(spare[:0])
		c.deliver(spare)
	}
}

func (c *collector) take(spare []traffic.Observation) []traffic.Observation {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch := c.batch
	c.batch = spare
	c.room.Broadcast()
	return batch
}

func (c *collector) deliver(batch []traffic.Observation) {
	for i := range batch {
		c.sink.Observe(&batch[i])
		if c.halt == nil {
			continue
		}
		if err := c.guard.objects(&batch[i]); err != nil {
			c.halt(err)
			c.halt = nil
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
