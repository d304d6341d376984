package traffic

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// maxRoutes is how many names one log brings at most: more rows than that
// nobody reads.
const maxRoutes = 24

// otherRoute is the name of what is too rare to have its own.
const otherRoute = "other"

// addLog takes over a log's requests. They are named by title where there is
// one, otherwise by method and route; at most limit names are added.
func (p *Plan) addLog(t *trace, title string, limit int) {
	names := make([]string, len(t.logged))
	count := map[string]int{}
	for i, l := range t.logged {
		if names[i] = title; title == "" {
			names[i] = l.name()
		}
	}
	for _, a := range t.arrived {
		count[names[a.request]]++
	}
	index := p.nameRoutes(count, limit)
	first := int32(len(p.logged))
	for i, l := range t.logged {
		n, known := index[names[i]]
		if !known {
			n = index[otherRoute]
		}
		r := l.request()
		r.Name = p.Names[n]
		p.logged = append(p.logged, r)
		p.named = append(p.named, n)
	}
	for _, a := range t.arrived {
		p.lines = append(p.lines, first+a.request)
	}
}

// nameRoutes adds the most frequent names to the plan's, in order of frequency.
// It returns where each is; all others share the one of otherRoute.
func (p *Plan) nameRoutes(count map[string]int, limit int) map[string]int32 {
	names := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b))
	})
	if len(names) > limit {
		names = append(names[:max(0, limit-1)], otherRoute)
	}
	index := map[string]int32{}
	for _, name := range names {
		at := slices.Index(p.Names, name)
		if at < 0 {
			at = len(p.Names)
			p.Names = append(p.Names, name)
			p.owner = append(p.owner, -1)
		}
		index[name] = int32(at)
	}
	return index
}

// name is the row under which a logged request is counted: its method with the
// API's route where the log tells it, else with the first two parts of its path.
// Parts that look like an identifier become {id}.
func (l *logged) name() string {
	if l.route != "" {
		return printable(l.method + " " + shorten(l.route))
	}
	path, _, _ := strings.Cut(l.target, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	more := len(parts) > 2
	parts = parts[:min(2, len(parts))]
	for i, part := range parts {
		if isIdentifier(part) {
			parts[i] = "{id}"
		}
	}
	name := l.method + " /" + shorten(strings.Join(parts, "/"))
	if more {
		name += "/*"
	}
	return printable(name)
}

// isIdentifier tells numbers, UUIDs and long hexadecimal words from names.
func isIdentifier(s string) bool {
	digits := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			digits++
		}
	}
	plain := strings.ReplaceAll(s, "-", "")
	hexadecimal := strings.Trim(plain, "0123456789abcdefABCDEF") == ""
	return s != "" && digits > 0 && (digits == len(s) || hexadecimal && len(plain) >= 12)
}

// isParameter tells whether a part of a route stands for any value: {id}, {proxy+}.
func isParameter(part string) bool {
	return len(part) > 2 && part[0] == '{' && part[len(part)-1] == '}'
}

// printable replaces what would spoil a table: control characters and bytes that are not UTF-8.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return '?'
		}
		return r
	}, s)
}

// request makes the logged request ready to be sent. Where the log tells only
// the route, its parameters get the value 1.
func (l *logged) request() Request {
	path, query, _ := strings.Cut(l.target, "?")
	if l.route == path {
		parts := strings.Split(path, "/")
		for i, part := range parts {
			if isParameter(part) {
				parts[i] = "1"
			}
		}
		path = strings.Join(parts, "/")
	}
	return Request{
		Method: l.method,
		Path:   string(appendLiteral(nil, inPath, path)),
		Query:  string(appendLiteral(nil, inQuery, query)),
	}
}
