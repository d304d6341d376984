package emulator_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

func newClient(t *testing.T) *http.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// head sends raw requests on one connection and returns the head of each answer.
func head(t *testing.T, addr string, requests ...string) (heads []string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, r := range requests {
		if _, err := io.WriteString(c, r); err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		length := 0
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatalf("after %q: %v", all.String(), err)
			}
			if line == "\r\n" {
				break
			}
			_, _ = fmt.Sscanf(line, "Content-Length: %d", &length)
			all.WriteString(line)
		}
		if _, err := in.Discard(length); err != nil {
			t.Fatal(err)
		}
		heads = append(heads, all.String())
	}
	return heads
}

// Field names are on the wire as AWS writes them over HTTP/1.1, and a connection
// takes one request after the other.
func TestWire(t *testing.T) {
	rest := oneRoute("GET /posts", gateway.Mock{})
	http := oneRoute("GET /posts", gateway.Mock{})
	http.Kind = "http"
	none := gateway.Throttle{}
	for i, c := range []*gateway.Config{&rest, &http} {
		c.Stages[0].Methods = map[string]gateway.Throttle{"GET /shut": none}
		c.Routes = append(c.Routes, gateway.RouteConfig{Route: "GET /shut", Mock: &gateway.Mock{}})
		names := [][]string{
			{"\r\nx-amzn-RequestId: ", "\r\nx-amz-apigw-id: ", "\r\nDate: ", "\r\nContent-Type: application/json\r\n", "\r\nContent-Length: "},
			{"\r\nApigw-Requestid: ", "\r\nDate: ", "\r\nContent-Length: "},
		}[i]
		addr := listen(t, newServer(t, *c, emulator.Options{Annotate: true}))
		heads := head(t, addr, "GET /prod/posts HTTP/1.1\r\nHost: x\r\n\r\n", "GET /prod/shut HTTP/1.1\r\nHost: x\r\n\r\n", "GET /prod/posts HTTP/1.1\r\nHost: x\r\n\r\n")
		for _, h := range heads {
			for _, name := range names {
				if strings.Count(h, name) != 1 {
					t.Errorf("%s: %q is not once in\n%s", c.Kind, name, h)
				}
			}
			if i == 1 && strings.Contains(strings.ToLower(h), "amz") {
				t.Errorf("http: a REST field in\n%s", h)
			}
		}
		if !strings.Contains(heads[1], "\r\nx-turnpike-limit: method\r\n") || i == 0 && !strings.Contains(heads[1], "\r\nx-amzn-ErrorType: TooManyRequestsException\r\n") {
			t.Errorf("%s: the refusal is\n%s", c.Kind, heads[1])
		}
	}
}

