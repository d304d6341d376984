package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/turnpike-perf/turnpike/checks"

	"github.com/turnpike-perf/turnpike/spelling"
)

// checks parses every check, and sees that what it speaks of is there.
func (l *loader) checks(d *document, s *Scenario) {
	list := d.root.field("checks")
	if list == nil || list.broken {
		return
	}
	known := l.words(d, s)
	for _, n := range list.items {
		if n.broken || n.kind != scalar {
			continue
		}
		c, err := checks.Parse(n.text)
		if err != nil {
			l.syntax(d, n, err)
			continue
		}
		if s.CostOnly() && d.root.field("target") == nil && !c.Cost {
			l.problem(d, n, "", "nothing is sent by a scenario that is only priced, so only cost can be checked")
			continue
		}
		known.check(l, d, n, c)
		c.Text = l.vault.redact(n)
		s.Checks = append(s.Checks, c)
		s.CheckLines = append(s.CheckLines, n.at.line)
	}
}

// words are the names that checks can speak of; nil where they are not known
// before the run (a replayed log's requests) or the section is doubtful.
type words struct{ requests, clients, windows []string }

func (l *loader) words(d *document, s *Scenario) words {
	var w words
	root := d.root
	if n := root.field("clients"); n == nil || !n.doubtful() {
		w.clients = []string{}
		for _, c := range s.Source.Clients {
			w.clients = append(w.clients, c.Name)
		}
	}
	if n := root.field("requests"); n != nil && !n.doubtful() {
		w.requests = requestNames(s.Source)
	}
	if n := root.field("traffic"); n != nil && !n.doubtful() {
		w.windows = windowNames(s.Source.Traffic)
	}
	return w
}

func (w words) check(l *loader, d *document, n *node, c checks.Check) {
	if c.Of != "" {
		if c.Client {
			l.unnamed(d, n, c.OfAt, "client", c.Of, w.clients)
		} else {
			l.unnamed(d, n, c.OfAt, "request", c.Of, w.requests)
		}
	}
	if c.During != "" {
		l.unnamed(d, n, c.DuringAt, "stage", c.During, w.windows)
	}
}

// unnamed reports a name, at an offset of the check's text, that is none of the
// known ones.
func (l *loader) unnamed(d *document, n *node, offset int, what, name string, known []string) {
	if known == nil || slices.Contains(known, name) {
		return
	}
	hint := spelling.DidYouMean(name, known)
	if hint == "" && len(known) > 0 && len(known) <= 8 {
		hint = "; there is " + listed(known)
	}
	l.within(d, n, offset, fmt.Sprintf("there is no %s %q%s", what, name, hint))
}

// syntax reports a check that cannot be parsed.
func (l *loader) syntax(d *document, n *node, err error) {
	var at *checks.SyntaxError
	if errors.As(err, &at) {
		l.within(d, n, at.Offset, at.Problem)
		return
	}
	l.problem(d, n, "", err.Error())
}

// within reports a problem at an offset into a text of the file; at 0 that is
// where the value begins, quotes included.
func (l *loader) within(d *document, n *node, offset int, what string) {
	if n.doubtful() {
		return
	}
	at := n.at
	var from int
	if start := d.find(n, n.text, &from); from > 0 && offset > 0 && offset <= len(n.text) {
		at = position{start.line, start.col + utf8.RuneCountInString(n.text[:offset])}
	}
	l.add(Problem{d.file, at.line, at.col, n.path(), l.vault.hide(what)})
}

var subject = regexp.MustCompile(`"([^"]+)"|(\{\{[^{}]*\}\})`)

// subjectOf is where in a text the first quotation of a message begins that is
// a part of it: what the message is about. 0 where there is none.
func subjectOf(message, text string) int {
	for _, m := range subject.FindAllStringSubmatch(message, -1) {
		if i := strings.Index(text, m[1]+m[2]); i > 0 {
			return i
		}
	}
	return 0
}
