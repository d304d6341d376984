package traffic

import "sync"

// turnBlock is how many arrivals lie between two marks.
const turnBlock = 512

// A turnMarks remembers how often each spec was chosen before every 512th
// arrival, as far as anyone has asked, so that which turn it is can be told for
// any arrival without counting from the first.
type turnMarks struct {
	sync.Mutex
	before [][]uint64 // by block, then by spec
}

// turn is how often a spec was chosen before arrival seq.
func (p *Plan) turn(spec int, seq uint64) uint64 {
	if p.choice == nil {
		return seq
	}
	n := p.marks.at(p, seq/turnBlock)[spec]
	for i := seq / turnBlock * turnBlock; i < seq; i++ {
		if p.spec(i) == spec {
			n++
		}
	}
	return n
}

// at is how often each spec was chosen before the block.
func (m *turnMarks) at(p *Plan, block uint64) []uint64 {
	m.Lock()
	defer m.Unlock()
	if m.before == nil {
		m.before = [][]uint64{make([]uint64, len(p.specs))}
	}
	for last := uint64(len(m.before) - 1); last < block; last++ {
		next := append([]uint64(nil), m.before[last]...)
		for i := last * turnBlock; i < (last+1)*turnBlock; i++ {
			next[p.spec(i)]++
		}
		m.before = append(m.before, next)
	}
	return m.before[block]
}
