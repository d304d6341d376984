package throttle

import (
	"math"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func TestFraction(t *testing.T) {
	tests := []struct {
		rate     float64
		num, den uint64
	}{
		{0, 0, 1}, {-1, 0, 1}, {math.NaN(), 0, 1}, {math.Inf(1), maxTerm, 1}, {1e30, maxTerm, 1},
		{1, 1, 1}, {3, 3, 1}, {10000, 10000, 1}, {0.5, 1, 2}, {0.1, 1, 10}, {333.3, 3333, 10},
		{1.0 / 3, 1, 3}, {1000.0 / 3600, 5, 18}, {100.0 / 60, 5, 3}, {0.001, 1, 1000},
		{1234.56789, 123456789, 100000}, {1e-12, 0, 1},
	}
	for _, x := range tests {
		if num, den := fraction(x.rate, maxTerm/second); num != x.num || den != x.den {
			t.Errorf("fraction(%v) = %d/%d, want %d/%d", x.rate, num, den, x.num, x.den)
		}
	}
}

// A year of a huge rate and the largest burst does not overflow.
func TestHuge(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, l := range []Limit{{1e18, math.MaxInt64}, {math.Inf(1), math.MaxInt64}, {1e9 + 1.0/3, math.MaxInt64}, {1e-9, math.MaxInt64}} {
		b := NewBucket(l, math.MinInt64)
		for _, now := range []time.Duration{0, year, 290 * year, math.MaxInt64} {
			if !b.Take(now) {
				t.Errorf("%+v: Take(%v) = false", l, now)
			}
			if level := b.Level(now); level < maxTerm-10 || level > maxTerm {
				t.Errorf("%+v: Level(%v) = %v, want about 2^62", l, now, level)
			}
		}
	}
}

// A bucket that is drained at random instants, for long, gives exactly what its
// rate brings: nothing is lost or won by the steps.
func TestLongRunIsExact(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		limit Limit
		span  time.Duration
	}{
		{Limit{10000, 5000}, 20 * time.Second},
		{Limit{333.3, 100}, 10 * time.Minute},
		{Limit{1.0 / 3, 7}, 10 * day},
		{Limit{0.1, 2}, 30 * day},
	}
	for _, x := range tests {
		b := NewBucket(x.limit, 0)
		b.hi, b.lo = 0, b.slack // empty
		num, den := fraction(x.limit.Rate, maxTerm/second)
		most := int64(due(uint64(x.limit.Burst), num, den, "floor")) / 2 // so that it never overflows
		r := rand.New(rand.NewPCG(1, 2))
		var admitted int64
		var now time.Duration
		for now < x.span {
			now += time.Duration(r.Int64N(most))
			for b.Take(now) {
				admitted++
			}
		}
		got := new(big.Rat).SetFrac(new(big.Int).Sub(wide(b.hi, b.lo), wide(0, b.slack)), new(big.Int).SetUint64(b.cost))
		got.Add(got, big.NewRat(admitted, 1))
		want := new(big.Rat).Mul(big.NewRat(int64(num), int64(den)), big.NewRat(int64(now), int64(time.Second)))
		if got.Cmp(want) != 0 {
			t.Errorf("%+v: admitted and left %v in %v, want %v", x.limit, got, now, want)
		}
	}
}

// The zero Bucket refuses.
func TestZeroBucket(t *testing.T) {
	var b Bucket
	if b.Take(time.Hour) || b.Level(time.Hour) != 0 {
		t.Errorf("the zero bucket admits")
	}
}

// Published: of 100 simultaneous requests at 20/s, burst 20, usually about 80
// pass (AWS re:Post, "How precise is API Gateway throttling").
func TestBestEffortReproducesThePublishedMeasurement(t *testing.T) {
	var sum, least int
	const runs = 200
	for seed := range uint64(runs) {
		s := NewSet(Enforcement{Shards: 4, Seed: seed})
		id := s.AddBucket(Limit{Rate: 20, Burst: 20})
		admitted := 0
		for range 100 {
			if s.Take(0, id) < 0 {
				admitted++
			}
		}
		sum += admitted
		if admitted < 75 {
			least++
		}
	}
	if mean := float64(sum) / runs; mean < 78 || mean > 80 || least > runs/20 {
		t.Errorf("4 shards admit %v of 100 in the mean, %d of %d times fewer than 75; want 78 to 80", mean, least, runs)
	}
}

func TestBestEffortRepeats(t *testing.T) {
	play := func(seed uint64) (answers [100]int) {
		s := NewSet(Enforcement{Shards: 3, Seed: seed})
		id := s.AddBucket(Limit{Rate: 10, Burst: 10})
		for i := range answers {
			answers[i] = s.Take(time.Duration(i)*time.Millisecond, id)
		}
		return answers
	}
	if a, b := play(7), play(7); a != b {
		t.Error("the same seed answered differently")
	}
	if play(7) == play(8) {
		t.Error("two seeds answered alike")
	}
}

// Under any interleaving of goroutines, exactly the burst is admitted at one instant.
func TestConcurrentTake(t *testing.T) {
	s := NewSet(Enforcement{})
	a, b := s.AddBucket(Limit{Rate: 1, Burst: 700}), s.AddBucket(Limit{Rate: 1, Burst: 500})
	var wg sync.WaitGroup
	admitted := make([]int, 8)
	for g := range admitted {
		wg.Go(func() {
			for range 200 {
				if s.Take(0, a, b) < 0 {
					admitted[g]++
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range admitted {
		sum += n
	}
	if sum != 500 || s.Level(0, a) != 200 {
		t.Errorf("%d admitted, %v left in the larger bucket; want 500 and 200", sum, s.Level(0, a))
	}
}

func BenchmarkTake(b *testing.B) {
	for _, n := range []int{1, 5} {
		b.Run(map[int]string{1: "1 bucket", 5: "5 buckets"}[n], func(b *testing.B) {
			s, ids := fiveBuckets(Enforcement{})
			b.ReportAllocs()
			var now time.Duration
			for b.Loop() {
				now += 100
				s.Take(now, ids[:n]...)
			}
		})
	}
	b.Run("5 buckets refused", func(b *testing.B) {
		s, ids := fiveBuckets(Enforcement{})
		ids = append(ids, s.AddBucket(Limit{}))
		b.ReportAllocs()
		for b.Loop() {
			s.Take(0, ids...)
		}
	})
	b.Run("5 buckets 4 shards", func(b *testing.B) {
		s, ids := fiveBuckets(Enforcement{Shards: 4})
		b.ReportAllocs()
		var now time.Duration
		for b.Loop() {
			now += 100
			s.Take(now, ids...)
		}
	})
	b.Run("5 buckets parallel", func(b *testing.B) {
		s, ids := fiveBuckets(Enforcement{})
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			var now time.Duration
			for pb.Next() {
				now += 100
				s.Take(now, ids...)
			}
		})
	})
}

func fiveBuckets(e Enforcement) (*Set, []ID) {
	s := NewSet(e)
	var ids []ID
	for range 5 {
		ids = append(ids, s.AddBucket(Limit{Rate: 1e7, Burst: 5000}))
	}
	return s, ids
}
