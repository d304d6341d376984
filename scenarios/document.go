package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxFile is far beyond any file that a person writes; it keeps a wrongly
// named log or disk image from being parsed.
const maxFile = 8 << 20

// A document is one YAML file, read.
type document struct {
	file  string   // as it is named in problems
	lines []string // of the source, without their ends
	root  *node    // nil where the file could not be read
}

// open reads a file of the kind "scenario" or "api" whole and builds its tree.
// What makes a file unreadable as a whole is one problem.
func open(file, kind string, c *collector) *document {
	c.files = append(c.files, file)
	d := &document{file: file}
	text, what := readFile(file)
	if what != "" {
		c.add(Problem{File: file, What: what})
		return d
	}
	d.lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if line, col, ok := notText(text); !ok {
		c.add(Problem{File: file, Line: line, Col: col, What: "is not UTF-8 text; save the file as UTF-8"})
		return d
	}
	docs, err := parse(text)
	switch {
	case err != nil:
		line, col := d.locate(err)
		c.add(Problem{File: file, Line: line, Col: col, What: d.reword(err, line, col)})
	case len(docs) == 0 || len(docs[0].Content) == 0 || isNull(docs[0].Content[0]):
		c.add(Problem{File: file, Line: 1, Col: 1, What: "is empty: " + wanted(kind)})
	case len(docs) > 1:
		c.add(Problem{File: file, Line: docs[1].Line, Col: docs[1].Column, What: "a second YAML document begins here; a file holds one"})
	case docs[0].Content[0].Kind != yaml.MappingNode:
		n := docs[0].Content[0]
		c.add(Problem{File: file, Line: n.Line, Col: n.Column, What: fmt.Sprintf("%s, got %s", wanted(kind), kindOf(n))})
	default:
		d.root = grow(docs[0].Content[0], d, c)
	}
	return d
}

func wanted(kind string) string {
	if kind == "api" {
		return "an API definition is a mapping with the keys kind, stages and routes"
	}
	return "a scenario is a mapping with the keys target, traffic and requests (turnpike init writes one to start from)"
}

// readFile returns the file's bytes, or what keeps them from being read.
func readFile(file string) ([]byte, string) {
	f, err := os.Open(file)
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(err)
	}
	if len(text) > maxFile {
		return nil, fmt.Sprintf("is larger than %d MB: is it a YAML file at all?", maxFile>>20)
	}
	return text, ""
}

// unreadable says without the file's name, which stands before it, why a file
// cannot be read.
func unreadable(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read: permission denied"
	case errors.As(err, &path) && strings.Contains(path.Err.Error(), "is a directory"):
		return "is a directory, not a file"
	case errors.As(err, &path):
		return "cannot be read: " + path.Err.Error()
	}
	return "cannot be read: " + err.Error()
}

// notText returns the position of the first byte that is not UTF-8.
func notText(text []byte) (line, col int, ok bool) {
	line, col = 1, 1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return line, col, false
		}
		i += size
		col++
		if r == '\n' {
			line, col = line+1, 1
		}
	}
	return 0, 0, true
}

// parse reads up to two documents: a second one is a mistake. yaml.v3 panics
// on some malformed input; that is a syntax error too.
func parse(text []byte) (docs []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			docs, err = nil, errors.New("this cannot be read as YAML")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for len(docs) < 2 {
		var n yaml.Node
		if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		docs = append(docs, &n)
	}
	return docs, nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

var lineOf = regexp.MustCompile(`line (\d+): `)

// locate finds where a syntax error is. yaml.v3 names no column and often the
// line before or the line where the surrounding block began, so the text is
// parsed again up to each line, and then up to each character: the error is
// just behind the longest beginning that is sound.
func (d *document) locate(err error) (line, col int) {
	last := len(d.lines)
	if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
		reported, _ := strconv.Atoi(m[1])
		last = min(last, reported+2)
	}
	line = last
	for ; line > 1 && last-line < 500; line-- {
		if d.sound(d.lines[:line-1], "") {
			break
		}
	}
	text := []rune(d.lines[line-1])
	first := len(text) - len([]rune(strings.TrimLeft(string(text), " ")))
	if misplaced(err) || len(text) > 1000 {
		return line, first + 1
	}
	for col = len(text); col > first; col-- {
		if d.sound(d.lines[:line-1], string(text[:col])) {
			break
		}
	}
	return line, min(col, max(0, len(text)-1)) + 1
}

func (d *document) sound(lines []string, rest string) bool {
	_, err := parse([]byte(strings.Join(append(lines[:len(lines):len(lines)], rest), "\n")))
	return err == nil
}

// misplaced tells whether a whole line does not belong where it stands.
func misplaced(err error) bool {
	return strings.Contains(err.Error(), "did not find expected key")
}

// reword says in a scenario author's words what yaml.v3 says in a parser's.
func (d *document) reword(err error, line, col int) string {
	text := []rune(d.lines[line-1])
	at := ""
	if col <= len(text) {
		at = string(text[col-1])
	}
	what := strings.TrimPrefix(lineOf.ReplaceAllString(err.Error(), ""), "yaml: ")
	if strings.Contains(indentation(string(text)), "\t") || at == "\t" {
		return "a tab is used for indentation; YAML allows only spaces there"
	}
	for _, s := range syntax {
		if m := s.said.FindStringSubmatch(what); m != nil {
			for i, group := range append([]string{at}, m[1:]...) {
				s.say = strings.ReplaceAll(s.say, fmt.Sprintf("$%d", i), group)
			}
			return s.say
		}
	}
	return what
}

func indentation(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] }

// syntax has what yaml.v3 says and what to say in its place; $0 is the
// character at the place of the error, $1 the first group.
var syntax = []struct {
	said *regexp.Regexp
	say  string
}{
	{regexp.MustCompile(`did not find expected ',' or '(.)'`), `the "$0" that opens here is not closed by "$1", or a "," is missing; between brackets write a text that holds {, }, [, ] or "," in quotes`},
	{regexp.MustCompile(`mapping values are not allowed`), `": " is not expected here: indent the key like its neighbours, or put a text that holds ": " in quotes`},
	{regexp.MustCompile(`cannot start any token`), `a text cannot begin with "$0"; put it in quotes`},
	{regexp.MustCompile(`unexpected end of stream`), `the quoted text that begins here is not closed`},
	{regexp.MustCompile(`did not find expected (key|'-' indicator)`), `this does not fit the lines above: check its indentation, and that a quoted text before it ends where it should`},
	{regexp.MustCompile(`unknown anchor '(.*)' referenced`), `nothing above is marked "&$1"; put a text that begins with "*" in quotes`},
	{regexp.MustCompile(`unknown escape`), `"\" begins an escape that does not exist; write "\\", or use single quotes`},
	{regexp.MustCompile(`could not find expected ':'`), `a key is followed by ": " and a list item begins with "- "; this is neither`},
	{regexp.MustCompile(`control characters`), `a control character stands here; remove it`},
	{regexp.MustCompile(`did not find expected node content`), `a value is expected here, got "$0"`},
}
