package gateway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A reference finds a route by trying all of them and sorting those that match:
// slow, and plainly the rules.
type reference struct {
	kind   kind
	routes []routeKey
}

// A candidate is a route that matches a path.
type candidate struct {
	route routeKey
	kinds []segmentKind // of the pattern's segments
}

func (c candidate) greedy() bool { return len(c.kinds) > 0 && c.kinds[len(c.kinds)-1] == greedy }

func (c candidate) literals() (n int) {
	for _, k := range c.kinds {
		if k == literal {
			n++
		}
	}
	return n
}

// find is the route key that takes a request, or "".
func (f reference) find(method, path string) string {
	parts := f.split(path)
	var all []candidate
	for _, r := range f.routes {
		if r.method != "" && f.matches(r.pattern, parts) {
			c := candidate{route: r}
			for _, s := range r.pattern {
				c.kinds = append(c.kinds, s.kind)
			}
			all = append(all, c)
		}
	}
	if f.kind == REST {
		return f.rest(method, all)
	}
	return f.http(method, all)
}

// rest takes the most specific path, segment by segment, and then its method.
func (f reference) rest(method string, all []candidate) string {
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(slices.Compare(a.kinds, b.kinds), cmp.Compare(anyLast(a), anyLast(b)))
	})
	for _, c := range all {
		if slices.Equal(c.kinds, all[0].kinds) && accepts(f.kind, c.route.method, method) {
			return c.route.String()
		}
	}
	return ""
}

// http takes, among the routes that have the method, a full match before a
// greedy one, with most literals, the longest, the leftmost literal, the exact method.
func (f reference) http(method string, all []candidate) string {
	all = slices.DeleteFunc(all, func(c candidate) bool { return !accepts(f.kind, c.route.method, method) })
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(
			compareBool(a.greedy(), b.greedy()),
			cmp.Compare(b.literals(), a.literals()),
			cmp.Compare(len(b.kinds), len(a.kinds)),
			slices.Compare(a.kinds, b.kinds),
			cmp.Compare(anyLast(a), anyLast(b)))
	})
	if len(all) > 0 {
		return all[0].route.String()
	}
	if slices.ContainsFunc(f.routes, func(r routeKey) bool { return r.method == "" }) {
		return defaultRoute
	}
	return ""
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func anyLast(c candidate) int {
	if c.route.method == anyMethod {
		return 1
	}
	return 0
}

// accepts tells whether a route's method takes a request's.
func accepts(k kind, route, method string) bool {
	return route == method || route == anyMethod && (k == HTTP || slices.Contains(verbs[:], method))
}

// split is a path as its segments.
func (f reference) split(path string) []string {
	path = "/" + strings.TrimPrefix(path, "/")
	if f.kind == REST {
		path = "/" + strings.TrimLeft(path, "/")
		path = strings.TrimSuffix(path, "/")
	} else if path == "/" {
		path = ""
	}
	if path == "" {
		return nil
	}
	return strings.Split(path[1:], "/")
}

func (f reference) matches(pattern []segment, parts []string) bool {
	for i, s := range pattern {
		if s.kind == greedy {
			return i < len(parts) && strings.Join(parts[i:], "/") != ""
		}
		if i == len(parts) || s.kind == literal && s.text != parts[i] || s.kind == param && parts[i] == "" {
			return false
		}
	}
	return len(pattern) == len(parts)
}

// agree checks a request against the reference, and that its parameters put
// into the pattern give the path back.
func agree(t interface {
	Fatalf(format string, args ...any)
}, s *Stage, ref reference, method, path string) {
	d := s.Decide(0, &traffic.Request{Method: method, Path: path})
	got, want := d.RouteKey, ref.find(method, path)
	if ref.kind == REST && got != "" && strings.HasPrefix(want, anyMethod+" ") {
		_, rest, _ := strings.Cut(want, " ")
		want = method + " " + rest
	}
	if got != want {
		t.Fatalf("%s %q went to %q, want %q, among %v", method, path, got, want, ref.routes)
	}
	if len(d.Params) > 0 {
		back := d.ResourcePath
		for name, value := range d.Params {
			back = strings.NewReplacer("{"+name+"}", value, "{"+name+"+}", value).Replace(back)
		}
		if want := ref.kind.normal(path); back != want {
			t.Fatalf("%s %q: the parameters %v put into %q give %q, want %q", method, path, d.Params, d.ResourcePath, back, want)
		}
	}
}

// TestRouterAgreesWithReference: the router and the reference agree on random
// route tables and paths.
func TestRouterAgreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]kind{REST, HTTP}).Draw(t, "kind")
		s, ref := routed(k, rapid.SliceOfN(routeText, 1, 25).Draw(t, "routes"))
		for range 20 {
			agree(t, s, ref, requestMethod.Draw(t, "method"), requestPath.Draw(t, "path"))
		}
	})
}

var (
	word          = rapid.SampledFrom([]string{"a", "b", "c"})
	requestMethod = rapid.SampledFrom([]string{"GET", "PUT", "HEAD", "PURGE", ""})
	requestPath   = rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "x", ""}), 0, 5).Draw(t, "parts")
		return "/" + strings.Join(parts, "/")
	})
	routeText = rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 20).Draw(t, "default") == 0 {
			return defaultRoute
		}
		path := ""
		for i := range rapid.IntRange(0, 4).Draw(t, "length") {
			if rapid.Bool().Draw(t, "literal") {
				path += "/" + word.Draw(t, "word")
			} else {
				path += fmt.Sprintf("/{p%d}", i)
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "greedy") == 0 {
			path += "/{proxy+}"
		}
		if path == "" || rapid.IntRange(0, 8).Draw(t, "slash") == 0 {
			path += "/"
		}
		return rapid.SampledFrom([]string{"GET", "PUT", anyMethod}).Draw(t, "method") + " " + path
	})
)

// routed builds a stage of those routes that an API of this kind can have, at
// least one of which is GET /a/b.
func routed(k kind, routes []string) (*Stage, reference) {
	c := Config{Kind: string(k), Stages: []StageConfig{{Name: "v1"}}}
	ref := reference{kind: k}
	for _, text := range append([]string{"GET /a/b"}, routes...) {
		c.Routes = append(c.Routes, RouteConfig{Route: text, Mock: &Mock{}})
		key, _ := k.parseRoute(text)
		if problems(&c) > 0 {
			c.Routes = c.Routes[:len(c.Routes)-1]
			continue
		}
		ref.routes = append(ref.routes, key)
	}
	a, err := New(c, Options{})
	if err != nil {
		panic(err)
	}
	s, _ := a.Stage("")
	return s, ref
}

func problems(c *Config) (n int) {
	c.Validate(func(string, string) { n++ })
	return n
}

// FuzzRouter sends any request to any route table: none panics, and the router
// agrees with the reference.
func FuzzRouter(f *testing.F) {
	f.Add(true, "GET /pets/dog/1\nGET /pets/{id}\nANY /{proxy+}", "GET", "/pets/dog/2")
	f.Add(false, "GET /pets/dog/{id}\nGET /pets/{proxy+}\n$default", "POST", "/pets//dog/")
	f.Add(false, "GET /a/\nANY /{a}/{b}/{c+}", "PURGE", "//")
	f.Fuzz(func(t *testing.T, isREST bool, table, method, path string) {
		lines := strings.Split(table, "\n")
		if len(lines) > 12 || len(table) > 600 || len(path) > 200 {
			t.Skip("too large to be quick")
		}
		k := HTTP
		if isREST {
			k = REST
		}
		s, ref := routed(kind(k), lines)
		agree(t, s, ref, method, path)
	})
}
