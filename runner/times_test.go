package runner

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimesAreInOrder: whatever is pushed, popped and replaced, the first is the earliest.
func TestTimesAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h times
		for _, v := range rapid.SliceOfN(rapid.Int64Range(0, 50), 0, 40).Draw(t, "start") {
			h = append(h, time.Duration(v))
		}
		sorted := slices.Sorted(slices.Values(h))
		h.order()
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			v := time.Duration(rapid.Int64Range(0, 50).Draw(t, "v"))
			switch op := rapid.IntRange(0, 2).Draw(t, "op"); {
			case op == 0 || len(h) == 0:
				h.push(v)
				sorted = append(sorted, v)
			case op == 1:
				h.pop()
				sorted = sorted[1:]
			default:
				h.replace(v)
				sorted[0] = v
			}
			slices.Sort(sorted)
			if len(h) != len(sorted) || len(h) > 0 && h[0] != sorted[0] {
				t.Fatalf("heap %v, want the earliest of %v first", h, sorted)
			}
		}
	})
}

// TestInFlightIsACount: the shortcuts of inFlight admit exactly what counting
// would, through quiet and crowded spells.
func TestInFlightIsACount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.OneOf(rapid.IntRange(1, 12), rapid.IntRange(fewNotes, 3*fewNotes)).Draw(t, "most")
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		f := inFlight{most: most}
		var under times // kept in order all the time
		now, gap := time.Duration(0), int64(10)
		for n := range 5 * fewNotes {
			if n%fewNotes == 0 {
				gap = 1 + chance.Int64N(200)
			}
			now += time.Duration(chance.Int64N(gap))
			for len(under) > 0 && under[0] <= now {
				under.pop()
			}
			if got, want := f.room(now), len(under) < most; got != want {
				t.Fatalf("room(%v) = %v with %d of %d under way", now, got, len(under), most)
			}
			if len(under) < most {
				done := now + 1 + time.Duration(chance.Int64N(int64(most)*40))
				f.add(done)
				under.push(done)
			}
		}
	})
}
