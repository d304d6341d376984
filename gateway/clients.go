package gateway

import (
	"github.com/turnpike-perf/turnpike/throttle"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A client is what an API key means to one stage: the limits of its usage plan.
//
// A plan's throttle and quota "apply to requests for individual API keys that
// are aggregated across all API stages within a usage plan" (developer guide,
// api-gateway-api-usage-plans), so those buckets are shared by the key's clients
// in all stages. A plan's limit for a method has a bucket for each key and
// stage, and stands in for the plan's own: the documented first step is
// "per-client or per-method throttling limits".
type client struct {
	key, plan    string // names
	rate         throttle.ID
	quota        throttle.ID
	hasRate      bool
	hasQuota     bool
	methodLimits []throttle.ID // by slot
	slots        []int         // by a method's index: which of methodLimits, or -1; nil if the plan has none
}

// charges is the list of buckets that a request takes from, in order, and which
// limit each of them is. It holds what a request can need at most: plan, quota,
// method or stage, account.
type charges struct {
	ids [4]throttle.ID
	by  [4]traffic.Limit
	n   int
}

func (c *charges) add(id throttle.ID, by traffic.Limit) {
	c.ids[c.n], c.by[c.n] = id, by
	c.n++
}

// charge adds what the client owes for a request to m.
//
// Throttle comes before quota, so a request that both would refuse is told "Too
// Many Requests". AWS documents no order between the two, and not whether a
// throttled request counts against the quota: here it does not, since a request
// takes from all its limits or from none.
func (c *client) charge(m *method, to *charges) {
	if c.slots != nil && c.slots[m.index] >= 0 {
		to.add(c.methodLimits[c.slots[m.index]], traffic.UsagePlanMethod)
	} else if c.hasRate {
		to.add(c.rate, traffic.UsagePlan)
	}
	if c.hasQuota {
		to.add(c.quota, traffic.UsagePlanQuota)
	}
}

// perKey makes the buckets and quotas that a plan's key has over all stages.
func (b *builder) perKey() {
	b.keyBuckets = make(map[[2]int]throttle.ID)
	b.quotas = make(map[[2]int]throttle.ID)
	week, _ := b.config.weekday()
	for i, p := range b.plans {
		for j := range p.Keys {
			if p.Throttle != nil {
				b.keyBuckets[[2]int{i, j}] = b.bucket(*p.Throttle)
			}
			if p.Quota != nil {
				period, _ := throttle.ParsePeriod(p.Quota.Period)
				b.quotas[[2]int{i, j}] = b.api.set.AddQuota(throttle.Quota{
					Limit: p.Quota.Limit, Period: period, Offset: p.Quota.Offset, WeekStart: week})
			}
		}
	}
}

// clients are the keys that a stage accepts. A disabled key is as good as none.
func (b *builder) clients(s *Stage, methods []*method) map[string]*client {
	clients := make(map[string]*client)
	for i := range b.plans {
		p := &b.plans[i]
		if !p.covers(s.name) {
			continue
		}
		slots, limits := p.slots(methods)
		for j, k := range p.Keys {
			if k.Disabled {
				continue
			}
			c := &client{key: k.Name, plan: p.Name, slots: slots}
			c.rate, c.hasRate = b.keyBuckets[[2]int{i, j}]
			c.quota, c.hasQuota = b.quotas[[2]int{i, j}]
			for _, t := range limits {
				c.methodLimits = append(c.methodLimits, b.bucket(t))
			}
			clients[k.Value] = c
		}
	}
	return clients
}

// slots numbers the methods that a plan limits by themselves.
func (p *UsagePlan) slots(methods []*method) (slots []int, limits []Throttle) {
	if len(p.Methods) == 0 {
		return nil, nil
	}
	slots = make([]int, len(methods))
	for i, m := range methods {
		slots[i] = -1
		if t, ok := override(p.Methods, m); ok && m.keyed {
			slots[i] = len(limits)
			limits = append(limits, t)
		}
	}
	return slots, limits
}

// covers tells whether the plan is one of a stage.
func (p *UsagePlan) covers(stage string) bool {
	for _, s := range p.Stages {
		if s == stage {
			return true
		}
	}
	return len(p.Stages) == 0
}
