package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/report"
)

// folder makes the run directory. It is called before anything is sent: a
// report that cannot be written must not cost a run.
func (s *session) folder(f runFlags) (string, error) {
	dir := f.out
	if dir == "" {
		dir = filepath.Join("runs", slug(s.scenario.Name)+"-"+s.began.UTC().Format("20060102-150405")+"-"+s.id)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", end(exitUsage, "make run directory: %w; nothing was sent", err)
	}
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		return "", end(exitUsage, "write to run directory: %w; nothing was sent", err)
	}
	return dir, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// deliver writes the run directory, prints the answer, and turns the verdict
// into the command's ending.
func (a *app) deliver(s *session, r *report.Report, dir string, f runFlags) error {
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

// mostReasons is how many of a verdict's reasons the last line names.
const mostReasons = 3

// endOf is nil for a report that passed; else the last line on stderr says why not.
func endOf(r *report.Report) error {
	if r.Verdict.ExitCode == exitOK {
		return nil
	}
	reasons := r.Verdict.Reasons
	if n := len(reasons) - mostReasons; n > 0 {
		reasons = append(slices.Clone(reasons[:mostReasons]), fmt.Sprintf("%d more", n))
	}
	return end(r.Verdict.ExitCode, "exit %d: %s: %s", r.Verdict.ExitCode, r.Verdict.Status, strings.Join(reasons, "; "))
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// slug turns a scenario's name into a folder's.
func slug(name string) string {
	if s := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-"); s != "" {
		return s
	}
	return "run"
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
