package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	violet = "35"
)

// A writer collects lines for a terminal.
type writer struct {
	strings.Builder
	o TextOptions
}

// paint wraps s in a colour, where colours were asked for.
func (w *writer) paint(code, s string) string {
	if !w.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// keep is a space at which wrap does not break.
const keep = "\u00a0"

// wrap writes words in lines no wider than the terminal, the first after head
// and the others after indent.
func (w *writer) wrap(s, head, indent string) {
	col := length(head)
	if strings.TrimSpace(head) != "" {
		head = w.paint(dim, head)
	}
	w.WriteString(head)
	empty := true
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' }) {
		if !empty && col+1+length(word) > w.o.Width {
			w.WriteString("\n" + indent)
			col, empty = length(indent), true
		}
		if !empty {
			w.WriteByte(' ')
			col++
		}
		w.WriteString(strings.ReplaceAll(word, keep, " "))
		col, empty = col+length(word), false
	}
	w.WriteByte('\n')
}

// plain makes text safe for a terminal: names come from files, and a control
// character in one would move the cursor or change colours.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u202e' || r == '\u2066' || r == '\u2067' {
			return '\ufffd'
		}
		return r
	}, s)
}

func length(s string) int { return utf8.RuneCountInString(s) }

// pad puts spaces before s up to n columns.
func pad(s string, n int) string {
	return strings.Repeat(" ", max(0, n-length(s))) + s
}

// cut shortens a label to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	return string(r[:n-1]) + "…"
}
