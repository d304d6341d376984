package runner_test

import (
	"context"
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/runner"
	"github.com/turnpike-perf/turnpike/traffic"
)

// fixed is a model that always takes 20 ms.
type fixed struct{}

func (fixed) Serve(time.Duration, *traffic.Request) traffic.Response {
	return traffic.Response{Status: 200, Latency: 20 * time.Millisecond}
}

// total is a sink that counts, and adds up what callers waited.
type total struct {
	count  int
	waited time.Duration
}

func (t *total) Observe(o *traffic.Observation) {
	t.count++
	t.waited += o.Latency()
}

// An hour of traffic in virtual time.
func ExampleSimulate() {
	rate := traffic.Rate(50)
	plan, err := traffic.NewPlan(traffic.Source{
		Traffic:  traffic.Config{Stages: []traffic.Stage{{Rate: &rate, For: time.Hour}}},
		Requests: []traffic.RequestSpec{{Name: "list posts", Method: "GET", Path: "/posts"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var t total
	if err := runner.Simulate(context.Background(), plan, fixed{}, &t, runner.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.count, "arrivals waited", t.waited)
	// Output: 180000 arrivals waited 1h0m0s
}
