package wire

import (
	"strconv"
	"strings"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A Base is what all requests to one target have in common.
type Base struct {
	Host   string          // sent unless the request has a Host field
	Path   string          // comes before the request's: escaped, without a slash at its end
	Fields []traffic.Field // sent unless the request sets a field of that name
}

// A Request is a request as it goes over the wire. Its memory is used again by
// the next Write.
type Request struct {
	Bytes []byte // head and body
	Head  int    // how many of them are the head
	Last  bool   // it says Connection: close: nothing may be sent after it (RFC 9112, 9.6)
}

// Write makes q of r, byte for byte as r has it: method, path, query, and
// fields in their order and case, without those that say how long the body is
// and how it is coded, which are written anew. It fails with ErrInvalid, since
// a replayed log may hold anything, and does not allocate once q has grown.
func (q *Request) Write(b *Base, r *traffic.Request) error {
	q.Last = false
	host := b.Host
	for i := range r.Header {
		if is(r.Header[i].Name, "host") {
			host = r.Header[i].Value
		}
	}
	if !token(r.Method) || !clean(b.Path, ' ') || !clean(r.Path, ' ') || !clean(r.Query, ' ') || host == "" || !clean(host, ' ') {
		return ErrInvalid
	}
	q.Bytes = appendStart(q.Bytes[:0], b, r)
	q.Bytes = appendField(q.Bytes, "Host", host)
	for i := range b.Fields {
		if f := &b.Fields[i]; !sets(r, f.Name) && !q.add(f) {
			return ErrInvalid
		}
	}
	for i := range r.Header {
		if f := &r.Header[i]; !(r.APIKey != "" && is(f.Name, apiKey)) && !q.add(f) {
			return ErrInvalid
		}
	}
	if r.APIKey != "" && !q.add(&traffic.Field{Name: apiKey, Value: r.APIKey}) {
		return ErrInvalid
	}
	q.end(r)
	return nil
}

const apiKey = "x-api-key"

// appendStart writes the request line (RFC 9112, 3).
func appendStart(dst []byte, b *Base, r *traffic.Request) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, ' ')
	before := len(dst)
	dst = append(dst, b.Path...)
	dst = append(dst, r.Path...)
	if len(dst) == before {
		dst = append(dst, '/')
	}
	if r.Query != "" {
		dst = append(dst, '?')
		dst = append(dst, r.Query...)
	}
	return append(dst, " HTTP/1.1\r\n"...)
}

func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, value...)
	return append(dst, "\r\n"...)
}

// sets tells whether r brings its own value for a field.
func sets(r *traffic.Request, name string) bool {
	for i := range r.Header {
		if len(r.Header[i].Name) == len(name) && strings.EqualFold(r.Header[i].Name, name) {
			return true
		}
	}
	return r.APIKey != "" && is(name, apiKey)
}

// add writes a field, or not where Write itself says what it would, and tells
// whether it can be written at all.
func (q *Request) add(f *traffic.Field) bool {
	if !token(f.Name) || !cleanValue(f.Value) {
		return false
	}
	switch {
	case is(f.Name, "host"), is(f.Name, "content-length"), is(f.Name, "transfer-encoding"), is(f.Name, "trailer"):
		return true
	case is(f.Name, "connection"):
		q.Last = q.Last || lists(f.Value, "close")
	}
	q.Bytes = appendField(q.Bytes, f.Name, f.Value)
	return true
}

// end writes the body's length, also that of none where the method makes one
// expected (RFC 9110, 8.6), and the body.
func (q *Request) end(r *traffic.Request) {
	if len(r.Body) > 0 || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		q.Bytes = append(q.Bytes, "Content-Length: "...)
		q.Bytes = strconv.AppendInt(q.Bytes, int64(len(r.Body)), 10)
		q.Bytes = append(q.Bytes, "\r\n"...)
	}
	q.Bytes = append(q.Bytes, "\r\n"...)
	q.Head = len(q.Bytes)
	q.Bytes = append(q.Bytes, r.Body...)
}

// clean tells whether s is free of control characters and of what else is forbidden.
func clean(s string, forbidden byte) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == 0x7f || c == forbidden {
			return false
		}
	}
	return true
}

// cleanValue is clean for a field's value, which may have tabs.
func cleanValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
