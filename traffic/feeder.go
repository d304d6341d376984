package traffic

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// A table is a feeder in memory.
type table struct {
	columns []string
	rows    [][]string
	random  bool
	salt    uint64 // tells the feeders of a plan apart
}

// row is the row that arrival seq sees.
func (t *table) row(seed, seq uint64) []string {
	n := uint64(len(t.rows))
	if t.random {
		return t.rows[below(feederRow.draw(seed+t.salt, seq), n)]
	}
	return t.rows[seq%n]
}

func (t *table) memory() (n int64) {
	for _, row := range t.rows {
		n += 24
		for _, v := range row {
			n += 16 + int64(len(v))
		}
	}
	return n
}

// readTable reads a feeder's file: a JSON array or JSON lines where it begins
// like one, otherwise CSV. Errors name file and line, or the row of an array.
func readTable(file string) (*table, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	var t *table
	switch trimmed := bytes.TrimSpace(b); {
	case len(trimmed) == 0:
		return nil, fmt.Errorf("%s: the file is empty", file)
	case trimmed[0] == '[':
		t, err = readArray(trimmed, file)
	case trimmed[0] == '{':
		t, err = readJSONLines(b, file)
	default:
		t, err = readCSVTable(b, file)
	}
	if err == nil && (len(t.rows) == 0 || len(t.columns) == 0) {
		err = fmt.Errorf("%s: there are no rows", file)
	}
	return t, err
}

func readCSVTable(b []byte, file string) (*table, error) {
	rows := csv.NewReader(bytes.NewReader(b))
	all, err := rows.ReadAll()
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return nil, fmt.Errorf("%s:%d: %w", file, parse.Line, parse.Err)
	}
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("%s: there is no header line", file)
	}
	for i, name := range all[0] {
		all[0][i] = strings.TrimSpace(name)
		if slices.Contains(all[0][:i], all[0][i]) {
			return nil, fmt.Errorf("%s:1: two columns are named %q", file, all[0][i])
		}
	}
	return &table{columns: all[0], rows: all[1:]}, nil
}

func readArray(b []byte, file string) (*table, error) {
	var objects []map[string]json.RawMessage
	if err := json.Unmarshal(b, &objects); err != nil {
		return nil, fmt.Errorf("%s: not an array of objects: %w", file, err)
	}
	t := &table{}
	for i, o := range objects {
		if err := t.add(o); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", file, i+1, err)
		}
	}
	return t, nil
}

func readJSONLines(b []byte, file string) (*table, error) {
	t := &table{}
	return t, eachLine(bytes.NewReader(b), file, func(line string) error {
		var o map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			return fmt.Errorf("not a JSON object: %w", err)
		}
		return t.add(o)
	})
}

// add appends an object as a row. The first one says which columns there are.
func (t *table) add(o map[string]json.RawMessage) error {
	if t.columns == nil {
		t.columns = slices.Sorted(maps.Keys(o))
	}
	row := make([]string, len(t.columns))
	for i, name := range t.columns {
		v, ok := o[name]
		if !ok {
			return fmt.Errorf("no %q, which the first row has", name)
		}
		row[i] = valueText(v)
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(t.columns, name) {
			return fmt.Errorf("%q, which the first row has not%s", name, spelling.DidYouMean(name, t.columns))
		}
	}
	t.rows = append(t.rows, row)
	return nil
}

// valueText is a JSON value as a template inserts it: a string without its
// quotes, null as nothing, anything else as it stands.
func valueText(v json.RawMessage) string {
	var s string
	if string(v) == "null" || json.Unmarshal(v, &s) == nil {
		return s
	}
	var compact bytes.Buffer
	if json.Compact(&compact, v) != nil {
		return string(v)
	}
	return compact.String()
}
