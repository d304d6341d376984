// Package spelling guesses which known name a mistyped one was meant to be, so
// that every error about a name can end with the same words.
package spelling

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"
)

// DidYouMean is ` (did you mean "rate"?)` where a known name is near to word,
// else "".
func DidYouMean(word string, known []string) string {
	if n := Nearest(word, known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// Nearest is the known name with the fewest edits to word (insertions,
// deletions, replacements, swaps of neighbours; case does not count), or ""
// where even that one differs in more than a third of word's characters.
// Among equals the first in the alphabet wins.
func Nearest(word string, known []string) string {
	if len(word) > 100 { // no mistyped name: distance is quadratic
		return ""
	}
	best, least := "", 1+max(1, len([]rune(word))/3)
	for _, k := range slices.Sorted(slices.Values(known)) {
		d := edlib.OSADamerauLevenshteinDistance(strings.ToLower(word), strings.ToLower(k))
		if d < least {
			best, least = k, d
		}
	}
	return best
}
