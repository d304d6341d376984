package pricing

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An API is a kind of API Gateway API.
type API string

// The kinds that have prices of their own.
const (
	REST      API = "rest"
	HTTP      API = "http"
	WebSocket API = "websocket"
)

// Name is how the kind of API is written in prose.
func (a API) Name() string {
	switch a {
	case REST:
		return "REST API"
	case HTTP:
		return "HTTP API"
	case WebSocket:
		return "WebSocket API"
	}
	return string(a)
}

// A Bill is what a month's usage costs on one kind of API in one region. Total
// is the sum of the exact lines; only text rounds it to cents.
type Bill struct {
	API              API      `json:"api"`
	Region           string   `json:"region"`
	AsOf             string   `json:"as_of"`
	Source           string   `json:"source"`
	Total            Money    `json:"total_usd"`
	RequestsPerMonth int64    `json:"billable_requests_per_month"` // before metering by size; metered messages of a WebSocket API
	PerMillion       Money    `json:"per_million_billable_usd"`    // Total for a million of these; 0 where there are none, or where Money cannot hold it
	Lines            []Line   `json:"lines"`
	Missing          []string `json:"missing,omitempty"` // titles of lines without a price in the region: Total lacks them
	Notes            []string `json:"notes,omitempty"`
}

// Complete tells whether every line had a price. The total of a bill that is
// not complete must not be compared.
func (b *Bill) Complete() bool { return b != nil && len(b.Missing) == 0 }

// MarshalJSON writes null for total_usd where the bill is not complete, so that
// nobody takes the rest for the whole, and for per_million_billable_usd where
// there is no such figure.
func (b Bill) MarshalJSON() ([]byte, error) {
	type plain Bill
	p := struct {
		Total      *Money `json:"total_usd"`
		PerMillion *Money `json:"per_million_billable_usd"`
		plain
	}{plain: plain(b)}
	if b.Complete() {
		p.Total = &b.Total
		if b.PerMillion > 0 {
			p.PerMillion = &b.PerMillion
		}
	}
	return json.Marshal(p)
}

// A Line is one line of a bill. USD is rounded once, half to even, to a nano-dollar.
type Line struct {
	Item     string     `json:"item"` // requests, messages, connection_minutes, cache, data_transfer_free, data_transfer_out
	Title    string     `json:"title"`
	Quantity string     `json:"quantity"` // a decimal number of units
	Unit     string     `json:"unit"`     // request, message, minute, hour, GB (2^30 bytes)
	USD      Money      `json:"usd"`
	Bytes    int64      `json:"bytes,omitempty"` // the exact quantity of data transfer
	Tiers    []TierLine `json:"tiers,omitempty"`
	Assumed  bool       `json:"assumed,omitempty"` // the quantity was assumed, not measured or given
	Note     string     `json:"note,omitempty"`
}

// A TierLine is the part of a line that falls into one price tier, from From
// up to To units a month; To 0 means without end. The tiers' USD add up to the
// line's exactly.
type TierLine struct {
	From     int64  `json:"from"`
	To       int64  `json:"to,omitempty"`
	Quantity string `json:"quantity"`
	Price    Price  `json:"price_usd"` // for one unit
	USD      Money  `json:"usd"`
}

// Bill prices a month's usage on one kind of API in a region. It fails for an
// unknown region, kind or cache size, for usage below 0 or at the largest
// integer, where projecting stops, and for a bill beyond what Money holds (9.2
// billion dollars). A line without a price in the region
// is named in Missing.
//
// Doubling usage never more than doubles a line, since tiers get cheaper; the
// exception is data transfer out, whose first 100 GB are free.
func (b *Book) Bill(region string, api API, u Usage) (Bill, error) {
	r, err := b.Region(region)
	if err != nil {
		return Bill{}, fmt.Errorf("bill: %w", err)
	}
	w := biller{book: b, region: r, Bill: Bill{API: api, Region: region, AsOf: b.AsOf, Source: b.Source, Lines: make([]Line, 0, 4)}}
	if err := w.lines(api, &u); err != nil {
		return Bill{}, fmt.Errorf("bill of %s in %s: %w", api, region, err)
	}
	if m := perMillion(w.Total, w.RequestsPerMonth); m != nil {
		w.PerMillion = *m
	}
	return w.Bill, nil
}

type biller struct {
	Bill
	book   *Book
	region *Region
}

