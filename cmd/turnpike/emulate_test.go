package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/turnpike-perf/turnpike/gateway"
)

// The standalone emulator prints where it serves, answers as API Gateway
// does, and says on its way out what it answered.
func TestEmulate(t *testing.T) {
	out, printed := io.Pipe()
	var closing bytes.Buffer
	a := &app{stdout: printed, stderr: &closing}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- a.emulate(ctx, "../../examples/shop.yaml", "127.0.0.1:0", gateway.Options{Seed: 1}, true)
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no URL was printed: %v", err)
	}
	url = strings.TrimSpace(url)

	for _, c := range []struct {
		path, key string
		status    int
		errorType string
	}{
		{"/products", "gold-key-0123456789abcdef", 200, ""},
		{"/products", "", 403, "ForbiddenException"},
		{"/nothing", "", 403, "MissingAuthenticationTokenException"},
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.key != "" {
			r.Header.Set("x-api-key", c.key)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := answer.Header.Get("x-amzn-ErrorType"); answer.StatusCode != c.status || got != c.errorType {
			t.Errorf("GET %s with key %q = %d %s, want %d %s", c.path, c.key, answer.StatusCode, got, c.status, c.errorType)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("emulate ended with %v", err)
	}
	if !strings.Contains(closing.String(), "3 requests") {
		t.Errorf("closing line %q does not say 3 requests", closing.String())
	}
}
