package scenarios

import (
	"time"

	"github.com/turnpike-perf/turnpike/traffic"
)

// windowNames are the windows that a check's during can name: each stage, the
// names that package traffic makes up for unnamed ones, and "steady". nil where
// they cannot be told.
func windowNames(c traffic.Config) []string {
	names := []string{"steady"}
	switch {
	case c.Replay != nil:
		return append(names, "replay")
	case len(c.Stages) == 0:
		return append(names, "closed loop")
	}
	p, err := traffic.NewPlan(traffic.Source{
		Traffic:  traffic.Config{Stages: c.Stages},
		Requests: []traffic.RequestSpec{{Name: "any", Method: "GET", Path: "/"}},
	})
	if err != nil {
		return nil
	}
	for _, w := range p.Windows() {
		names = append(names, w.Name)
	}
	return names
}

// requestNames are the names that a check's of can name; nil where a log makes
// up its own.
func requestNames(s traffic.Source) []string {
	if len(s.Requests) == 0 {
		return nil
	}
	second := traffic.Rate(1)
	bare := traffic.Source{Feeders: s.Feeders, Traffic: traffic.Config{Stages: []traffic.Stage{{Rate: &second, For: time.Second}}}}
	for _, r := range s.Requests {
		if r.Log != "" {
			return nil
		}
		bare.Requests = append(bare.Requests, traffic.RequestSpec{Name: r.Name, Method: r.Method, Path: r.Path})
	}
	p, err := traffic.NewPlan(bare)
	if err != nil {
		return nil
	}
	return p.Names
}
