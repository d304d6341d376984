package gateway

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/throttle"
	"github.com/turnpike-perf/turnpike/traffic"
)

// AWS's account limit in most regions (quotas page, 2026-08). A dozen newer
// regions have a quarter of it.
var accountDefault = Throttle{Rate: 10_000, Burst: 5_000}

// bestEffortShards is how many copies of each bucket best effort keeps by
// default: what reproduces the one published observation, about 80 of 100
// simultaneous requests passing a limit of 20/s with burst 20 (re:Post, "How
// precise is API Gateway throttling").
const bestEffortShards = 4

// A builder makes an API of a definition that has no problems.
type builder struct {
	config *Config
	seed   uint64
	api    *API
	plans  []UsagePlan
	// keyBuckets and quotas are per plan and key, over all stages of a plan.
	keyBuckets, quotas map[[2]int]throttle.ID
}

func (b *builder) build(began time.Time) (*API, error) {
	c := b.config
	e := throttle.Enforcement{Seed: b.seed}
	if c.Enforcement == "best_effort" {
		e.Shards = cmp.Or(c.Shards, bestEffortShards)
	}
	k := kind(c.Kind)
	b.api = &API{name: c.name(), kind: k, set: throttle.NewSet(e), canned: newCanned(k)}
	account := b.bucket(c.AccountLimit())
	b.perKey()
	for i := range c.Stages {
		s, err := b.stage(&c.Stages[i])
		if err != nil {
			return nil, fmt.Errorf("build API %q: stage %q: %w", c.name(), c.Stages[i].Name, err)
		}
		s.account = account
		b.api.stages = append(b.api.stages, s)
	}
	if !began.IsZero() {
		b.api.set.Began(began)
	}
	return b.api, nil
}

func (b *builder) bucket(t Throttle) throttle.ID { return b.api.set.AddBucket(limit(t)) }

func limit(t Throttle) throttle.Limit {
	return throttle.Limit{Rate: float64(t.Rate), Burst: t.Burst}
}

// stage builds one stage: its routes, its methods' limits and its clients.
func (b *builder) stage(c *StageConfig) (*Stage, error) {
	s := &Stage{api: b.api, name: c.Name}
	s.router = router{kind: b.api.kind, literals: make(map[string]*resource)}
	routes := make([]*route, len(b.config.Routes))
	for i := range b.config.Routes {
		r, err := b.route(&b.config.Routes[i])
		if err != nil {
			return nil, err
		}
		routes[i] = r
	}
	l := stageLimits{builder: b, config: c}
	for _, r := range routes {
		if r.key.method != anyMethod {
			b.addMethod(s, r, verbOf(r.key.method), &l)
		}
	}
	for _, r := range routes {
		if r.key.method == anyMethod {
			b.expandAny(s, r, &l)
		}
	}
	s.clients = b.clients(s, l.methods)
	return s, nil
}

// addMethod adds the method that answers verb on a route, or the $default route.
func (b *builder) addMethod(s *Stage, r *route, verb int, l *stageLimits) *method {
	m := &method{route: r, name: r.key.method, keyed: r.config.APIKeyRequired, index: len(l.methods)}
	if b.api.kind == REST && r.key.method == anyMethod {
		m.name = verbs[verb]
	}
	l.govern(m)
	m.draws.seed = hashSeed(b.seed, s.name, r.key.String(), m.name)
	l.methods = append(l.methods, m)
	if r.key.method == "" {
		s.router.fallback = m
		return m
	}
	s.router.add(r.key.pattern, verb, m)
	return m
}

// expandAny fills a resource's gaps with its ANY route. On REST that is one
// method for each of the seven verbs, as a stage's console shows them, each
// with its own bucket; on HTTP a route is one thing whatever the method.
func (b *builder) expandAny(s *Stage, r *route, l *stageLimits) {
	res := s.router.resource(r.key.pattern)
	var shared *method
	for verb := range res.methods {
		switch {
		case res.methods[verb] != nil:
		case b.api.kind == REST && verb < otherVerb:
			b.addMethod(s, r, verb, l)
		case b.api.kind == HTTP && shared == nil:
			shared = b.addMethod(s, r, verb, l)
		case b.api.kind == HTTP:
			res.methods[verb] = shared
		}
	}
}

// stageLimits hands out a stage's buckets.
type stageLimits struct {
	*builder
	config  *StageConfig
	shared  *throttle.ID
	methods []*method
}

// govern gives m the bucket of the stage's override for it, or of the stage's
// default, or none.
func (l *stageLimits) govern(m *method) {
	if t, ok := override(l.config.Methods, m); ok {
		m.hasLimit, m.limit, m.id = true, traffic.MethodLimit, l.bucket(t)
		return
	}
	if l.config.Throttle == nil {
		return
	}
	m.hasLimit, m.limit = true, traffic.StageLimit
	if l.builder.config.StageDefault != "shared" {
		m.id = l.bucket(*l.config.Throttle)
		return
	}
	if l.shared == nil {
		id := l.bucket(*l.config.Throttle)
		l.shared = &id
	}
	m.id = *l.shared
}

// override is what settings say of a method: by its own name, or by its
// route's key.
func override(settings map[string]Throttle, m *method) (Throttle, bool) {
	if t, ok := settings[m.name+" "+m.route.key.path]; ok {
		return t, true
	}
	t, ok := settings[m.route.key.String()]
	return t, ok
}

// weekday is the day that WeekStart names, Monday if none.
func (c *Config) weekday() (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(c.WeekStart, d.String()) {
			return d, true
		}
	}
	return time.Monday, c.WeekStart == ""
}
