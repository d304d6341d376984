package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite what is generated from the code")

// TestSchemaIsCurrent says that the published schema is the one that the types
// make.
func TestSchemaIsCurrent(t *testing.T) {
	want := generateSchema(t)
	if *update {
		if err := os.WriteFile("run.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema(), want) {
		t.Error("run.schema.json is not what the types make: go generate ./report")
	}
}

// compiled is the schema as a validator; closed, it refuses fields that it
// does not name.
func compiled(t *testing.T, closed bool) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	if closed {
		shut(doc)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("run.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("run.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shut(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"]; ok && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, x := range v {
			shut(x)
		}
	case []any:
		for _, x := range v {
			shut(x)
		}
	}
}

func instance(t *testing.T, r *Report) any {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRealOutputFitsSchema(t *testing.T) {
	s := compiled(t, true)
	for name, r := range samples(t) {
		if r.Verdict.Status == "" {
			continue // not a report that the command writes
		}
		if err := s.Validate(instance(t, r)); err != nil {
			t.Errorf("%s: run.json does not fit its schema: %v", name, err)
		}
	}
}

// TestSchemaRefuses says that the schema is not one that everything fits.
func TestSchemaRefuses(t *testing.T) {
	s := compiled(t, false)
	for _, c := range []struct {
		name   string
		change func(map[string]any)
		wrong  bool
	}{
		{"unchanged", func(map[string]any) {}, false},
		{"a new field", func(v map[string]any) { v["later"] = json.Number("1") }, false},
		{"no schema", func(v map[string]any) { delete(v, "schema") }, true},
		{"another version", func(v map[string]any) { v["schema"] = "turnpike.run/2" }, true},
		{"an unknown status", func(v map[string]any) { v["verdict"].(map[string]any)["status"] = "OK" }, true},
		{"money as a number", func(v map[string]any) { v["cost"].(map[string]any)["run_rest_usd"] = json.Number("1.5") }, true},
		{"a count below 0", func(v map[string]any) {
			v["summary"].(map[string]any)["counts"].(map[string]any)["sent"] = json.Number("-1")
		}, true},
	} {
		v := instance(t, realistic(t)).(map[string]any)
		c.change(v)
		if err := s.Validate(v); (err != nil) != c.wrong {
			t.Errorf("%s: Validate() = %v, want an error: %t", c.name, err, c.wrong)
		}
	}
}
