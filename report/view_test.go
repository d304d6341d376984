package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/pricing"
)

// TestTablesSayThingsOnce says that a plan of one stage has no table of stages,
// one request name no row for all of them, and one steady stage no row of its own.
func TestTablesSayThingsOnce(t *testing.T) {
	r := measured(t, 3000, ModeRun)
	row := r.Summary.Rows[0]
	window := func(name string, steady bool) measure.WindowRow {
		return measure.WindowRow{Name: name, Steady: steady, LoadS: 10, Rows: []measure.Row{row}}
	}
	for _, c := range []struct {
		windows []measure.WindowRow
		want    []string
	}{
		{[]measure.WindowRow{window("flat", true), window(measure.Steady, true)}, nil},
		{[]measure.WindowRow{window("ramp", false), window("flat", true), window(measure.Steady, true)}, []string{"ramp", "flat"}},
		{[]measure.WindowRow{window("low", true), window("high", true), window(measure.Steady, true)}, []string{"low", "high", measure.Steady}},
	} {
		r.Summary.Windows = c.windows
		if d := cmp.Diff(c.want, firstCells(windowTable(r))); d != "" {
			t.Errorf("stages (-want +got):\n%s", d)
		}
	}
	if got := firstCells(requestTable(r)); !slices.Equal(got, []string{"get"}) {
		t.Errorf("requests = %q, want only get", got)
	}
}

func firstCells(t *table) []string {
	if t == nil {
		return nil
	}
	var names []string
	for _, r := range t.Rows {
		names = append(names, r.Cells[0].Text)
	}
	return names
}

// TestClosedLoopOffersNothing says that a closed loop, which has no schedule,
// shows no line of what was offered and counts no latency from a due time.
func TestClosedLoopOffersNothing(t *testing.T) {
	for name, want := range map[string]bool{"closed": false, "realistic": true} {
		page := render(t, "html", samples(t)[name])
		for _, s := range []string{"The dashed line is the planned rate", `"label":"planned"`, "when each request was due"} {
			if got := strings.Contains(page, s); got != want {
				t.Errorf("the page of %q says %q: %v, want %v", name, s, got, want)
			}
		}
	}
}

// TestSliverIsNotDrawn says that the few milliseconds by which a run outlasts
// an interval are not drawn as an interval of their own.
func TestSliverIsNotDrawn(t *testing.T) {
	for _, c := range []struct {
		load, elapsed float64
		want          int
	}{{2, 2.002, 2}, {2.002, 2.002, 2}, {2, 2.5, 3}, {2.2, 2.2, 3}} {
		s := &measure.Summary{IntervalS: 1, LoadS: c.load, ElapsedS: c.elapsed, Series: []measure.Point{{FromS: 0}, {FromS: 1}, {FromS: 2}}}
		if got := len(timelineOf(s).points); got != c.want {
			t.Errorf("load %v s of %v s: %d intervals, want %d", c.load, c.elapsed, got, c.want)
		}
	}
}

func TestSourced(t *testing.T) {
	got := sourced("AWS staff, https://repost.aws/questions/QU; guide (https://github.com/awsdocs/amazon-api-gateway-developer-guide/blob/12fa/pricing.md).")
	want := []link{
		{"", "AWS staff, "}, {"https://repost.aws/questions/QU", "repost.aws/questions/QU"}, {"", "; guide ("},
		{"https://github.com/awsdocs/amazon-api-gateway-developer-guide/blob/12fa/pricing.md", "github.com/…/pricing.md"}, {"", ")."},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("sourced (-want +got):\n%s", d)
	}
}

// TestUncertaintyIsInSight says that what uncertain billing rules leave open
// stands beside the bill and not behind a fold.
func TestUncertaintyIsInSight(t *testing.T) {
	r := realistic(t)
	r.Cost.RangeREST = &pricing.Range{Low: 900 * pricing.Dollar, High: 1400 * pricing.Dollar}
	page := render(t, "html", r)
	at, fold := strings.Index(page, "the month costs $900 to $1,400 on REST"), strings.Index(page, "Show the price tiers")
	if at < 0 || at > fold {
		t.Errorf("the range stands at %d, the fold at %d", at, fold)
	}
}

// TestOldPrices says that prices older than 180 days at the run's date are
// flagged wherever there is a bill, in the page beside it.
func TestOldPrices(t *testing.T) {
	const warning = "the price list is 535 days old"
	r := realistic(t) // of 2026-11-22
	page := render(t, "html", r)
	at, fold := strings.Index(page, "Mind: "+warning), strings.Index(page, "Show the price tiers")
	if at < strings.Index(page, `<section id="cost">`) || at > fold {
		t.Errorf("the warning stands at %d, the fold at %d", at, fold)
	}
	for form, want := range map[string]string{"text": "mind        " + warning, "markdown": "> Mind: " + warning} {
		if got := render(t, form, r); !strings.Contains(got, want) {
			t.Errorf("%s has no %q:\n%s", form, want, got)
		}
	}
	r.Began = r.Began.AddDate(-1, 0, 0)
	for _, form := range []string{"html", "text", "markdown"} {
		if got := render(t, form, r); strings.Contains(got, "days old") {
			t.Errorf("%s calls prices old that were not", form)
		}
	}
}

// TestRunWithoutPrice says that the run's own cost is a dash where a price is
// missing, and never nothing.
func TestRunWithoutPrice(t *testing.T) {
	for _, c := range []struct {
		region string
		want   []string
	}{
		{"us-east-1", []string{"This run, at a deployed API", "", "$0.0000038", "", "$0.0000013", "−$0.0000025"}},
		{"ap-east-2", []string{"This run, at a deployed API", "", "$0.0000041", "", none, ""}},
	} {
		rows := costTable(compared(t, c.region)).Rows
		var got []string
		for _, cell := range rows[len(rows)-1].Cells {
			got = append(got, cell.Text)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.region, d)
		}
	}
}
