package traffic

import (
	"fmt"
	"time"
)

func (r *Replay) speed() float64 { return orOne(r.Speed) }

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

// faster is a distance in the log as a time in the plan.
func (r *Replay) faster(d int64) time.Duration {
	if s := r.speed(); s != 1 {
		return time.Duration(float64(d)/s + 0.5)
	}
	return time.Duration(d)
}

// curve is a log of counts as one flat segment per interval.
func (t *trace) curve(r *Replay) *curve {
	segments := make([]segment, 0, len(t.bins))
	for _, b := range t.bins {
		from, to := max(b.at, t.from), min(b.until, t.to)
		start, end := r.faster(from-t.from), r.faster(to-t.from)
		count := b.count * orOne(r.Scale) * float64(to-from) / float64(b.until-b.at)
		if end > start && count > 0 {
			segments = append(segments, segment{kind: flat, start: start, length: end - start, a: count / (end - start).Seconds()})
		}
	}
	return newCurve(segments, r.faster(t.to-t.from))
}

// dues is when each entry of a log is due in the plan. Arrivals that share a
// whole second, where the log knows nothing finer, are spread over it.
func (t *trace) dues(r *Replay) []time.Duration {
	all := make([]time.Duration, len(t.arrived))
	end := t.to
	if end > t.last {
		end = t.last + int64(time.Second) // the last second is whole, too
	}
	for i := 0; i < len(all); {
		same := 1
		for i+same < len(all) && t.arrived[i+same].at == t.arrived[i].at {
			same++
		}
		for j := range same {
			at := t.arrived[i].at
			if t.whole {
				at = min(at+int64(time.Second)*int64(j)/int64(same), end-1)
			}
			all[i+j] = r.faster(at - t.from)
		}
		i += same
	}
	return all
}

// check refuses a scale that takes the counts out of what can be counted.
func (c *curve) check(file string) error {
	if c.expected > 1e15 {
		return fmt.Errorf("read %s: the counts add up to %g arrivals, more than a plan can hold", file, c.expected)
	}
	if c.held == 0 {
		return fmt.Errorf("read %s: the counts add up to less than one arrival", file)
	}
	return nil
}
