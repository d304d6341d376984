package scenarios

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected errors in testdata/broken")

// environment is what the scenarios in testdata see.
func environment(name string) (string, bool) {
	value, ok := map[string]string{
		"SECRET":           "s3cret-value-0123456789",
		"API_HOST":         "abc123.execute-api.eu-west-1.amazonaws.com",
		"INSECURE":         "true",
		"CLIENTS":          "12",
		"HOST_IN_CAPITALS": "API.Example.Com",
		"EMPTY":            "",
	}[name]
	return value, ok
}

// load reads a file as what its name says it is.
func load(path string) (*Scenario, error) {
	if strings.HasPrefix(filepath.Base(path), "api-") {
		_, err := LoadAPI(path, environment)
		return nil, err
	}
	return Load(path, environment)
}

// TestBroken compares what a person is told about each broken file with the
// .txt beside it. Read the texts when -update has rewritten them: they are the
// product.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) < 25 {
		t.Fatalf("Glob = %d files, %v; want at least 25", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			_, err := load(file)
			var problems *Problems
			if !errors.As(err, &problems) {
				t.Fatalf("load(%s) = %v, want *Problems", file, err)
			}
			got := strings.NewReplacer("testdata/broken/", "", "testdata/", "").Replace(err.Error()) + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("load(%s) (-want +got; go test ./scenarios -update rewrites it):\n%s", file, diff)
			}
			if strings.Contains(got, "s3cret") || strings.Contains(got, "hunter2") {
				t.Errorf("load(%s) shows a secret: %s", file, got)
			}
		})
	}
}

func TestGood(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %d files, %v", len(files), err)
	}
	for _, file := range files {
		if _, err := load(file); err != nil {
			t.Errorf("load(%s):\n%v", file, err)
		}
	}
}

// TestExamples loads what the repository's examples folder offers.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Skip("there are no examples")
	}
	for _, file := range files {
		var err error
		if IsAPI(file) {
			_, err = LoadAPI(file, environment)
		} else {
			_, err = Load(file, environment)
		}
		if err != nil {
			t.Errorf("load(%s):\n%v", file, err)
		}
	}
}

func TestUnreadable(t *testing.T) {
	folder := t.TempDir()
	big := filepath.Join(folder, "big.yaml")
	if err := os.WriteFile(big, make([]byte, maxFile+1), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                        "is a directory, not a file",
		filepath.Join(folder, "none"): "there is no such file",
		big:                           "is larger than 8 MB: is it a YAML file at all?",
	} {
		for kind, load := range map[string]func() error{
			"Load":    func() error { _, err := Load(path, environment); return err },
			"LoadAPI": func() error { _, err := LoadAPI(path, environment); return err },
		} {
			if err := load(); err == nil || err.Error() != path+": "+want {
				t.Errorf("%s(%s) = %v, want %q", kind, path, err, path+": "+want)
			}
		}
	}
}

func TestStarter(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "scenario.yaml")
	for file, text := range map[string][]byte{path: Starter(), filepath.Join(folder, "api.yaml"): StarterAPI()} {
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(path, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatalf("Load(starter):\n%v", err)
	}
	if s.API == nil || len(s.Checks) == 0 || len(s.Source.Requests) == 0 {
		t.Errorf("Load(starter) = %+v, want an API, checks and requests", s)
	}
	for kind, text := range map[string][]byte{"scenario": Starter(), "api": StarterAPI()} {
		first, _, _ := strings.Cut(string(text), "\n")
		want := "# yaml-language-server: $schema=https://raw.githubusercontent.com/turnpike-perf/turnpike/main/scenarios/" + kind + ".schema.json"
		if first != want {
			t.Errorf("starter %s begins with %q, want %q", kind, first, want)
		}
	}
}
