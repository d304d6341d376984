// Package traffic is turnpike's vocabulary: what is sent, when it is due, and
// what came of it.
//
// A Plan is a repeatable, seeded sequence of Arrivals, each of which names a
// Request to send and the instant at which it is due. Whoever carries a plan
// out (package runner, in real or in virtual time) hands exactly one
// Observation per arrival to a Sink. Everything downstream, measuring and
// pricing, reads observations and cannot tell how they came about.
//
// An instant is a time.Duration since the run began. The package reads no
// clock, opens no socket and prints nothing.
package traffic

import "time"

// A Field is one header field. Names keep the case in which they were written;
// compare them case-insensitively.
type Field struct{ Name, Value string }

// A Request is one HTTP request to one API stage, ready to be sent. Requests
// that a plan hands out are shared and must not be changed.
type Request struct {
	Name   string  // the scenario's name for it, the key of every table: never a raw URL
	Method string  // upper case
	Path   string  // escaped path below the stage, beginning with "/"
	Query  string  // raw query without "?"
	Header []Field // in the order written; without x-api-key
	Body   []byte
	APIKey string // sent as x-api-key; "" sends none. A secret: it is never printed
}

// An Arrival is one request's turn by the schedule.
type Arrival struct {
	Seq     uint64        // 0, 1, 2, ... in order of Due
	Due     time.Duration // when it is to be sent
	Request int           // index into Plan.Names
	Client  int           // index into Plan.Clients, or -1 where the plan has none
	Entry   int           // which line of a replayed log; -1 where the request is not replayed
}

// A Response is an API's answer to a Request. Body may be nil when only its
// length, Size, is known.
type Response struct {
	Status  int
	Header  []Field
	Body    []byte
	Size    int64         // body bytes
	Outcome Outcome       // the class of the answer
	Cause   Cause         // why the gateway answered so
	Limit   Limit         // which limit refused, where known
	Latency time.Duration // how long a modelled API takes over it; 0 on the wire
}

// Get returns the first field of that name, whatever its case, or "".
func (r *Response) Get(name string) string { return get(r.Header, name) }

// Get returns the first field of that name, whatever its case, or "".
func (r *Request) Get(name string) string { return get(r.Header, name) }

// An Observation is what came of one arrival: each arrival yields exactly one,
// also when it was aborted or never sent. Sent, FirstByte and Done are 0 where
// they did not happen; Sent is never 0 otherwise, since an arrival due at 0 is
// sent at the earliest 1 ns later.
type Observation struct {
	Arrival
	Sent      time.Duration // when the first byte was about to be written
	FirstByte time.Duration // when the answer's head began to come (over HTTP/2: when it had been read)
	Done      time.Duration // when the answer was complete, or given up
	Method    string
	Status    int // HTTP status, 0 without an answer
	Outcome   Outcome
	Cause     Cause
	Limit     Limit
	BytesOut  int64 // request body bytes
	BytesIn   int64 // response body bytes
	// HeadIn is the length of the response head (status line and fields): data
	// transfer out is billed on the whole answer. Over HTTP/1.1 it is exact, in
	// a simulation and over HTTP/2 an estimate of what it is in HTTP/1.1.
	HeadIn int64
}

// Lag is the generator's own tardiness: sent − due. It is 0 for what was never sent.
func (o *Observation) Lag() time.Duration { return sub(o.Sent, o.Due) }

// Service is done − sent: what the API took.
func (o *Observation) Service() time.Duration { return sub(o.Done, o.Sent) }

// Latency is done − due: what a caller would feel, and the headline figure. A
// late generator or a full pool shows here and is not hidden (coordinated
// omission: Gil Tene, "How NOT to Measure Latency", 2013).
func (o *Observation) Latency() time.Duration { return sub(o.Done, o.Due) }

// A Sink takes observations. Observe is called by one goroutine at a time and
// must not keep o.
type Sink interface{ Observe(o *Observation) }

// Tee returns a sink that hands each observation to every sink in turn.
func Tee(sinks ...Sink) Sink { return tee(sinks) }

type tee []Sink

func (t tee) Observe(o *Observation) {
	for _, s := range t {
		s.Observe(o)
	}
}

func sub(later, earlier time.Duration) time.Duration {
	if later <= 0 {
		return 0
	}
	return max(0, later-earlier)
}
