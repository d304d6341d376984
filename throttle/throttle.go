// Package throttle is the arithmetic of API Gateway's limits: token buckets,
// quotas, and sets of both from which a request takes all or nothing.
//
// "API Gateway throttles requests to your API using the token bucket algorithm,
// where a token counts for a request" (developer guide,
// api-gateway-request-throttling). The rate is "the rate, in requests per
// second, that tokens are added to the token bucket" and the burst "the
// capacity of the token bucket" (set-up-stages). A [Bucket] is one of them, a
// [Quota] allows so many requests in a calendar period, and a [Set] holds every
// bucket and quota that the requests of an account meet, behind one mutex.
//
// The package never reads a clock: an instant is a time.Duration since the run
// began, given by the caller. Instants that go backwards are held at the latest
// one seen, since obeying them would refill the same span twice.
//
// # Rules
//
// A bucket starts full, refills continuously, never beyond its burst, and a
// request that finds less than one token is refused and takes nothing. Rate 0
// and burst 0 refuse every request, as AWS does; rate 0 with burst B admits B
// requests and then no more.
//
// Tokens are counted in integers, without rounding, at any rate: see [Bucket].
// An arrival up to 1 ns early counts as on time, so that arrivals at whole
// nanoseconds nearest to k/rate pass a burst of 1 without a refusal. The
// nanosecond is lent, not given: over any window of length t a bucket admits at
// most burst + rate·t + 1 requests, and over a run no more than
// burst + rate·(t + 1 ns).
//
// # What a higher limit does
//
// For requests that all take the same buckets, a higher rate or burst has at no
// time of the run admitted fewer. Across requests that take different buckets
// this does not hold, and cannot under all-or-nothing: a request let in by the
// higher limit takes a token from each of its other buckets too, and may so
// displace several later ones.
package throttle

// A Limit is a token bucket's size: Rate tokens per second are added, up to
// Burst. A negative or NaN Rate counts as 0, as does a negative Burst. There is
// no value for "no limit": what has no limit has no bucket.
type Limit struct {
	Rate  float64
	Burst int64
}
