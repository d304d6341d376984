package main

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/report"
)

// deliver writes the run directory, prints the answer, and turns the verdict
// into the command's ending.
func (a *app) deliver(s *session, r *report.Report, f runFlags) error {
	dir := f.out
	if dir == "" {
		dir = filepath.Join("runs", slug(r.Name)+"-"+r.Began.Format("20060102-150405")+"-"+r.RunID)
	}
	hlog := func(w io.Writer) error { return s.recorder.WriteHLog(w, s.began) }
	if err := report.WriteDir(dir, r, report.Files{HLog: hlog}); err != nil {
		return end(exitInternal, "write the report: %w", err)
	}
	if err := a.print(r, f.output); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "report: %s\n", filepath.Join(dir, "report.html"))
	return endOf(r)
}

// print writes the answer to stdout.
func (a *app) print(r *report.Report, output string) error {
	if output == "json" {
		return report.JSON(a.stdout, r)
	}
	return report.Text(a.stdout, r, a.textOptions())
}

// endOf is nil for a report that passed; else the last line on stderr says why not.
func endOf(r *report.Report) error {
	if r.Verdict.ExitCode == exitOK {
		return nil
	}
	return end(r.Verdict.ExitCode, "exit %d: %s: %s", r.Verdict.ExitCode, r.Verdict.Status, strings.Join(r.Verdict.Reasons, "; "))
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// slug turns a scenario's name into a folder's.
func slug(name string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
