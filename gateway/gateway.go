// Package gateway is the model of Amazon API Gateway: what a stage of a REST
// or HTTP API decides about a request at an instant, and how long it takes.
//
// It is pure: it reads no clock, opens no socket and logs nothing. An instant is
// a time.Duration since the run began and comes in as an argument, so the
// emulator, which supplies the clock, and the simulator, which supplies the
// schedule, get the same answers from the same code.
//
// A [Config] is an API definition; [New] checks it and builds an [API] of
// [Stage]s. [Stage.Serve] is the whole decision. A server that has a real
// backend to ask takes two steps instead: [Stage.Decide] routes the request,
// checks its key and takes from its limits, and [Stage.Complete] turns the
// backend's answer, or its failure, into the API's.
//
// The rules are those of the API Gateway developer guide; each is cited where
// it is coded. What AWS does not document is marked as uncertain there, and
// where opinions differ it is a switch of Config. Authorizers, caching, request
// validation and WebSocket APIs are not modelled.
package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/throttle"
	"github.com/turnpike-perf/turnpike/traffic"
)

// Options say what an API does not know from its definition.
type Options struct {
	Seed  uint64    // of the mocks' draws and of best-effort enforcement; 0 means 1
	Began time.Time // the wall-clock time of instant 0: quotas follow the calendar
}

// An API is one API with all its stages and the limits of its account, ready to
// decide. It is safe for concurrent use.
type API struct {
	name   string
	kind   kind
	set    *throttle.Set
	stages []*Stage
	canned *canned
}

// A Stage is one stage of an API. It is safe for concurrent use.
type Stage struct {
	api     *API
	name    string
	router  router
	account throttle.ID
	clients map[string]*client // by key; only keys that are enabled and in a plan of this stage
}

// New checks c and builds the API that it defines. The error joins every
// problem that Validate finds, each as "path: problem".
func New(c Config, o Options) (*API, error) {
	var problems []error
	c.Validate(func(path, problem string) { problems = append(problems, fmt.Errorf("%s: %s", path, problem)) })
	if len(problems) > 0 {
		return nil, fmt.Errorf("build API %q: %w", c.name(), errors.Join(problems...))
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	b := builder{config: &c, seed: o.Seed, plans: c.UsagePlans}
	return b.build(o.Began)
}

// name is the API's name, also where none is given.
func (c *Config) name() string {
	if c.Name == "" {
		return "api"
	}
	return c.Name
}

// Kind is "rest" or "http".
func (a *API) Kind() string { return string(a.kind) }

// Name is the name that the definition gives.
func (a *API) Name() string { return a.name }

// StageNames are the stages' names in the order of the definition.
func (a *API) StageNames() []string {
	names := make([]string, len(a.stages))
	for i, s := range a.stages {
		names[i] = s.name
	}
	return names
}

// Stage returns the stage of that name. "" is an HTTP API's $default stage
// where there is one, and otherwise the first.
func (a *API) Stage(name string) (*Stage, bool) {
	for _, s := range a.stages {
		if s.name == name || name == "" && s.name == defaultStage {
			return s, true
		}
	}
	if name == "" && len(a.stages) > 0 {
		return a.stages[0], true
	}
	return nil, false
}

// defaultStage is the stage of an HTTP API that has no prefix in its URLs.
const defaultStage = "$default"

// UnknownStage is the answer to a request for a stage that does not exist: 403
// Forbidden on REST, 404 Not Found on HTTP.
func (a *API) UnknownStage() traffic.Response { return a.canned.noStage }

// Error is the answer that the gateway gives for t, for errors that only a
// server can see, such as a body that is too large to be read. It reports false
// for a type that APIs of this kind do not have.
func (a *API) Error(t ResponseType) (traffic.Response, bool) {
	g, ok := a.kind.table()[t]
	return g.response(), ok
}

// Name is the stage's name.
func (s *Stage) Name() string { return s.name }
