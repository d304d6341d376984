package gateway

import "github.com/turnpike-perf/turnpike/traffic"

// A ResponseType is one of API Gateway's gateway response types: which error
// the gateway itself answers with (developer guide, supported-gateway-response-types).
// Access logs print it as $context.error.responseType.
type ResponseType string

// The types of the reference table. Those of authorizers, WAF and request
// validation are no answers of this model yet: they hold the classifier of
// package traffic to the whole table.
const (
	AccessDenied          ResponseType = "ACCESS_DENIED"
	APIConfigurationError ResponseType = "API_CONFIGURATION_ERROR"
	AuthorizerConfigError ResponseType = "AUTHORIZER_CONFIGURATION_ERROR"
	AuthorizerFailure     ResponseType = "AUTHORIZER_FAILURE"
	BadRequestBody        ResponseType = "BAD_REQUEST_BODY"
	ExpiredToken          ResponseType = "EXPIRED_TOKEN"
	HeaderTooLarge        ResponseType = "REQUEST_HEADER_FIELDS_TOO_LARGE" // not one of AWS's names
	IntegrationFailure    ResponseType = "INTEGRATION_FAILURE"
	IntegrationTimeout    ResponseType = "INTEGRATION_TIMEOUT"
	InvalidAPIKey         ResponseType = "INVALID_API_KEY"
	MissingAuthToken      ResponseType = "MISSING_AUTHENTICATION_TOKEN"
	QuotaExceeded         ResponseType = "QUOTA_EXCEEDED"
	RequestTooLarge       ResponseType = "REQUEST_TOO_LARGE"
	ResourceNotFound      ResponseType = "RESOURCE_NOT_FOUND"
	Throttled             ResponseType = "THROTTLED"
	Unauthorized          ResponseType = "UNAUTHORIZED"
	UnsupportedMediaType  ResponseType = "UNSUPPORTED_MEDIA_TYPE"
	WAFFiltered           ResponseType = "WAF_FILTERED"
	NoSuchStage           ResponseType = "FORBIDDEN" // no such stage; not one of AWS's names, since AWS does not log it
)

// A gatewayResponse is one row of a table of errors as they are on the wire.
//
// The bodies' whitespace is AWS's: what the default template
// {"message":$context.error.messageString} renders has none after the colon,
// what the integration and validation code renders has one. The outcome is what
// a client can tell from the wire, so that a simulated run and a live one count
// alike; the cause is what the gateway knows.
type gatewayResponse struct {
	status    int
	errorType string // x-amzn-ErrorType, without "Exception"; "" sends none
	body      string
	outcome   traffic.Outcome
	cause     traffic.Cause
	untyped   bool // sends no content-type
}

// restResponses are the errors of a REST API with no customised gateway
// responses: every one has a content-type and an error type.
//
// Four deserve a word. INTEGRATION_FAILURE is what a backend that cannot be
// reached gives: recorded headers of an HTTP_PROXY whose backend was down show
// 504, InternalServerErrorException and a body of 56 bytes (a public lab's curl
// transcript, cn-northwest-1, 2020-06-23). (That of a failing Lambda function
// is 500 and "Internal server error".) The error type of INTEGRATION_TIMEOUT,
// the body of REQUEST_TOO_LARGE, and all but the status of a header that is too
// large are not recorded anywhere public and are our best reading.
var restResponses = map[ResponseType]gatewayResponse{
	AccessDenied:          {403, "AccessDenied", `{"Message":"User is not authorized to access this resource"}`, traffic.AuthDenied, traffic.AccessDenied, false},
	APIConfigurationError: {500, "InternalServerError", `{"message": "Internal server error"}`, traffic.IntegrationError, traffic.BadConfig, false},
	AuthorizerConfigError: {500, "AuthorizerConfiguration", `{"message":null}`, traffic.IntegrationError, traffic.BadConfig, false},
	AuthorizerFailure:     {500, "AuthorizerFailure", `{"message":null}`, traffic.IntegrationError, traffic.BadConfig, false},
	BadRequestBody:        {400, "BadRequest", `{"message": "Invalid request body"}`, traffic.ClientError, traffic.BadRequest, false},
	ExpiredToken:          {403, "ExpiredToken", `{"message":"The security token included in the request is expired"}`, traffic.AuthDenied, traffic.AccessDenied, false},
	HeaderTooLarge:        {431, "RequestHeaderFieldsTooLarge", `{"message":"Request Header Fields Too Large"}`, traffic.ClientError, traffic.TooLarge, false},
	IntegrationFailure:    {504, "InternalServerError", `{"message": "Network error communicating with endpoint"}`, traffic.IntegrationError, traffic.BackendFailure, false},
	IntegrationTimeout:    {504, "InternalServerError", `{"message": "Endpoint request timed out"}`, traffic.IntegrationTimeout, traffic.BackendTimeout, false},
	InvalidAPIKey:         {403, "Forbidden", `{"message":"Forbidden"}`, traffic.AuthDenied, traffic.BadAPIKey, false},
	MissingAuthToken:      {403, "MissingAuthenticationToken", `{"message":"Missing Authentication Token"}`, traffic.ClientError, traffic.NoRoute, false},
	QuotaExceeded:         {429, "LimitExceeded", `{"message":"Limit Exceeded"}`, traffic.QuotaExceeded, traffic.Quota, false},
	RequestTooLarge:       {413, "RequestTooLarge", `{"message":"Request Too Long"}`, traffic.ClientError, traffic.TooLarge, false},
	ResourceNotFound:      {404, "NotFound", `{"message":"Not Found"}`, traffic.ClientError, traffic.NoRoute, false},
	Throttled:             {429, "TooManyRequests", `{"message":"Too Many Requests"}`, traffic.Throttled, traffic.RateLimit, false},
	Unauthorized:          {401, "Unauthorized", `{"message":"Unauthorized"}`, traffic.AuthDenied, traffic.AccessDenied, false},
	UnsupportedMediaType:  {415, "BadRequest", `{"message": "Unsupported Media Type"}`, traffic.ClientError, traffic.BadRequest, false},
	WAFFiltered:           {403, "Forbidden", `{"message":"Forbidden"}`, traffic.AuthDenied, traffic.AccessDenied, false},
	NoSuchStage:           {403, "Forbidden", `{"message":"Forbidden"}`, traffic.AuthDenied, traffic.NoStage, false},
}

