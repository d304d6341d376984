package traffic

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// An accessLog reads API Gateway access logs written as JSON, one object a
// line, whose keys are the names of the $context variables: requestTime or
// requestTimeEpoch, httpMethod or routeKey, path or resourcePath, stage, status
// (developer guide, set-up-logging). The time that CloudWatch Logs puts in
// front of an exported line is skipped.
type accessLog struct{ stampReader }

type accessLine struct {
	RequestTime      text `json:"requestTime"`
	RequestTimeEpoch text `json:"requestTimeEpoch"`
	HTTPMethod       text `json:"httpMethod"`
	RouteKey         text `json:"routeKey"`
	ResourcePath     text `json:"resourcePath"`
	Path             text `json:"path"`
	Stage            text `json:"stage"`
	Status           text `json:"status"`
}

// text is a JSON string or number. API Gateway writes "-" for what is not known.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	case b[0] == '{' || b[0] == '[':
		return fmt.Errorf("%s where a word was expected", shorten(string(b)))
	case string(b) != "null":
		s = string(b)
	}
	if s == "-" {
		s = ""
	}
	*t = text(s)
	return nil
}

func (l *accessLog) entry(line string) (e entry, err error) {
	if before, after, ok := strings.Cut(line, " {"); ok && !strings.HasPrefix(line, "{") {
		if _, err := l.read(before); err == nil {
			line = "{" + after
		}
	}
	var a accessLine
	if err := json.Unmarshal([]byte(line), &a); err != nil {
		return e, fmt.Errorf("not a JSON object as API Gateway logs it: %w", err)
	}
	stamp := a.RequestTimeEpoch // to the millisecond
	if stamp == "" {
		stamp = a.RequestTime
	}
	if stamp == "" {
		return e, errors.New("neither requestTime nor requestTimeEpoch is given")
	}
	if e.at, err = l.read(string(stamp)); err != nil {
		return e, err
	}
	if e.status, err = readStatus(string(a.Status)); err != nil {
		return e, err
	}
	e.method, e.target, e.route = a.request()
	return e, nil
}

// request puts together what was asked. An HTTP API's routeKey is the method
// and the route in one; a REST API has the route in resourcePath.
func (a *accessLine) request() (method, target, route string) {
	keyMethod, keyRoute, _ := strings.Cut(string(a.RouteKey), " ")
	method, route = string(a.HTTPMethod), string(a.ResourcePath)
	if route == "" {
		route = keyRoute
	}
	if method == "" && keyMethod != "ANY" {
		method = keyMethod
	}
	target = stripStage(string(a.Path), string(a.Stage), route)
	if target == "" {
		target = route
	}
	if !isMethod(method) || !strings.HasPrefix(target, "/") {
		return "", "", ""
	}
	return method, target, route
}

// stripStage removes the stage from a path: $context.path is "/prod/posts/7"
// where the request below the stage was "/posts/7". The route, where it is
// known, settles whether the path begins with the stage at all: behind a
// custom domain it may not.
func stripStage(path, stage, route string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if first == "" {
		return path
	}
	below := "/" + rest
	whole, inner := matches(route, path), matches(route, below)
	if stage == first && (inner || !whole) || stage == "" && inner && !whole {
		return below
	}
	return path
}

// matches tells whether a path belongs to a route such as /posts/{id} or /{proxy+}.
func matches(route, path string) bool {
	r, p := strings.Split(route, "/"), strings.Split(path, "/")
	for i, part := range r {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "+}") {
			return i < len(p)
		}
		if i >= len(p) || part != p[i] && !(isParameter(part) && p[i] != "") {
			return false
		}
	}
	return route != "" && len(r) == len(p)
}
