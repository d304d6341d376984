package pricing

import (
	"github.com/turnpike-perf/turnpike/traffic"
)

// A Class is what a rule says about the requests that fall under it.
type Class string

// The classes. Only the first reaches a bill.
const (
	Billable     Class = "billable"
	NotBillable  Class = "not_billable"
	NeverReached Class = "never_reached" // API Gateway saw no request
	NotSent      Class = "not_sent"      // the generator did not send it
)

// How sure a rule is.
const (
	Documented = "documented"          // AWS's own text, in force
	Withdrawn  = "documented formerly" // AWS's own text, since withdrawn
	AWSStaff   = "AWS staff"           // an AWS employee's answer in public
	Community  = "community"           // what customers report
	Inference  = "inference"           // follows from the general rule
	Unknown    = "unknown"             // nobody outside AWS has said
)

// A billingRule is one row of the table that Meter sorts observations by.
type billingRule struct {
	name       string
	title      string // which requests
	says       string // what is billed, and why
	class      Class  // unless the switch says otherwise
	confidence string // one of the constants above
	citation   string
	choice     string // key of pricing.rules that decides, where the evidence is not certain
}

// The sources of the rules.
const (
	pricingPage = "AWS pricing page: “you pay only for the API calls you receive”, https://aws.amazon.com/api-gateway/pricing/"
	oldPricing  = "AWS developer guide, API Gateway Pricing (withdrawn after January 2022), " +
		"https://github.com/awsdocs/amazon-api-gateway-developer-guide/blob/12fad5e8d71e93fd92fd98e195b2be962cbd7994/doc_source/api-gateway-pricing.md"
	staffThrottle = "AWS staff: still so, https://repost.aws/questions/QUY2x146iORPmsJHpff8u0eA; " + oldPricing
	staffAuth     = "AWS staff: no charge where authentication fails, https://repost.aws/questions/QUm1jSF1ieSQ25Ol1RzFLysA; " + oldPricing
	staffBackend  = "AWS staff: billed once the request reached the integration, https://repost.aws/questions/QUm1jSF1ieSQ25Ol1RzFLysA"
	notStated     = "AWS does not say; " + pricingPage
	wafConflict   = "answers conflict on requests that WAF blocks, https://repost.aws/questions/QUWAikrDqJSaCOrX2NMEHlGg and " +
		"https://repost.aws/questions/QUT-Ts0igfSrCdZdWeuzwLCA; missing API keys are not charged: " + oldPricing
	preflights = "customers' reports, https://aien.me/one-simple-domain-change-that-cut-my-api-gateway-costs-in-half, " +
		"https://weirdion.github.io/posts/when-cors-requests-turn-into-an-unexpected-costs"
)

type ruleID uint8

const (
	ruleAnswered ruleID = iota
	ruleClientError
	rulePreflight
	ruleBackendError
	ruleBackendTimeout
	ruleBackendThrottled
	ruleBadRequest
	ruleNoRoute
	ruleNoStage
	ruleGatewayError
	ruleClientTimeout
	ruleConnectionLost
	ruleAborted
	ruleThrottled
	rulePlanThrottled
	ruleQuota
	ruleAPIKey
	ruleAuthFailure
	ruleForbidden
	ruleNoConnection
	ruleNotSent
	numRules = iota
)

