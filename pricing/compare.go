package pricing

import (
	"fmt"
	"strings"
	"time"
)

// A Comparison is the same traffic's month on a REST API and on an HTTP API.
type Comparison struct {
	Region            string       `json:"region"`
	RegionName        string       `json:"region_name"`
	AsOf              string       `json:"as_of"`
	Source            string       `json:"source"`
	Verified          string       `json:"verified,omitempty"` // what was checked of the region's prices after AsOf
	REST              *Bill        `json:"rest"`
	HTTP              *Bill        `json:"http"`
	Lines             []SideBySide `json:"lines"`
	Cheaper           API          `json:"cheaper,omitempty"`            // "" where equal or not comparable
	DifferenceUSD     *Money       `json:"difference_usd,omitempty"`     // HTTP − REST a month; nil where a price is missing
	DifferencePercent *float64     `json:"difference_percent,omitempty"` // of REST; nil also where REST is 0
	RangeREST         *Range       `json:"range_rest,omitempty"`         // what uncertain billing rules leave open; nil where nothing
	RangeHTTP         *Range       `json:"range_http,omitempty"`
	Uncertain         []string     `json:"uncertain,omitempty"`    // what the ranges turn on: "no_route: billed (no such path or method)"
	RunREST           Money        `json:"run_rest_usd,omitempty"` // the run itself at a deployed API, without anything free; 0 where REST is not complete
	RunHTTP           Money        `json:"run_http_usd,omitempty"` // 0 where HTTP is not complete
	Measured          Usage        `json:"measured"`
	Month             Usage        `json:"month"`
	Basis             Basis        `json:"basis"`
	Ledger            Ledger       `json:"ledger"`
	Assumptions       []string     `json:"assumptions"`
}

// A Range is the lowest and the highest month's bill over all readings of the
// billing rules that nobody outside AWS is certain of and that the scenario
// leaves to their defaults.
type Range struct {
	Low  Money `json:"low_usd"`
	High Money `json:"high_usd"`
}

// A SideBySide is one line on both kinds of API; nil where a kind has no such
// line, or no price for it.
type SideBySide struct {
	Item           string `json:"item"`
	Title          string `json:"title"`
	Unit           string `json:"unit"`
	RESTQuantity   string `json:"rest_quantity,omitempty"`
	HTTPQuantity   string `json:"http_quantity,omitempty"`
	REST           *Money `json:"rest_usd"`
	HTTP           *Money `json:"http_usd"`
	RESTPerMillion *Money `json:"rest_per_million_billable_usd,omitempty"` // this line for a million billable requests
	HTTPPerMillion *Money `json:"http_per_million_billable_usd,omitempty"`
}

// Compare projects what m observed over a duration to a month by c and bills
// it as a REST API and as an HTTP API. It fails where Config.Validate would
// have found a problem, and where a bill is beyond what Money holds. c.Rules
// decides open questions only for what m was made with: make it with the same.
func Compare(b *Book, c Config, m *Meter, over time.Duration) (Comparison, error) {
	u := m.Usage()
	month, basis := Project(u, over, c)
	x, err := compareMonth(b, c, month)
	if err != nil {
		return Comparison{}, fmt.Errorf("compare prices: %w", err)
	}
	x.Measured, x.Basis, x.Ledger = u, basis, m.Ledger()
	x.Assumptions = c.assumptions(m.rules, month)
	if err := x.run(b, u); err != nil {
		return Comparison{}, fmt.Errorf("price the run: %w", err)
	}
	if x.Uncertain = m.uncertain(); len(x.Uncertain) > 0 {
		if err := x.ranges(b, c, m, over); err != nil {
			return Comparison{}, fmt.Errorf("range of prices: %w", err)
		}
	}
	return x, nil
}

func compareMonth(b *Book, c Config, month Usage) (x Comparison, err error) {
	r, err := b.Region(c.region())
	if err != nil {
		return x, err
	}
	x = Comparison{Region: r.Code, RegionName: r.Name, AsOf: b.AsOf, Source: b.Source, Verified: r.Verified, Month: month}
	x.REST, x.HTTP, err = both(b, r.Code, month)
	if err != nil {
		return x, err
	}
	x.Lines = sideBySide(x.REST, x.HTTP)
	x.Cheaper, x.DifferenceUSD, x.DifferencePercent = difference(x.REST, x.HTTP)
	return x, nil
}

