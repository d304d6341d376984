package scenarios

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxNodes bounds what aliases may blow a file up to ("billion laughs").
const maxNodes = 100_000

type shape uint8

const (
	scalar shape = iota
	mapping
	list
	null
)

// A node is one value of a file, with its place. Aliases and merge keys are
// resolved: a value used twice is two nodes with one place.
type node struct {
	kind   shape
	parent *node
	name   string   // the key below its parent, "[2]" for list items
	at     position // of the value
	named  position // of the key, or of the value where it has none
	fields []*node  // of a mapping, in the order written
	items  []*node  // of a list

	tag     string     // of a scalar: !!str, !!int, …
	style   yaml.Style // of a scalar quoted or plain, else flow or block
	written string     // a scalar as it is in the file
	text    string     // and with the variables that it names filled in
	filled  bool       // whether it names any
	broken  bool       // something is wrong with it: say nothing further about it
	means   string     // of an unknown key: the key that was probably meant
	lacks   []string   // keys that a mapping ought to have, and has not
}

// A position is a line and a column, counted from 1.
type position struct{ line, col int }

func (n *node) field(key string) *node {
	if n == nil {
		return nil
	}
	for _, f := range n.fields {
		if f.name == key {
			return f
		}
	}
	return nil
}

// path is the node's name in problems: "traffic.stages[2].rate".
func (n *node) path() string {
	switch {
	case n.parent == nil:
		return ""
	case n.parent.kind == list:
		return n.parent.path() + n.name
	case n.parent.parent == nil:
		return n.name
	}
	return n.parent.path() + "." + n.name
}

// walk visits the node and all below it.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, f := range n.fields {
		f.walk(visit)
	}
	for _, i := range n.items {
		i.walk(visit)
	}
}

// doubtful tells whether the node, one above it or one below it is broken, so
// that what its meaning lacks may only be a consequence.
func (n *node) doubtful() bool {
	for up := n; up != nil; up = up.parent {
		if up.broken {
			return true
		}
	}
	below := false
	n.walk(func(m *node) { below = below || m.broken })
	return below
}

// grower builds a tree and reports what is no tree of plain values: duplicate
// keys, keys that are no text, tags, aliases that hold themselves.
type grower struct {
	d     *document
	c     *collector
	count int
	open  map[*yaml.Node]bool // anchors being expanded
}

func grow(root *yaml.Node, d *document, c *collector) *node {
	g := &grower{d: d, c: c, open: map[*yaml.Node]bool{}}
	return g.value(root, nil, "", position{root.Line, root.Column})
}

func (g *grower) bad(n *node, at position, format string, args ...any) {
	n.broken = true
	g.c.add(Problem{g.d.file, at.line, at.col, n.path(), fmt.Sprintf(format, args...)})
}

func (g *grower) value(y *yaml.Node, parent *node, name string, named position) *node {
	n := &node{parent: parent, name: name, at: position{y.Line, y.Column}, named: named, kind: null}
	if g.count++; g.count > maxNodes {
		if g.count == maxNodes+1 {
			g.bad(n, n.at, "the file's aliases expand to more than %d values", maxNodes)
		}
		n.broken = true
		return n
	}
	if y.Kind == yaml.AliasNode {
		return g.alias(y, n)
	}
	if y.Style&yaml.TaggedStyle != 0 && !plainTag(y) {
		g.bad(n, n.at, "the tag %s is not used here; write the plain value", y.Tag)
		return n
	}
	if y.Anchor != "" {
		g.open[y] = true
		defer delete(g.open, y)
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind, n.style = mapping, y.Style&yaml.FlowStyle
		g.fields(y, n)
	case yaml.SequenceNode:
		n.kind, n.style = list, y.Style&yaml.FlowStyle
		for i, item := range y.Content {
			n.items = append(n.items, g.value(item, n, fmt.Sprintf("[%d]", i), position{item.Line, item.Column}))
		}
	case yaml.ScalarNode:
		g.scalar(y, n)
	}
	return n
}

func (g *grower) scalar(y *yaml.Node, n *node) {
	n.written, n.text, n.tag, n.style = y.Value, y.Value, y.ShortTag(), y.Style&^yaml.TaggedStyle
	switch n.tag {
	case "!!null":
		return
	case "!!int", "!!float", "!!bool":
	default:
		n.tag = "!!str" // also timestamps and "<<"
	}
	n.kind = scalar
}

// plainTag tells whether the tag only says what the value is anyhow.
func plainTag(y *yaml.Node) bool {
	switch y.ShortTag() {
	case "!!str":
		return y.Kind == yaml.ScalarNode
	case "!!map":
		return y.Kind == yaml.MappingNode
	case "!!seq":
		return y.Kind == yaml.SequenceNode
	case "!!int", "!!float", "!!bool":
		bare := yaml.Node{Kind: yaml.ScalarNode, Value: y.Value}
		return y.Kind == yaml.ScalarNode && bare.ShortTag() == y.ShortTag()
	}
	return false
}

// alias grows the anchor's value in the alias's place. A problem in it points
// to the anchor, where it can be mended.
func (g *grower) alias(y *yaml.Node, n *node) *node {
	if g.open[y.Alias] {
		g.bad(n, n.at, "*%s is used inside its own value", y.Value)
		return n
	}
	return g.value(y.Alias, n.parent, n.name, n.named)
}

// fields grows a mapping's own keys first and then those that "<<" merges,
// which give way to its own.
func (g *grower) fields(y *yaml.Node, n *node) {
	first := map[string]position{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		at := position{k.Line, k.Column}
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		switch {
		case k.ShortTag() == "!!merge":
			merged = append(merged, v)
		case k.Kind != yaml.ScalarNode:
			key := &node{parent: n, name: "?", at: at}
			g.bad(key, at, "a key must be a plain word; if this is a value with braces, such as {{seq}}, put it in quotes")
		case first[k.Value] != position{}:
			key := &node{parent: n, name: k.Value, at: at}
			g.bad(key, at, "key %q is given twice; the first is on line %d", k.Value, first[k.Value].line)
		default:
			first[k.Value] = at
			n.fields = append(n.fields, g.value(v, n, k.Value, at))
		}
	}
	for _, m := range merged {
		g.merge(m, n)
	}
}

func (g *grower) merge(y *yaml.Node, n *node) {
	at := position{y.Line, y.Column}
	from := y
	if y.Kind == yaml.AliasNode {
		from = y.Alias
	}
	switch {
	case g.open[from]:
		g.bad(n, at, "*%s is merged into its own value", y.Value)
	case from.Kind == yaml.SequenceNode && y.Kind != yaml.AliasNode:
		for _, item := range from.Content {
			g.merge(item, n)
		}
	case from.Kind == yaml.MappingNode:
		base := g.value(from, n.parent, n.name, n.named)
		for _, f := range base.fields {
			if n.field(f.name) == nil {
				f.parent = n
				n.fields = append(n.fields, f)
			}
		}
	default:
		g.bad(n, at, `"<<" merges a mapping, such as *name, got %s`, kindOf(from))
	}
}

// kindOf says what a YAML value is, in words.
func kindOf(y *yaml.Node) string {
	switch y.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return kindOf(y.Alias)
	}
	switch y.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!bool":
		return y.Value
	case "!!int", "!!float":
		return "the number " + y.Value
	}
	return fmt.Sprintf("the text %q", short(y.Value))
}

// short cuts a text for a message.
func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "…"
	}
	return strings.TrimSpace(s)
}
