package pricing

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turnpike-perf/turnpike/traffic"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestQuoteJSON(t *testing.T) {
	q, err := Embedded().Quote(QuoteInput{Region: "eu-west-1", Requests: 500e6})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(q, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "eu-west-1-500M.json", string(data)+"\n")
}

// A comparison is a quote with the way from run to month.
func TestComparisonAsQuote(t *testing.T) {
	m := NewMeter(nil)
	m.Observe(&traffic.Observation{Sent: 1, BytesIn: 3000})
	x, err := Compare(Embedded(), Config{Requests: 500e6}, m, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	q := x.Quote()
	given, err := Embedded().Quote(QuoteInput{Requests: 500e6, ResponseBytes: 3000})
	if err != nil {
		t.Fatal(err)
	}
	given.Basis = "500M requests sent a month, in the mix of a run of 1/s on average over 1s, all of them billable"
	if d := cmp.Diff(given, q); d != "" {
		t.Errorf("measured and given differ: %s", d)
	}
}

func TestQuoteErrors(t *testing.T) {
	for _, c := range []struct {
		in   QuoteInput
		want string
	}{
		{QuoteInput{Region: "us-west-3"}, `did you mean "us-west-1"?`},
		{QuoteInput{Requests: -1}, "requests: -1 is below 0"},
		{QuoteInput{Requests: 1, RequestBytes: -1}, "request size: -1 is below 0"},
		{QuoteInput{APIs: []API{"grpc"}}, `unknown kind of API "grpc"`},
		{QuoteInput{CacheHours: 5}, "without a size of cache"},
		{QuoteInput{CacheGB: "5"}, "want one of 0.5"},
		{QuoteInput{CacheGB: "0.5", CacheHours: 745}, "more than a month's 744"},
		{QuoteInput{APIs: []API{WebSocket}, Requests: 5}, "only REST and HTTP APIs bill requests"},
		{QuoteInput{APIs: []API{REST}, Requests: 5, Messages: 5}, "only WebSocket APIs bill them"},
		{QuoteInput{Messages: 5, ResponseBytes: 5}, "no number of requests"},
		{QuoteInput{Requests: 5, MessageBytes: 5}, "no number of messages"},
		{QuoteInput{HTTPMetering: "both"}, `unknown reading "both"`},
		{QuoteInput{Requests: math.MaxInt64, ResponseBytes: 2}, "too many to count"},
		{QuoteInput{Requests: 1e15, RequestBytes: 1e15}, "too many to count"},
		{QuoteInput{Requests: math.MaxInt64}, "cost more than can be counted"},
	} {
		if _, err := Embedded().Quote(c.in); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Quote(%+v): %v, want %q", c.in, err, c.want)
		}
	}
}

// What a million costs is left out where it is beyond what Money holds.
func TestPerMillionThatDoesNotFit(t *testing.T) {
	q, err := Embedded().Quote(QuoteInput{Messages: 1, ConnectionMinutes: 1e12})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := json.Marshal(q); err != nil || !strings.Contains(string(data), `"total_usd":"250000.000001","per_million_billable_usd":null`) {
		t.Errorf("%s, %v", data, err)
	}
}

func TestStale(t *testing.T) {
	for day, want := range map[string]string{
		"2025-06-05": "", "2025-12-02": "", "2025-12-03": "181 days old", "2026-11-22": "535 days old",
	} {
		on, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := Stale("2025-06-05", on); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("Stale(2025-06-05, %s) = %q, want %q", day, got, want)
		}
	}
}

func ExampleBook_Quote() {
	q, err := Embedded().Quote(QuoteInput{Region: "eu-west-1", Requests: 500e6})
	if err != nil {
		fmt.Println(err)
		return
	}
	rest, http := q.APIs[REST], q.APIs[HTTP]
	fmt.Println(rest.Total, http.Total, *q.DifferenceUSD)
	// Output: $1,698.23 $533.00 -$1,165.23
}
