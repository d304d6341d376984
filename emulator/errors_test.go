package emulator_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// backend answers as its path says.
func backend(t *testing.T) string {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			select {
			case <-release:
			case <-r.Context().Done():
			}
		case "/429":
			w.WriteHeader(429)
		case "/500":
			http.Error(w, "oops", 500)
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(release) })
	return s.URL
}

// nobody is an address at which nobody listens.
func nobody(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

var none = gateway.Throttle{} // rate 0, burst 0

func limitedAPI(kind, backend, nobody string) gateway.Config {
	mock := func(route string) gateway.RouteConfig {
		return gateway.RouteConfig{Route: route, Mock: &gateway.Mock{Body: `{"ok":true}`}}
	}
	keyed := func(route string) gateway.RouteConfig {
		r := mock(route)
		r.APIKeyRequired = true
		return r
	}
	proxy := func(route, url string) gateway.RouteConfig {
		return gateway.RouteConfig{Route: route, HTTP: &gateway.HTTPProxy{URL: url, Timeout: 50 * time.Millisecond}}
	}
	c := gateway.Config{
		Kind: kind,
		Stages: []gateway.StageConfig{
			{Name: "prod", Methods: map[string]gateway.Throttle{"GET /shut": none}},
			{Name: "still", Throttle: &none},
		},
		Routes: []gateway.RouteConfig{
			mock("GET /ok"), mock("GET /shut"), mock("POST /ok"),
			proxy("GET /hang", backend+"/hang"), proxy("GET /down", nobody+"/"),
			proxy("GET /busy", backend+"/429"), proxy("GET /broken", backend+"/500"),
		},
	}
	if kind != "rest" {
		return c
	}
	c.Routes = append(c.Routes, keyed("GET /keyed"), keyed("GET /keyed/slow"))
	c.UsagePlans = []gateway.UsagePlan{
		{Name: "shut", Throttle: &none, Keys: []gateway.Key{{Name: "shut", Value: "key-of-the-shut-plan-000"}}},
		{Name: "slow", Methods: map[string]gateway.Throttle{"GET /keyed/slow": none}, Keys: []gateway.Key{{Name: "slow", Value: "key-of-the-slow-plan-000"}}},
		{Name: "used", Quota: &gateway.Quota{Limit: 1, Period: "DAY", Offset: 1}, Keys: []gateway.Key{
			{Name: "used", Value: "key-of-the-used-plan-000"}, {Name: "off", Value: "key-that-is-disabled-000", Disabled: true}}},
	}
	return c
}

type errorCase struct {
	name, method, path, key string
	body                    []byte
	header                  string // one big field

	status    int
	errorType string // x-amzn-ErrorType without "Exception"
	message   string // the whole body
	untyped   bool   // no content-type
	limit     string // x-turnpike-limit
	outcome   traffic.Outcome
}

const (
	tooMany   = `{"message":"Too Many Requests"}`
	forbidden = `{"message":"Forbidden"}`
)

var large = make([]byte, 10<<20+1)

var restErrors = []errorCase{
	{name: "stage", path: "/still/ok", status: 429, errorType: "TooManyRequests", message: tooMany, limit: "stage", outcome: traffic.Throttled},
	{name: "method", path: "/prod/shut", status: 429, errorType: "TooManyRequests", message: tooMany, limit: "method", outcome: traffic.Throttled},
	{name: "plan", path: "/prod/keyed", key: "key-of-the-shut-plan-000", status: 429, errorType: "TooManyRequests", message: tooMany, limit: "usage_plan", outcome: traffic.Throttled},
	{name: "plan's method", path: "/prod/keyed/slow", key: "key-of-the-slow-plan-000", status: 429, errorType: "TooManyRequests", message: tooMany, limit: "usage_plan_method", outcome: traffic.Throttled},
	{name: "quota", path: "/prod/keyed", key: "key-of-the-used-plan-000", status: 429, errorType: "LimitExceeded", message: `{"message":"Limit Exceeded"}`, limit: "quota", outcome: traffic.QuotaExceeded},
	{name: "no key", path: "/prod/keyed", status: 403, errorType: "Forbidden", message: forbidden, outcome: traffic.AuthDenied},
	{name: "unknown key", path: "/prod/keyed", key: "key-that-nobody-has-0000", status: 403, errorType: "Forbidden", message: forbidden, outcome: traffic.AuthDenied},
	{name: "disabled key", path: "/prod/keyed", key: "key-that-is-disabled-000", status: 403, errorType: "Forbidden", message: forbidden, outcome: traffic.AuthDenied},
	{name: "no resource", path: "/prod/nothing", status: 403, errorType: "MissingAuthenticationToken", message: `{"message":"Missing Authentication Token"}`, outcome: traffic.ClientError},
	{name: "no method", method: "DELETE", path: "/prod/ok", status: 403, errorType: "MissingAuthenticationToken", message: `{"message":"Missing Authentication Token"}`, outcome: traffic.ClientError},
	{name: "no stage", path: "/beta/ok", status: 403, errorType: "Forbidden", message: forbidden, outcome: traffic.AuthDenied},
	{name: "no path", path: "/", status: 403, errorType: "Forbidden", message: forbidden, outcome: traffic.AuthDenied},
	{name: "payload", method: "POST", path: "/prod/ok", body: large, status: 413, errorType: "RequestTooLarge", message: `{"message":"Request Too Long"}`, outcome: traffic.ClientError},
	{name: "header", path: "/prod/ok", header: strings.Repeat("x", 10240), status: 431, errorType: "RequestHeaderFieldsTooLarge", message: `{"message":"Request Header Fields Too Large"}`, outcome: traffic.ClientError},
	{name: "timeout", path: "/prod/hang", status: 504, errorType: "InternalServerError", message: `{"message": "Endpoint request timed out"}`, outcome: traffic.IntegrationTimeout},
	{name: "unreachable", path: "/prod/down", status: 504, errorType: "InternalServerError", message: `{"message": "Network error communicating with endpoint"}`, outcome: traffic.IntegrationError},
	{name: "backend's 429", path: "/prod/busy", status: 429, message: "", outcome: traffic.ThrottledIntegration},
	{name: "backend's 500", path: "/prod/broken", status: 500, message: "oops\n", outcome: traffic.IntegrationError},
}

var httpErrors = []errorCase{
	{name: "stage", path: "/still/ok", status: 429, message: tooMany, limit: "stage", outcome: traffic.Throttled},
	{name: "route", path: "/prod/shut", status: 429, message: tooMany, limit: "method", outcome: traffic.Throttled},
	{name: "no route", path: "/prod/nothing", status: 404, message: `{"message":"Not Found"}`, outcome: traffic.ClientError},
	{name: "no stage", path: "/beta/ok", status: 404, message: `{"message":"Not Found"}`, outcome: traffic.ClientError},
	{name: "payload", method: "POST", path: "/prod/ok", body: large, status: 413, message: `{"message":"Request Entity Too Large"}`, outcome: traffic.ClientError},
	{name: "header", path: "/prod/ok", header: strings.Repeat("x", 10240), status: 431, message: `{"message":"Request Header Fields Too Large"}`, outcome: traffic.ClientError},
	{name: "timeout", path: "/prod/hang", status: 503, message: `{"message":"Service Unavailable"}`, untyped: true, outcome: traffic.Unavailable},
	{name: "unreachable", path: "/prod/down", status: 503, message: `{"message":"Service Unavailable"}`, untyped: true, outcome: traffic.Unavailable},
	{name: "backend's 429", path: "/prod/busy", status: 429, message: "", untyped: true, outcome: traffic.ThrottledIntegration},
	{name: "backend's 500", path: "/prod/broken", status: 500, message: "oops\n", outcome: traffic.IntegrationError},
}

// Every refusal and error has the status, fields and body of its kind, over a
// real socket.
func TestErrors(t *testing.T) {
	for kind, cases := range map[string][]errorCase{"rest": restErrors, "http": httpErrors} {
		t.Run(kind, func(t *testing.T) {
			s := newServer(t, limitedAPI(kind, backend(t), nobody(t)), emulator.Options{Annotate: true, Began: time.Now()})
			url := "http://" + listen(t, s)
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					before := s.Counts()
					a := c.send(t, url)
					c.check(t, kind, a)
					after := s.Counts()
					if c.name == "no stage" || c.name == "no path" {
						return // the gateway knows more than the wire shows
					}
					if after.Outcomes[c.outcome] != before.Outcomes[c.outcome]+1 {
						t.Errorf("not counted as %v: %v, then %v", c.outcome, before.Outcomes, after.Outcomes)
					}
				})
			}
			if a := get(t, http.DefaultClient, url+"/prod/ok"); a.status != 200 || a.body != `{"ok":true}` {
				t.Errorf("/prod/ok answered %d %q", a.status, a.body)
			}
			if c := s.Counts(); c.Requests != uint64(len(cases))+1 {
				t.Errorf("counted %d requests, want %d", c.Requests, len(cases)+1)
			}
		})
	}
}

