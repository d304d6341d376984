package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/turnpike-perf/turnpike/measure"

	"github.com/turnpike-perf/turnpike/spelling"
)

// The metrics about money.
const (
	monthlyCost    = "monthly cost"
	costPerMillion = "cost per million"
	costIncrease   = "cost increase"
)

// Parse reads a check. Its error is a *SyntaxError.
func Parse(text string) (Check, error) {
	p := &parser{text: text}
	c := p.check()
	if p.err != nil {
		return Check{}, p.err
	}
	return c, nil
}

// A parser walks along the text. After the first fault it reads nothing more.
type parser struct {
	text string
	at   int
	err  *SyntaxError
}

func (p *parser) fail(at int, format string, a ...any) {
	if p.err == nil {
		p.err = &SyntaxError{p.text, at, fmt.Sprintf(format, a...)}
	}
}

func (p *parser) check() Check {
	c := Check{Text: p.text}
	p.metric(&c)
	p.scope(&c)
	p.op(&c)
	p.bound(&c)
	p.during(&c)
	p.space()
	if p.err == nil && p.at < len(p.text) {
		p.fail(p.at, "%q is left over: a check is METRIC [of \"NAME\"] OP BOUND [during WINDOW]", p.text[p.at:])
	}
	return c
}

// metric reads words up to the operator, "of", "on", "during" or a number.
func (p *parser) metric(c *Check) {
	p.space()
	at := p.at
	var words []string
	for {
		p.space()
		from := p.at
		w := p.word()
		if w == "" || len(words) > 0 && (slices.Contains([]string{"of", "on", "during"}, w) || w[0] >= '0' && w[0] <= '9') {
			p.at = from
			break
		}
		words = append(words, w)
	}
	c.Metric = canonical(strings.Join(words, " "))
	kind, ok := measure.KindOf(c.Metric)
	switch {
	case c.Metric == "":
		p.fail(at, "it must begin with a metric, such as p99, throttled or \"monthly cost\"")
	case ok:
		c.kind = kind
	case c.Metric == monthlyCost || c.Metric == costPerMillion:
		c.Cost = true
	case c.Metric == costIncrease:
		p.fail(at, "%q needs a baseline to compare with, which is not supported yet", costIncrease)
	default:
		p.fail(at, "unknown metric %q%s", c.Metric, suggestMetric(c.Metric))
	}
}

// scope reads `of "NAME"`, `of client "NAME"` or `on API`.
func (p *parser) scope(c *Check) {
	for p.err == nil {
		p.space()
		at := p.at
		switch w := p.word(); {
		case w == "of" && c.Cost:
			p.fail(at, "what one request name costs is not known: a cost is of the whole, \"on rest\" or \"on http\"")
		case w == "of" && strings.HasPrefix(c.Metric, "lag "):
			p.fail(at, "lag is known for all requests together only")
		case w == "of" && c.Of == "":
			p.of(c)
		case w == "on" && c.Cost && c.API == "":
			p.api(c)
		case w == "on" && !c.Cost:
			p.fail(at, "\"on\" goes with a cost only; %s is of what was measured", c.Metric)
		case w == "of" || w == "on":
			p.fail(at, "%q is said twice", w)
		case w == "during":
			p.fail(at, "\"during WINDOW\" comes last, after the bound")
		case w == "" && c.Cost && c.API == "":
			p.fail(at, "say on which kind of API: %s on rest, or %s on http", c.Metric, c.Metric)
			return
		default:
			p.at = at
			return
		}
	}
}

func (p *parser) of(c *Check) {
	p.space()
	at := p.at
	if p.word() == "client" {
		c.Client = true
		p.space()
	} else {
		p.at = at
	}
	c.OfAt = p.at
	if p.at >= len(p.text) || p.text[p.at] != '"' {
		p.fail(p.at, "a name in double quotes must follow: of \"list posts\", or of client \"gold\"")
		return
	}
	c.Of = p.quoted()
}

func (p *parser) api(c *Check) {
	p.space()
	at := p.at
	c.API = p.word()
	if c.API != "rest" && c.API != "http" {
		p.fail(at, "unknown kind of API %q%s: costs are compared on rest and on http", c.API, spelling.DidYouMean(c.API, []string{"rest", "http"}))
	}
}

// meant are operators of other languages.
var meant = map[string]string{"=": "==", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}

func (p *parser) op(c *Check) {
	p.space()
	if p.err != nil {
		return
	}
	at := p.at
	for _, r := range p.text[at:] {
		if !strings.ContainsRune("<>=!~≤≥", r) {
			break
		}
		p.at += utf8.RuneLen(r)
	}
	c.Op = p.text[at:p.at]
	switch {
	case slices.Contains([]string{"<", "<=", ">", ">=", "=="}, c.Op):
	case meant[c.Op] != "":
		p.fail(at, "unknown operator %q (did you mean %q?)", c.Op, meant[c.Op])
	case c.Op == "" && p.at >= len(p.text):
		p.fail(at, "it ends without a bound: an operator (< <= > >= ==) and a bound must follow, such as %s", example(c))
	case c.Op == "":
		p.fail(at, "an operator (< <= > >= ==) must follow %s, not %q", c.Metric, p.text[at:])
	default:
		p.fail(at, "unknown operator %q: it must be one of < <= > >= ==", c.Op)
	}
}

func (p *parser) during(c *Check) {
	p.space()
	at := p.at
	if p.err != nil || p.word() != "during" {
		p.at = at
		return
	}
	if c.Cost {
		p.fail(at, "a cost is of the whole run, not during a window")
	}
	if strings.HasPrefix(c.Metric, "lag ") {
		p.fail(at, "lag is known for the whole run only")
	}
	p.space()
	c.DuringAt = p.at
	if p.at < len(p.text) && p.text[p.at] == '"' {
		c.During = p.quoted()
		return
	}
	n := strings.IndexAny(p.text[p.at:], " \t\r\n")
	if n < 0 {
		n = len(p.text) - p.at
	}
	if c.During = p.text[p.at : p.at+n]; c.During == "" {
		p.fail(p.at, "a window's name must follow \"during\": steady, or a stage's name")
	}
	p.at += n
}

// quoted reads a name in double quotes, in which a backslash escapes as in Go.
func (p *parser) quoted() string {
	if p.err != nil {
		return ""
	}
	q, err := strconv.QuotedPrefix(p.text[p.at:])
	if err != nil {
		p.fail(p.at, "the name that begins here has no closing double quote, or is badly escaped")
		return ""
	}
	s, _ := strconv.Unquote(q) // QuotedPrefix has made sure
	if s == "" {
		p.fail(p.at, "the name is empty")
	}
	p.at += len(q)
	return s
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// word reads letters, digits, points, underscores and hyphens; "" where there are none.
func (p *parser) word() string {
	from := p.at
	for p.err == nil && p.at < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		if !letter(r) && (r < '0' || r > '9') && !strings.ContainsRune("._-", r) {
			break
		}
		p.at += n
	}
	return p.text[from:p.at]
}

func letter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// canonical writes a percentile with its point: p999 is p99.9.
func canonical(metric string) string {
	short := metric[strings.LastIndexByte(metric, ' ')+1:]
	switch short {
	case "p999":
		return strings.TrimSuffix(metric, short) + "p99.9"
	case "p9999":
		return strings.TrimSuffix(metric, short) + "p99.99"
	}
	return metric
}
