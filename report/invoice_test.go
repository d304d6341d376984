package report

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

func quoted(t *testing.T, in pricing.QuoteInput) *pricing.Quote {
	t.Helper()
	q, err := pricing.Embedded().Quote(in)
	if err != nil {
		t.Fatal(err)
	}
	return &q
}

func invoiceOf(t *testing.T, q *pricing.Quote) string {
	t.Helper()
	var out strings.Builder
	if err := Invoice(&out, q); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// compared is a run of one answered request in a region, as a month of 500 million.
func compared(t *testing.T, region string) pricing.Comparison {
	t.Helper()
	m := pricing.NewMeter(nil)
	m.Observe(&traffic.Observation{Sent: 1, BytesIn: 3000})
	x, err := pricing.Compare(pricing.Embedded(), pricing.Config{Region: region, Requests: 500e6}, m, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The invoice of each quote, kept in testdata/invoice/NAME.txt.
func TestInvoice(t *testing.T) {
	for name, in := range map[string]pricing.QuoteInput{
		"eu-west-1-500M":  {Region: "eu-west-1", Requests: 500e6},
		"everything":      {Region: "us-east-1", Requests: 25e9, RequestBytes: 600 << 10, ResponseBytes: 30 << 10, CacheGB: "1.6", Messages: 1.2e9, MessageBytes: 33 << 10, ConnectionMinutes: 10e6},
		"missing":         {Region: "mx-central-1", Requests: 1e6, ResponseBytes: 3 << 10},
		"nothing":         {},
		"government":      {Region: "us-gov-west-1", APIs: []pricing.API{pricing.HTTP}, Requests: 1, ResponseBytes: 1 << 20},
		"cents-of-a-cent": {APIs: []pricing.API{pricing.REST}, Requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, filepath.Join("invoice", name+".txt"), invoiceOf(t, quoted(t, in)))
		})
	}
}

func TestInvoiceSays(t *testing.T) {
	measured := compared(t, "us-east-1")
	q := measured.Quote()
	old := quoted(t, pricing.QuoteInput{Requests: 1})
	old.Stale = "they are old"
	dear := quoted(t, pricing.QuoteInput{Messages: 1, ConnectionMinutes: 1e12})
	for _, c := range []struct {
		name  string
		q     *pricing.Quote
		want  string
		there bool
	}{
		{"how a run became the month", &q, "the month: " + q.Basis + "\n", true},
		{"that prices are old", old, "\nmind: they are old\n", true},
		{"nothing of age", &q, "mind:", false},
		{"no price of a million that Money cannot hold", dear, "per million billable", false},
	} {
		if got := invoiceOf(t, c.q); strings.Contains(got, c.want) != c.there {
			t.Errorf("%s: %q there: %v, want %v, in:\n%s", c.name, c.want, !c.there, c.there, got)
		}
	}
}

// A bill of which a price is missing reads the same after it was saved, and
// shows no total that lacks something.
func TestIncompleteInvoice(t *testing.T) {
	x := compared(t, "ap-east-2")
	var texts [2]string
	for i := range texts {
		q := x.Quote()
		texts[i] = invoiceOf(t, &q)
		data, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		x = pricing.Comparison{}
		if err := json.Unmarshal(data, &x); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(texts[0], texts[1]); d != "" {
		t.Errorf("a saved bill differs: %s", d)
	}
	for _, want := range []string{"missing: HTTP API requests: no price in ap-east-2 in the book of 2025-06-05", "the total is not known", "cannot be compared"} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("no %q in:\n%s", want, texts[0])
		}
	}
}
