package throttle

import (
	"fmt"
	"math"
	"time"
)

// A Period is the calendar window of a quota, in UTC.
type Period uint8

// The periods that a usage plan's quota can have (API reference, QuotaSettings).
const (
	Day   Period = iota // from midnight UTC
	Week                // seven days from midnight UTC of the quota's WeekStart
	Month               // the calendar month, whatever its length
)

var periodNames = [...]string{"DAY", "WEEK", "MONTH"}

// String is DAY, WEEK or MONTH, as AWS writes them.
func (p Period) String() string {
	if int(p) < len(periodNames) {
		return periodNames[p]
	}
	return fmt.Sprintf("Period(%d)", p)
}

// ParsePeriod reads DAY, WEEK or MONTH.
func ParsePeriod(text string) (Period, error) {
	for i, n := range periodNames {
		if n == text {
			return Period(i), nil
		}
	}
	return 0, fmt.Errorf("read quota period %q: it must be DAY, WEEK or MONTH", text)
}

// A Quota allows Limit requests in a Period.
//
// Offset is "the number of requests subtracted from the given limit in the
// initial time period" (API reference, QuotaSettings): it counts in the period
// that holds the run's beginning and in no other. It does not shift the period.
//
// That periods are UTC calendar windows is what users report of days and
// months; the anchor of a week is documented nowhere. WeekStart is therefore a
// switch. Its zero value is Sunday; what reads definitions defaults to Monday.
//
// Quotas are exact under every enforcement: the published observation is that a
// quota of 1 a day refuses the second call at once.
type Quota struct {
	Limit     int64
	Period    Period
	Offset    int64
	WeekStart time.Weekday
}

// Window is the period that holds t: from its first instant until before the
// first of the next.
func (q Quota) Window(t time.Time) (from, until time.Time) {
	y, m, d := t.UTC().Date()
	switch q.Period {
	case Week:
		back := (int(t.UTC().Weekday()) - int(q.WeekStart) + 7) % 7
		from = time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 0, 7)
	case Month:
		from = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 1, 0)
	default:
		from = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 0, 1)
	}
}

// A counter is a quota's state.
type counter struct {
	quota Quota
	left  int64         // requests left in this window
	until time.Duration // the instant at which the next window begins
}

// start puts the counter into the window of instant 0, the only one in which
// the offset counts.
func (c *counter) start(began time.Time) {
	c.roll(0, began)
	c.left = max(0, c.left-max(0, c.quota.Offset))
}

// roll begins the window that holds now.
func (c *counter) roll(now time.Duration, began time.Time) {
	_, until := c.quota.Window(began.Add(now))
	c.left = max(0, c.quota.Limit)
	c.until = until.Sub(began)
	if c.until <= now { // Sub saturates after 292 years
		c.until = math.MaxInt64
	}
}

// take counts one request at now, where one is left.
func (c *counter) take(now time.Duration, began time.Time) bool {
	if now >= c.until {
		c.roll(now, began)
	}
	if c.left <= 0 {
		return false
	}
	c.left--
	return true
}
