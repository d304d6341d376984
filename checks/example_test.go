package checks_test

import (
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

func Example() {
	r := measure.NewRecorder(measure.Options{Names: []string{"list posts"}, Span: 10 * time.Second})
	for i := range 1000 {
		due := time.Duration(i) * 10 * time.Millisecond
		r.Observe(&traffic.Observation{Arrival: traffic.Arrival{Due: due, Client: -1}, Sent: due + 1, Done: due + time.Duration(i%100+1)*time.Millisecond, Status: 200})
	}
	s := r.Summary(measure.End{})
	for _, text := range []string{"p95 < 90ms", "p99.9 < 1s", `throttled of "list posts" < 1%`, "p59 < 1s"} {
		c, err := checks.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		k := c.Evaluate(&s, nil)
		fmt.Printf("%s: %t, observed %q, %s%s\n", k.Check, k.Passed, k.Observed, k.Margin, k.Reason)
	}
	// Output:
	// p95 < 90ms: false, observed "95.04 ms", 5.04 ms over
	// p99.9 < 1s: false, observed "", too few samples: needs 10000, has 1000
	// throttled of "list posts" < 1%: true, observed "0%", 1 point to spare
	// check "p59 < 1s": unknown metric "p59": the percentiles are p50, p90, p95, p99, p99.9 and p99.99
}
