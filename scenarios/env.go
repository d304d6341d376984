package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A variable is $NAME, ${NAME} or ${NAME:?message} with an upper-case name. An
// identifier with any lower-case letter is left as it is, so that $default,
// $context.requestId and $stageVariables stay what API Gateway means by them;
// $$ is one $.
var variable = regexp.MustCompile(`\$\$|\$\{([A-Z][A-Z0-9_]*)([^}]*)(\}?)|\$([A-Z][A-Z0-9_]*)([A-Za-z0-9_]?)`)

var lower = regexp.MustCompile(`^[A-Za-z0-9_]`)

// A vault fills variables in and remembers what must never be shown: their
// values, and texts written under keys such as api_key.
type vault struct {
	lookup  func(string) (string, bool)
	names   map[string]string // a variable's value -> how it is written
	literal map[string]bool   // a secret text of the file itself
}

func newVault(lookup func(string) (string, bool)) *vault {
	return &vault{lookup: lookup, names: map[string]string{}, literal: map[string]bool{}}
}

// fill replaces the variables in all of a document's values.
func (v *vault) fill(d *document, c *collector) {
	if d.root == nil {
		return
	}
	d.root.walk(func(n *node) {
		if n.kind != scalar || !strings.Contains(n.written, "$") {
			return
		}
		var from int
		n.text = variable.ReplaceAllStringFunc(n.written, func(ref string) string {
			if ref == "$$" {
				return "$"
			}
			value, what := v.value(ref)
			if what != "" {
				at := d.find(n, ref, &from)
				c.add(Problem{d.file, at.line, at.col, n.path(), what})
				n.broken = true
				return ref
			}
			n.filled = n.filled || value != ref
			return value
		})
		if n.filled && isName(n) {
			n.broken = true
			c.add(Problem{d.file, n.at.line, n.at.col, n.path(), "a name appears in reports and the value of a variable must not; write the name out"})
		}
	})
}

// isName tells whether the value is a key "name" of the file's own form, not
// of a body or header.
func isName(n *node) bool {
	if n.name != "name" {
		return false
	}
	for up := n.parent; up != nil; up = up.parent {
		if up.name == "body" || up.name == "headers" {
			return false
		}
	}
	return true
}

// value is what the reference stands for, or what is wrong with it. A variable
// that is set but empty is refused like one that is not set: a secret that a
// CI job was not given must not become a run without an API key.
func (v *vault) value(ref string) (value, wrong string) {
	m := variable.FindStringSubmatch(ref)
	name := m[1] + m[4]
	switch {
	case m[5] != "", lower.MatchString(m[2]):
		return ref, "" // $Default, ${Default}
	case m[1] != "" && m[3] == "":
		return "", fmt.Sprintf(`"${%s" is not closed by "}"`, name)
	case m[2] != "" && !strings.HasPrefix(m[2], ":?"):
		return "", fmt.Sprintf(`%q is not understood; write ${%s}, or ${%s:?message} to say what is missing`, ref, name, name)
	}
	value, set := "", false
	if v.lookup != nil {
		value, set = v.lookup(name)
	}
	if value != "" {
		v.names[value] = "$" + name
		return value, ""
	}
	if message := strings.TrimPrefix(m[2], ":?"); message != "" {
		return "", fmt.Sprintf("environment variable %s: %s", name, message)
	}
	state := "is not set"
	if set {
		state = "is empty"
	}
	return "", fmt.Sprintf("environment variable %s %s (a literal $ is written $$)", name, state)
}

// secrets lists every text that must not be shown, longest first, so that one
// which holds another is replaced whole.
func (v *vault) secrets() []string {
	var list []string
	for s := range v.names {
		list = append(list, s)
	}
	for s := range v.literal {
		if _, ok := v.names[s]; !ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return list
}

// minSecret is the shortest secret that is looked for inside other text. A
// shorter one ("1", "eu") would only maim what it happens to occur in.
const minSecret = 6

// hide replaces every secret in a text by the variable that holds it, or by
// ***; a short one only where it stands in double quotes.
func (v *vault) hide(text string) string {
	for _, s := range v.secrets() {
		if len(s) < minSecret {
			text = strings.ReplaceAll(text, `"`+s+`"`, `"`+v.cover(s)+`"`)
			continue
		}
		text = strings.ReplaceAll(text, s, v.cover(s))
	}
	return text
}

func (v *vault) cover(secret string) string {
	if name, ok := v.names[secret]; ok {
		return name
	}
	return "***"
}

// find returns where a text occurs in a value as the file has it, at or behind
// *from bytes into the value's lines, and moves *from behind it. Where escapes
// or folding hide it, that is the value's own place.
func (d *document) find(n *node, text string, from *int) position {
	at := n.at
	rest := strings.Join(d.lines[min(at.line-1, len(d.lines)):], "\n")
	start := len(string([]rune(rest)[:min(at.col-1, len([]rune(rest)))]))
	start = max(start, *from)
	i := -1
	if start <= len(rest) {
		i = strings.Index(rest[start:], text)
	}
	if i < 0 || strings.Count(rest[:start+i], "\n") > strings.Count(n.written, "\n")+1 {
		return at
	}
	*from = start + i + len(text)
	before := rest[:start+i]
	line := strings.Count(before, "\n")
	if nl := strings.LastIndex(before, "\n"); nl >= 0 {
		before = before[nl+1:]
	}
	return position{at.line + line, len([]rune(before)) + 1}
}
