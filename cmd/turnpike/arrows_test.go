package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestArrows holds the package picture of ARCHITECTURE.md: which of our
// packages each may import, outside tests.
func TestArrows(t *testing.T) {
	const module = "github.com/turnpike-perf/turnpike/"
	allowed := map[string][]string{
		"spelling":     {},
		"traffic":      {"spelling"}, // the words of everything else: a leaf but for spelling
		"throttle":     {},           // arithmetic that any limiter could use
		"gateway":      {"spelling", "throttle", "traffic"},
		"emulator":     {"gateway", "traffic"},
		"wire":         {"traffic"},
		"runner":       {"traffic", "wire"}, // never gateway: it cannot tell the model, the emulator and AWS apart
		"measure":      {"traffic"},         // never runner: it cannot tell the clocks apart
		"pricing":      {"spelling", "traffic"},
		"checks":       {"measure", "pricing", "spelling"},
		"report":       {"checks", "measure", "pricing", "traffic"}, // never runner or gateway: a saved run is rendered without them
		"scenarios":    {"checks", "gateway", "pricing", "spelling", "traffic"},
		"cmd/turnpike": {"checks", "emulator", "gateway", "measure", "pricing", "report", "runner", "scenarios", "traffic"},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], module)
		may, known := allowed[name]
		if !known {
			t.Errorf("package %s is not in the picture: add it to ARCHITECTURE.md and here", name)
			continue
		}
		seen++
		for _, imported := range fields[1:] {
			if to, ours := strings.CutPrefix(imported, module); ours && !slices.Contains(may, to) {
				t.Errorf("%s imports %s, which the picture does not allow", name, to)
			}
		}
	}
	if seen != len(allowed) {
		t.Errorf("found %d packages, the picture has %d", seen, len(allowed))
	}
}
