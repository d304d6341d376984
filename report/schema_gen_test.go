package report

import (
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A generator makes the JSON Schema of run.json from the Go types, with the
// comments on types and fields as descriptions.
type generator struct {
	docs        map[string]string // "measure.Row" and "measure.Row.Latency"
	definitions map[string]any
	from        map[string]reflect.Type // which type a definition is of
}

// enums are the strings with few values, by field.
var enums = map[string][]string{
	"Report.Schema": {SchemaName}, "Report.Mode": {ModeRun, ModeSimulate, ModePrice}, "Report.Loop": {"", LoopOpen, LoopClosed},
	"Verdict.Status": {Pass, Fail, Invalid, Partial},
}

// nulls are the fields that a type's own MarshalJSON writes as null at times.
var nulls = map[string]bool{"Bill.Total": true, "Bill.PerMillion": true}

func generateSchema(t *testing.T) []byte {
	g := &generator{docs: map[string]string{}, definitions: map[string]any{}, from: map[string]reflect.Type{}}
	for pkg, dir := range map[string]string{"report": ".", "measure": "../measure", "checks": "../checks", "pricing": "../pricing"} {
		g.read(t, pkg, dir)
	}
	root := g.object(t, reflect.TypeFor[Report]())
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["$id"] = "https://raw.githubusercontent.com/turnpike-perf/turnpike/main/report/run.schema.json"
	root["title"] = "A turnpike run (run.json, " + SchemaName + ")"
	root["definitions"] = g.definitions
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// read collects the comments of a package.
func (g *generator) read(t *testing.T, pkg, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				for _, s := range d.Specs {
					s := s.(*ast.TypeSpec)
					g.docs[pkg+"."+s.Name.Name] = words(d.Doc, s.Doc)
					if st, ok := s.Type.(*ast.StructType); ok {
						g.fields(pkg+"."+s.Name.Name, st)
					}
				}
			}
		}
	}
}

func (g *generator) fields(of string, st *ast.StructType) {
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			g.docs[of+"."+n.Name] = words(f.Doc, f.Comment)
		}
	}
}

func words(groups ...*ast.CommentGroup) string {
	var out []string
	for _, g := range groups {
		if g != nil {
			out = append(out, strings.Fields(g.Text())...)
		}
	}
	return strings.Join(out, " ")
}

// object is the schema of a struct.
func (g *generator) object(t *testing.T, typ reflect.Type) map[string]any {
	props, required := map[string]any{}, []string{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			t.Errorf("%s.%s has no name in JSON", typ, f.Name)
		}
		optional := strings.Contains(opts, "omitempty")
		if !optional {
			required = append(required, name)
		}
		s := g.of(t, f.Type, optional)
		if nulls[typ.Name()+"."+f.Name] {
			s["type"] = []any{s["type"], "null"}
		}
		if e := enums[typ.Name()+"."+f.Name]; e != nil {
			s["enum"] = e
		}
		if d := g.docs[typ.String()+"."+f.Name]; d != "" {
			if _, ref := s["$ref"]; ref { // draft-07 ignores what stands beside $ref
				s = map[string]any{"allOf": []any{s}}
			}
			s["description"] = d
		}
		props[name] = s
	}
	o := map[string]any{"type": "object", "properties": props, "required": required}
	if d := g.docs[typ.String()]; d != "" {
		o["description"] = d
	}
	return o
}

// of is the schema of a type. A pointer may be null, unless it is left out where there is nothing.
func (g *generator) of(t *testing.T, typ reflect.Type, optional bool) map[string]any {
	if s := special(typ); s != nil {
		return s
	}
	switch typ.Kind() {
	case reflect.Pointer:
		s := g.of(t, typ.Elem(), true)
		if optional {
			return s
		}
		if k, ok := s["type"].(string); ok {
			s["type"] = []string{k, "null"}
			return s
		}
		return map[string]any{"anyOf": []any{s, map[string]any{"type": "null"}}}
	case reflect.Struct:
		return g.ref(t, typ)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": g.of(t, typ.Elem(), false)}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": g.of(t, typ.Elem(), false)}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	}
	t.Errorf("no schema for %s", typ)
	return map[string]any{}
}

func (g *generator) ref(t *testing.T, typ reflect.Type) map[string]any {
	name := typ.Name()
	if had := g.from[name]; had != nil && had != typ {
		name = strings.ReplaceAll(typ.String(), ".", "_")
	}
	if g.from[name] == nil {
		g.from[name] = typ
		g.definitions[name] = g.object(t, typ)
	}
	return map[string]any{"$ref": "#/definitions/" + name}
}

// special are the types that write themselves.
func special(typ reflect.Type) map[string]any {
	switch typ {
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "integer"}
	case reflect.TypeFor[pricing.Money]():
		return map[string]any{"type": "string", "pattern": `^-?[0-9]+\.[0-9]{2,9}$`}
	case reflect.TypeFor[pricing.Price]():
		return map[string]any{"type": "string", "pattern": `^[0-9]+(\.[0-9]+)?$`}
	case reflect.TypeFor[traffic.Limit]():
		var names []string
		for l := range traffic.Limit(traffic.NumLimits) {
			names = append(names, l.String())
		}
		return map[string]any{"type": "string", "enum": names}
	}
	if typ.Kind() == reflect.Pointer || typ == reflect.TypeFor[pricing.Bill]() {
		return nil // a bill writes its fields, some of them as null: see nulls
	}
	if typ.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || typ.Implements(reflect.TypeFor[json.Marshaler]()) {
		panic(fmt.Sprintf("%s writes itself: say how in special", typ))
	}
	return nil
}
