package traffic

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"gopkg.in/yaml.v3"
)

// The scripts in testdata say what a plan does, one command each:
//
//	file name=users.csv     writes a file that later commands can name
//	problems                what Validate says of a source in YAML
//	rate                    planned rate and arrivals for each second of a source
//	due [n=]                when each arrival is due, and what it asks for
//	send [n=]               the requests, as they would be written
//	trace                   what ReadTrace says of a replay
//
// go test ./traffic -rewrite writes them anew.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		s := script{dir: t.TempDir()}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out := s.run(t, d)
			return strings.ReplaceAll(out, s.dir+"/", "")
		})
	})
}

type script struct{ dir string }

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	if d.Cmd == "file" {
		var name string
		d.ScanArgs(t, "name", &name)
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(d.Input+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	source, err := s.source(d.Input)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	if d.Cmd == "problems" {
		return problems(source)
	}
	if d.Cmd == "trace" {
		return describeTrace(*source.Traffic.Replay)
	}
	p, err := NewPlan(*source)
	if err != nil {
		return fmt.Sprintf("error: %v\n", err)
	}
	n := 20
	if d.HasArg("n") {
		d.ScanArgs(t, "n", &n)
	}
	switch d.Cmd {
	case "rate":
		return describeRate(p)
	case "due":
		return describeDue(p, n)
	case "send":
		return describeRequests(p, n)
	}
	d.Fatalf(t, "unknown command %q", d.Cmd)
	return ""
}

// source reads a source from YAML, as package scenarios would.
func (s *script) source(text string) (*Source, error) {
	var doc struct {
		Traffic  Config
		Clients  []Client
		Requests []map[string]yaml.Node
		Feeders  map[string]Feeder
	}
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	source := &Source{Traffic: doc.Traffic, Clients: doc.Clients, Feeders: doc.Feeders}
	for _, fields := range doc.Requests {
		r, err := requestSpec(fields)
		if err != nil {
			return nil, err
		}
		if r.Log != "" {
			r.Log = filepath.Join(s.dir, r.Log)
		}
		source.Requests = append(source.Requests, r)
	}
	if r := source.Traffic.Replay; r != nil && r.File != "" {
		r.File = filepath.Join(s.dir, r.File)
	}
	for name, f := range source.Feeders {
		if f.File != "" {
			f.File = filepath.Join(s.dir, f.File)
		}
		source.Feeders[name] = f
	}
	return source, nil
}

func requestSpec(fields map[string]yaml.Node) (r RequestSpec, err error) {
	known := map[string]any{"name": &r.Name, "weight": &r.Weight, "headers": &r.Headers, "body": &r.Body, "log": &r.Log}
	for key, node := range fields {
		to, ok := known[key]
		if !ok {
			r.Method, to = key, &r.Path
		}
		if err := node.Decode(to); err != nil {
			return r, err
		}
	}
	return r, nil
}

func problems(s *Source) string {
	var out strings.Builder
	s.Validate(func(path, problem string) { fmt.Fprintf(&out, "%s: %s\n", path, problem) })
	if out.Len() == 0 {
		return "none\n"
	}
	return out.String()
}

func describeRate(p *Plan) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d arrivals in %s\n", p.Count(), p.Duration())
	for _, w := range p.Windows() {
		fmt.Fprintf(&out, "%q %s-%s steady=%v\n", w.Name, w.From, w.To, w.Steady)
	}
	bySecond := map[time.Duration]int{}
	for a, i := p.Arrivals(), 0; ; i++ {
		next, ok := a.Next()
		if !ok {
			break
		}
		bySecond[next.Due.Truncate(time.Second)]++
	}
	for t := time.Duration(0); t < p.Duration(); t += time.Second {
		fmt.Fprintf(&out, "%3.0fs  rate %6.2f  planned %6.2f  arrivals %d\n", t.Seconds(), p.RateAt(t), p.Planned(t, t+time.Second), bySecond[t])
	}
	return out.String()
}

func describeDue(p *Plan, n int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d arrivals in %s\n", p.Count(), p.Duration())
	arrivals := p.Arrivals()
	for range n {
		a, ok := arrivals.Next()
		if !ok {
			break
		}
		fmt.Fprintf(&out, "%d %s %s", a.Seq, a.Due, p.Names[a.Request])
		if a.Client >= 0 {
			fmt.Fprintf(&out, " as %s", p.Clients[a.Client].Name)
		}
		if a.Entry >= 0 {
			fmt.Fprintf(&out, " entry %d", a.Entry)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func describeRequests(p *Plan, n int) string {
	var out strings.Builder
	for seq := range uint64(n) {
		r := p.Request(p.Draw(seq))
		target := r.Path
		if r.Query != "" {
			target += "?" + r.Query
		}
		fmt.Fprintf(&out, "%q %s %s", r.Name, r.Method, target)
		for _, f := range r.Header {
			fmt.Fprintf(&out, " %s: %s;", f.Name, f.Value)
		}
		if r.APIKey != "" {
			fmt.Fprintf(&out, " key %s", r.APIKey)
		}
		if r.Body != nil {
			fmt.Fprintf(&out, " body %s", r.Body)
		}
		out.WriteByte('\n')
		if _, err := http.NewRequest(r.Method, "http://localhost"+target, nil); err != nil {
			fmt.Fprintf(&out, "cannot be sent: %v\n", err)
		}
	}
	return out.String()
}

func describeTrace(r Replay) string {
	s, err := ReadTrace(r)
	if err != nil {
		return fmt.Sprintf("error: %v\n", err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %d arrivals in %s from %s, peak %d/s, CV %.3f, IDC %.3f\n", s.Format, s.Count, s.Span, s.First.Format(time.RFC3339Nano), s.PeakPerSecond, s.CV, s.IDC1s)
	for _, w := range s.Warnings {
		fmt.Fprintf(&out, "warning: %s\n", w)
	}
	return out.String()
}
