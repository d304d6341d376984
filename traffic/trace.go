package traffic

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A trace is a log in memory: arrivals by their times, or counts per interval,
// in order of time, in the window and past the filters of its Replay.
type trace struct {
	format  string
	arrived []arrived // of a log of entries
	bins    []bin     // of a log of counts
	logged  []logged  // the distinct requests of the log

	first, last int64 // the first and last instant of the log, before window and filters
	from, to    int64 // the window; to is exclusive
	lines       uint64
	previous    int64
	disordered  uint64        // lines that were earlier than the one before
	whole       bool          // every stamp is a whole second
	width       time.Duration // of counts: the interval
}

// An arrived is one entry: when, in nanoseconds since 1970, and which of the
// trace's distinct requests it was, or -1.
type arrived struct {
	at      int64
	request int32
}

// A bin is a count of arrivals in an interval, in nanoseconds since 1970.
type bin struct {
	at, until int64 // until is exclusive: the next row, or width later where rows are missing
	count     float64
}

// A logged is a request as a log has it.
type logged struct{ method, target, route string }

// loadTrace reads a log. Where send is true each entry that is kept must hold
// a request that can be sent again.
func loadTrace(r *Replay, send bool) (*trace, error) {
	f, err := openLog(r.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	format, err := f.format(r)
	if err != nil {
		return nil, err
	}
	t := &trace{format: format, whole: true}
	switch format {
	case formatCombined:
		err = t.readEntries(f, new(combinedLog), r, send)
	case formatAPIGateway:
		err = t.readEntries(f, new(accessLog), r, send)
	default:
		err = t.readCSV(f, r)
	}
	if err != nil {
		return nil, err
	}
	return t, t.window(r)
}

func (t *trace) readEntries(in io.Reader, format logFormat, r *Replay, send bool) error {
	keep, err := newFilter(r)
	if err != nil {
		return err
	}
	known := map[logged]int32{}
	return eachLine(in, r.File, func(line string) error {
		e, err := format.entry(line)
		if err != nil {
			return err
		}
		t.note(e.at)
		if !keep.keeps(&e) {
			return nil
		}
		a := arrived{at: e.at, request: -1}
		if e.method == "" && send {
			return errNoRequest
		}
		if e.method != "" && send {
			key := logged{e.method, e.target, e.route}
			n, seen := known[key]
			if !seen {
				key = logged{strings.Clone(e.method), strings.Clone(e.target), strings.Clone(e.route)}
				n = int32(len(t.logged))
				known[key] = n
				t.logged = append(t.logged, key)
			}
			a.request = n
		}
		t.arrived = append(t.arrived, a)
		return nil
	})
}

var errNoRequest = errors.New(`the line holds no request that could be sent again (a filter such as status: "2xx,3xx,404" leaves such lines out)`)

func (t *trace) readCSV(in io.Reader, r *Replay) error {
	if r.Method+r.Path+r.Status != "" {
		return fmt.Errorf("read %s: method, path and status can only filter logs of requests, and the format is %s", r.File, t.format)
	}
	l, err := newCSVLog(in, r, t.format)
	if err != nil {
		return err
	}
	for {
		at, count, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		t.note(at)
		if t.format == formatCounts {
			t.bins = append(t.bins, bin{at: at, count: count})
		} else {
			t.arrived = append(t.arrived, arrived{at, -1})
		}
	}
	if t.format == formatCounts {
		return t.measureBins(r.File)
	}
	return nil
}

// note takes account of a stamp, in the order of the log.
func (t *trace) note(at int64) {
	switch {
	case t.lines == 0:
		t.first, t.last = at, at
	case at < t.previous:
		t.disordered++
	}
	t.previous = at
	t.first, t.last = min(t.first, at), max(t.last, at)
	t.whole = t.whole && at%int64(time.Second) == 0
	t.lines++
}

// measureBins sorts the counts and finds how long an interval is: the median
// of the distances, so that missing rows are gaps and not long intervals.
func (t *trace) measureBins(file string) error {
	slices.SortStableFunc(t.bins, func(a, b bin) int { return cmp.Compare(a.at, b.at) })
	if len(t.bins) < 2 {
		return fmt.Errorf("read %s: counts need at least two rows to tell how long an interval is", file)
	}
	apart := make([]int64, 0, len(t.bins)-1)
	for i, b := range t.bins[1:] {
		apart = append(apart, b.at-t.bins[i].at)
		if apart[i] == 0 {
			return fmt.Errorf("read %s: two counts are given for %s", file, stampText(b.at))
		}
	}
	slices.Sort(apart)
	t.width = time.Duration(apart[len(apart)/2])
	if t.width > maxInterval {
		return fmt.Errorf("read %s: the counts are %s apart, wanted at most %s", file, t.width, maxInterval)
	}
	for i := range t.bins {
		t.bins[i].until = t.bins[i].at + int64(t.width)
		if i+1 < len(t.bins) {
			t.bins[i].until = min(t.bins[i].until, t.bins[i+1].at)
		}
	}
	t.last += int64(t.width) - 1
	return nil
}

// maxInterval is the longest interval of a count.
const maxInterval = 366 * 24 * time.Hour

// window sorts the entries and cuts out the part that the Replay asks for.
func (t *trace) window(r *Replay) error {
	byTime := func(a, b arrived) int { return cmp.Compare(a.at, b.at) }
	if !slices.IsSortedFunc(t.arrived, byTime) {
		slices.SortStableFunc(t.arrived, byTime)
	}
	t.from, t.to = t.first+min(int64(r.From), t.last-t.first+1), t.last+1
	if r.For > 0 && int64(r.For) < t.to-t.from {
		t.to = t.from + int64(r.For)
	}
	cut := func(at int64) int {
		n, _ := slices.BinarySearchFunc(t.arrived, at, func(a arrived, at int64) int { return cmp.Compare(a.at, at) })
		return n
	}
	t.arrived = slices.Clip(t.arrived[cut(t.from):cut(t.to)])
	t.bins = slices.DeleteFunc(t.bins, func(b bin) bool { return b.at >= t.to || b.until <= t.from })
	if len(t.arrived)+len(t.bins) == 0 {
		return fmt.Errorf("read %s: none of the %d entries is left by the window and the filters", r.File, t.lines)
	}
	if r.From == 0 && r.For == 0 && len(t.arrived) > 0 {
		t.from = t.arrived[0].at // filters may have left out the beginning
	}
	return nil
}

func stampText(at int64) string { return time.Unix(0, at).UTC().Format("2006-01-02 15:04:05") }

// A filter keeps entries by what was asked and answered.
type filter struct {
	methods []string
	path    *regexp.Regexp
	status  []string
}

func newFilter(r *Replay) (f filter, err error) {
	if r.Path != "" {
		if f.path, err = regexp.Compile(r.Path); err != nil {
			return f, fmt.Errorf("read the filter on paths: %w", err)
		}
	}
	f.methods, f.status = words(r.Method), words(r.Status)
	for i := range f.methods {
		f.methods[i] = strings.ToUpper(f.methods[i])
	}
	return f, nil
}

// words splits a list at commas.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func (f *filter) keeps(e *entry) bool {
	path, _, _ := strings.Cut(e.target, "?")
	return (len(f.methods) == 0 || slices.Contains(f.methods, e.method)) &&
		(f.path == nil || f.path.MatchString(path)) &&
		(len(f.status) == 0 || slices.ContainsFunc(f.status, func(s string) bool { return statusMatches(s, e.status) }))
}

// statusMatches compares a status with "404", or with "4xx".
func statusMatches(pattern string, status int) bool {
	text := strconv.Itoa(status)
	if len(pattern) == 3 && strings.EqualFold(pattern[1:], "xx") {
		return len(text) == 3 && text[0] == pattern[0]
	}
	return text == pattern
}
