package gateway

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// A mock is an integration that answers by itself.
type mock struct {
	latency latency
	answers []mockAnswer
	timeout time.Duration    // the integration timeout: no answer takes longer
	late    traffic.Response // what a client gets when it is reached
}

// A mockAnswer is drawn when a number up to upTo, and above the one before's,
// comes up. The last one's upTo is the largest number.
type mockAnswer struct {
	upTo     uint64
	response traffic.Response
}

// answer is the mock's answer to one request, made of two draws.
func (m *mock) answer(d draw) traffic.Response {
	latency := m.latency.constant
	if m.latency.form != constantLatency {
		latency = m.latency.at(d.latency())
	}
	if latency > m.timeout {
		late := m.late
		late.Latency = m.timeout
		return late
	}
	i := 0
	if len(m.answers) > 1 {
		for u := d.status(); m.answers[i].upTo < u; {
			i++
		}
	}
	resp := m.answers[i].response
	resp.Latency = latency
	return resp
}

// newMock builds a mock of a definition without problems. A nil definition
// answers 200 at once.
func newMock(c *Mock, k kind, dir string, timeout time.Duration, late traffic.Response) (*mock, error) {
	if c == nil {
		c = &Mock{}
	}
	l, err := newLatency(&c.Latency, dir)
	if err != nil {
		return nil, err
	}
	m := &mock{latency: l, timeout: timeout, late: late}
	shares := c.Status
	if len(shares) == 0 {
		shares = map[int]traffic.Percent{http.StatusOK: 100}
	}
	sum := 0.0
	for _, status := range sortedKeys(shares) {
		if shares[status] <= 0 {
			continue
		}
		sum += float64(shares[status]) / 100
		m.answers = append(m.answers, mockAnswer{upTo(sum), c.response(status, k)})
	}
	if len(m.answers) == 0 {
		return nil, fmt.Errorf("status: no share is above 0")
	}
	m.answers[len(m.answers)-1].upTo = math.MaxUint64
	return m, nil
}

// upTo is a share of 1 as a share of all 64-bit numbers.
func upTo(share float64) uint64 {
	if v := share * (1 << 63) * 2; v < math.MaxUint64 {
		return uint64(v)
	}
	return math.MaxUint64
}

// response is the mock's answer with a status, as the API passes it on.
func (c *Mock) response(status int, k kind) traffic.Response {
	resp := traffic.Response{Status: status}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		resp.Body = []byte(c.Body)
		if c.BodyBytes > 0 {
			resp.Body = bytes.Repeat([]byte("x"), int(c.BodyBytes))
		}
	}
	resp.Size = int64(len(resp.Body))
	contentType := c.ContentType
	if contentType == "" && (k == REST || len(resp.Body) > 0) {
		contentType = "application/json" // REST adds it to every answer that has none
	}
	if contentType != "" {
		resp.Header = append(resp.Header, traffic.Field{Name: "Content-Type", Value: contentType})
	}
	for _, name := range sortedKeys(c.Headers) {
		resp.Header = append(resp.Header, traffic.Field{Name: name, Value: c.Headers[name]})
	}
	resp.Outcome, resp.Cause = passedOn(status)
	return resp
}

// passedOn is the class of an answer that came from an integration.
func passedOn(status int) (traffic.Outcome, traffic.Cause) {
	switch {
	case status < 400:
		return traffic.OK, traffic.NoCause
	case status == http.StatusTooManyRequests:
		return traffic.ThrottledIntegration, traffic.BackendThrottle
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return traffic.AuthDenied, traffic.NoCause
	case status < 500:
		return traffic.ClientError, traffic.NoCause
	}
	return traffic.IntegrationError, traffic.NoCause
}

// sortedKeys are a map's keys in order, so that what is built from one is the
// same every time.
func sortedKeys[K int | string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
