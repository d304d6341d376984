package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/turnpike-perf/turnpike/checks"
)

// JSON writes the report as run.json: indented, without loss, with money as
// decimal strings and units in the names of fields. Schema describes it.
func JSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(normal(r)); err != nil {
		return fmt.Errorf("write run.json: %w", err)
	}
	return nil
}

// normal is the report with the schema's name, its sentence, and empty lists
// where there are none: lists are never null in run.json.
func normal(r *Report) *Report {
	c := *r
	c.Schema = SchemaName
	c.Verdict.Sentence = cmp.Or(c.Verdict.Sentence, Sentence(r))
	c.Verdict.Reasons = list(c.Verdict.Reasons)
	c.Checks = list[checks.Result](c.Checks)
	c.Limits = list(c.Limits)
	c.Method = list(c.Method)
	c.Plan.Windows, c.Plan.Curve = list(c.Plan.Windows), list(c.Plan.Curve)
	c.Summary.Rows, c.Summary.Series = list(c.Summary.Rows), list(c.Summary.Series)
	c.Cost.Lines, c.Cost.Ledger.Lines = list(c.Cost.Lines), list(c.Cost.Ledger.Lines)
	c.Cost.Assumptions = list(c.Cost.Assumptions)
	return &c
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Read reads a saved report back: from a run directory, its run.json, or its
// report.html, which carries the same.
func Read(path string) (*Report, error) {
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		path = filepath.Join(path, "run.json")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read run: %w", err)
	}
	r, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("read run %q: %w", path, err)
	}
	return r, nil
}

// Decode reads the bytes of a run.json or of a report.html.
func Decode(b []byte) (*Report, error) {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("<")) {
		_, after, ok := bytes.Cut(b, []byte(`<script type="application/json" id="run-json">`))
		if b, _, _ = bytes.Cut(after, []byte("</script>")); !ok {
			return nil, errors.New("the page carries no run: it is not a turnpike report")
		}
	}
	var head struct{ Schema string }
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("not a run.json: %w", err)
	}
	switch {
	case head.Schema == SchemaName:
	case strings.HasPrefix(head.Schema, "turnpike.run/"):
		return nil, fmt.Errorf("its schema is %s, which this turnpike does not know (it reads %s): use a newer one", head.Schema, SchemaName)
	default:
		return nil, fmt.Errorf("not a run.json: its schema is %q, not %s", head.Schema, SchemaName)
	}
	r := new(Report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("decode run.json: %w", err)
	}
	return r, nil
}
