package traffic

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
)

const (
	arrivalsEven    = "even"
	arrivalsPoisson = "poisson"
)

// checked is what checking a source leaves for making a plan of it.
type checked struct {
	tables map[string]*table // by feeder; nil where one could not be read
}

// Validate calls bad for each problem of meaning, with its place as a path of
// YAML names below the scenario's root ("traffic.stages[2].ramp",
// "requests[0].GET", "feeders.users.file") and in words. It opens the files
// that the source names, so that one that is missing or empty, and a variable
// for a column that a feeder does not have, are found before anything is sent.
func (s *Source) Validate(bad func(path, problem string)) { s.check(bad) }

func (s *Source) check(bad func(path, problem string)) *checked {
	c := &checked{tables: map[string]*table{}}
	below := func(path string) func(string, string) {
		return func(rest, problem string) { bad(path+rest, problem) }
	}
	s.Traffic.check(below("traffic"))
	for _, name := range slices.Sorted(maps.Keys(s.Feeders)) {
		f := s.Feeders[name]
		c.tables[name] = f.check(name, below("feeders."+name))
	}
	c.clients(s.Clients, below("clients"))
	if len(s.Requests) == 0 && !s.ownRequests(below("traffic.replay")) {
		bad("requests", "none are given, so there is nothing to send")
	}
	if len(s.Requests) > maxNames {
		bad("requests", fmt.Sprintf("there are %d, wanted at most %d", len(s.Requests), maxNames))
	}
	c.requests(s.Requests, s.Clients, below("requests"))
	return c
}

// ownRequests tells whether a replayed log says what to send. Where it has no
// requests, the problem is the replay's.
func (s *Source) ownRequests(bad func(path, problem string)) bool {
	r := s.Traffic.Replay
	if r == nil || r.File == "" {
		return r != nil
	}
	if format, err := logKind(r); err == nil && (format == formatCSV || format == formatCounts) {
		bad("", fmt.Sprintf("a log of format %s says when but not what: give requests too", format))
	}
	return true
}

// logKind opens a log far enough to tell its format.
func logKind(r *Replay) (string, error) {
	f, err := openLog(r.File)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return f.format(r)
}

func (f *Feeder) check(name string, bad func(path, problem string)) *table {
	if reserved := []string{"seq", "uuid", "client", "int"}; slices.Contains(reserved, name) || !isWord(name) {
		bad("", fmt.Sprintf("%q cannot name a feeder: use letters, digits, - and _, and none of %s", name, strings.Join(reserved, ", ")))
	}
	if f.Order != "" && f.Order != "sequential" && f.Order != "random" {
		bad(".order", fmt.Sprintf("%q is not an order: write sequential or random", f.Order))
	}
	if f.File == "" {
		bad(".file", "no file is given")
		return nil
	}
	t, err := readTable(f.File)
	if err != nil {
		bad(".file", plainError(err))
		return nil
	}
	salt := fnv.New64a()
	salt.Write([]byte(name))
	t.random, t.salt = f.Order == "random", salt.Sum64()
	return t
}

func isWord(s string) bool {
	ok, _ := regexp.MatchString(`^[\pL\pN_-]+$`, s)
	return ok
}

// plainError leaves out the system call, which says nothing to whoever wrote the scenario.
func plainError(err error) string {
	if p, ok := err.(*os.PathError); ok {
		return fmt.Sprintf("cannot read %s: %v", p.Path, p.Err)
	}
	return err.Error()
}

func (c *checked) clients(clients []Client, bad func(path, problem string)) {
	names := map[string]int{}
	sum, open, sound := Percent(0), false, true
	for i := range clients {
		cl, at := &clients[i], fmt.Sprintf("[%d]", i)
		switch first, used := names[cl.Name]; {
		case cl.Name == "":
			bad(at+".name", "no name is given")
		case used:
			bad(at+".name", fmt.Sprintf("%q is the name of clients[%d] too", cl.Name, first))
		default:
			names[cl.Name] = i
		}
		if cl.Share < 0 || cl.Share > 100 || cl.Share != cl.Share {
			bad(at+".share", fmt.Sprintf("%s is not a share: wanted 0%% to 100%%", cl.Share))
			sound = false
		}
		if strings.ContainsFunc(cl.APIKey, isControlOrSpace) {
			bad(at+".api_key", "an API key holds no spaces or control characters")
		}
		sum, open = sum+cl.Share, open || cl.Share == 0
		of := &compiler{tables: c.tables, client: cl.Name, named: true}
		checkHeaders(of, cl.Headers, func(path, problem string) { bad(at+path, problem) })
	}
	if sound {
		checkShares(len(clients), sum, open, bad)
	}
}

func checkShares(n int, sum Percent, open bool, bad func(path, problem string)) {
	const rounding = 0.01 // so that three thirds may be written 33.33 %
	switch off := float64(sum) - 100; {
	case n == 0:
	case open && off >= 0:
		bad("", fmt.Sprintf("shares add up to %s, which leaves nothing for the clients without a share", sum))
	case !open && math.Abs(off) > rounding:
		bad("", fmt.Sprintf("shares add up to %s, wanted 100%%", sum))
	}
}

func isControlOrSpace(r rune) bool { return r <= ' ' || r == 0x7f }
func isControl(r rune) bool        { return r < ' ' && r != '\t' || r == 0x7f }

// runnersFields are set for each request by whoever sends it.
var runnersFields = []string{"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer"}

func checkHeaders(of *compiler, headers map[string]string, bad func(path, problem string)) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		at := ".headers." + name
		switch {
		case !isToken(name):
			bad(at, fmt.Sprintf("%q is not a header field's name", name))
		case slices.Contains(runnersFields, strings.ToLower(name)):
			bad(at, "this field is set by turnpike itself")
		case strings.ContainsFunc(headers[name], isControl):
			bad(at, "the value holds a control character")
		}
		of.compile(headers[name], inHeader, func(problem string) { bad(at, problem) })
	}
}

// isToken tells whether s may name a header field (RFC 9110, 5.6.2).
func isToken(s string) bool {
	ok, _ := regexp.MatchString("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", s)
	return ok
}
