package gateway

import (
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A Config is an API definition: what an API's stages, routes, integrations,
// limits, usage plans and keys are. It is decoded from YAML (package
// scenarios), built by an importer or written in Go. Validate says what is
// wrong with one; New makes an API of it.
type Config struct {
	Name string `yaml:"name"` // for reports and access logs; "" is "api"
	Kind string `yaml:"kind"` // "rest" | "http"

	// Account is the limit that all APIs of an account in a region share.
	// The default is AWS's: 10,000 requests a second, 5,000 burst.
	Account *Throttle `yaml:"account"`

	// Enforcement is how exactly limits hold: "exact" (default), or
	// "best_effort", where Shards independent copies of each bucket share the
	// rate and each hold the whole burst. AWS calls its limits "targets rather
	// than guaranteed request ceilings" and does not say how they are kept.
	Enforcement string `yaml:"enforcement"`
	Shards      int    `yaml:"shards"` // with best_effort; 0 is 4

	// StageDefault is what a stage's default throttle governs: "per_method"
	// (default) gives each method its own bucket with the same numbers,
	// "shared" gives the stage one. AWS's text reads per method ("applied at the
	// API method level for a stage"); nobody has published a measurement.
	StageDefault string `yaml:"stage_default"`

	Stages     []StageConfig `yaml:"stages"`
	Routes     []RouteConfig `yaml:"routes"`
	UsagePlans []UsagePlan   `yaml:"usage_plans"` // REST only

	// WeekStart is the day on which a WEEK quota starts afresh, at 00:00 UTC:
	// "monday" (default) to "sunday". AWS does not document it.
	WeekStart string `yaml:"week_start"`

	// Dir is the folder against which relative file names (a latency's file)
	// are resolved. It is not part of the YAML.
	Dir string `yaml:"-"`
}

// A Throttle is a token bucket: Rate tokens a second flow into a bucket that
// holds Burst. A rate of 0 with a burst of 0 refuses every request, as AWS
// does; no throttle at all means no limit.
type Throttle struct {
	Rate  traffic.Rate `yaml:"rate"`
	Burst int64        `yaml:"burst"`
}

// A StageConfig is one deployed stage. Methods overrides Throttle for single
// methods, keyed like routes: "GET /posts/{id}"; on a REST API a method that
// an ANY route covers may be named by itself.
type StageConfig struct {
	Name      string              `yaml:"name"` // HTTP APIs may have "$default"
	Throttle  *Throttle           `yaml:"throttle"`
	Methods   map[string]Throttle `yaml:"methods"`
	AccessLog *AccessLog          `yaml:"access_log"`
}

// An AccessLog says in which format a stage logs each request, and where to.
type AccessLog struct {
	Format string `yaml:"format"` // "clf", "json" or a template with $context.… variables
	File   string `yaml:"file"`   // "-" is stderr
}

// A RouteConfig is one route (a REST API's resource and method) and the one
// integration that answers it: Mock or HTTP.
type RouteConfig struct {
	Route          string     `yaml:"route"`            // "GET /posts/{id}", "ANY /{proxy+}", "$default"
	APIKeyRequired bool       `yaml:"api_key_required"` // REST only; only such methods meter usage plans
	Mock           *Mock      `yaml:"mock"`
	HTTP           *HTTPProxy `yaml:"http"`
}

// A Mock answers by itself, after a time drawn from a distribution. It stands
// for a backend whose latency and errors are known.
type Mock struct {
	Latency     Latency                 `yaml:"latency"`
	Status      map[int]traffic.Percent `yaml:"status"` // shares of 100%; none is 200: 100%
	Body        string                  `yaml:"body"`
	BodyBytes   traffic.Bytes           `yaml:"body_bytes"` // a body of so many bytes, in place of Body
	ContentType string                  `yaml:"content_type"`
	Headers     map[string]string       `yaml:"headers"`
}

// A Latency is a distribution of times. At most one field is given; none
// means 0. In YAML a bare duration is a constant.
type Latency struct {
	Constant  time.Duration   `yaml:"constant"`
	Uniform   *Spread         `yaml:"uniform"`
	Lognormal *Lognormal      `yaml:"lognormal"`
	Empirical []time.Duration `yaml:"empirical"` // drawn from with replacement
	File      string          `yaml:"file"`      // the same, from a file of milliseconds, one a line
}

// UnmarshalText reads a bare duration such as "20ms" as a constant.
func (l *Latency) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("read latency %q: want a duration such as 20ms, or one of constant, uniform, lognormal, empirical, file", b)
	}
	*l = Latency{Constant: d}
	return nil
}

// A Spread is a uniform distribution from Min to Max.
type Spread struct {
	Min time.Duration `yaml:"min"`
	Max time.Duration `yaml:"max"`
}

// A Lognormal distribution is given by its median and its 99th percentile:
// the two figures that people know of a backend.
type Lognormal struct {
	P50 time.Duration `yaml:"p50"`
	P99 time.Duration `yaml:"p99"`
}

// An HTTPProxy passes requests on to a backend (HTTP_PROXY). {proxy} and
// {param} in the URL stand for the route's path parameters.
type HTTPProxy struct {
	URL     string            `yaml:"url"`
	Timeout time.Duration     `yaml:"timeout"` // 50ms to 29s on REST, to 30s on HTTP; 0 is the longest
	Headers map[string]string `yaml:"headers"` // set on each request to the backend
	Assume  *Mock             `yaml:"assume"`  // what Serve, and so the simulator, takes the backend to be; nil is 200 at once
}

// A UsagePlan limits each of its API keys by itself. Throttle and Quota count
// a key's requests over all the plan's stages together; Methods overrides
// Throttle for single methods, each with a bucket for each key and stage.
type UsagePlan struct {
	Name     string              `yaml:"name"`
	Throttle *Throttle           `yaml:"throttle"`
	Quota    *Quota              `yaml:"quota"`
	Methods  map[string]Throttle `yaml:"methods"`
	Stages   []string            `yaml:"stages"` // none means all
	Keys     []Key               `yaml:"keys"`
}

// A Quota is how many requests a key may make in a calendar period (UTC).
// Offset is subtracted from the limit in the first period only (API reference,
// QuotaSettings).
type Quota struct {
	Limit  int64  `yaml:"limit"`
	Period string `yaml:"period"` // DAY | WEEK | MONTH
	Offset int64  `yaml:"offset"`
}

// A Key is an API key. Value is a secret and is never printed.
type Key struct {
	Name     string `yaml:"name"`
	Value    string `yaml:"value"`
	Disabled bool   `yaml:"disabled"`
}
