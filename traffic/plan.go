package traffic

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"
	"unsafe"
)

// A Plan is a repeatable sequence of arrivals: the same Source gives the same
// arrivals, request for request. It is safe for concurrent use; an iterator
// from Arrivals is not.
//
// A plan holds rates or, of a replayed log, 12 bytes an entry. Arrivals are
// made one at a time: a plan of a billion takes no more room than one of a hundred.
type Plan struct {
	Names   []string // one per kind of request, at most 64
	Clients []Client // shares filled in; none where the scenario has no clients
	Seed    uint64

	curve   *curve          // of stages and counts
	due     []time.Duration // of a log of entries
	poisson bool
	workers int // of a closed loop
	limit   uint64
	length  time.Duration
	windows []Window

	choice  *alias // of a spec; nil with one
	callers *alias // of a client; nil with none or one
	specs   []spec
	owner   []int32 // the spec of each name
	lines   []int32 // the distinct request of each entry of each log, the logs one after another
	logged  []Request
	named   []int32 // the name of each distinct request
	tables  []*table
	marks   turnMarks
}

// NewPlan checks the source, opens its logs and feeders, and makes a plan of it.
// The error lists every problem that Validate reports.
func NewPlan(s Source) (*Plan, error) {
	var problems []error
	checked := s.check(func(path, problem string) {
		problems = append(problems, fmt.Errorf("%s: %s", path, problem))
	})
	if len(problems) > 0 {
		return nil, fmt.Errorf("make a plan: %w", errors.Join(problems...))
	}
	p := &Plan{Seed: s.Traffic.Seed, limit: s.Traffic.MaxRequests, poisson: s.Traffic.Arrivals == arrivalsPoisson}
	if p.Seed == 0 {
		p.Seed = 1
	}
	if p.limit == 0 {
		p.limit = math.MaxUint64
	}
	own, err := p.schedule(&s)
	if err == nil {
		err = p.fill(&s, checked, own)
	}
	if err != nil {
		return nil, fmt.Errorf("make a plan: %w", err)
	}
	p.cut()
	return p, nil
}

// schedule sets when arrivals are due. It returns the log, if any, that also
// says what is asked.
func (p *Plan) schedule(s *Source) (own *trace, err error) {
	c := &s.Traffic
	switch {
	case c.Replay != nil:
		return p.replay(c.Replay, len(s.Requests) == 0)
	case c.Concurrency > 0:
		p.workers, p.length = c.Concurrency, c.For
		p.windows = []Window{{Name: "closed loop", To: c.For, Steady: true}}
		return nil, nil
	}
	var segments []segment
	titles := map[string]int{}
	for i := range c.Stages {
		st := &c.Stages[i]
		segments = append(segments, st.segments(p.length, i)...)
		p.windows = append(p.windows, Window{unique(titles, st.title()), p.length, p.length + st.For, st.steady()})
		p.length += st.For
	}
	p.curve = newCurve(segments, p.length)
	return nil, nil
}

func (p *Plan) replay(r *Replay, ask bool) (own *trace, err error) {
	t, err := loadTrace(r, ask)
	if err != nil {
		return nil, err
	}
	if ask && t.format != formatCombined && t.format != formatAPIGateway {
		return nil, fmt.Errorf("read %s: a log of format %s says when but not what: give requests too", r.File, t.format)
	}
	if t.format == formatCounts {
		p.curve = t.curve(r)
		p.length = p.curve.length
		err = p.curve.check(r.File)
	} else {
		if p.poisson {
			return nil, fmt.Errorf("read %s: arrivals: poisson applies to counts, but the log has each arrival's own time", r.File)
		}
		p.due = t.dues(r)
		p.length = p.due[len(p.due)-1] + 1
		if r.For > 0 {
			p.length = max(p.length, r.faster(min(int64(r.For), t.to-t.from)))
		}
	}
	p.windows = []Window{{Name: "replay", To: p.length, Steady: true}}
	if !ask {
		t = nil
	}
	return t, err
}

