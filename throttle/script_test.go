package throttle

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestScripts plays testdata/*: one instant a line, and the state after it.
// Rewrite the answers with go test ./throttle -run TestScripts -rewrite.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var p *play
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "set":
				p = newPlay(t, d)
				return ""
			case "take":
				var out strings.Builder
				for line := range strings.Lines(d.Input) {
					p.line(t, &out, strings.Fields(line))
				}
				return out.String()
			case "even":
				return p.even(t, d)
			}
			d.Fatalf(t, "unknown command %q", d.Cmd)
			return ""
		})
	})
}

// A play is a set under a script.
type play struct {
	set   *Set
	began time.Time
	names []string // in the order in which they were added
	ids   map[string]ID
}

// newPlay reads "bucket NAME rate=R burst=B" and "quota NAME limit=N period=P [offset=N] [week=sunday]".
func newPlay(t *testing.T, d *datadriven.TestData) *play {
	var e Enforcement
	began := "1970-01-01T00:00:00Z"
	d.MaybeScanArgs(t, "shards", &e.Shards)
	d.MaybeScanArgs(t, "seed", &e.Seed)
	d.MaybeScanArgs(t, "began", &began)
	p := &play{set: NewSet(e), ids: map[string]ID{}}
	var err error
	if p.began, err = time.Parse(time.RFC3339, began); err != nil {
		d.Fatalf(t, "%v", err)
	}
	p.set.Began(p.began)
	for line := range strings.Lines(d.Input) {
		f := strings.Fields(line)
		v := map[string]string{}
		for _, kv := range f[2:] {
			k, x, _ := strings.Cut(kv, "=")
			v[k] = x
		}
		if f[0] == "bucket" {
			p.ids[f[1]] = p.set.AddBucket(Limit{Rate: number(t, v["rate"]), Burst: int64(number(t, v["burst"]))})
		} else {
			p.ids[f[1]] = p.set.AddQuota(scriptQuota(t, v))
		}
		p.names = append(p.names, f[1])
	}
	return p
}

func scriptQuota(t *testing.T, v map[string]string) Quota {
	q := Quota{Limit: int64(number(t, v["limit"])), WeekStart: time.Monday}
	if v["offset"] != "" {
		q.Offset = int64(number(t, v["offset"]))
	}
	if v["week"] == "sunday" {
		q.WeekStart = time.Sunday
	}
	var err error
	if q.Period, err = ParsePeriod(v["period"]); err != nil {
		t.Fatal(err)
	}
	return q
}

// line plays "INSTANT NAME... [xN]".
func (p *play) line(t *testing.T, out *strings.Builder, f []string) {
	now := p.instant(t, f[0])
	times, names := 1, f[1:]
	if last := names[len(names)-1]; last[0] == 'x' {
		times, names = int(number(t, last[1:])), names[:len(names)-1]
	}
	ids := make([]ID, len(names))
	for i, n := range names {
		ids[i] = p.id(t, n)
	}
	admitted, by := 0, ""
	for range times {
		if r := p.set.Take(now, ids...); r < 0 {
			admitted++
		} else if !strings.Contains(by, names[r]) {
			by += " by " + names[r]
		}
	}
	switch {
	case times > 1:
		fmt.Fprintf(out, "%s %d of %d admitted", f[0], admitted, times)
		if by != "" {
			fmt.Fprintf(out, ", refused%s", by)
		}
	case admitted == 1:
		fmt.Fprintf(out, "%s admitted", f[0])
	default:
		fmt.Fprintf(out, "%s refused%s", f[0], by)
	}
	fmt.Fprintf(out, ";%s\n", p.state(now))
}

// even offers "of=NAME rate=R for=D [round=floor|ceil|nearest]": arrivals at
// whole nanoseconds by k/rate.
func (p *play) even(t *testing.T, d *datadriven.TestData) string {
	var rate, span, of string
	round := "nearest"
	d.ScanArgs(t, "rate", &rate)
	d.ScanArgs(t, "for", &span)
	d.ScanArgs(t, "of", &of)
	d.MaybeScanArgs(t, "round", &round)
	num, den := fraction(number(t, rate), math.MaxUint32)
	end := p.instant(t, span)
	offered, admitted := 0, 0
	for k := uint64(0); ; k++ {
		now := due(k, num, den, round)
		if now >= end {
			break
		}
		offered++
		if p.set.Take(now, p.id(t, of)) < 0 {
			admitted++
		}
	}
	return fmt.Sprintf("%d of %d admitted\n", admitted, offered)
}

func (p *play) state(now time.Duration) string {
	var out strings.Builder
	for _, n := range p.names {
		level := math.Round(p.set.Level(now, p.ids[n])*1e9) / 1e9
		out.WriteString(" " + n + "=" + strconv.FormatFloat(level, 'f', -1, 64))
	}
	return out.String()
}

func (p *play) id(t *testing.T, name string) ID {
	id, ok := p.ids[name]
	if !ok {
		t.Fatalf("no bucket or quota %q", name)
	}
	return id
}

// instant reads a span since the beginning, or a UTC time.
func (p *play) instant(t *testing.T, text string) time.Duration {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.Sub(p.began)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func number(t *testing.T, text string) float64 {
	n, d, ok := strings.Cut(text, "/")
	x, err := strconv.ParseFloat(n, 64)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		x /= number(t, d)
	}
	return x
}
