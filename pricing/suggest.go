package pricing

import "strings"

// nearest returns the name within two edits of s, or "".
func nearest(s string, names []string) string {
	best, at := "", 3
	for _, n := range names {
		if d := edits(strings.ToLower(s), n); d < at {
			best, at = n, d
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
