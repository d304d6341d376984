package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"gopkg.in/yaml.v3"

	"github.com/turnpike-perf/turnpike/traffic"
)

// TestScripts plays testdata/scripts/*: one instant a line, and what the stage
// answers. Rewrite the answers with go test ./gateway -run TestScripts -rewrite.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var p play
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "api":
				return p.load(t, d)
			case "stage":
				return p.enter(d)
			case "serve":
				return p.each(d, p.serve)
			case "even":
				return p.even(t, d)
			case "wire":
				return p.each(d, p.wire)
			case "decide":
				return p.each(d, p.decide)
			case "complete":
				return p.complete(t, d)
			}
			d.Fatalf(t, "unknown command %q", d.Cmd)
			return ""
		})
	})
}

// A play is an API under a script, at one of its stages.
type play struct {
	config Config
	api    *API
	stage  *Stage
}

// load reads an API definition: api [began=TIME] [seed=N].
func (p *play) load(t *testing.T, d *datadriven.TestData) string {
	began, o := "2026-03-01T00:00:00Z", Options{}
	d.MaybeScanArgs(t, "began", &began)
	d.MaybeScanArgs(t, "seed", &o.Seed)
	p.config = decodeConfig(t, d.Input)
	var err error
	if o.Began, err = time.Parse(time.RFC3339, began); err != nil {
		d.Fatalf(t, "%v", err)
	}
	if p.api, err = New(p.config, o); err != nil {
		return err.Error()
	}
	p.stage, _ = p.api.Stage("")
	return fmt.Sprintf("%s %s: stages %v", p.api.Kind(), p.api.Name(), p.api.StageNames())
}

func decodeConfig(t *testing.T, text string) Config {
	t.Helper()
	var c Config
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil {
		t.Fatalf("decode API definition: %v", err)
	}
	return c
}

// enter moves to another stage: stage NAME.
func (p *play) enter(d *datadriven.TestData) string {
	s, ok := p.api.Stage(d.CmdArgs[0].Key)
	if !ok {
		return wire(p.api.UnknownStage())
	}
	p.stage = s
	return "at " + s.Name()
}

// each plays lines of the form TIME [xN] METHOD PATH[?QUERY] [key=NAME] [Name:value] [body=BYTES].
func (p *play) each(d *datadriven.TestData, f func(now time.Duration, n int, r *traffic.Request) string) string {
	var out strings.Builder
	for line := range strings.Lines(d.Input) {
		line = strings.TrimSpace(line)
		now, n, r, err := p.request(line)
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&out, "%s -> %s\n", line, f(now, n, r))
	}
	return out.String()
}

func (p *play) request(line string) (now time.Duration, n int, r *traffic.Request, err error) {
	f := strings.Fields(line)
	if now, err = time.ParseDuration(f[0]); err != nil {
		return 0, 0, nil, err
	}
	f, n = f[1:], 1
	if count, ok := strings.CutPrefix(f[0], "x"); ok {
		if n, err = strconv.Atoi(count); err != nil {
			return 0, 0, nil, err
		}
		f = f[1:]
	}
	r = &traffic.Request{Method: f[0]}
	r.Path, r.Query, _ = strings.Cut(f[1], "?")
	for _, extra := range f[2:] {
		if key, ok := strings.CutPrefix(extra, "key="); ok {
			r.APIKey = p.key(key)
		} else if size, ok := strings.CutPrefix(extra, "body="); ok {
			bytes, err := strconv.Atoi(size)
			if err != nil {
				return 0, 0, nil, err
			}
			r.Body = make([]byte, bytes)
		} else {
			name, value, _ := strings.Cut(extra, ":")
			r.Header = append(r.Header, traffic.Field{Name: name, Value: value})
		}
	}
	return now, n, r, nil
}

// key is the value of the key of that name, or the name itself.
func (p *play) key(name string) string {
	for _, plan := range p.config.UsagePlans {
		for _, k := range plan.Keys {
			if k.Name == name {
				return k.Value
			}
		}
	}
	return name
}

// serve says what became of n requests at one instant.
func (p *play) serve(now time.Duration, n int, r *traffic.Request) string {
	tally := make(map[string]int)
	for range n {
		tally[verdict(p.stage.Serve(now, r))]++
	}
	return sum(tally, n)
}

// verdict is an answer in short: "200 ok 20ms", "429 throttled by stage".
func verdict(r traffic.Response) string {
	text := fmt.Sprintf("%d %v", r.Status, r.Outcome)
	if r.Limit != traffic.NoLimit {
		text += fmt.Sprintf(" by %v", r.Limit)
	}
	if r.Latency > 0 {
		text += fmt.Sprintf(" %v", r.Latency)
	}
	return text
}

func sum(tally map[string]int, n int) string {
	var parts []string
	for _, v := range sortedKeys(tally) {
		if n == 1 {
			return v
		}
		parts = append(parts, fmt.Sprintf("%d x %s", tally[v], v))
	}
	return strings.Join(parts, ", ")
}

