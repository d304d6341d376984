package scenarios

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// targeted checks what the scenario is aimed at and loads the API to emulate.
// It tells whether something is to be sent, so that there must be traffic.
func (l *loader) targeted(d *document, s *Scenario) bool {
	root := d.root
	target := root.field("target")
	sends := root.field("traffic") != nil || root.field("requests") != nil || root.field("clients") != nil
	if target == nil {
		if sends || root.field("pricing").field("usage") == nil {
			l.absent(d, "target", "is missing: emulate names an API definition, url a deployed stage (a scenario with pricing.usage can do without: it is only priced)")
		}
		return sends
	}
	if root.field("traffic") == nil {
		l.absent(d, "traffic", "is missing: it says when requests are sent, such as traffic: {stages: [{rate: 100/s, for: 30s}]}")
	}
	emulate, address := target.field("emulate"), target.field("url")
	switch {
	case target.doubtful():
	case emulate != nil && address != nil:
		l.problem(d, target, "url", "give emulate or url, not both")
	case emulate == nil && address == nil:
		l.problem(d, target, "", "must say where requests go: emulate names an API definition, url a deployed stage")
	case address != nil:
		l.address(d, s, target)
	default:
		l.emulated(d, s, target)
	}
	return root.field("traffic") != nil
}

// absent reports a section of the scenario that is not there, unless a
// misspelt one is.
func (l *loader) absent(d *document, key, what string) {
	if d.root.absent(key) {
		return
	}
	l.add(Problem{d.file, d.root.at.line, d.root.at.col, key, what})
}

// emulated loads the API definition of target.emulate.
func (l *loader) emulated(d *document, s *Scenario, target *node) {
	for _, key := range []string{"insecure", "http2"} {
		if target.field(key) != nil {
			l.problem(d, target, key, "only means something with url")
		}
	}
	n := target.field("emulate")
	s.Target.Emulate = l.file(d, n, s.Dir)
	if n.broken {
		return
	}
	if abs(s.Target.Emulate) == abs(s.Path) {
		l.problem(d, n, "", "is this scenario itself; name an API definition")
		return
	}
	before := len(l.list)
	api, err := l.definition(s.Target.Emulate, append([]string{}, s.AllowHosts...))
	if err != nil {
		l.problem(d, n, "", err.Error())
	}
	s.API = api
	if stage := target.field("stage"); stage != nil && api != nil && len(l.list) == before {
		var names []string
		for _, st := range api.Stages {
			names = append(names, st.Name)
		}
		if !slices.Contains(names, s.Target.Stage) {
			hint := spelling.DidYouMean(s.Target.Stage, names)
			if hint == "" {
				hint = "; it has " + strings.Join(names, ", ")
			}
			l.problem(d, stage, "", fmt.Sprintf("%s has no stage %q%s", filepath.Base(s.Target.Emulate), s.Target.Stage, hint))
		}
	}
}

func abs(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// address checks target.url.
func (l *loader) address(d *document, s *Scenario, target *node) {
	if target.field("stage") != nil {
		l.problem(d, target, "stage", "only means something with emulate; a deployed stage is part of the url")
	}
	n := target.field("url")
	s.Target.Shown = l.vault.redact(n)
	u, what := parseURL(s.Target.URL)
	switch {
	case what != "":
	case u.RawQuery != "" || u.Fragment != "":
		what = "is the base of every request, so it cannot have a query or fragment; write the query into the requests' paths"
	default:
		what = refuseHost(u, s.AllowHosts)
	}
	if what != "" {
		l.problem(d, n, "", what)
	}
}

// backend checks where an HTTP integration leads: what the emulator passes on
// is sent just as well.
func (l *loader) backend(d *document, n *node, address string, allow []string) {
	u, what := parseURL(address)
	if what == "" {
		if strings.ContainsAny(u.Host, "{}") {
			what = "a host made of parameters could be any host; write it out"
		} else {
			what = refuseHost(u, allow)
		}
	}
	if what != "" && n != nil {
		l.problem(d, n, "", what)
		n.broken = true
	}
}

// parseURL never repeats the address, which may hold a password.
func parseURL(address string) (*url.URL, string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return nil, "must be a URL with scheme and host, such as https://abc123.execute-api.eu-west-1.amazonaws.com/prod"
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Sprintf("must begin with http:// or https://, got %s://", short(u.Scheme))
	case u.User != nil:
		return nil, "must not hold a user name or password; send credentials in a header, from a variable"
	}
	return u, ""
}

// refuseHost says why nothing may be sent to a host, or "": loopback and what
// the scenario lists are allowed.
func refuseHost(u *url.URL, allow []string) string {
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || net.ParseIP(host).IsLoopback() {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if slices.Contains(allow, host) || slices.Contains(allow, net.JoinHostPort(host, port)) {
		return ""
	}
	shown := u.Hostname() // as written, so that a variable's value is found in it and hidden
	return fmt.Sprintf("the host %s may not be sent to: if it is yours to load, list it in the scenario: allow_hosts: [%s]", shown, shown)
}

// allowHosts reads the list of hosts.
func (l *loader) allowHosts(d *document, s *Scenario) {
	list := d.root.field("allow_hosts")
	for i, host := range decode[[]string](l, d, list) {
		host, what := allowed(host)
		if what != "" {
			l.problem(d, list.items[i], "", what)
		}
		s.AllowHosts = append(s.AllowHosts, host)
	}
}

// allowed is an entry of allow_hosts as refuseHost compares it, or what keeps
// it from being a host.
func allowed(host string) (normal, wrong string) {
	normal = strings.ToLower(host)
	if ip := net.ParseIP(strings.Trim(normal, "[]")); ip != nil {
		return ip.String(), ""
	}
	name, _, err := net.SplitHostPort(normal)
	if err != nil {
		name = normal
	}
	switch {
	case strings.Contains(normal, "://"):
		return normal, "must be a host without scheme and path, such as api.example.com"
	case strings.Contains(name, "*"):
		return normal, "must be one host, such as api.example.com; a pattern could allow someone else's API"
	case name == "" || strings.ContainsAny(name, "/@? \t[]") || strings.Contains(name, ":") && net.ParseIP(name) == nil:
		return normal, "must be a host, such as api.example.com or api.example.com:8443"
	}
	return normal, ""
}
