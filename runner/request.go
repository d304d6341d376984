package runner

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A maker turns a plan's requests into net/http's for one target.
type maker struct {
	scheme, authority string
	prefix            string      // the target's path, escaped, without a slash at its end
	host              string      // the Host field; "" is the authority
	always            http.Header // sent unless the request sets the field itself
}

func newMaker(base *url.URL, t Target, o Options) maker {
	m := maker{scheme: base.Scheme, authority: base.Host, prefix: strings.TrimSuffix(base.EscapedPath(), "/"),
		always: http.Header{}}
	m.always.Set("User-Agent", defaultUserAgent)
	if o.UserAgent != "" {
		m.always.Set("User-Agent", o.UserAgent)
	}
	if o.RunID != "" {
		m.always.Set("X-Load-Test-Run-Id", o.RunID)
	}
	own := http.Header{}
	m.host = addFields(own, t.Host, t.Header)
	for name, values := range own {
		m.always[name] = values
	}
	return m
}

// prepared is a request that can be sent any number of times, also at once:
// neither it nor anything below it is changed once it is made, because the
// transport may still read it after the answer has come.
type prepared struct {
	from    *traffic.Request
	sent    *http.Request
	body    []byte
	invalid bool // it cannot be written as HTTP: nothing is sent
}

// make prepares r. Path and query go out byte for byte as they are in r.
func (m *maker) make(r *traffic.Request) *prepared {
	p := &prepared{from: r, body: r.Body}
	fields := make(http.Header, len(m.always)+len(r.Header)+1)
	host := addFields(fields, m.host, r.Header)
	for name, values := range m.always {
		if _, set := fields[name]; !set {
			fields[name] = values
		}
	}
	if r.APIKey != "" {
		fields["X-Api-Key"] = []string{r.APIKey}
	}
	p.invalid = !validRequest(r, fields)
	p.sent = &http.Request{
		Method: r.Method, URL: m.url(r), Host: host, Header: fields,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(r.Body)),
	}
	if len(r.Body) > 0 {
		p.sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p.body)), nil }
	}
	return p
}

// url is where r goes. Opaque is written as it stands, but may not begin with two slashes.
func (m *maker) url(r *traffic.Request) *url.URL {
	path := m.prefix + r.Path
	u := &url.URL{Scheme: m.scheme, Host: m.authority, Opaque: path, RawQuery: r.Query}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		u.Opaque, u.RawPath, u.Path = "", path, path
		if plain, err := url.PathUnescape(path); err == nil {
			u.Path = plain
		}
	}
	return u
}

// request returns p for one sending, which ends when ctx does.
func (p *prepared) request(ctx context.Context) *http.Request {
	r := p.sent.WithContext(ctx)
	if len(p.body) > 0 {
		r.Body, _ = p.sent.GetBody()
	}
	return r
}

// addFields adds fields to h under their canonical names, and returns the
// value of a Host field, which is not one of the header's in net/http, or host.
func addFields(h http.Header, host string, fields []traffic.Field) string {
	for _, f := range fields {
		if name := textproto.CanonicalMIMEHeaderKey(f.Name); name == "Host" {
			host = f.Value
		} else {
			h[name] = append(h[name], f.Value)
		}
	}
	return host
}

// validRequest tells whether r can be written as an HTTP/1.1 request (RFC 9110,
// 5.1, 5.5 and 9.1; RFC 9112, 3): a replayed log may hold anything.
func validRequest(r *traffic.Request, fields http.Header) bool {
	if !token(r.Method) || !clean(r.Path, ' ') || !clean(r.Query, ' ') {
		return false
	}
	for name, values := range fields {
		if !token(name) {
			return false
		}
		for _, v := range values {
			if !clean(strings.ReplaceAll(v, "\t", ""), 0) {
				return false
			}
		}
	}
	return true
}

// token tells whether s is one or more of the characters that names are made of.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
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