func (c *errorCase) send(t *testing.T, url string) answer {
	method := c.method
	if method == "" {
		method = "GET"
	}
	req := newRequest(t, method, url+c.path, bytes.NewReader(c.body))
	if c.key != "" {
		req.Header.Set("x-api-key", c.key)
	}
	if c.header != "" {
		req.Header.Set("x-large", c.header)
	}
	return do(t, http.DefaultClient, req)
}

var (
	uuidID   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	extended = regexp.MustCompile(`^[0-9A-Za-z_-]{15}=$`)
)

func (c *errorCase) check(t *testing.T, kind string, a answer) {
	if a.status != c.status || a.body != c.message {
		t.Errorf("answered %d %q, want %d %q", a.status, a.body, c.status, c.message)
	}
	errorType := c.errorType
	if errorType != "" {
		errorType += "Exception"
	}
	if got := a.header.Get("x-amzn-ErrorType"); got != errorType {
		t.Errorf("x-amzn-ErrorType is %q, want %q", got, errorType)
	}
	if got := a.header.Get("x-turnpike-limit"); got != c.limit {
		t.Errorf("x-turnpike-limit is %q, want %q", got, c.limit)
	}
	if got := a.header.Get("Content-Type"); (got == "") != c.untyped {
		t.Errorf("Content-Type is %q", got)
	}
	if a.length != int64(len(c.message)) {
		t.Errorf("Content-Length is %d, want %d", a.length, len(c.message))
	}
	if kind == "rest" && (!uuidID.MatchString(a.header.Get("x-amzn-RequestId")) || !extended.MatchString(a.header.Get("x-amz-apigw-id"))) ||
		kind == "http" && !extended.MatchString(a.header.Get("apigw-requestid")) {
		t.Errorf("no ids in %v", a.header)
	}
	if a.header.Get("Retry-After") != "" || a.header.Get("Date") == "" {
		t.Errorf("header is %v", a.header)
	}
	got, _, limit := traffic.Classify(a.asResponse())
	if got != c.outcome {
		t.Errorf("is classified as %v, want %v", got, c.outcome)
	}
	if c.limit != "" && limit.String() != c.limit {
		t.Errorf("is classified as refused by %v, want %v", limit, c.limit)
	}
}

// Without Annotate a refusal looks as AWS's does.
func TestNotAnnotated(t *testing.T) {
	s := newServer(t, limitedAPI("rest", "http://127.0.0.1:1", "http://127.0.0.1:1"), emulator.Options{})
	if a := get(t, http.DefaultClient, "http://"+listen(t, s)+"/still/ok"); a.status != 429 || a.header.Get("x-turnpike-limit") != "" {
		t.Errorf("answered %d %v", a.status, a.header)
	}
	if n := s.Counts().Limits[traffic.StageLimit]; n != 1 {
		t.Errorf("counted %d refusals by the stage, want 1", n)
	}
}
