package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/spelling"
	"github.com/turnpike-perf/turnpike/traffic"
)

// How long an integration may take: at least 50 ms, and at most 29 s on REST and
// 30 s on HTTP, which are also the defaults (quotas pages). REST's can be raised
// on request; that is not modelled.
const (
	minTimeout     = 50 * time.Millisecond
	maxRESTTimeout = 29 * time.Second
	maxHTTPTimeout = 30 * time.Second
)

func (k kind) maxTimeout() time.Duration {
	if k == HTTP {
		return maxHTTPTimeout
	}
	return maxRESTTimeout
}

// A route is one route of the definition with its integration, ready to answer.
type route struct {
	config      *RouteConfig
	key         routeKey
	integration string // mock or http_proxy
	assumed     *mock  // the mock itself, or what is assumed of the backend
	proxy       *proxy // nil for a mock
}

// A proxy passes requests on.
type proxy struct {
	config  *HTTPProxy
	parts   []urlPart
	timeout time.Duration
	whole   bool // appends the request's path: $default "sends the full request path to your integration"
}

// A urlPart is a piece of a URL: a text, or a parameter's value.
type urlPart struct{ text, param string }

// route builds a route of a definition without problems.
func (b *builder) route(c *RouteConfig) (*route, error) {
	k := b.api.kind
	key, problem := k.parseRoute(c.Route)
	if problem != "" {
		return nil, errors.New(problem)
	}
	r := &route{config: c, key: key, integration: "mock"}
	assume, timeout := c.Mock, k.maxTimeout()
	if c.HTTP != nil {
		if c.HTTP.Timeout > 0 {
			timeout = c.HTTP.Timeout
		}
		r.integration, assume = "http_proxy", c.HTTP.Assume
		r.proxy = &proxy{config: c.HTTP, parts: splitURL(c.HTTP.URL), timeout: timeout, whole: key.method == ""}
	}
	var err error
	r.assumed, err = newMock(assume, k, b.config.Dir, timeout, b.api.canned.timeout)
	if err != nil {
		return nil, fmt.Errorf("route %q: %w", c.Route, err)
	}
	return r, nil
}

// splitURL splits "https://h/{a}/b" at its parameters. A brace that is not
// closed is text.
func splitURL(u string) (parts []urlPart) {
	for u != "" {
		from := strings.IndexByte(u, '{')
		length := strings.IndexByte(u[max(from, 0):], '}')
		if from < 0 || length < 0 {
			return append(parts, urlPart{text: u})
		}
		parts = append(parts, urlPart{text: u[:from]}, urlPart{param: strings.TrimSuffix(u[from+1:from+length], "+")})
		u = u[from+length+1:]
	}
	return parts
}

// forward completes a decision that a backend is to be asked.
func (p *proxy) forward(d *Decision, k kind, r *traffic.Request) {
	d.Forward, d.Timeout = p.config, p.timeout
	d.Header = k.requestHeader(r, p.config.Headers)
	var u strings.Builder
	for _, part := range p.parts {
		u.WriteString(part.text)
		if part.param != "" {
			u.WriteString(d.Params[part.param])
		}
	}
	d.URL = u.String()
	if p.whole {
		base, query, has := strings.Cut(d.URL, "?")
		d.URL = strings.TrimSuffix(base, "/") + r.Path
		if has {
			d.URL += "?" + query
		}
	}
	if r.Query != "" {
		separator := "?"
		if strings.Contains(d.URL, "?") {
			separator = "&"
		}
		d.URL += separator + r.Query
	}
}

// Complete turns the backend's answer to a request that d forwards into the
// API's, or its failure. An err that is or wraps a deadline's (as net and
// net/http give it) is a timeout; every other one means that the backend could
// not be reached or understood. A backend that answers 429 is passed through as
// throttled_integration, and so are its other errors with their own status.
func (s *Stage) Complete(d *Decision, backend *traffic.Response, err error) traffic.Response {
	switch {
	case err != nil && isTimeout(err):
		d.Error = IntegrationTimeout
		return s.api.canned.timeout
	case err != nil || backend == nil:
		d.Error = IntegrationFailure
		return s.api.canned.unreachable
	}
	resp := *backend
	resp.Header = s.api.kind.responseHeader(backend.Header)
	resp.Outcome, resp.Cause = passedOn(resp.Status)
	resp.Limit = traffic.NoLimit
	if resp.Size == 0 {
		resp.Size = int64(len(resp.Body))
	}
	return resp
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// checkURL says what is wrong with a proxy's URL, or "".
func checkURL(text string, key routeKey) string {
	if text == "" {
		return "want the backend's URL, such as https://backend.example.com/posts/{id}"
	}
	names := paramNames(key.pattern)
	filled := ""
	for _, part := range splitURL(text) {
		if part.param == "" {
			if strings.ContainsAny(part.text, "{}") {
				return fmt.Sprintf("%q has a brace without its other half", text)
			}
			filled += part.text
			continue
		}
		if _, after, found := strings.Cut(filled, "://"); !found || !strings.ContainsAny(after, "/?") {
			return fmt.Sprintf("{%s} in the host would let a request choose where it goes; write the host out", part.param)
		}
		if !slices.Contains(names, part.param) {
			return fmt.Sprintf("{%s} is not a parameter of the route %q%s", part.param, key, spelling.DidYouMean(part.param, names))
		}
		filled += "x"
	}
	u, err := url.Parse(filled)
	switch {
	case err != nil:
		return "not a URL: " + err.Error()
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Sprintf("want a URL that begins with http:// or https://, got %q", text)
	case u.Hostname() == "":
		return fmt.Sprintf("the URL %q has no host", text)
	case u.User != nil:
		return "a URL with a user name or password is not supported; set a header instead"
	case u.Fragment != "":
		return "a URL with a #fragment is not sent anywhere; drop the fragment"
	}
	return ""
}
