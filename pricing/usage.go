package pricing

// Usage is what is billable, in integers: of a run, or projected, of a month.
type Usage struct {
	Sent              int64  `json:"sent_requests"`      // all requests sent, billable or not
	RESTRequests      int64  `json:"rest_requests"`      // what a REST API bills
	HTTPRequests      int64  `json:"http_requests"`      // the same requests on an HTTP API, before metering by size
	HTTPUnits         int64  `json:"http_units"`         // what an HTTP API bills: 512 KB steps
	WebSocketMessages int64  `json:"websocket_messages"` // 32 KB steps
	ConnectionMinutes int64  `json:"websocket_connection_minutes"`
	BytesOut          int64  `json:"bytes_out"`          // data transfer out to the internet
	CacheGB           string `json:"cache_gb,omitempty"` // a REST API's cache size: "0.5", "1.6", ...; "" for none
	CacheHours        int64  `json:"cache_hours,omitempty"`
	NoFreeTransfer    bool   `json:"no_free_transfer,omitempty"` // leaves the 100 GB a month out
}

// A Ledger says what became of every observation: Arrivals = NotSent + Sent,
// and Sent = Billable + NotBillable + NeverReached.
type Ledger struct {
	Arrivals     uint64       `json:"arrivals"`
	NotSent      uint64       `json:"not_sent"`
	Sent         uint64       `json:"sent"`
	NeverReached uint64       `json:"never_reached"` // no connection: API Gateway saw nothing
	Billable     uint64       `json:"billable"`
	NotBillable  uint64       `json:"not_billable"`
	Lines        []LedgerLine `json:"lines"` // rules that applied, in the order of the table
}

// A LedgerLine is one billing rule with what fell under it.
type LedgerLine struct {
	Rule       string `json:"rule"`
	Title      string `json:"title"`
	Says       string `json:"says"`
	Count      uint64 `json:"count"`
	Class      Class  `json:"class"`
	Billable   bool   `json:"billable"`
	HTTPUnits  uint64 `json:"http_units"` // 512 KB steps by the chosen reading, whether billable or not
	BytesOut   uint64 `json:"bytes_out"`
	Citation   string `json:"citation"`
	Confidence string `json:"confidence"`
	Switch     string `json:"switch,omitempty"` // key under pricing.rules that decides it, where the evidence is not certain
}
