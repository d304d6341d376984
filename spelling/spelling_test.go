package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"rate", "ramp", "steps", "eu-west-1", "eu-west-2", "api_key_required"}
	for _, c := range []struct{ word, want string }{
		{"raet", "rate"}, // neighbours swapped
		{"RATE", "rate"}, // case
		{"rte", "rate"},  // one missing
		{"eu-wst-1", "eu-west-1"},
		{"eu-west-3", "eu-west-1"}, // equally near: the first in the alphabet
		{"api_key", ""},            // too much is missing
		{"x", ""},
		{"", ""},
		{strings.Repeat("rate", 40), ""},
	} {
		if got := Nearest(c.word, known); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
	if got, want := DidYouMean("stpes", known), ` (did you mean "steps"?)`; got != want {
		t.Errorf("DidYouMean = %q, want %q", got, want)
	}
	if got := DidYouMean("nothing like it", known); got != "" {
		t.Errorf("DidYouMean = %q, want none", got)
	}
}
