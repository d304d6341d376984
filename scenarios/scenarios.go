// Package scenarios reads scenarios and API definitions: YAML in, the config
// structs of the other packages out, or every problem of the files at once,
// each with its file, line and column.
//
// A file passes through these stages, each of which speaks only of what the
// ones before it found sound, so that one mistake is reported once:
//
//	document.go   the file is one YAML document              (yaml.v3)
//	tree.go       its keys are unique, its aliases resolve
//	env.go        $NAME is filled in from the environment
//	structure.go  keys, types, enumerations, patterns        (the published JSON Schema)
//	decode.go     values become traffic.Source, gateway.Config, pricing.Config, …
//	meaning.go    each package's Validate, targets, files, checks
//
// The package opens the files that a scenario names only to see that they are
// there; it sends nothing.
package scenarios

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A Scenario is one file, read, checked and with every file name resolved.
type Scenario struct {
	Name string // of the file where the scenario has none
	Dir  string // the folder against which the scenario's file names are resolved
	Path string // as given to Load

	Target     Target
	AllowHosts []string // in lower case, "host" or "host:port"
	Source     traffic.Source
	Checks     []checks.Check // Text as written in the file
	CheckLines []int          // the line of each check
	Pricing    pricing.Config
	Usage      *Usage // pricing.usage; nil where there is none
	Run        RunConfig
	API        *gateway.Config // what target.emulate names; nil without

	Effective    []byte   // the scenario as understood, in YAML, with secrets as *** or $NAME
	EffectiveAPI []byte   // the same of the API definition; nil without
	Secrets      []string // every variable's value and every secret written out, longest first

	vault *vault
}

// A Target is where requests go: Emulate with Stage, or URL. All are empty in
// a scenario that is only priced.
type Target struct {
	Emulate  string `yaml:"emulate"` // path of an API definition
	Stage    string `yaml:"stage"`   // of the emulated API; "" is the first
	URL      string `yaml:"url"`     // http or https; loopback or among AllowHosts
	Insecure bool   `yaml:"insecure"`
	HTTP2    bool   `yaml:"http2"`
	Shown    string `yaml:"-"` // URL as it may be printed: variables by name
}

// RunConfig has the bounds of a run; zero fields mean the runner's defaults.
type RunConfig struct {
	MaxInFlight int           `yaml:"max_in_flight"`
	Timeout     time.Duration `yaml:"timeout"`
	Drain       time.Duration `yaml:"drain"`
	LagBound    time.Duration `yaml:"lag_bound"`
}

// Usage is a month's use as the scenario states it in place of a run: so many
// requests, all billable, of the same sizes.
type Usage struct {
	Requests     pricing.Count `yaml:"requests"`
	RequestSize  traffic.Bytes `yaml:"request_size"`
	ResponseSize traffic.Bytes `yaml:"response_size"`
}

// CostOnly tells whether the scenario sends nothing and is only priced.
func (s *Scenario) CostOnly() bool { return s.Target.Emulate == "" && s.Target.URL == "" }

// Hide replaces the scenario's secrets in a text by $NAME or ***.
func (s *Scenario) Hide(text string) string { return s.vault.hide(text) }

// Load reads a scenario and the API definition that it names. Variables are
// looked up by env, as os.LookupEnv does it. What is wrong with the files is a
// *Problems.
func Load(path string, env func(string) (string, bool)) (*Scenario, error) {
	l := &loader{vault: newVault(env)}
	d, err := l.read(path, "scenario")
	if err != nil {
		return nil, err
	}
	if d.root == nil {
		return nil, l.err()
	}
	s := l.scenario(d)
	if err := l.err(); err != nil {
		return nil, err
	}
	if s.Effective, err = l.vault.effective(d); err != nil {
		return nil, err
	}
	if l.api != nil {
		if s.EffectiveAPI, err = l.vault.effective(l.api); err != nil {
			return nil, err
		}
	}
	s.vault, s.Secrets = l.vault, l.vault.secrets()
	return s, nil
}

// LoadAPI reads an API definition. What is wrong with it is a *Problems.
func LoadAPI(path string, env func(string) (string, bool)) (*gateway.Config, error) {
	l := &loader{vault: newVault(env)}
	cfg, err := l.definition(path, nil)
	if err != nil {
		return nil, err
	}
	if err := l.err(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// IsAPI tells whether a file is an API definition, not a scenario: whether it
// has routes or a kind at its root. A file that cannot be read is taken for a
// scenario; Load says what is wrong with it.
func IsAPI(path string) bool {
	var c collector
	d := open(path, "api", &c)
	return d.root.isAPI()
}

func (n *node) isAPI() bool {
	return !n.isScenario() && (n.field("routes") != nil || n.field("kind") != nil)
}

func (n *node) isScenario() bool {
	return n.field("routes") == nil && (n.field("target") != nil || n.field("traffic") != nil)
}

// mistaken reports a file of the other kind, of which nothing further is said.
func (l *loader) mistaken(d *document, what string) {
	l.add(Problem{File: d.file, Line: d.root.at.line, Col: d.root.at.col, What: what})
	d.root = nil
}

// loader carries one Load's state.
type loader struct {
	collector
	vault *vault
	api   *document
}

// read takes a file through the stages up to the schema.
func (l *loader) read(path, kind string) (*document, error) {
	d := open(path, kind, &l.collector)
	if d.root.isAPI() && kind == "scenario" {
		l.mistaken(d, "is an API definition, not a scenario; a scenario names it under target: {emulate: FILE}")
	}
	if d.root.isScenario() && kind == "api" {
		l.mistaken(d, "is a scenario, not an API definition, which has the keys kind, stages and routes")
	}
	l.vault.fill(d, &l.collector)
	l.vault.note(d)
	return d, structure(d, kind, l.vault, &l.collector)
}

// problem reports what is wrong with the value of a path below a node, unless
// it may be a consequence of what is reported already.
func (l *loader) problem(d *document, n *node, path, what string) {
	at, rest := n.find(path)
	if at.doubtful() || rest != "" && at.absent(rest) {
		return
	}
	shown := at.path()
	if rest != "" {
		place := at.named
		shown += rest
		if at.parent == nil || rest[0] != '[' {
			shown = strings.TrimPrefix(at.path()+"."+strings.TrimPrefix(rest, "."), ".")
		}
		l.add(Problem{d.file, place.line, place.col, shown, l.vault.hide(what)})
		return
	}
	if at.kind == scalar {
		l.within(d, at, subjectOf(what, at.text), what)
		return
	}
	l.add(Problem{d.file, at.named.line, at.named.col, shown, l.vault.hide(what)})
}

func baseName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
