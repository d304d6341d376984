package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoad feeds any bytes as a scenario and as an API definition: no input
// panics, and what is wrong is a *Problems with a place in the file.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/broken/*.yaml", "testdata/good/*.yaml", "testdata/*.yaml", "starter/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	folder := f.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "api.yaml"), StarterAPI(), 0o666); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(folder, "scenario.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, environment)
		placed(t, err)
		if err == nil && (s == nil || s.Name == "") {
			t.Errorf("Load = %+v without an error", s)
		}
		_, err = LoadAPI(path, environment)
		placed(t, err)
		IsAPI(path)
	})
}

func placed(t *testing.T, err error) {
	t.Helper()
	var problems *Problems
	if err == nil {
		return
	}
	if !errors.As(err, &problems) || len(problems.List) == 0 {
		t.Fatalf("Load = %v (%T), want *Problems", err, err)
	}
	for _, p := range problems.List {
		if p.Line < 1 || p.Col < 1 || p.What == "" {
			t.Errorf("problem %+v has no place or no words", p)
		}
	}
}
