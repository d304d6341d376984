package pricing

import (
	"maps"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// Rules chooses between readings where the evidence on AWS's billing is not
// certain: a switch's name and the chosen value. What is absent has its
// default. See switches.
type Rules map[string]string

// A choice is one question that AWS leaves open, with the answers that can be
// chosen, the default first.
type choice struct {
	name   string
	values []string
}

const (
	billed    = "billed"
	notBilled = "not_billed"
	httpRule  = "http_metering"
	sizeRule  = "refused_transfer"
)

var httpReadings = []string{"sum", "larger", "each", "request"}

// The steps of HTTP APIs: AWS's page and whitepaper give their size, not what
// is counted. In the page's first example 12 KB in and 46 KB out are one
// request, which every reading agrees with. sum: request and response bodies
// together; larger: of the two; each: each by itself, the first step in common;
// request: the request's body alone.
//
// Data transfer is billed by itself, so that the answers to requests that are
// not billed are transferred too: an inference.
var switches = func() []choice {
	list := []choice{
		{httpRule, httpReadings},
		{sizeRule, []string{billed, notBilled}},
	}
	for i := range table {
		r := &table[i]
		if r.choice == "" || slices.ContainsFunc(list, func(c choice) bool { return c.name == r.choice }) {
			continue
		}
		values := []string{billed, notBilled}
		if r.class != Billable {
			slices.Reverse(values)
		}
		list = append(list, choice{r.choice, values})
	}
	return list
}()

// value returns what a switch is set to, its default where nothing valid is chosen.
func (r Rules) value(name string) string {
	i := slices.IndexFunc(switches, func(c choice) bool { return c.name == name })
	if v := r[name]; slices.Contains(switches[i].values, v) {
		return v
	}
	return switches[i].values[0]
}

// validate reports each unknown switch and value.
func (r Rules) validate(bad func(path, problem string)) {
	names := make([]string, len(switches))
	for i, s := range switches {
		names[i] = s.name
	}
	for _, name := range slices.Sorted(maps.Keys(r)) {
		i := slices.Index(names, name)
		if i < 0 {
			problem := "is no billing rule with a switch: want one of " + strings.Join(names, ", ")
			if near := spelling.Nearest(name, names); near != "" {
				problem = "is no billing rule with a switch (did you mean " + near + "?)"
			}
			bad("rules."+name, problem)
		} else if !slices.Contains(switches[i].values, r[name]) {
			bad("rules."+name, `is "`+r[name]+`": want `+strings.Join(switches[i].values, " or "))
		}
	}
}

// A reading is one answer to every open question.
type reading struct {
	billable [numRules]bool
	http     int  // index into httpReadings
	transfer bool // data transfer of what is not billed is billed
}

func (r Rules) reading() (d reading) {
	for i := range table {
		d.billable[i] = table[i].class == Billable
		if s := table[i].choice; s != "" {
			d.billable[i] = r.value(s) == billed
		}
	}
	d.http = slices.Index(httpReadings, r.value(httpRule))
	d.transfer = r.value(sizeRule) == billed
	return d
}

// open tells whether a question is left to its default.
func (r Rules) open(c *choice) bool {
	_, chosen := r[c.name]
	return !chosen
}

// extreme is r with every open question answered so that the bill is the
// highest, or the lowest.
func (r Rules) extreme(high bool) Rules {
	x := maps.Clone(r)
	if x == nil {
		x = Rules{}
	}
	for i := range switches {
		c := &switches[i]
		switch {
		case !r.open(c):
		case c.name == httpRule && high:
			x[c.name] = "sum" // larger <= each <= sum, since the first step is in common
		case c.name == httpRule:
			x[c.name] = "request"
		case high:
			x[c.name] = billed
		default:
			x[c.name] = notBilled
		}
	}
	return x
}