// OPTIONS of no path in particular is a request like any other.
func TestOptionsStar(t *testing.T) {
	addr := listen(t, newServer(t, oneRoute("GET /posts", gateway.Mock{}), emulator.Options{}))
	h := head(t, addr, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")[0]
	if !strings.HasPrefix(h, "HTTP/1.1 403 ") || !strings.Contains(h, "\r\nx-amzn-ErrorType: ForbiddenException\r\n") {
		t.Errorf("answered\n%s", h)
	}
}

// An answer has one request id, the emulator's, also where the backend is an
// API Gateway itself; and the limit of a backend that is an emulator is not
// this one's.
func TestBackendWithIDs(t *testing.T) {
	behind := limitedAPI("rest", "http://127.0.0.1:1", "http://127.0.0.1:1")
	backend := "http://" + listen(t, newServer(t, behind, emulator.Options{Annotate: true}))
	for kind, own := range map[string]string{"rest": "x-amzn-RequestId", "http": "Apigw-Requestid"} {
		cfg := gateway.Config{Kind: kind, Stages: []gateway.StageConfig{{Name: "prod"}}, Routes: []gateway.RouteConfig{
			{Route: "GET /posts", HTTP: &gateway.HTTPProxy{URL: backend + "/still/ok"}}}}
		addr := listen(t, newServer(t, cfg, emulator.Options{Annotate: true}))
		h := strings.ToLower(head(t, addr, "GET /prod/posts HTTP/1.1\r\nHost: x\r\n\r\n")[0])
		if !strings.HasPrefix(h, "http/1.1 429 ") || strings.Count(h, "\n"+strings.ToLower(own)+": ") != 1 || strings.Contains(h, "x-turnpike-limit") {
			t.Errorf("%s: answered\n%s", kind, h)
		}
		if rest := kind == "rest"; rest != (strings.Count(h, "\nx-amz-apigw-id: ") == 1 && strings.Contains(h, "\nx-amzn-remapped-x-amzn-requestid: ")) {
			t.Errorf("%s: answered\n%s", kind, h)
		}
	}
}

// Which stage and path an URL names.
func TestTargets(t *testing.T) {
	rest := gateway.Config{
		Kind:   "rest",
		Stages: []gateway.StageConfig{{Name: "prod"}, {Name: "test"}},
		Routes: []gateway.RouteConfig{
			{Route: "GET /", Mock: &gateway.Mock{Body: "root"}},
			{Route: "GET /posts", Mock: &gateway.Mock{Body: "posts"}},
			{Route: "GET /one/{id}", Mock: &gateway.Mock{Body: "one"}},
		},
	}
	http := rest
	http.Kind = "http"
	http.Stages = []gateway.StageConfig{{Name: "$default"}, {Name: "test"}}
	http.Routes = append(http.Routes[:2:2], gateway.RouteConfig{Route: "GET /prod/posts", Mock: &gateway.Mock{Body: "prod"}})
	tests := []struct {
		cfg    gateway.Config
		target string
		status int
		body   string
	}{
		{rest, "/prod/posts", 200, "posts"},
		{rest, "/test/posts?x=/prod", 200, "posts"},
		{rest, "/prod/", 200, "root"},
		{rest, "/prod", 200, "root"},
		{rest, "//prod/posts", 200, "posts"},
		{rest, "/prod//posts", 200, "posts"},
		{rest, "/prod/one/a%2Fb", 200, "one"},
		{rest, "http://x/prod/posts", 200, "posts"},
		{rest, "/posts", 403, forbidden},
		{rest, "/", 403, forbidden},
		{rest, "/ping", 200, "healthy\n"},
		{rest, "/sping", 200, "healthy\n"},
		{http, "/posts", 200, "posts"},
		{http, "/", 200, "root"},
		{http, "/test/posts", 200, "posts"},
		{http, "/test", 200, "root"},
		{http, "/prod/posts", 200, "prod"},
		{http, "/$default/posts", 404, `{"message":"Not Found"}`},
		{http, "/ping", 200, "healthy\n"},
	}
	for _, x := range tests {
		s := newServer(t, x.cfg, emulator.Options{})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", x.target, nil))
		if w.Code != x.status || w.Body.String() != x.body {
			t.Errorf("%s %s answered %d %q, want %d %q", x.cfg.Kind, x.target, w.Code, w.Body, x.status, x.body)
		}
	}
}

// A client may name its request by a UUID and by nothing else, and only on REST.
func TestAdoptedID(t *testing.T) {
	const mine = "11111111-2222-4333-8444-555555555555"
	for sent, adopted := range map[string]bool{mine: true, "mine": false, "{11111111-2222-4333-8444-55555555555}": false, "": false} {
		s := newServer(t, oneRoute("GET /posts", gateway.Mock{}), emulator.Options{})
		r := httptest.NewRequest("GET", "/prod/posts", nil)
		r.Header.Set("x-amzn-RequestId", sent)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		name := "x-amzn-RequestId" // as it is written, not as net/http would have it
		got := w.Header()[name]
		if len(got) != 1 || (got[0] == sent) != adopted || !uuidID.MatchString(got[0]) {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

// What goes to a backend and what comes back from it.
func TestForward(t *testing.T) {
	b := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Saw", fmt.Sprintf("%s %s %s %q %q", r.Method, r.URL, r.Header.Get("X-Own"), body, r.Header["X-Two"]))
		w.Header().Set("X-Agent", r.UserAgent())
		w.Header().Set("Server", "backend")
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(302)
		_, _ = io.WriteString(w, "moved")
	}))
	defer b.Close()
	for _, kind := range []string{"rest", "http"} {
		cfg := gateway.Config{Kind: kind, Name: "shop", Stages: []gateway.StageConfig{{Name: "prod"}}, Routes: []gateway.RouteConfig{
			{Route: "ANY /{proxy+}", HTTP: &gateway.HTTPProxy{URL: b.URL + "/v1/{proxy}", Headers: map[string]string{"X-Own": "own"}}}}}
		addr := listen(t, newServer(t, cfg, emulator.Options{}))
		req := newRequest(t, "PUT", "http://"+addr+"/prod/a%20b/c?x=1&y=%2F", strings.NewReader("body"))
		req.Header["X-Two"] = []string{"1", "2"}
		req.Header.Set("User-Agent", "")
		resp, err := newClient(t).Transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 302 || string(got) != "moved" || len(resp.Header["Set-Cookie"]) != 2 || resp.Header.Get("Location") != "/elsewhere" {
			t.Errorf("%s: answered %d %q %v", kind, resp.StatusCode, got, resp.Header)
		}
		if saw, want := resp.Header.Get("X-Saw"), `PUT /v1/a%20b/c?x=1&y=%2F own "body" ["1" "2"]`; saw != want {
			t.Errorf("%s: the backend saw %s, want %s", kind, saw, want)
		}
		if agent := resp.Header.Get("X-Agent"); agent != "AmazonAPIGateway_shop" {
			t.Errorf("%s: the backend saw the agent %q", kind, agent)
		}
		remapped := resp.Header.Get("x-amzn-Remapped-Server") == "backend"
		if remapped != (kind == "rest") {
			t.Errorf("%s: header is %v", kind, resp.Header)
		}
	}
}

// HEAD, statuses without a body, and a mock's own fields.
func TestBodiless(t *testing.T) {
	cfg := oneRoute("ANY /posts", gateway.Mock{Body: "0123456789", Headers: map[string]string{"x-own": "1"}})
	cfg.Routes = append(cfg.Routes, gateway.RouteConfig{Route: "GET /gone", Mock: &gateway.Mock{Body: "x", Status: statuses(204)}})
	addr := listen(t, newServer(t, cfg, emulator.Options{}))
	c := newClient(t)
	if a := get(t, c, "http://"+addr+"/prod/posts"); a.status != 200 || a.length != 10 || a.header.Get("x-own") != "1" {
		t.Errorf("GET answered %+v", a)
	}
	if a := do(t, c, newRequest(t, "HEAD", "http://"+addr+"/prod/posts", nil)); a.status != 200 || a.body != "" {
		t.Errorf("HEAD answered %+v", a)
	}
	if a := get(t, c, "http://"+addr+"/prod/gone"); a.status != 204 || a.body != "" {
		t.Errorf("204 answered %+v", a)
	}
	if a := do(t, c, newRequest(t, "POST", "http://"+addr+"/prod/posts", strings.NewReader(strings.Repeat("x", 1<<20)))); a.status != 200 {
		t.Errorf("POST of 1 MB answered %+v", a)
	}
	unsized := io.MultiReader(strings.NewReader(strings.Repeat("x", 10<<20)), strings.NewReader("x"))
	if a := do(t, c, newRequest(t, "POST", "http://"+addr+"/prod/posts", unsized)); a.status != 413 {
		t.Errorf("POST of 10 MB and a byte in chunks answered %+v", a)
	}
}

// statuses is a mock's mix of one status.
func statuses(status int) map[int]traffic.Percent { return map[int]traffic.Percent{status: 100} }
