package traffic

import (
	"math/bits"
	"math/rand/v2"
)

// A stream is one of a plan's independent sources of chance. Due times are
// drawn one after another from theirs; everything else about arrival number
// seq comes from a generator seeded with the stream and seq, so that it can be
// had for any arrival at any time by any goroutine, and a change to one choice
// moves no other.
type stream uint64

const (
	dueTimes stream = iota + 1
	requestChoice
	clientChoice
	feederRow
	variables
)

// golden spreads small numbers over 64 bits: 2⁶⁴ divided by the golden ratio.
const golden = 0x9e3779b97f4a7c15

// generator is a PCG (O'Neill 2014, as in math/rand/v2) for one stream, and one
// arrival of it.
func (s stream) generator(seed, seq uint64) (g rand.PCG) {
	g.Seed(seed^uint64(s)*golden, (seq+1)*golden)
	return g
}

// draw is 64 random bits for arrival seq.
func (s stream) draw(seed, seq uint64) uint64 {
	g := s.generator(seed, seq)
	return g.Uint64()
}

// below maps 64 random bits to 0..n-1. The bias, n/2⁶⁴, is out of reach of any test.
func below(random, n uint64) uint64 {
	hi, _ := bits.Mul64(random, n)
	return hi
}

// An alias draws an index in proportion to weights in constant time (Walker
// 1977, set up as by Vose 1991): a random column, and in it either the column's
// own index or the one other that shares it.
type alias struct {
	keep  []uint64 // the column's own index is drawn below this, in 2⁻⁶⁴
	other []int32
}

func newAlias(weights []float64) *alias {
	n, sum := len(weights), 0.0
	for _, w := range weights {
		sum += w
	}
	a := &alias{keep: make([]uint64, n), other: make([]int32, n)}
	share := make([]float64, n) // in columns
	var short, long []int
	for i, w := range weights {
		if share[i] = w / sum * float64(n); share[i] < 1 {
			short = append(short, i)
		} else {
			long = append(long, i)
		}
	}
	for len(short) > 0 && len(long) > 0 {
		s, l := short[len(short)-1], long[len(long)-1]
		short = short[:len(short)-1]
		a.keep[s], a.other[s] = uint64(share[s]*(1<<63))<<1, int32(l)
		if share[l] -= 1 - share[s]; share[l] < 1 {
			long, short = long[:len(long)-1], append(short, l)
		}
	}
	for _, i := range append(long, short...) { // full columns, up to rounding
		a.keep[i], a.other[i] = 1<<64-1, int32(i)
	}
	return a
}

// pick is the index for 64 random bits: the product's high half is the column,
// the low half where in it.
func (a *alias) pick(random uint64) int {
	column, place := bits.Mul64(random, uint64(len(a.keep)))
	if place < a.keep[column] {
		return int(column)
	}
	return int(a.other[column])
}
