package emulator

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// write sends the answer, with the ids that API Gateway adds. Names keep the
// case in which AWS sends them over HTTP/1.1.
func (s *Server) write(w http.ResponseWriter, x *exchange) {
	resp := &x.response
	h := header{w.Header(), make([]string, 0, len(resp.Header)+4)}
	h.fields["Content-Type"] = nil // net/http would guess one
	for _, f := range resp.Header {
		h.add(f.Name, f.Value)
	}
	if s.kind == gateway.HTTP {
		h.set("Apigw-Requestid", x.id.own)
	} else {
		h.set("x-amzn-RequestId", x.id.own)
		h.set("x-amz-apigw-id", x.id.extended)
	}
	if s.annotate && resp.Outcome.Refused() {
		h.set("x-turnpike-limit", resp.Limit.String())
	}
	status := resp.Status
	if status < 200 || status > 999 { // net/http panics on less than 100
		status = http.StatusInternalServerError
	}
	bodiless := status == http.StatusNoContent || status == http.StatusNotModified
	switch head := x.http.Method == http.MethodHead; {
	case head && resp.Size > 0:
		h.set("Content-Length", strconv.FormatInt(resp.Size, 10))
	case !head && !bodiless:
		h.set("Content-Length", strconv.Itoa(len(resp.Body)))
	}
	w.WriteHeader(status)
	if len(resp.Body) > 0 && !bodiless && x.http.Method != http.MethodHead {
		_, _ = w.Write(resp.Body) // the client may have left: it has been counted
	}
}

// A header writes fields whose values share one slice.
type header struct {
	fields http.Header
	values []string
}

func (h *header) set(name, value string) {
	h.values = append(h.values, value)
	h.fields[name] = h.values[len(h.values)-1 : len(h.values) : len(h.values)]
}

// add adds a field of the gateway's, but those that are the server's business.
func (h *header) add(name, value string) {
	switch len(name) {
	case len("Content-Type"):
		if strings.EqualFold(name, "Content-Type") {
			name = "Content-Type" // by which net/http looks for it
		}
	case len("Content-Length"), len("Connection"), len("Transfer-Encoding"), len("Date"):
		for _, own := range [...]string{"Content-Length", "Connection", "Transfer-Encoding", "Date"} {
			if strings.EqualFold(name, own) {
				return
			}
		}
	}
	if before := h.fields[name]; len(before) > 0 {
		h.fields[name] = append(before, value)
		return
	}
	h.set(name, value)
}

// bodyLength is how many bytes of body were sent.
func bodyLength(r *traffic.Response, method string) int64 {
	if method == http.MethodHead {
		return 0
	}
	return int64(len(r.Body))
}
