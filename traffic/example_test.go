package traffic_test

import (
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A plan is made from a source, and its arrivals are gone through in order. To
// send one, wait until it is due and ask the plan for its request.
func ExampleNewPlan() {
	ramp := traffic.Range{From: 0, To: 4}
	plan, err := traffic.NewPlan(traffic.Source{
		Traffic: traffic.Config{Seed: 42, Stages: []traffic.Stage{{Ramp: &ramp, For: 3 * time.Second}}},
		Clients: []traffic.Client{{Name: "free", Share: 70}, {Name: "gold", Share: 30}},
		Requests: []traffic.RequestSpec{
			{Name: "list posts", Weight: 8, Method: "GET", Path: "/posts?page={{int 1 9}}"},
			{Name: "create post", Weight: 2, Method: "POST", Path: "/posts", Body: map[string]any{"title": "post {{seq}}"}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Count(), "arrivals in", plan.Duration())
	arrivals := plan.Arrivals()
	for {
		a, ok := arrivals.Next()
		if !ok {
			break
		}
		r := plan.Request(a)
		fmt.Printf("%-6s %s %s %s?%s %q\n", a.Due.Round(time.Millisecond), plan.Clients[a.Client].Name, r.Method, r.Path, r.Query, r.Body)
	}
	// Output:
	// 6 arrivals in 3s
	// 0s     free GET /posts?page=4 ""
	// 1.225s free GET /posts?page=3 ""
	// 1.732s gold GET /posts?page=8 ""
	// 2.121s free POST /posts? "{\"title\":\"post 3\"}"
	// 2.449s free GET /posts?page=7 ""
	// 2.739s free GET /posts?page=9 ""
}

// A refusal is told from a failure by what API Gateway says with it.
func ExampleClassify() {
	outcome, cause, limit := traffic.Classify(&traffic.Response{
		Status: 429,
		Header: []traffic.Field{{Name: "x-amzn-RequestId", Value: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}, {Name: "x-amzn-ErrorType", Value: "LimitExceededException"}},
		Body:   []byte(`{"message":"Limit Exceeded"}`),
	})
	fmt.Println(outcome, cause, limit)
	// Output: quota_exceeded quota quota
}

// Problems of a source are all reported at once, each with its place.
func ExampleSource_Validate() {
	rate := traffic.Rate(100)
	source := traffic.Source{
		Traffic:  traffic.Config{Stages: []traffic.Stage{{Rate: &rate}}},
		Requests: []traffic.RequestSpec{{Method: "GET", Path: "/posts/{{sec}}"}},
	}
	source.Validate(func(path, problem string) { fmt.Printf("%s: %s\n", path, problem) })
	// Output:
	// traffic.stages[0].for: how long the stage lasts must be given, and above 0: for: 30s
	// requests[0].GET: unknown variable "sec" (did you mean "seq"?) in {{sec}}
}
