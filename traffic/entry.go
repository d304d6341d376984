package traffic

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An entry is one line of a log.
type entry struct {
	at     int64  // nanoseconds since 1970
	method string // "" where the line holds no request that could be sent again
	target string // path and query as logged
	route  string // the API's route, where the log tells it: "/posts/{id}"
	status int    // 0 where the log does not tell
}

// A logFormat reads entries line by line.
type logFormat interface {
	entry(line string) (entry, error)
}

var errNoTime = errors.New("no [time] found: not a line of a combined log")

// A combinedLog reads Apache's and nginx's "combined" format, the older
// "common" format, and API Gateway's stock CLF format:
//
//	host ident user [17/May/2015:10:05:03 +0000] "GET /path HTTP/1.1" 200 512 ...
//
// What follows the status is not looked at.
type combinedLog struct{ stampReader }

func (l *combinedLog) entry(line string) (e entry, err error) {
	stamp, rest, ok := bracketed(line)
	if !ok {
		return e, errNoTime
	}
	if e.at, err = l.read(stamp); err != nil {
		return e, err
	}
	request, rest, ok := quoted(strings.TrimLeft(rest, " "))
	if !ok {
		return e, errors.New(`no "request" in quotes after the time`)
	}
	status, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if e.status, err = readStatus(status); err != nil {
		return e, err
	}
	e.method, e.target = splitRequest(request)
	if slices.ContainsFunc(strings.Split(e.target, "/"), isParameter) {
		e.route = e.target // CLF as API Gateway writes it has the route, not the path
	}
	return e, nil
}

// bracketed finds the first [...] that begins like a time: hosts and users may
// hold brackets of their own.
func bracketed(s string) (inside, rest string, ok bool) {
	for {
		_, after, found := strings.Cut(s, "[")
		if !found {
			return "", "", false
		}
		inside, rest, found = strings.Cut(after, "]")
		if found && len(inside) >= len(clf) && inside[2] == '/' {
			return inside, rest, true
		}
		s = after
	}
}

// quoted reads a string in double quotes at the start of s. Apache escapes
// quotes and backslashes with a backslash and other bytes as \xhh, nginx all as \xhh.
func quoted(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	escaped := false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			escaped = true
			i++
		case s[i] == '"':
			if text = s[1:i]; escaped {
				text = unescape(text)
			}
			return text, s[i+1:], true
		}
	}
	return "", "", false
}

func unescape(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if s[i] == 'x' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(v))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func readStatus(s string) (int, error) {
	if s == "" || s == "-" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 999 {
		return 0, fmt.Errorf("%q is not a status", shorten(s))
	}
	return n, nil
}

// splitRequest takes a request line apart. It returns "" where the line is not
// a request for a path: "-" for a connection that asked nothing, the bytes of
// a TLS handshake, "OPTIONS *".
func splitRequest(line string) (method, target string) {
	method, rest, _ := strings.Cut(line, " ")
	target = rest
	if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
		target = rest[:i]
	}
	if scheme, after, ok := strings.Cut(target, "://"); ok && (scheme == "http" || scheme == "https") {
		_, path, _ := strings.Cut(after, "/") // the absolute form that proxies are sent
		target = "/" + path
	}
	if !isMethod(method) || !strings.HasPrefix(target, "/") {
		return "", ""
	}
	return method, target
}

// isMethod accepts what is used as a method: upper-case letters and hyphens.
func isMethod(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
}
