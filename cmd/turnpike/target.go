package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/runner"
)

// unreachable says what the runner found wrong with the target, and what to
// try, without the secrets that the target's URL may hold.
func (s *session) unreachable(err error) error {
	e := &ending{exitPreflight, errors.New(s.scenario.Hide(err.Error())), ""}
	var p *runner.PreflightError
	if errors.As(err, &p) {
		e.hint = s.scenario.Hide(p.Hint)
	}
	return e
}

// open finds the target: the deployed API, or an emulator that it starts on a
// loopback socket. stop ends the emulator.
func (a *app) open(s *session) (t runner.Target, stop func(), err error) {
	t = runner.Target{URL: s.scenario.Target.URL, Insecure: s.scenario.Target.Insecure, Timeout: s.scenario.Run.Timeout, HTTP2: s.scenario.Target.HTTP2}
	if s.scenario.API == nil {
		return t, func() {}, nil
	}
	api, stage, err := s.gateway()
	if err != nil {
		return t, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return t, nil, fmt.Errorf("emulator: %w", err)
	}
	server := emulator.New(api, *s.scenario.API, emulator.Options{Annotate: true, Began: s.began})
	go server.Serve(l)
	t.URL = stageURL(l.Addr(), stage.Name())
	return t, func() { closeServer(server) }, nil
}

// stageURL is where the emulator serves a stage. An HTTP API's $default stage
// is served at the root.
func stageURL(addr net.Addr, stage string) string {
	if stage == "$default" {
		return "http://" + addr.String()
	}
	return "http://" + addr.String() + "/" + stage
}

func closeServer(server *emulator.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Close(ctx)
}
