package traffic

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// The formats of a Replay.
const (
	formatAuto       = "auto"
	formatCombined   = "combined"
	formatAPIGateway = "apigateway"
	formatCSV        = "csv"
	formatCounts     = "counts"
)

var formats = []string{formatAuto, formatCombined, formatAPIGateway, formatCSV, formatCounts}

// maxLine bounds one line of a log. An HTTP API's log entry is at most 1 MB.
const maxLine = 1 << 20

// A logFile is an open log, unpacked where it is compressed with gzip.
type logFile struct {
	*bufio.Reader
	file *os.File
}

func openLog(name string) (*logFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	l := &logFile{bufio.NewReaderSize(f, 64<<10), f}
	if magic, _ := l.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(l.Reader)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("unpack %s: %w", name, err)
		}
		l.Reader = bufio.NewReaderSize(z, 64<<10)
	}
	if bom, _ := l.Peek(3); string(bom) == "\ufeff" {
		l.Discard(3)
	}
	return l, nil
}

func (l *logFile) Close() error { return l.file.Close() }

// format is what the log looks like, where the Replay does not say.
func (l *logFile) format(r *Replay) (string, error) {
	if r.Format != "" && r.Format != formatAuto {
		return r.Format, nil
	}
	head, err := l.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read %s: %w", r.File, err)
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return detect(string(bytes.TrimSpace(line)), r)
}

// countColumns are the names that a column of counts goes by.
var countColumns = []string{"count", "counts", "value", "requests", "request_count", "requestcount", "invocations", "hits", "sum", "total"}

// timeColumns are the names that a lone column of times goes by.
var timeColumns = []string{"timestamp", "time", "date", "datetime", "ts", "at"}

// detect tells a format by a log's first line.
func detect(line string, r *Replay) (string, error) {
	if line == "" {
		return "", fmt.Errorf("read %s: the log is empty", r.File)
	}
	if _, err := new(accessLog).entry(line); err == nil || strings.HasPrefix(line, "{") {
		return formatAPIGateway, nil
	}
	if _, err := new(combinedLog).entry(line); err == nil {
		return formatCombined, nil
	}
	if r.CountColumn != "" {
		return formatCounts, nil
	}
	row, err := csv.NewReader(strings.NewReader(line)).Read()
	if err == nil && len(row) == 2 && slices.Contains(countColumns, strings.ToLower(strings.TrimSpace(row[1]))) {
		return formatCounts, nil
	}
	_, stampErr := new(stampReader).read(line)
	if err == nil && (len(row) > 1 || stampErr == nil || r.Column != "" || slices.Contains(timeColumns, strings.ToLower(row[0]))) {
		return formatCSV, nil
	}
	return "", fmt.Errorf("read %s: cannot tell the format of the first line %q: say format: %s", r.File, shorten(line), strings.Join(formats[1:], ", "))
}

// eachLine calls take for each line that is not blank. An error names the line.
func eachLine(in io.Reader, name string, take func(line string) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if err := take(line); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("longer than %s", Bytes(maxLine))
		}
		return fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	return nil
}

// A csvLog reads the time column, and for counts the count column, of a CSV
// file. A first line whose time column holds no time is the header.
type csvLog struct {
	stampReader
	name          string
	column, count int // -1: no count
	rows          *csv.Reader
	pending       []string // a first line that is not a header
}

func newCSVLog(in io.Reader, r *Replay, format string) (*csvLog, error) {
	l := &csvLog{name: r.File, column: 0, count: -1, rows: csv.NewReader(in)}
	l.rows.ReuseRecord = true
	l.rows.FieldsPerRecord = -1
	header, err := l.rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty", l.name)
	}
	if err != nil {
		return nil, l.problem(err)
	}
	if l.column, err = column(header, r.Column, 0); err != nil {
		return nil, l.at(0, err)
	}
	if format == formatCounts {
		if l.count, err = column(header, r.CountColumn, 1); err != nil {
			return nil, l.at(0, err)
		}
	}
	if r.Column != "" || r.CountColumn != "" {
		return l, nil
	}
	first := strings.TrimSpace(header[l.column])
	_, err = l.read(first)
	if err == nil {
		l.pending = slices.Clone(header)
	} else if first != "" && '0' <= first[0] && first[0] <= '9' {
		return nil, l.at(l.column, err) // a bad time, not the name of a column
	}
	return l, nil
}

// column finds a column by its name in the header, or by its place.
func column(header []string, name string, place int) (int, error) {
	if name == "" {
		if place >= len(header) {
			return 0, fmt.Errorf("there is no column %d: the line has %d", place+1, len(header))
		}
		return place, nil
	}
	for i, h := range header {
		if strings.TrimSpace(h) == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("no column is named %q%s", name, spelling.DidYouMean(name, header))
}

// next returns one row: its time and, for counts, its count. The error is io.EOF at the end.
func (l *csvLog) next() (at int64, count float64, err error) {
	row := l.pending
	if l.pending = nil; row == nil {
		if row, err = l.rows.Read(); err != nil {
			return 0, 0, l.problem(err)
		}
	}
	if last := max(l.column, l.count); last >= len(row) {
		return 0, 0, l.at(0, fmt.Errorf("the line has %d columns, wanted at least %d", len(row), last+1))
	}
	if at, err = l.read(row[l.column]); err != nil {
		return 0, 0, l.at(l.column, err)
	}
	if l.count >= 0 {
		text := strings.TrimSpace(row[l.count])
		if count, err = parseFinite(text); err != nil || count < 0 {
			return 0, 0, l.at(l.count, fmt.Errorf("%q is not a count: it must be a number of 0 or more", shorten(text)))
		}
	}
	return at, count, nil
}

// at names the line of the row just read.
func (l *csvLog) at(column int, err error) error {
	line, _ := l.rows.FieldPos(column)
	return fmt.Errorf("%s:%d: %w", l.name, line, err)
}

func (l *csvLog) problem(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", l.name, parse.Line, parse.Err)
	}
	return err
}
