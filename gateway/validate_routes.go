package gateway

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// routes checks the routes and their integrations, and remembers the route keys.
func (v *validator) routes() {
	routes := v.config.Routes
	if len(routes) == 0 {
		v.badf("routes", "an API needs at least one route, such as {route: GET /posts, mock: {}}")
	}
	if len(routes) > maxRoutes {
		v.badf("routes", "API Gateway allows %d routes in an API, got %d", maxRoutes, len(routes))
	}
	seen := make(map[string]int) // index by shape
	parameters := make(map[string]routeParam)
	for i := range routes {
		r := &routes[i]
		path := fmt.Sprintf("routes[%d]", i)
		key, problem := v.kind.parseRoute(r.Route)
		if problem != "" {
			v.badf(path+".route", "%s", problem)
		} else {
			v.keys = append(v.keys, key)
			if !v.duplicate(path, i, key, seen) {
				v.siblings(path, i, key, parameters)
			}
		}
		if r.APIKeyRequired && v.kind == HTTP {
			v.badf(path+".api_key_required", "HTTP APIs have no API keys; use kind: rest, or drop api_key_required")
		}
		v.integration(path, r, key)
	}
}

// duplicate reports a route that matches what an earlier one does.
func (v *validator) duplicate(path string, i int, key routeKey, seen map[string]int) bool {
	first, ok := seen[key.shape()]
	if !ok {
		seen[key.shape()] = i
		return false
	}
	if other := v.config.Routes[first].Route; other != key.String() {
		v.badf(path+".route", "%q and %q (routes[%d]) differ only in a parameter's name, so they match the same requests", key, other, first)
	} else {
		v.badf(path+".route", "the route %q is defined twice, first at routes[%d]", key, first)
	}
	return true
}

// A routeParam is a parameter and the route that named it first.
type routeParam struct {
	name  string
	route int
}

// siblings checks that REST's resources have one parameter at a place: AWS
// refuses a second ("A sibling of this resource already has a variable path part").
func (v *validator) siblings(path string, i int, key routeKey, seen map[string]routeParam) {
	if v.kind != REST {
		return
	}
	parent := ""
	for _, s := range key.pattern {
		place := fmt.Sprintf("%s %d", parent, s.kind)
		first, ok := seen[place]
		switch {
		case s.kind == literal:
		case !ok:
			seen[place] = routeParam{s.text, i}
		case first.name != s.text:
			v.badf(path+".route", "the parameter {%s} is called {%s} at the same place in routes[%d]; a REST API allows one name", s.text, first.name, first.route)
			return
		}
		parent += "/" + [...]string{s.text, "{}", "{+}"}[s.kind]
	}
}

// integration checks that a route has one integration and that it is sound.
func (v *validator) integration(path string, r *RouteConfig, key routeKey) {
	switch {
	case r.Mock == nil && r.HTTP == nil:
		v.badf(path, "the route needs an integration: mock or http")
	case r.Mock != nil && r.HTTP != nil:
		v.badf(path, "the route has two integrations, mock and http; keep one (http.assume says what a simulation takes the backend to be)")
	}
	if r.Mock != nil {
		v.mock(path+".mock", r.Mock)
	}
	if h := r.HTTP; h != nil {
		if problem := checkURL(h.URL, key); problem != "" {
			v.badf(path+".http.url", "%s", problem)
		}
		if top := v.kind.maxTimeout(); h.Timeout != 0 && (h.Timeout < minTimeout || h.Timeout > top) {
			v.badf(path+".http.timeout", "an integration timeout is %v to %v on this kind of API, got %v", minTimeout, top, h.Timeout)
		}
		v.headers(path+".http.headers", h.Headers)
		if h.Assume != nil {
			v.mock(path+".http.assume", h.Assume)
		}
	}
}

// paramNames are the names of a pattern's parameters.
func paramNames(p []segment) (names []string) {
	for _, s := range p {
		if s.kind != literal {
			names = append(names, s.text)
		}
	}
	return names
}

func (v *validator) mock(path string, m *Mock) {
	v.latency(path+".latency", &m.Latency)
	v.status(path+".status", m.Status)
	if m.Body != "" && m.BodyBytes != 0 {
		v.badf(path+".body_bytes", "give body or body_bytes, not both")
	}
	if m.BodyBytes < 0 || m.BodyBytes > MaxPayload {
		v.badf(path+".body_bytes", "want 0 to 10 MiB, API Gateway's largest payload, got %v", m.BodyBytes)
	}
	if strings.ContainsAny(m.ContentType, "\r\n") {
		v.badf(path+".content_type", "must be one line")
	}
	v.headers(path+".headers", m.Headers)
}

// status checks that a status mix is one.
func (v *validator) status(path string, mix map[int]traffic.Percent) {
	sum, sound := 0.0, true
	for _, status := range sortedKeys(mix) {
		share := float64(mix[status])
		if status < 200 || status > 599 {
			v.badf(fmt.Sprintf("%s.%d", path, status), "want a status from 200 to 599")
		}
		if !(share >= 0 && share <= 100) {
			v.badf(fmt.Sprintf("%s.%d", path, status), "want a share from 0%% to 100%%, got %v", mix[status])
			sound = false
		}
		sum += share
	}
	if len(mix) > 0 && sound && !(math.Abs(sum-100) < 1e-6) {
		v.badf(path, "the shares add up to %v%%, want 100%%", math.Round(sum*1e6)/1e6)
	}
}

var fieldName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// written are fields that the server of an answer writes itself.
var written = set("content-length", "date", "connection", "transfer-encoding", "host")

func (v *validator) headers(path string, h map[string]string) {
	for _, name := range sortedKeys(h) {
		switch {
		case !fieldName.MatchString(name):
			v.badf(path+"."+name, "%q is not a header's name", name)
		case written[strings.ToLower(name)]:
			v.badf(path+"."+name, "%s is written by the server itself; drop it", http.CanonicalHeaderKey(name))
		case strings.ContainsAny(h[name], "\r\n\x00"):
			v.badf(path+"."+name, "a header's value must be one line")
		}
	}
}

// latency checks a distribution of times.
func (v *validator) latency(path string, l *Latency) {
	given := 0
	for _, has := range []bool{l.Constant != 0, l.Uniform != nil, l.Lognormal != nil, len(l.Empirical) > 0, l.File != ""} {
		if has {
			given++
		}
	}
	if given > 1 {
		v.badf(path, "give one of constant, uniform, lognormal, empirical and file, got %d", given)
	}
	v.atLeast0(path+".constant", l.Constant)
	if u := l.Uniform; u != nil {
		v.atLeast0(path+".uniform.min", u.Min)
		if u.Max < u.Min {
			v.badf(path+".uniform.max", "%v is less than min, %v", u.Max, u.Min)
		}
	}
	if n := l.Lognormal; n != nil {
		if n.P50 <= 0 {
			v.badf(path+".lognormal.p50", "want a time above 0, got %v", n.P50)
		}
		if n.P99 < n.P50 {
			v.badf(path+".lognormal.p99", "%v is less than p50, %v", n.P99, n.P50)
		}
	}
	for i, d := range l.Empirical {
		v.atLeast0(fmt.Sprintf("%s.empirical[%d]", path, i), d)
	}
	if l.File != "" {
		if _, err := readSamples(l.File, v.config.Dir); err != nil {
			v.badf(path+".file", "%v", err)
		}
	}
}

func (v *validator) atLeast0(path string, d time.Duration) {
	if d < 0 {
		v.badf(path, "a time is 0 or more, got %v", d)
	}
}
