package pricing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/traffic"
)

// Config is a scenario's `pricing:` section: where the API runs and how a run
// becomes a month. At most one of Month, Requests and Profile is given.
type Config struct {
	Region           string   `yaml:"region"`             // default us-east-1
	Month            string   `yaml:"month"`              // "24x7": the run's rate around the clock; the default
	Requests         Count    `yaml:"requests"`           // requests sent in the month, in the run's mix: 500M
	Profile          []Window `yaml:"profile"`            // a day, in the run's mix
	HoursPerMonth    int      `yaml:"hours_per_month"`    // default 730
	CacheGB          string   `yaml:"cache_gb"`           // size of a REST API's cache; default none
	CacheHours       int64    `yaml:"cache_hours"`        // default all hours of the month
	FreeDataTransfer *bool    `yaml:"free_data_transfer"` // take off the 100 GB a month that are free for ever; default true
	Rules            Rules    `yaml:"rules"`              // readings of uncertain billing rules
}

// A Window is a part of every day with its rate: a number of requests a
// second, or a share of the run's rate. What no window covers carries nothing.
//
//	profile:
//	  - {from: "08:00", to: "20:00", rate: 130/s}
//	  - {from: "20:00", to: "08:00", share: 20%}
type Window struct {
	From  TimeOfDay        `yaml:"from"`
	To    TimeOfDay        `yaml:"to"` // at or before From: on the next day
	Rate  *traffic.Rate    `yaml:"rate"`
	Share *traffic.Percent `yaml:"share"`
}

// TimeOfDay is a number of minutes since midnight, written "08:30"; "24:00" is
// the day's end.
type TimeOfDay int

const day TimeOfDay = 24 * 60

func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// MarshalText writes String.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads "08:30".
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	var h, m TimeOfDay
	s := string(b)
	if n, err := fmt.Sscanf(s, "%d:%d", &h, &m); n != 2 || err != nil || h < 0 || m < 0 || m > 59 || h*60+m > day || len(s) > 5 ||
		!strings.HasSuffix((h*60+m).String(), s) {
		return fmt.Errorf("time of day %q: want one from 00:00 to 24:00", s)
	}
	*t = h*60 + m
	return nil
}

// minutes is how long the window lasts.
func (w *Window) minutes() TimeOfDay {
	if w.To > w.From {
		return w.To - w.From
	}
	return day - w.From + w.To
}

// covers tells whether a minute of the day lies in the window.
func (w *Window) covers(t TimeOfDay) bool { return (t-w.From+day)%day < w.minutes() }

const (
	defaultHours = 730
	maxHours     = 31 * 24
)

func (c *Config) region() string {
	if c.Region == "" {
		return DefaultRegion
	}
	return c.Region
}

func (c *Config) hours() int {
	if c.HoursPerMonth == 0 {
		return defaultHours
	}
	return c.HoursPerMonth
}

// Validate reports each problem of meaning with its path below `pricing`.
func (c *Config) Validate(bad func(path, problem string)) {
	r, err := Embedded().Region(c.region())
	if err != nil {
		bad("region", err.Error())
	}
	if c.Month != "" && c.Month != "24x7" {
		bad("month", fmt.Sprintf("is %q: want 24x7, or give requests or profile instead", c.Month))
	}
	if c.Requests < 0 {
		bad("requests", "must be above 0")
	}
	if len(c.Profile) > 0 && c.Requests > 0 {
		bad("profile", "cannot be given together with requests: a month is one or the other")
	}
	if c.Month != "" && (c.Requests > 0 || len(c.Profile) > 0) {
		bad("month", "cannot be given together with requests or profile: a month is one or the other")
	}
	if c.HoursPerMonth < 0 || c.HoursPerMonth > maxHours {
		bad("hours_per_month", fmt.Sprintf("is %d: want 1 to %d", c.HoursPerMonth, maxHours))
	}
	c.validateCache(r, bad)
	c.validateProfile(bad)
	c.Rules.validate(bad)
}

func (c *Config) validateCache(r *Region, bad func(path, problem string)) {
	if c.CacheGB != "" && r != nil && r.CacheHour(c.CacheGB) == nil {
		bad("cache_gb", fmt.Sprintf("is %q: want one of %s", c.CacheGB, strings.Join(r.sizes, ", ")))
	}
	if c.CacheHours < 0 || c.CacheHours > maxHours {
		bad("cache_hours", fmt.Sprintf("is %d: want 1 to %d", c.CacheHours, maxHours))
	} else if c.CacheHours > 0 && c.CacheGB == "" {
		bad("cache_hours", "needs cache_gb: which size of cache")
	}
}

func (c *Config) validateProfile(bad func(path, problem string)) {
	for i := range c.Profile {
		w := &c.Profile[i]
		at := fmt.Sprintf("profile[%d]", i)
		if (w.Rate == nil) == (w.Share == nil) {
			bad(at, "needs either rate (130/s) or share (20% of the run's rate)")
		}
		if w.Share != nil && *w.Share < 0 {
			bad(at+".share", "must be 0% or more")
		}
		if w.Share != nil && *w.Share > 1e6 {
			bad(at+".share", "must be at most 1000000%")
		}
		if w.From >= day {
			bad(at+".from", "must be before 24:00")
		}
		over := slices.IndexFunc(c.Profile[:i], func(v Window) bool { return v.covers(w.From) || w.covers(v.From) })
		if over >= 0 {
			bad(at, fmt.Sprintf("overlaps profile[%d], %s to %s", over, c.Profile[over].From, c.Profile[over].To))
		}
	}
}
