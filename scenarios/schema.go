package scenarios

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/turnpike-perf/turnpike/spelling"
)

//go:embed scenario.schema.json
var scenarioSchema []byte

//go:embed api.schema.json
var apiSchema []byte

// Schema returns the published JSON Schema (draft-07) of a kind of file,
// "scenario" or "api", and nil for any other kind.
func Schema(kind string) []byte {
	switch kind {
	case "scenario":
		return bytes.Clone(scenarioSchema)
	case "api":
		return bytes.Clone(apiSchema)
	}
	return nil
}

// A schema is one of the two, compiled to check values and as it is written,
// to say in an error what would be right. The words come from "title" (a noun
// with its article: "a duration"), "examples", "x-synonyms" (words that people
// try, and the key that they mean) and "x-keys" (the same for keys as title is
// for values).
type schema struct {
	compiled *jsonschema.Schema
	text     map[string]any
}

var schemas = map[string]func() (*schema, error){
	"scenario": sync.OnceValues(func() (*schema, error) { return compile(scenarioSchema) }),
	"api":      sync.OnceValues(func() (*schema, error) { return compile(apiSchema) }),
}

func compile(text []byte) (*schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read the embedded schema: %w", err)
	}
	root, _ := doc.(map[string]any)
	id, _ := root["$id"].(string)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource(id, doc); err != nil {
		return nil, fmt.Errorf("read the embedded schema: %w", err)
	}
	compiled, err := c.Compile(id)
	if err != nil {
		return nil, fmt.Errorf("compile the embedded schema: %w", err)
	}
	return &schema{compiled, root}, nil
}

// A rule is one subschema as it is written.
type rule map[string]any

// at returns the subschema that a validation error's URL points to, or an
// empty one.
func (s *schema) at(location string) rule {
	_, pointer, _ := strings.Cut(location, "#")
	pointer, _ = url.PathUnescape(pointer)
	here := any(s.text)
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch v := here.(type) {
		case map[string]any:
			here = v[token]
		case []any:
			var i int
			if _, err := fmt.Sscan(token, &i); err != nil || i < 0 || i >= len(v) {
				return rule{}
			}
			here = v[i]
		default:
			return rule{}
		}
	}
	r, _ := here.(map[string]any)
	return r
}

func (r rule) sub(key string) rule {
	m, _ := r[key].(map[string]any)
	return m
}

func (r rule) keys() []string { return slices.Sorted(maps.Keys(r.sub("properties"))) }

func (r rule) title() string { t, _ := r["title"].(string); return t }

// examples is ` such as 200/s or 30/m`, or "" where the schema has none.
func (r rule) examples() string {
	list, _ := r["examples"].([]any)
	var words []string
	for _, e := range list {
		if _, ok := e.(map[string]any); !ok {
			words = append(words, fmt.Sprint(e))
		}
	}
	if len(words) == 0 {
		return ""
	}
	if n := len(words); n > 1 {
		words = []string{strings.Join(words[:n-1], ", "), words[n-1]}
	}
	return " such as " + strings.Join(words, " or ")
}

// matches tells whether a text has the form that the schema asks for.
func (r rule) matches(text string) bool {
	pattern, _ := r["pattern"].(string)
	form, err := regexp.Compile(pattern)
	return err == nil && form.MatchString(text)
}

// sample is ", such as key: example", or "" where the schema has no example.
// A list or mapping is shown as JSON, which is YAML too.
func (r rule) sample(key string) string {
	list, _ := r["examples"].([]any)
	if len(list) == 0 {
		return ""
	}
	if text, ok := list[0].(string); ok {
		return fmt.Sprintf(", such as %s: %s", key, text)
	}
	text, err := json.Marshal(list[0])
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", such as %s: %s", key, text)
}

// meant is the key that someone who wrote an unknown one had in mind, or "".
func (r rule) meant(key string) string {
	if key, ok := r.sub("x-synonyms")[strings.ToLower(key)].(string); ok {
		return key
	}
	return spelling.Nearest(key, r.keys())
}
