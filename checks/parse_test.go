package checks

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/turnpike-perf/turnpike/measure"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Check{
		"p99 < 250ms":             {Metric: "p99", Op: "<", Bound: 250, Unit: "ms"},
		"  p99<250ms ":            {Metric: "p99", Op: "<", Bound: 250, Unit: "ms"},
		"p99.9 <= 1.5s":           {Metric: "p99.9", Op: "<=", Bound: 1500, Unit: "s"},
		"p999 <= 1.5 s":           {Metric: "p99.9", Op: "<=", Bound: 1500, Unit: "s"},
		"service p50 < 800us":     {Metric: "service p50", Op: "<", Bound: .8, Unit: "us"},
		"service  p9999 < 800 µs": {Metric: "service p99.99", Op: "<", Bound: .8, Unit: "us"},
		"lag p99 < 5ms":           {Metric: "lag p99", Op: "<", Bound: 5, Unit: "ms"},
		"throttled < 1%":          {Metric: "throttled", Op: "<", Bound: .01, Unit: "%"},
		"errors == 0 %":           {Metric: "errors", Op: "==", Bound: 0, Unit: "%"},
		`p99 of "list posts" < 100ms during steady`:             {Metric: "p99", Of: "list posts", Op: "<", Bound: 100, Unit: "ms", During: "steady"},
		`max of client "go\"ld" < 1s during "ramp 200..1500/s"`: {Metric: "max", Of: `go"ld`, Client: true, Op: "<", Bound: 1000, Unit: "s", During: "ramp 200..1500/s"},
		"throttled < 1% during warm-up":                         {Metric: "throttled", Op: "<", Bound: .01, Unit: "%", During: "warm-up"},
		"rps > 490":                                             {Metric: "rps", Op: ">", Bound: 490},
		"rps > 490 during steady":                               {Metric: "rps", Op: ">", Bound: 490, During: "steady"},
		"admitted rps >= 490/s":                                 {Metric: "admitted rps", Op: ">=", Bound: 490, Unit: "/s"},
		`requests of "a" > 1000`:                                {Metric: "requests", Of: "a", Op: ">", Bound: 1000},
		"integration_timeout <= .5%":                            {Metric: "integration_timeout", Op: "<=", Bound: .005, Unit: "%"},
		"monthly cost on http < 500 USD":                        {Metric: "monthly cost", Op: "<", Bound: 500, Unit: "USD", Cost: true, API: "http"},
		"cost per million on rest < $3.5":                       {Metric: "cost per million", Op: "<", Bound: 3.5, Unit: "USD", Cost: true, API: "rest"},
	} {
		got, err := Parse(text)
		want.Text = text
		got.kind, got.OfAt, got.DuringAt = 0, 0, 0
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseSaysWhereNamesAre(t *testing.T) {
	c, err := Parse(`p99 of client "gold" < 1s during peak`)
	if err != nil || c.Text[c.OfAt:c.OfAt+6] != `"gold"` || c.Text[c.DuringAt:] != "peak" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text, at string // at: what the error points at
		want     string
	}{
		{"", "", "must begin with a metric"},
		{"< 5ms", "< 5ms", "must begin with a metric"},
		{"p98 < 5ms", "p98", "the percentiles are p50, p90"},
		{"trottled < 1%", "trottled", `did you mean "throttled"?`},
		{"throughput > 5", "throughput", `did you mean "rps"?`},
		{"latency < 5ms", "latency", `did you mean "p99"?`},
		{"montly cost on http < 5 USD", "montly", `did you mean "monthly cost"?`},
		{"servce p99 < 5ms", "servce", `did you mean "service p99"?`},
		{"foo < 5", "foo", `unknown metric "foo": use p50 to p99.99`},
		{"cost increase < 10%", "cost", "not supported yet"},
		{"p99", "", "ends without a bound"},
		{"p99 250ms", "250ms", "an operator (< <= > >= ==) must follow p99"},
		{"p99 <", "", "a number must follow <, such as < 250ms"},
		{"p99 < fast", "fast", "a number must follow"},
		{"p99 < -5ms", "-5ms", "a number must follow"},
		{"p99 = 5ms", "= 5ms", `did you mean "=="?`},
		{"p99 ≤ 5ms", "≤ 5ms", `did you mean "<="?`},
		{"p99 != 5ms", "!= 5ms", `unknown operator "!="`},
		{"p99 … 5ms", "… 5ms", "an operator"},
		{"p99 < 250", "", "p99 is a duration, and its bound needs a unit, such as < 250ms"},
		{"p99 < 250 during steady", " during", "needs a unit"},
		{"p99 < 250msec", "msec", `unknown unit "msec" of a duration`},
		{"p99 < 250 MS", "MS", `did you mean "ms"?`},
		{"p99 < 5%", "%", `unknown unit "%" of a duration`},
		{"throttled < 1", "", "throttled is a share, and its bound needs a unit, such as < 1%"},
		{"throttled < 0.01 during steady", " during", "needs a unit"},
		{"throttled < 101%", "101%", "at most 100%"},
		{"throttled < 5ms", "ms", "unknown unit"},
		{"rps > 5 %", "%", "unknown unit"},
		{"requests > 5k", "k", "takes no unit"},
		{"requests > 9999999999999999", "9999999999999999", "beyond anything"},
		{"p99 of list < 5ms", "list", "a name in double quotes"},
		{`p99 of "list < 5ms`, `"list`, "no closing double quote"},
		{`p99 of "" < 5ms`, `"" <`, "the name is empty"},
		{`p99 of "a" of "b" < 5ms`, `of "b"`, "said twice"},
		{"p99 on http < 5ms", "on http", "goes with a cost only"},
		{"p99 during steady < 5ms", "during", "comes last"},
		{"p99 < 5ms during", "", "a window's name must follow"},
		{"p99 < 5ms during steady phase", "phase", "is left over"},
		{"p99 < 5ms and p50 < 2ms", "and", "is left over"},
		{"lag p99 < 5ms during steady", "during", "whole run only"},
		{`lag p99 of "a" < 5ms`, "of", "together only"},
		{"monthly cost < 500 USD", "< 500", "say on which kind of API: monthly cost on rest, or monthly cost on http"},
		{"monthly cost on htpp < 500 USD", "htpp", `did you mean "http"?`},
		{"monthly cost on http on rest < 5 USD", "on rest", "said twice"},
		{"monthly cost on http < 500", "", "needs a unit, such as < 500 USD"},
		{"monthly cost on http < 500 EUR", "EUR", `unknown unit "EUR" of a cost`},
		{"monthly cost on http < $500 EUR", "EUR", "does not go with $"},
		{"monthly cost on http < 99999999999 USD", "99999999999", "beyond what a bill"},
		{`monthly cost of "a" on http < 5 USD`, `of "a"`, "not known"},
		{"monthly cost on http < 5 USD during steady", "during", "whole run"},
	} {
		_, err := Parse(c.text)
		var e *SyntaxError
		if !errors.As(err, &e) || !strings.Contains(e.Error(), c.want) || !strings.HasPrefix(c.text[e.Offset:], c.at) || c.at == "" && e.Offset != len(c.text) {
			t.Errorf("Parse(%q): %v\n at %q; want %q at %q", c.text, err, c.text[min(len(c.text), offset(e)):], c.want, c.at)
		}
	}
}

