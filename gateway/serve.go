package gateway

import (
	"time"

	"github.com/turnpike-perf/turnpike/throttle"
	"github.com/turnpike-perf/turnpike/traffic"
)

// MaxPayload is the largest request body that API Gateway takes: 10 MB (quotas pages).
const MaxPayload = 10 << 20

// A method is one method of one resource of one stage: what a limit governs.
type method struct {
	route    *route
	name     string // GET; ANY for an HTTP API's ANY route
	index    int    // among the stage's methods
	keyed    bool   // needs an API key, and so meters usage plans
	hasLimit bool
	limit    traffic.Limit // what id is: MethodLimit or StageLimit
	id       throttle.ID
	draws    draws
}

// A Decision is what a stage makes of a request before any backend is asked.
type Decision struct {
	Response traffic.Response // final unless Forward is set; its Latency says how long to take
	Forward  *HTTPProxy       // the backend that is to be asked, or nil
	URL      string           // where to: Forward.URL with its parameters and the request's query
	Timeout  time.Duration    // how long the backend may take
	Header   []traffic.Field  // the request's fields as API Gateway sends them on

	Params       map[string]string // path parameters, escaped as they came; nil if none
	Method       string            // by which the request was routed
	RouteKey     string            // "GET /posts/{id}", "$default"; "" without a route
	ResourcePath string            // "/posts/{id}"
	Integration  string            // "mock", "http_proxy" or ""
	Key, Plan    string            // names of the API key and the usage plan that were charged
	Error        ResponseType      // which gateway response, where the gateway itself answered with an error
}

// Serve decides about a request that arrives at now and answers it. Where the
// integration is an HTTP proxy, the answer is that of what its definition
// assumes of the backend. Instants must not go backwards by much: an earlier
// now than one seen before counts as the latest seen.
//
// It allocates nothing. Draws depend on the seed, the stage, the method and how
// many requests the method has answered before, on nothing else: two runs that
// serve a method's requests in the same order draw alike.
func (s *Stage) Serve(now time.Duration, r *traffic.Request) traffic.Response {
	m, _, refused := s.admit(now, r)
	if refused != nil {
		return forMethod(*refused, r)
	}
	return forMethod(m.route.assumed.answer(m.draws.next()), r)
}

// forMethod takes the body off an answer to HEAD.
func forMethod(resp traffic.Response, r *traffic.Request) traffic.Response {
	if r.Method == "HEAD" {
		resp.Body, resp.Size = nil, 0
	}
	return resp
}

// admit routes a request, checks its key and takes from its limits. It returns
// the answer of the gateway itself where that turns the request away.
//
// The order is API key, usage plan (throttle, then quota), stage's method or
// default limit, account (developer guide, api-gateway-request-throttling: the
// documented order). All are taken in one step or none is: a request that an
// outer limit refuses burns no token of an inner one. AWS does not document
// whether that is so there.
//
// A request that no route matches takes from the account's bucket only, and one
// without a valid key from none. Both are readings of an undocumented corner.
func (s *Stage) admit(now time.Duration, r *traffic.Request) (m *method, c *client, refused *traffic.Response) {
	answers := s.api.canned
	if len(r.Body) > MaxPayload {
		return nil, nil, &answers.tooLarge
	}
	k := s.api.kind
	var owed charges
	m = s.router.find(verbOf(k.methodOf(r)), k.normal(r.Path))
	if m != nil && m.keyed {
		if c = s.clients[r.APIKey]; c == nil {
			return m, nil, &answers.badKey
		}
		c.charge(m, &owed)
	}
	if m != nil && m.hasLimit {
		owed.add(m.id, m.limit)
	}
	owed.add(s.account, traffic.AccountLimit)
	if i := s.api.set.Take(now, owed.ids[:owed.n]...); i >= 0 {
		return m, c, &answers.refused[owed.by[i]]
	}
	if m == nil {
		return nil, nil, &answers.noRoute
	}
	return m, c, nil
}

// Decide is Serve's first half, for a server that asks a real backend: it
// decides everything that the gateway itself decides. Where Forward is nil the
// Response is final; else the caller asks the backend and hands what comes of it
// to Complete.
func (s *Stage) Decide(now time.Duration, r *traffic.Request) Decision {
	m, c, refused := s.admit(now, r)
	d := Decision{Method: s.api.kind.methodOf(r)}
	if m != nil {
		d.describe(s.api.kind, m, r)
	}
	if c != nil {
		d.Key, d.Plan = c.key, c.plan
	}
	switch {
	case refused != nil:
		d.Response = forMethod(*refused, r)
		d.Error = s.api.kind.typeOf(refused)
	case m.route.proxy != nil:
		m.route.proxy.forward(&d, s.api.kind, r)
	default:
		d.Response = forMethod(m.route.assumed.answer(m.draws.next()), r)
		d.Error = s.api.kind.typeOf(&d.Response)
	}
	return d
}

// describe fills in what the access log says of a routed request.
func (d *Decision) describe(k kind, m *method, r *traffic.Request) {
	d.RouteKey = m.route.key.String()
	d.ResourcePath = m.route.key.path
	if k == REST {
		d.RouteKey = m.name + " " + m.route.key.path
	}
	d.Integration = m.route.integration
	// The route's own names: routes of one shape may name a parameter differently.
	d.Params = params(m.route.key.pattern, k.normal(r.Path))
}

// typeOf is the gateway response type of an answer of the gateway itself, by
// its cause; "" where an integration answered.
func (k kind) typeOf(r *traffic.Response) ResponseType {
	switch r.Cause {
	case traffic.RateLimit:
		return Throttled
	case traffic.Quota:
		return QuotaExceeded
	case traffic.BadAPIKey:
		return InvalidAPIKey
	case traffic.NoRoute:
		return k.noRoute()
	case traffic.TooLarge:
		return RequestTooLarge
	case traffic.BackendTimeout:
		return IntegrationTimeout
	case traffic.BackendFailure:
		return IntegrationFailure
	}
	return ""
}
