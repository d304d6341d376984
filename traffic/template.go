package traffic

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// A template is text with variables (see RequestSpec), compiled once.
type template struct {
	parts []part
	place place
}

type part struct {
	kind   partKind
	text   string // of a literal, escaped
	table  *table
	column int
	low    int64
	span   uint64 // how many numbers from low on
}

type partKind uint8

const (
	literal partKind = iota
	seqVariable
	uuidVariable
	intVariable
	columnVariable
)

// constant tells whether the template is the same for every arrival.
func (t *template) constant() bool {
	return !slices.ContainsFunc(t.parts, func(p part) bool { return p.kind != literal })
}

// A compiler makes templates for one client, or none.
type compiler struct {
	tables map[string]*table // nil values: feeders that could not be read
	client string
	named  bool // there are clients
}

// compile reads text. It reports each problem in it, and goes on.
func (c *compiler) compile(text string, at place, bad func(string)) template {
	t := template{place: at}
	c.append(&t, text, bad)
	return t
}

func (c *compiler) append(t *template, text string, bad func(string)) {
	for text != "" {
		before, after, found := strings.Cut(text, "{{")
		t.literal(string(appendLiteral(nil, t.place, before)))
		if !found {
			return
		}
		inside, rest, closed := strings.Cut(after, "}}")
		if !closed {
			bad(fmt.Sprintf("%q is not closed: write }} after the variable", shorten("{{"+after)))
			return
		}
		p, problem := c.variable(strings.Fields(inside))
		switch {
		case problem != "":
			bad(problem + " in {{" + inside + "}}")
		case p.kind == literal:
			t.literal(string(appendValue(nil, t.place, p.text)))
		default:
			t.parts = append(t.parts, p)
		}
		text = rest
	}
}

// literal appends text that is already escaped.
func (t *template) literal(text string) {
	if text == "" {
		return
	}
	if n := len(t.parts); n > 0 && t.parts[n-1].kind == literal {
		t.parts[n-1].text += text
		return
	}
	t.parts = append(t.parts, part{text: text})
}

// variable reads what stands between the braces.
func (c *compiler) variable(words []string) (p part, problem string) {
	if len(words) == 0 {
		return p, "no variable is named"
	}
	name := words[0]
	if name == "int" {
		return intRange(words[1:])
	}
	if len(words) > 1 {
		return p, fmt.Sprintf("%q is one word too many", words[1])
	}
	switch name {
	case "seq":
		return part{kind: seqVariable}, ""
	case "uuid":
		return part{kind: uuidVariable}, ""
	case "client":
		if !c.named {
			return p, `"client" has no value without clients`
		}
		return part{text: c.client}, ""
	}
	if feeder, column, ok := strings.Cut(name, "."); ok {
		return c.column(feeder, column)
	}
	return p, fmt.Sprintf("unknown variable %q%s", name, c.guess(name))
}

// guess is the variable that may have been meant: the column of that name, or
// whatever is spelt nearly so.
func (c *compiler) guess(name string) string {
	columns := c.columns()
	for _, full := range columns {
		if strings.HasSuffix(full, "."+name) {
			return fmt.Sprintf(" (did you mean %q?)", full)
		}
	}
	return spelling.DidYouMean(name, append([]string{"seq", "uuid", "client", "int"}, columns...))
}

func (c *compiler) column(feeder, column string) (p part, problem string) {
	t, ok := c.tables[feeder]
	if !ok {
		return p, fmt.Sprintf("no feeder is named %q%s", feeder, spelling.DidYouMean(feeder, slices.Sorted(maps.Keys(c.tables))))
	}
	if t == nil {
		return p, "" // why it could not be read is reported with the feeder
	}
	i := slices.Index(t.columns, column)
	if i < 0 {
		return p, fmt.Sprintf("feeder %q has no column %q%s", feeder, column, spelling.DidYouMean(column, t.columns))
	}
	return part{kind: columnVariable, table: t, column: i}, ""
}

// columns are the variables that feeders give.
func (c *compiler) columns() (names []string) {
	for _, feeder := range slices.Sorted(maps.Keys(c.tables)) {
		if t := c.tables[feeder]; t != nil {
			for _, column := range t.columns {
				names = append(names, feeder+"."+column)
			}
		}
	}
	return names
}

func intRange(words []string) (p part, problem string) {
	if len(words) != 2 {
		return p, "int wants two numbers, as in {{int 1 100}},"
	}
	low, err1 := strconv.ParseInt(words[0], 10, 64)
	high, err2 := strconv.ParseInt(words[1], 10, 64)
	if err1 != nil || err2 != nil {
		return p, "int wants whole numbers, as in {{int 1 100}},"
	}
	// high-low+1 wraps to 0 for all of int64, which no one asks for.
	if span := uint64(high-low) + 1; high >= low && span != 0 {
		return part{kind: intVariable, low: low, span: span}, ""
	}
	return p, fmt.Sprintf("%d is below %d", high, low)
}
