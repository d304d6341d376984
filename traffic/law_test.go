package traffic

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyStage draws a stage of any shape that holds at most a few thousand arrivals.
func anyStage(t *rapid.T) Stage {
	st := Stage{For: time.Duration(rapid.Int64Range(1, 20e9).Draw(t, "for"))}
	rate := rapid.OneOf(rapid.Float64Range(0, 100), rapid.Just(0.0), rapid.Map(rapid.IntRange(0, 100), func(n int) float64 { return float64(n) }))
	from, to := Rate(rate.Draw(t, "from")), Rate(rate.Draw(t, "to"))
	if from > to && rapid.Bool().Draw(t, "rising") {
		from, to = to, from
	}
	both := &Range{from, to}
	sorted := &Range{min(from, to), max(from, to)}
	switch rapid.SampledFrom([]string{"rate", "ramp", "steps", "spike", "sine"}).Draw(t, "shape") {
	case "rate":
		st.Rate = &from
	case "ramp":
		st.Ramp = both
	case "steps":
		st.Steps, st.Count = both, rapid.IntRange(2, 20).Draw(t, "count")
	case "spike":
		st.Spike = sorted
	case "sine":
		st.Sine, st.Period = sorted, time.Duration(rapid.Int64Range(1e6, 30e9).Draw(t, "period"))
	}
	return st
}

func anyStages(t *rapid.T) []Stage {
	return rapid.SliceOfN(rapid.Custom(anyStage), 1, 6).Draw(t, "stages")
}

// stagesPlan is a plan of the stages; nil where they hold no arrivals.
func stagesPlan(t *rapid.T, c Config) *Plan {
	p, err := NewPlan(Source{Traffic: c, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
	if err != nil {
		t.Skipf("not a plan: %v", err)
	}
	return p
}

func all(p *Plan) (list []Arrival) {
	for a := p.Arrivals(); ; {
		next, ok := a.Next()
		if !ok {
			return list
		}
		list = append(list, next)
	}
}

func TestCountAndInverseAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range newCurve(anyCurve(t)).segments {
			x := rapid.Float64Range(0, 1).Draw(t, "x") * s.total
			hint := rapid.Float64Range(0, 1).Draw(t, "hint") * s.length.Seconds()
			at := s.inverse(x, hint)
			if at < 0 || at > s.length.Seconds()*(1+1e-12) {
				t.Fatalf("%+v: inverse(%v) = %v, outside the segment", s, x, at)
			}
			// Where the rate is near 0 the time is ill-determined, but the count is not.
			if got := s.count(at); math.Abs(got-x) > 1e-7*max(1, s.total) {
				t.Fatalf("%+v: count(inverse(%v)) = %v", s, x, got)
			}
		}
	})
}

func anyCurve(t *rapid.T) ([]segment, time.Duration) {
	var segments []segment
	var length time.Duration
	for i, st := range anyStages(t) {
		segments = append(segments, st.segments(length, i)...)
		length += st.For
	}
	return segments, length
}

func TestArrivalsComeInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Stages: anyStages(t), Arrivals: rapid.SampledFrom([]string{"even", "poisson"}).Draw(t, "arrivals"),
			Seed: rapid.Uint64().Draw(t, "seed"), MaxRequests: rapid.Uint64Range(0, 3000).Draw(t, "max")}
		p := stagesPlan(t, c)
		last := time.Duration(0)
		list := all(p)
		for i, a := range list {
			if a.Seq != uint64(i) || a.Due < last || a.Due >= p.Duration() {
				t.Fatalf("arrival %d after %s in a plan of %s: %+v", i, last, p.Duration(), a)
			}
			last = a.Due
		}
		if n := uint64(len(list)); c.Arrivals == "even" && n != p.Count() || c.MaxRequests > 0 && n > c.MaxRequests {
			t.Fatalf("%d arrivals, Count() = %d, max %d", n, p.Count(), c.MaxRequests)
		}
	})
}

// Up to any instant, as many evenly spaced arrivals are due as the count
// function has reached, but for the fraction of one.
func TestEvenArrivalsFollowTheCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := stagesPlan(t, Config{Stages: anyStages(t)})
		for i, a := range all(p) {
			if off := p.Planned(0, a.Due) - float64(i); math.Abs(off) > 0.001 {
				t.Fatalf("arrival %d is due at %s, when %v are planned", i, a.Due, p.Planned(0, a.Due))
			}
			if got := p.curve.nth(uint64(i)); got != a.Due {
				t.Fatalf("nth(%d) = %s, want %s", i, got, a.Due)
			}
		}
	})
}

