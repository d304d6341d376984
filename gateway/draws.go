package gateway

import (
	"hash/fnv"
	"sync/atomic"
)

// draws are the random numbers of one method. The n-th draw is a function of
// the seed and n alone, so there is no generator to lock, and what other methods
// serve, or what limits refuse, moves nothing.
type draws struct {
	seed  uint64
	count atomic.Uint64
}

// A draw is what one answer needs of chance: two numbers, made when asked for.
type draw uint64

func (d draw) latency() uint64 { return mix(uint64(d)) }
func (d draw) status() uint64  { return mix(uint64(d) + golden) }

func (d *draws) next() draw { return draw(d.seed + golden*(2*d.count.Add(1))) }

// golden and mix are SplitMix64 (Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", 2014): numbers golden apart, mixed, pass the
// common statistical test suites.
const golden = 0x9e3779b97f4a7c15

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// hashSeed derives the seed of a method from names, not from positions, so that
// reordering a definition changes no draw.
func hashSeed(seed uint64, names ...string) uint64 {
	h := fnv.New64a()
	for _, n := range names {
		h.Write([]byte(n))
		h.Write([]byte{0})
	}
	return mix(h.Sum64() ^ mix(seed))
}
