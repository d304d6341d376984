package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// scenario decodes and checks a scenario whose structure has been checked.
func (l *loader) scenario(d *document) *Scenario {
	root := d.root
	s := &Scenario{
		Name: decode[string](l, d, root.field("name")),
		Dir:  filepath.Dir(d.file), Path: d.file,
		Target:  decode[Target](l, d, root.field("target")),
		Pricing: decode[pricing.Config](l, d, root.field("pricing")),
		Usage:   decode[*Usage](l, d, root.field("pricing").field("usage")),
		Run:     decode[RunConfig](l, d, root.field("run")),
	}
	if s.Name == "" {
		s.Name = baseName(d.file)
	}
	l.source(d, s)
	l.allowHosts(d, s)
	if l.targeted(d, s) {
		l.validate(d, "", requestPath(root), s.Source.Validate)
	}
	l.validate(d, "pricing", nil, s.Pricing.Validate)
	l.runBounds(d, s)
	l.checks(d, s)
	return s
}

// runBounds checks the section run.
func (l *loader) runBounds(d *document, s *Scenario) {
	for key, value := range map[string]int64{"timeout": int64(s.Run.Timeout), "drain": int64(s.Run.Drain), "lag_bound": int64(s.Run.LagBound)} {
		if n := d.root.field("run").field(key); n != nil && value == 0 {
			l.problem(d, n, "", "must be above 0")
		}
	}
}

// source decodes what a plan is made of and finds the files that it names.
func (l *loader) source(d *document, s *Scenario) {
	root := d.root
	s.Source = traffic.Source{
		Traffic:  decode[traffic.Config](l, d, root.field("traffic")),
		Clients:  decode[[]traffic.Client](l, d, root.field("clients")),
		Requests: decode[[]traffic.RequestSpec](l, d, root.field("requests")),
		Feeders:  decode[map[string]traffic.Feeder](l, d, root.field("feeders")),
	}
	if r := s.Source.Traffic.Replay; r != nil {
		r.File = l.file(d, root.field("traffic").field("replay").field("file"), s.Dir)
	}
	for name, f := range s.Source.Feeders {
		f.File = l.file(d, root.field("feeders").field(name).field("file"), s.Dir)
		s.Source.Feeders[name] = f
	}
	for i := range s.Source.Requests {
		l.request(d, root.field("requests").items[i], &s.Source.Requests[i], s.Dir)
	}
}

// methods are the keys that make a request item a request.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// request completes one item of requests: exactly one method, whose value is
// the path, or a log.
func (l *loader) request(d *document, n *node, r *traffic.RequestSpec, dir string) {
	var given []string
	for _, m := range append([]string{"log"}, methods...) {
		if n.field(m) != nil {
			given = append(given, m)
		}
	}
	if len(given) == 1 && given[0] == "log" {
		r.Log = l.file(d, n.field("log"), dir)
		return
	}
	if len(given) != 1 {
		what := "must say what to send: a method with its path, such as GET: /posts, or log"
		if len(given) > 1 {
			what = "must be one request, got " + strings.Join(given, " and ") + "; make each an item of its own"
		}
		l.problem(d, n, "", what)
		n.broken = true
		return
	}
	path := n.field(given[0])
	r.Method, r.Path = given[0], path.text
	if body := n.field("body"); body != nil {
		r.Body = body.instance()
	}
	if r.Name == "" && path.filled {
		// A made-up name would be made of the path, and show the variable's value.
		bare, _, _ := strings.Cut(path.written, "?")
		r.Name = r.Method + " " + bare
	}
}

var requestField = regexp.MustCompile(`^(requests\[\d+\])\.(method|path)(.*)$`)

// requestPath turns "requests[0].path" into "requests[0].GET", as it is written.
func requestPath(root *node) func(string) string {
	return func(path string) string {
		m := requestField.FindStringSubmatch(path)
		if m == nil {
			return path
		}
		item, rest := root.find(m[1])
		for _, method := range methods {
			if rest == "" && item.field(method) != nil {
				return m[1] + "." + method
			}
		}
		return m[1]
	}
}

