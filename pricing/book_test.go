package pricing

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
)

// Each of a region's schedules has AWS's tier bounds, which are the same
// everywhere, and prices that never rise from tier to tier.
func TestBookSchedules(t *testing.T) {
	b := Embedded()
	if n := len(b.Regions()); n != 35 {
		t.Errorf("the book has %d regions, want 35", n)
	}
	if want := (Metering{512 << 10, 32 << 10, 1 << 30}); b.Metering != want {
		t.Errorf("metering is %v, want %v", b.Metering, want)
	}
	bounds := map[string][]int64{"REST": {333e6, 1e9, 20e9, 0}, "HTTP": {300e6, 0}, "messages": {1e9, 0}, "minutes": {0}, "transfer": {10240, 51200, 153600, 0}}
	var missing []string
	for _, code := range b.Regions() {
		r, err := b.Region(code)
		if err != nil {
			t.Fatal(err)
		}
		if r.Name == "" || r.UsagePrefix == "" || r.Partition == "" {
			t.Errorf("%s lacks a name, prefix or partition: %+v", code, r)
		}
		for name, s := range map[string]*Schedule{"REST": r.RESTRequests, "HTTP": r.HTTPRequests, "messages": r.Messages, "minutes": r.Minutes, "transfer": r.TransferOut} {
			if s == nil {
				missing = append(missing, code+" "+name)
				continue
			}
			var to []int64
			for i, tier := range s.Tiers {
				to = append(to, tier.To)
				if tier.Price.Nanos == 0 {
					t.Errorf("%s %s: tier %d is free", code, name, i+1)
				}
				if i > 0 && s.Tiers[i-1].Price.compare(tier.Price) < 0 {
					t.Errorf("%s %s: tier %d is dearer than the one before", code, name, i+1)
				}
			}
			if !slices.Equal(to, bounds[name]) {
				t.Errorf("%s %s: tiers end at %v, want %v", code, name, to, bounds[name])
			}
		}
		if want := []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}; !slices.Equal(r.sizes, want) {
			t.Errorf("%s: cache sizes %v, want %v", code, r.sizes, want)
		}
	}
	slices.Sort(missing)
	want := []string{"ap-east-2 HTTP", "ap-east-2 messages", "ap-east-2 minutes", "ap-southeast-5 HTTP", "ap-southeast-5 messages", "ap-southeast-5 minutes", "mx-central-1 HTTP"}
	if !slices.Equal(missing, want) {
		t.Errorf("missing prices: %v, want %v", missing, want)
	}
}

// Known prices for a million, read off AWS's price page and feed.
func TestBookPrices(t *testing.T) {
	for _, c := range []struct {
		region string
		rest   string
		http   string
	}{
		{"us-east-1", "3.50 2.80 2.38 1.51", "1.00 0.90"},
		{"us-west-1", "3.50 3.47 2.95 1.87", "1.17 1.05"},
		{"eu-west-1", "3.50 3.19 2.71 1.72", "1.11 1.00"},
		{"eu-west-2", "3.50 3.33 2.83 1.80", "1.16 1.04"},
		{"sa-east-1", "4.25 4.25 3.61 2.29", "1.59 1.43"}, // tier 1 = tier 2
		{"ap-south-1", "3.50 2.80 2.38 1.51", "1.05 0.95"},
		{"mx-central-1", "3.675 2.94 2.499 1.5855", ""}, // ten decimals a request
		{"us-gov-east-1", "3.50 3.36 2.86 1.81", "1.00 0.90"},
	} {
		r, err := Embedded().Region(c.region)
		if err != nil {
			t.Fatal(err)
		}
		if got := millions(r.RESTRequests); got != c.rest {
			t.Errorf("%s REST is %s, want %s", c.region, got, c.rest)
		}
		if got := millions(r.HTTPRequests); got != c.http {
			t.Errorf("%s HTTP is %s, want %s", c.region, got, c.http)
		}
	}
}

func millions(s *Schedule) string {
	if s == nil {
		return ""
	}
	var parts []string
	for _, tier := range s.Tiers {
		m, _ := tier.Price.Times(1e6)
		parts = append(parts, m.Decimal())
	}
	return strings.Join(parts, " ")
}