func TestEvenStageHoldsRateTimesDuration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, seconds := Rate(rapid.IntRange(1, 2000).Draw(t, "rate")), rapid.IntRange(1, 10).Draw(t, "seconds")
		lead := Rate(rapid.Float64Range(0, 50).Draw(t, "lead"))
		stages := []Stage{{Rate: &lead, For: time.Second}, {Rate: &rate, For: time.Duration(seconds) * time.Second}}
		got := 0
		for _, a := range all(stagesPlan(t, Config{Stages: stages})) {
			if a.Due >= time.Second {
				got++
			}
		}
		if want := int(rate) * seconds; got != want {
			t.Fatalf("a stage of %s for %ds holds %d arrivals, want %d", rate, seconds, got, want)
		}
	})
}

func TestPlanned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := stagesPlan(t, Config{Stages: anyStages(t)})
		at := func(name string) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(p.Duration())).Draw(t, name))
		}
		times := []time.Duration{at("a"), at("b"), at("c")}
		slices.Sort(times)
		whole, parts := p.Planned(times[0], times[2]), p.Planned(times[0], times[1])+p.Planned(times[1], times[2])
		if math.Abs(whole-parts) > 1e-6*max(1, whole) || whole < -1e-12 {
			t.Fatalf("Planned over %v: %v, in two parts %v", times, whole, parts)
		}
		if r := p.RateAt(times[0]); r < 0 || r > 100.001 {
			t.Fatalf("RateAt(%s) = %v", times[0], r)
		}
	})
}

// The number of Poisson arrivals has mean and variance m, and the gaps on the
// count function are exponential: their mean and standard deviation are 1.
func TestPoissonArrivals(t *testing.T) {
	for seed := range uint64(20) {
		for _, st := range []Stage{
			{Rate: pointer(Rate(500)), For: 20 * time.Second},
			{Ramp: &Range{0, 1000}, For: 20 * time.Second},
			{Sine: &Range{0, 1000}, Period: 3 * time.Second, For: 20 * time.Second},
		} {
			p, err := NewPlan(Source{Traffic: Config{Seed: seed, Arrivals: "poisson", Stages: []Stage{st, st}}, Requests: []RequestSpec{{Method: "GET", Path: "/"}}})
			if err != nil {
				t.Fatal(err)
			}
			list := all(p)
			n, mean := float64(len(list)), p.curve.expected
			if math.Abs(n-mean) > 5*math.Sqrt(mean) {
				t.Errorf("seed %d: %v arrivals of %v, more than 5 standard deviations off", seed, n, mean)
			}
			var sum, squares float64
			for i := range list[1:] {
				gap := p.Planned(list[i].Due, list[i+1].Due)
				sum, squares = sum+gap, squares+gap*gap
			}
			average := sum / (n - 1)
			deviation := math.Sqrt(squares/(n-1) - average*average)
			if math.Abs(average-1) > 5/math.Sqrt(n) || math.Abs(deviation-1) > 5*math.Sqrt2/math.Sqrt(n) {
				t.Errorf("seed %d: gaps have mean %v and deviation %v, want 1 and 1", seed, average, deviation)
			}
		}
	}
}

func TestSameSeedSameArrivals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySource(t)
		p, err := NewPlan(s)
		if err != nil {
			t.Skip(err)
		}
		again, _ := NewPlan(s)
		list := all(p)
		if !slices.Equal(list, all(again)) || !slices.Equal(list, all(p)) {
			t.Fatal("the same source gave other arrivals")
		}
		for _, a := range list {
			b := again.Draw(a.Seq)
			if b.Due = a.Due; b != a {
				t.Fatalf("Draw(%d) = %+v, but Next gave %+v", a.Seq, b, a)
			}
			one, two := p.Request(a), again.Request(a)
			if !sameRequest(one, two) || !sameRequest(one, p.Request(a)) {
				t.Fatalf("arrival %d gave two requests: %+v and %+v", a.Seq, one, two)
			}
		}
	})
}

func anySource(t *rapid.T) Source {
	return Source{
		Traffic: Config{Stages: anyStages(t)[:1], Seed: rapid.Uint64().Draw(t, "seed"), MaxRequests: 500,
			Arrivals: rapid.SampledFrom([]string{"even", "poisson"}).Draw(t, "arrivals")},
		Clients: []Client{{Name: "free", Share: 70}, {Name: "gold", Share: 30, Headers: map[string]string{"x": "{{uuid}}"}}}[:rapid.IntRange(0, 2).Draw(t, "clients")/2*2],
		Requests: []RequestSpec{
			{Name: "a", Method: "GET", Path: "/{{int 1 100}}?q={{seq}}", Weight: rapid.Float64Range(0.1, 10).Draw(t, "weight")},
			{Name: "b", Method: "POST", Path: "/", Body: map[string]any{"id": "{{uuid}}", "n": 1}},
		}[:rapid.IntRange(1, 2).Draw(t, "requests")],
	}
}

