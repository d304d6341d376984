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

// The invoice of each quote, kept in testdata/NAME.txt; go test -update rewrites them.
func TestWriteQuote(t *testing.T) {
	for name, in := range map[string]QuoteInput{
		"eu-west-1-500M":  {Region: "eu-west-1", Requests: 500e6},
		"everything":      {Region: "us-east-1", Requests: 25e9, RequestBytes: 600 << 10, ResponseBytes: 30 << 10, CacheGB: "1.6", Messages: 1.2e9, MessageBytes: 33 << 10, ConnectionMinutes: 10e6},
		"missing":         {Region: "mx-central-1", Requests: 1e6, ResponseBytes: 3 << 10},
		"nothing":         {},
		"government":      {Region: "us-gov-west-1", APIs: []API{HTTP}, Requests: 1, ResponseBytes: 1 << 20},
		"cents-of-a-cent": {APIs: []API{REST}, Requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := Embedded().Quote(in)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := WriteQuote(&out, &q); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", out.String())
		})
	}
}

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

// A saved comparison prints as a quote with the way from run to month.
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
	given.Basis = "500M requests a month in the mix of 1/s over 1s"
	if d := cmp.Diff(given, q); d != "" {
		t.Errorf("measured and given differ: %s", d)
	}
	var out strings.Builder
	if err := WriteQuote(&out, &q); err != nil || !strings.Contains(out.String(), "the month: "+q.Basis+"\n") {
		t.Errorf("no basis in, %v:\n%s", err, &out)
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