// cut ends the plan early where MaxRequests does: when the first arrival would
// be due that is not sent any more. With Poisson arrivals that instant is not
// known beforehand, and the plan keeps its length.
func (p *Plan) cut() {
	if p.workers > 0 || p.poisson || p.limit >= p.uncut() {
		return
	}
	if p.due != nil {
		p.length = max(p.due[p.limit], p.due[p.limit-1]+1)
	} else {
		p.length = max(p.curve.nth(p.limit), p.curve.nth(p.limit-1)+1)
	}
	var kept []Window
	for _, w := range p.windows {
		if w.From < p.length {
			w.To = min(w.To, p.length)
			kept = append(kept, w)
		}
	}
	p.windows = kept
}

// uncut is how many arrivals the schedule holds without a limit.
func (p *Plan) uncut() uint64 {
	switch {
	case p.due != nil:
		return uint64(len(p.due))
	case p.curve == nil:
		return math.MaxUint64
	case p.poisson:
		return uint64(math.Round(p.curve.expected))
	}
	return p.curve.held
}

// Count is how many arrivals the plan holds: exact for even and replayed ones,
// expected, rounded, for Poisson ones. It is 0 for a closed loop without MaxRequests.
func (p *Plan) Count() uint64 {
	if p.workers > 0 && p.limit == math.MaxUint64 {
		return 0
	}
	return min(p.limit, p.uncut())
}

// Duration is how long the plan takes: every arrival is due before it. It is 0
// for a closed loop that only MaxRequests ends.
func (p *Plan) Duration() time.Duration { return p.length }

// Closed tells whether the plan is a closed loop, of n > 0 clients for the time d.
func (p *Plan) Closed() (n int, d time.Duration) {
	if p.workers == 0 {
		return 0, 0
	}
	return p.workers, p.length
}

// Windows returns one window per stage, in order.
func (p *Plan) Windows() []Window { return append([]Window(nil), p.windows...) }

// RateAt is the planned rate at t, per second. Of a replayed log it is the
// number of arrivals in the second that holds t. It is 0 for a closed loop.
func (p *Plan) RateAt(t time.Duration) float64 {
	if t < 0 || t >= p.length {
		return 0
	}
	if p.due != nil {
		second := t.Truncate(time.Second)
		return p.Planned(second, second+time.Second)
	}
	if p.curve == nil {
		return 0
	}
	if s := p.curve.at(t); s != nil {
		return s.rate((t - s.start).Seconds())
	}
	return 0
}

// Planned is how many arrivals are due from one instant to another, the second
// excluded: exact for a replayed log, in the mean for anything else.
func (p *Plan) Planned(from, to time.Duration) float64 {
	to = min(to, p.length)
	if from >= to {
		return 0
	}
	if p.due != nil {
		before := func(t time.Duration) int { return sort.Search(len(p.due), func(i int) bool { return p.due[i] >= t }) }
		return float64(before(to) - before(from))
	}
	if p.curve == nil {
		return 0
	}
	return p.curve.upTo(to) - p.curve.upTo(from)
}

// Memory is about how many bytes the plan holds: schedule, logs and feeders.
func (p *Plan) Memory() int64 {
	n := int64(unsafe.Sizeof(*p)) + int64(len(p.due))*8 + int64(len(p.lines)+len(p.named))*4
	if p.curve != nil {
		n += int64(len(p.curve.segments)) * int64(unsafe.Sizeof(segment{}))
	}
	for i := range p.logged {
		n += int64(unsafe.Sizeof(Request{})) + int64(len(p.logged[i].Path)+len(p.logged[i].Query))
	}
	for _, t := range p.tables {
		n += t.memory()
	}
	return n
}

// unique returns the name, with " (2)" and so on after it where it has been used before.
func unique(used map[string]int, name string) string {
	key := strings.ToLower(name)
	used[key]++
	if used[key] == 1 {
		return name
	}
	return unique(used, fmt.Sprintf("%s (%d)", name, used[key]))
}
