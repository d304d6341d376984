package gateway

import (
	"fmt"
	"testing"

	"github.com/turnpike-perf/turnpike/traffic"
)

// ids are the fields that a server adds to each answer of a kind of API.
var ids = map[kind][]traffic.Field{
	REST: {{Name: "x-amzn-RequestId", Value: "f277a0b4-0000-4000-8000-000000000000"}, {Name: "x-amz-apigw-id", Value: "UbvlyHpnoAMFftQ="}},
	HTTP: {{Name: "apigw-requestid", Value: "Mc7UVioPPHcEKPA="}},
}

// TestClientsSeeTheSameOutcome: what the gateway calls an answer is what a
// client makes of it on the wire.
func TestClientsSeeTheSameOutcome(t *testing.T) {
	check := func(what string, k kind, r traffic.Response) {
		onWire := traffic.Response{Status: r.Status, Header: append(ids[k], r.Header...), Body: r.Body, Size: r.Size}
		if got, _, _ := traffic.Classify(&onWire); got != r.Outcome {
			t.Errorf("%s %s: a client sees %v, the gateway says %v", k, what, got, r.Outcome)
		}
	}
	for _, k := range []kind{REST, HTTP} {
		for name, g := range k.table() {
			check(string(name), k, g.response())
		}
		for status := 200; status < 600; status++ {
			check(fmt.Sprint("mock ", status), k, (&Mock{Body: "body"}).response(status, k))
		}
	}
}
