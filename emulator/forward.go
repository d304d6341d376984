package emulator

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/traffic"
)

// newTransport returns the one transport of all backends. It asks for no
// compression of its own, follows no proxy of the environment, and keeps as many
// idle connections as a load test may need.
func newTransport() *http.Transport {
	return &http.Transport{
		DisableCompression:  true,
		MaxIdleConnsPerHost: 1024,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
	}
}

// ask forwards a request to its backend and fills in the API's answer.
func (s *Server) ask(x *exchange) {
	ctx, cancel := context.WithTimeout(x.http.Context(), x.decision.Timeout)
	defer cancel()
	began := s.now()
	backend, err := s.roundTrip(ctx, x)
	x.integration = s.now() - began
	x.response = x.stage.Complete(&x.decision, backend, err)
	if x.http.Context().Err() != nil {
		x.leave()
	}
}

// roundTrip sends the request and reads the whole answer, whose redirects are
// passed on and not followed.
func (s *Server) roundTrip(ctx context.Context, x *exchange) (*traffic.Response, error) {
	req, err := http.NewRequestWithContext(ctx, x.decision.Method, x.decision.URL, bytes.NewReader(x.request.Body))
	if err != nil {
		return nil, fmt.Errorf("make a request to the backend: %w", err)
	}
	req.Header["User-Agent"] = []string{"AmazonAPIGateway_" + s.api.Name()} // where the client sent none
	own := map[string]bool{}
	for _, f := range x.decision.Header {
		name := http.CanonicalHeaderKey(f.Name)
		if !own[name] {
			own[name], req.Header[name] = true, nil
		}
		req.Header[name] = append(req.Header[name], f.Value)
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("ask the backend: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, gateway.MaxPayload+1))
	if err != nil {
		return nil, fmt.Errorf("read the backend's answer: %w", err)
	}
	if len(body) > gateway.MaxPayload {
		return nil, fmt.Errorf("read the backend's answer: %w", errTooLarge)
	}
	answer := &traffic.Response{Status: resp.StatusCode, Header: fields(resp.Header), Body: body, Size: int64(len(body))}
	if x.decision.Method == http.MethodHead {
		answer.Size = max(resp.ContentLength, 0)
	}
	return answer, nil
}
