package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
)

// logged is what a stage of an API with one slow mock logs of a request, in a
// bubble at 2000-01-01T00:00:00Z.
func logged(t *testing.T, kind, format string, change func(*gateway.Config), requests func(ask func(method, path string, header ...string))) string {
	var out bytes.Buffer
	cfg := gateway.Config{
		Name:   "shop",
		Kind:   kind,
		Stages: []gateway.StageConfig{{Name: "prod", AccessLog: &gateway.AccessLog{Format: format}}},
		Routes: []gateway.RouteConfig{{Route: "GET /posts/{id}", Mock: &gateway.Mock{Body: "0123456789", Latency: constant(25 * time.Millisecond)}}},
	}
	if change != nil {
		change(&cfg)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, cfg, emulator.Options{AccessLog: &out})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		requests(func(method, path string, header ...string) {
			req := newRequest(t, method, "http://shop.local"+path, nil)
			for i := 0; i < len(header); i += 2 {
				req.Header.Set(header[i], header[i+1])
			}
			do(t, client, req)
		})
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return out.String()
}

const fixedID = "11111111-2222-4333-8444-555555555555"

const someUUID = `[0-9a-f]{8}-[0-9a-f-]{27}`

func TestStockFormats(t *testing.T) {
	tests := []struct{ kind, format, want string }{
		{"rest", "clf", `pipe - - [01/Jan/2000:00:00:00 +0000]"GET /posts/{id} HTTP/1.1" 200 10 ` + someUUID + ` [0-9A-Za-z_-]{15}=`},
		{"http", "clf", `pipe - - [01/Jan/2000:00:00:00 +0000] "GET GET /posts/{id} HTTP/1.1" 200 10 [0-9A-Za-z_-]{15}=`},
		{"rest", "json", `{ "requestId":"` + someUUID + `", "extendedRequestId":"[0-9A-Za-z_-]{15}=","ip": "pipe", "caller":"-", "user":"-", "requestTime":"01/Jan/2000:00:00:00 +0000", "httpMethod":"GET", "resourcePath":"/posts/{id}", "status":"200", "protocol":"HTTP/1.1", "responseLength":"10" }`},
		{"http", "json", `{ "requestId":"[0-9A-Za-z_-]{15}=", "ip": "pipe", "requestTime":"01/Jan/2000:00:00:00 +0000", "httpMethod":"GET","routeKey":"GET /posts/{id}", "status":"200","protocol":"HTTP/1.1", "responseLength":"10" }`},
	}
	for _, x := range tests {
		t.Run(x.kind+" "+x.format, func(t *testing.T) {
			got := logged(t, x.kind, x.format, nil, func(ask func(string, string, ...string)) { ask("GET", "/prod/posts/7") })
			want := regexp.MustCompile("^" + strings.NewReplacer("{ ", `\{ `, " }", ` \}`, "{id}", `\{id\}`, "[01/", `\[01/`, "+0000]", `\+0000\]`, "+0000\"", `\+0000"`).Replace(x.want) + "\n$")
			if !want.MatchString(got) {
				t.Errorf("logged\n%swant\n%s", got, want)
			}
			if x.format == "json" && !json.Valid([]byte(got)) {
				t.Errorf("not JSON: %s", got)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	withKey := func(c *gateway.Config) {
		c.Routes[0].APIKeyRequired = true
		c.UsagePlans = []gateway.UsagePlan{{Name: "gold", Keys: []gateway.Key{{Name: "alice", Value: "the-secret-of-alice-000"}}}}
	}
	shut := func(c *gateway.Config) { c.Stages[0].Throttle = &gateway.Throttle{} }
	late := func(c *gateway.Config) { c.Routes[0].Mock.Latency = constant(40 * time.Second) }
	tests := []struct {
		name, format string
		change       func(*gateway.Config)
		header       []string
		want         string
	}{
		{"unknown", "$context.requestTimeEpoch $context.nonsense $context.authorizer.claims.sub|$context.", nil, nil, "946684800000 - -|-"},
		{"punctuation", "$context.status.$context.stage, ($context.apiId)$context.path", nil, nil, "200.prod, (shop)/prod/posts/7"},
		{"latencies", "$context.responseLatency $context.integrationLatency $context.integration.latency $context.integration.status", nil, nil, "25 25 25 200"},
		{"key", "$context.identity.apiKeyId $context.identity.apiKey", withKey, []string{"x-api-key", "the-secret-of-alice-000"}, "alice **********"},
		{"no key", "$context.status $context.identity.apiKeyId $context.identity.apiKey $context.error.responseType", withKey, nil, "403 - - INVALID_API_KEY"},
		{"throttled", "$context.status $context.error.responseType $context.error.message $context.error.messageString $context.integrationLatency", shut, nil, `429 THROTTLED Too Many Requests "Too Many Requests" -`},
		{"timeout", "$context.status $context.error.responseType $context.integrationLatency $context.integrationStatus", late, nil, "504 INTEGRATION_TIMEOUT 29000 -"},
		{"escaped", `"$context.identity.userAgent"`, nil, []string{"User-Agent", `a "b" \c`}, `"a \"b\" \\c"`},
		{"host", "$context.domainName $context.domainPrefix", nil, nil, "shop.local shop"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			got := logged(t, "rest", x.format+" $context.requestId", x.change, func(ask func(string, string, ...string)) {
				ask("GET", "/prod/posts/7?x=y", append(x.header, "x-amzn-RequestId", fixedID)...)
			})
			if want := x.want + " " + fixedID + "\n"; got != want {
				t.Errorf("logged %q, want %q", got, want)
			}
		})
	}
}

// A variable of the other kind of API has no value.
func TestVariablesOfAKind(t *testing.T) {
	const format = "$context.resourcePath|$context.identity.apiKey|$context.routeKey|$context.dataProcessed|$context.status $context.requestId"
	for kind, want := range map[string]string{
		"rest": `^/posts/\{id\}\|\*{10}\|-\|-\|200 `,
		"http": `^-\|-\|GET /posts/\{id\}\|10\|200 `,
	} {
		got := logged(t, kind, format, nil, func(ask func(string, string, ...string)) {
			ask("GET", "/prod/posts/7", "x-api-key", "a-key-that-nobody-asked-for")
		})
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: logged %q, want %s", kind, got, want)
		}
	}
}

// An answer to HEAD has no body, and its error a message all the same.
func TestMessageOfHead(t *testing.T) {
	got := logged(t, "rest", "$context.error.message, $context.responseLength $context.requestId", nil, func(ask func(string, string, ...string)) {
		ask("HEAD", "/prod/nothing", "x-amzn-RequestId", fixedID)
	})
	if want := "Missing Authentication Token, 0 " + fixedID + "\n"; got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}

// Of a client that left, the log tells how long it waited and nothing of the
// answer that it did not get.
func TestLogOfAClientThatLeft(t *testing.T) {
	var out bytes.Buffer
	cfg := oneRoute("GET /late", gateway.Mock{Latency: constant(40 * time.Second)})
	cfg.Stages[0].AccessLog = &gateway.AccessLog{Format: "$context.status $context.error.responseType $context.integration.latency $context.responseLength $context.requestId"}
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, cfg, emulator.Options{AccessLog: &out})
		l := newPipeListener()
		client := l.client(t)
		serve(t, s, l)
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		req := newRequest(t, "GET", "http://shop.local/prod/late", nil).WithContext(ctx)
		req.Header.Set("x-amzn-RequestId", fixedID)
		if _, err := client.Do(req); err == nil {
			t.Error("answered")
		}
		synctest.Wait()
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if want := "- - 2000 0 " + fixedID + "\n"; out.String() != want {
		t.Errorf("logged %q, want %q", out.String(), want)
	}
}

// A client's id that is not a UUID is replaced, and the log says so.
func TestInvalidID(t *testing.T) {
	got := logged(t, "rest", "$context.requestId", nil, func(ask func(string, string, ...string)) {
		ask("GET", "/prod/posts/7", "x-amzn-RequestId", "mine")
	})
	if !regexp.MustCompile("^" + someUUID + "_REPLACED_INVALID_REQUEST_ID\n$").MatchString(got) {
		t.Errorf("logged %q", got)
	}
}

// named asks under a fixed id.
func named(t *testing.T, c *http.Client, url string) {
	req := newRequest(t, "GET", url, nil)
	req.Header.Set("x-amzn-RequestId", fixedID)
	do(t, c, req)
}

// The log goes to a file beside the definition, one line a request, and what is
// there already stays.
func TestLogFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "access.log")
	if err := os.WriteFile(file, []byte("before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg := oneRoute("GET /posts", gateway.Mock{})
	cfg.Dir = dir
	cfg.Stages[0].AccessLog = &gateway.AccessLog{Format: "$context.status $context.requestId", File: "access.log"}
	s := newServer(t, cfg, emulator.Options{})
	url := "http://" + listen(t, s)
	client := newClient(t)
	for range 100 {
		named(t, client, url+"/prod/posts")
	}
	named(t, client, url+"/beta/posts") // no stage, no log
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if want := "before\n" + strings.Repeat("200 "+fixedID+"\n", 100); err != nil || string(got) != want {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

// A file that cannot be opened is what Serve says.
func TestLogFileMissing(t *testing.T) {
	cfg := oneRoute("GET /posts", gateway.Mock{})
	cfg.Stages[0].AccessLog = &gateway.AccessLog{Format: "clf", File: filepath.Join(t.TempDir(), "no", "such")}
	s := newServer(t, cfg, emulator.Options{})
	if err := s.Serve(newPipeListener()); err == nil || !strings.Contains(err.Error(), `open the access log of stage "prod"`) {
		t.Errorf("Serve gave %v", err)
	}
}

// A stuck is a writer that blocks until it is released.
type stuck struct {
	release chan struct{}
	mu      sync.Mutex
	got     bytes.Buffer
}

func (w *stuck) Write(b []byte) (int, error) {
	<-w.release
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.got.Write(b)
}

// A log that takes nothing does not hold up an answer.
func TestLogDoesNotBlock(t *testing.T) {
	cfg := oneRoute("GET /posts", gateway.Mock{})
	cfg.Stages[0].AccessLog = &gateway.AccessLog{Format: "$context.status $context.requestId"}
	to := &stuck{release: make(chan struct{})}
	s := newServer(t, cfg, emulator.Options{AccessLog: to})
	url := "http://" + listen(t, s)
	client := newClient(t)
	for range 10 {
		named(t, client, url+"/prod/posts")
	}
	close(to.release)
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("200 "+fixedID+"\n", 10); to.got.String() != want {
		t.Errorf("logged %q, want %q", to.got.String(), want)
	}
}
