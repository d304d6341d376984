package runner

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/turnpike-perf/turnpike/traffic"
)

// answerAll answers every request with the same, without allocating.
func answerAll(answer string) func(c net.Conn) {
	end, text := []byte("\r\n\r\n"), []byte(answer)
	return func(c net.Conn) {
		buf := make([]byte, 4096)
		for n := 0; ; {
			m, err := c.Read(buf[n:])
			if n += m; err != nil {
				return
			}
			if bytes.HasSuffix(buf[:n], end) {
				n = 0
				c.Write(text)
			}
		}
	}
}

const (
	mockAnswer = "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 14:10:29 GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" +
		"x-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef\r\nx-amz-apigw-id: 0123456789abcdef\r\n\r\nok"
	refusal = "HTTP/1.1 429 Too Many Requests\r\nx-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef\r\nx-amzn-ErrorType: TooManyRequestsException\r\n" +
		"x-turnpike-limit: stage\r\nContent-Length: 31\r\n\r\n{\"message\":\"Too Many Requests\"}"
)

// secure puts TLS on the connections of a server.
func secure(t testing.TB, each func(c net.Conn)) func(c net.Conn) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	t.Cleanup(s.Close)
	return func(c net.Conn) { each(tls.Server(c, &tls.Config{Certificates: s.TLS.Certificates})) }
}

// TestExchangeAllocatesNothing over sockets, in the clear and with TLS, the
// same request again and one that is written anew each time, whatever the answer.
func TestExchangeAllocatesNothing(t *testing.T) {
	other := &traffic.Request{Method: "POST", Path: "/other", APIKey: "k", Header: []traffic.Field{{Name: "X-Id", Value: "1"}}}
	for name, tt := range map[string]struct {
		answer  string
		secure  bool
		request *traffic.Request
		most    float64
	}{
		"ok":       {mockAnswer, false, plainRequest, 0},
		"refused":  {refusal, false, plainRequest, 0},
		"rendered": {mockAnswer, false, other, 0},
		// crypto/tls itself makes an atLeastReader of 24 bytes for each record
		// read, at both ends, and under the race detector sometimes a buffer.
		"TLS": {mockAnswer, true, plainRequest, 4},
	} {
		t.Run(name, func(t *testing.T) {
			each, scheme := answerAll(tt.answer), "http"
			if tt.secure {
				each, scheme = secure(t, each), "https"
			}
			l := wireLaneTo(t, Target{URL: scheme + listen(t, each)[len("http"):], Insecure: true})
			l.get() // connects, and takes the slot
			var o traffic.Observation
			n := testing.AllocsPerRun(500, func() { l.exchange(0, tt.request, &o) })
			if o.Status == 0 || n > tt.most {
				t.Errorf("%v allocations an exchange, want %v; observed %+v", n, tt.most, o)
			}
		})
	}
}

// BenchmarkExchange is one lane to a server in the same process that does next
// to nothing: twice what the lane itself takes, and the hand-over between the two.
func BenchmarkExchange(b *testing.B) {
	for _, scheme := range []string{"http", "https"} {
		b.Run(scheme, func(b *testing.B) {
			each := answerAll(mockAnswer)
			if scheme == "https" {
				each = secure(b, each)
			}
			l := wireLaneTo(b, Target{URL: scheme + listen(b, each)[len("http"):], Insecure: true})
			var o traffic.Observation
			b.ReportAllocs()
			for b.Loop() {
				l.exchange(0, plainRequest, &o)
			}
			if o.Outcome != traffic.OK {
				b.Fatalf("observed %+v", o)
			}
		})
	}
}