func offset(e *SyntaxError) int {
	if e == nil {
		return 0
	}
	return e.Offset
}

// What is written by the grammar is read as it was meant.
func TestParseReadsTheGrammar(t *testing.T) {
	units := map[measure.Kind][]string{measure.Duration: {"ms", "s", " us"}, measure.Share: {"%", " %"}, measure.Rate: {"", "/s"}, measure.Count: {""}}
	rapid.Check(t, func(rt *rapid.T) {
		metric := rapid.SampledFrom(measure.Metrics()).Draw(rt, "metric")
		kind, _ := measure.KindOf(metric)
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=="}).Draw(rt, "op")
		text := metric
		if !strings.HasPrefix(metric, "lag ") && rapid.Bool().Draw(rt, "of") {
			text += ` of "list posts"`
		}
		text += " " + op + " " + rapid.StringMatching(`[0-9]{1,2}(\.[0-9]{1,3})?`).Draw(rt, "bound") + rapid.SampledFrom(units[kind]).Draw(rt, "unit")
		if !strings.HasPrefix(metric, "lag ") && rapid.Bool().Draw(rt, "during") {
			text += " during steady"
		}
		c, err := Parse(text)
		if err != nil || c.Metric != canonical(metric) || c.Op != op || c.kind != kind || (c.Of != "") != strings.Contains(text, " of ") || (c.During != "") != strings.Contains(text, "during") {
			rt.Fatalf("Parse(%q) = %+v, %v", text, c, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"p99 < 250ms", `p99 of client "a\n" <= 1.5s during "b"`, "monthly cost on http < $500", "throttled≤1%", "cost per million on rest == 4 USD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) || e.Problem == "" {
				t.Fatalf("Parse(%q): %#v", text, err)
			}
			if utf8.ValidString(text) && !utf8.ValidString(e.Error()) {
				t.Fatalf("Parse(%q) answers in broken UTF-8: %q", text, e.Error())
			}
			return
		}
		if c.Text != text || c.Bound < 0 || c.Cost != (c.API != "") || c.OfAt > len(text) || c.DuringAt > len(text) {
			t.Fatalf("Parse(%q) = %+v", text, c)
		}
		if r := c.Evaluate(&measure.Summary{}, nil); r.Bound == "" || !r.Passed && r.Reason == "" && r.Margin == "" {
			t.Fatalf("%q on nothing: %+v", text, r)
		}
	})
}
