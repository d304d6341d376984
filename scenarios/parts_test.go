package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turnpike-perf/turnpike/traffic"

	"github.com/turnpike-perf/turnpike/spelling"
)

// treeOf builds the tree of a text that must be sound.
func treeOf(t *testing.T, text string) *document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "it.yaml")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var c collector
	d := open(path, "scenario", &c)
	if err := c.err(); err != nil {
		t.Fatalf("open:\n%v", err)
	}
	return d
}

func TestFind(t *testing.T) {
	d := treeOf(t, `a:
  list: [x, {deep: 1}]
  methods: {"GET /x": {rate: 1}, "GET /x.json": {rate: 2}, GET: 3}
`)
	for _, c := range []struct {
		path, at, rest string
		line, col      int
	}{
		{"", "", "", 1, 1},
		{"a", "a", "", 1, 1},
		{"a.list[1].deep", "a.list[1].deep", "", 2, 14},
		{"a.list[1].none.more", "a.list[1]", ".none.more", 2, 13},
		{"a.list[7].deep", "a.list", "[7].deep", 2, 3},
		{"a.list[-1]", "a.list", "[-1]", 2, 3},
		{"a.list[x", "a.list", "[x", 2, 3},
		{"a.list.deep", "a.list", ".deep", 2, 3},
		{"a.methods.GET /x.rate", "a.methods.GET /x.rate", "", 3, 24},
		{"a.methods.GET /x.json.rate", "a.methods.GET /x.json.rate", "", 3, 50},
		{"a.methods.GET", "a.methods.GET", "", 3, 60},
		{"a.methods.GET /y", "a.methods", "GET /y", 3, 3},
		{"nowhere", "", "nowhere", 1, 1},
	} {
		at, rest := d.root.find(c.path)
		rest = strings.TrimPrefix(rest, ".")
		got := at.named
		if got != (position{c.line, c.col}) || at.path() != c.at || rest != strings.TrimPrefix(c.rest, ".") {
			t.Errorf("find(%q) = %q, %q at %v, want %q, %q at %d:%d", c.path, at.path(), rest, got, c.at, c.rest, c.line, c.col)
		}
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{"plain", "plain"},
		{"$SECRET", "s3cret-value-0123456789"},
		{"${SECRET}", "s3cret-value-0123456789"},
		{"${SECRET:?say}", "s3cret-value-0123456789"},
		{"a $CLIENTS b${CLIENTS}c", "a 12 b12c"},
		{"$$SECRET", "$SECRET"},
		{"$$$CLIENTS", "$12"},
		{"$default", "$default"},
		{"$Default", "$Default"},
		{"${Default}", "${Default}"},
		{"$context.requestId $input.path('$.x')", "$context.requestId $input.path('$.x')"},
		{"^/posts$", "^/posts$"},
		{"5$", "5$"},
		{"$1", "$1"},
		{"${stageVariables.x}", "${stageVariables.x}"},
		{"$CLIENTS.5", "12.5"},
		{"$EMPTY", `environment variable EMPTY is empty (a literal $ is written $$)`},
		{"$NONE", `environment variable NONE is not set (a literal $ is written $$)`},
		{"${NONE:?the key of the gold plan}", `environment variable NONE: the key of the gold plan`},
		{"${NONE", `"${NONE" is not closed by "}"`},
		{"${NONE:-1}", `"${NONE:-1}" is not understood; write ${NONE}, or ${NONE:?message} to say what is missing`},
	} {
		d := treeOf(t, "a: '"+strings.ReplaceAll(c.written, "'", "''")+"'")
		var problems collector
		newVault(environment).fill(d, &problems)
		got := d.root.field("a").text
		if len(problems.list) > 0 {
			got = problems.list[0].What
		}
		if got != c.want {
			t.Errorf("fill(%q) = %q, want %q", c.written, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	keys := []string{"rate", "ramp", "for", "steady", "api_key", "GET", "POST"}
	for text, want := range map[string]string{
		"rat": "rate", "raet": "rate", "Rate": "rate", "fro": "for", "apikey": "api_key", "get": "GET", "stedy": "steady",
		"colour": "", "x": "", "": "", strings.Repeat("rate", 100): "",
	} {
		if got := spelling.Nearest(text, keys); got != want {
			t.Errorf("spelling.Nearest(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestLoadValues checks that what is written arrives, through anchors, merges
// and files.
func TestLoadValues(t *testing.T) {
	s, err := Load("testdata/good/everything.yaml", environment)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "everything" || s.Dir != "testdata/good" || s.API.Name != "api" || s.Target.Stage != "beta" || s.CostOnly() {
		t.Errorf("Load = %+v, want everything on stage beta of api", s)
	}
	second := s.Source.Traffic.Stages[1]
	if second.For != 20*time.Second || second.Steady == nil || *second.Steady || *second.Ramp != (traffic.Range{From: 10, To: 20}) {
		t.Errorf("stages[1] = %+v, want what x-stage merges into it", second)
	}
	if rate := *s.Source.Traffic.Stages[0].Rate; rate != 0.5 {
		t.Errorf("stages[0].rate = %v, want 30/m = 0.5", rate)
	}
	create := s.Source.Requests[1]
	if create.Method != "POST" || create.Path != "/posts" || create.Weight != 0.5 || create.Headers["x-debug"] != "true" || create.Headers["x-trace"] != "1" {
		t.Errorf("requests[1] = %+v, want POST /posts with the merged headers", create)
	}
	body := map[string]any{"title": "post {{seq}} of {{users.name}}", "tags": []any{"a", "b"}, "draft": false, "price": 1.5, "none": "x"}
	if diff := cmp.Diff(body, create.Body); diff != "" {
		t.Errorf("requests[1].body (-want +got):\n%s", diff)
	}
	if got, want := s.Source.Feeders["users"].File, filepath.Join("testdata", "good", "users.csv"); got != want {
		t.Errorf("feeders.users.file = %q, want %q", got, want)
	}
	if diff := cmp.Diff([]int{32, 33, 34, 35}, s.CheckLines); diff != "" || len(s.Checks) != 4 {
		t.Errorf("CheckLines of %d checks (-want +got):\n%s", len(s.Checks), diff)
	}
	if s.Run.MaxInFlight != 200 || s.Run.LagBound != 20*time.Millisecond || s.Pricing.Region != "eu-west-1" || s.Pricing.Requests != 500_000_000 {
		t.Errorf("run = %+v, pricing = %+v", s.Run, s.Pricing)
	}
}

func TestLoadCostOnly(t *testing.T) {
	s, err := Load("testdata/good/cost-only.yaml", environment)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Usage{500_000_000, 1000, 12_000}); !s.CostOnly() || s.Usage == nil || *s.Usage != want {
		t.Errorf("CostOnly() = %v, Usage = %+v, want true, %+v", s.CostOnly(), s.Usage, want)
	}
}

// TestTextForms reads the same scenario with other line ends and a byte order
// mark; places count characters, not bytes.
func TestTextForms(t *testing.T) {
	text := "name: \"é\"\ntarget: {emulate: api.yaml}\ntraffic: {stages: [{name: \"é\", rat: 1/s, for: 1s}]}\nrequests: [{GET: /}]\n"
	for name, form := range map[string]string{"LF": text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "BOM": "\ufeff" + text} {
		folder := t.TempDir()
		path := filepath.Join(folder, "s.yaml")
		for file, content := range map[string]string{path: form, filepath.Join(folder, "api.yaml"): string(StarterAPI())} {
			if err := os.WriteFile(file, []byte(content), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Load(path, environment)
		want := path + `:3:32: traffic.stages[0].rat: unknown key "rat" (did you mean "rate"?)`
		if err == nil || err.Error() != want {
			t.Errorf("%s: Load = %v, want %s", name, err, want)
		}
	}
}

// TestHosts lists what may be sent to.
func TestHosts(t *testing.T) {
	allow := []string{"api.example.com", "other.example.com:8443", "10.0.0.1"}
	for address, want := range map[string]bool{
		"http://127.0.0.1:8080/prod": true, "http://localhost": true, "http://LOCALHOST:1": true, "http://[::1]:8080/": true, "http://127.9.9.9": true,
		"https://api.example.com/prod": true, "https://API.example.com:8443": true, "https://other.example.com:8443/x": true, "http://10.0.0.1": true,
		"https://other.example.com": false, "https://api.example.com.evil.org": false, "https://sub.api.example.com": false, "http://10.0.0.2": false,
		"http://localhost.example.com": false, "http://0.0.0.0": false, "http://169.254.169.254": false,
		"https://user:pass@api.example.com": false, "ftp://api.example.com": false, "api.example.com": false, "http://": false, "http://:80": false, "": false,
	} {
		u, what := parseURL(address)
		if what == "" {
			what = refuseHost(u, allow)
		}
		if (what == "") != want {
			t.Errorf("%q allowed = %v (%s), want %v", address, what == "", what, want)
		}
	}
}

// TestAllowHosts lists what allow_hosts may hold.
func TestAllowHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"api.example.com": true, "api.example.com:8443": true, "10.0.0.1": true, "10.0.0.1:80": true, "2001:db8::1": true, "[2001:db8::1]:80": true, "[2001:db8::1]": true,
		"https://api.example.com": false, "*.example.com": false, "*": false, "api.example.com/prod": false, "me@example.com": false, ":80": false, "a b": false, "a:b:c": false,
	} {
		if _, what := allowed(host); (what == "") != want {
			t.Errorf("allowed(%q) = %q, want it taken: %v", host, what, want)
		}
	}
	if host, _ := allowed("[2001:DB8::1]"); host != "2001:db8::1" {
		t.Errorf("allowed([2001:DB8::1]) = %q, want it without brackets in lower case", host)
	}
}

// TestAliasesAreBounded: a file whose aliases double at each line is refused
// and not expanded.
func TestAliasesAreBounded(t *testing.T) {
	text := "x-0: &x0 [a, a]\n"
	for i := 1; i < 40; i++ {
		n := func(i int) string { return "x" + strings.Repeat("i", i) }
		prior := n(i - 1)
		if i == 1 {
			prior = "x0"
		}
		text += "x-" + n(i) + ": &" + n(i) + " [*" + prior + ", *" + prior + "]\n"
	}
	path := filepath.Join(t.TempDir(), "bomb.yaml")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path, environment)
	if err == nil || !strings.Contains(err.Error(), "expand to more than 100000 values") {
		t.Errorf("Load(bomb) = %v, want it refused", err)
	}
}
