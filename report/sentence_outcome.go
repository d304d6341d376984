package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/traffic"
)

// refusals says how much was refused and by which limits.
func refusals(r *Report) string {
	c := r.Summary.Counts
	if c.Refused == 0 {
		return "nothing was refused"
	}
	were := "were"
	if c.Refused == 1 {
		were = "was"
	}
	s := fmt.Sprintf("%s of %s (%s) %s refused", count(c.Refused), things(c.Sent, "request"), share(of(c.Refused, c.Sent)), were)
	limits := byCount(c.Limits)
	if len(limits) == 0 {
		return s
	}
	if len(limits) == 1 && c.Limits[limits[0]] == c.Refused {
		return s + " by " + limitWords(r, limits[0])
	}
	var words []string
	for _, l := range limits {
		words = append(words, fmt.Sprintf("%s by %s", count(c.Limits[l]), limitWords(r, l)))
	}
	return s + ": " + and(words)
}

// byCount lists what has a count, the largest first and equal ones by name.
func byCount(counts map[string]uint64) []string {
	var names []string
	for n, c := range counts {
		if c > 0 {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := int64(counts[b]) - int64(counts[a]); d != 0 {
			return int(max(-1, min(1, d)))
		}
		return strings.Compare(a, b)
	})
	return names
}

// limitPhrase is what prose calls each limit.
var limitPhrase = map[string]string{
	traffic.UsagePlanQuota.String():  "the usage plan quota",
	traffic.UsagePlanMethod.String(): "the usage plan's method limit",
	traffic.UsagePlan.String():       "the usage plan limit",
	traffic.MethodLimit.String():     "the method limit",
	traffic.StageLimit.String():      "the stage limit",
	traffic.AccountLimit.String():    "the account limit",
	traffic.UnknownLimit.String():    "a limit that the answers do not name",
}

// limitWords names a limit, with its numbers where only one of its kind is
// configured, and with the client it refused where it refused only one of
// several.
func limitWords(r *Report, name string) string {
	s := limitPhrase[name]
	if s == "" {
		s = "the limit " + name
	}
	var of []LimitInfo
	for _, l := range r.Limits {
		if l.Limit.String() == name {
			of = append(of, l)
		}
	}
	if len(of) == 1 {
		s += " of " + of[0].rateOnly()
	}
	var hit []string
	for _, c := range r.Summary.Clients {
		if c.Counts.Limits[name] > 0 {
			hit = append(hit, c.Name)
		}
	}
	if len(hit) == 1 && len(r.Summary.Clients) > 1 {
		s += fmt.Sprintf(" (only client “%s”)", hit[0])
	}
	return s
}

// numbers writes a limit's rate and burst, or its quota.
func (l LimitInfo) numbers() string {
	if l.Limit == traffic.UsagePlanQuota {
		return fmt.Sprintf("%s a %s", count(uint64(max(0, l.Quota))), strings.ToLower(l.Period))
	}
	return fmt.Sprintf("%s, burst %s", rate(l.Rate), count(uint64(max(0, l.Burst))))
}

// rateOnly leaves the burst out, which a sentence has no room for.
func (l LimitInfo) rateOnly() string {
	if l.Limit == traffic.UsagePlanQuota {
		return l.numbers()
	}
	return rate(l.Rate)
}

// outcomePhrase is what prose calls the outcomes other than ok and refusals.
var outcomePhrase = map[string]string{
	traffic.ClientError.String():          "client errors (4xx)",
	traffic.AuthDenied.String():           "denied access (401, 403)",
	traffic.ThrottledIntegration.String(): "throttled by the backend",
	traffic.IntegrationTimeout.String():   "integration timeouts",
	traffic.IntegrationError.String():     "integration errors",
	traffic.Unavailable.String():          "unavailable (503)",
	traffic.Timeout.String():              "timeouts",
	traffic.RefusedConnection.String():    "refused connections",
	traffic.ConnectionLost.String():       "lost connections",
	traffic.DNS.String():                  "names not found",
	traffic.TLS.String():                  "TLS failures",
	traffic.Aborted.String():              "aborted",
	traffic.NotSent.String():              "never sent",
}

var one = strings.NewReplacer("errors", "error", "timeouts", "timeout", "connections", "connection", "names", "name", "failures", "failure")

// counted is how many requests came to an outcome, in prose: "3 timeouts".
func counted(n uint64, outcome string) string {
	phrase := outcomePhrase[outcome]
	if n == 1 {
		phrase = one.Replace(phrase)
	}
	return count(n) + " " + phrase
}

// errorWords says what else went wrong: failures always, and mistakes of the
// client's own and what was aborted from one in a hundred on.
func errorWords(c measure.Counts) []string {
	var words []string
	if c.Errors > 0 {
		failed := map[string]uint64{}
		for o := range traffic.Outcome(traffic.NumOutcomes) {
			if o.Failed() {
				failed[o.String()] = c.Outcomes[o.String()]
			}
		}
		names := byCount(failed)
		var kinds []string
		for _, n := range names[:min(2, len(names))] {
			kinds = append(kinds, counted(failed[n], n))
		}
		switch {
		case len(names) == 1:
			_, kinds[0], _ = strings.Cut(kinds[0], " ") // its count is that of all
		case len(names) > 2:
			kinds = append(kinds, "others")
		}
		words = append(words, fmt.Sprintf("%s (%s) failed: %s", things(c.Errors, "request"), share(of(c.Errors, c.Sent)), strings.Join(kinds, ", ")))
	}
	for _, o := range []traffic.Outcome{traffic.ClientError, traffic.AuthDenied, traffic.Aborted} {
		if n := c.Outcomes[o.String()]; of(n, c.Sent) >= 0.01 {
			words = append(words, fmt.Sprintf("%s (%s) were %s", things(n, "request"), share(of(n, c.Sent)), outcomePhrase[o.String()]))
		}
	}
	return words
}