// Every API Gateway row of a real offer file that the book has a line for, as
// AWS published it for eu-west-2 on 2026-08-31:
// https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonApiGateway/20260831092134/eu-west-2/index.csv
func TestBookAgainstOfferFile(t *testing.T) {
	data, err := os.ReadFile("testdata/AmazonApiGateway-eu-west-2.csv")
	if err != nil {
		t.Fatal(err)
	}
	rd := csv.NewReader(bytes.NewReader(data))
	rd.FieldsPerRecord = -1
	rows, err := rd.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header, rows := rows[5], rows[6:]
	r, err := Embedded().Region("eu-west-2")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, row := range rows {
		get := func(name string) string { return row[slices.Index(header, name)] }
		var s *Schedule
		switch usage := strings.TrimPrefix(get("usageType"), r.UsagePrefix+"-"); {
		case usage == "ApiGatewayRequest":
			s = r.RESTRequests
		case usage == "ApiGatewayHttpRequest":
			s = r.HTTPRequests
		case usage == "ApiGatewayMessage":
			s = r.Messages
		case usage == "ApiGatewayMinute":
			s = r.Minutes
		case strings.HasPrefix(usage, "ApiGatewayCacheUsage:"):
			s = r.CacheHour(get("Cache Memory Size (GB)"))
		case strings.HasPrefix(usage, "APIGateway-Portal"):
			continue
		default:
			t.Errorf("usage type %s is unknown", usage)
			continue
		}
		price, err := ParsePrice(get("PricePerUnit"))
		if err != nil {
			t.Fatal(err)
		}
		to, _ := ParseCount(strings.Replace(get("EndingRange"), "Inf", "0", 1))
		if !slices.Contains(s.Tiers, Tier{To: int64(to), Price: price}) {
			t.Errorf("%s: AWS asks %v up to %d, the book has %v", get("PriceDescription"), price, to, s.Tiers)
		}
		compared++
	}
	if compared != 17 {
		t.Errorf("compared %d rows, want 17", compared)
	}
}

func TestUnknownRegion(t *testing.T) {
	for code, want := range map[string]string{
		"eu-west1":     `unknown region "eu-west1" (did you mean "eu-west-1"?)`,
		"EU-WEST-1":    `unknown region "EU-WEST-1" (did you mean "eu-west-1"?)`,
		"EU (Ireland)": `unknown region "EU (Ireland)" (did you mean "eu-west-1"?)`,
		"mars":         `unknown region "mars": the book of 2025-06-05 has no prices for it`,
	} {
		_, err := Embedded().Region(code)
		if err == nil || err.Error() != want {
			t.Errorf("Region(%q): %v, want %s", code, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	const good = `{"schema":"turnpike.prices/1","currency":"USD","as_of":"2025-01-01","metering":{"http_step_bytes":1,"websocket_step_bytes":1,"gb_bytes":1},
		"regions":{"x":{"name":"X","prices":{"rest_requests":[{"to":10,"usd":"2"},{"usd":"1"}]},"cache_hour":{"0.5":"0.02"}}}}`
	if _, err := Read(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`prices/1`, `prices/2`, `schema is "turnpike.prices/2"`},
		{`"USD"`, `"CNY"`, `currency is "CNY"`},
		{`"gb_bytes":1`, `"gb_bytes":0`, "metering must name every step"},
		{`rest_requests`, `rest_request`, `unknown price "rest_request"`},
		{`{"usd":"1"}`, `{"to":20,"usd":"1"}`, "last tier ends at 20"},
		{`{"to":10,"usd":"2"}`, `{"usd":"2"}`, "tier 1 ends at 0: want above 0"},
		{`"usd":"2"`, `"usd":"2,0"`, "want a decimal number"},
		{`"usd":"2"`, `"usd":2`, "cannot unmarshal number"},
		{`{"to":10,"usd":"2"}`, `{"to":10}`, "tier 1 has no price"},
		{`[{"to":10,"usd":"2"},{"usd":"1"}]`, `[]`, "no tiers"},
		{`"0.5":`, `"half":`, `cache size "half"`},
		{`"name"`, `"nmae"`, "unknown field"},
		{good[len(good)-20:], ``, "unexpected EOF"},
	} {
		if _, err := Read(strings.NewReader(strings.Replace(good, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Read with %s for %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}
