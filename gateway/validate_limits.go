package gateway

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
	"github.com/turnpike-perf/turnpike/throttle"
)

// throttle checks a rate and a burst by themselves. 0 and 0 is right: it
// refuses everything.
func (v *validator) throttle(path string, t Throttle) {
	if r := float64(t.Rate); !(r >= 0) || math.IsInf(r, 0) {
		v.badf(path+".rate", "a rate is 0 or more requests a second, got %v", r)
	}
	if t.Burst < 0 || t.Burst > math.MaxInt32 {
		v.badf(path+".burst", "a burst is a whole number from 0 to %d, got %d", math.MaxInt32, t.Burst)
	}
}

// stageThrottle checks a stage's limit, which AWS refuses when it is above the
// account's (developer guide, set-up-stages: "must not be more than the
// account-level"; http-api-throttling: "can't exceed account-level rate limits").
func (v *validator) stageThrottle(path string, t Throttle) {
	v.throttle(path, t)
	account := v.config.AccountLimit()
	if t.Rate > account.Rate {
		v.badf(path+".rate", "%v is more than the account's %v, which API Gateway refuses; lower it, or raise account.rate if yours is higher", t.Rate, account.Rate)
	}
	if t.Burst > account.Burst {
		v.badf(path+".burst", "%d is more than the account's %d, which API Gateway refuses; lower it, or raise account.burst if yours is higher", t.Burst, account.Burst)
	}
}

// methodName checks that a limit's method is one that the API has.
func (v *validator) methodName(path, name string) {
	known := v.methodNames()
	if !slices.Contains(known, name) {
		v.badf(path, "there is no route %q to limit%s", name, spelling.DidYouMean(name, known))
	}
}

// methodNames are what a limit can name: the routes, and on REST the methods
// that an ANY route stands for.
func (v *validator) methodNames() []string {
	var names []string
	for _, k := range v.keys {
		names = append(names, k.String())
		if k.method == anyMethod && v.kind == REST {
			for _, verb := range verbs {
				names = append(names, verb+" "+k.path)
			}
		}
	}
	return names
}

// plans checks the usage plans and their keys.
func (v *validator) plans() {
	plans := v.config.UsagePlans
	if len(plans) > 0 && v.kind == HTTP {
		v.badf("usage_plans", "HTTP APIs have no usage plans and no API keys; use kind: rest, or drop the plans")
		return
	}
	if len(plans) > maxPlans {
		v.badf("usage_plans", "API Gateway allows %d usage plans, got %d", maxPlans, len(plans))
	}
	names := make(map[string]int)
	keys := make(map[string][]keyUse)
	for i := range plans {
		p := &plans[i]
		path := fmt.Sprintf("usage_plans[%d]", i)
		if first, ok := names[p.Name]; ok && p.Name != "" {
			v.badf(path+".name", "usage plan %q is defined twice, first at usage_plans[%d]", p.Name, first)
		}
		names[p.Name] = i
		v.plan(path, p)
		v.planKeys(path, p, keys)
	}
	v.meterless(len(keys))
}

// meterless reports keys that no route asks for: a plan that never limits
// anything is a mistake every time.
func (v *validator) meterless(keys int) {
	for i := range v.config.Routes {
		if v.config.Routes[i].APIKeyRequired {
			return
		}
	}
	if keys > 0 && len(v.config.Routes) > 0 {
		v.badf("usage_plans", "no route has api_key_required: true, so these plans would limit nothing")
	}
}

// plan checks one plan but for its keys.
func (v *validator) plan(path string, p *UsagePlan) {
	if p.Name == "" {
		v.badf(path+".name", "a usage plan needs a name")
	}
	if p.Throttle != nil {
		v.throttle(path+".throttle", *p.Throttle)
	}
	if p.Quota != nil {
		v.quota(path+".quota", p.Quota)
	}
	if len(p.Methods) > maxPlanMethods {
		v.badf(path+".methods", "API Gateway allows limits for %d methods in a plan and stage, got %d", maxPlanMethods, len(p.Methods))
	}
	for _, name := range sortedKeys(p.Methods) {
		v.planMethod(path+".methods."+name, name, p.Methods[name])
	}
	var stages []string
	for _, s := range v.config.Stages {
		stages = append(stages, s.Name)
	}
	for i, s := range p.Stages {
		if !slices.Contains(stages, s) {
			v.badf(fmt.Sprintf("%s.stages[%d]", path, i), "there is no stage %q%s", s, spelling.DidYouMean(s, stages))
		} else if slices.Contains(p.Stages[:i], s) {
			v.badf(fmt.Sprintf("%s.stages[%d]", path, i), "stage %q is listed twice", s)
		}
	}
}