func sameRequest(a, b *Request) bool {
	return a.Name == b.Name && a.Method == b.Method && a.Path == b.Path && a.Query == b.Query && a.APIKey == b.APIKey &&
		slices.Equal(a.Header, b.Header) && slices.Equal(a.Body, b.Body)
}

func TestAnotherSeedGivesOtherArrivals(t *testing.T) {
	source := func(seed uint64) Source {
		return Source{Traffic: Config{Seed: seed, Arrivals: "poisson", Stages: []Stage{{Rate: pointer(Rate(100)), For: 10 * time.Second}}},
			Requests: []RequestSpec{{Name: "a", Method: "GET", Path: "/{{uuid}}"}, {Name: "b", Method: "GET", Path: "/"}}}
	}
	one, _ := NewPlan(source(1))
	two, _ := NewPlan(source(2))
	if slices.Equal(all(one), all(two)) {
		t.Error("seeds 1 and 2 gave the same arrivals")
	}
	zero, _ := NewPlan(source(0))
	if zero.Seed != 1 || !slices.Equal(all(one), all(zero)) {
		t.Error("seed 0 is not seed 1")
	}
}

// Every weight and share is approached: within 5 standard deviations after
// 100,000 arrivals. The two choices are independent of each other.
func TestSharesAreApproached(t *testing.T) {
	weights, shares := []float64{8, 2, 1, 0.5}, []Percent{60, 0, 30}
	s := Source{Traffic: Config{Stages: []Stage{{Rate: pointer(Rate(1e5)), For: time.Second}}}}
	for i, w := range weights {
		s.Requests = append(s.Requests, RequestSpec{Name: string(rune('a' + i)), Method: "GET", Path: "/", Weight: w})
	}
	for i, share := range shares {
		s.Clients = append(s.Clients, Client{Name: string(rune('x' + i)), Share: share})
	}
	for seed := range uint64(5) {
		s.Traffic.Seed = seed + 1
		p, err := NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[[2]int]float64{}
		for _, a := range all(p) {
			seen[[2]int{a.Request, a.Client}]++
		}
		n := float64(p.Count())
		for i, w := range weights {
			for j, c := range p.Clients {
				want := w / 11.5 * float64(c.Share) / 100
				got := seen[[2]int{i, j}] / n
				if math.Abs(got-want) > 5*math.Sqrt(want*(1-want)/n) {
					t.Errorf("seed %d: request %d as client %s: %.5f of all, want %.5f", seed, i, c.Name, got, want)
				}
			}
		}
	}
}

func TestAliasKeepsEveryWeight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(1e-6, 1e6), 1, 40).Draw(t, "weights")
		sum := 0.0
		for _, w := range weights {
			sum += w
		}
		a, share := newAlias(weights), make([]float64, len(weights))
		for i, keep := range a.keep {
			own := float64(keep) / (1 << 64) / float64(len(weights))
			share[i] += own
			share[a.other[i]] += 1/float64(len(weights)) - own
		}
		for i, w := range weights {
			if math.Abs(share[i]-w/sum) > 1e-12 {
				t.Fatalf("weight %d of %v has share %v, want %v", i, weights, share[i], w/sum)
			}
		}
	})
}

// Next allocates nothing, whatever the shape.
func TestNextDoesNotAllocate(t *testing.T) {
	for _, arrivals := range []string{"even", "poisson"} {
		p, err := NewPlan(Source{Traffic: Config{Arrivals: arrivals, Stages: []Stage{
			{Ramp: &Range{1e4, 1e6}, For: time.Minute}, {Sine: &Range{0, 1e6}, For: time.Minute}}},
			Requests: []RequestSpec{{Name: "a", Method: "GET", Path: "/"}, {Name: "b", Method: "GET", Path: "/"}}})
		if err != nil {
			t.Fatal(err)
		}
		a := p.Arrivals()
		if n := testing.AllocsPerRun(1000, func() { next, _ := a.Next(); request = p.Request(next) }); n != 0 {
			t.Errorf("%s: %v allocations per arrival, want 0", arrivals, n)
		}
	}
}
