package traffic

import (
	"fmt"
	"slices"
	"strings"
)

// An Outcome is the class of an answer. Its text form is what YAML, JSON and
// prose use.
type Outcome uint8

// The outcome classes, in the order in which reports list them.
const (
	OK                   Outcome = iota // answered below 400
	ClientError                         // answered 4xx, by the backend or by request validation or routing
	AuthDenied                          // 401 or 403: credentials, authorizer, API key
	Throttled                           // 429 by one of the gateway's rate limits
	QuotaExceeded                       // 429 by a usage plan's quota
	ThrottledIntegration                // 429 by the backend, passed through
	IntegrationTimeout                  // the gateway gave the backend up
	IntegrationError                    // the backend failed, answered 5xx, or could not be reached
	Unavailable                         // 503 by the gateway itself
	Timeout                             // the client's own timeout ended the wait
	RefusedConnection                   // no connection could be made
	ConnectionLost                      // reset, closed or answered with what is not HTTP
	DNS                                 // the name was not found
	TLS                                 // the handshake failed
	Aborted                             // cut off because the run was stopped
	NotSent                             // due, but max_in_flight requests were already under way
)

var outcomeNames = [...]string{"ok", "client_error", "auth_denied", "throttled", "quota_exceeded", "throttled_integration",
	"integration_timeout", "integration_error", "unavailable", "timeout", "refused_connection", "connection_lost", "dns", "tls", "aborted", "not_sent"}

// NumOutcomes is how many classes there are: the length of an array indexed by Outcome.
const NumOutcomes = len(outcomeNames)

func (o Outcome) String() string                { return name(outcomeNames[:], int(o)) }
func (o Outcome) MarshalText() ([]byte, error)  { return []byte(o.String()), nil }
func (o *Outcome) UnmarshalText(b []byte) error { return parse(o, "outcome", outcomeNames[:], b) }

// Refused tells whether a gateway limit turned the request away: a rate limit or a quota.
func (o Outcome) Refused() bool { return o == Throttled || o == QuotaExceeded }

// Failed tells whether the request got no useful answer for a reason other
// than a refusal, a client's own mistake or denied access: what "errors" counts.
func (o Outcome) Failed() bool {
	switch o {
	case ThrottledIntegration, IntegrationTimeout, IntegrationError, Unavailable, Timeout, RefusedConnection, ConnectionLost, DNS, TLS:
		return true
	}
	return false
}

// A Cause is why a gateway answered as it did, as far as it is known. The
// billing rules turn on it. The names follow API Gateway's gateway response
// types (developer guide, supported-gateway-response-types).
type Cause uint8

// The causes.
const (
	NoCause         Cause = iota // the integration answered, or there was no answer
	RateLimit                    // THROTTLED
	Quota                        // QUOTA_EXCEEDED
	BadAPIKey                    // INVALID_API_KEY: missing, unknown, disabled or in no plan of this stage
	AccessDenied                 // ACCESS_DENIED, UNAUTHORIZED, EXPIRED_TOKEN, INVALID_SIGNATURE
	NoRoute                      // MISSING_AUTHENTICATION_TOKEN (REST: unknown path or method), Not Found (HTTP)
	NoStage                      // no such stage
	BadRequest                   // BAD_REQUEST_BODY, BAD_REQUEST_PARAMETERS, UNSUPPORTED_MEDIA_TYPE
	TooLarge                     // REQUEST_TOO_LARGE
	BackendFailure               // INTEGRATION_FAILURE: could not be reached, or not understood
	BackendTimeout               // INTEGRATION_TIMEOUT
	BadConfig                    // API_CONFIGURATION_ERROR
	BackendThrottle              // the backend answered 429 itself
	ForbiddenByAny               // 403 Forbidden seen on the wire: key, WAF, stage or domain cannot be told apart
)

var causeNames = [...]string{"", "rate_limit", "quota", "bad_api_key", "access_denied", "no_route", "no_stage", "bad_request", "too_large",
	"backend_failure", "backend_timeout", "bad_config", "backend_throttle", "forbidden"}

// NumCauses is how many causes there are.
const NumCauses = len(causeNames)

func (c Cause) String() string                { return name(causeNames[:], int(c)) }
func (c Cause) MarshalText() ([]byte, error)  { return []byte(c.String()), nil }
func (c *Cause) UnmarshalText(b []byte) error { return parse(c, "cause", causeNames[:], b) }

// A Limit names which limit refused a request.
type Limit uint8

// The limits, in the order in which API Gateway applies them (developer guide,
// api-gateway-request-throttling).
const (
	NoLimit         Limit = iota
	UsagePlanQuota        // a usage plan's quota for one key
	UsagePlanMethod       // a usage plan's limit for one key and method
	UsagePlan             // a usage plan's limit for one key
	MethodLimit           // the stage's limit for one method or route
	StageLimit            // the stage's default limit
	AccountLimit          // the account's limit in the region
	UnknownLimit          // refused, but the answer does not say by which
)

var limitNames = [...]string{"", "quota", "usage_plan_method", "usage_plan", "method", "stage", "account", "unknown"}

// NumLimits is how many limits there are.
const NumLimits = len(limitNames)

func (l Limit) String() string                { return name(limitNames[:], int(l)) }
func (l Limit) MarshalText() ([]byte, error)  { return []byte(l.String()), nil }
func (l *Limit) UnmarshalText(b []byte) error { return parse(l, "limit", limitNames[:], b) }

// limitNamed reads a limit's name without allocating. A name that is not known is an UnknownLimit's.
func limitNamed(s string) Limit {
	if i := slices.Index(limitNames[:], s); i > 0 {
		return Limit(i)
	}
	return UnknownLimit
}

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown(%d)", i)
}

func parse[T ~uint8](to *T, what string, names []string, b []byte) error {
	for i, n := range names {
		if n == string(b) {
			*to = T(i)
			return nil
		}
	}
	return fmt.Errorf("unknown %s %q", what, b)
}

func get(fields []Field, name string) string {
	for i := range fields {
		if len(fields[i].Name) == len(name) && strings.EqualFold(fields[i].Name, name) {
			return fields[i].Value
		}
	}
	return ""
}