func (w *biller) lines(api API, u *Usage) error {
	r := w.region
	var err error
	switch api {
	case REST:
		w.RequestsPerMonth = u.RESTRequests
		if err = w.add("requests", "REST API requests", r.RESTRequests, u.RESTRequests, ""); err == nil && u.CacheGB != "" {
			err = w.cache(u)
		}
	case HTTP:
		w.RequestsPerMonth = cmp.Or(u.HTTPRequests, u.HTTPUnits)
		err = w.add("requests", "HTTP API requests", r.HTTPRequests, u.HTTPUnits, stepNote("request", u.HTTPRequests, u.HTTPUnits, w.book.Metering.HTTPStep))
		if u.CacheGB != "" {
			w.Notes = append(w.Notes, "HTTP APIs have no cache: nothing is billed for one")
		}
	case WebSocket:
		w.RequestsPerMonth = u.WebSocketMessages
		if err = w.add("messages", "WebSocket API messages", r.Messages, u.WebSocketMessages, ""); err == nil {
			err = w.add("connection_minutes", "WebSocket connection minutes", r.Minutes, u.ConnectionMinutes, "")
		}
	default:
		return fmt.Errorf("unknown kind of API %q: want rest, http or websocket", api)
	}
	if err == nil && u.BytesOut != 0 {
		err = w.transfer(u)
	}
	return err
}

func stepNote(what string, n, units, step int64) string {
	if units <= n || n <= 0 {
		return ""
	}
	return fmt.Sprintf("%s %s, metered in steps of %d KB", group(n), plural(strconv.FormatInt(n, 10), what), step/1024)
}

func plural(quantity, unit string) string {
	if quantity == "1" {
		return unit
	}
	return unit + "s"
}

func (w *biller) cache(u *Usage) error {
	s := w.region.CacheHour(u.CacheGB)
	if s == nil && len(w.region.sizes) > 0 {
		return fmt.Errorf("no cache of %q GB: want one of %s", u.CacheGB, strings.Join(w.region.sizes, ", "))
	}
	return w.add("cache", "cache of "+u.CacheGB+" GB", s, u.CacheHours, "")
}

// transfer adds data transfer out to the internet. The free gigabytes are a
// product of their own in AWS's price list (SKU PB257JUQ8U6E6UPM), so they are
// taken off first and the region's tiers start at the rest.
func (w *biller) transfer(u *Usage) error {
	paid := u.BytesOut
	if paid == math.MaxInt64 {
		return errors.New("data transfer out: more bytes than can be counted")
	}
	if gb := w.book.Metering.GB; paid > 0 && !u.NoFreeTransfer {
		if w.region.Partition == "aws" {
			free := min(paid, w.book.FreeTransferGB*gb)
			w.Lines = append(w.Lines, Line{Item: "data_transfer_free", Title: "data transfer out, free", Quantity: quantity(free, gb), Unit: "GB", Bytes: free,
				Note: fmt.Sprintf("the first %d GB a month of the account, over all services and regions", w.book.FreeTransferGB)})
			paid -= free
		} else {
			w.Notes = append(w.Notes, "free data transfer is left out: whether it covers partition "+w.region.Partition+" is not known")
		}
	}
	if paid == 0 {
		return nil
	}
	if err := w.add("data_transfer_out", "data transfer out", w.region.TransferOut, paid, ""); err != nil {
		return err
	}
	if n := len(w.Lines); n > 0 && w.region.TransferOut != nil {
		w.Lines[n-1].Bytes = paid
	}
	return nil
}

// add adds a line for n of what s counts, or says that its price is missing.
func (w *biller) add(item, title string, s *Schedule, n int64, note string) error {
	if n < 0 {
		return fmt.Errorf("%s: quantity is %d, below 0", title, n)
	}
	if s == nil {
		w.Missing = append(w.Missing, title)
		return nil
	}
	tiers, usd, ok := s.breakdown(n)
	if !ok || n == math.MaxInt64 || w.Total > math.MaxInt64-usd {
		return fmt.Errorf("%s: %s %ss cost more than can be counted", title, quantity(n, s.scale), s.Unit)
	}
	w.Total += usd
	w.Lines = append(w.Lines, Line{Item: item, Title: title, Quantity: quantity(n, s.scale), Unit: s.Unit, USD: usd, Tiers: tiers, Note: note})
	return nil
}
