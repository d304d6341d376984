package traffic

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxNames is how many names a plan has at most: rows of a table, each with its histograms.
const maxNames = 64

// A spec is a RequestSpec, or a replayed log, made ready.
type spec struct {
	name     int       // index into Plan.Names; not of a log
	programs []program // for no client, then for each client
	from     int       // of a log: the first of its entries in Plan.lines
	lines    int       // and how many; 0 where it is not a log
}

// fill sets what is sent, and by whom. own is the log that the arrivals are
// replayed from, where that also says what is asked.
func (p *Plan) fill(s *Source, c *checked, own *trace) error {
	p.Clients = withShares(s.Clients)
	if len(p.Clients) > 1 {
		p.callers = newAlias(clientShares(p.Clients))
	}
	for _, name := range slices.Sorted(maps.Keys(c.tables)) {
		p.tables = append(p.tables, c.tables[name])
	}
	if own != nil {
		p.addLog(own, "", maxRoutes)
		p.specs = []spec{{programs: c.programs(&RequestSpec{}, "", p.Clients, ignore), lines: len(p.lines)}}
		return nil
	}
	titles := requestTitles(s.Requests)
	shares := requestShares(s.Requests)
	if len(shares) > 1 {
		p.choice = newAlias(shares)
	}
	for i := range s.Requests {
		r := &s.Requests[i]
		sp := spec{name: len(p.Names)}
		if r.Log == "" {
			p.Names = append(p.Names, titles[i])
			p.owner = append(p.owner, int32(i))
		}
		sp.programs = c.programs(r, titles[i], p.Clients, ignore)
		p.specs = append(p.specs, sp)
	}
	return p.fillLogs(s.Requests, titles)
}

// fillLogs reads the logs that requests name, after all other names are known.
func (p *Plan) fillLogs(requests []RequestSpec, titles []string) error {
	logs := 0
	for i := range requests {
		if requests[i].Log != "" {
			logs++
		}
	}
	for i := range requests {
		if requests[i].Log == "" {
			continue
		}
		t, err := loadTrace(&Replay{File: requests[i].Log}, true)
		if err != nil {
			return fmt.Errorf("requests[%d]: %w", i, err)
		}
		p.specs[i].from = len(p.lines)
		p.specs[i].lines = len(t.arrived)
		p.addLog(t, requests[i].Name, min(maxRoutes, (maxNames-len(p.Names))/logs))
		logs--
	}
	return nil
}

func ignore(path, problem string) {}

func requestShares(requests []RequestSpec) []float64 {
	shares, sum := make([]float64, len(requests)), 0.0
	for i := range requests {
		shares[i] = orOne(requests[i].Weight)
		sum += shares[i]
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares
}

// requestTitles names the requests: those without a name by method and path.
func requestTitles(requests []RequestSpec) []string {
	used := map[string]int{}
	for i := range requests {
		if name := requests[i].Name; name != "" {
			used[strings.ToLower(name)]++
		}
	}
	titles := make([]string, len(requests))
	for i := range requests {
		r := &requests[i]
		if titles[i] = r.Name; r.Name == "" && r.Log == "" {
			path, _, _ := strings.Cut(r.Path, "?")
			titles[i] = unique(used, strings.ToUpper(r.Method)+" "+path)
		}
	}
	return titles
}

// withShares copies the clients, and gives those without a share an equal part
// of what the others leave.
func withShares(clients []Client) []Client {
	clients = slices.Clone(clients)
	left, open := Percent(100), 0
	for _, c := range clients {
		if left -= c.Share; c.Share == 0 {
			open++
		}
	}
	for i := range clients {
		if clients[i].Share == 0 {
			clients[i].Share = left / Percent(open)
		}
	}
	return clients
}

func clientShares(clients []Client) []float64 {
	shares := make([]float64, len(clients))
	for i, c := range clients {
		shares[i] = float64(c.Share)
	}
	return shares
}

// programs compiles a request for no client and for each client.
func (c *checked) programs(r *RequestSpec, title string, clients []Client, bad func(path, problem string)) []program {
	all := make([]program, 0, len(clients)+1)
	for i := range len(clients) + 1 {
		var client Client
		if i > 0 {
			client = clients[i-1]
			bad = ignore // the first round has reported what is wrong
		}
		m := c.program(r, &client, len(clients) > 0, bad)
		if m.name = title; m.isConstant() {
			m.constant = m.render(0, 0)
		}
		all = append(all, m)
	}
	return all
}

func (c *checked) program(r *RequestSpec, client *Client, named bool, bad func(path, problem string)) program {
	of := &compiler{tables: c.tables, client: client.Name, named: named}
	at := func(path string) func(string) {
		return func(problem string) { bad(path, problem) }
	}
	m := program{method: strings.ToUpper(r.Method)}
	path, query, _ := strings.Cut(r.Path, "?")
	m.path = of.compile(path, inPath, at("."+r.Method))
	m.query = of.compile(query, inQuery, at("."+r.Method))
	m.key.literal(client.APIKey)
	m.body = of.body(r.Body, func(path, problem string) { bad(".body"+path, problem) })
	for _, name := range fieldNames(r.Headers, client.Headers) {
		text, own := lookup(r.Headers, name)
		report := at(".headers." + name)
		if !own {
			text, _ = lookup(client.Headers, name)
			report = func(string) {}
		}
		value := of.compile(text, inHeader, report)
		if strings.EqualFold(name, "x-api-key") {
			m.key = value
			continue
		}
		m.fields = append(m.fields, fieldTemplate{name, value})
	}
	if _, isText := r.Body.(string); r.Body != nil && !isText && !m.has("content-type") {
		json := template{parts: []part{{text: "application/json"}}}
		m.fields = append(m.fields, fieldTemplate{"content-type", json})
	}
	return m
}

func (m *program) has(name string) bool {
	return slices.ContainsFunc(m.fields, func(f fieldTemplate) bool { return strings.EqualFold(f.name, name) })
}

// fieldNames merges the names of a request's and its client's fields, in order
// of the alphabet, without regard to case.
func fieldNames(request, client map[string]string) []string {
	names := slices.Sorted(maps.Keys(request))
	for _, name := range slices.Sorted(maps.Keys(client)) {
		if _, taken := lookup(request, name); !taken {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}

func lookup(headers map[string]string, name string) (string, bool) {
	for have, value := range headers {
		if strings.EqualFold(have, name) {
			return value, true
		}
	}
	return "", false
}