// httpResponses are those of an HTTP API. None has an error type. The 503 of a
// timeout has, as recorded, neither error type nor content-type (cortexlabs/cortex
// issue 1225); that of a backend that cannot be reached is taken to be the same.
// Wordings differ from REST's in case: "Internal Server Error".
var httpResponses = map[ResponseType]gatewayResponse{
	AccessDenied:          {403, "", `{"message":"Forbidden"}`, traffic.AuthDenied, traffic.AccessDenied, false},
	APIConfigurationError: {500, "", `{"message":"Internal Server Error"}`, traffic.IntegrationError, traffic.BadConfig, false},
	AuthorizerFailure:     {500, "", `{"message":"Internal Server Error"}`, traffic.IntegrationError, traffic.BadConfig, false},
	HeaderTooLarge:        {431, "", `{"message":"Request Header Fields Too Large"}`, traffic.ClientError, traffic.TooLarge, false},
	IntegrationFailure:    {503, "", `{"message":"Service Unavailable"}`, traffic.Unavailable, traffic.BackendFailure, true},
	IntegrationTimeout:    {503, "", `{"message":"Service Unavailable"}`, traffic.Unavailable, traffic.BackendTimeout, true},
	RequestTooLarge:       {413, "", `{"message":"Request Entity Too Large"}`, traffic.ClientError, traffic.TooLarge, false},
	ResourceNotFound:      {404, "", `{"message":"Not Found"}`, traffic.ClientError, traffic.NoRoute, false},
	Throttled:             {429, "", `{"message":"Too Many Requests"}`, traffic.Throttled, traffic.RateLimit, false},
	Unauthorized:          {401, "", `{"message":"Unauthorized"}`, traffic.AuthDenied, traffic.AccessDenied, false},
	NoSuchStage:           {404, "", `{"message":"Not Found"}`, traffic.ClientError, traffic.NoStage, false},
}

// response renders a row. The header is meant to be shared and not changed.
func (g gatewayResponse) response() traffic.Response {
	var h []traffic.Field
	if !g.untyped {
		h = append(h, traffic.Field{Name: "Content-Type", Value: "application/json"})
	}
	if g.errorType != "" {
		h = append(h, traffic.Field{Name: "x-amzn-ErrorType", Value: g.errorType + "Exception"})
	}
	return traffic.Response{Status: g.status, Header: h, Body: []byte(g.body), Size: int64(len(g.body)), Outcome: g.outcome, Cause: g.cause}
}

// canned are the rendered errors of one API that a decision can end in.
type canned struct {
	noRoute, badKey, tooLarge, timeout, unreachable, noStage traffic.Response
	refused                                                  [traffic.NumLimits]traffic.Response // by the limit that refuses
}

func newCanned(k kind) *canned {
	of := func(t ResponseType) traffic.Response { return k.table()[t].response() }
	c := &canned{
		noRoute: of(k.noRoute()), badKey: of(InvalidAPIKey), tooLarge: of(RequestTooLarge),
		timeout: of(IntegrationTimeout), unreachable: of(IntegrationFailure), noStage: of(NoSuchStage),
	}
	for l := range c.refused {
		c.refused[l] = of(Throttled)
		c.refused[l].Limit = traffic.Limit(l)
	}
	c.refused[traffic.UsagePlanQuota] = of(QuotaExceeded)
	c.refused[traffic.UsagePlanQuota].Limit = traffic.UsagePlanQuota
	return c
}

// The kinds of API, as a definition writes them.
const (
	REST = "rest"
	HTTP = "http"
)

// kind is REST or HTTP.
type kind string

func (k kind) table() map[ResponseType]gatewayResponse {
	if k == HTTP {
		return httpResponses
	}
	return restResponses
}

// noRoute is what an unknown path or method gets: on REST a 403, on HTTP a 404.
func (k kind) noRoute() ResponseType {
	if k == HTTP {
		return ResourceNotFound
	}
	return MissingAuthToken
}
