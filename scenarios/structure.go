package scenarios

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"gopkg.in/yaml.v3"

	"github.com/turnpike-perf/turnpike/spelling"
)

// structure checks a document against the schema of its kind: keys, types,
// enumerations, patterns and bounds. What is wrong is marked in the tree.
func structure(d *document, kind string, v *vault, c *collector) error {
	s, err := schemas[kind]()
	if err != nil || d.root == nil {
		return err
	}
	problems := failures(s, d.root)
	if retype(d.root, problems) {
		problems = failures(s, d.root)
	}
	check := &checker{d: d, s: s, v: v, c: c}
	for _, p := range problems {
		check.unknown(p)
	}
	for _, p := range problems {
		check.report(p)
	}
	return nil
}

// failures returns the leaves of the validator's tree of errors. The schemas
// do without propertyNames, whose errors come with a wrong location where a
// file has several (jsonschema v6.0.3 keeps a slice that it goes on to change).
func failures(s *schema, root *node) []*jsonschema.ValidationError {
	var invalid *jsonschema.ValidationError
	if !errors.As(s.compiled.Validate(root.instance()), &invalid) {
		return nil
	}
	var leaves []*jsonschema.ValidationError
	var descend func(e *jsonschema.ValidationError)
	descend = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			leaves = append(leaves, e)
		}
		for _, cause := range e.Causes {
			descend(cause)
		}
	}
	descend(invalid)
	return leaves
}

// retype reads a variable's value as a number or as true or false where a text
// will not do: a key "12345" is a text, insecure: $INSECURE is not.
func retype(root *node, problems []*jsonschema.ValidationError) (any bool) {
	for _, p := range problems {
		n := root.down(p.InstanceLocation)
		if _, wrong := p.ErrorKind.(*kind.Type); !wrong || n == nil || !n.filled || n.style != 0 {
			continue
		}
		bare := yaml.Node{Kind: yaml.ScalarNode, Value: n.text}
		switch tag := bare.ShortTag(); tag {
		case "!!int", "!!float", "!!bool":
			n.tag, any = tag, true
		}
	}
	return any
}

// instance is the node as the schema validator and JSON encoder take it.
func (n *node) instance() any {
	switch n.kind {
	case mapping:
		m := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			m[f.name] = f.instance()
		}
		return m
	case list:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.instance()
		}
		return items
	case null:
		return nil
	}
	if n.tag == "!!str" {
		return n.text
	}
	var v any
	y := yaml.Node{Kind: yaml.ScalarNode, Tag: n.tag, Value: n.text}
	if y.Decode(&v) != nil {
		return n.text
	}
	if f, ok := v.(float64); ok && (f-f != 0) {
		return n.text // an infinity or NaN is no JSON number
	}
	return v
}

// down follows a JSON pointer's tokens; nil where they lead nowhere.
func (n *node) down(tokens []string) *node {
	for _, t := range tokens {
		switch {
		case n == nil:
			return nil
		case n.kind == list:
			i, err := strconv.Atoi(t)
			if err != nil || i < 0 || i >= len(n.items) {
				return nil
			}
			n = n.items[i]
		default:
			n = n.field(t)
		}
	}
	return n
}

// checker words the validator's errors and places them.
type checker struct {
	d *document
	s *schema
	v *vault
	c *collector
}

func (k *checker) bad(n *node, at position, format string, args ...any) {
	k.c.add(Problem{k.d.file, at.line, at.col, n.path(), k.v.hide(fmt.Sprintf(format, args...))})
}

// unknown reports keys that the schema does not have. They come first, because
// a missing key is not reported beside the misspelt one.
func (k *checker) unknown(e *jsonschema.ValidationError) {
	what, ok := e.ErrorKind.(*kind.AdditionalProperties)
	n := k.d.root.down(e.InstanceLocation)
	if n == nil || !ok {
		return
	}
	r := k.s.at(e.SchemaURL)
	for _, key := range what.Properties {
		f := n.field(key)
		if f == nil || f.broken {
			continue
		}
		f.broken = true
		if form, ok := r["x-keys"].(string); ok {
			k.bad(f, f.named, "%q is not %s", short(key), form)
			continue
		}
		f.means = r.meant(key)
		hint := "; known here: " + strings.Join(r.keys(), ", ")
		if f.means != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", f.means)
		}
		k.bad(f, f.named, "unknown key %q%s", short(key), hint)
	}
}

