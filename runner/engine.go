package runner

import (
	"context"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// An engine carries requests to one target. It decides how requests are
// written, answers are read and connections are kept; it applies the timeout
// per request and says what kind of failure a failure was. Everything else
// (when, how many, what for) is above it.
type engine interface {
	// lane returns one worker's way to the target, and whatever it can prepare
	// ahead. Exchanges in it end when ctx does.
	lane(ctx context.Context, now clock) lane

	// close ends what connections are left. No lane is in use any more.
	close()
}

// newEngine returns an engine for so many workers and slots: our own over
// HTTP/1.1 (wire.go), or net/http's where HTTP/2 is wanted (http.go).
func newEngine(t Target, o Options, workers, slots int) (engine, error) {
	base, err := parseTarget(t.URL)
	if err != nil {
		return nil, err
	}
	if t.HTTP2 {
		return newHTTPEngine(base, t, o, workers, slots), nil
	}
	return newWireEngine(base, t, o, workers, slots), nil
}

// A lane carries one request at a time.
type lane interface {
	// exchange sends r, reads the answer to its end and fills in everything in o
	// but the arrival: also after a failure, of whatever kind. Arrivals of one
	// slot often share one request, so that work on it can be reused.
	exchange(slot int, r *traffic.Request, o *traffic.Observation)
}

// A clock reads the time since the run began.
type clock struct{ began time.Time }

func (c clock) now() time.Duration { return time.Since(c.began) }

// stamp is now for a thing that has happened: never 0, which means that it did not.
func (c clock) stamp() time.Duration { return max(1, c.now()) }
