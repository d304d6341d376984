package emulator

import (
	"strings"
	"sync"

	"github.com/turnpike-perf/turnpike/gateway"
)

// The stock formats that the API Gateway console offers (developer guide,
// set-up-logging and http-api-logging).
var stockFormats = map[string]map[string]string{
	gateway.REST: {
		"clf": `$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime]"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId $context.extendedRequestId`,
		"json": `{ "requestId":"$context.requestId", "extendedRequestId":"$context.extendedRequestId","ip": "$context.identity.sourceIp", "caller":"$context.identity.caller", "user":"$context.identity.user", ` +
			`"requestTime":"$context.requestTime", "httpMethod":"$context.httpMethod", "resourcePath":"$context.resourcePath", "status":"$context.status", "protocol":"$context.protocol", "responseLength":"$context.responseLength" }`,
	},
	gateway.HTTP: {
		"clf": `$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.routeKey $context.protocol" $context.status $context.responseLength $context.requestId`,
		"json": `{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp", "requestTime":"$context.requestTime", "httpMethod":"$context.httpMethod","routeKey":"$context.routeKey", ` +
			`"status":"$context.status","protocol":"$context.protocol", "responseLength":"$context.responseLength" }`,
	},
}

// A format is an access log's template: texts and $context variables in turn.
type format struct{ parts []formatPart }

// A formatPart is a text, then a variable's value; the last has no variable.
type formatPart struct {
	text   string
	value  variable // nil at the end
	quoted bool     // the value is a JSON string with its quotes
}

// newFormat reads "clf", "json" or a template. A variable that an API of that
// kind does not have, or that the emulator does not know, prints "-", as one
// without a value does.
func newFormat(template, kind string) *format {
	if stock, ok := stockFormats[kind][template]; ok {
		template = stock
	}
	f := &format{}
	for {
		text, after, found := strings.Cut(template, "$context.")
		if !found {
			f.parts = append(f.parts, formatPart{text: text})
			return f
		}
		end := strings.IndexFunc(after, notInName)
		if end < 0 {
			end = len(after)
		}
		name := strings.TrimRight(after[:end], ".") // a full stop after a variable
		value, known := variables[name]
		if only, some := onlyOn[name]; !known || some && only != kind {
			value = missing
		}
		f.parts = append(f.parts, formatPart{text, value, name == "error.messageString"})
		template = after[len(name):]
	}
}

func notInName(r rune) bool {
	return !(r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
}

// lines are buffers for one log line each.
var lines = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

// logLine logs the exchange, whose answer has been written, by its stage's format.
func (s *Server) logLine(x *exchange) {
	b := lines.Get().(*[]byte)
	e := entry{exchange: x, server: s, took: s.now() - x.arrived}
	line := (*b)[:0]
	for _, p := range x.stage.format.parts {
		line = append(line, p.text...)
		if p.value != nil {
			line = e.appendValue(line, p)
		}
	}
	line = append(line, '\n')
	x.stage.log.append(line)
	*b = line
	lines.Put(b)
}

// appendValue appends a variable's value, or "-". What could break a line or a
// JSON string in it is escaped as JSON has it.
func (e *entry) appendValue(line []byte, p formatPart) []byte {
	from := len(line)
	line = p.value(line, e)
	if len(line) == from {
		return append(line, '-')
	}
	if p.quoted {
		return line
	}
	for i := from; i < len(line); i++ {
		if c := line[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return appendEscaped(line[:i], string(line[i:]))
		}
	}
	return line
}

func appendEscaped(line []byte, text string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			line = append(line, '\\', c)
		case c < ' ' || c == 0x7f:
			line = append(line, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			line = append(line, c)
		}
	}
	return line
}
