package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEffective(t *testing.T) {
	s, err := Load("testdata/good/url.yaml", environment)
	if err != nil {
		t.Fatal(err)
	}
	text := string(s.Effective)
	for _, secret := range []string{"s3cret-value-0123456789", "literal-session-id-42", "pw-in-url", "query-token-99", "abc123.execute-api"} {
		if strings.Contains(text, secret) {
			t.Errorf("Effective shows %q:\n%s", secret, text)
		}
	}
	for _, want := range []string{"url: https://$API_HOST/prod", "Bearer $SECRET", `"${SECRET:?a key}"`, "concurrency: $CLIENTS", "$default and $context.requestId", "https://***@example.com/?token=***"} {
		if !strings.Contains(text, want) {
			t.Errorf("Effective lacks %q:\n%s", want, text)
		}
	}
	for _, want := range []string{"s3cret-value-0123456789", "session=literal-session-id-42", "query-token-99", "12", "true"} {
		if !slices.Contains(s.Secrets, want) {
			t.Errorf("Secrets = %q, want %q among them", s.Secrets, want)
		}
	}
	if s.Target.URL != "https://abc123.execute-api.eu-west-1.amazonaws.com/prod" || s.Target.Shown != "https://$API_HOST/prod" {
		t.Errorf("Target = %+v, want the URL filled in and shown by its variable", s.Target)
	}
	if got := s.Source.Requests[0].Headers["authorization"]; got != "Bearer s3cret-value-0123456789" {
		t.Errorf("authorization = %q, want the variable filled in", got)
	}
	if got, want := s.Source.Requests[0].Body, "$5 for $default and $context.requestId"; !strings.HasPrefix(got.(string), want) {
		t.Errorf("body = %q, want it to begin with %q", got, want)
	}
	if s.Source.Traffic.Concurrency != 12 || !s.Target.Insecure {
		t.Errorf("concurrency = %d, insecure = %v; want variables read as a number and as true", s.Source.Traffic.Concurrency, s.Target.Insecure)
	}
	if got, want := s.Hide("key s3cret-value-0123456789!"), "key $SECRET!"; got != want {
		t.Errorf("Hide = %q, want %q", got, want)
	}
}

// TestEffectiveAPI checks the literal keys of an API definition, and that a
// scenario's own copy of one is hidden too.
func TestEffectiveAPI(t *testing.T) {
	s, err := Load("testdata/good/with-keys.yaml", environment)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"Effective": s.Effective, "EffectiveAPI": s.EffectiveAPI} {
		for _, secret := range []string{"literal-api-key-value-0001", "s3cret-value-0123456789"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s shows %q:\n%s", name, secret, text)
			}
		}
	}
	if !strings.Contains(string(s.EffectiveAPI), `{name: old, value: "***"`) || !strings.Contains(string(s.EffectiveAPI), "$context.requestId") {
		t.Errorf("EffectiveAPI lacks the redacted key or the log format:\n%s", s.EffectiveAPI)
	}
}

// TestNoSecretInEffective is the law: whatever a secret is and wherever it is
// written, the effective scenario and the problems do not hold it.
func TestNoSecretInEffective(t *testing.T) {
	folder := t.TempDir()
	api, err := os.ReadFile("testdata/api.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "api.yaml"), api, 0o666); err != nil {
		t.Fatal(err)
	}
	places := []string{
		"clients: [{name: a, share: 100%, api_key: @}]",
		"requests: [{GET: /posts, headers: {authorization: @}}]",
		"requests: [{GET: /posts, headers: {X-Api-Key: @, other: @}}]",
		"requests: [{POST: /posts, body: {password: @, list: [@]}}]",
		"requests: [{POST: /posts, body: @}]",
		"requests: [{GET: /posts, headers: {cookie: [@]}}]",
		"traffic: {stages: [{rate: @, for: 1s}]}",
		"pricing: {region: @}",
		"checks: [@]",
		"target: {emulate: api.yaml, stage: @}",
		"@: 1",
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9+=_-]{8,40}`).Draw(t, "secret")
		place := rapid.SampledFrom(places).Draw(t, "place")
		written := rapid.SampledFrom([]string{`"$TOP_SECRET"`, `"${TOP_SECRET}"`, `"${TOP_SECRET:?x}"`, `"x $TOP_SECRET y"`}).Draw(t, "written")
		text := strings.ReplaceAll(place, "@", written)
		if !strings.Contains(text, "target:") {
			text += "\ntarget: {emulate: api.yaml}"
		}
		if !strings.Contains(text, "traffic:") {
			text += "\ntraffic: {stages: [{rate: 1/s, for: 1s}]}"
		}
		if !strings.Contains(text, "requests:") {
			text += "\nrequests: [{GET: /posts, headers: {again: '" + secret + "'}}]"
		}
		path := filepath.Join(folder, "scenario.yaml")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, func(name string) (string, bool) { return secret, name == "TOP_SECRET" })
		if err != nil {
			if strings.Contains(err.Error(), secret) {
				t.Fatalf("Load of\n%s\nshows %q: %v", text, secret, err)
			}
			return
		}
		if strings.Contains(string(s.Effective), secret) {
			t.Fatalf("Effective of\n%s\nshows %q:\n%s", text, secret, s.Effective)
		}
	})
}

// TestEffectiveIsStable checks that the effective scenario, where nothing was
// hidden, is itself a scenario with the same meaning.
func TestEffectiveIsStable(t *testing.T) {
	s, err := Load("testdata/good/everything.yaml", environment)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "again.yaml")
	text := strings.ReplaceAll(string(s.Effective), "../api.yaml", "api.yaml")
	files := map[string]string{"testdata/api.yaml": "api.yaml", "testdata/good/users.csv": "users.csv"}
	for from, to := range files {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, to), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path, environment)
	if err != nil {
		t.Fatalf("Load(effective):\n%v\n%s", err, text)
	}
	if string(again.Effective) != text {
		t.Errorf("Effective of the effective scenario differs:\n%s\n%s", text, again.Effective)
	}
}
