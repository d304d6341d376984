// Package pricing turns observed traffic into a bill.
//
// A Meter takes observations and sorts each under one billing rule: what API
// Gateway bills, what it does not, and what nobody outside knows. What it
// counted is Usage. Project scales a run's usage to a month by a stated model,
// a Book of prices turns a month into a Bill, and Compare puts a REST API's
// bill beside an HTTP API's. Quote bills a month that is given, not measured.
//
// Money is an integer everywhere and prices are exact; a line of a bill is
// rounded once, half to even, to a nano-dollar (10^-9 USD), and only text
// rounds to cents. The package does no I/O but reading a book it is given, and
// bills API Gateway and its data transfer alone: not what stands behind it.
package pricing

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turnpike-perf/turnpike/spelling"
)

// staleAfter is the age at which prices are worth a warning.
const staleAfter = 180 * 24 * time.Hour

// Stale warns of prices that are old on a day; "" where they are not. It goes
// by the day of publication, whatever was checked after it.
func Stale(asOf string, on time.Time) string {
	day, err := time.Parse(time.DateOnly, asOf)
	if age := on.Sub(day); err == nil && age > staleAfter {
		return fmt.Sprintf("the price list is %d days old: see https://aws.amazon.com/api-gateway/pricing/", age/(24*time.Hour))
	}
	return ""
}

// DefaultRegion is billed where none is named.
const DefaultRegion = "us-east-1"

// A Book is a dated price list for many regions.
type Book struct {
	AsOf           string   `json:"as_of"`  // day on which the prices were published: 2025-06-05
	Source         string   `json:"source"` // in words
	Sources        []Source `json:"sources"`
	Notes          []string `json:"notes"`
	Metering       Metering `json:"metering"`
	FreeTransferGB int64    `json:"free_data_transfer_gb"` // a month, over all regions of the partition "aws"

	regions map[string]*Region
}

// A Source is where some of a book's prices come from.
type Source struct {
	What      string `json:"what"`
	URL       string `json:"url"`
	Published string `json:"published"`
}

// Metering holds the sizes by which AWS counts units.
type Metering struct {
	HTTPStep      int64 `json:"http_step_bytes"`      // an HTTP API's request
	WebSocketStep int64 `json:"websocket_step_bytes"` // a WebSocket API's message
	GB            int64 `json:"gb_bytes"`             // a GB of data transfer
}

// A Region is one region's prices. A line that the region has no price for is
// nil: it is not free.
type Region struct {
	Code        string
	Name        string
	UsagePrefix string // of the region's usage types in AWS's bills: USE1
	Partition   string // aws, aws-us-gov
	Verified    string // what was checked after the book's day; "" for nothing

	RESTRequests, HTTPRequests, Messages, Minutes, TransferOut *Schedule

	cacheHour map[string]*Schedule
	sizes     []string // in GB, smallest first
}

// CacheHour returns the price of an hour of a REST API's cache of that size in
// GB; nil where there is none.
func (r *Region) CacheHour(size string) *Schedule { return r.cacheHour[size] }

//go:embed book.json
var embedded []byte

// Embedded returns the book that turnpike carries. It is shared: do not change it.
func Embedded() *Book { return embeddedBook() }

var embeddedBook = sync.OnceValue(func() *Book {
	b, err := Read(bytes.NewReader(embedded))
	if err != nil {
		panic("pricing: embedded book: " + err.Error())
	}
	return b
})

