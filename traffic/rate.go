package traffic

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Rate is a number of requests per second. Its text is "200/s", "12k/s",
// "1.5M/s", "30/m", "7200/h" or a bare number of requests per second.
type Rate float64

// maxRate is the highest rate that a plan may ask for, per second. Due times
// are whole nanoseconds, so beyond 1e9/s arrivals would coincide; no generator
// comes near this bound, which catches a slip of the keyboard.
const maxRate = 1e8

func (r Rate) String() string                { return number(float64(r)) + "/s" }
func (r Rate) MarshalText() ([]byte, error)  { return []byte(r.String()), nil }
func (r *Rate) UnmarshalText(b []byte) error { return unmarshal(r, b, parseRate) }

func parseRate(s string) (Rate, error) {
	count, unit, cut := strings.Cut(s, "/")
	per := 1.0
	if cut {
		var ok bool
		if per, ok = rateUnits[strings.ToLower(strings.TrimSpace(unit))]; !ok {
			return 0, badRate(s)
		}
	}
	v, err := parseCount(count)
	switch {
	case err != nil:
		return 0, badRate(s)
	case v < 0:
		return 0, fmt.Errorf("%q is not a rate: it must be 0 or more", s)
	case v/per > maxRate:
		return 0, fmt.Errorf("%q is not a rate: it must be at most %s", s, Rate(maxRate))
	}
	return Rate(v / per), nil
}

var rateUnits = map[string]float64{"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}

func badRate(s string) error {
	return fmt.Errorf("%q is not a rate: write 200/s, 12k/s, 30/m or 7200/h", s)
}

// parseCount reads a number that may end in k or M.
func parseCount(s string) (float64, error) {
	s = strings.TrimSpace(s)
	unit := 1.0
	switch {
	case strings.HasSuffix(s, "k"):
		unit = 1e3
	case strings.HasSuffix(s, "M"):
		unit = 1e6
	}
	if unit > 1 {
		s = s[:len(s)-1]
	}
	v, err := parseFinite(s)
	return v * unit, err
}

// parseFinite reads a plain decimal number: no hexadecimal, infinity, NaN or underscores.
func parseFinite(s string) (float64, error) {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && math.IsInf(v, 0) {
		err = strconv.ErrRange
	}
	return v, err
}

// number is the shortest text that reads back as v, without an exponent.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func unmarshal[T any](to *T, b []byte, parse func(string) (T, error)) error {
	v, err := parse(strings.TrimSpace(string(b)))
	if err == nil {
		*to = v
	}
	return err
}

func (r Range) String() string                { return number(float64(r.From)) + ".." + r.To.String() }
func (r Range) MarshalText() ([]byte, error)  { return []byte(r.String()), nil }
func (r *Range) UnmarshalText(b []byte) error { return unmarshal(r, b, parseRange) }

func parseRange(s string) (Range, error) {
	from, to, cut := strings.Cut(s, "..")
	if !cut {
		return Range{}, fmt.Errorf("%q is not a range of rates: write 200/s..1500/s", s)
	}
	if _, unit, hasUnit := strings.Cut(to, "/"); hasUnit && !strings.Contains(from, "/") {
		from += "/" + unit
	}
	low, err := parseRate(strings.TrimSpace(from))
	if err != nil {
		return Range{}, err
	}
	high, err := parseRate(strings.TrimSpace(to))
	return Range{low, high}, err
}
