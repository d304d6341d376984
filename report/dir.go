package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Files says what else WriteDir writes.
type Files struct {
	HLog func(io.Writer) error // writes latency.hlog; nil = no such file
}

// WriteDir writes every form of the report into a run directory, which it
// makes if need be: run.json, report.html, summary.md, junit.xml,
// series.jsonl, effective.yaml and latency.hlog. Each file is written under
// a temporary name, synced and renamed, so that a reader finds a whole file or
// none; run.json comes last and says that the directory is complete.
func WriteDir(dir string, r *Report, f Files) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make run directory: %w", err)
	}
	form := func(write func(io.Writer, *Report) error) func(io.Writer) error {
		return func(w io.Writer) error { return write(w, r) }
	}
	files := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"effective.yaml", func(w io.Writer) error { _, err := io.WriteString(w, r.Scenario); return err }},
		{"series.jsonl", form(Series)},
		{"latency.hlog", f.HLog},
		{"junit.xml", form(JUnit)},
		{"summary.md", form(Markdown)},
		{"report.html", form(HTML)},
		{"run.json", form(JSON)},
	}
	for _, file := range files {
		if file.write == nil {
			continue
		}
		if err := writeFile(filepath.Join(dir, file.name), file.write); err != nil {
			return err
		}
	}
	return nil
}

// Series writes the intervals of the run as JSON lines.
func Series(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	for _, p := range r.Summary.Series {
		if err := e.Encode(p); err != nil {
			return fmt.Errorf("write series.jsonl: %w", err)
		}
	}
	return nil
}

// writeFile writes a file whole or not at all.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
