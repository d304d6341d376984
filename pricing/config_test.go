package pricing

import (
	"fmt"
	"slices"
	"testing"

	"github.com/turnpike-perf/turnpike/traffic"
	"gopkg.in/yaml.v3"
)

func TestConfigFromYAML(t *testing.T) {
	const text = `
region: eu-west-1
requests: 500M
hours_per_month: 720
cache_gb: 0.5
free_data_transfer: false
rules: {no_route: not_billed, http_metering: larger}
profile:
  - {from: 08:00, to: "20:00", rate: 130/s}
  - {from: 20:00, to: 08:00, share: 20%}
`
	var c Config
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if c.Requests != 500e6 || c.CacheGB != "0.5" || *c.FreeDataTransfer || c.Rules["http_metering"] != "larger" || c.HoursPerMonth != 720 {
		t.Errorf("decoded %+v", c)
	}
	if w := c.Profile[0]; w.From != 480 || w.To != 1200 || *w.Rate != 130 {
		t.Errorf("decoded %+v", w)
	}
	if w := c.Profile[1]; w.From != 1200 || w.To != 480 || *w.Share != 20 || w.minutes() != 720 {
		t.Errorf("decoded %+v", w)
	}
	if err := yaml.Unmarshal([]byte("requests: 2600"), &c); err != nil || c.Requests != 2600 {
		t.Errorf("requests: 2600 gives %d, %v", c.Requests, err)
	}
}

func TestValidate(t *testing.T) {
	rate, share := ptr(traffic.Rate(1)), ptr(traffic.Percent(50))
	for _, c := range []struct {
		c    Config
		want []string
	}{
		{Config{}, nil},
		{Config{Region: "eu-central-1", Month: "24x7", HoursPerMonth: 744, CacheGB: "237", CacheHours: 744, Rules: Rules{"no_route": "not_billed", "http_metering": "each"}}, nil},
		{Config{Profile: []Window{{From: 0, To: 480, Rate: rate}, {From: 480, To: 1440, Share: share}}}, nil},
		{Config{Profile: []Window{{From: 0, To: 0, Rate: rate}}}, nil}, // the whole day
		{Config{Region: "eu-central1"}, []string{`region: unknown region "eu-central1" (did you mean "eu-central-1"?)`}},
		{Config{Month: "weekdays"}, []string{`month: is "weekdays": want 24x7, or give requests or profile instead`}},
		{Config{Month: "24x7", Requests: 5}, []string{"month: cannot be given together with requests or profile: a month is one or the other"}},
		{Config{Requests: 5, Profile: []Window{{From: 0, To: 1, Rate: rate}}}, []string{"profile: cannot be given together with requests: a month is one or the other"}},
		{Config{Requests: -5, HoursPerMonth: 800}, []string{"requests: must be above 0", "hours_per_month: is 800: want 1 to 744"}},
		{Config{CacheGB: "1.55"}, []string{`cache_gb: is "1.55": want one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237`}},
		{Config{CacheHours: 5}, []string{"cache_hours: needs cache_gb: which size of cache"}},
		{Config{CacheHours: -5}, []string{"cache_hours: is -5: want 1 to 744"}},
		{Config{Rules: Rules{"no_rout": "billed"}}, []string{"rules.no_rout: is no billing rule with a switch (did you mean no_route?)"}},
		{Config{Rules: Rules{"no_route": "free", "http_metering": ""}}, []string{`rules.http_metering: is "": want sum or larger or each or request`, `rules.no_route: is "free": want billed or not_billed`}},
		{Config{Rules: Rules{"throttled": "billed"}}, []string{"rules.throttled: is no billing rule with a switch: want one of http_metering, refused_transfer, preflight, bad_request, no_route, no_stage, gateway_error, unanswered, auth_failure, forbidden"}},
		{Config{Profile: []Window{{From: 0, To: 1}}}, []string{"profile[0]: needs either rate (130/s) or share (20% of the run's rate)"}},
		{Config{Profile: []Window{{From: 0, To: 1, Rate: rate, Share: share}}}, []string{"profile[0]: needs either rate (130/s) or share (20% of the run's rate)"}},
		{Config{Profile: []Window{{From: 1320, To: 360, Rate: rate}, {From: 300, To: 600, Rate: rate}}}, []string{"profile[1]: overlaps profile[0], 22:00 to 06:00"}},
		{Config{Profile: []Window{{From: 300, To: 600, Rate: rate}, {From: 1320, To: 360, Rate: rate}}}, []string{"profile[1]: overlaps profile[0], 05:00 to 10:00"}},
		{Config{Profile: []Window{{From: 1440, To: 60, Share: ptr(traffic.Percent(-1))}}}, []string{"profile[0].share: must be 0% or more", "profile[0].from: must be before 24:00"}},
	} {
		var got []string
		c.c.Validate(func(path, problem string) { got = append(got, fmt.Sprintf("%s: %s", path, problem)) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.c, got, c.want)
		}
	}
}

func TestTimeOfDay(t *testing.T) {
	for s, want := range map[string]TimeOfDay{"00:00": 0, "8:30": 510, "08:30": 510, "24:00": 1440, "23:59": 1439} {
		var got TimeOfDay
		if err := got.UnmarshalText([]byte(s)); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "8", "8:3", "08:60", "24:01", "-1:00", "+8:00", "08:30x", "008:30", "08:30:00"} {
		var got TimeOfDay
		if err := got.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q is %d, want an error", s, got)
		}
	}
}
