package traffic

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// clf is the time of Apache's and nginx's logs and of API Gateway's
// $context.requestTime: 17/May/2015:10:05:03 +0000.
const clf = "02/Jan/2006:15:04:05 -0700"

// stampLayouts are the ways in which a log may write a time. Each also reads
// fractions of a second. Times without a zone are taken as UTC: only
// differences matter to a plan.
var stampLayouts = []string{
	time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", clf,
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006/01/02 15:04:05", "2006-01-02 15:04", "2006-01-02",
}

var errStamp = errors.New("is not a time: wanted one like 2006-01-02 15:04:05.000, RFC 3339, 02/Jan/2006:15:04:05 -0700, or a Unix time")

// A stampReader reads the times of one file, which are mostly written alike.
type stampReader struct{ last int }

// read returns nanoseconds since 1970.
func (r *stampReader) read(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		return readUnix(s)
	}
	for i := range stampLayouts {
		n := (r.last + i) % len(stampLayouts)
		if t, err := time.Parse(stampLayouts[n], s); err == nil {
			r.last = n
			return nanoseconds(t)
		}
	}
	return 0, fmt.Errorf("%q %w", shorten(s), errStamp)
}

// maxStamp is the year 2200 in nanoseconds since 1970: early enough that no
// difference or sum of a stamp and a window overflows.
const maxStamp = 7_258_118_400e9

// nanoseconds fails where they do not fit, rather than wrap around.
func nanoseconds(t time.Time) (int64, error) {
	if t.Unix() < 0 || t.Unix() > maxStamp/int64(time.Second) {
		return 0, fmt.Errorf("the time %s is out of range: wanted 1970 to 2199", t.Format(time.DateOnly))
	}
	return t.UnixNano(), nil
}

// readUnix reads a decimal number of seconds, or, where it would otherwise lie
// past the year 5000, of milliseconds, microseconds or nanoseconds.
func readUnix(s string) (int64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt("0"+whole, 10, 64)
	if err != nil || strings.Contains(fraction, ".") {
		return 0, fmt.Errorf("%q %w", shorten(s), errStamp)
	}
	unit := int64(time.Second)
	for limit := int64(1e11); n >= limit && unit > 1; limit *= 1000 {
		unit /= 1000
	}
	if n >= maxStamp/unit {
		return 0, fmt.Errorf("%q %w", shorten(s), errStamp)
	}
	n *= unit
	for i := 0; i < len(fraction) && unit >= 10; i++ {
		unit /= 10
		n += int64(fraction[i]-'0') * unit
	}
	return n, nil
}

// shorten keeps a quoted piece of bad input readable.
func shorten(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
