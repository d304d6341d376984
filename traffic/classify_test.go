package traffic

import (
	"fmt"
	"testing"
)

// The answers are those that AWS documents (developer guide,
// supported-gateway-response-types, http-api-troubleshooting) or that have been
// recorded from deployed APIs.
func TestClassify(t *testing.T) {
	rest := []Field{{"x-amzn-RequestId", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}, {"x-amz-apigw-id", "UbvlyHpnoAMFftQ="}}
	http := []Field{{"apigw-requestid", "Mc7UVioPPHcEKPA="}}
	var none []Field
	const broken = `{"message": "Internal server error"}`
	for _, c := range []struct {
		status    int
		ids       []Field
		errorType string
		body      string
		outcome   Outcome
		cause     Cause
		limit     Limit
	}{
		{200, rest, "", ``, OK, NoCause, NoLimit},
		{204, none, "", ``, OK, NoCause, NoLimit},
		{304, http, "", ``, OK, NoCause, NoLimit},
		{0, none, "", ``, ConnectionLost, NoCause, NoLimit},

		// Refusals.
		{429, rest, "TooManyRequestsException", `{"message":"Too Many Requests"}`, Throttled, RateLimit, UnknownLimit},
		{429, rest, "TooManyRequestsException", `{"error":"slow down"}`, Throttled, RateLimit, UnknownLimit}, // customised
		{429, rest, "LimitExceededException", `{"message":"Limit Exceeded"}`, QuotaExceeded, Quota, UsagePlanQuota},
		{429, rest, "limitexceededexception:http://internal.amazon.com/", ``, QuotaExceeded, Quota, UsagePlanQuota},
		{429, rest, "", `{"message":"Too Many Requests"}`, ThrottledIntegration, BackendThrottle, NoLimit}, // rule 0
		{429, rest, "ThrottlingException", `{"message":"Rate exceeded"}`, ThrottledIntegration, BackendThrottle, NoLimit},
		{429, http, "", `{"message":"Too Many Requests"}`, Throttled, RateLimit, UnknownLimit},
		{429, http, "", ` { "MESSAGE" : "too many requests" } `, Throttled, RateLimit, UnknownLimit},
		{429, http, "", `{"message":"Limit Exceeded"}`, ThrottledIntegration, BackendThrottle, NoLimit}, // HTTP APIs have no quotas
		{429, http, "", `slow down`, ThrottledIntegration, BackendThrottle, NoLimit},
		{429, http, "", `{"message":["Too Many Requests"]}`, ThrottledIntegration, BackendThrottle, NoLimit},
		{429, none, "", `{"message":"Too Many Requests"}`, Throttled, RateLimit, UnknownLimit},
		{429, none, "", `{"message":"Limit Exceeded"}`, QuotaExceeded, Quota, UsagePlanQuota},
		{429, none, "", ``, ThrottledIntegration, BackendThrottle, NoLimit},

		// Access.
		{401, rest, "UnauthorizedException", `{"message":"Unauthorized"}`, AuthDenied, AccessDenied, NoLimit},
		{401, http, "", `{"message":"Unauthorized"}`, AuthDenied, AccessDenied, NoLimit},
		{401, rest, "", `{"message":"Unauthorized"}`, AuthDenied, NoCause, NoLimit},
		{403, rest, "ForbiddenException", `{"message":"Forbidden"}`, AuthDenied, ForbiddenByAny, NoLimit},
		{403, http, "", `{"message":"Forbidden"}`, AuthDenied, AccessDenied, NoLimit},
		{403, rest, "AccessDeniedException", `{"Message":"User is not authorized to access this resource"}`, AuthDenied, AccessDenied, NoLimit},
		{403, none, "", `{"Message":"User is not authorized to access this resource with an explicit deny"}`, AuthDenied, AccessDenied, NoLimit},
		{403, rest, "InvalidSignatureException", `{"message":"Signature expired: 20150517T100503Z is now earlier than ..."}`, AuthDenied, AccessDenied, NoLimit},
		{403, rest, "IncompleteSignatureException", `{"message":"Invalid key=value pair (missing equal-sign)"}`, AuthDenied, AccessDenied, NoLimit},
		{403, rest, "UnrecognizedClientException", `{"message":"The security token included in the request is invalid."}`, AuthDenied, AccessDenied, NoLimit},
		{403, rest, "ExpiredTokenException", `{"message":"The security token included in the request is expired"}`, AuthDenied, AccessDenied, NoLimit},
		{403, rest, "", `{"message":"Forbidden"}`, AuthDenied, NoCause, NoLimit},

		// Routes.
		{403, rest, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`, ClientError, NoRoute, NoLimit},
		{404, http, "", `{"message":"Not Found"}`, ClientError, NoRoute, NoLimit},
		{404, http, "", `{"message":"no such post"}`, ClientError, NoCause, NoLimit},
		{404, rest, "", `{"message":"Not Found"}`, ClientError, NoCause, NoLimit},
		{404, rest, "NotFoundException", `{"message":"Not Found"}`, ClientError, NoRoute, NoLimit},

		// Requests.
		{400, rest, "BadRequestException", `{"message": "Invalid request body"}`, ClientError, BadRequest, NoLimit},
		{400, rest, "BadRequestException", `{"message": "Missing required request parameters: [q]"}`, ClientError, BadRequest, NoLimit},
		{400, rest, "", `{"message": "Invalid request body"}`, ClientError, NoCause, NoLimit},
		{413, rest, "RequestTooLargeException", `{"message":"Request Too Long"}`, ClientError, TooLarge, NoLimit},
		{413, http, "", `{"message":"Request Entity Too Large"}`, ClientError, TooLarge, NoLimit},
		{415, rest, "BadRequestException", `{"message": "Unsupported Media Type"}`, ClientError, BadRequest, NoLimit},
		{422, rest, "", `{}`, ClientError, NoCause, NoLimit},

		// Failures.
		{500, rest, "InternalServerErrorException", broken, IntegrationError, BackendFailure, NoLimit},
		{502, rest, "InternalServerErrorException", broken, IntegrationError, BackendFailure, NoLimit},
		{500, rest, "", broken, IntegrationError, NoCause, NoLimit}, // rule 0
		{500, http, "", `{"message":"Internal Server Error"}`, IntegrationError, BackendFailure, NoLimit},
		{500, http, "", `oops`, IntegrationError, NoCause, NoLimit},
		{500, rest, "AuthorizerConfigurationException", `{"message":null}`, IntegrationError, BadConfig, NoLimit},
		{504, rest, "InternalServerErrorException", `{"message": "Endpoint request timed out"}`, IntegrationTimeout, BackendTimeout, NoLimit},
		{504, rest, "", `{"message": "Endpoint request timed out"}`, IntegrationTimeout, BackendTimeout, NoLimit},
		{504, rest, "InternalServerErrorException", `{"message": "Network error communicating with endpoint"}`, IntegrationError, BackendFailure, NoLimit},
		{504, rest, "", `<html>gateway timeout</html>`, IntegrationError, NoCause, NoLimit},
		{503, http, "", `{"message":"Service Unavailable"}`, Unavailable, BackendFailure, NoLimit},
		{503, rest, "ServiceUnavailableException", `{"message":"Service Unavailable"}`, Unavailable, BackendFailure, NoLimit},
		{503, rest, "", `{"message":"Service Unavailable"}`, IntegrationError, NoCause, NoLimit},
		{503, none, "", `busy`, IntegrationError, NoCause, NoLimit},
	} {
		r := Response{Status: c.status, Header: append([]Field{{"Content-Type", "application/json"}}, c.ids...), Body: []byte(c.body)}
		if c.errorType != "" {
			r.Header = append(r.Header, Field{"X-Amzn-Errortype", c.errorType})
		}
		if o, cause, l := Classify(&r); o != c.outcome || cause != c.cause || l != c.limit {
			t.Errorf("Classify(%d %v %s) = %s, %q, %q, want %s, %q, %q", c.status, r.Header[1:], c.body, o, cause, l, c.outcome, c.cause, c.limit)
		}
	}
}

func TestClassifyReadsTheEmulatorsLimit(t *testing.T) {
	for l := UsagePlanQuota; l < Limit(NumLimits); l++ {
		r := Response{Status: 429, Header: []Field{{"X-Turnpike-Limit", l.String()}}}
		want := Throttled
		if l == UsagePlanQuota {
			want = QuotaExceeded
		}
		if o, _, got := Classify(&r); o != want || got != l {
			t.Errorf("Classify(429, x-turnpike-limit: %s) = %s, %q", l, o, got)
		}
	}
	r := Response{Status: 429, Header: []Field{{"X-Turnpike-Limit", "new"}}}
	if o, _, l := Classify(&r); o != Throttled || l != UnknownLimit {
		t.Errorf("Classify(429, x-turnpike-limit: new) = %s, %q", o, l)
	}
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	for _, r := range []Response{
		{Status: 200, Header: []Field{{"x-amz-apigw-id", "x"}}},
		{Status: 429, Header: []Field{{"apigw-requestid", "x"}}, Body: []byte(`{"message":"Too Many Requests"}`)},
	} {
		if n := testing.AllocsPerRun(100, func() { outcome, _, _ = Classify(&r) }); n != 0 {
			t.Errorf("Classify(%d): %v allocations, want 0", r.Status, n)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add(429, "TooManyRequestsException", `{"message":"Too Many Requests"}`)
	f.Add(503, "", `{"message":null}`)
	f.Fuzz(func(t *testing.T, status int, errorType, body string) {
		r := Response{Status: status, Header: []Field{{"x-amzn-errortype", errorType}}, Body: []byte(body)}
		o, _, l := Classify(&r)
		if refused := o.Refused(); refused != (l != NoLimit) || refused && status != 429 || o == OK && status >= 400 {
			t.Fatalf("Classify(%d %q %q) = %s, limit %q", status, errorType, body, o, l)
		}
		if s := fmt.Sprint(o); s == "" {
			t.Fatal("outcome without a name")
		}
	})
}
