package wire

import "encoding/binary"

// tokens are the characters that methods and field names are made of (RFC 9110, 5.6.2).
var tokens = func() (t [256]bool) {
	for c := range t {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		t[c] = letter || '0' <= c && c <= '9'
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()

// token tells whether s is one or more of these characters.
func token[T string | []byte](s T) bool {
	for i := range len(s) {
		if !tokens[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

// is compares a name with one in lower case. Both are tokens, among which
// setting this bit makes no two different ones alike but letters.
func is[T string | []byte](name T, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i := range len(lower) {
		if name[i]|0x20 != lower[i] {
			return false
		}
	}
	return true
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// text tells whether v has no control character but tabs: what a field's value
// may be (RFC 9110, 5.5). It looks at eight bytes at a time.
func text(v []byte) bool {
	for len(v) >= 8 {
		w := binary.LittleEndian.Uint64(v)
		del := w ^ 0x7f*ones
		if ((w-' '*ones)&^w|(del-ones)&^del)&highs != 0 && !eachText(v[:8]) {
			return false
		}
		v = v[8:]
	}
	return eachText(v)
}

func eachText(v []byte) bool {
	for _, c := range v {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// trim cuts spaces and tabs off both ends.
func trim(v []byte) []byte {
	for len(v) > 0 && blank(v[0]) {
		v = v[1:]
	}
	return trimRight(v)
}

func trimRight(v []byte) []byte {
	for len(v) > 0 && blank(v[len(v)-1]) {
		v = v[:len(v)-1]
	}
	return v
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
