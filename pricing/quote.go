package pricing

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// QuoteSchema names the form of a Quote's JSON.
const QuoteSchema = "turnpike.price/1"

// A QuoteInput is a month that is given, not measured. Fields at zero are left
// out of the quote.
type QuoteInput struct {
	Region            string // default us-east-1
	APIs              []API  // default: REST and HTTP where Requests is given, WebSocket where Messages or ConnectionMinutes is
	Requests          int64
	RequestBytes      int64 // body of each request; ParseKB reads KB
	ResponseBytes     int64 // of each answer, head and body; 0 leaves data transfer out
	Messages          int64
	MessageBytes      int64 // of each message; 0 is one step
	ConnectionMinutes int64
	CacheGB           string
	CacheHours        int64 // 0 = 730 where CacheGB is given
	NoFreeTransfer    bool
	HTTPMetering      string // reading of the 512 KB steps, as pricing.rules.http_metering; default sum
}

// A Quote is what `turnpike price` answers: a bill for each kind of API.
type Quote struct {
	Schema            string       `json:"schema"`
	Region            string       `json:"region"`
	RegionName        string       `json:"region_name"`
	AsOf              string       `json:"as_of"`
	Source            string       `json:"source"`
	Verified          string       `json:"verified,omitempty"`
	Stale             string       `json:"stale,omitempty"` // a warning that the prices are old: what Stale says on the day
	Basis             string       `json:"basis,omitempty"` // how a run became this month; "" where the month was given
	APIs              map[API]Bill `json:"apis"`
	Cheaper           API          `json:"cheaper,omitempty"`            // of REST and HTTP, where both are quoted and complete
	DifferenceUSD     *Money       `json:"difference_usd,omitempty"`     // HTTP − REST
	DifferencePercent *float64     `json:"difference_percent,omitempty"` // of REST
}

// Quote bills a given month on each kind of API.
func (b *Book) Quote(in QuoteInput) (Quote, error) {
	if in.Region == "" {
		in.Region = DefaultRegion
	}
	r, err := b.Region(in.Region)
	if err != nil {
		return Quote{}, fmt.Errorf("price: %w", err)
	}
	u, err := in.usage(b)
	if err != nil {
		return Quote{}, fmt.Errorf("price: %w", err)
	}
	q := Quote{Schema: QuoteSchema, Region: r.Code, RegionName: r.Name, AsOf: b.AsOf, Source: b.Source, Verified: r.Verified, APIs: map[API]Bill{}}
	for _, api := range in.apis() {
		v := u
		if api == WebSocket {
			v.BytesOut = 0 // of messages, not of answers
		}
		bill, err := b.Bill(r.Code, api, v)
		if err != nil {
			return Quote{}, fmt.Errorf("price: %w", err)
		}
		if api == WebSocket && in.Messages > 0 {
			bill.Notes = append(bill.Notes, "data transfer out of messages is not in the bill")
			if note := stepNote("message", in.Messages, u.WebSocketMessages, b.Metering.WebSocketStep); note != "" && len(bill.Lines) > 0 {
				bill.Lines[0].Note = note
			}
		}
		q.APIs[api] = bill
	}
	rest, ok1 := q.APIs[REST]
	http, ok2 := q.APIs[HTTP]
	if ok1 && ok2 {
		q.Cheaper, q.DifferenceUSD, q.DifferencePercent = difference(&rest, &http)
	}
	return q, nil
}

// Quote is the comparison's month as a quote, as its run has billed it.
func (x *Comparison) Quote() Quote {
	q := Quote{Schema: QuoteSchema, Region: x.Region, RegionName: x.RegionName, AsOf: x.AsOf, Source: x.Source, Verified: x.Verified,
		Basis: x.Basis.Text, APIs: map[API]Bill{}, Cheaper: x.Cheaper, DifferenceUSD: x.DifferenceUSD, DifferencePercent: x.DifferencePercent}
	for _, b := range []*Bill{x.REST, x.HTTP} {
		if b != nil {
			q.APIs[b.API] = *b
		}
	}
	return q
}