func (k *checker) report(e *jsonschema.ValidationError) {
	n := k.d.root.down(e.InstanceLocation)
	if n == nil || n.broken {
		return
	}
	r := k.s.at(e.SchemaURL)
	switch what := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
	case *kind.Required:
		for _, key := range what.Missing {
			k.missing(n, key, r)
		}
	default:
		n.broken = true
		k.bad(n, n.at, "%s", k.word(e, r, n))
	}
}

// missing reports a key that must be there, unless a misspelt one is.
func (k *checker) missing(n *node, key string, r rule) {
	n.lacks = append(n.lacks, key)
	for _, f := range n.fields {
		if f.means == key {
			return
		}
	}
	k.bad(n, n.named, "%q is missing%s", key, r.sub("properties").sub(key).sample(key))
}

// word says what a value must be and what it is.
func (k *checker) word(e *jsonschema.ValidationError, r rule, n *node) string {
	got := k.got(n)
	switch what := e.ErrorKind.(type) {
	case *kind.Type:
		return fmt.Sprintf("must be %s, got %s%s", wantedType(r, what.Want), got, remedy(what, r, n))
	case *kind.Enum:
		var words []string
		for _, w := range what.Want {
			if s, ok := w.(string); ok && s != "" {
				words = append(words, s)
			}
		}
		return fmt.Sprintf("must be %s, got %s%s", strings.Join(words[:len(words)-1], ", ")+orLast(words), got, spelling.DidYouMean(n.text, words))
	case *kind.Pattern:
		return fmt.Sprintf("must be %s%s, got %s", r.title(), r.examples(), got)
	case *kind.Minimum:
		return fmt.Sprintf("must be at least %s, got %s", decimal(what.Want), got)
	case *kind.Maximum:
		return fmt.Sprintf("must be at most %s, got %s", decimal(what.Want), got)
	case *kind.ExclusiveMinimum:
		return fmt.Sprintf("must be above %s, got %s", decimal(what.Want), got)
	case *kind.MinLength, *kind.MinItems, *kind.MinProperties:
		return "must not be empty"
	case *kind.MaxLength:
		return fmt.Sprintf("must be at most %d characters long, got %d", what.Want, what.Got)
	}
	return "is not what the schema of this file asks for"
}

func orLast(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return " or " + words[len(words)-1]
}

// got says what a value is, without showing a secret.
func (k *checker) got(n *node) string {
	switch n.kind {
	case mapping:
		return "a mapping"
	case list:
		return "a list"
	case null:
		return "nothing"
	}
	word := map[string]string{"!!bool": "", "!!int": "the number ", "!!float": "the number "}
	what, known := word[n.tag]
	switch {
	case n.filled:
		return "the value of " + short(n.written)
	case sensitive(n):
		return "something else"
	case known:
		return what + short(n.text)
	case n.text == "":
		return "an empty text"
	}
	return fmt.Sprintf("the text %q", short(n.text))
}

var typeWords = map[string]string{"object": "a mapping", "array": "a list", "string": "text", "number": "a number",
	"integer": "a whole number", "boolean": "true or false", "null": "nothing"}

func wantedType(r rule, want []string) string {
	if title := r.title(); title != "" {
		return title + r.examples()
	}
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = typeWords[w]
	}
	return strings.Join(words, " or ") + r.examples()
}

// remedy says how YAML writes what is wanted, where the mistake is a common one.
func remedy(what *kind.Type, r rule, n *node) string {
	want := strings.Join(what.Want, " ")
	switch {
	case want == "string" && r.matches(n.text) && (what.Got == "number" || what.Got == "boolean"):
		return "; put it in quotes"
	case want == "array" && what.Got != "null":
		return `; begin each item with "- "`
	}
	return ""
}

func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}
