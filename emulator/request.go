package emulator

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// maxHeader is how many bytes of header API Gateway takes: of all fields on
// REST, of the request line too on HTTP (quotas pages).
const maxHeader = 10240

// target is the escaped path and raw query as they were on the wire.
func target(r *http.Request) (path, query string) {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, query, _ = strings.Cut(r.RequestURI, "?")
		return path, query
	}
	return r.URL.EscapedPath(), r.URL.RawQuery // an absolute form, as to a proxy
}

// find splits a path into the stage that it names and the path below it, which
// begins with "/". On an HTTP API what names no stage is $default's, whole
// (developer guide, http-api-stages). Slashes before the stage do not count, and
// those after it count as one, as recorded from AWS for REST.
func (s *Server) find(path string) (st *stage, below string) {
	rest := strings.TrimLeft(path, "/")
	name, _, _ := strings.Cut(rest, "/")
	if st = s.stages[name]; st != nil {
		return st, oneSlash(rest[len(name):])
	}
	return s.fallback, oneSlash(path)
}

// oneSlash is path with one slash at its beginning.
func oneSlash(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	if !strings.HasPrefix(path, "/") {
		return "/" + path
	}
	return path
}

// headerSize is how many bytes the fields take, with names, separators and line
// ends, and on an HTTP API the request line with them.
func headerSize(kind string, r *http.Request) int {
	const around = len(": \r\n")
	n := len("Host") + len(r.Host) + around
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + around
		}
	}
	if kind == gateway.HTTP {
		n += len(r.Method) + len(r.RequestURI) + len(r.Proto) + around
	}
	return n
}

// read fills in the parts of the request that the gateway reads: for an API of
// mocks, besides method, path and query, the key and the one field by which
// routing may turn. Where a backend may be asked it is everything.
func (s *Server) read(to *traffic.Request, r *http.Request) error {
	to.Method = r.Method
	if key := r.Header["X-Api-Key"]; len(key) > 0 {
		to.APIKey = key[0]
	}
	if s.proxies {
		to.Header = fields(r.Header)
		var err error
		to.Body, err = payload(r)
		return err
	}
	if v := r.Header["X-Http-Method-Override"]; len(v) > 0 {
		to.Header = []traffic.Field{{Name: "X-HTTP-Method-Override", Value: v[0]}}
	}
	return discard(r)
}

// fields copies a header but for the API key, which travels by itself.
func fields(h http.Header) []traffic.Field {
	to := make([]traffic.Field, 0, len(h))
	for name, values := range h {
		for _, v := range values {
			if name != "X-Api-Key" {
				to = append(to, traffic.Field{Name: name, Value: v})
			}
		}
	}
	return to
}

var errTooLarge = errors.New("more than 10 MB")

// payload reads the body.
func payload(r *http.Request) ([]byte, error) {
	if r.ContentLength > gateway.MaxPayload {
		return nil, errTooLarge
	}
	if r.ContentLength == 0 || r.Body == nil {
		return nil, nil
	}
	var b bytes.Buffer
	b.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r.Body, gateway.MaxPayload+1)); err != nil {
		return nil, err
	}
	if b.Len() > gateway.MaxPayload {
		return nil, errTooLarge
	}
	return b.Bytes(), nil
}

// discard reads the body and keeps nothing of it.
func discard(r *http.Request) error {
	if r.ContentLength > gateway.MaxPayload {
		return errTooLarge
	}
	if r.ContentLength == 0 || r.Body == nil {
		return nil
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, gateway.MaxPayload+1))
	if n > gateway.MaxPayload {
		return errTooLarge
	}
	return err
}
