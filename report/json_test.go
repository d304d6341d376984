package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestRoundTrip says that nothing is lost in run.json, nor in report.html.
func TestRoundTrip(t *testing.T) {
	for name, r := range samples(t) {
		for form, write := range map[string]func(*bytes.Buffer) error{
			"json": func(b *bytes.Buffer) error { return JSON(b, r) },
			"html": func(b *bytes.Buffer) error { return HTML(b, r) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %s: %v", name, form, err)
			}
			got, err := Decode(b.Bytes())
			if err != nil {
				t.Fatalf("%s: Decode(%s): %v", name, form, err)
			}
			if d := cmp.Diff(normal(r), got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s: what was read from %s differs (-written +read):\n%s", name, form, d)
			}
		}
	}
}

// TestRoundTripBytes says that a run read back is written as it was.
func TestRoundTripBytes(t *testing.T) {
	var first, second, page bytes.Buffer
	if err := JSON(&first, realistic(t)); err != nil {
		t.Fatal(err)
	}
	r, err := Decode(first.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := JSON(&second, r); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("JSON(Decode(b)) != b")
	}
	if err := HTML(&page, r); err != nil {
		t.Fatal(err)
	}
	var direct bytes.Buffer
	if err := HTML(&direct, realistic(t)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page.Bytes(), direct.Bytes()) {
		t.Error("the page of a run read back is not the page of the run")
	}
}

func TestMoneyIsWrittenAsStrings(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, realistic(t)); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any)
	seen := 0
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if x == nil {
					continue
				}
				_, isString := x.(string)
				if k == "usd" || strings.HasSuffix(k, "_usd") {
					seen++
					if !isString {
						t.Errorf("%s.%s = %v (%T), want a string", path, k, x, x)
					}
				}
				walk(path+"."+k, x)
			}
		case []any:
			for _, x := range v {
				walk(path+"[]", x)
			}
		}
	}
	walk("", v)
	if seen < 10 {
		t.Errorf("found %d amounts, want at least 10", seen)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, content, want string }{
		{"newer.json", `{"schema": "turnpike.run/9"}`, "use a newer one"},
		{"price.json", `{"schema": "turnpike.price/1"}`, `its schema is "turnpike.price/1"`},
		{"no.json", `{}`, `its schema is ""`},
		{"broken.json", `{"schema": `, "not a run.json"},
		{"other.html", `<html></html>`, "carries no run"},
		{"cut.html", `<html><script type="application/json" id="run-json">{"sch`, "not a run.json"},
		{"types.json", `{"schema": "turnpike.run/1", "seed": "x"}`, "seed"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
			t.Errorf("Read(%s) = %v, want an error with the path and %q", c.name, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(dir, "none")); err == nil {
		t.Error("Read of what is not there gives no error")
	}
}
