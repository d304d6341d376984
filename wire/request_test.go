package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/turnpike-perf/turnpike/traffic"
)

var base = &Base{Host: "api.test", Path: "/prod", Fields: []traffic.Field{{Name: "User-Agent", Value: "turnpike/dev"}, {Name: "shared", Value: "base"}}}

func TestWriteRequest(t *testing.T) {
	for _, tt := range []struct {
		name    string
		base    *Base
		request traffic.Request
		want    string
		last    bool
	}{
		{"plain", base, traffic.Request{Method: "GET", Path: "/a%2Fb", Query: "q=%20"},
			"GET /prod/a%2Fb?q=%20 HTTP/1.1\r\nHost: api.test\r\nUser-Agent: turnpike/dev\r\nshared: base\r\n\r\n", false},
		{"nothing", &Base{Host: "h"}, traffic.Request{Method: "GET"}, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false},
		{"own fields", base, traffic.Request{Method: "GET", Path: "/", APIKey: "k", Header: []traffic.Field{
			{Name: "HOST", Value: "other"}, {Name: "Shared", Value: "own"}, {Name: "X-API-Key", Value: "not this"},
			{Name: "Content-Length", Value: "9"}, {Name: "Transfer-Encoding", Value: "chunked"}, {Name: "accept", Value: "a"}, {Name: "Accept", Value: "b"}}},
			"GET /prod/ HTTP/1.1\r\nHost: other\r\nUser-Agent: turnpike/dev\r\nShared: own\r\naccept: a\r\nAccept: b\r\nx-api-key: k\r\n\r\n", false},
		{"body", &Base{Host: "h"}, traffic.Request{Method: "PUT", Path: "/", Body: []byte("abc")}, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", false},
		{"no body", &Base{Host: "h"}, traffic.Request{Method: "POST", Path: "/"}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", false},
		{"last", &Base{Host: "h"}, traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Name: "Connection", Value: "TE, Close"}}},
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: TE, Close\r\n\r\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := Request{Last: true}
			if err := q.Write(tt.base, &tt.request); err != nil {
				t.Fatal(err)
			}
			if string(q.Bytes) != tt.want || q.Last != tt.last || q.Head != len(tt.want)-len(tt.request.Body) {
				t.Errorf("Write: last %v, head %d of %q\nwant %v, %q", q.Last, q.Head, q.Bytes, tt.last, tt.want)
			}
		})
	}
}

func TestRefuseRequest(t *testing.T) {
	field := func(name, value string) traffic.Request {
		return traffic.Request{Method: "GET", Path: "/", Header: []traffic.Field{{Name: name, Value: value}}}
	}
	for name, r := range map[string]traffic.Request{
		"no method":     {Path: "/"},
		"split method":  {Method: "GET /", Path: "/"},
		"split path":    {Method: "GET", Path: "/ HTTP/1.1\r\nX: y\r\n\r\n"},
		"split query":   {Method: "GET", Path: "/", Query: "a b"},
		"split key":     {Method: "GET", Path: "/", APIKey: "a\r\nb: c"},
		"split field":   field("X", "a\r\nY: b"),
		"field name":    field("X Y", "a"),
		"no field name": field("", "a"),
		"no host":       field("Host", ""),
		"split host":    field("Host", "a b"),
		"split length":  field("Content-Length", "0\r\nX: y"),
	} {
		var q Request
		if err := q.Write(base, &r); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: Write = %v, %q", name, err, q.Bytes)
		}
	}
}

// TestServerReadsIt: whatever is in a request, it is refused, or net/http's
// server reads exactly that, and nothing is left over.
func TestServerReadsIt(t *testing.T) {
	piece := rapid.StringOfN(rapid.RuneFrom([]rune("aZ09-/?%.:, \t\r\n\x00é")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		r := &traffic.Request{Method: rapid.SampledFrom([]string{"GET", "POST", "HEAD", "PURGE", "a b"}).Draw(t, "method"),
			Path: "/" + piece.Draw(t, "path"), Query: piece.Draw(t, "query"), APIKey: piece.Draw(t, "key"), Body: []byte(piece.Draw(t, "body"))}
		for range rapid.IntRange(0, 3).Draw(t, "fields") {
			name := "X-" + piece.Draw(t, "name")
			r.Header = append(r.Header, traffic.Field{Name: name, Value: piece.Draw(t, "value")})
		}
		var q Request
		if q.Write(base, r) != nil {
			return
		}
		b := bufio.NewReader(bytes.NewReader(q.Bytes))
		got, err := http.ReadRequest(b)
		if err != nil {
			if strings.Contains(err.Error(), "invalid URL escape") {
				return // sent as it stands, for the server to judge
			}
			t.Fatalf("%q: %v", q.Bytes, err)
		}
		body, err := io.ReadAll(got.Body)
		if err != nil || b.Buffered() > 0 {
			t.Fatalf("%q: %v, %d bytes left", q.Bytes, err, b.Buffered())
		}
		uri := "/prod" + r.Path
		if r.Query != "" {
			uri += "?" + r.Query
		}
		if got.Method != r.Method || got.RequestURI != uri || got.Host != "api.test" || !bytes.Equal(body, r.Body) || got.Header.Get("x-api-key") != strings.Trim(r.APIKey, " \t") {
			t.Fatalf("%q:\nread %+v, %q", q.Bytes, got, body)
		}
		for _, f := range r.Header {
			if !slices.Contains(got.Header.Values(f.Name), strings.Trim(f.Value, " \t")) {
				t.Fatalf("%q:\nread %v without %+v", q.Bytes, got.Header, f)
			}
		}
	})
}
