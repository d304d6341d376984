package traffic

import (
	"math/rand/v2"
	"time"
)

// Arrivals goes through a plan's arrivals in order of Due. It is for one goroutine.
type Arrivals struct {
	plan    *Plan
	seq     uint64
	segment int
	place   float64 // Poisson: where on the segment's count function we are
	near    float64 // where in the segment the last arrival was, in seconds
	last    time.Duration
	turns   []uint64   // how often each spec has been chosen that is a log
	chance  *rand.Rand // Poisson
}

// Arrivals returns an iterator from the start of an open-loop plan. Of a closed
// loop, in which an answer decides when the next request is due, it holds nothing.
//
// Even arrival number n is due when the count function of the plan's rate
// reaches n. Poisson arrivals follow by time-rescaling: the arrivals of a
// Poisson process with unit rate, whose gaps are unit exponentials, take the
// place of 0, 1, 2, ... on the count function (Çınlar 1975; Lewis and Shedler 1979).
func (p *Plan) Arrivals() *Arrivals {
	a := &Arrivals{plan: p, turns: make([]uint64, len(p.specs))}
	if p.poisson {
		g := dueTimes.generator(p.Seed, 0)
		a.chance = rand.New(&g)
		a.place = a.chance.ExpFloat64()
	}
	return a
}

// Next returns the next arrival, or false after the last. It does not allocate.
func (a *Arrivals) Next() (Arrival, bool) {
	if a.seq >= a.plan.limit {
		return Arrival{}, false
	}
	due, ok := a.due()
	if !ok {
		return Arrival{}, false
	}
	next, s := a.plan.choose(a.seq)
	if next.Due = due; s >= 0 {
		a.plan.ask(&next, s, a.turns[s])
		a.turns[s]++
	}
	a.seq++
	return next, true
}

func (a *Arrivals) due() (time.Duration, bool) {
	p := a.plan
	if p.curve == nil {
		if a.seq >= uint64(len(p.due)) {
			return 0, false
		}
		return p.due[a.seq], true
	}
	for a.segment < len(p.curve.segments) {
		s := &p.curve.segments[a.segment]
		if x, ok := a.position(s); ok {
			// Rounding may put two neighbours a nanosecond out of order.
			a.near = s.inverse(x, a.near)
			a.last = max(a.last, s.instant(a.near))
			return a.last, true
		}
		a.segment, a.near = a.segment+1, 0
	}
	return 0, false
}

// position is where the next arrival lies on the segment's count function;
// false where that is beyond the segment.
func (a *Arrivals) position(s *segment) (float64, bool) {
	if a.chance == nil {
		if a.seq-s.first >= s.held {
			return 0, false
		}
		return s.carry + float64(a.seq-s.first), true
	}
	x := a.place
	if x >= s.total {
		a.place -= s.total
		return 0, false
	}
	a.place += a.chance.ExpFloat64()
	return x, true
}

// Draw says which request arrival number seq asks for, and as which client: of
// an open-loop plan, what Next says, but with Due 0. It is safe for concurrent
// use, and quick for a seq not far beyond those asked for before.
func (p *Plan) Draw(seq uint64) Arrival {
	a, s := p.choose(seq)
	if s >= 0 {
		p.ask(&a, s, p.turn(s, seq))
	}
	return a
}

// choose picks client and request. Where the request is a log's, it returns
// the log's spec, and leaves open which entry; otherwise -1.
func (p *Plan) choose(seq uint64) (a Arrival, log int) {
	a = Arrival{Seq: seq, Client: -1, Entry: -1}
	if p.callers != nil {
		a.Client = p.callers.pick(clientChoice.draw(p.Seed, seq))
	} else if len(p.Clients) == 1 {
		a.Client = 0
	}
	i := p.spec(seq)
	if s := &p.specs[i]; s.lines == 0 {
		a.Request = s.name
		return a, -1
	}
	return a, i
}

// spec is the spec of arrival seq.
func (p *Plan) spec(seq uint64) int {
	if p.choice == nil {
		return 0
	}
	return p.choice.pick(requestChoice.draw(p.Seed, seq))
}

// ask sets the entry of a log for its n-th turn: entries come in order, and
// begin again after the last.
func (p *Plan) ask(a *Arrival, log int, n uint64) {
	s := &p.specs[log]
	a.Entry = s.from + int(n%uint64(s.lines))
	a.Request = int(p.named[p.lines[a.Entry]])
}
