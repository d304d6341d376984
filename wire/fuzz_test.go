package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A reading is what a client makes of an answer.
type reading struct {
	status int
	body   int64
	keep   bool
	rest   int64 // what is left on the connection
	class  traffic.Outcome
	cause  traffic.Cause
	limit  traffic.Limit
	err    error
}

// read is this package's reading.
func read(src io.Reader, method string) (g reading, a *Answer) {
	r := NewReader(src)
	a = new(Answer)
	a.Reset(method)
	for a.Status == 0 || !a.Final() {
		if g.err = r.ReadHead(a); g.err != nil {
			return g, a
		}
	}
	g.err = r.ReadBody(a)
	g.status, g.body, g.keep = a.Status, a.Size, a.KeepAlive
	g.class, g.cause, g.limit = traffic.Classify(&a.Response)
	if g.err == nil {
		g.rest = int64(r.to - r.from)
		n, _ := io.Copy(io.Discard, src)
		g.rest += n
	}
	return g, a
}

// readStandard is net/http's, with what its Transport does about 1xx.
func readStandard(src io.Reader, method string) (g reading) {
	b := bufio.NewReader(src)
	request := &http.Request{Method: method}
	r, err := http.ReadResponse(b, request)
	for err == nil && r.StatusCode < 200 && r.StatusCode >= 100 && r.StatusCode != 101 {
		r, err = http.ReadResponse(b, request)
	}
	if err != nil {
		return reading{err: err}
	}
	defer r.Body.Close()
	kept, err := io.ReadAll(io.LimitReader(r.Body, KeptBody))
	n := int64(len(kept))
	if err == nil {
		var more int64
		more, err = io.Copy(io.Discard, r.Body)
		n += more
	}
	g = reading{status: r.StatusCode, body: n, keep: !r.Close && r.StatusCode != 101, err: err}
	answer := traffic.Response{Status: r.StatusCode, Body: kept, Size: n}
	for name, values := range r.Header {
		for _, v := range values {
			answer.Header = append(answer.Header, traffic.Field{Name: name, Value: v})
		}
	}
	g.class, g.cause, g.limit = traffic.Classify(&answer)
	if err == nil {
		g.rest, _ = io.Copy(io.Discard, b)
	}
	return g
}

// stricter are the answers that are refused here and not by net/http, looser
// those that net/http alone refuses, by its words. Everything else must agree.
var (
	stricter = map[error]string{
		errFold:        "RFC 9112, 5.2 lets a client refuse a folded field or mend it; API Gateway folds none",
		errOldEncoding: "RFC 9112, 6.1: the framing is faulty; net/http takes the chunks for the body",
		errField:       "RFC 9112, 5.1: no space before the colon; net/http keeps such a field under a name that nobody asks for",
		errStatusLine:  "HTTP/0.x, HTTP/2.0 and a status below 100, as 099 or +20, which net/http lets pass, are not HTTP/1",
		errBareLF:      "erratum 7633 on RFC 9112: in the chunked coding, trailers included, a line ends in CRLF; net/http asks it of chunks only",
	}
	looser = map[string]string{
		"multiple Content-Length":                "RFC 9112, 6.3 asks that they be the same; 5 and 05 are",
		"invalid byte in chunk length":           "RFC 9112, 7.1.1: blanks may come before an extension's semicolon",
		"bad trailer key":                        "the Trailer field is not looked at: it only announces",
		"suspiciously long trailer":              "net/http asks for all trailers within 4 KB; here they count as head",
		"chunked encoding contains too much non": "net/http bounds extensions in proportion to the body; here each line, and the deadline, bound them",
	}
)

// known tells whether a difference is one of those.
func known(own, standard reading) bool {
	if own.err != nil && standard.err == nil {
		return stricter[own.err] != ""
	}
	for words := range looser {
		if own.err == nil && standard.err != nil && strings.Contains(standard.err.Error(), words) {
			return true
		}
	}
	return false
}

// compare reads input in both ways, and again in pieces.
func compare(t interface {
	Helper()
	Fatalf(string, ...any)
}, input []byte, method string) {
	t.Helper()
	own, _ := read(bytes.NewReader(input), method)
	standard := readStandard(bytes.NewReader(input), method)
	agree := own
	agree.err = standard.err
	switch {
	case own.err != nil && standard.err != nil:
	case own.err == nil && standard.err == nil && agree == standard:
	case known(own, standard):
	default:
		t.Fatalf("%s %q:\nread here     %+v\nread net/http %+v", method, input, own, standard)
	}
	for name, src := range map[string]io.Reader{
		"bytes":        iotest.OneByteReader(bytes.NewReader(input)),
		"halves":       iotest.HalfReader(bytes.NewReader(input)),
		"data and EOF": iotest.DataErrReader(bytes.NewReader(input)),
	} {
		if pieces, _ := read(src, method); pieces != own && !errors.Is(pieces.err, own.err) {
			t.Fatalf("%s %q:\nwhole    %+v\nin %s %+v", method, input, own, name, pieces)
		}
	}
}

var seeds = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
	"HTTP/1.0 200 OK\r\n\r\neverything",
	"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
	"HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
	"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x00\x01",
	"HTTP/1.1 429 Too Many Requests\r\nx-amzn-ErrorType: TooManyRequestsException\r\nx-amzn-RequestId: 1\r\nx-turnpike-limit: stage\r\nContent-Length: 31\r\n\r\n{\"message\":\"Too Many Requests\"}",
	"HTTP/1.1 504 Gateway Timeout\nx-amz-apigw-id: 7\nContent-Length: 38\n\n{\"message\": \"Endpoint request timed out\"}",
	"HTTP/1.1 200\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}

func FuzzResponse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), false)
	}
	f.Add([]byte(seeds[0]), true)
	f.Fuzz(func(t *testing.T, input []byte, head bool) {
		if len(input) > 16<<10 {
			return
		}
		compare(t, input, map[bool]string{true: "HEAD", false: "GET"}[head])
	})
}