// Regions lists the codes of the book's regions, sorted.
func (b *Book) Regions() []string {
	codes := make([]string, 0, len(b.regions))
	for code := range b.regions {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// Region returns a region's prices by its code, such as "eu-west-1". The error
// for an unknown code names the nearest that is known.
func (b *Book) Region(code string) (*Region, error) {
	if r, ok := b.regions[code]; ok {
		return r, nil
	}
	for _, r := range b.regions {
		if strings.EqualFold(r.Name, code) || strings.EqualFold(r.Code, code) {
			return nil, fmt.Errorf("unknown region %q (did you mean %q?)", code, r.Code)
		}
	}
	if near := spelling.Nearest(code, b.Regions()); near != "" {
		return nil, fmt.Errorf("unknown region %q (did you mean %q?)", code, near)
	}
	return nil, fmt.Errorf("unknown region %q: the book of %s has no prices for it", code, b.AsOf)
}

const bookSchema = "turnpike.prices/1"

type bookFile struct {
	Schema   string `json:"schema"`
	Currency string `json:"currency"`
	Book
	Regions map[string]regionFile `json:"regions"`
}

type regionFile struct {
	Name        string            `json:"name"`
	UsagePrefix string            `json:"usage_prefix"`
	Partition   string            `json:"partition"`
	Verified    string            `json:"verified"`
	Prices      map[string][]Tier `json:"prices"`
	CacheHour   map[string]Price  `json:"cache_hour"`
}

// Read reads a book in the form of the embedded one and checks that it makes
// sense: every schedule's tiers ascend and end open.
func Read(r io.Reader) (*Book, error) {
	var f bookFile
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("read price book: %w", err)
	}
	b := &f.Book
	switch {
	case f.Schema != bookSchema:
		return nil, fmt.Errorf("read price book: schema is %q, want %q", f.Schema, bookSchema)
	case f.Currency != "USD":
		return nil, fmt.Errorf("read price book: currency is %q, want USD", f.Currency)
	case b.Metering.HTTPStep <= 0 || b.Metering.WebSocketStep <= 0 || b.Metering.GB <= 0:
		return nil, fmt.Errorf("read price book: metering must name every step, each above 0")
	case b.FreeTransferGB < 0 || b.FreeTransferGB > math.MaxInt64/b.Metering.GB:
		return nil, fmt.Errorf("read price book: free_data_transfer_gb is %d", b.FreeTransferGB)
	case len(f.Regions) == 0:
		return nil, fmt.Errorf("read price book: no regions")
	}
	b.regions = make(map[string]*Region, len(f.Regions))
	for code, rf := range f.Regions {
		region, err := rf.region(code, b.Metering.GB)
		if err != nil {
			return nil, fmt.Errorf("read price book: region %s: %w", code, err)
		}
		b.regions[code] = region
	}
	return b, nil
}

func (f *regionFile) region(code string, gb int64) (*Region, error) {
	r := &Region{Code: code, Name: f.Name, UsagePrefix: f.UsagePrefix, Partition: f.Partition, Verified: f.Verified,
		cacheHour: make(map[string]*Schedule, len(f.CacheHour))}
	kinds := map[string]struct {
		to    **Schedule
		unit  string
		scale int64
	}{
		"rest_requests":      {&r.RESTRequests, "request", 1},
		"http_requests":      {&r.HTTPRequests, "request", 1},
		"websocket_messages": {&r.Messages, "message", 1},
		"websocket_minutes":  {&r.Minutes, "minute", 1},
		"data_transfer_out":  {&r.TransferOut, "GB", gb},
	}
	for name, tiers := range f.Prices {
		k, ok := kinds[name]
		if !ok {
			return nil, fmt.Errorf("unknown price %q", name)
		}
		s, err := newSchedule(tiers, k.unit, k.scale)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		*k.to = s
	}
	for size, price := range f.CacheHour {
		if _, err := ParsePrice(size); err != nil {
			return nil, fmt.Errorf("cache size %q: want a number of GB", size)
		}
		s, err := newSchedule([]Tier{{Price: price}}, "hour", 1)
		if err != nil {
			return nil, fmt.Errorf("cache of %s GB: %w", size, err)
		}
		r.cacheHour[size] = s
		r.sizes = append(r.sizes, size)
	}
	slices.SortFunc(r.sizes, func(a, b string) int {
		p, _ := ParsePrice(a)
		q, _ := ParsePrice(b)
		return p.compare(q)
	})
	return r, nil
}
