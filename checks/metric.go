package checks

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/spelling"
)

// otherNames are what other tools call a metric.
var otherNames = map[string]string{
	"median": "p50", "avg": "mean", "average": "mean", "latency": "p99", "response time": "p99", "service": "service p99", "lag": "lag p99",
	"error_rate": "errors", "error rate": "errors", "failed": "errors", "http_req_failed": "errors", "http_req_duration": "p99",
	"429": "refused", "throttles": "throttled", "rejected": "refused", "quota": "quota_exceeded", "dropped": "not_sent", "not sent": "not_sent",
	"qps": "rps", "tps": "rps", "throughput": "rps", "rate": "rps", "admitted": "admitted rps", "count": "requests",
	"cost": monthlyCost, "bill": monthlyCost, "cost per month": monthlyCost,
}

var percentile = regexp.MustCompile(`^(service |lag )?p[0-9.]+$`)

// suggestMetric says which metric may have been meant, for the end of an error.
func suggestMetric(s string) string {
	if m, ok := otherNames[strings.ToLower(s)]; ok {
		return fmt.Sprintf(" (did you mean %q?)", m)
	}
	if percentile.MatchString(s) {
		return ": the percentiles are p50, p90, p95, p99, p99.9 and p99.99"
	}
	if near := spelling.DidYouMean(s, append(measure.Metrics(), monthlyCost, costPerMillion)); near != "" {
		return near
	}
	return ": use p50 to p99.99, min, mean or max (also \"service p99\", \"lag p99\"), throttled, refused, errors, not_sent or another outcome, rps, requests, \"monthly cost\" or \"cost per million\""
}
