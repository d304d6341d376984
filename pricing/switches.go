package pricing

import (
	"maps"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/spelling"
)

// Rules chooses between readings where the evidence on AWS's billing is not
// certain: a switch's name and the chosen value. What is absent has its
// default. Switches lists them.
type Rules map[string]string

// A Switch is one question that AWS leaves open, with the answers that can be chosen.
type Switch struct {
	Name       string   `json:"name"`
	Values     []string `json:"values"` // the default first
	Says       string   `json:"says"`
	Confidence string   `json:"confidence"`
	Citation   string   `json:"citation"`
}

const (
	billed    = "billed"
	notBilled = "not_billed"
	httpRule  = "http_metering"
	sizeRule  = "refused_transfer"
)

var httpReadings = []string{"sum", "larger", "each", "request"}

var switches = func() []Switch {
	list := []Switch{
		{httpRule, httpReadings, "HTTP APIs are metered in 512 KB steps; of what is not said. sum: request and response bodies together; " +
			"larger: of the two; each: each by itself, the first step in common; request: the request's body alone", Unknown,
			"AWS whitepaper, https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html; " +
				"12 KB in and 46 KB out are one request in the first example of https://aws.amazon.com/api-gateway/pricing/"},
		{sizeRule, []string{billed, notBilled}, "data transfer out of the answers to requests that are not billed themselves: the bytes do leave the region",
			Inference, "data transfer is billed by itself, at EC2's rate, https://aws.amazon.com/api-gateway/pricing/"},
	}
	for i := range table {
		r := &table[i]
		if r.Switch == "" || slices.ContainsFunc(list, func(s Switch) bool { return s.Name == r.Switch }) {
			continue
		}
		values := []string{billed, notBilled}
		if r.Default != Billable {
			slices.Reverse(values)
		}
		list = append(list, Switch{r.Switch, values, r.Title + ": " + r.Says, r.Confidence, r.Citation})
	}
	return list
}()

// Switches lists what pricing.rules can decide.
func Switches() []Switch { return slices.Clone(switches) }

// value returns what a switch is set to, its default where nothing valid is chosen.
func (r Rules) value(name string) string {
	i := slices.IndexFunc(switches, func(s Switch) bool { return s.Name == name })
	if v := r[name]; slices.Contains(switches[i].Values, v) {
		return v
	}
	return switches[i].Values[0]
}

// validate reports each unknown switch and value.
func (r Rules) validate(bad func(path, problem string)) {
	names := make([]string, len(switches))
	for i, s := range switches {
		names[i] = s.Name
	}
	for _, name := range slices.Sorted(maps.Keys(r)) {
		i := slices.Index(names, name)
		if i < 0 {
			problem := "is no billing rule with a switch: want one of " + strings.Join(names, ", ")
			if near := spelling.Nearest(name, names); near != "" {
				problem = "is no billing rule with a switch (did you mean " + near + "?)"
			}
			bad("rules."+name, problem)
		} else if !slices.Contains(switches[i].Values, r[name]) {
			bad("rules."+name, `is "`+r[name]+`": want `+strings.Join(switches[i].Values, " or "))
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
		d.billable[i] = table[i].Default == Billable
		if s := table[i].Switch; s != "" {
			d.billable[i] = r.value(s) == billed
		}
	}
	d.http = slices.Index(httpReadings, r.value(httpRule))
	d.transfer = r.value(sizeRule) == billed
	return d
}

// open tells whether a switch is left to its default although the evidence is weak.
func (r Rules) open(s *Switch) bool {
	_, chosen := r[s.Name]
	return !chosen && s.Confidence != Documented
}

// extreme is r with every open question answered so that the bill is the
// highest, or the lowest.
func (r Rules) extreme(high bool) Rules {
	x := maps.Clone(r)
	if x == nil {
		x = Rules{}
	}
	for i := range switches {
		s := &switches[i]
		switch {
		case !r.open(s):
		case s.Name == httpRule && high:
			x[s.Name] = "sum" // larger <= each <= sum, since the first step is in common
		case s.Name == httpRule:
			x[s.Name] = "request"
		case high:
			x[s.Name] = billed
		default:
			x[s.Name] = notBilled
		}
	}
	return x
}
