package emulator

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/gateway"
)

// An entry is what a log line says of a request.
type entry struct {
	*exchange
	server *Server
	took   time.Duration // from arrival to the end of the answer
}

// A variable appends its value, or nothing where it has none.
type variable func(to []byte, e *entry) []byte

// variables are the $context variables that the emulator can fill in (developer
// guide, api-gateway-variables-for-access-logging and http-api-logging-variables).
// The rest of AWS's, those of authorizers, client certificates, WAF and X-Ray, have
// no value here.
//
// identity.apiKey is the key itself on AWS. Here it is masked: a secret is not
// written to a file. identity.apiKeyId is the key's name.
var variables = map[string]variable{
	"requestId":         func(to []byte, e *entry) []byte { return append(to, e.id.logged...) },
	"extendedRequestId": func(to []byte, e *entry) []byte { return append(to, e.id.extended...) },
	"requestTime": func(to []byte, e *entry) []byte {
		return e.at().AppendFormat(to, "02/Jan/2006:15:04:05 -0700")
	},
	"requestTimeEpoch": func(to []byte, e *entry) []byte { return strconv.AppendInt(to, e.at().UnixMilli(), 10) },

	"httpMethod":   func(to []byte, e *entry) []byte { return append(to, e.http.Method...) },
	"path":         path,
	"resourcePath": func(to []byte, e *entry) []byte { return append(to, e.decision.ResourcePath...) },
	"routeKey":     func(to []byte, e *entry) []byte { return append(to, e.decision.RouteKey...) },
	"protocol":     func(to []byte, e *entry) []byte { return append(to, e.http.Proto...) },
	"stage":        func(to []byte, e *entry) []byte { return append(to, e.stage.Name()...) },
	"apiId":        func(to []byte, e *entry) []byte { return append(to, e.server.api.Name()...) },
	"domainName":   func(to []byte, e *entry) []byte { return append(to, e.http.Host...) },
	"domainPrefix": func(to []byte, e *entry) []byte {
		prefix, _, _ := strings.Cut(e.http.Host, ".")
		return append(to, prefix...)
	},

	"identity.sourceIp":  sourceIP,
	"identity.userAgent": func(to []byte, e *entry) []byte { return append(to, e.http.UserAgent()...) },
	"identity.apiKeyId":  func(to []byte, e *entry) []byte { return append(to, e.decision.Key...) },
	"identity.apiKey":    maskedKey,

	"status":          status,
	"responseLength":  responseLength,
	"responseLatency": func(to []byte, e *entry) []byte { return millis(to, e.took) },
	"dataProcessed":   dataProcessed,

	"integrationLatency":  integrationLatency,
	"integration.latency": integrationLatency,
	"integrationStatus":   integrationStatus,
	"integration.status":  integrationStatus,
	"error.responseType":  func(to []byte, e *entry) []byte { return append(to, e.decision.Error...) },
	"error.message":       errorMessage,
	"error.messageString": quotedErrorMessage,
}

// onlyOn are the variables that APIs of one kind have.
var onlyOn = map[string]string{
	"resourcePath": gateway.REST, "identity.apiKey": gateway.REST, "identity.apiKeyId": gateway.REST,
	"routeKey": gateway.HTTP, "dataProcessed": gateway.HTTP,
}

func missing(to []byte, _ *entry) []byte { return to }

// at is when the request arrived.
func (e *entry) at() time.Time { return e.server.began.Add(e.arrived).UTC() }

func millis(to []byte, d time.Duration) []byte { return strconv.AppendInt(to, d.Milliseconds(), 10) }

// path is the request's path, with the stage on REST, as AWS logs it there.
func path(to []byte, e *entry) []byte {
	p, _ := target(e.http)
	return append(to, p...)
}

func sourceIP(to []byte, e *entry) []byte {
	host, _, err := net.SplitHostPort(e.http.RemoteAddr)
	if err != nil {
		host = e.http.RemoteAddr
	}
	return append(to, host...)
}

func maskedKey(to []byte, e *entry) []byte {
	if e.request.APIKey == "" {
		return to
	}
	return append(to, "**********"...)
}

// status has no value where the client left before there was an answer.
func status(to []byte, e *entry) []byte {
	if e.unanswered {
		return to
	}
	return strconv.AppendInt(to, int64(e.response.Status), 10)
}

func responseLength(to []byte, e *entry) []byte {
	return strconv.AppendInt(to, bodyLength(&e.response, e.http.Method), 10)
}

func dataProcessed(to []byte, e *entry) []byte {
	return strconv.AppendInt(to, max(0, e.http.ContentLength)+bodyLength(&e.response, e.http.Method), 10)
}

// asked is whether the request got as far as its integration.
func (e *entry) asked() bool {
	return e.decision.Integration != "" && (e.decision.Error == "" || e.decision.Forward != nil || e.integration > 0)
}

func integrationLatency(to []byte, e *entry) []byte {
	if !e.asked() {
		return to
	}
	return millis(to, e.integration)
}

// integrationStatus is what the integration answered, which on a proxy is what
// the client got.
func integrationStatus(to []byte, e *entry) []byte {
	if !e.asked() || e.decision.Error != "" {
		return to
	}
	return status(to, e)
}

// errorMessage is the text in the body of an error of the gateway's own, which
// an answer to HEAD does not carry.
func errorMessage(to []byte, e *entry) []byte {
	var body struct{ Message *string } // "message", and "Message" too
	own, ok := e.server.api.Error(e.decision.Error)
	if !ok || json.Unmarshal(own.Body, &body) != nil || body.Message == nil {
		return to
	}
	return append(to, *body.Message...)
}

// quotedErrorMessage is the same as a JSON string (developer guide:
// "$context.error.messageString: the quoted value of $context.error.message").
func quotedErrorMessage(to []byte, e *entry) []byte {
	message := string(errorMessage(nil, e))
	if message == "" {
		return to
	}
	return append(appendEscaped(append(to, '"'), message), '"')
}
