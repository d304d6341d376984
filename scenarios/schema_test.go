package scenarios

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

func TestSchemaIsDraft7(t *testing.T) {
	meta, err := jsonschema.NewCompiler().Compile("http://json-schema.org/draft-07/schema#")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"scenario", "api"} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema(kind)))
		if err != nil {
			t.Fatalf("Schema(%q): %v", kind, err)
		}
		if err := meta.Validate(doc); err != nil {
			t.Errorf("Schema(%q) is not draft-07: %v", kind, err)
		}
		if uri := doc.(map[string]any)["$schema"]; uri != "http://json-schema.org/draft-07/schema#" {
			t.Errorf("Schema(%q) names the schema %v", kind, uri)
		}
		s, err := schemas[kind]()
		if err != nil {
			t.Fatal(err)
		}
		described(t, kind, s.text, "")
	}
	if got := Schema("other"); got != nil {
		t.Errorf("Schema(other) = %s, want nil", got)
	}
}

// described checks the promises that editors and error texts rest on: each key
// has a description, each mapping of known keys refuses others, and a pattern
// comes with a name and an example of what it means.
func described(t *testing.T, kind string, r rule, at string) {
	t.Helper()
	for key, sub := range r.sub("properties") {
		p := rule(sub.(map[string]any))
		if p["description"] == nil {
			t.Errorf("%s schema: %s.%s has no description", kind, at, key)
		}
		described(t, kind, p, at+"."+key)
	}
	if r["properties"] != nil && r["additionalProperties"] != false {
		t.Errorf("%s schema: %s lets unknown keys pass", kind, at)
	}
	if r["pattern"] != nil && (r.title() == "" || r.examples() == "") {
		t.Errorf("%s schema: %s has a pattern without title or examples", kind, at)
	}
	if r["patternProperties"] != nil && r["properties"] == nil && r["x-keys"] == nil {
		t.Errorf("%s schema: %s has keys of a pattern without x-keys", kind, at)
	}
	for pattern, sub := range r.sub("patternProperties") {
		described(t, kind, rule(sub.(map[string]any)), at+"."+pattern)
	}
	for _, below := range []string{"items", "additionalProperties"} {
		if sub := r.sub(below); sub != nil {
			described(t, kind, sub, at+"."+below)
		}
	}
	for name := range r.sub("definitions") {
		described(t, kind, r.sub("definitions").sub(name), "definitions."+name)
	}
	for word, key := range r.sub("x-synonyms") {
		if r.sub("properties")[key.(string)] == nil {
			t.Errorf("%s schema: %s: %q means the unknown key %q", kind, at, word, key)
		}
	}
}

// TestSchemaExamples checks that what the schema offers as an example is valid.
func TestSchemaExamples(t *testing.T) {
	for _, kind := range []string{"scenario", "api"} {
		s, err := schemas[kind]()
		if err != nil {
			t.Fatal(err)
		}
		for name := range s.text["definitions"].(map[string]any) {
			definition := s.at("#/definitions/" + name)
			examples, _ := definition["examples"].([]any)
			for _, e := range examples {
				c := jsonschema.NewCompiler()
				if err := c.AddResource("it.json", map[string]any(definition)); err != nil {
					t.Fatal(err)
				}
				if err := c.MustCompile("it.json").Validate(e); err != nil {
					t.Errorf("%s schema: example %v of %s: %v", kind, e, name, err)
				}
			}
		}
	}
}

// TestSchemaMatchesStructs holds the schemas to the structs that are decoded:
// a key that only one of them knows would be refused, or silently ignored.
func TestSchemaMatchesStructs(t *testing.T) {
	for _, c := range []struct {
		kind, at string
		of       any
		more     []string // keys that this package reads by itself
	}{
		{"scenario", "traffic", traffic.Config{}, nil},
		{"scenario", "target", Target{}, nil},
		{"scenario", "run", RunConfig{}, nil},
		{"scenario", "pricing", pricing.Config{}, []string{"usage"}},
		{"scenario", "pricing/properties/usage", Usage{}, nil},
		{"scenario", "clients/items", traffic.Client{}, nil},
		{"scenario", "requests/items", traffic.RequestSpec{}, methods},
		{"scenario", "feeders/patternProperties/^[A-Za-z_][A-Za-z0-9_]*$", traffic.Feeder{}, nil},
		{"api", "", gateway.Config{}, nil},
	} {
		s, err := schemas[c.kind]()
		if err != nil {
			t.Fatal(err)
		}
		at := "#"
		if c.at != "" {
			at = "#/properties/" + c.at
		}
		same(t, s, s.at(at), reflect.TypeOf(c.of), c.kind+" "+c.at, c.more)
	}
}

func same(t *testing.T, s *schema, r rule, of reflect.Type, at string, more []string) {
	t.Helper()
	want := slices.Clone(more)
	for i := range of.NumField() {
		f := of.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "-" || !f.IsExported() {
			continue
		}
		if key == "" {
			t.Errorf("%s: %s.%s has no yaml tag", at, of, f.Name)
			continue
		}
		want = append(want, key)
		below := s.follow(r.sub("properties").sub(key))
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			if inner.Kind() == reflect.Slice {
				below = s.follow(below.sub("items"))
			}
			if inner.Kind() == reflect.Map {
				inside := below.sub("additionalProperties")
				for _, sub := range below.sub("patternProperties") {
					inside = rule(sub.(map[string]any))
				}
				below = s.follow(inside)
			}
			inner = inner.Elem()
		}
		_, text := reflect.New(inner).Interface().(encoding.TextUnmarshaler)
		if inner.Kind() == reflect.Struct && (!text || below["properties"] != nil) {
			same(t, s, below, inner, fmt.Sprintf("%s.%s", at, key), nil)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r.sub("properties")))); diff != "" {
		t.Errorf("%s: keys of %s (-) and of the schema (+) differ:\n%s", at, of, diff)
	}
}

// follow resolves a reference, by itself or as the only part of an allOf.
func (s *schema) follow(r rule) rule {
	if all, ok := r["allOf"].([]any); ok && len(all) == 1 {
		r = all[0].(map[string]any)
	}
	if ref, ok := r["$ref"].(string); ok {
		return s.at(ref)
	}
	return r
}

func TestSchemaIsIndented(t *testing.T) {
	for _, kind := range []string{"scenario", "api"} {
		var b bytes.Buffer
		if err := json.Indent(&b, Schema(kind), "", "  "); err != nil || b.String() != string(Schema(kind)) {
			t.Errorf("Schema(%q) is not indented by two spaces, or: %v", kind, err)
		}
	}
}
