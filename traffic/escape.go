package traffic

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// A place is where text stands in a request, and so how it is escaped.
type place uint8

const (
	inText   place = iota // a body given as text: not escaped
	inPath                // percent-encoded, slashes too
	inQuery               // percent-encoded, space as +
	inHeader              // control characters become spaces
	inJSON                // inside a JSON string
)

// appendValue escapes the value of a variable.
func appendValue(dst []byte, at place, s string) []byte {
	switch at {
	case inPath:
		return append(dst, url.PathEscape(s)...)
	case inQuery:
		return append(dst, url.QueryEscape(s)...)
	case inHeader:
		for i := range len(s) {
			dst = append(dst, headerByte(s[i]))
		}
		return dst
	case inJSON:
		return appendJSON(dst, s)
	}
	return append(dst, s...)
}

// appendLiteral escapes what the scenario or a log says as it stands. In a URL
// only what may not stand there is encoded: "%2F" stays, a space becomes "%20".
func appendLiteral(dst []byte, at place, s string) []byte {
	if at != inPath && at != inQuery {
		return appendValue(dst, at, s)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isURLByte(c) || c == '?' && at == inQuery:
			dst = append(dst, c)
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			dst = append(dst, c)
		default:
			dst = append(dst, '%', "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15])
		}
	}
	return dst
}

// isURLByte tells whether RFC 3986 lets a byte stand in a path or query
// unencoded (pchar and "/").
func isURLByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func headerByte(c byte) byte {
	if c < ' ' && c != '\t' || c == 0x7f {
		return ' '
	}
	return c
}

// appendJSON writes s as it stands between the quotes of a JSON string.
func appendJSON(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r) // U+FFFD where s is not UTF-8
			i += n
			continue
		}
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < ' ' || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			dst = append(dst, c)
		}
		i++
	}
	return dst
}