// file resolves a file name against a folder. Where there is no such file, the
// problem is shown where it is named.
func (l *loader) file(d *document, n *node, dir string) string {
	if n == nil || n.broken || n.kind != scalar {
		return ""
	}
	path := n.text
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		l.problem(d, n, "", fmt.Sprintf("%s: %s", path, unreadable(err)))
		n.broken = true
	case info.IsDir():
		l.problem(d, n, "", path+": is a directory, not a file")
		n.broken = true
	}
	return path
}

// definition reads an API definition. allow lists the hosts to which its HTTP
// integrations may lead besides this machine; nil allows every host, for one
// who serves the definition by itself.
func (l *loader) definition(path string, allow []string) (*gateway.Config, error) {
	d, err := l.read(path, "api")
	if err != nil || d.root == nil {
		return nil, err
	}
	l.api = d
	cfg := decode[gateway.Config](l, d, d.root)
	cfg.Dir = filepath.Dir(path)
	if cfg.Name == "" {
		cfg.Name = baseName(path)
	}
	l.logFiles(d, &cfg)
	l.validate(d, "", nil, cfg.Validate)
	if allow == nil {
		return &cfg, nil
	}
	for i, r := range cfg.Routes {
		if r.HTTP != nil {
			l.backend(d, d.root.field("routes").items[i].field("http").field("url"), r.HTTP.URL, allow)
		}
	}
	return &cfg, nil
}

// logFiles resolves the names of access logs, whose folders must be there.
func (l *loader) logFiles(d *document, cfg *gateway.Config) {
	for i := range cfg.Stages {
		a := cfg.Stages[i].AccessLog
		if a == nil || a.File == "" || a.File == "-" {
			continue
		}
		if !filepath.IsAbs(a.File) {
			a.File = filepath.Join(cfg.Dir, a.File)
		}
		if info, err := os.Stat(filepath.Dir(a.File)); err != nil || !info.IsDir() {
			l.problem(d, d.root.field("stages").items[i], "access_log.file", fmt.Sprintf("there is no folder %s to write it in", filepath.Dir(a.File)))
		}
	}
}

// validate reports what a Validate function finds, whose paths are below a
// prefix. translate, where given, turns a path into the one that is written.
func (l *loader) validate(d *document, prefix string, translate func(string) string, validate func(bad func(path, what string))) {
	validate(func(path, what string) {
		if prefix != "" && path != "" && path[0] != '[' {
			path = "." + path
		}
		path = prefix + path
		if translate != nil {
			path = translate(path)
		}
		if !d.consequence(path, what) {
			l.problem(d, d.root, path, what)
		}
	})
}

// consequence tells whether a problem at the path may come from one that was
// found in another section.
func (d *document) consequence(path, what string) bool {
	for _, f := range follows {
		section := d.root.field(f.first)
		if section != nil && f.then.MatchString(path+": "+what) && section.doubtful() {
			return true
		}
	}
	return false
}

// follows lists where a problem in one section makes those in others, as "path:
// words", doubtful: a limit for a route is not wrong because the route is misspelt.
var follows = []struct {
	first string
	then  *regexp.Regexp
}{
	{"kind", regexp.MustCompile(`.`)},
	{"routes", regexp.MustCompile(`^(stages\[\d+\]|usage_plans\[\d+\])\.methods|^usage_plans: `)},
	{"stages", regexp.MustCompile(`^usage_plans\[\d+\]\.(stages|keys)`)},
	{"account", regexp.MustCompile(`^stages\[.*account`)},
	{"feeders", regexp.MustCompile(`^(requests|clients).*(\{\{|feeder)`)},
	{"requests", regexp.MustCompile(`^feeders`)},
	{"traffic", regexp.MustCompile(`^requests: |^traffic\.for: goes with concurrency`)},
}
