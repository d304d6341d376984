package traffic

import (
	"fmt"
	"math"
	"strings"
)

func (c *checked) requests(requests []RequestSpec, clients []Client, bad func(path, problem string)) {
	names := map[string]int{}
	for i := range requests {
		r, at := &requests[i], fmt.Sprintf("[%d]", i)
		here := func(path, problem string) { bad(at+path, problem) }
		if first, used := names[r.Name]; used && r.Name != "" {
			here(".name", fmt.Sprintf("%q is the name of requests[%d] too", r.Name, first))
		}
		names[r.Name] = i
		if len(r.Name) > 100 || strings.ContainsFunc(r.Name, isControl) {
			here(".name", "a name is at most 100 bytes long and holds no control characters")
		}
		if r.Weight < 0 || math.IsNaN(r.Weight) || r.Weight > 1e9 {
			here(".weight", fmt.Sprintf("%v is not a weight: wanted a number above 0", r.Weight))
		}
		of := &compiler{tables: c.tables, named: len(clients) > 0}
		checkHeaders(of, r.Headers, here)
		if r.Log != "" {
			r.checkLog(here)
		} else {
			r.checkRequest(of, here)
		}
	}
}

func (r *RequestSpec) checkLog(bad func(path, problem string)) {
	if r.Method != "" {
		bad(".log", fmt.Sprintf("a log says what to send, but so does %s: give one of the two", r.Method))
	}
	if r.Body != nil {
		bad(".body", "a log's requests are sent without a body")
	}
	format, err := logKind(&Replay{File: r.Log})
	switch {
	case err != nil:
		bad(".log", plainError(err))
	case format == formatCSV || format == formatCounts:
		bad(".log", fmt.Sprintf("a file of format %s holds no requests: wanted %s or %s", format, formatCombined, formatAPIGateway))
	}
}

func (r *RequestSpec) checkRequest(of *compiler, bad func(path, problem string)) {
	at := "." + r.Method
	switch method := strings.ToUpper(r.Method); {
	case r.Method == "":
		bad("", "nothing to send is given: write GET: /path, or another method, or log: FILE")
		return
	case !isMethod(method):
		bad(at, fmt.Sprintf("%q is not a method", r.Method))
	case method == "CONNECT" || method == "TRACE":
		bad(at, fmt.Sprintf("API Gateway takes no %s", method))
	}
	switch {
	case strings.Contains(r.Path, "://"):
		bad(at, fmt.Sprintf("%q is a whole URL: give the path below the target's stage, beginning with /", shorten(r.Path)))
	case !strings.HasPrefix(r.Path, "/"):
		bad(at, fmt.Sprintf("%q is not a path: it must begin with /", shorten(r.Path)))
	case strings.ContainsFunc(r.Path, isControl):
		bad(at, "the path holds a control character")
	case strings.Contains(r.Path, "#"):
		bad(at, "the path holds a #: what follows one is never sent. Write %23 to send the character")
	}
	path, query, _ := strings.Cut(r.Path, "?")
	of.compile(path, inPath, func(problem string) { bad(at, problem) })
	of.compile(query, inQuery, func(problem string) { bad(at, problem) })
	of.body(r.Body, func(path, problem string) { bad(".body"+path, problem) })
}
