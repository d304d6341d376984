package measure

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The layout is the library's own: a value is counted in the bucket where
// hdrhistogram-go counts it, and a bucket's lowest value is the library's.
func TestLayoutIsHdrHistograms(t *testing.T) {
	d := newDense()
	if n := len(d.Export().Counts); n != buckets {
		t.Fatalf("hdrhistogram.New(%d, %d, %d) has %d buckets, want %d", lowest, highest, digits, n, buckets)
	}
	check := func(v int64) {
		t.Helper()
		d.Reset()
		if err := d.RecordValue(v); err != nil {
			t.Fatal(err)
		}
		i := index(v)
		if d.Export().Counts[i] != 1 {
			t.Errorf("index(%d) = %d, where the library counts nothing", v, i)
		}
		if got, want := value(i), d.Min(); got != want && v > 0 {
			t.Errorf("value(index(%d)) = %d, want %d", v, got, want)
		}
	}
	for v := int64(1); v < highest; v = v*21/20 + 1 {
		check(v)
	}
	for _, v := range []int64{0, 1, 2047, 2048, 2049, 4095, 4096, highest - 1, highest} {
		check(v)
	}
	rapid.Check(t, func(rt *rapid.T) {
		v := rapid.Int64Range(0, highest).Draw(rt, "v")
		if low := value(index(v)); low > v || float64(v-low) > max(0, float64(v)/1000) {
			rt.Fatalf("value(index(%d)) = %d", v, low)
		}
	})
}

// A bucket's 16 bits may run over without losing a count.
func TestCountsCarry(t *testing.T) {
	var h hist
	h.record(time.Millisecond)
	h.add(1000, math.MaxUint32-1)
	h.count = math.MaxUint32
	for range 1 << 17 {
		h.record(time.Millisecond)
	}
	var o hist
	o.merge(&h)
	o.merge(&h)
	o.unpack(h.pack())
	total := uint64(0)
	o.each(func(i int, n uint64) { total += n })
	if want := 3 * (uint64(math.MaxUint32) + 1<<17); total != want || o.count != want {
		t.Errorf("counts = %d, count = %d, want %d", total, o.count, want)
	}
}

func durations(label string) *rapid.Generator[[]time.Duration] {
	one := rapid.OneOf(
		rapid.Map(rapid.Int64Range(0, int64(10*time.Millisecond)), func(n int64) time.Duration { return time.Duration(n) }),
		rapid.Map(rapid.Int64Range(0, int64(90*time.Minute)), func(n int64) time.Duration { return time.Duration(n) }),
	)
	return rapid.SliceOfN(one, 0, 200)
}

func TestPackIsLossless(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var a, b, both hist
		for _, d := range durations("a").Draw(rt, "a") {
			a.record(d)
			both.record(d)
		}
		for _, d := range durations("b").Draw(rt, "b") {
			b.record(d)
			both.record(d)
		}
		var got hist
		got.unpack(a.pack())
		got.unpack(b.pack())
		if string(got.pack()) != string(both.pack()) {
			rt.Fatalf("unpack(pack(a)), unpack(pack(b)) differs from recording both:\n%v\n%v", got.pack(), both.pack())
		}
		b.reset()
		if b.pack(); b.count != 0 || b.sum() != 0 {
			rt.Fatal("reset left counts")
		}
	})
}
