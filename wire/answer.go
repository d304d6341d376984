package wire

import (
	"unsafe"

	"github.com/turnpike-perf/turnpike/traffic"
)

// An Answer is one answer. Its memory is used again by the next: nothing of it
// may be kept, the strings of its fields included.
//
// Header has only the fields that traffic.Classify looks at, and only for a
// status of 400 or above; Body then has the first KeptBody bytes.
type Answer struct {
	traffic.Response
	HeadBytes int64 // status line, fields and the empty line, as they came; with those of 1xx before
	KeepAlive bool  // the connection may be used again, if its Reader is drained

	method string
	left   int    // how much longer heads may be
	values []byte // what Header's strings are made of
	framing
}

// framing is what a head says about the body and the connection.
type framing struct {
	minor           byte  // of HTTP/1.minor
	length          int64 // Content-Length; -1 = none
	badLength       bool  // it is not a number, or several
	encodings       int   // how many Transfer-Encoding fields
	chunked         bool  // the first of them is chunked
	closes, persist bool  // Connection: close, keep-alive
	untilEnd        bool  // the body ends where the connection does
}

// Reset makes a ready for the answer to a request of that method.
func (a *Answer) Reset(method string) {
	a.Response = traffic.Response{Header: a.Header[:0], Body: a.Body[:0]}
	a.HeadBytes, a.KeepAlive, a.method, a.left = 0, false, method, MaxHead
}

// begin makes a ready for a head.
func (a *Answer) begin() {
	a.Header, a.values = a.Header[:0], a.values[:0]
	a.framing = framing{length: -1}
}

// Final tells whether the head that was read is the answer's, and not a 1xx
// that goes before it. A 101 is final: what follows is not HTTP.
func (a *Answer) Final() bool { return a.Status >= 200 || a.Status == 101 }

// classified are the fields that traffic.Classify looks at.
var classified = [...]string{"x-turnpike-limit", "x-amzn-errortype", "x-amzn-requestid", "x-amz-apigw-id", "apigw-requestid"}

// keep keeps a field if it is one of them.
func (a *Answer) keep(name, value []byte) {
	for _, k := range classified {
		if is(name, k) {
			at := len(a.values)
			a.values = append(a.values, value...)
			a.Header = append(a.Header, traffic.Field{Name: k, Value: view(a.values[at:])})
			return
		}
	}
}

// view is b as a string without a copy, for as long as b is not changed: until
// the next head, which is what Answer says of its strings.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// add takes the next piece of the body.
func (a *Answer) add(p []byte) {
	a.Size += int64(len(p))
	if a.Status < 400 || len(a.Body) == KeptBody {
		return
	}
	if a.Body == nil {
		a.Body = make([]byte, 0, KeptBody)
	}
	a.Body = append(a.Body, p[:min(len(p), KeptBody-len(a.Body))]...)
}
