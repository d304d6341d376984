package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var forms = map[string]func(io.Writer, *Report) error{
	"json": JSON, "markdown": Markdown, "junit": JUnit, "html": HTML, "series": Series,
	"text": func(w io.Writer, r *Report) error { return Text(w, r, TextOptions{}) },
}

func render(t testing.TB, form string, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := forms[form](&b, r); err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	return b.String()
}

// TestSameBytes renders each report often and at once: what comes out must not
// depend on the order of maps, nor on the clock.
func TestSameBytes(t *testing.T) {
	for name, r := range samples(t) {
		for form := range forms {
			want := render(t, form, r)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if got := render(t, form, r); got != want {
						t.Errorf("%s: %s differs between renderings", name, form)
					}
				})
			}
			wg.Wait()
		}
	}
}

// TestRenderingLeavesReportAlone says that no rendering changes what it reads.
func TestRenderingLeavesReportAlone(t *testing.T) {
	for name, r := range samples(t) {
		before := render(t, "json", r)
		for form := range forms {
			render(t, form, r)
		}
		if after := render(t, "json", r); after != before {
			t.Errorf("%s: changed by rendering:\n%s", name, cmp.Diff(before, after))
		}
	}
}

var badNumber = regexp.MustCompile(`NaN|[-+]Inf\b|%!|&lt;nil&gt;|\[object|undefined`)

func TestNoBrokenFigures(t *testing.T) {
	for name, r := range samples(t) {
		for form := range forms {
			got := render(t, form, r)
			if form == "html" { // without the libraries, which speak of NaN
				got = regexp.MustCompile(`(?s)<script>.*?</script>`).ReplaceAllString(got, "")
			}
			if m := badNumber.FindString(got); m != "" {
				i := strings.Index(got, m)
				t.Errorf("%s: %s has %q: …%s…", name, form, m, got[max(0, i-60):min(len(got), i+60)])
			}
		}
	}
}

func TestJUnitCounts(t *testing.T) {
	for name, r := range samples(t) {
		var s junitSuites
		if err := xml.Unmarshal([]byte(render(t, "junit", r)), &s); err != nil {
			t.Errorf("%s: junit.xml: %v", name, err)
			continue
		}
		if len(s.Suites) != 1 {
			t.Fatalf("%s: %d suites, want 1", name, len(s.Suites))
		}
		u := s.Suites[0]
		failures, errors := 0, 0
		for _, c := range u.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
		}
		wantF, wantE := len(r.Failed()), 0
		if invalid(r) {
			wantF, wantE = 0, max(1, len(r.Checks))
		}
		got := []int{len(u.Cases), u.Tests, failures, u.Failures, errors, u.Errors, s.Tests, s.Failures, s.Errors}
		n := max(1, len(r.Checks))
		if want := []int{n, n, wantF, wantF, wantE, wantE, n, wantF, wantE}; !slices.Equal(got, want) {
			t.Errorf("%s: cases, tests, failures, errors and the totals = %v, want %v", name, got, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	got := render(t, "markdown", realistic(t))
	for _, want := range []string{"### ✗ FAIL: quickstart\n\nAt 200 to 1,500", "<details><summary>By request</summary>", "What is billed", "| Per month |", "measurement VALID"} {
		if !strings.Contains(got, want) {
			t.Errorf("summary.md has no %q", want)
		}
	}
	if n := strings.Count(got[:strings.Index(got, "<details>")], "| ---"); n < 1 {
		t.Error("no table before the details")
	}
	if strings.Count(got, "<details>") != strings.Count(got, "</details>") {
		t.Error("details are not closed")
	}
}

// TestMarkdownFits says that a scenario with very many requests, clients and
// checks still fits into a comment.
func TestMarkdownFits(t *testing.T) {
	r := realistic(t)
	long := strings.Repeat("päth/|", 60)
	for range 500 {
		row := r.Summary.Rows[1]
		row.Name = long
		r.Summary.Rows = append(r.Summary.Rows, row)
		r.Summary.Clients = append(r.Summary.Clients, row)
		k := r.Checks[2]
		k.Check, k.Margin = long, long
		r.Checks = append(r.Checks, k)
		r.Method = append(r.Method, long)
	}
	r.Verdict.Sentence = ""
	got := render(t, "markdown", r)
	if len(got) >= 64<<10 {
		t.Errorf("summary.md is %d bytes, want under 64 KB", len(got))
	}
	if !strings.Contains(got, "left out") {
		t.Error("summary.md does not say that rows were left out")
	}
}

func TestMarkdownEscapes(t *testing.T) {
	got := render(t, "markdown", hostile(t))
	for _, bad := range []string{"<script", "\x1b", "<!--"} {
		if strings.Contains(got, bad) {
			t.Errorf("summary.md has %q", bad)
		}
	}
	if got := markdown("a|b @me #1 `x` *y*\nz"); got != `a\|b &#64;me \#1 \`+"`x\\`"+` \*y\* z` {
		t.Errorf("markdown() = %s", got)
	}
}

func TestWriteDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "r1")
	r := realistic(t)
	hlog := func(w io.Writer) error {
		_, err := io.WriteString(w, "#[Histogram log format version 1.3]\n")
		return err
	}
	for range 2 { // again over what is there
		if err := WriteDir(dir, r, Files{HLog: hlog}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"effective.yaml", "junit.xml", "latency.hlog", "report.html", "run.json", "series.jsonl", "summary.md"}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	for _, path := range []string{dir, filepath.Join(dir, "run.json"), filepath.Join(dir, "report.html")} {
		got, err := Read(path)
		if err != nil {
			t.Errorf("Read(%s): %v", path, err)
		} else if got.Verdict.Sentence != r.Verdict.Sentence {
			t.Errorf("Read(%s).Verdict.Sentence = %q", path, got.Verdict.Sentence)
		}
	}
	lines, err := os.ReadFile(filepath.Join(dir, "series.jsonl"))
	if err != nil || bytes.Count(lines, []byte("\n")) != len(r.Summary.Series) {
		t.Errorf("series.jsonl has %d lines (%v), want %d", bytes.Count(lines, []byte("\n")), err, len(r.Summary.Series))
	}
}

// TestWriteDirKeepsOldFiles says that a write that fails leaves the file of
// before, and nothing half-written.
func TestWriteDirKeepsOldFiles(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "latency.hlog")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := WriteDir(dir, realistic(t), Files{HLog: func(w io.Writer) error {
		fmt.Fprint(w, "half")
		return io.ErrShortWrite
	}})
	if err == nil || !strings.Contains(err.Error(), "latency.hlog") {
		t.Errorf("WriteDir = %v, want an error that names latency.hlog", err)
	}
	if b, _ := os.ReadFile(old); string(b) != "old" {
		t.Errorf("latency.hlog = %q, want it as it was", b)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
