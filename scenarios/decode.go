package scenarios

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"
)

// plain is the node as yaml.v3 decodes it, with what is broken left out.
func (n *node) plain() *yaml.Node {
	switch {
	case n == nil || n.broken || n.kind == null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case n.kind == mapping:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, f := range n.fields {
			if !f.broken {
				y.Content = append(y.Content, keyNode(f.name), f.plain())
			}
		}
		return y
	case n.kind == list:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.items {
			y.Content = append(y.Content, item.plain())
		}
		return y
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: n.tag, Value: n.text}
}

// keyNode is a key: a whole number (a status) where it looks like one.
func keyNode(name string) *yaml.Node {
	bare := yaml.Node{Kind: yaml.ScalarNode, Value: name}
	if tag := bare.ShortTag(); tag == "!!int" {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: name}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}
}

// decode reads a node into a config struct. The schema has let through only
// what is of the right shape, but a type may still refuse a value ("0x10" as a
// rate): yaml.v3 does not say where, so the value without which the error goes
// away is looked for, reported and left out.
func decode[T any](l *loader, d *document, n *node) T {
	for {
		var to T
		err := decodeNode(n, &to)
		if err == nil {
			return to
		}
		culprit := blame[T](n, err)
		if culprit == nil {
			l.problem(d, n, "", refusal(err))
			n.broken = true
			var zero T
			return zero
		}
		l.problem(d, culprit, "", refusal(err))
		culprit.broken = true
	}
}

func decodeNode(n *node, to any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the value cannot be read")
		}
	}()
	return n.plain().Decode(to)
}

func blame[T any](n *node, err error) (culprit *node) {
	n.walk(func(m *node) {
		if culprit != nil || m.kind != scalar || m.broken || m == n {
			return
		}
		m.broken = true
		var to T
		if again := decodeNode(n, &to); again == nil || again.Error() != err.Error() {
			culprit = m
		}
		m.broken = false
	})
	return culprit
}

// refusal is a decoding error in words.
func refusal(err error) string {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		return "the value is out of range"
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}
