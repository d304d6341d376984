package report

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

func textOf(t *testing.T, r *Report, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTextGolden compares whole summaries with those under testdata.
func TestTextGolden(t *testing.T) {
	s := samples(t)
	for _, c := range []struct {
		file, sample string
		width        int
	}{
		{"realistic-100.txt", "realistic", 100}, {"realistic-60.txt", "realistic", 60}, {"invalid-80.txt", "invalid", 80}, {"price-80.txt", "price", 80},
		{"simulated-100.txt", "simulated", 100}, {"single-80.txt", "single", 80}, {"nothing-80.txt", "nothing", 80}, {"zero-80.txt", "zero", 80},
	} {
		got := textOf(t, s[c.sample], TextOptions{Width: c.width})
		golden(t, filepath.Join("text", c.file), got)
	}
}

// golden compares a rendering with its file under testdata; -update rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got; rewrite with -update):\n%s", file, d)
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestTextKeepsToItsWidth says that no line is wider than the terminal, and
// that colours add to the text and take nothing from it.
func TestTextKeepsToItsWidth(t *testing.T) {
	for name, r := range samples(t) {
		for _, width := range []int{40, 60, 80, 100, 160} {
			got := textOf(t, r, TextOptions{Width: width})
			for _, line := range strings.Split(got, "\n") {
				if n := length(line); n > width && name != "hostile" {
					t.Errorf("%s: a line of %d columns at width %d: %q", name, n, width, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("%s: trailing spaces at width %d: %q", name, width, line)
				}
			}
			if strings.ContainsRune(got, '\x1b') {
				t.Errorf("%s: an escape character without colours", name)
			}
			colored := textOf(t, r, TextOptions{Width: width, Color: true})
			if ansi.ReplaceAllString(colored, "") != got {
				t.Errorf("%s: colours change the text at width %d", name, width)
			}
		}
	}
}

func TestProgressLine(t *testing.T) {
	p := measure.Progress{Elapsed: 5*time.Second + 40*time.Millisecond, Planned: 2500, Sent: 2490, Done: 2490, InFlight: 8, Rate: 498, P99MS: ptr(38.2)}
	p.Outcomes[traffic.Throttled], p.Limits[traffic.StageLimit] = 250, 250
	p.Outcomes[traffic.Timeout] = 5
	for _, c := range []struct {
		name string
		p    measure.Progress
		o    ProgressOptions
		want string
	}{
		{"log", p, ProgressOptions{Total: 20 * time.Second}, "5s of 20s  498/s  2,498 sent  p99 38.2 ms  10.0% refused (mostly stage)  0.20% failed  8 in flight"},
		{"terminal", p, ProgressOptions{Total: 20 * time.Second, Terminal: true, Width: 80}, "\r[=====>              ] 5s of 20s  498/s  2,498 sent  p99 38.2 ms\x1b[K"},
		{"narrow", p, ProgressOptions{Total: 20 * time.Second, Terminal: true, Width: 24}, "\r5s of 20s  498/s\x1b[K"},
		{"by count", p, ProgressOptions{Count: 5000}, "5s, 2,498 of 5,000  498/s  2,498 sent  p99 38.2 ms  10.0% refused (mostly stage)  0.20% failed  8 in flight"},
		{"draining", measure.Progress{Elapsed: 21 * time.Second, InFlight: 3}, ProgressOptions{Total: 20 * time.Second, Terminal: true, Width: 100}, "\r[====================] 20s of 20s, draining  0/s  3 sent  0% refused  0% failed  3 in flight\x1b[K"},
		{"nothing known", measure.Progress{}, ProgressOptions{}, "0s  0/s  0 sent  0% refused  0% failed  0 in flight"},
		{"not sent", measure.Progress{Elapsed: time.Second, Sent: 1, NotSent: 7, Rate: 1}, ProgressOptions{Total: 2 * time.Second}, "1s of 2s  1/s  1 sent  0% refused  0% failed  7 NOT SENT  0 in flight"},
	} {
		if got := ProgressLine(c.p, c.o); got != c.want {
			t.Errorf("%s: ProgressLine() =\n\t%q\nwant\n\t%q", c.name, got, c.want)
		}
	}
	for width := 1; width < 200; width++ {
		line := ProgressLine(p, ProgressOptions{Total: time.Minute, Terminal: true, Width: width})
		if n := length(strings.TrimSuffix(strings.TrimPrefix(line, "\r"), "\x1b[K")); n > max(1, width-1) {
			t.Errorf("a line of %d columns for a terminal of %d", n, width)
		}
	}
}