// planMethod checks a plan's limit for one method, which only means something
// where the method asks for a key.
func (v *validator) planMethod(path, name string, t Throttle) {
	v.methodName(path, name)
	v.throttle(path, t)
	m, p, _ := strings.Cut(name, " ")
	for i := range v.config.Routes {
		r := &v.config.Routes[i]
		covers := r.Route == name || m != anyMethod && r.Route == anyMethod+" "+p && !v.hasRoute(name)
		if covers && !r.APIKeyRequired {
			v.badf(path, "%q does not have api_key_required: true, so no usage plan limits it", r.Route)
		}
	}
}

func (v *validator) hasRoute(name string) bool {
	for _, k := range v.keys {
		if k.String() == name {
			return true
		}
	}
	return false
}

func (v *validator) quota(path string, q *Quota) {
	if q.Limit < 1 {
		v.badf(path+".limit", "a quota is at least 1 request, got %d; to refuse everything use throttle: {rate: 0, burst: 0}", q.Limit)
	}
	if q.Offset < 0 || q.Offset > q.Limit {
		v.badf(path+".offset", "an offset is 0 to the limit of %d, since it is subtracted from the limit in the first period, got %d", q.Limit, q.Offset)
	}
	if _, err := throttle.ParsePeriod(q.Period); err != nil {
		v.badf(path+".period", "want DAY, WEEK or MONTH, got %q%s", q.Period, spelling.DidYouMean(q.Period, []string{"DAY", "WEEK", "MONTH"}))
	}
}

// A keyUse is where a key's value was seen: its path and plan.
type keyUse struct {
	path string
	plan *UsagePlan
}

// planKeys checks a plan's keys. Values are compared and measured, never printed.
func (v *validator) planKeys(path string, p *UsagePlan, seen map[string][]keyUse) {
	if len(p.Keys) == 0 {
		v.badf(path+".keys", "a usage plan without keys limits nothing; add a key or drop the plan")
	}
	if len(p.Keys) > maxKeys {
		v.badf(path+".keys", "API Gateway allows %d API keys in an account and region, got %d", maxKeys, len(p.Keys))
	}
	names := make(map[string]bool)
	for i, k := range p.Keys {
		at := fmt.Sprintf("%s.keys[%d]", path, i)
		if k.Name == "" || len(k.Name) > 1024 {
			v.badf(at+".name", "a key needs a name of 1 to 1024 characters; reports show it instead of the value")
		} else if names[k.Name] {
			v.badf(at+".name", "the key %q is in this plan twice", k.Name)
		}
		names[k.Name] = true
		v.keyValue(at, k.Value, p, seen)
	}
}

func (v *validator) keyValue(path, value string, p *UsagePlan, seen map[string][]keyUse) {
	if n := len(value); n < 20 || n > 128 {
		v.badf(path+".value", "API Gateway takes keys of 20 to 128 characters, got %d", n)
		return
	}
	defer func() { seen[value] = append(seen[value], keyUse{path, p}) }()
	for _, other := range seen[value] {
		if other.plan == p {
			v.badf(path+".value", "the same value as %s", other.path)
			return
		}
		if s, shared := v.sharedStage(p, other.plan); shared {
			v.badf(path+".value", "the same key as %s: a key can be in one usage plan of stage %q only", other.path, s)
			return
		}
	}
}

// sharedStage finds a stage that both plans cover.
func (v *validator) sharedStage(a, b *UsagePlan) (string, bool) {
	for _, s := range v.config.Stages {
		if a.covers(s.Name) && b.covers(s.Name) {
			return s.Name, true
		}
	}
	return "", false
}
