package pricing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Basis says how a run was projected to a month.
type Basis struct {
	Model            string  `json:"model"` // 24x7, total, profile
	Text             string  `json:"text"`  // one line in words
	HoursPerMonth    int     `json:"hours_per_month"`
	MeasuredS        float64 `json:"measured_s"`
	MeasuredRequests int64   `json:"measured_requests"`       // sent in the run, billable or not
	RequestsPerMonth int64   `json:"sent_requests_per_month"` // billable or not
}

// Project scales what a run used to a month by c. The requests sent in the
// month come first, as a whole number: the run's rate around the clock, a total,
// or the sum of a day's windows over hours_per_month / 24 days. Then each count
// of u is scaled in the proportion of these to the run's, exactly but for one
// rounding, half to even. A run without requests or duration gives an empty month.
func Project(u Usage, over time.Duration, c Config) (Usage, Basis) {
	b := Basis{Model: "24x7", HoursPerMonth: c.hours(), MeasuredS: over.Seconds(), MeasuredRequests: u.Sent}
	run := fmt.Sprintf("%s/s on average over %s", perSecond(u.Sent, over), over.Round(time.Millisecond))
	month := Usage{CacheGB: c.CacheGB, CacheHours: c.CacheHours, NoFreeTransfer: c.FreeDataTransfer != nil && !*c.FreeDataTransfer}
	if month.CacheGB != "" && month.CacheHours == 0 {
		month.CacheHours = int64(b.HoursPerMonth)
	}
	if u.Sent <= 0 || over <= 0 {
		b.Text = "nothing was sent: no month to project"
		return month, b
	}
	switch {
	case c.Requests > 0:
		b.Model, b.RequestsPerMonth = "total", int64(c.Requests)
		b.Text = fmt.Sprintf("%s %s sent a month, in the mix of a run of %s", c.Requests, plural(c.Requests.String(), "request"), run)
	case len(c.Profile) > 0:
		b.Model, b.RequestsPerMonth = "profile", c.profileMonth(u.Sent, over)
		b.Text = fmt.Sprintf("a day of %s, in the mix of a run of %s, for %d h = %s requests sent", c.profileText(), run, b.HoursPerMonth, roughly(b.RequestsPerMonth))
	default:
		b.RequestsPerMonth = scaled(u.Sent, int64(b.HoursPerMonth)*int64(time.Hour), int64(over))
		b.Text = fmt.Sprintf("%s, sustained 24x7 for %d h = %s requests sent", run, b.HoursPerMonth, roughly(b.RequestsPerMonth))
	}
	scale := func(n int64) int64 { return scaled(n, b.RequestsPerMonth, u.Sent) }
	month.Sent = b.RequestsPerMonth
	month.RESTRequests, month.HTTPRequests, month.HTTPUnits = scale(u.RESTRequests), scale(u.HTTPRequests), scale(u.HTTPUnits)
	month.WebSocketMessages, month.ConnectionMinutes = scale(u.WebSocketMessages), scale(u.ConnectionMinutes)
	month.BytesOut = scale(u.BytesOut)
	b.Text += ", " + billableOf(month.RESTRequests, month.Sent)
	return month, b
}

// profileMonth is a day's requests times the days of the month. Each window is
// rounded to a whole request a day; rates count in millionths of a request a
// second and shares in hundredths of a percent.
func (c *Config) profileMonth(sent int64, over time.Duration) int64 {
	var daily int64
	for i := range c.Profile {
		w := &c.Profile[i]
		seconds := int64(w.minutes()) * 60
		var n int64
		switch {
		case w.Rate != nil:
			n = scaled(int64(math.Round(float64(*w.Rate)*1e6)), seconds, 1e6)
		case w.Share != nil:
			var s sum
			s.add(uint64(sent), uint64(math.Round(float64(*w.Share)*100)), uint64(seconds)*1e6)
			m, ok := s.div(1e4, uint64(max(1, over.Microseconds())))
			if n = int64(m); !ok {
				n = math.MaxInt64
			}
		}
		daily += min(n, math.MaxInt64-daily)
	}
	return scaled(daily, int64(c.hours()), 24)
}

func (c *Config) profileText() string {
	parts := make([]string, len(c.Profile))
	for i, w := range c.Profile {
		rate := "nothing"
		switch {
		case w.Rate != nil:
			rate = w.Rate.String()
		case w.Share != nil:
			rate = strconv.FormatFloat(float64(*w.Share), 'f', -1, 64) + "% of the run's rate"
		}
		parts[i] = fmt.Sprintf("%s to %s %s", w.From, w.To, rate)
	}
	return strings.Join(parts, ", ")
}

// scaled returns n*to/from rounded half to even, at most the largest integer,
// which Bill refuses.
func scaled(n, to, from int64) int64 {
	m, ok := mulDiv(n, to, from)
	if !ok {
		return math.MaxInt64
	}
	return m
}

// billableOf says how many of the requests sent are billable.
func billableOf(n, sent int64) string {
	switch n {
	case 0:
		return "none of them billable"
	case sent:
		return "all of them billable"
	}
	return roughly(n) + " of them billable"
}

// perSecond writes a rate for reading, in four figures or to the whole number.
func perSecond(n int64, over time.Duration) string {
	r := float64(n) / max(over.Seconds(), 1e-9)
	if r >= 1000 {
		return strconv.FormatFloat(r, 'f', 0, 64)
	}
	return strconv.FormatFloat(r, 'g', 4, 64)
}
