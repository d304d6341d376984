package runner

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestPreflight(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	port := untrusted.URL[strings.LastIndex(untrusted.URL, ":"):]
	otherName := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return net.Dial(network, untrusted.Listener.Addr().String())
	}
	for _, tt := range []struct{ name, says, hint string }{
		{plain.URL, "", ""},
		{"ftp://x", "must begin with http", ""},
		{"http://", "names no host", ""},
		{"http://x/?a=b", "a path only", ""},
		{unusedURL(t), "connect to 127.0.0.1:", "nothing listens"},
		{untrusted.URL, "shake hands with 127.0.0.1:", "insecure: true"},
		{strings.Replace(plain.URL, "http:", "https:", 1), "shake hands", "http://"},
	} {
		err := Preflight(t.Context(), Target{URL: tt.name})
		checkPreflight(t, tt.name, err, tt.says, tt.hint)
	}
	checkPreflight(t, "insecure", Preflight(t.Context(), Target{URL: untrusted.URL, Insecure: true}), "", "")
	slow := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	}
	checkPreflight(t, "slow", Preflight(t.Context(), Target{URL: "https://api.test", Dial: slow}), "connect to api.test:443: i/o timeout", "firewalls")
	checkPreflight(t, "other name", Preflight(t.Context(), Target{URL: "https://api.test" + port, Dial: otherName}), "api.test", "certificate")
}

func checkPreflight(t *testing.T, target string, err error, says, hint string) {
	t.Helper()
	if says == "" {
		if err != nil {
			t.Errorf("Preflight(%s) = %v", target, err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("Preflight(%s) = %v, want %q", target, err, says)
		return
	}
	p, _ := err.(*PreflightError)
	if hint != "" && (p == nil || !strings.Contains(p.Hint, hint)) {
		t.Errorf("Preflight(%s) = %#v, want a hint with %q", target, err, hint)
	}
}

// TestNameErrors: looking up a real name would leave the machine.
func TestNameErrors(t *testing.T) {
	u, err := parseTarget("https://api.test/prod")
	if err != nil {
		t.Fatal(err)
	}
	none := nameError(u, &net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true})
	checkPreflight(t, "no such name", none, `look up "api.test": no such host`, "check the spelling")
	silent := nameError(u, &net.DNSError{Err: "server misbehaving", Name: "api.test", IsTemporary: true})
	checkPreflight(t, "silent", silent, `look up "api.test": server misbehaving`, "check the network")
}