func (in *QuoteInput) apis() []API {
	if len(in.APIs) > 0 {
		return in.APIs
	}
	var apis []API
	if in.Requests > 0 || in.CacheGB != "" || in.Messages == 0 && in.ConnectionMinutes == 0 {
		apis = append(apis, REST, HTTP)
	}
	if in.Messages > 0 || in.ConnectionMinutes > 0 {
		apis = append(apis, WebSocket)
	}
	return apis
}

func (in *QuoteInput) usage(b *Book) (u Usage, err error) {
	for _, f := range []struct {
		name string
		n    int64
	}{{"requests", in.Requests}, {"request size", in.RequestBytes}, {"response size", in.ResponseBytes}, {"messages", in.Messages},
		{"message size", in.MessageBytes}, {"connection minutes", in.ConnectionMinutes}, {"cache hours", in.CacheHours}} {
		if f.n < 0 {
			return u, fmt.Errorf("%s: %d is below 0", f.name, f.n)
		}
	}
	if in.HTTPMetering != "" && !slices.Contains(httpReadings, in.HTTPMetering) {
		return u, fmt.Errorf("%s: unknown reading %q: want one of %s", httpRule, in.HTTPMetering, strings.Join(httpReadings, ", "))
	}
	if in.CacheGB == "" && in.CacheHours > 0 {
		return u, fmt.Errorf("cache hours: %d without a size of cache", in.CacheHours)
	}
	if in.CacheHours > maxHours {
		return u, fmt.Errorf("cache hours: %d are more than a month's %d", in.CacheHours, maxHours)
	}
	if err := in.unbilled(); err != nil {
		return u, err
	}
	one := tally{count: 1}
	one.large(clamp(in.RequestBytes), clamp(in.ResponseBytes), b.Metering.HTTPStep)
	reading := slices.Index(httpReadings, Rules{httpRule: in.HTTPMetering}.value(httpRule))
	message := 1 + (max(in.MessageBytes, 1)-1)/b.Metering.WebSocketStep
	u = Usage{Sent: in.Requests, RESTRequests: in.Requests, HTTPRequests: in.Requests, ConnectionMinutes: in.ConnectionMinutes,
		CacheGB: in.CacheGB, CacheHours: in.CacheHours, NoFreeTransfer: in.NoFreeTransfer}
	if u.CacheGB != "" && u.CacheHours == 0 {
		u.CacheHours = defaultHours
	}
	var ok [3]bool
	u.HTTPUnits, ok[0] = times(in.Requests, whole(one.units(reading)))
	u.BytesOut, ok[1] = times(in.Requests, in.ResponseBytes)
	u.WebSocketMessages, ok[2] = times(in.Messages, message)
	if ok != [3]bool{true, true, true} {
		return u, fmt.Errorf("%d requests of %d and %d bytes, %d messages: too many to count", in.Requests, in.RequestBytes, in.ResponseBytes, in.Messages)
	}
	return u, nil
}

// unbilled says what is given although none of the kinds asked for bills it.
func (in *QuoteInput) unbilled() error {
	apis := in.apis()
	requests := slices.Contains(apis, REST) || slices.Contains(apis, HTTP)
	switch {
	case in.Requests > 0 && !requests:
		return fmt.Errorf("requests: %d, but only REST and HTTP APIs bill requests", in.Requests)
	case in.Requests == 0 && in.RequestBytes+in.ResponseBytes > 0:
		return fmt.Errorf("a size of requests or answers is given, but no number of requests")
	case in.Messages+in.ConnectionMinutes > 0 && !slices.Contains(apis, WebSocket):
		return fmt.Errorf("messages or connection minutes are given, but only WebSocket APIs bill them")
	case in.Messages == 0 && in.MessageBytes > 0:
		return fmt.Errorf("a size of messages is given, but no number of messages")
	}
	return nil
}

func times(a, b int64) (int64, bool) {
	if a > 0 && b > math.MaxInt64/a {
		return 0, false
	}
	return a * b, true
}
