package traffic

import "time"

// A Source is all that a plan is made of: the traffic section of a scenario
// and what it sends. File names in it are used as they stand.
type Source struct {
	Traffic  Config
	Clients  []Client
	Requests []RequestSpec
	Feeders  map[string]Feeder
}

// A Config says when requests are due. Exactly one of Stages, Replay and
// Concurrency is given.
type Config struct {
	Seed     uint64  `yaml:"seed"`     // 0 means 1
	Arrivals string  `yaml:"arrivals"` // "even" (also "") or "poisson"
	Stages   []Stage `yaml:"stages"`   // open loop: one load shape after another
	Replay   *Replay `yaml:"replay"`   // open loop: a log's own timing

	// Concurrency is the closed loop: that many clients, each of which waits
	// for its answer before it sends again, for the time For.
	Concurrency int           `yaml:"concurrency"`
	For         time.Duration `yaml:"for"`

	MaxRequests uint64 `yaml:"max_requests"` // ends the plan early; 0 is no limit
}

// A Stage is one load shape that lasts For. Exactly one of Rate, Ramp, Steps,
// Spike and Sine is given.
//
//	rate  ────────    ramp    ⟋     steps  ▁▂▃▄     spike  ▁▁█▁▁    sine  ∿
type Stage struct {
	Name   string        `yaml:"name"`   // "" makes one up from the shape
	Rate   *Rate         `yaml:"rate"`   // constant; 0 is a pause
	Ramp   *Range        `yaml:"ramp"`   // linear from From to To
	Steps  *Range        `yaml:"steps"`  // Count equally long steps, the first at From, the last at To
	Count  int           `yaml:"count"`  // with Steps: at least 2
	Spike  *Range        `yaml:"spike"`  // From, but To for Hold in the middle
	Hold   time.Duration `yaml:"hold"`   // with Spike; 0 means a third of For
	Sine   *Range        `yaml:"sine"`   // between From and To, starting in the middle and rising
	Period time.Duration `yaml:"period"` // with Sine; 0 means For
	For    time.Duration `yaml:"for"`
	Steady *bool         `yaml:"steady"` // counted in the window "steady"; nil means true for Rate, false else
}

// A Range is a pair of rates, written "200/s..1500/s". Where the first has no
// unit it takes the second's: "30..60/m".
type Range struct{ From, To Rate }

// A Replay takes arrivals from a log: their times and, where the log has
// them and the scenario names no requests, also what was asked.
//
// Where all stamps of a log are whole seconds, nothing is known of the order
// of events within a second; arrivals of one second are then spread evenly
// over it, because sending them all at once would be a burst that never was.
type Replay struct {
	File        string        `yaml:"file"`
	Format      string        `yaml:"format"`       // "auto" (also ""), "combined", "apigateway", "csv" or "counts"
	Speed       float64       `yaml:"speed"`        // 2 replays in half the time; 0 means 1
	Scale       float64       `yaml:"scale"`        // counts only: multiplies the counts; 0 means 1
	Column      string        `yaml:"column"`       // csv and counts: the time column; "" is the first
	CountColumn string        `yaml:"count_column"` // counts: "" is the second
	From        time.Duration `yaml:"from"`         // the window, in the log's own time from its first entry
	For         time.Duration `yaml:"for"`          // 0 is to the end
	Method      string        `yaml:"method"`       // keep only these: "GET" or "GET,HEAD"
	Path        string        `yaml:"path"`         // keep only paths that match this RE2 regular expression
	Status      string        `yaml:"status"`       // keep only these: "200", "2xx" or "2xx,304"
}

// A Client is one kind of caller. Each arrival is given to a client at random
// in proportion to the shares.
type Client struct {
	Name    string            `yaml:"name"`
	Share   Percent           `yaml:"share"`   // 0 means an equal part of what the others leave
	APIKey  string            `yaml:"api_key"` // sent as x-api-key; a secret
	Headers map[string]string `yaml:"headers"` // a request's own headers win over these
}

// A RequestSpec is one kind of request. Path, query, header values and body
// may hold variables:
//
//	{{seq}}           the arrival's number, from 0
//	{{uuid}}          a version 4 UUID, another at each place
//	{{client}}        the client's name
//	{{int 1 100}}     a whole number from 1 to 100, both included, another at each place
//	{{users.email}}   a column of a feeder: all columns of one arrival are from the same row
//
// What they stand for depends on the plan's seed and the arrival's number
// alone. Values are escaped for where they stand: in a path, a query or JSON.
type RequestSpec struct {
	Name    string            `yaml:"name"`   // "" makes one up from method and path
	Weight  float64           `yaml:"weight"` // 0 means 1
	Method  string            `yaml:"-"`
	Path    string            `yaml:"-"` // may carry a query
	Headers map[string]string `yaml:"headers"`
	Body    any               `yaml:"body"` // a string is sent as it stands; anything else is sent as JSON
	Log     string            `yaml:"log"`  // instead of Method and Path: a log file whose requests are sent in turn
}

// A Feeder is a table of values for requests: a CSV file with a header line, a
// JSON array of objects, or JSON lines. An arrival sees one row of each.
type Feeder struct {
	File  string `yaml:"file"`
	Order string `yaml:"order"` // "sequential" (also ""): row Seq modulo the rows; "random": any row, by the seed
}

// A Window is a named part of a plan, From included, To not.
type Window struct {
	Name     string
	From, To time.Duration
	Steady   bool // its observations count in the window "steady"
}
