package wire

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadAnswer(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for _, tt := range []struct {
		name, method, input string
		status              int
		head, body          int64
		keep                bool
		rest                int64
	}{
		{"length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, 38, 3, true, 0},
		{"nothing", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, 38, 0, true, 0},
		{"more than asked for", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", 200, 38, 3, true, 1},
		{"chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 ; a=b;c=\"d\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: 1\r\nU: 2\r\n\r\n", 200, 47, 13, true, 0},
		{"chunks and length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200, 66, 1, true, 0},
		{"to the end", "GET", "HTTP/1.1 200 OK\r\n\r\nall of this", 200, 19, 11, false, 0},
		{"1xx", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, 25 + 39 + 38, 1, true, 0},
		{"101", "GET", "HTTP/1.1 101 Switching Protocols\r\n\r\n\x01\x02", 101, 36, 0, false, 2},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 200, 38, 0, true, 0},
		{"HEAD, chunked", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, 47, 0, true, 0},
		{"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, 27, 0, true, 0},
		{"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, 48, 0, true, 0},
		{"CONNECT", "CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 200, 38, 0, false, 0},
		{"close", "GET", "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", 200, 57, 0, false, 0},
		{"close among others", "GET", "HTTP/1.1 200 OK\r\nConnection: upgrade , close\r\nContent-Length: 0\r\n\r\n", 200, 67, 0, false, 0},
		{"1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, 38, 0, false, 0},
		{"1.0, kept", "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", 200, 62, 0, true, 0},
		{"lengths that agree", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\ncontent-length: 03\r\n\r\nabc", 200, 58, 3, true, 0},
		{"LF", "GET", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", 200, 35, 3, true, 0},
		{"no reason", "GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, 35, 0, true, 0},
		{"long failure", "GET", "HTTP/1.1 500 Oh\r\nContent-Length: 10000\r\n\r\n" + long, 500, 42, 10000, true, 0},
		{"long field", "GET", "HTTP/1.1 200 OK\r\nX: " + long + "\r\nContent-Length: 0\r\n\r\n", 200, 17 + 3 + 10000 + 2 + 21, 0, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, a := read(strings.NewReader(tt.input), tt.method)
			if g.err != nil {
				t.Fatal(g.err)
			}
			if g.status != tt.status || a.HeadBytes != tt.head || g.body != tt.body || g.keep != tt.keep || g.rest != tt.rest {
				t.Errorf("status %d, head %d, body %d, keep %v, rest %d; want %d, %d, %d, %v, %d",
					g.status, a.HeadBytes, g.body, g.keep, g.rest, tt.status, tt.head, tt.body, tt.keep, tt.rest)
			}
			if want := min(tt.body, KeptBody); tt.status >= 400 && int64(len(a.Body)) != want || tt.status < 400 && len(a.Body) > 0 {
				t.Errorf("kept %d bytes of the body", len(a.Body))
			}
			if tt.method != "CONNECT" { // ReadResponse leaves it to its caller
				compare(t, []byte(tt.input), tt.method)
			}
		})
	}
}

func TestRefuseAnswer(t *testing.T) {
	const ok, chunked = "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for input, want := range map[string]error{
		"":                                  io.ErrUnexpectedEOF,
		"HTTP/1.1 200 OK\r\n":               io.ErrUnexpectedEOF,
		"\r\n" + ok:                         errStatusLine,
		"HTTP/2.0 200 OK\r\n\r\n":           errStatusLine,
		"http/1.1 200 OK\r\n\r\n":           errStatusLine,
		"HTTP/1.1 20 OK\r\n\r\n":            errStatusLine,
		"HTTP/1.1 2000 OK\r\n\r\n":          errStatusLine,
		"HTTP/1.1 099 OK\r\n\r\n":           errStatusLine,
		"SSH-2.0-OpenSSH_9.6\r\n":           errStatusLine,
		ok + "X: a\r\n b\r\n\r\n":           errFold,
		ok + "X : a\r\n\r\n":                errField,
		ok + "X\r\n\r\n":                    errField,
		ok + ": a\r\n\r\n":                  errField,
		ok + "X: a\x00b\r\n\r\n":            errField,
		ok + "X: 0123456789\x7f\r\n\r\n":    errField,
		ok + "X: a\rY: b\r\n\r\n":           errField,
		ok + "Content-Length: -1\r\n\r\n":   errLength,
		ok + "Content-Length: +1\r\n\r\n":   errLength,
		ok + "Content-Length: \r\n\r\n":     errLength,
		ok + "Content-Length: 3, 3\r\n\r\n": errLength,
		ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd":               errLength,
		ok + "Content-Length: 9223372036854775808\r\n\r\n":                      errLength,
		ok + "Content-Length: 1073741825\r\n\r\n":                               errLongBody,
		ok + "Content-Length: 4\r\n\r\nabc":                                     io.ErrUnexpectedEOF,
		ok + "Transfer-Encoding: gzip, chunked\r\n\r\n":                         errEncoding,
		ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n": errEncoding,
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":        errOldEncoding,
		chunked + "\r\n":                                                      errChunk,
		chunked + "x\r\n":                                                     errChunk,
		chunked + "-1\r\n":                                                    errChunk,
		chunked + "00000000000000001\r\na\r\n":                                errChunk,
		chunked + "ffffffffffffffff\r\na\r\n":                                 errChunk,
		chunked + "7fffffffffffffff\r\na\r\n":                                 errLongBody,
		chunked + "1\r\nab\r\n":                                               errChunk,
		chunked + "1\na\r\n0\r\n\r\n":                                         errBareLF,
		chunked + "1\r\na\r\n0\r\nT: 1\n\r\n":                                 errBareLF,
		chunked + "1\r\na\r\n0\r\nT\r\n\r\n":                                  errField,
		chunked + "1\r\na\r\n":                                                io.ErrUnexpectedEOF,
		chunked + "1\r\na\r\n0\r\n":                                           io.ErrUnexpectedEOF,
		chunked + strings.Repeat("1", 5000):                                   errChunk,
		chunked + "1;" + strings.Repeat("e", 1e4):                             errChunk,
		ok + "X: " + strings.Repeat("x", MaxHead):                             errLongHead,
		ok + strings.Repeat("X: y\r\n", MaxHead/6):                            errLongHead,
		strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", MaxHead/25) + ok + ok: errLongHead,
		chunked + "0\r\n" + strings.Repeat("X: y\r\n", MaxHead/6):             errLongHead,
	} {
		if g, _ := read(strings.NewReader(input), "GET"); g.err != want {
			t.Errorf("reading %.80q: %v, want %v", input, g.err, want)
		}
	}
}

// endless is an answer that goes on for so long, in no memory.
func endless(head string, n int64) io.Reader {
	return io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, n))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestLongBodies: what is discarded takes no memory, and what never ends is ended.
func TestLongBodies(t *testing.T) {
	const long = 100 << 20
	r := NewReader(endless(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", long), long))
	var a Answer
	a.Reset("GET")
	if err := r.ReadHead(&a); err != nil {
		t.Fatal(err)
	}
	if err := r.ReadBody(&a); err != nil || a.Size != long || len(r.buf) > largeBuffer {
		t.Errorf("ReadBody = %v after %d bytes, with a buffer of %d", err, a.Size, len(r.buf))
	}
	if g, _ := read(endless("HTTP/1.1 200 OK\r\n\r\n", MaxBody+1), "GET"); g.err != errLongBody {
		t.Errorf("reading more than 1 GB: %v, want %v", g.err, errLongBody)
	}
}

// TestAgainstStandard: answers that are mostly right, and the same with some
// bytes changed, are read alike here and in net/http.
func TestAgainstStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		input := drawAnswer(t)
		method := rapid.SampledFrom([]string{"GET", "GET", "HEAD", "POST"}).Draw(t, "method")
		compare(t, input, method)
		for range rapid.IntRange(1, 4).Draw(t, "mutations") {
			input = mutate(t, input)
			compare(t, input, method)
		}
	})
}

func drawAnswer(t *rapid.T) []byte {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	var b bytes.Buffer
	if rapid.IntRange(0, 5).Draw(t, "interim") == 0 {
		b.WriteString(pick("1xx", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", "HTTP/1.1 100 \r\nContent-Length: 5\r\n\r\n"))
	}
	status := rapid.SampledFrom([]int{200, 200, 201, 204, 304, 301, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 101, 999}).Draw(t, "status")
	fmt.Fprintf(&b, "%s %d %s\r\n", pick("version", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0"), status, http.StatusText(status))
	body := pick("body", "", "x", "hello", `{"message":"Too Many Requests"}`, `{"message":"Forbidden"}`, `{"message": null}`,
		`{"message":"Limit Exceeded"}`, `{"Message":"User is not authorized"}`, strings.Repeat("long ", 2000))
	for range rapid.IntRange(0, 5).Draw(t, "fields") {
		b.WriteString(pick("field", "Date: now", "X-Empty:", "Connection: close", "connection:keep-alive", "Connection: a,close ,b", "Connection: closed",
			"x-amzn-ErrorType: TooManyRequestsException", "X-Amzn-Errortype: ForbiddenException:http", "x-amzn-RequestId: 12", "x-amz-apigw-id: 7",
			"Apigw-Requestid: 5", "x-turnpike-limit: stage", "x-turnpike-limit: quota", "Trailer: X-T", "Content-Length: 5", "Transfer-Encoding: identity", "X: \ta\t"))
		b.WriteString(pick("end", "\r\n", "\r\n", "\r\n", "\n"))
	}
	switch pick("framing", "length", "length", "chunked", "chunked", "none", "both") {
	case "length":
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	case "none":
		fmt.Fprintf(&b, "\r\n%s", body)
	case "both":
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
		fallthrough
	default:
		fmt.Fprintf(&b, "Transfer-Encoding: %s\r\n\r\n", pick("chunked", "chunked", "Chunked"))
		for len(body) > 0 {
			n := rapid.IntRange(1, len(body)).Draw(t, "chunk")
			fmt.Fprintf(&b, "%x%s\r\n%s\r\n", n, pick("extension", "", ";a", ";a=\"b\"", " "), body[:n])
			body = body[n:]
		}
		b.WriteString("0\r\n" + pick("trailer", "", "", "X-T: 1\r\n", "Content-Length: 9\r\n") + "\r\n")
	}
	b.WriteString(pick("rest", "", "", "HTTP/1.1 200 OK\r\n\r\n", "\r\n"))
	return b.Bytes()
}

// mutate changes, drops, doubles or cuts a piece of input.
func mutate(t *rapid.T, input []byte) []byte {
	if len(input) == 0 {
		return input
	}
	at := rapid.IntRange(0, len(input)-1).Draw(t, "at")
	end := min(len(input), at+rapid.IntRange(1, 12).Draw(t, "length"))
	switch rapid.IntRange(0, 4).Draw(t, "mutation") {
	case 0:
		c := rapid.SampledFrom([]byte("\r\n :;,\t\x000019aZ\x7f\xff+-")).Draw(t, "byte")
		return append(append(append([]byte{}, input[:at]...), c), input[at+1:]...)
	case 1:
		return append(append([]byte{}, input[:at]...), input[end:]...)
	case 2:
		return append(append([]byte{}, input[:end]...), input[at:]...)
	case 3:
		return input[:at]
	}
	return append(append(append([]byte{}, input[:at]...), "\r\n"...), input[at:]...)
}
