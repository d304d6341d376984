package throttle

import (
	"math/bits"
	"sync"
	"time"
)

// An Enforcement says how exactly a Set keeps its rate limits.
//
// Shards 0 or 1 is exact. AWS says that throttles "are applied on a best-effort
// basis and should be thought of as targets rather than guaranteed request
// ceilings" (api-gateway-request-throttling) and not how. Shards K > 1 models
// this as K gateway hosts that do not talk to each other: each keeps a copy of
// every bucket with a K-th of the rate and the whole burst, and each request
// goes to one of them at random. With K = 4 this reproduces the one published
// measurement, of about 80 out of 100 simultaneous requests passing a limit of
// 20/s with burst 20 ("How precise is API Gateway throttling", AWS re:Post). It
// is our inference from that figure and nothing that AWS states.
//
// Seed makes the choice of hosts repeatable: the same calls of Take in the same
// order are answered alike.
type Enforcement struct {
	Shards int
	Seed   uint64
}

// An ID names one bucket or quota of the Set that returned it.
type ID int32

// quotaBit marks the IDs of quotas; the rest is an index.
const quotaBit ID = 1 << 30

// A Set is every bucket and quota that the requests of one account and region
// meet. A request takes from all that concern it or, where one refuses, from
// none: a limit that refuses burns no token of the others. Whether AWS does the
// same is not documented.
//
// It is safe for concurrent use, behind one mutex: for the handful of buckets of
// a request this is cheaper than an atomic operation on each. Buckets and quotas
// are added before the first Take.
type Set struct {
	mu     sync.Mutex
	now    time.Duration // the latest instant seen
	random uint64
	shards uint64
	// buckets holds the copies of bucket id at [id*shards, (id+1)*shards).
	buckets []Bucket
	quotas  []counter
	began   time.Time
}

// NewSet returns an empty set. Until [Set.Began] is told otherwise, instant 0 is
// the Unix epoch.
func NewSet(e Enforcement) *Set {
	return &Set{random: e.Seed, shards: uint64(min(max(e.Shards, 1), 1024)), began: time.Unix(0, 0).UTC()}
}

// Began tells the set the wall-clock time of instant 0, from which quotas know
// their periods. It starts every quota afresh.
func (s *Set) Began(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began = t.UTC()
	for i := range s.quotas {
		s.quotas[i].start(s.began)
	}
}

// AddBucket adds a full bucket.
func (s *Set) AddBucket(l Limit) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ID(uint64(len(s.buckets)) / s.shards)
	b := newBucket(l, s.shards, s.now)
	for range s.shards {
		s.buckets = append(s.buckets, b)
	}
	return id
}

// AddQuota adds a quota of which nothing is used.
func (s *Set) AddQuota(q Quota) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := counter{quota: q}
	c.start(s.began)
	s.quotas = append(s.quotas, c)
	return quotaBit | ID(len(s.quotas)-1)
}

// Take takes a token from each of ids in turn and returns -1, or the index in
// ids of the first that refuses, and then nothing is taken from any. An ID that
// is named twice is taken from twice. The order of ids decides only which of
// several refusing limits is named. A now before the latest one seen counts as
// the latest.
func (s *Set) Take(now time.Duration, ids ...ID) (refused int) {
	s.mu.Lock()
	now = max(now, s.now)
	s.now = now
	var shard uint64
	if s.shards > 1 {
		shard = s.draw()
	}
	for i, id := range ids {
		if !s.takeOne(now, id, shard) {
			for _, taken := range ids[:i] {
				s.giveBack(taken, shard)
			}
			s.mu.Unlock()
			return i
		}
	}
	s.mu.Unlock()
	return -1
}

func (s *Set) takeOne(now time.Duration, id ID, shard uint64) bool {
	if id&quotaBit != 0 {
		return s.quotas[id&^quotaBit].take(now, s.began)
	}
	b := &s.buckets[uint64(id)*s.shards+shard]
	b.refill(now)
	return b.take()
}

func (s *Set) giveBack(id ID, shard uint64) {
	if id&quotaBit != 0 {
		s.quotas[id&^quotaBit].left++
		return
	}
	s.buckets[uint64(id)*s.shards+shard].giveBack()
}

// draw picks a shard by one step of SplitMix64 (Steele, Lea and Flood, "Fast
// splittable pseudorandom number generators", 2014).
func (s *Set) draw() uint64 {
	s.random += 0x9e3779b97f4a7c15
	z := s.random
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	hi, _ := bits.Mul64(z^z>>31, s.shards)
	return hi
}

// Level is what is left at now, and changes nothing: a bucket's tokens, over
// all shards together, or a quota's requests in the period that holds now.
func (s *Set) Level(now time.Duration, id ID) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = max(now, s.now)
	if id&quotaBit != 0 {
		c := s.quotas[id&^quotaBit]
		if now >= c.until {
			c.roll(now, s.began)
		}
		return float64(c.left)
	}
	var sum float64
	for i := uint64(id) * s.shards; i < (uint64(id)+1)*s.shards; i++ {
		sum += s.buckets[i].Level(now)
	}
	return sum
}
