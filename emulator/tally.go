package emulator

import (
	"sync/atomic"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A tally counts answers.
type tally struct {
	outcomes [traffic.NumOutcomes]atomic.Uint64
	limits   [traffic.NumLimits]atomic.Uint64
}

func (t *tally) add(r *traffic.Response) {
	t.outcomes[r.Outcome].Add(1)
	if r.Outcome.Refused() {
		t.limits[r.Limit].Add(1)
	}
}

func (t *tally) counts() (c Counts) {
	for i := range t.outcomes {
		c.Outcomes[i] = t.outcomes[i].Load()
		c.Requests += c.Outcomes[i]
	}
	for i := range t.limits {
		c.Limits[i] = t.limits[i].Load()
	}
	return c
}
