package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
	"github.com/turnpike-perf/turnpike/traffic"
)

// defaultRoute is the route key of an HTTP API's catch-all.
const defaultRoute = "$default"

// anyMethod is the method of a route that takes those that no other route of its path does.
const anyMethod = "ANY"

// verbs are the methods that routes can name; ANY on REST is these seven. An
// index into verbs stands for a method, and otherVerb for every other one.
var verbs = [...]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

const otherVerb = len(verbs)

// verbOf is a method's index in verbs.
func verbOf(method string) int {
	switch method {
	case "GET":
		return 0
	case "HEAD":
		return 1
	case "POST":
		return 2
	case "PUT":
		return 3
	case "PATCH":
		return 4
	case "DELETE":
		return 5
	case "OPTIONS":
		return 6
	}
	return otherVerb
}

// A routeKey is a route in parts: "GET /posts/{id}". $default has no method
// and no pattern.
type routeKey struct {
	method  string
	path    string
	pattern []segment
}

// A segment is one part of a path pattern, between slashes.
type segment struct {
	kind segmentKind
	text string // the literal, or the parameter's name
}

type segmentKind uint8

// The kinds of segment, most specific first.
const (
	literal segmentKind = iota // posts
	param                      // {id}: one whole segment that is not empty
	greedy                     // {proxy+}: the rest of the path, at least one character
)

// String is the route key as AWS writes it.
func (k routeKey) String() string {
	if k.method == "" {
		return defaultRoute
	}
	return k.method + " " + k.path
}

// shape is the route key without the parameters' names: two routes of one
// shape match the same requests.
func (k routeKey) shape() string {
	if k.method == "" {
		return defaultRoute
	}
	var b strings.Builder
	b.WriteString(k.method + " ")
	for _, s := range k.pattern {
		b.WriteString("/" + [...]string{s.text, "{}", "{+}"}[s.kind])
	}
	return b.String()
}

// allLiteral tells whether the pattern has no parameters.
func allLiteral(p []segment) bool {
	return !slices.ContainsFunc(p, func(s segment) bool { return s.kind != literal })
}

// params takes the values of a pattern's parameters out of a path that it
// matches. Values stay escaped as they came: on REST {proxy} keeps %2B and
// inner double slashes (AWS-validated snapshots of the proxy event).
func params(p []segment, path string) map[string]string {
	if allLiteral(p) {
		return nil
	}
	values := make(map[string]string, 2)
	for _, s := range p {
		part, rest := cut(path)
		switch s.kind {
		case param:
			values[s.text] = part
		case greedy:
			values[s.text] = path[1:]
		}
		path = rest
	}
	return values
}

// cut splits "/a/b/c" into "a" and "/b/c". The path begins with a slash.
func cut(path string) (first, rest string) {
	if i := strings.IndexByte(path[1:], '/'); i >= 0 {
		return path[1 : 1+i], path[1+i:]
	}
	return path[1:], ""
}

// normal is the path that is matched against patterns: "" for the root.
//
// REST (AWS-validated snapshots): slashes that lead are one, one slash that
// trails is none, and double slashes inside stay. HTTP APIs are taken to match
// a path as it is, so "/pets/" is not "/pets"; AWS documents neither.
func (k kind) normal(path string) string {
	if k == REST {
		for strings.HasPrefix(path, "//") {
			path = path[1:]
		}
		path = strings.TrimSuffix(path, "/")
	} else if path == "/" {
		return ""
	}
	if path != "" && path[0] != '/' {
		return "/" + path
	}
	return path
}

// What a path part may be made of: REST refuses all else ("Resource's path part
// only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at
// the beginning and the end").
var (
	restLiteral = regexp.MustCompile(`^[a-zA-Z0-9._:-]+$`)
	httpLiteral = regexp.MustCompile(`^[a-zA-Z0-9._:~!$&'()*,;=@%-]*$`)
	parameter   = regexp.MustCompile(`^\{([a-zA-Z0-9._:-]+)(\+?)\}$`)
)

// parseRoute reads a route key of an API of this kind. The problem, if any, is
// in words for the person who wrote it.
func (k kind) parseRoute(text string) (key routeKey, problem string) {
	if text == defaultRoute {
		if k == REST {
			return key, `"$default" is a route of HTTP APIs; on a REST API use "ANY /{proxy+}" and "ANY /"`
		}
		return routeKey{}, ""
	}
	method, path, found := strings.Cut(text, " ")
	path = strings.TrimSpace(path)
	if !found || path == "" {
		return key, fmt.Sprintf(`want a method and a path such as "GET /posts/{id}", got %q`, text)
	}
	if method != anyMethod && verbOf(method) == otherVerb {
		return key, fmt.Sprintf("unknown method %q; want %s or ANY%s", method, strings.Join(verbs[:], ", "), spelling.DidYouMean(method, append(verbs[:], anyMethod)))
	}
	if path[0] != '/' {
		return key, fmt.Sprintf("the path %q must begin with /", path)
	}
	key = routeKey{method: method, path: path}
	key.pattern, problem = k.parsePattern(path)
	return key, problem
}

// parsePattern reads a path pattern.
func (k kind) parsePattern(path string) (pattern []segment, problem string) {
	if path == "/ping" || path == "/sping" {
		return nil, path + " is reserved by API Gateway for its own health check"
	}
	if path == "/" {
		return nil, ""
	}
	names := make(map[string]bool)
	for rest := path; rest != ""; {
		var text string
		text, rest = cut(rest)
		s, problem := k.parseSegment(text, path)
		if problem != "" {
			return nil, problem
		}
		if s.kind == greedy && rest != "" {
			return nil, fmt.Sprintf("{%s+} must be the last part of the path, since it takes the rest of it", s.text)
		}
		if s.kind != literal && names[s.text] {
			return nil, fmt.Sprintf("the parameter {%s} occurs twice", s.text)
		}
		names[s.text] = names[s.text] || s.kind != literal
		pattern = append(pattern, s)
	}
	return pattern, ""
}

// parseSegment reads one part of path.
func (k kind) parseSegment(text, path string) (s segment, problem string) {
	if m := parameter.FindStringSubmatch(text); m != nil {
		if m[2] == "+" {
			return segment{greedy, m[1]}, ""
		}
		return segment{param, m[1]}, ""
	}
	switch {
	case text == "{}" || text == "{+}":
		return s, "a parameter needs a name, as in {id}"
	case strings.ContainsAny(text, "{}"):
		return s, fmt.Sprintf("a parameter must be a whole part of the path, as in /{id}/, got %q", text)
	case text == "" && k == REST:
		return s, fmt.Sprintf("the path %q has an empty part: drop the slash that is too many", path)
	case k == REST && !restLiteral.MatchString(text):
		return s, fmt.Sprintf("the part %q has characters that API Gateway refuses; want letters, digits and . _ : -", text)
	case !httpLiteral.MatchString(text):
		return s, fmt.Sprintf("the part %q has characters that a URL path cannot have; escape them as %%XX", text)
	}
	return segment{literal, text}, ""
}

// methodOf is the method by which a request is routed. A REST API lets the
// header X-HTTP-Method-Override replace it (developer guide, known issues).
func (k kind) methodOf(r *traffic.Request) string {
	if k == REST && len(r.Header) > 0 {
		if m := r.Get("X-HTTP-Method-Override"); m != "" {
			return m
		}
	}
	return r.Method
}
