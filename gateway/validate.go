package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// Bounds of the quotas pages (REST and HTTP, 2026-08).
const (
	maxRoutes      = 300
	maxStages      = 10
	maxPlans       = 300
	maxKeys        = 10_000
	maxPlanMethods = 20
	maxLogFormat   = 3 << 10
)

var stageName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// Validate reports everything about the definition that cannot be meant, each
// with its path in the form of the YAML and what would be right. It opens the
// files that the definition names. It never prints a key's value.
func (c *Config) Validate(bad func(path, problem string)) {
	v := validator{config: c, bad: bad, kind: kind(c.Kind)}
	if v.kind != REST && v.kind != HTTP {
		v.badf("kind", `want "rest" or "http" (WebSocket APIs are not modelled), got %q%s`, c.Kind, spelling.DidYouMean(c.Kind, []string{REST, HTTP}))
		v.kind = REST
	}
	v.settings()
	v.routes()
	v.stages()
	v.plans()
}

// A validator is one validation under way.
type validator struct {
	config *Config
	bad    func(path, problem string)
	kind   kind
	keys   []routeKey // of the routes that could be read
}

// badf reports a problem.
func (v *validator) badf(path, format string, args ...any) {
	v.bad(path, fmt.Sprintf(format, args...))
}

// settings checks the fields that concern the whole API.
func (v *validator) settings() {
	c := v.config
	if c.Account != nil {
		v.throttle("account", *c.Account)
	}
	v.oneOf("enforcement", c.Enforcement, "exact", "best_effort")
	v.oneOf("stage_default", c.StageDefault, "per_method", "shared")
	if _, ok := c.weekday(); !ok {
		v.badf("week_start", "want a day such as monday, got %q%s", c.WeekStart, spelling.DidYouMean(c.WeekStart, weekdays))
	}
	switch {
	case c.Shards < 0 || c.Shards > 1024:
		v.badf("shards", "want 1 to 1024, got %d", c.Shards)
	case c.Shards != 0 && c.Enforcement != "best_effort":
		v.badf("shards", "shards only mean something with enforcement: best_effort")
	}
}

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

func (v *validator) oneOf(path, got string, want ...string) {
	if got != "" && !slices.Contains(want, got) {
		v.badf(path, "want %s, got %q%s", strings.Join(want, " or "), got, spelling.DidYouMean(got, want))
	}
}

// stages checks the stages and their overrides for methods.
func (v *validator) stages() {
	c := v.config
	if len(c.Stages) == 0 {
		v.badf("stages", "an API needs at least one stage")
	}
	if len(c.Stages) > maxStages {
		v.badf("stages", "API Gateway allows %d stages in an API, got %d", maxStages, len(c.Stages))
	}
	seen := make(map[string]int)
	for i := range c.Stages {
		s := &c.Stages[i]
		path := fmt.Sprintf("stages[%d]", i)
		v.stageName(path+".name", s.Name)
		if first, ok := seen[s.Name]; ok && s.Name != "" {
			v.badf(path+".name", "stage %q is defined twice, first at stages[%d]", s.Name, first)
		}
		seen[s.Name] = i
		if s.Throttle != nil {
			v.stageThrottle(path+".throttle", *s.Throttle)
		}
		for _, name := range sortedKeys(s.Methods) {
			v.methodName(path+".methods."+name, name)
			v.stageThrottle(path+".methods."+name, s.Methods[name])
		}
		if s.AccessLog != nil {
			v.logFormat(path+".access_log.format", s.AccessLog.Format)
		}
	}
}

func (v *validator) stageName(path, name string) {
	switch {
	case name == "":
		v.badf(path, "a stage needs a name, such as prod")
	case name == defaultStage && v.kind == HTTP:
	case name == defaultStage:
		v.badf(path, `"$default" is a stage of HTTP APIs; name a REST API's stage, such as prod`)
	case !stageName.MatchString(name):
		v.badf(path, "a stage's name is 1 to 128 letters, digits, _ and -, got %q", name)
	}
}

// logFormat checks an access log's format: API Gateway refuses one without a
// request id (developer guide, set-up-logging).
func (v *validator) logFormat(path, format string) {
	switch {
	case format == "clf" || format == "json":
	case !strings.Contains(format, "$context."):
		v.badf(path, "want clf, json or a template with $context.… variables, got %q%s", format, spelling.DidYouMean(format, []string{"clf", "json"}))
	case !strings.Contains(format, "$context.requestId") && !strings.Contains(format, "$context.extendedRequestId"):
		v.badf(path, "API Gateway refuses a format without $context.requestId or $context.extendedRequestId")
	case len(format) > maxLogFormat:
		v.badf(path, "API Gateway allows 3 KB, got %d bytes", len(format))
	case strings.ContainsAny(format, "\r\n"):
		v.badf(path, "the format must be one line")
	}
}
