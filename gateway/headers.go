package gateway

import (
	"strings"

	"github.com/turnpike-perf/turnpike/traffic"
)

// How a REST API's HTTP proxy integration treats header fields (developer
// guide, api-gateway-known-issues, columns "http_proxy"). Names are lower case.
//
// Three things differ from that table. Content-Length and the backend's own
// x-amzn-RequestId are remapped, as in answers recorded from AWS, since the
// gateway writes its own. A backend's x-amz-apigw-id is dropped, so that an
// answer has one. And Host, Content-Length and Connection of the request are
// left to whoever sends it, since they belong to that connection.
//
// The X-Forwarded-… and Forwarded fields that AWS adds for a backend are not
// modelled.
var (
	restRequestDrops = set("content-encoding", "content-md5", "expect", "max-forwards", "proxy-authenticate", "server",
		"te", "trailer", "transfer-encoding", "upgrade", "via", "www-authenticate",
		"host", "content-length", "connection")
	restResponseDrops = set("expect", "host", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade", "via",
		"x-amz-apigw-id")
	restRemaps = set("authorization", "connection", "content-length", "content-md5", "date", "max-forwards",
		"server", "user-agent", "www-authenticate", "x-amzn-requestid")
	// An HTTP API passes everything on but what belongs to one connection (RFC
	// 9110, 7.6.1) or is written afresh.
	hopByHop = set("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
		"content-length", "date", "host")
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// requestHeader is what the gateway sends on of a request's header, with the
// integration's own fields set. The API key is passed on, as proxies of both
// kinds pass all fields on.
func (k kind) requestHeader(r *traffic.Request, own map[string]string) []traffic.Field {
	drops := hopByHop
	if k == REST {
		drops = restRequestDrops
	}
	overrides := make(map[string]bool, len(own))
	for name := range own {
		overrides[strings.ToLower(name)] = true
	}
	h := make([]traffic.Field, 0, len(r.Header)+len(own)+1)
	for _, f := range r.Header {
		if name := strings.ToLower(f.Name); !drops[name] && !overrides[name] {
			h = append(h, f)
		}
	}
	if r.APIKey != "" && !overrides["x-api-key"] {
		h = append(h, traffic.Field{Name: "x-api-key", Value: r.APIKey})
	}
	for _, name := range sortedKeys(own) {
		h = append(h, traffic.Field{Name: name, Value: own[name]})
	}
	return h
}

// responseHeader is what a client gets of a backend's header. REST renames
// some fields to x-amzn-Remapped-…, and "includes a Content-Type header for all
// integration responses", application/json where the backend sent none. A backend
// that is another emulator does not speak for this one: its x-turnpike-limit is
// dropped.
func (k kind) responseHeader(backend []traffic.Field) []traffic.Field {
	h := make([]traffic.Field, 0, len(backend)+1)
	typed := false
	for _, f := range backend {
		name := strings.ToLower(f.Name)
		typed = typed || name == "content-type"
		switch {
		case name == "x-turnpike-limit":
		case k == HTTP && !hopByHop[name]:
			h = append(h, f)
		case k == HTTP || restResponseDrops[name]:
		case restRemaps[name]:
			h = append(h, traffic.Field{Name: "x-amzn-Remapped-" + f.Name, Value: f.Value})
		default:
			h = append(h, f)
		}
	}
	if k == REST && !typed {
		h = append(h, traffic.Field{Name: "Content-Type", Value: "application/json"})
	}
	return h
}
