package scenarios

import (
	"strconv"
	"strings"
)

// find follows a path as Validate functions write it ("stages[2].rate",
// "methods.GET /posts/{id}.rate") as far as it leads; rest is what is not in
// the file. A key may hold dots and brackets: the longest that fits is taken.
func (n *node) find(path string) (at *node, rest string) {
	for {
		next, left := n.step(path)
		if next == nil {
			return n, path
		}
		n, path = next, left
	}
}

func (n *node) step(path string) (next *node, rest string) {
	if n.kind == list {
		if index, left, ok := strings.Cut(strings.TrimPrefix(path, "["), "]"); ok && strings.HasPrefix(path, "[") {
			if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(n.items) {
				return n.items[i], left
			}
		}
		return nil, path
	}
	path = strings.TrimPrefix(path, ".")
	for _, f := range n.fields {
		left, ok := strings.CutPrefix(path, f.name)
		ends := left == "" || left[0] == '.' || left[0] == '['
		if ok && f.name != "" && ends && (next == nil || len(f.name) > len(next.name)) {
			next, rest = f, left
		}
	}
	return next, rest
}

// absent tells whether the rest of a path begins with a key whose absence has
// been reported, or which is there but misspelt.
func (n *node) absent(rest string) bool {
	rest = strings.TrimPrefix(rest, ".")
	first := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz_0123456789"))]
	for _, key := range n.lacks {
		if key == first {
			return true
		}
	}
	for _, f := range n.fields {
		if f.means != "" && f.means == first {
			return true
		}
	}
	return false
}
