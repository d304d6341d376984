package traffic

import (
	"testing"
	"time"
)

func pointer[T any](v T) *T { return &v }

var sink Arrival

func BenchmarkNext(b *testing.B) {
	get := []RequestSpec{{Name: "a", Weight: 8, Method: "GET", Path: "/a"}, {Name: "b", Weight: 2, Method: "POST", Path: "/b"}}
	clients := []Client{{Name: "free", Share: 70}, {Name: "gold", Share: 30}}
	for _, c := range []struct {
		name     string
		arrivals string
		stage    Stage
	}{
		{"even", "", Stage{Rate: pointer(Rate(1e6)), For: 24 * time.Hour}},
		{"ramp", "", Stage{Ramp: &Range{1e5, 1e6}, For: 24 * time.Hour}},
		{"sine", "", Stage{Sine: &Range{1e5, 1e6}, Period: time.Minute, For: 24 * time.Hour}},
		{"poisson", "poisson", Stage{Rate: pointer(Rate(1e6)), For: 24 * time.Hour}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, err := NewPlan(Source{Traffic: Config{Arrivals: c.arrivals, Stages: []Stage{c.stage}}, Requests: get, Clients: clients})
			if err != nil {
				b.Fatal(err)
			}
			a := p.Arrivals()
			b.ReportAllocs()
			for b.Loop() {
				sink, _ = a.Next()
			}
		})
	}
}

var request *Request

func BenchmarkRequest(b *testing.B) {
	for _, r := range []RequestSpec{
		{Name: "constant", Method: "GET", Path: "/posts"},
		{Name: "path", Method: "GET", Path: "/posts/{{int 1 1000}}"},
		{Name: "body", Method: "POST", Path: "/posts", Headers: map[string]string{"idempotency-key": "{{uuid}}"}, Body: map[string]any{"title": "post {{seq}}"}},
	} {
		b.Run(r.Name, func(b *testing.B) {
			p, err := NewPlan(Source{Traffic: Config{Stages: []Stage{{Rate: pointer(Rate(1)), For: time.Hour}}}, Requests: []RequestSpec{r}})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := uint64(0); b.Loop(); i++ {
				request = p.Request(Arrival{Seq: i, Client: -1, Entry: -1})
			}
		})
	}
}

var outcome Outcome

func BenchmarkClassify(b *testing.B) {
	header := []Field{{"Date", "x"}, {"Content-Type", "application/json"}, {"x-amzn-RequestId", "id"}, {"x-amz-apigw-id", "id"}}
	refused := append(header[:4:4], Field{"x-amzn-ErrorType", "TooManyRequestsException"})
	for name, r := range map[string]*Response{
		"200": {Status: 200, Header: header},
		"429": {Status: 429, Header: refused, Body: []byte(`{"message":"Too Many Requests"}`)},
		"502": {Status: 502, Header: header, Body: []byte(`{"message": "Internal server error"}`)},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				outcome, _, _ = Classify(r)
			}
		})
	}
}
