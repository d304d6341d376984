package wire

import (
	"strings"
	"testing"

	"github.com/turnpike-perf/turnpike/traffic"
)

// loop is a connection that brings the same answer again and again.
type loop struct {
	text string
	at   int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.text[l.at:])
	l.at = (l.at + n) % len(l.text)
	return n, nil
}

var exchanges = []struct{ name, answer string }{
	{"mock", "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 14:10:29 GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n" +
		"x-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef\r\nx-amz-apigw-id: 0123456789abcdef\r\n\r\nok"},
	{"refusal", "HTTP/1.1 429 Too Many Requests\r\nDate: Sun, 22 Nov 2026 14:10:29 GMT\r\nContent-Type: application/json\r\nContent-Length: 31\r\n" +
		"x-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef\r\nx-amzn-ErrorType: TooManyRequestsException\r\nx-turnpike-limit: stage\r\n\r\n{\"message\":\"Too Many Requests\"}"},
	{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: Keep-Alive, x\r\n\r\n5;e=1\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n"},
	{"long", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000)},
}

// exchange is the codec's part of one exchange.
func exchange(t testing.TB, q *Request, sent *traffic.Request, r *Reader, a *Answer) {
	if err := q.Write(base, sent); err != nil {
		t.Fatal(err)
	}
	a.Reset(sent.Method)
	if err := r.Await(); err != nil {
		t.Fatal(err)
	}
	if err := r.ReadHead(a); err != nil {
		t.Fatal(err)
	}
	if err := r.ReadBody(a); err != nil {
		t.Fatal(err)
	}
	a.Outcome, a.Cause, a.Limit = traffic.Classify(&a.Response)
}

var sent = &traffic.Request{Method: "POST", Path: "/posts/1", Query: "a=b", APIKey: "gold", Body: []byte("hello"),
	Header: []traffic.Field{{Name: "X-Id", Value: "1"}, {Name: "Connection", Value: "keep-alive"}}}

func TestNoAllocations(t *testing.T) {
	for _, e := range exchanges {
		r := NewReader(&loop{text: e.answer})
		var q Request
		var a Answer
		exchange(t, &q, sent, r, &a)
		if n := testing.AllocsPerRun(1000, func() { exchange(t, &q, sent, r, &a) }); n != 0 {
			t.Errorf("%s: %v allocations an exchange, want 0", e.name, n)
		}
	}
}

func BenchmarkExchange(b *testing.B) {
	for _, e := range exchanges {
		b.Run(e.name, func(b *testing.B) {
			r := NewReader(&loop{text: e.answer})
			var q Request
			var a Answer
			b.ReportAllocs()
			for b.Loop() {
				exchange(b, &q, sent, r, &a)
			}
		})
	}
}