// even serves requests evenly: even rate=N for=DURATION, then a request a line
// without its time, taken in turn.
func (p *play) even(t *testing.T, d *datadriven.TestData) string {
	var rate int64
	var span string
	d.ScanArgs(t, "rate", &rate)
	d.ScanArgs(t, "for", &span)
	length, err := time.ParseDuration(span)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	var requests []*traffic.Request
	for line := range strings.Lines(d.Input) {
		_, _, r, err := p.request("0s " + line)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		requests = append(requests, r)
	}
	tally := make(map[string]int)
	n := int(rate * int64(length) / int64(time.Second))
	for i := range n {
		now := time.Duration(int64(i) * int64(time.Second) / rate)
		tally[verdict(p.stage.Serve(now, requests[i%len(requests)]))]++
	}
	return fmt.Sprintf("%d sent: %s", n, sum(tally, n))
}

// wire says what an answer is on the wire, byte for byte.
func (p *play) wire(now time.Duration, _ int, r *traffic.Request) string {
	return wire(p.stage.Serve(now, r))
}

func wire(r traffic.Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", r.Status)
	for _, f := range r.Header {
		fmt.Fprintf(&b, " [%s: %s]", f.Name, f.Value)
	}
	fmt.Fprintf(&b, " %s (%v, %v)", r.Body, r.Outcome, r.Cause)
	return b.String()
}

// decide says all that a decision says of the route, the client and the backend.
func (p *play) decide(now time.Duration, _ int, r *traffic.Request) string {
	d := p.stage.Decide(now, r)
	text := fmt.Sprintf("%s, integration %s", cmp.Or(d.RouteKey, "no route"), cmp.Or(d.Integration, "none"))
	for _, name := range sortedKeys(d.Params) {
		text += fmt.Sprintf(", %s=%s", name, d.Params[name])
	}
	if d.Key != "" {
		text += fmt.Sprintf(", key %s of plan %s", d.Key, d.Plan)
	}
	if d.Error != "" {
		text += ", " + string(d.Error)
	}
	if d.Forward == nil {
		return text + ", " + verdict(d.Response)
	}
	text += fmt.Sprintf(", to %s within %v", d.URL, d.Timeout)
	for _, f := range d.Header {
		text += fmt.Sprintf(" [%s: %s]", f.Name, f.Value)
	}
	return text
}

// complete plays a backend's answers: STATUS [Name:value] or an error's name a line.
func (p *play) complete(t *testing.T, d *datadriven.TestData) string {
	failures := map[string]error{
		"timeout": fmt.Errorf("get: %w", context.DeadlineExceeded),
		"refused": errors.New("connection refused"),
	}
	var out strings.Builder
	for line := range strings.Lines(d.Input) {
		f := strings.Fields(line)
		dec := p.stage.Decide(0, &traffic.Request{Method: "GET", Path: "/"})
		var backend *traffic.Response
		if failures[f[0]] == nil {
			status, err := strconv.Atoi(f[0])
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			backend = &traffic.Response{Status: status, Body: []byte("body"), Size: 4}
			for _, field := range f[1:] {
				name, value, _ := strings.Cut(field, ":")
				backend.Header = append(backend.Header, traffic.Field{Name: name, Value: value})
			}
		}
		fmt.Fprintf(&out, "%s -> %s\n", strings.TrimSpace(line), wire(p.stage.Complete(&dec, backend, failures[f[0]])))
	}
	return out.String()
}

// TestErrorTable prints every gateway response of both kinds as it is on the wire.
func TestErrorTable(t *testing.T) {
	datadriven.RunTest(t, "testdata/errors", func(t *testing.T, d *datadriven.TestData) string {
		k := kind(d.CmdArgs[0].Key)
		a := &API{kind: k}
		var types []ResponseType
		for rt := range k.table() {
			types = append(types, rt)
		}
		slices.Sort(types)
		var out strings.Builder
		for _, rt := range types {
			r, ok := a.Error(rt)
			if !ok {
				t.Errorf("Error(%s) = false, want true", rt)
			}
			fmt.Fprintf(&out, "%s -> %s\n", rt, wire(r))
		}
		return out.String()
	})
}

// TestValidate reads broken definitions and prints every problem found.
func TestValidate(t *testing.T) {
	datadriven.Walk(t, "testdata/validate", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			c := decodeConfig(t, d.Input)
			c.Dir = "testdata"
			var out strings.Builder
			c.Validate(func(path, problem string) { fmt.Fprintf(&out, "%s: %s\n", path, problem) })
			if out.Len() == 0 {
				return "no problems"
			}
			for _, plan := range c.UsagePlans {
				for _, k := range plan.Keys {
					if k.Value != "" && strings.Contains(out.String(), k.Value) {
						t.Errorf("a problem prints the value of key %q", k.Name)
					}
				}
			}
			return out.String()
		})
	})
}
