package traffic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// body compiles a request's body: a string as it stands, anything else as JSON
// with its strings as templates and its keys in order of the alphabet. bad
// gets the path below the body.
func (c *compiler) body(v any, bad func(path, problem string)) template {
	if s, ok := v.(string); ok || v == nil {
		return c.compile(s, inText, func(problem string) { bad("", problem) })
	}
	t := template{place: inJSON}
	c.json(&t, v, "", bad)
	return t
}

func (c *compiler) json(t *template, v any, path string, bad func(path, problem string)) {
	switch v := v.(type) {
	case string:
		t.literal(`"`)
		c.append(t, v, func(problem string) { bad(path, problem) })
		t.literal(`"`)
	case []any:
		t.literal("[")
		for i, item := range v {
			t.literal(comma(i))
			c.json(t, item, fmt.Sprintf("%s[%d]", path, i), bad)
		}
		t.literal("]")
	case map[any]any: // as YAML has it where a key is not a string
		named := make(map[string]any, len(v))
		for key, item := range v {
			named[fmt.Sprint(key)] = item
		}
		c.json(t, named, path, bad)
	case map[string]any:
		t.literal("{")
		for i, key := range slices.Sorted(maps.Keys(v)) {
			below := path + "." + key
			t.literal(comma(i))
			c.json(t, key, below, bad)
			t.literal(":")
			c.json(t, v[key], below, bad)
		}
		t.literal("}")
	default:
		text, err := plainJSON(v)
		if err != nil {
			bad(path, fmt.Sprintf("cannot be sent as JSON: %v", err))
		}
		t.literal(text)
	}
}

func comma(i int) string {
	if i > 0 {
		return ","
	}
	return ""
}

func plainJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}