func both(b *Book, region string, u Usage) (rest, http *Bill, err error) {
	r, err := b.Bill(region, REST, u)
	if err != nil {
		return nil, nil, err
	}
	h, err := b.Bill(region, HTTP, u)
	return &r, &h, err
}

// difference is HTTP − REST, where both bills are complete.
func difference(rest, http *Bill) (cheaper API, usd *Money, percent *float64) {
	if !rest.Complete() || !http.Complete() {
		return "", nil, nil
	}
	d := http.Total - rest.Total
	if rest.Total > 0 {
		p := 100 * float64(d) / float64(rest.Total)
		percent = &p
	}
	switch {
	case d < 0:
		cheaper = HTTP
	case d > 0:
		cheaper = REST
	}
	return cheaper, &d, percent
}

func sideBySide(rest, http *Bill) []SideBySide {
	var rows []SideBySide
	at := map[string]int{}
	row := func(l *Line) *SideBySide {
		i, ok := at[l.Item]
		if !ok {
			i = len(rows)
			at[l.Item] = i
			rows = append(rows, SideBySide{Item: l.Item, Title: strings.TrimPrefix(strings.TrimPrefix(l.Title, "REST API "), "HTTP API "), Unit: l.Unit})
		}
		return &rows[i]
	}
	for i := range rest.Lines {
		l := &rest.Lines[i]
		s := row(l)
		s.RESTQuantity, s.REST, s.RESTPerMillion = l.Quantity, &l.USD, perMillion(l.USD, rest.RequestsPerMonth)
	}
	for i := range http.Lines {
		l := &http.Lines[i]
		s := row(l)
		s.HTTPQuantity, s.HTTP, s.HTTPPerMillion = l.Quantity, &l.USD, perMillion(l.USD, http.RequestsPerMonth)
	}
	return rows
}

// perMillion is what a million requests cost where these many cost usd; nil
// where there are none, or where Money cannot hold it.
func perMillion(usd Money, requests int64) *Money {
	if requests <= 0 {
		return nil
	}
	m, ok := mulDiv(int64(usd), 1_000_000, requests)
	if !ok {
		return nil
	}
	return (*Money)(&m)
}

// run prices the run itself, as if its requests were the month's first.
func (x *Comparison) run(b *Book, u Usage) error {
	u.NoFreeTransfer = true
	rest, http, err := both(b, x.Region, u)
	if err != nil {
		return err
	}
	if rest.Complete() {
		x.RunREST = rest.Total
	}
	if http.Complete() {
		x.RunHTTP = http.Total
	}
	return nil
}

func (x *Comparison) ranges(b *Book, c Config, m *Meter, over time.Duration) error {
	var rest, http [2]*Bill
	for i, high := range []bool{false, true} {
		month, _ := Project(m.usage(m.rules.extreme(high).reading()), over, c)
		var err error
		if rest[i], http[i], err = both(b, x.Region, month); err != nil {
			return err
		}
	}
	x.RangeREST, x.RangeHTTP = rangeOf(rest), rangeOf(http)
	if x.RangeREST == nil && x.RangeHTTP == nil {
		x.Uncertain = nil // not a nano-dollar turns on it
	}
	return nil
}

func rangeOf(b [2]*Bill) *Range {
	if !b[0].Complete() || !b[1].Complete() || b[0].Total == b[1].Total {
		return nil
	}
	return &Range{b[0].Total, b[1].Total}
}

// assumptions says in words what a bill rests on beside the measurement.
func (c *Config) assumptions(rules Rules, month Usage) []string {
	var a []string
	if c.Region == "" {
		a = append(a, "no region is given: prices are of "+DefaultRegion)
	}
	a = append(a, fmt.Sprintf("a month has %d hours", c.hours()),
		"tiers start at zero: no other traffic on the account",
		"what stands behind the API (Lambda, load balancers, logs, WAF) is not in the bill")
	if month.BytesOut > 0 {
		a = append(a, "every answer leaves to the internet: heads and bodies as measured, without TLS and TCP framing")
		if month.NoFreeTransfer {
			a = append(a, "the free data transfer is left out")
		} else {
			a = append(a, "the month's free data transfer is not used by anything else")
		}
	}
	if month.HTTPUnits > month.HTTPRequests {
		a = append(a, "HTTP API requests are metered in 512 KB steps (https://aws.amazon.com/api-gateway/pricing/), by the reading "+rules.value(httpRule)+" (http_metering): AWS does not say what counts")
	}
	return append(a, "the API is public and regional or edge-optimized, not private")
}
