package gateway_test

import (
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

func ExampleStage_Serve() {
	api, err := gateway.New(gateway.Config{
		Kind:   "rest",
		Stages: []gateway.StageConfig{{Name: "prod", Throttle: &gateway.Throttle{Rate: 10, Burst: 2}}},
		Routes: []gateway.RouteConfig{{Route: "GET /posts/{id}", Mock: &gateway.Mock{Latency: gateway.Latency{Constant: 20 * time.Millisecond}}}},
	}, gateway.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	prod, _ := api.Stage("prod")
	for _, now := range []time.Duration{0, 0, 0, 100 * time.Millisecond} {
		r := prod.Serve(now, &traffic.Request{Method: "GET", Path: "/posts/17"})
		fmt.Println(now, r.Status, r.Outcome, r.Limit, r.Latency)
	}
	// Output:
	// 0s 200 ok  20ms
	// 0s 200 ok  20ms
	// 0s 429 throttled stage 0s
	// 100ms 200 ok  20ms
}
