package traffic

import "strings"

// Classify tells from status, header and body what an answer was and why, as
// far as a client can know. It reads Amazon API Gateway and turnpike's emulator
// alike; only the emulator sends x-turnpike-limit, which names the limit.
//
// A REST API marks each answer of its own making with x-amzn-ErrorType
// (developer guide, supported-gateway-response-types); one that carries a REST
// API's request id without it was passed through from the integration. An HTTP
// API never sends an error type, so there the message decides, and an
// integration that answers with a gateway's own words is taken for it. Without
// a body the message is not known, and without an error type the answer then
// counts as the integration's. Status 0 is no answer: ConnectionLost.
//
// It does not allocate for answers below 400, and rarely otherwise.
func Classify(r *Response) (Outcome, Cause, Limit) {
	switch {
	case r.Status < 100:
		return ConnectionLost, NoCause, NoLimit
	case r.Status < 400:
		return OK, NoCause, NoLimit
	case r.Status == 429:
		return classify429(r)
	}
	e := readEvidence(r)
	var o Outcome
	var c Cause
	switch {
	case r.Status == 401:
		o, c = AuthDenied, e.cause401()
	case r.Status == 403:
		o, c = e.classify403()
	case r.Status < 500:
		o, c = ClientError, e.cause4xx(r.Status)
	default:
		o, c = e.classify5xx(r.Status)
	}
	return o, c, NoLimit
}

// evidence is what an answer shows of where it comes from.
type evidence struct {
	errorType string // "TooManyRequestsException"; "" where there is none
	rest      bool   // a REST API's request id
	http      bool   // an HTTP API's request id
	message   string
	silent    bool // the message is JSON null
}

func readEvidence(r *Response) evidence {
	e := evidence{errorType: r.Get("x-amzn-ErrorType"), http: r.Get("apigw-requestid") != ""}
	// Answers of a Lambda function URL or another AWS service behind an HTTP
	// API carry x-amzn-RequestId too, so the HTTP API's own id goes first.
	e.rest = !e.http && (r.Get("x-amz-apigw-id") != "" || r.Get("x-amzn-RequestId") != "")
	e.message, e.silent = readMessage(r.Body)
	return e
}

// integration tells that a REST API passed the answer through.
func (e *evidence) integration() bool { return e.rest && e.errorType == "" }

// is compares the error type, which may have a suffix after ":", with a name
// without "Exception".
func (e *evidence) is(name string) bool {
	return len(e.errorType) >= len(name) && strings.EqualFold(e.errorType[:len(name)], name)
}

// says compares the message. What a REST API passed through says nothing.
func (e *evidence) says(message string) bool {
	return !e.integration() && e.wrote(message)
}

// wrote compares the message wherever it comes from.
func (e *evidence) wrote(message string) bool { return strings.EqualFold(e.message, message) }

// begins compares the beginning of the message.
func (e *evidence) begins(message string) bool {
	return !e.integration() && len(e.message) >= len(message) && strings.EqualFold(e.message[:len(message)], message)
}

func classify429(r *Response) (Outcome, Cause, Limit) {
	if named := r.Get("x-turnpike-limit"); named != "" {
		l := limitNamed(named)
		if l == UsagePlanQuota {
			return QuotaExceeded, Quota, l
		}
		return Throttled, RateLimit, l
	}
	e := readEvidence(r)
	switch {
	case e.is("LimitExceeded"), e.errorType == "" && !e.http && e.says("Limit Exceeded"):
		return QuotaExceeded, Quota, UsagePlanQuota
	case e.is("TooManyRequests"), e.errorType == "" && e.says("Too Many Requests"):
		return Throttled, RateLimit, UnknownLimit
	}
	return ThrottledIntegration, BackendThrottle, NoLimit
}

func (e *evidence) cause401() Cause {
	if e.is("Unauthorized") || e.says("Unauthorized") {
		return AccessDenied
	}
	return NoCause
}

// denials are the error types of a REST API for authorizers, policies, IAM
// and signatures.
var denials = []string{"AccessDenied", "Unauthorized", "InvalidSignature", "IncompleteSignature", "UnrecognizedClient", "ExpiredToken", "InvalidClientTokenId"}

func (e *evidence) classify403() (Outcome, Cause) {
	switch {
	case e.is("MissingAuthenticationToken"), e.says("Missing Authentication Token"):
		return ClientError, NoRoute
	case e.is("Forbidden"), e.is("WafFiltered"):
		return AuthDenied, ForbiddenByAny
	case e.says("Forbidden"):
		if e.http { // which knows neither keys nor unmapped stages by 403
			return AuthDenied, AccessDenied
		}
		return AuthDenied, ForbiddenByAny
	case e.begins("User is not authorized"), e.begins("User: "), e.begins("The request signature"),
		e.begins("Signature expired"), e.begins("Invalid key=value pair"), e.begins("The security token"):
		return AuthDenied, AccessDenied
	}
	for _, d := range denials {
		if e.is(d) {
			return AuthDenied, AccessDenied
		}
	}
	return AuthDenied, NoCause
}

func (e *evidence) cause4xx(status int) Cause {
	switch {
	case e.integration():
		return NoCause
	case status == 404 && (e.is("NotFound") || e.is("ResourceNotFound") || e.says("Not Found")):
		return NoRoute
	case status == 413 && (e.is("RequestTooLarge") || e.is("RequestEntityTooLarge") || e.says("Request Too Long") || e.says("Request Entity Too Large")),
		status == 414 && (e.errorType != "" || e.says("Request URI too long")),
		status == 431 && e.errorType != "":
		return TooLarge
	case e.is("BadRequest"), e.is("UnsupportedMediaType"), e.says("Invalid request body"), e.begins("Missing required request parameters"),
		status == 415 && e.says("Unsupported Media Type"):
		return BadRequest
	}
	return NoCause
}

// classify5xx reads failures. Two messages count wherever they seem to come
// from, because REST APIs have been seen to send them without an error type.
func (e *evidence) classify5xx(status int) (Outcome, Cause) {
	switch {
	case e.wrote("Endpoint request timed out"):
		return IntegrationTimeout, BackendTimeout
	case e.wrote("Network error communicating with endpoint"):
		return IntegrationError, BackendFailure
	case e.integration():
		return IntegrationError, NoCause
	case e.is("Authorizer"), e.silent && status == 500:
		return IntegrationError, BadConfig
	case status == 504 && (e.errorType != "" || e.http && (e.says("Gateway Timeout") || e.says("Service Unavailable"))):
		return IntegrationTimeout, BackendTimeout
	case status == 503 && (e.is("ServiceUnavailable") || e.says("Service Unavailable")):
		return Unavailable, BackendFailure
	case e.errorType != "", e.says("Internal Server Error"):
		return IntegrationError, BackendFailure
	}
	return IntegrationError, NoCause
}