// table holds every rule; each observation falls under exactly one.
var table = [numRules]billingRule{
	ruleAnswered: {"answered", "answered below 400", "billed: an API call received", Billable, Documented, pricingPage, ""},
	ruleClientError: {"client_error", "4xx that the integration answered",
		"billed: the request reached the integration", Billable, Inference, staffBackend, ""},
	rulePreflight: {"preflight", "OPTIONS that was answered",
		"billed like any call, also where the API answers CORS preflights by itself", Billable, Community, preflights, "preflight"},
	ruleBackendError: {"backend_error", "the integration failed or answered 5xx",
		"billed: the request reached the integration", Billable, Inference, staffBackend, ""},
	ruleBackendTimeout: {"backend_timeout", "the integration took too long (504)",
		"billed: the request reached the integration", Billable, Inference, staffBackend, ""},
	ruleBackendThrottled: {"backend_throttled", "the integration throttled (its own 429)",
		"billed: the request reached the integration", Billable, AWSStaff, staffBackend, ""},
	ruleBadRequest: {"bad_request", "rejected by request validation or for its size (400, 413, 415)",
		"taken as billed: a call received, but AWS does not say", Billable, Unknown, notStated, "bad_request"},
	ruleNoRoute: {"no_route", "no such path or method",
		"taken as billed, the cautious reading: AWS does not say", Billable, Unknown, notStated, "no_route"},
	ruleNoStage: {"no_stage", "no such stage",
		"taken as billed, the cautious reading: AWS does not say", Billable, Unknown, notStated, "no_stage"},
	ruleGatewayError: {"gateway_error", "the gateway's own failure (500, 503)",
		"taken as billed, the cautious reading: AWS does not say", Billable, Unknown, notStated, "gateway_error"},
	ruleClientTimeout: {"client_timeout", "sent, and given up by the client's own timeout",
		"taken as billed: the gateway probably received it", Billable, Unknown, notStated, "unanswered"},
	ruleConnectionLost: {"connection_lost", "sent, and the connection broke before the answer",
		"taken as billed: the gateway probably received it", Billable, Unknown, notStated, "unanswered"},
	ruleAborted: {"aborted", "sent, and cut off because the run was stopped",
		"taken as billed: the gateway probably received it", Billable, Unknown, notStated, "unanswered"},
	ruleThrottled: {"throttled", "throttled by the account's, the stage's or a method's limit (429)",
		"not billed", NotBillable, AWSStaff, staffThrottle, ""},
	rulePlanThrottled: {"usage_plan_throttled", "throttled by a usage plan's limit (429)",
		"not billed", NotBillable, Withdrawn, oldPricing, ""},
	ruleQuota: {"quota_exceeded", "over a usage plan's quota (429)", "not billed", NotBillable, Withdrawn, oldPricing, ""},
	ruleAPIKey: {"api_key", "API key missing or invalid, where the method requires one (403)",
		"not billed", NotBillable, Withdrawn, oldPricing, ""},
	ruleAuthFailure: {"auth_failure", "authorization or authentication failed (401, 403)",
		"not billed for IAM, Lambda authorizers and Cognito; HTTP APIs' JWT by analogy. An authorizer's Lambda is billed by Lambda",
		NotBillable, AWSStaff, staffAuth, "auth_failure"},
	ruleForbidden: {"forbidden", "401 or 403 whose cause the answer does not tell (API key, WAF, stage, custom domain)",
		"taken as not billed, as most of these are", NotBillable, Unknown, wafConflict, "forbidden"},
	ruleNoConnection: {"no_connection", "no connection: refused, name not found, TLS, or ended before anything was sent",
		"not billed: API Gateway received no request", NeverReached, Inference, pricingPage, ""},
	ruleNotSent: {"not_sent", "due, but not sent by the generator", "not billed: nothing was sent", NotSent, Inference, pricingPage, ""},
}

// byOutcome sorts observations by outcome and cause. What went unanswered goes
// by its outcome; then the gateway's reason decides; then the outcome again.
var byOutcome = func() (t [traffic.NumOutcomes][traffic.NumCauses]ruleID) {
	outcomes := [traffic.NumOutcomes]ruleID{
		traffic.OK: ruleAnswered, traffic.ClientError: ruleClientError, traffic.AuthDenied: ruleForbidden,
		traffic.Throttled: ruleThrottled, traffic.QuotaExceeded: ruleQuota, traffic.ThrottledIntegration: ruleBackendThrottled,
		traffic.IntegrationTimeout: ruleBackendTimeout, traffic.IntegrationError: ruleBackendError, traffic.Unavailable: ruleGatewayError,
		traffic.Timeout: ruleClientTimeout, traffic.RefusedConnection: ruleNoConnection, traffic.ConnectionLost: ruleConnectionLost,
		traffic.DNS: ruleNoConnection, traffic.TLS: ruleNoConnection, traffic.Aborted: ruleAborted, traffic.NotSent: ruleNotSent,
	}
	causes := map[traffic.Cause]ruleID{
		traffic.RateLimit: ruleThrottled, traffic.Quota: ruleQuota, traffic.BadAPIKey: ruleAPIKey, traffic.AccessDenied: ruleAuthFailure,
		traffic.NoRoute: ruleNoRoute, traffic.NoStage: ruleNoStage, traffic.BadRequest: ruleBadRequest, traffic.TooLarge: ruleBadRequest,
		traffic.BackendFailure: ruleBackendError, traffic.BackendTimeout: ruleBackendTimeout, traffic.BadConfig: ruleGatewayError,
		traffic.BackendThrottle: ruleBackendThrottled, traffic.ForbiddenByAny: ruleForbidden,
	}
	for o := range t {
		for c := range t[o] {
			id, known := causes[traffic.Cause(c)]
			if !known || traffic.Outcome(o) >= traffic.Timeout {
				id = outcomes[o]
			}
			t[o][c] = id
		}
	}
	return t
}()

// ruleOf tells the one rule that an observation falls under. What does not say
// what it is counts as answered, so that it is billed and not lost.
func ruleOf(o *traffic.Observation) ruleID {
	if int(o.Outcome) >= traffic.NumOutcomes || int(o.Cause) >= traffic.NumCauses {
		return ruleAnswered
	}
	id := byOutcome[o.Outcome][o.Cause]
	switch id {
	case ruleAnswered, ruleClientError:
		if o.Method == "OPTIONS" {
			return rulePreflight
		}
	case ruleThrottled:
		if o.Limit == traffic.UsagePlan || o.Limit == traffic.UsagePlanMethod {
			return rulePlanThrottled
		}
	case ruleClientTimeout, ruleConnectionLost, ruleAborted:
		if o.Sent == 0 {
			return ruleNoConnection
		}
	}
	return id
}
