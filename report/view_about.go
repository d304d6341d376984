package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/measure"
)

// notes are what a reader must know before any figure.
func notes(r *Report) []note {
	var out []note
	switch {
	case invalid(r):
		out = append(out, note{Class: "INVALID", Text: "The figures below show what went wrong, not how the API performs, and a month projected from them is not to be relied on either."})
	case trust(r) == "" && r.Summary.Validity.Verdict == measure.Partial:
		out = append(out, note{Text: "The run ended before its plan did: " + strings.Join(r.Summary.Validity.Reasons, "; ") + "."})
	}
	if r.Mode == ModeSimulate {
		out = append(out, note{Text: "Simulated: no request was sent. The same plan was carried out in virtual time against a model of the API; latencies are those of the model that its definition assumes."})
	}
	if closed(r) {
		out = append(out, note{Text: "Closed loop: each client waits for its answer before it sends again, so a slow API is offered less load. Latency is from when a request was sent; it does not show what callers would feel who arrive at their own time."})
	}
	return out
}

func facts(r *Report) []fact {
	var out []fact
	add := func(term, text string) {
		if text != "" {
			out = append(out, fact{term, text})
		}
	}
	add("Run", r.RunID)
	if !r.Began.IsZero() {
		add("Began", r.Began.UTC().Format("2 January 2006, 15:04:05 UTC"))
	}
	if r.Summary.ElapsedS > 0 {
		add("Took", seconds(r.Summary.ElapsedS))
	}
	add("Target", targetWords(r.Target))
	how := map[string]string{ModeRun: "sent in real time", ModeSimulate: "simulated in virtual time", ModePrice: "priced, nothing sent"}[r.Mode]
	if r.Loop != "" && r.Mode != ModePrice {
		how += ", " + r.Loop + " loop"
	}
	add("Mode", how)
	if r.Mode != ModePrice {
		add("Seed", strconv.FormatUint(r.Seed, 10))
	}
	if v := r.Summary.Validity.Verdict; v != "" {
		add("Measurement", v)
	}
	if r.Cost.Region != "" {
		add("Prices", r.Cost.Region+", as of "+r.Cost.AsOf)
	}
	add("Tool", strings.TrimSpace("turnpike "+r.Tool.Version))
	return out
}

func targetWords(t Target) string {
	kind := map[string]string{"rest": "REST API", "http": "HTTP API"}[t.APIKind]
	if kind == "" {
		kind = "API"
	}
	var s string
	switch {
	case t.Kind == "emulate":
		s = "emulated " + kind
	case t.URL != "":
		s = t.URL
	default:
		return ""
	}
	if t.API != "" {
		s += " " + t.API
	}
	if t.Stage != "" {
		s += ", stage " + t.Stage
	}
	return s
}

func foot(r *Report) string {
	s := strings.TrimSpace("turnpike "+r.Tool.Version+" "+r.Tool.Commit) + ", " + r.Tool.Go + " " + r.Tool.OS + "/" + r.Tool.Arch
	if r.Tool.CPUs > 0 {
		s += fmt.Sprintf(", %d CPUs", r.Tool.CPUs)
	}
	if !r.Began.IsZero() {
		s += ". Run of " + r.Began.UTC().Format(time.RFC3339)
	}
	return s
}

// glossary explains the words that this report uses.
func glossary(r *Report) []fact {
	if r.Mode == ModePrice {
		return nil
	}
	latency := "from when a request was due by the plan to when its answer was complete: what a caller would feel, also when the generator or a full pool delayed it. Refused requests are left out, errors and timeouts are in"
	if closed(r) {
		latency = "in this closed loop, from when a request was sent to when its answer was complete. Refused requests are left out"
	}
	return []fact{
		{"Offered", "requests due by the plan, whatever became of them"},
		{"Latency", latency},
		{"Service", "from when a request was sent to when its answer was complete: the API's own time"},
		{"Lag", "from due to sent: the load generator's own tardiness"},
		{"Refused", "turned away by a rate limit or a quota of API Gateway (429), and by nothing else"},
		{"Failed", "integration errors and timeouts, 503, the client's timeouts and connections that did not come about"},
		{"p99", "99% of requests took at most this long. A dash stands where the sample is too small to support the percentile"},
	}
}
