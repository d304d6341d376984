package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing wrong in one place of a file. Line and Col count from
// 1, Col in characters; both are 0 where the file as a whole is the problem.
type Problem struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
	Path string `json:"path,omitempty"` // "traffic.stages[2].rate"; "" at the root
	What string `json:"what"`           // what is wrong and what would be right
}

// String is file:line:col: path: what is wrong.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.What)
	return b.String()
}

// Problems is everything wrong with a scenario and the API definition that it
// names: the scenario's problems first, each file's by position.
type Problems struct{ List []Problem }

// Error has one problem a line.
func (p *Problems) Error() string {
	lines := make([]string, len(p.List))
	for i, one := range p.List {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Count is "1 problem" or "3 problems".
func (p *Problems) Count() string {
	if len(p.List) == 1 {
		return "1 problem"
	}
	return fmt.Sprintf("%d problems", len(p.List))
}

// collector gathers the problems of one load.
type collector struct {
	files []string // in the order in which they were read
	list  []Problem
}

func (c *collector) add(p Problem) { c.list = append(c.list, p) }

// err is nil where nothing is wrong. A value that an alias repeats is reported
// once: the same words at the same place are one problem.
func (c *collector) err() error {
	if len(c.list) == 0 {
		return nil
	}
	slices.SortStableFunc(c.list, func(a, b Problem) int {
		return cmp.Or(slices.Index(c.files, a.File)-slices.Index(c.files, b.File),
			a.Line-b.Line, a.Col-b.Col, strings.Compare(a.What, b.What))
	})
	once := slices.CompactFunc(c.list, func(a, b Problem) bool {
		return a.File == b.File && a.Line == b.Line && a.Col == b.Col && a.What == b.What
	})
	return &Problems{once}
}
