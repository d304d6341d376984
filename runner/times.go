package runner

import "time"

// times is a heap of instants, earliest first, with four children a node: half
// as deep as a binary heap, and the children share a cache line.
type times []time.Duration

func (h *times) push(t time.Duration) {
	*h = append(*h, t)
	h.up(len(*h) - 1)
}

func (h times) up(i int) {
	t := h[i]
	for i > 0 {
		parent := (i - 1) / 4
		if h[parent] <= t {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = t
}

// pop removes the earliest, h[0].
func (h *times) pop() {
	s := *h
	last := len(s) - 1
	s[0] = s[last]
	*h = s[:last]
	if last > 0 {
		h.down(0)
	}
}

// replace puts t in the place of the earliest.
func (h times) replace(t time.Duration) {
	h[0] = t
	h.down(0)
}

func (h times) down(i int) {
	t := h[i]
	for {
		first := 4*i + 1
		if first >= len(h) {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(h)); c++ {
			if h[c] < h[least] {
				least = c
			}
		}
		if h[least] >= t {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = t
}

// order makes a heap of instants in any order.
func (h times) order() {
	for i := (len(h) - 2) / 4; i >= 0 && len(h) > 1; i-- {
		h.down(i)
	}
}

// inFlight knows how many requests are under way in virtual time, as far as
// the bound needs it. While the bound is far it only notes when each will be
// done, and forgets the past whenever the notes have doubled: two steps a
// request, in little memory. Once more than half of what the bound allows is
// under way, it keeps them in order instead, until there are few again.
type inFlight struct {
	most    int
	done    times
	mark    int // how many notes are kept before the past is forgotten
	ordered bool
}

// fewNotes are kept in any case.
const fewNotes = 512

// room tells whether one more may be under way at that instant. Instants do not go back.
func (f *inFlight) room(now time.Duration) bool {
	if !f.ordered && len(f.done) >= min(f.mark, f.most) {
		f.forget(now)
	}
	if f.ordered {
		for len(f.done) > 0 && f.done[0] <= now {
			f.done.pop()
		}
		f.ordered = len(f.done) > f.most/4
	}
	return len(f.done) < f.most
}

// add notes a request that will be done at that instant.
func (f *inFlight) add(done time.Duration) {
	if f.ordered {
		f.done.push(done)
	} else {
		f.done = append(f.done, done)
	}
}

func (f *inFlight) forget(now time.Duration) {
	future := f.done[:0]
	for _, t := range f.done {
		if t > now {
			future = append(future, t)
		}
	}
	f.done = future
	f.mark = max(fewNotes, 2*len(future))
	if len(future) > f.most/2 {
		f.done.order()
		f.ordered = true
	}
}
